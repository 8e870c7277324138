"""Models: of every answer, with what the server should not have sent, and a program's own."""

from __future__ import annotations

import copy
import datetime
import pickle
import typing

from lab import Lab, program

from programs.answers import ALL_DELETED, DELETED, EXECUTION, PAGE, SANDBOX, UPLOADED

CLASSES = {
    "SandboxCreateResponse": SANDBOX,
    "SandboxListResponse": PAGE,
    "SandboxDeleteResponse": DELETED,
    "SandboxDeleteAllResponse": ALL_DELETED,
    "SandboxExecuteResponse": EXECUTION,
    "SandboxUploadResponse": UPLOADED,
    "Sandbox": PAGE["data"][0],
    "Pagination": PAGE["pagination"],
}
CASES = {name: (name, body) for name, body in CLASSES.items()}


@program(CASES, only="sync")
async def constructed(lab: Lab, case) -> None:
    name, body = case
    kind = getattr(lab.sdk.types, name)
    model = kind.construct(**body)
    lab.note("model", model)
    lab.note("json", [model.to_json(), model.to_json(indent=None), model.model_dump_json()])
    lab.note("dump", [model.model_dump(), model.model_dump(exclude_unset=True), model.model_dump(mode="json")])
    lab.note("equal", [model == kind.construct(**body), model == body, model != kind.construct()])
    lab.note("pairs", [name for name, _ in model])
    lab.note("copy", [copy.copy(model) == model, copy.deepcopy(model) == model, model.model_copy() == model])
    lab.note("pickled", pickle.loads(pickle.dumps(model)) == model)
    lab.note("fields", sorted(kind.model_fields))


@program(CASES, only="sync")
async def empty(lab: Lab, case) -> None:
    """Everything is missing."""
    kind = getattr(lab.sdk.types, case[0])
    model = kind.construct()
    lab.note("model", model)
    lab.note("dump", model.model_dump())
    lab.note("json", model.to_json())


@program({name: case for name, case in CASES.items() if name != "Pagination"}, only="sync")
async def wrong_types(lab: Lab, case) -> None:
    """A value of a wrong type stays as it came."""
    name, body = case
    kind = getattr(lab.sdk.types, name)
    wrong = (None, 5, 1.5, True, "text", [1], {"a": 1}, "7")
    values = {key: wrong[number % len(wrong)] for number, key in enumerate(body)}
    model = kind.construct(**values)
    lab.note("values", [[key, getattr(model, key)] for key in body])
    lab.note("set", sorted(model.model_fields_set))
    lab.note("dict", model.to_dict(warnings=False))


@program({name: case for name, case in CASES.items() if name != "Pagination"})
async def unknown_fields(lab: Lab, case) -> None:
    name, body = case
    client = lab.client()
    lab.answer({**body, "new_field": {"deep": [1, {"x": None}]}, "other": None, "with-dash": 1, "ü": "é", "class": "c"})
    model = await lab.result(client.get("/foo", cast_to=getattr(lab.sdk.types, name)))
    lab.note("model", model)
    lab.note("read", [model.new_field, model.other, getattr(model, "with-dash"), model.ü])
    lab.note("extra", model.model_extra)
    try:
        model.missing_field  # noqa: B018
    except AttributeError as error:
        lab.note("missing", str(error))


NUMBERS = {
    "integer for float": ("Pagination", {"page": 1}),
    "float for float": ("Pagination", {"page": 1.0}),
    "text for float": ("Pagination", {"page": "1.5"}),
    "large integer for float": ("Pagination", {"page": 2**60}),
    "boolean for float": ("Pagination", {"page": True}),
    "null for float": ("Pagination", {"page": None}),
    "whole float for integer": ("SandboxUploadResponse", {"size": 3.0}),
    "float for integer": ("SandboxUploadResponse", {"size": 3.5}),
    "text for integer": ("SandboxUploadResponse", {"size": "3"}),
    "boolean for integer": ("SandboxUploadResponse", {"size": False}),
    "large for integer": ("SandboxUploadResponse", {"size": 2**70}),
    "integer for text": ("Sandbox", {"id": 5}),
    "unknown literal": ("SandboxExecuteResponse", {"status": "exploded"}),
    "text for boolean": ("SandboxDeleteResponse", {"storage_deleted": "yes"}),
    "integer for boolean": ("SandboxDeleteResponse", {"storage_deleted": 1}),
}


@program(NUMBERS)
async def coercion(lab: Lab, case) -> None:
    name, body = case
    client = lab.client()
    lab.answer(body)
    model = await lab.result(client.get("/foo", cast_to=getattr(lab.sdk.types, name)))
    lab.note("values", [[key, getattr(model, key)] for key in body])


@program(
    {
        "list for object": {"data": [[1], "x", 5, None, {}], "pagination": [1]},
        "object for list": {"data": {"a": 1}},
        "null": {"data": None, "pagination": None},
    }
)
async def nested_wrong_types(lab: Lab, body) -> None:
    client = lab.client()
    lab.answer(body)
    model = await lab.result(client.sandboxes.list())
    lab.note("data", model.data)
    lab.note("pagination", model.pagination)
    lab.note("dict", model.to_dict(warnings=False))


