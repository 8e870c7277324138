"""The operations as tools of the Model Context Protocol: names, JSON Schemas and hints.

An assistant pays for each byte of a definition: descriptions are one sentence, and answers' fields have none.
"""

from __future__ import annotations

import json
from typing import Any

from .model import Field, Kind, Operation, Safety, Schema, Type

PLAIN = {Kind.STRING: "string", Kind.INTEGER: "integer", Kind.NUMBER: "number", Kind.BOOLEAN: "boolean"}
FIELDS = {
    "type": "array",
    "items": {"type": "string"},
    "description": "Only these parts of the answer, such as data.id",
}


def tool_name(operation: Operation) -> str:
    """Such as execute_sandboxes."""
    return f"{operation.verb}_{operation.resource}"


def tool_definition(operation: Operation, with_roots: bool = False) -> str:
    """The entry of `tools/list`, as JSON in one line; `with_roots` where files of the user's machine may be named."""
    made: dict[str, Any] = {
        "name": tool_name(operation),
        "title": tool_name(operation).replace("_", " ").capitalize(),
        "description": operation.summary.rstrip("."),
        "inputSchema": _input_schema(operation, with_roots),
    }
    if operation.response:
        made["outputSchema"] = _object(operation.response.fields, _answer_schema)
    made["annotations"] = _annotations(operation)
    return json.dumps(made, ensure_ascii=False, separators=(",", ":"))


def path_parameter(operation: Operation) -> str | None:
    """The argument that scripts give by its position."""
    names = [p.name for p in operation.path_parameters]
    if len(names) > 1:
        raise ValueError(f"{operation.name}: scripts have one positional argument, not {', '.join(names)}")
    return names[0] if names else None


def c_literal(text: str) -> str:
    """Text as a C string literal."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return '"' + "".join(c if " " <= c <= "~" else "".join(f"\\{b:03o}" for b in c.encode()) for c in escaped) + '"'


def _annotations(operation: Operation) -> dict[str, bool]:
    reads = operation.safety is Safety.SAFE
    return {
        "readOnlyHint": reads,
        "destructiveHint": operation.verb in ("delete", "delete_all", "execute", "upload"),
        "idempotentHint": operation.safety is not Safety.UNSAFE,
        "openWorldHint": operation.verb == "execute",
    }


def _input_schema(operation: Operation, with_roots: bool) -> dict[str, Any]:
    properties = {p.name: _argument_schema(p) for p in operation.parameters if not p.deprecated}
    required = [p.name for p in operation.parameters if p.required]
    if operation.file:
        properties["file"] = {"type": "string", "description": "What the file holds"}
        properties["encoding"] = {
            "type": "string",
            "enum": ["text", "base64"],
            "description": "Of file; text if left out",
        }
        if with_roots:
            properties["local"] = {
                "type": "string",
                "description": "In the place of file: its path on the user's machine",
            }
        else:
            required.append("file")
    if operation.response:
        properties["fields"] = FIELDS
    made: dict[str, Any] = {"type": "object", "properties": properties}
    if required:
        made["required"] = required
    return made | {"additionalProperties": False}


def _argument_schema(field: Field) -> dict[str, Any]:
    made = _plain_schema(field.type, _argument_schema)
    if field.minimum is not None:
        made["minimum"] = field.minimum
    if field.doc:
        made["description"] = _first_sentence(field.doc)
    return made


def _answer_schema(field: Field) -> dict[str, Any]:
    """Whatever an answer has may be missing or null: what a server leaves out spoils no answer."""
    made = _plain_schema(field.type, _answer_schema)
    made["type"] = [made["type"], "null"]
    return made


def _plain_schema(kind: Type, nested: Any) -> dict[str, Any]:
    if kind.kind in PLAIN:
        return {"type": PLAIN[kind.kind]} | (
            {"enum": list(kind.values)} if kind.values and nested is _argument_schema else {}
        )
    if kind.kind is Kind.STRING_MAP:
        return {"type": "object", "additionalProperties": {"type": "string"}}
    if kind.kind is Kind.STRING_LIST:
        return {"type": "array", "items": {"type": "string"}}
    if kind.kind is Kind.OBJECT:
        return {"type": "object"}
    schema = _schema_of(kind)
    if kind.kind is Kind.SCHEMA_LIST:
        return {"type": "array", "items": _object(schema.fields, nested)}
    return _object(schema.fields, nested)


def _object(fields: tuple[Field, ...], nested: Any) -> dict[str, Any]:
    return {"type": "object", "properties": {f.wire_name: nested(f) for f in fields if not f.deprecated}}


def _schema_of(kind: Type) -> Schema:
    if kind.schema is None:
        raise ValueError(f"{kind.kind} without its schema")
    return kind.schema


def _first_sentence(doc: str) -> str:
    return doc.split(". ", 1)[0].rstrip(".")
