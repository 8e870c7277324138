"""Puts the document and the table of errors together into one Api."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from .document import Document, DocumentError
from .errors import read_errors
from .model import Api, ErrorCode, Field, Model, Schema
from .naming import c_name

DOCUMENT = "api/openapi.yaml"
ERRORS = "lib/errors.def"


def read_api(root: Path) -> Api:
    """Reads the API of the tree at `root`."""
    try:
        return make_api(Document.load(root / DOCUMENT), read_errors(root / ERRORS))
    except KeyError as missing:
        raise DocumentError(f"{DOCUMENT}: {missing} is missing; openapi-spec-validator says where") from missing


def make_api(document: Document, errors: tuple[ErrorCode, ...]) -> Api:
    """Puts the API together."""
    resources = document.resources()
    operations = [operation for resource in resources for operation in resource.operations]
    responses = with_uses(operation.response for operation in operations if operation.response)
    info = document.root["info"]
    schemes = document.root["components"]["securitySchemes"]
    return Api(
        title=info["title"],
        doc=info["description"],
        server_url=document.root["servers"][0]["url"],
        key_header=schemes["apiKey"]["name"],
        resources=resources,
        request_schemas=with_uses(request_schemas(document)),
        response_schemas=responses,
        models=merge_models(responses),
        errors=errors,
    )


def request_schemas(document: Document) -> list[Schema]:
    """The schemas of the requests' bodies."""
    found = []
    for item in document.root["paths"].values():
        for node in item.values():
            if isinstance(node, dict) and "requestBody" in node:
                content = next(iter(document.resolve(node["requestBody"])["content"].values()))
                found.append(document.body_schema(content["schema"], node["operationId"]))
    return found


def with_uses(schemas: Iterable[Schema]) -> tuple[Schema, ...]:
    """The schemas and all that they use, each once and after what it uses."""
    ordered: dict[str, Schema] = {}

    def visit(schema: Schema) -> None:
        for used in schema.uses:
            visit(used)
        ordered.setdefault(schema.name, schema)

    for schema in schemas:
        visit(schema)
    return tuple(ordered.values())


def merge_models(schemas: tuple[Schema, ...]) -> tuple[Model, ...]:
    """The C models: schemas that share a C name become one."""
    groups: dict[str, list[Schema]] = {}
    for schema in schemas:
        groups.setdefault(c_name(schema.name), []).append(schema)
    models = {name: merge(name, group) for name, group in groups.items()}
    return in_order_of_use(models)


def merge(name: str, schemas: list[Schema]) -> Model:
    """One model with the fields of all schemas; a field is required only where every schema requires it."""
    fields: dict[str, Field] = {}
    for schema in schemas:
        for field in schema.fields:
            known = fields.setdefault(field.name, field)
            if known.type.kind is not field.type.kind:
                raise DocumentError(f"{schema.name}.{field.name} is of another type than in {schemas[0].name}")
            if field.type.values != known.type.values:
                values = tuple(dict.fromkeys(known.type.values + field.type.values))
                fields[field.name] = replace(known, type=replace(known.type, values=values))
    for field_name in fields:
        holders = [
            field for schema in schemas for field in schema.fields if field.name == field_name and field.required
        ]
        fields[field_name] = replace(fields[field_name], required=len(holders) == len(schemas))
    return Model(name, schemas[0].doc, tuple(schemas), tuple(fields.values()), schemas[0].since)


def in_order_of_use(models: dict[str, Model]) -> tuple[Model, ...]:
    """Each model after those that its fields are."""
    ordered: dict[str, Model] = {}

    def visit(model: Model) -> None:
        for field in model.fields:
            if field.type.schema:
                visit(models[c_name(field.type.schema.name)])
        ordered.setdefault(model.name, model)

    for model in models.values():
        visit(model)
    return tuple(ordered.values())
