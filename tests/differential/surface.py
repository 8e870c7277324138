"""Prints the public surface of the package that this interpreter has, as one JSON object of places and what is there.

    PYTHONPATH=… python surface.py

A place is a dotted name, of a parameter `name(parameter)`, of what a function returns `name()`. Annotations are brought
into one form, so that two ways to write the same type are the same: ``Optional[str]`` and ``str | None``,
``httpx.Timeout`` and ``Timeout``.
"""

from __future__ import annotations

import ast
import enum
import importlib
import inspect
import json
import sys
import typing
from typing import Any

MODULES = ("sandbox_sdk", "sandbox_sdk.types", "sandbox_sdk.resources", "sandbox_sdk.resources.sandboxes")
PRIVATE = {
    "sandbox_sdk._constants": (
        "DEFAULT_CONNECTION_LIMITS",
        "DEFAULT_MAX_RETRIES",
        "DEFAULT_TIMEOUT",
        "INITIAL_RETRY_DELAY",
        "MAX_RETRY_DELAY",
        "OVERRIDE_CAST_TO_HEADER",
        "RAW_RESPONSE_HEADER",
    ),
    "sandbox_sdk._exceptions": None,
    "sandbox_sdk._models": (
        "BaseModel",
        "GenericModel",
        "FinalRequestOptions",
        "construct_type",
        "validate_type",
        "build",
    ),
    "sandbox_sdk._response": [
        "APIResponse",
        "AsyncAPIResponse",
        "AsyncBinaryAPIResponse",
        "AsyncResponseContextManager",
        "AsyncStreamedBinaryAPIResponse",
        "BaseAPIResponse",
        "BinaryAPIResponse",
        "MissingStreamClassError",
        "ResponseContextManager",
        "StreamAlreadyConsumed",
        "StreamedBinaryAPIResponse",
        "to_raw_response_wrapper",
        "to_streamed_response_wrapper",
        "async_to_raw_response_wrapper",
        "async_to_streamed_response_wrapper",
    ],
    "sandbox_sdk._streaming": ("AsyncStream", "SSEDecoder", "ServerSentEvent", "Stream"),
    "sandbox_sdk._types": [
        "AnyMapping",
        "AsyncBinaryTypes",
        "Base64FileInput",
        "BinaryTypes",
        "Body",
        "FileContent",
        "FileTypes",
        "Headers",
        "HeadersLike",
        "IncEx",
        "ModelBuilderProtocol",
        "NOT_GIVEN",
        "NoneType",
        "NotGiven",
        "Omit",
        "PostParser",
        "ProxiesDict",
        "ProxiesTypes",
        "Query",
        "RequestFiles",
        "RequestOptions",
        "ResponseT",
        "SequenceNotStr",
        "StrBytesIntFloat",
        "Timeout",
        "Transport",
        "not_given",
        "omit",
    ],
    "sandbox_sdk._version": None,
}
"""The private modules that programs import from, without what is a helper of the package's own."""
HELPERS = ("Subscriptable", "Model", "ClientResources", "AsyncClientResources", "GenericModel")
"""Bases that hold what several classes share; nobody names them."""
TYPE_VARIABLES = (
    "_T",
    "T",
    "R",
    "ResponseT",
    "ModelT",
    "_StreamT",
    "_AsyncStreamT",
    "_APIResponseT",
    "_AsyncAPIResponseT",
)
TYPE_VARIABLES += ("_BaseModelT", "StreamT", "AsyncStreamT", "Self")
SPECIAL = (
    "__init__",
    "__enter__",
    "__exit__",
    "__aenter__",
    "__aexit__",
    "__iter__",
    "__next__",
    "__aiter__",
    "__anext__",
)
RENAMED = {
    "Dict": "dict",
    "List": "list",
    "Type": "type",
    "Tuple": "tuple",
    "Set": "set",
    "NoneType": "None",
    "StrBytesIntFloat": "StrBytesIntFloat",
}
ALIASES = {"Headers": "Mapping[str, Omit | str]", "Query": "Mapping[str, object]", "AnyMapping": "Mapping[str, object]"}
"""Names of types that one of the two writes out in its TypedDicts."""