def user_models(lab: Lab) -> dict[str, type]:
    """Models of a program's own."""
    BaseModel = lab.sdk.BaseModel

    class Leaf(BaseModel):
        a: int
        b: typing.Optional[str] = None

    class Tree(BaseModel):
        leaf: Leaf
        leaves: typing.List[Leaf] = []
        named: typing.Dict[str, Leaf] = {}
        either: typing.Union[Leaf, str, None] = None
        word: typing.Literal["x", "y"] = "x"
        when: typing.Optional[datetime.datetime] = None
        day: typing.Optional[datetime.date] = None
        anything: object = None

    return {"Leaf": Leaf, "Tree": Tree}


TREE = {
    "leaf": {"a": 1, "b": "x", "more": True},
    "leaves": [{"a": 1}, {"a": "2"}, "odd"],
    "named": {"k": {"a": 3}},
    "either": {"a": 4},
    "word": "z",
    "when": "2026-01-02T03:04:05.678Z",
    "day": "2026-01-02",
    "anything": {"x": [1]},
    "extra": 1,
}


@program
async def own_models(lab: Lab) -> None:
    client = lab.client()
    Tree = user_models(lab)["Tree"]
    lab.answer(TREE)
    model = await lab.result(client.get("/foo", cast_to=Tree))
    lab.note("model", model)
    lab.note("inner", [type(model.leaf).__name__, type(model.either).__name__, type(model.named["k"]).__name__])
    lab.note("json", model.to_json())
    lab.note("mode json", model.to_dict(mode="json", warnings=False))
    lab.note("dates", [model.when, model.day])


@program(
    {"text": {"either": "s"}, "null": {"either": None}, "number": {"either": 5}, "bad date": {"when": "soon", "day": 1}}
)
async def own_models_with_other_values(lab: Lab, values) -> None:
    client = lab.client()
    lab.answer({**TREE, **values})
    model = await lab.result(client.get("/foo", cast_to=user_models(lab)["Tree"]))
    lab.note("values", [getattr(model, name) for name in values])


@program(only="sync")
async def made_by_a_program(lab: Lab) -> None:
    Leaf = user_models(lab)["Leaf"]
    leaf = Leaf(a=1)
    lab.note("leaf", leaf)
    lab.note("text", [str(leaf), repr(leaf)])
    lab.note("with more", Leaf(a=1, b="x", c=[1]))
    leaf.b = "set"
    lab.note("set", leaf)
    lab.note("copied", leaf.model_copy(update={"a": 5}))
    lab.note("equal", [Leaf(a=1) == Leaf(a=1), Leaf(a=1) == Leaf(a=2), Leaf(a=1) == Leaf(a=1, b=None)])
    lab.note("annotations", sorted(Leaf.model_fields))


@program(only="sync")
async def validated_when_made(lab: Lab) -> None:
    Leaf = user_models(lab)["Leaf"]
    for label, values in {"missing": {}, "wrong": {"a": "x"}, "coerced": {"a": "5"}, "null": {"a": None}}.items():
        try:
            lab.note(label, Leaf(**values).a)
        except ValueError as error:
            lab.note(label, isinstance(error, ValueError))


@program(only="sync")
async def aliases(lab: Lab) -> None:
    from pydantic import Field

    class Aliased(lab.sdk.BaseModel):
        foo_bar: int = Field(alias="fooBar")
        other: typing.Optional[str] = Field(alias="Other", default=None)

    model = Aliased.construct(fooBar=1, Other="x", unknownName=2)
    lab.note("values", [model.foo_bar, model.other, model.unknownName])
    lab.note("dict", model.to_dict())
    lab.note("set", sorted(model.model_fields_set))


@program(only="sync")
async def aliases_among_the_unknown_fields(lab: Lab) -> None:
    """What a field has an alias for is not unknown: a change of the field must not be undone when it is written."""
    from pydantic import Field

    class Aliased(lab.sdk.BaseModel):
        foo_bar: int = Field(alias="fooBar")

    model = Aliased.construct(fooBar=1)
    lab.note("unknown", model.model_extra)
    lab.note("by names", [model.to_dict(use_api_names=False), model.model_dump()])
    lab.note("as checked", model == Aliased(fooBar=1))
    model.foo_bar = 5
    lab.note("changed", model.to_dict())
    lab.note("changed as JSON", model.to_json())


