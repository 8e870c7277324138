"""The seven operations, called as their documentation says and otherwise."""

from __future__ import annotations

import datetime
import decimal

from lab import Lab, program

from programs.answers import DELETED, EXECUTION, OPERATIONS, PAGE, SANDBOX, UPLOADED


@program(OPERATIONS)
async def plain(lab: Lab, operation) -> None:
    answer, call = operation
    client = lab.client()
    lab.answer(answer)
    await lab.attempt("result", lambda: call(client.sandboxes))


@program
async def create_with_everything(lab: Lab) -> None:
    client = lab.client()
    lab.answer(SANDBOX)
    await lab.attempt(
        "result",
        lambda: client.sandboxes.create(
            env_vars={"A": "1", "B": "zwei", "C": ""},
            image="avmcodes/avm-default-sandbox",
            name="my-project",
            resources={"cpus": 1, "memory": 512, "storage": 10},
            wait_for_ready=True,
        ),
    )


@program
async def execute_with_everything(lab: Lab) -> None:
    client = lab.client()
    lab.answer(EXECUTION)
    await lab.attempt(
        "result",
        lambda: client.sandboxes.execute(
            "sb-1", command="ls -la > /dev/null | cat", env={"K": "ü€😀"}, api_timeout=3, working_dir="/tmp/x y"
        ),
    )


@program
async def delete_with_everything(lab: Lab) -> None:
    client = lab.client()
    lab.answer({**DELETED, "snapshot_created": True, "snapshot_name": "before"})
    await lab.attempt(
        "result",
        lambda: client.sandboxes.delete("sb-1", create_snapshot=True, keep_storage=False, snapshot_name="before"),
    )


@program(
    {
        "integers": {"page": 1, "page_size": 20},
        "floats": {"page": 1.5, "page_size": 2.0},
        "large": {"page": 10**20},
        "negative": {"page": -1},
        "zero": {"page": 0, "page_size": 0},
        "text": {"page": "two", "page_size": "a b&c=d/ü"},
        "booleans": {"page": True, "page_size": False},
        "null": {"page": None},
        "empty text": {"page": ""},
        "list": {"page": [1, 2, "x"]},
        "nested": {"page": {"from": 1, "to": {"deep": [True, None, 2.5]}}},
        "tiny": {"page": 1e-7},
        "huge": {"page": 1e300},
    }
)
async def list_query(lab: Lab, query) -> None:
    client = lab.client()
    lab.answer(PAGE)
    await lab.attempt("result", lambda: client.sandboxes.list(**query))


@program(
    {
        "null": {"name": None, "image": None},
        "number for a text": {"name": 7, "image": 1.5},
        "text for a boolean": {"wait_for_ready": "yes"},
        "number for a mapping": {"env_vars": 3},
        "list for a mapping": {"resources": [1, "two", None]},
        "unknown keys": {"resources": {"cpus": 1, "gpus": 2, "deep": {"a": [1, {"b": None}]}}},
        "float where an integer is documented": {"resources": {"cpus": 1.5, "memory": 1e3}},
        "empty": {"name": "", "env_vars": {}, "resources": {}},
        "control characters": {"name": "a\nb\tc\u0000d\u007f\u2028"},
        "quotes": {"name": 'say "hi" \\ / </script>'},
        "unicode": {"name": "ünï😀漢字"},
        "large integers": {"resources": {"cpus": 2**53 + 1, "memory": -(2**63), "storage": 2**63 - 1}},
        "numbers": {"env_vars": {"a": 0.1, "b": 1e100, "c": -0.0, "d": 1e-7, "e": 123456789.123456789}},
        "tuples": {"env_vars": {"a": (1, 2, ("x",))}},
        "omitted": {"name": ...},
    }
)
async def create_values(lab: Lab, values) -> None:
    client = lab.client()
    lab.answer(SANDBOX)
    given = {name: lab.sdk.omit if value is ... else value for name, value in values.items()}
    await lab.attempt("result", lambda: client.sandboxes.create(**given))