class Annotations:
    """Brings annotations into one form."""

    @classmethod
    def text(cls, annotation: Any) -> str:
        if annotation is inspect.Parameter.empty:
            return "nothing"
        if not isinstance(annotation, str):
            annotation = cls.written(annotation)
        try:
            return cls.canonical(ast.parse(annotation, mode="eval").body)
        except SyntaxError:
            return annotation

    @classmethod
    def written(cls, annotation: Any) -> str:
        if annotation is None or annotation is type(None):
            return "None"
        if isinstance(annotation, typing.ForwardRef):
            return annotation.__forward_arg__
        if isinstance(annotation, type) and not typing.get_args(annotation):
            return annotation.__name__
        if isinstance(annotation, typing.TypeVar):
            return annotation.__name__
        return repr(annotation).replace("~", "").replace("+", "").replace("<class '", "").replace("'>", "")

    @classmethod
    def canonical(cls, node: ast.AST) -> str:
        if isinstance(node, ast.Attribute):
            return RENAMED.get(node.attr, node.attr)
        if isinstance(node, ast.Name):
            return "T" if node.id in TYPE_VARIABLES else RENAMED.get(node.id, node.id)
        if isinstance(node, ast.Constant):
            return (
                cls.text(node.value) if isinstance(node.value, str) and node.value.isidentifier() else repr(node.value)
            )
        if isinstance(node, (ast.List, ast.Tuple)):
            return ", ".join(map(cls.canonical, node.elts))
        if isinstance(node, ast.BinOp):
            return cls.union([node.left, node.right])
        if isinstance(node, ast.Subscript):
            return cls.subscript(node)
        return ast.unparse(node)

    @classmethod
    def subscript(cls, node: ast.Subscript) -> str:
        name = cls.canonical(node.value)
        inner = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        if name == "Union":
            return cls.union(inner)
        if name == "Optional":
            return cls.union([*inner, ast.Constant(None)])
        if name in ("Required", "NotRequired", "ForwardRef"):
            return cls.canonical(inner[0])
        return f"{name}[{', '.join(map(cls.canonical, inner))}]"

    @classmethod
    def union(cls, nodes: list[ast.AST]) -> str:
        parts = {part for node in nodes for part in cls.parts(node)}
        return " | ".join(sorted(parts))

    @classmethod
    def parts(cls, node: ast.AST) -> list[str]:
        """The types of a union, which may be within another one; a type that is none is its only one."""
        told = cls.canonical(node)
        if "[" not in told:
            return told.split(" | ")
        inner = ast.parse(told, mode="eval").body
        return [*cls.parts(inner.left), *cls.parts(inner.right)] if isinstance(inner, ast.BinOp) else [told]