@program(only="sync")
async def dump_options(lab: Lab) -> None:
    model = lab.sdk.types.SandboxDeleteResponse.construct(id="x", message=None, snapshot_created=None, extra=None)
    lab.note("plain", model.model_dump())
    for option in ("exclude_none", "exclude_unset", "exclude_defaults"):
        lab.note(option, [model.model_dump(**{option: True}), model.to_dict(**{option: True})])
        lab.note(f"{option} as JSON", [model.model_dump_json(**{option: True}), model.to_json(**{option: True})])
    lab.note("include", [model.model_dump(include={"id"}), model.model_dump(exclude={"id", "message"})])
    lab.note("indent", [model.to_json(indent=4), model.model_dump_json(indent=1)])
    lab.note("set", sorted(model.model_fields_set))
    page = lab.sdk.types.SandboxListResponse.construct(**PAGE)
    lab.note("nested", page.model_dump(include={"data": {0: {"id"}}}))
    lab.note("nested exclude", page.model_dump(exclude={"data": {"__all__": {"cpu", "memory"}}, "pagination": True}))


@program(only="sync")
async def deprecated_methods(lab: Lab) -> None:
    """Those of the older pydantic still work, and warn."""
    model = lab.sdk.types.Pagination.construct(page=1)
    lab.note("dict", model.dict())
    lab.note("json", model.json())
    lab.note("copy", model.copy())


@program(only="sync")
async def null_or_missing(lab: Lab) -> None:
    kind = lab.sdk.types.SandboxDeleteResponse
    for label, values in {"null": {"snapshot_name": None}, "missing": {}, "given": {"snapshot_name": "s"}}.items():
        model = kind.construct(**values)
        lab.note(label, [model.snapshot_name, "snapshot_name" in model.model_fields_set])


@program(only="sync")
async def texts_that_are_odd(lab: Lab) -> None:
    model = lab.sdk.types.Sandbox.construct(id="\u0000\n\t\"'\\", name="ü😀\u2028", status="\x7f", extra="</script>")
    lab.note("model", model)
    lab.note("json", [model.to_json(), model.model_dump_json()])


@program(only="sync")
async def numbers_in_json(lab: Lab) -> None:
    values = [0.1, 1e100, 1e-7, -0.0, 1e16, 123456789012345680.0, 2**64, 1.0]
    model = lab.sdk.types.Sandbox.construct(id="x", values=values)
    lab.note("json", [model.to_json(indent=None), model.model_dump_json()])
    lab.note("dict", model.to_dict())


@program(only="sync")
async def hash_and_attributes(lab: Lab) -> None:
    model = lab.sdk.types.Pagination.construct(page=1, extra=2)
    for label, call in {
        "hash": lambda: hash(model) and None,
        "dir": lambda: "page" in dir(model),
        "vars": lambda: sorted(vars(model)),
        "delete": lambda: delattr(model, "page"),
        "in a set": lambda: len({model}),
        "index": lambda: model["page"],
        "contains": lambda: "page" in model,
        "length": lambda: len(model),
        "truth": lambda: bool(model),
    }.items():
        try:
            lab.note(label, call())
        except (TypeError, AttributeError, KeyError) as error:
            lab.note(label, type(error).__name__)


@program(only="sync")
async def class_attributes(lab: Lab) -> None:
    kind = lab.sdk.types.SandboxListResponse
    lab.note("names", [kind.__name__, kind.__module__, issubclass(kind, lab.sdk.BaseModel)])
    lab.note("bases", issubclass(lab.sdk.types.SandboxCreateResponse, lab.sdk.types.Sandbox))
    lab.note("error", lab.sdk.types.sandbox_delete_all_response.Error.__name__)
    lab.note("required", [name for name, field in kind.model_fields.items() if field.is_required()])


@program(only="sync")
async def copies_are_apart(lab: Lab) -> None:
    model = lab.sdk.types.SandboxListResponse.construct(**PAGE)
    deep = copy.deepcopy(model)
    deep.data[0].name = "changed"
    lab.note("deep", [model.data[0].name, deep.data[0].name])
    shallow = model.model_copy()
    shallow.data[0].name = "changed too"
    lab.note("shallow", model.data[0].name)
    lab.note("model_copy deep", model.model_copy(deep=True).data is model.data)


@program(only="sync")
async def pickled_after_change(lab: Lab) -> None:
    model = lab.sdk.types.Sandbox.construct(**PAGE["data"][0], extra={"a": 1})
    model.name = "changed"
    again = pickle.loads(pickle.dumps(model))
    lab.note("again", again)
    lab.note("equal", again == model)


@program(only="sync")
async def private_helpers_that_programs_use(lab: Lab) -> None:
    from sandbox_sdk import _constants, _exceptions, _models, _response, _streaming, _types, _version

    lab.note(
        "same",
        [_models.BaseModel is lab.sdk.BaseModel, _types.Omit is lab.sdk.Omit, _types.NotGiven is lab.sdk.NotGiven],
    )
    lab.note("exceptions", _exceptions.APIError is lab.sdk.APIError)
    lab.note("responses", [_response.APIResponse is lab.sdk.APIResponse, _streaming.Stream is lab.sdk.Stream])
    lab.note("constants", [_constants.DEFAULT_MAX_RETRIES, _constants.RAW_RESPONSE_HEADER, _constants.MAX_RETRY_DELAY])
    lab.note("version", _version.__title__)
    lab.note("built", _models.construct_type(value={"a": 1}, type_=typing.Dict[str, float]))
