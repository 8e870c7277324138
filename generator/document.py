"""Reads api/openapi.yaml into the plain data of model.py, and refuses what the generator would get wrong."""

from __future__ import annotations

import keyword
import re
from pathlib import Path
from typing import Any

import yaml

from .model import Body, Field, Kind, Location, Operation, Pages, Parameter, Resource, Safety, Schema, Type

FIRST_VERSION = "0.1.0"
METHODS = ("get", "put", "post", "patch", "delete")
RESERVED = frozenset([*keyword.kwlist, "end", "function", "goto", "local", "nil", "repeat", "then", "until"])
SCALARS = {"string": Kind.STRING, "integer": Kind.INTEGER, "number": Kind.NUMBER, "boolean": Kind.BOOLEAN}


class DocumentError(Exception):
    """Something in the document that the generator has no form for."""


class Document:
    """The document with its references followed and its schemas read once each."""

    def __init__(self, root: dict[str, Any]) -> None:
        self.root = root
        self._schemas: dict[str, Schema] = {}
        self._open: list[str] = []

    @classmethod
    def load(cls, path: Path) -> Document:
        root = yaml.safe_load(path.read_text(encoding="utf-8"))
        if not isinstance(root, dict):
            raise DocumentError(f"{path.name}: not an OpenAPI document")
        return cls(root)

    def resolve(self, node: dict[str, Any]) -> dict[str, Any]:
        """What a node with a $ref stands for; a node without one is itself."""
        while "$ref" in node:
            target: Any = self.root
            for part in reference_parts(node["$ref"]):
                if not isinstance(target, dict) or part not in target:
                    raise DocumentError(f"{node['$ref']}: there is no such thing")
                target = target[part]
            node = target
        return node

    def schema(self, name: str) -> Schema:
        """A named object schema."""
        if name not in self._schemas:
            if name in self._open:
                raise DocumentError(f"schema {name} contains itself")
            self._open.append(name)
            self._schemas[name] = self._read_schema(name)
            self._open.pop()
        return self._schemas[name]

    def _read_schema(self, name: str) -> Schema:
        node = self.resolve({"$ref": f"#/components/schemas/{name}"})
        since = str(node.get("x-sdk-since", FIRST_VERSION))
        base = None
        fields: list[Field] = []
        described: set[str] = set()
        for part in node.get("allOf", [node]):
            described |= set(part.get("properties", {}))
            if "$ref" in part:
                base = self.schema(reference_parts(part["$ref"])[-1])
                fields += base.fields
            else:
                fields += self._read_fields(name, part, since)
        merged = {field.name: field for field in fields}
        return Schema(name, text(node, name), tuple(merged.values()), since, base, frozenset(described))

    def _read_fields(self, schema_name: str, node: dict[str, Any], since: str) -> list[Field]:
        required = node.get("required", [])
        if unknown := set(required) - set(node.get("properties", {})):
            raise DocumentError(f"{schema_name} requires {', '.join(sorted(unknown))}, which it does not have")
        return [
            Field(**self.field(wire_name, field, f"{schema_name}.{wire_name}", wire_name in required, since))
            for wire_name, field in node.get("properties", {}).items()
            if is_generated(field)
        ]

    def field(self, wire_name: str, node: dict[str, Any], where: str, required: bool, since: str) -> dict[str, Any]:
        """The members of a Field; `node` is its schema."""
        if node.get("x-sdk-name", wire_name) in RESERVED:
            raise DocumentError(f"{where} is a word of Python or Lua: give it another name with x-sdk-name")
        return {
            "name": node.get("x-sdk-name", wire_name),
            "wire_name": wire_name,
            "type": self.type(node, where),
            "required": required,
            "doc": text({**self.resolve(node), **node}, where),
            "since": str(node.get("x-sdk-since", since)),
            "deprecated": bool(node.get("deprecated", False)),
            "minimum": node.get("minimum"),
            "example": next(iter(node.get("examples", ())), None),
            "confirmed_by": node.get("x-sdk-confirmed-by"),
        }

    def type(self, node: dict[str, Any], where: str) -> Type:
        """The type that a schema stands for."""
        resolved = self.resolve(node)
        names, nullable = type_names(resolved)
        if "$ref" not in node or not is_object(resolved):
            node = resolved
        if "$ref" in node:
            return Type(Kind.SCHEMA, schema=self.schema(reference_parts(node["$ref"])[-1]), nullable=nullable)
        if len(names) == 1 and names[0] in SCALARS:
            values = tuple(value for value in node.get("enum", ()) if value is not None)
            return Type(SCALARS[names[0]], values=values, format=node.get("format", ""), nullable=nullable)
        if names == ["array"]:
            return self._list_type(node.get("items", {}), where, nullable)
        if names == ["object"]:
            return object_type(node, where, nullable)
        raise DocumentError(f"{where}: the generator has no form for the type {node.get('type')}")

    def _list_type(self, items: dict[str, Any], where: str, nullable: bool) -> Type:
        resolved = self.resolve(items)
        if "$ref" in items and is_object(resolved):
            return Type(Kind.SCHEMA_LIST, schema=self.schema(reference_parts(items["$ref"])[-1]), nullable=nullable)
        if type_names(resolved)[0] == ["string"]:
            return Type(Kind.STRING_LIST, nullable=nullable)
        raise DocumentError(f"{where}: an array holds strings, or objects of a named schema")

    def resources(self) -> tuple[Resource, ...]:
        """Every resource with its operations, in the order of the document."""
        docs = {tag["name"]: tag["description"] for tag in self.root.get("tags", [])}
        found: dict[str, list[Operation]] = {}
        for path, item in self.root["paths"].items():
            for method in METHODS:
                if method in item and is_generated(item[method]):
                    operation = self._read_operation(path, method, item)
                    found.setdefault(operation.resource, []).append(operation)
        return tuple(
            Resource(name=name, doc=docs.get(name, f"The operations on {name}."), operations=tuple(operations))
            for name, operations in found.items()
        )

    def _read_operation(self, path: str, method: str, item: dict[str, Any]) -> Operation:
        node = item[method]
        name = node.get("operationId", "")
        if not re.fullmatch(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*", name):
            raise DocumentError(f"{method.upper()} {path}: the operationId is not resource.verb")
        since = str(node.get("x-sdk-since", FIRST_VERSION))
        parameters = self._read_parameters(item.get("parameters", []) + node.get("parameters", []), name, since)
        body, members, file = self._read_body(node, name, since)
        response, response_doc, accept = self._read_response(node, name)
        resource, verb = name.split(".")
        operation = Operation(
            name=name,
            resource=resource,
            verb=verb,
            method=method.upper(),
            path=argument_path(path, parameters, name),
            summary=one_line(node.get("summary", "")),
            doc=one_line(node.get("description", "")),
            parameters=(*sorted(parameters, key=lambda p: p.location is not Location.PATH), *members),
            body=body,
            file=file,
            response=response,
            response_doc=response_doc,
            accept=accept,
            safety=read_safety(node, name),
            unsafe_when=node.get("x-sdk-unsafe-when"),
            timeout_parameter=node.get("x-sdk-timeout-parameter"),
            pages=read_pages(node, name, parameters, response),
            streams=self._has_events(node),
            since=since,
            tags=self._read_tags(node, name),
        )
        check_operation(operation)
        return operation

    def _read_tags(self, node: dict[str, Any], operation: str) -> tuple[str, ...]:
        known = {tag["name"] for tag in self.root.get("tags", [])}
        tags = tuple(node.get("tags", ()))
        for tag in tags:
            if tag not in known:
                raise DocumentError(f"{operation}: the tag {tag} is not described in the document's tags")
        return tags

    def _read_parameters(self, nodes: list[dict[str, Any]], operation: str, since: str) -> list[Parameter]:
        parameters = []
        for node in filter(is_generated, map(self.resolve, nodes)):
            if node["in"] not in ("path", "query"):
                raise DocumentError(f"{operation}: a parameter is in the path or query, not in the {node['in']}")
            schema = {
                **node["schema"],
                **{k: v for k, v in node.items() if k == "description" or k.startswith("x-sdk")},
            }
            members = self.field(
                node["name"], schema, f"{operation}: {node['name']}", node.get("required", False), since
            )
            parameters.append(Parameter(**members, location=Location(node["in"])))
        return parameters

    def _read_body(self, node: dict[str, Any], name: str, since: str) -> tuple[Body, list[Parameter], Field | None]:
        if "requestBody" not in node:
            return Body.NONE, [], None
        contents = generated_contents(self.resolve(node["requestBody"]))
        if len(contents) != 1:
            raise DocumentError(f"{name}: there is to be one media type of the body that is generated")
        media_type, content = next(iter(contents.items()))
        schema = self.body_schema(content["schema"], name)
        if media_type == "application/json":
            return Body.JSON, [Parameter(**vars(f), location=Location.BODY) for f in schema.fields], None
        if media_type == "multipart/form-data":
            files = set(file_parts(self.root["components"]["schemas"][schema.name]))
            if len(files) != 1:
                raise DocumentError(f"{name}: a multipart body has one part with a contentMediaType: the file")
            parts = [Parameter(**vars(f), location=Location.PART) for f in schema.fields if f.wire_name not in files]
            return Body.MULTIPART, parts, next(f for f in schema.fields if f.wire_name in files)
        raise DocumentError(f"{name}: the generator has no form for a body of type {media_type}")

    def _read_response(self, node: dict[str, Any], name: str) -> tuple[Schema | None, str, str]:
        answers = ((status, self.resolve(answer)) for status, answer in node["responses"].items())
        successes = [answer for status, answer in answers if str(status).startswith("2") and is_generated(answer)]
        if len(successes) != 1:
            raise DocumentError(f"{name}: there is to be one answer with a status of 2xx that is generated")
        generated = generated_contents(successes[0])
        if len(generated) != 1:
            raise DocumentError(f"{name}: there is to be one media type that is generated")
        media_type, content = next(iter(generated.items()))
        doc = one_line(successes[0]["description"])
        if media_type == "application/json":
            return self.body_schema(content["schema"], name), doc, media_type
        return None, doc, media_type

    def _has_events(self, node: dict[str, Any]) -> bool:
        answers = (self.resolve(answer) for answer in node["responses"].values())
        return any("x-sdk-events" in content for answer in answers for content in answer.get("content", {}).values())

    def body_schema(self, node: dict[str, Any], name: str) -> Schema:
        """The named schema of a request's or an answer's body."""
        if "$ref" not in node:
            raise DocumentError(f"{name}: a body's schema is to be a $ref to a named schema")
        return self.schema(reference_parts(node["$ref"])[-1])


def is_generated(node: dict[str, Any]) -> bool:
    """Whether the languages have it, and not only who asks for it by hand."""
    return bool(node.get("x-sdk-generated", True))


def generated_contents(node: dict[str, Any]) -> dict[str, Any]:
    """The media types of a body that are generated."""
    return {media_type: content for media_type, content in node["content"].items() if is_generated(content)}


def reference_parts(reference: str) -> list[str]:
    """#/components/schemas/Sandbox: components, schemas, Sandbox."""
    if not reference.startswith("#/"):
        raise DocumentError(f"{reference}: a $ref stays within the document")
    return [part.replace("~1", "/").replace("~0", "~") for part in reference[2:].split("/")]


def type_names(node: dict[str, Any]) -> tuple[list[str], bool]:
    """The types of a schema other than null, and whether null is one."""
    names = node.get("type", [])
    names = [names] if isinstance(names, str) else list(names)
    return [name for name in names if name != "null"], "null" in names


def is_object(node: dict[str, Any]) -> bool:
    """Whether a named schema is an object with fields, which is a type of its own, and not a scalar with a name."""
    return "allOf" in node or "properties" in node


def object_type(node: dict[str, Any], where: str, nullable: bool) -> Type:
    """The type of an object without a name."""
    if "properties" in node:
        raise DocumentError(f"{where}: an object with known fields is to be a named schema")
    values = node.get("additionalProperties")
    if isinstance(values, dict) and type_names(values)[0] == ["string"]:
        return Type(Kind.STRING_MAP, nullable=nullable)
    return Type(Kind.OBJECT, nullable=nullable)


def file_parts(node: dict[str, Any]) -> list[str]:
    """The properties of a multipart body that are files."""
    return [name for name, field in node.get("properties", {}).items() if "contentMediaType" in field]


def one_line(paragraph: str) -> str:
    return " ".join(paragraph.split())


def text(node: dict[str, Any], where: str) -> str:
    """The documentation line, which everything has."""
    if not node.get("description"):
        raise DocumentError(f"{where}: no description")
    return one_line(node["description"])


def argument_path(path: str, parameters: list[Parameter], operation: str) -> str:
    """The path with the arguments' names in its braces."""
    names = {p.wire_name: p.name for p in parameters if p.location is Location.PATH}
    if set(re.findall(r"{(\w+)}", path)) != set(names):
        raise DocumentError(f"{operation}: the path {path} and its parameters differ")
    return re.sub(r"{(\w+)}", lambda match: "{" + names[match.group(1)] + "}", path)


def read_safety(node: dict[str, Any], operation: str) -> Safety:
    try:
        return Safety(node.get("x-sdk-safety"))
    except ValueError:
        raise DocumentError(f"{operation}: x-sdk-safety is to be safe, idempotent or unsafe") from None


def read_pages(
    node: dict[str, Any], operation: str, parameters: list[Parameter], response: Schema | None
) -> Pages | None:
    """What x-sdk-pages names, each of which is there and of the type that going through pages needs."""
    given = node.get("x-sdk-pages")
    if given is None:
        return None
    arguments = {parameter.name: parameter.type.kind for parameter in parameters}
    fields = {field.name: field.type for field in response.fields} if response else {}
    items, pagination = fields.get(given.get("items")), fields.get(given.get("pagination"))
    item_fields = {field.name: field.type.kind for field in items.schema.fields} if items and items.schema else {}
    place_fields = {field.name for field in pagination.schema.fields} if pagination and pagination.schema else set()
    wrong = [
        name
        for name, right in (
            ("page", arguments.get(given.get("page")) is Kind.INTEGER),
            ("items", items is not None and items.kind is Kind.SCHEMA_LIST),
            ("id", item_fields.get(given.get("id")) is Kind.STRING),
            ("pagination", {"page_size", "total_items", "total_pages"} <= place_fields),
        )
        if not right
    ]
    if wrong:
        raise DocumentError(f"{operation}: x-sdk-pages needs another {wrong[0]} than {given.get(wrong[0])}")
    return Pages(**given, item=items.schema)


def check_operation(operation: Operation) -> None:
    """Refuses an operation that refers to arguments that it does not have, or has one twice."""
    if not operation.summary:
        raise DocumentError(f"{operation.name}: no summary")
    arguments = {parameter.name: parameter for parameter in operation.parameters}
    if len(arguments) != len(operation.parameters):
        raise DocumentError(f"{operation.name}: two arguments have one name")
    unsafe_when = operation.unsafe_when
    if unsafe_when and (unsafe_when not in arguments or arguments[unsafe_when].type.kind is not Kind.BOOLEAN):
        raise DocumentError(f"{operation.name}: x-sdk-unsafe-when names {unsafe_when}, which is no boolean argument")
    timeout = operation.timeout_parameter
    if timeout and (timeout not in arguments or arguments[timeout].type.kind not in (Kind.INTEGER, Kind.NUMBER)):
        raise DocumentError(f"{operation.name}: x-sdk-timeout-parameter names {timeout}, which is no number argument")
    answered = operation.response.described if operation.response else frozenset()
    for argument in operation.parameters:
        if argument.confirmed_by and argument.confirmed_by not in answered:
            raise DocumentError(f"{operation.name}: {argument.name} is confirmed by a field that the answer has not")