class Surface:
    """What was found."""

    def __init__(self) -> None:
        self.found: dict[str, str] = {}
        self.seen: set[int] = set()

    def module(self, name: str, wanted: tuple[str, ...] | None = None) -> None:
        module = importlib.import_module(name)
        listed = getattr(module, "__all__", None)
        own = wanted or (
            listed if listed is not None and not name.startswith("sandbox_sdk._") else public_names(module)
        )
        if name == "sandbox_sdk":
            own = sorted({*own, "APIResponse", "AsyncAPIResponse", "resources"})
        for attribute in own:
            self.anything(f"{name}.{attribute}", getattr(module, attribute, None), hasattr(module, attribute))

    def anything(self, place: str, value: Any, exists: bool = True) -> None:
        if not exists:
            return
        if inspect.ismodule(value):
            self.found[place] = "module"
        elif hasattr(value, "__required_keys__"):
            self.typed_dict(place, value)
        elif isinstance(value, type) and value.__name__ != place.rpartition(".")[2]:
            self.found[place] = f"another name of {value.__name__}"
        elif isinstance(value, type):
            self.klass(place, value)
        elif callable(value) and not typing.get_origin(value):
            self.callable(place, value)
        else:
            self.found[place] = self.value(value)

    @staticmethod
    def value(value: Any) -> str:
        if isinstance(value, (str, int, float, enum.Enum)) or value is None:
            return repr(value)
        if typing.get_origin(value) or isinstance(value, typing.TypeVar):
            return "a type"
        return type(value).__name__

    def typed_dict(self, place: str, kind: Any) -> None:
        self.found[place] = f"TypedDict, total={kind.__total__}"
        for name, annotation in kind.__annotations__.items():
            need = "required" if name in kind.__required_keys__ else "optional"
            told = Annotations.text(annotation)
            self.found[f"{place}.{name}"] = f"{need} {ALIASES.get(told, told)}"

    def klass(self, place: str, kind: type) -> None:
        own = [base.__name__ for base in kind.__mro__[1:] if base.__module__.startswith("sandbox_sdk")]
        own = [name for name in own if name not in HELPERS and not name.startswith("_")]
        errors = [base.__name__ for base in kind.__mro__ if base.__module__ == "builtins" and base is not object]
        self.found[place] = "class"
        self.found[f"{place} <bases>"] = ", ".join([*own, *errors])
        if place == f"sandbox_sdk.{kind.__name__}":
            self.found[f"{place} <module>"] = kind.__module__
        if id(kind) in self.seen:
            return
        self.seen.add(id(kind))
        fields = getattr(kind, "model_fields", None)
        if isinstance(fields, dict):
            for name, field in fields.items():
                need = "required" if field.is_required() else f"default {field.default!r}"
                self.found[f"{place}.{name}"] = f"field, {need}, {Annotations.text(field.annotation)}"
        for name in members(kind):
            if not isinstance(fields, dict) or name not in fields:
                self.member(f"{place}.{name}", inspect.getattr_static(kind, name), getattr(kind, name, None))

    def member(self, place: str, static: Any, value: Any) -> None:
        if isinstance(static, (classmethod, staticmethod)):
            self.callable(place, value, kind=type(static).__name__)
        elif isinstance(static, property) or type(static).__name__ == "cached_property":
            getter = static.fget if isinstance(static, property) else getattr(static, "func", None)
            settable = ", settable" if getattr(static, "fset", None) else ""
            returned = getattr(getter, "__annotations__", {}).get("return", inspect.Parameter.empty)
            self.found[place] = f"property{settable}, {Annotations.text(returned)}"
        elif type(static).__name__ == "LazyResource":
            # What functools has for this takes long to load.
            self.found[place] = f"property, {static.class_name}"
        elif inspect.isfunction(static):
            self.callable(place, static, kind="method")
        elif isinstance(static, type):
            self.found[place] = "class"
        else:
            self.found[place] = "attribute"

    def callable(self, place: str, function: Any, kind: str = "function") -> None:
        # A decorator changes nothing in how it is awaited or gone through.
        inner = inspect.unwrap(function)
        later = "async " if inspect.iscoroutinefunction(inner) or inspect.isasyncgenfunction(inner) else ""
        self.found[place] = f"{later}{kind}"
        try:
            signature = inspect.signature(function)
        except (TypeError, ValueError):
            return
        positional = []
        for name, parameter in signature.parameters.items():
            if name.lstrip("_") in ("self", "cls"):
                continue
            if parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD):
                positional.append(name)
            default = "" if parameter.default is parameter.empty else f" = {default_text(parameter.default)}"
            told = f"{parameter.kind.description}, {Annotations.text(parameter.annotation)}{default}"
            self.found[f"{place}({name})"] = told
        self.found[f"{place} <positional>"] = ", ".join(positional)
        self.found[f"{place}()"] = Annotations.text(signature.return_annotation)


def default_text(value: Any) -> str:
    return type(value).__name__ if " object at 0x" in repr(value) else repr(value)


def public_names(module: Any) -> list[str]:
    """The names that a module defines itself."""
    return [
        name
        for name, value in vars(module).items()
        if not name.startswith("_")
        and not inspect.ismodule(value)
        and getattr(value, "__module__", module.__name__).startswith("sandbox_sdk")
    ]


def members(kind: type) -> list[str]:
    """The public members of a class and those special ones that a program uses.

    Left out is what every object or exception has, and what a model or an error has from a base that is told of itself.
    """
    bases = [base for base in kind.__mro__ if base.__module__ not in ("builtins", "typing")]
    told = next((base for base in bases[1:] if base.__name__ in ("BaseModel", "APIStatusError", "APIError")), None)
    found = []
    for name in sorted({name for base in bases for name in vars(base)}):
        if told is not None and inspect.getattr_static(told, name, None) is inspect.getattr_static(kind, name):
            continue
        if not name.startswith("_") or (name in SPECIAL and inspect.isfunction(getattr(kind, name, None))):
            found.append(name)
    if "model_config" not in found and told is not None and hasattr(kind, "model_config"):
        found.append("model_config")  # of a metaclass
    return found


def main() -> None:
    surface = Surface()
    for name in MODULES:
        surface.module(name)
    for name, wanted in PRIVATE.items():
        surface.module(name, wanted)
    types = importlib.import_module("sandbox_sdk.types")
    for name in ("sandbox_create_params", "sandbox_delete_all_response"):
        importlib.import_module(f"{types.__name__}.{name}")
        surface.module(f"{types.__name__}.{name}")
    json.dump(surface.found, sys.stdout, indent=0, sort_keys=True)


if __name__ == "__main__":
    main()