@program(
    {
        "NaN": {"env_vars": {"a": float("nan")}},
        "infinity": {"env_vars": {"a": float("inf")}},
        "set": {"env_vars": {"a": {1, 2}}},
        "bytes": {"name": b"bytes"},
        "object": {"name": object},
        "date": {"image": datetime.date(2026, 1, 2)},
        "decimal": {"name": decimal.Decimal("1.5")},
        "lone surrogate": {"name": "\ud800"},
    }
)
async def create_what_json_cannot_carry(lab: Lab, values) -> None:
    client = lab.client()
    lab.answer(SANDBOX)
    try:
        await lab.result(client.sandboxes.create(**values))
    except Exception as error:
        lab.note("refused", [isinstance(error, (TypeError, ValueError)), len(lab.server.requests)])
    else:
        lab.note("refused", False)


@program({"empty": "", "null": None, "zero": 0})
async def missing_id(lab: Lab, given) -> None:
    client = lab.client()
    for name, call in {
        "delete": lambda: client.sandboxes.delete(given),
        "download": lambda: client.sandboxes.download(given, path="/x"),
        "execute": lambda: client.sandboxes.execute(given, command="ls"),
        "upload": lambda: client.sandboxes.upload(given, path="/x"),
    }.items():
        await lab.attempt(name, call)


@program({"number": 42, "float": 1.5, "boolean": True, "plain characters": "a-b_c.d~e", "colon": "a:b", "at": "a@b"})
async def ids(lab: Lab, given) -> None:
    client = lab.client()
    lab.answer(DELETED)
    await lab.attempt("result", lambda: client.sandboxes.delete(given))


@program({"space": "a b", "slash": "a/b", "question": "a?b=c", "fragment": "a#b", "percent": "a%20b", "unicode": "ü"})
async def ids_that_need_encoding(lab: Lab, given) -> None:
    client = lab.client()
    lab.answer(DELETED)
    await lab.attempt("result", lambda: client.sandboxes.delete(given))


@program
async def wrong_calls(lab: Lab) -> None:
    """What Python itself refuses."""
    client = lab.client()
    for name, call in {
        "no id": lambda: client.sandboxes.delete(),
        "no command": lambda: client.sandboxes.execute("sb-1"),
        "no path": lambda: client.sandboxes.download("sb-1"),
        "positional": lambda: client.sandboxes.create("name"),
        "unknown": lambda: client.sandboxes.create(colour="red"),
        "id twice": lambda: client.sandboxes.delete("a", id="b"),
    }.items():
        try:
            await lab.result(call())
        except TypeError as error:
            lab.note(name, str(error).replace("Async", ""))


@program
async def id_by_keyword(lab: Lab) -> None:
    client = lab.client()
    for answer, call in (
        (DELETED, lambda: client.sandboxes.delete(id="k")),
        (EXECUTION, lambda: client.sandboxes.execute(id="k", command="ls")),
        (UPLOADED, lambda: client.sandboxes.upload(id="k", path="/x")),
    ):
        lab.answer(answer)
        await lab.attempt("result", call)


@program({"null": None, "not given": "not_given", "omit": "omit"})
async def nothing_given(lab: Lab, name) -> None:
    client = lab.client()
    value = getattr(lab.sdk, name) if name else None
    lab.answer(EXECUTION)
    await lab.attempt("result", lambda: client.sandboxes.execute("sb-1", command="ls", env=value, working_dir=value))
    lab.answer(PAGE)
    await lab.attempt("result", lambda: client.sandboxes.list(page=value))


@program
async def one_after_the_other(lab: Lab) -> None:
    """A small program of several calls, as one would write it."""
    client = lab.client()
    lab.answer(SANDBOX)
    lab.answer(EXECUTION)
    lab.answer(PAGE)
    lab.answer(DELETED)
    sandbox = await lab.result(client.sandboxes.create(name="hello"))
    run = await lab.result(client.sandboxes.execute(sandbox.id, command="echo hello"))
    lab.note("said", [run.stdout, run.exit_code, run.status])
    page = await lab.result(client.sandboxes.list())
    lab.note("names", [item.name for item in page.data])
    lab.note("total", page.pagination.total_items)
    await lab.attempt("deleted", lambda: client.sandboxes.delete(sandbox.id))
