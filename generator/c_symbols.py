"""The public C names that are generated, and the refusal of a document that would give one name to two things."""

from __future__ import annotations

from collections.abc import Iterator

from .c_types import argument_homes, c_symbol, has_c_params
from .document import DocumentError
from .model import Api, Field, Kind, Model
from .naming import c_name

ACCESSORS = {
    Kind.STRING: ("", "_length"),
    Kind.STRING_LIST: ("_count", "_at", "_at_length"),
    Kind.SCHEMA_LIST: ("_count", "_at"),
}


def check_symbols(api: Api) -> None:
    """Refuses two things of one name."""
    owners: dict[str, str] = {}
    for symbol, owner in symbols(api):
        if symbol in owners:
            raise DocumentError(
                f"{symbol} is the C name of {owners[symbol]} and of {owner}; "
                "choose another for one of them in C_NAMES of generator/naming.py"
            )
        owners[symbol] = owner


def symbols(api: Api) -> Iterator[tuple[str, str]]:
    """Every public C name, and what it is the name of."""
    for model in api.models:
        owner = " and ".join(schema.name for schema in model.schemas)
        for suffix in ("", "_json", "_to_json", "_ref", "_free"):
            yield f"sbx_{model.name}{suffix}", owner
        yield f"sbx_call_result_{model.name}", owner
        for field in model.fields:
            yield from ((symbol, f"{owner}.{field.wire_name}") for symbol in accessors(model, field))
    for schema_name in argument_homes(api):
        yield f"sbx_{c_name(schema_name)}", schema_name
    for operation in api.operations:
        yield c_symbol(operation), operation.name
        if has_c_params(operation):
            yield f"{c_symbol(operation)}_params", operation.name
        yield f"{c_symbol(operation)}_start", operation.name
        if operation.streams:
            yield f"{c_symbol(operation)}_stream", f"the events of {operation.name}"
            yield f"{c_symbol(operation)}_stream_start", f"the events of {operation.name}"
        if operation.pages:
            yield f"sbx_{operation.resource}_each", f"the pages of {operation.name}"
            yield f"sbx_{operation.resource}_next", f"the pages of {operation.name}"


def accessors(model: Model, field: Field) -> list[str]:
    """The accessors of one field."""
    value = f"sbx_{model.name}_{field.wire_name}"
    return [f"sbx_{model.name}_has_{field.wire_name}", *(value + end for end in ACCESSORS.get(field.type.kind, ("",)))]
