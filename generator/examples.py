"""A call of an operation in each language, as the reference shows it, with the examples of the document."""

from __future__ import annotations

import json

from .c_types import c_symbol, c_type, has_c_params, noun, params_struct, schema_struct
from .model import Field, Kind, Operation
from .naming import c_member, c_name

LOCAL_FILE = "myfile.txt"


def shown(fields: tuple[Field, ...]) -> list[tuple[Field, object]]:
    """The arguments that an example gives, with their values."""
    return [(field, value) for field in fields if (value := example_of(field)) is not None]


def example_of(field: Field) -> object:
    """The example of an argument; of an object, of its members; of a required one without an example, any value."""
    if field.example is not None:
        return field.example
    if field.type.kind is Kind.SCHEMA:
        return {member.name: value for member, value in shown(field.type.schema.fields)} or None
    if not field.required:
        return None
    made_up = {Kind.INTEGER: 1, Kind.NUMBER: 1.5, Kind.BOOLEAN: True, Kind.STRING_MAP: {"name": "value"}}
    return made_up.get(field.type.kind, "...")


def python_example(operation: Operation) -> str:
    """The call in Python."""
    arguments = [parameter.name for parameter in operation.path_parameters]
    arguments += [f"{field.name}={value!r}".replace("'", '"') for field, value in shown(operation.other_parameters)]
    if operation.file:
        arguments.append(f'{operation.file.name}=Path("{LOCAL_FILE}")')
    call = f"client.{operation.name}({', '.join(arguments)})"
    return f'{call}.write_to_file("{LOCAL_FILE}")' if operation.answers_bytes else f"{answer(operation)} = {call}"


def lua_example(operation: Operation) -> str:
    """The call in Lua."""
    fields = [f"{field.name} = {lua_value(value)}" for field, value in shown(operation.other_parameters)]
    if operation.file:
        fields.append(f'{operation.file.name} = {{ path = "{LOCAL_FILE}" }}')
    if operation.answers_bytes:
        fields.append(f'into = "{LOCAL_FILE}"')
    table = "{ " + ", ".join(fields) + " }" if fields else ""
    path = [parameter.name for parameter in operation.path_parameters]
    arguments = f" {table}" if table and not path else f"({', '.join([*path, table] if table else path)})"
    call = f"client.{operation.resource}:{operation.verb}{arguments}"
    return f"local {'size' if operation.answers_bytes else answer(operation)}, err = {call}"


def lua_value(value: object) -> str:
    """A Lua literal."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{name} = {lua_value(member)}" for name, member in value.items()) + " }"
    return json.dumps(value)


def c_example(operation: Operation) -> str:
    """The call in C."""
    lines: list[str] = []
    arguments = ["client"]
    arguments += [c_member(parameter.wire_name, noun(operation)) for parameter in operation.path_parameters]
    if has_c_params(operation):
        struct = params_struct(operation)
        if operation.file:
            lines += ["sbx_source source = SBX_SOURCE_INIT;", "source.kind = SBX_SOURCE_PATH;"]
            lines += [f'source.path = "{LOCAL_FILE}";']
        if operation.answers_bytes:
            lines += ["sbx_sink sink = SBX_SINK_INIT;", "sink.kind = SBX_SINK_PATH;", f'sink.path = "{LOCAL_FILE}";']
        lines.append(f"{struct.name} params = {struct.init_macro};")
        if operation.file:
            lines.append(f"params.{c_member(operation.file.wire_name, noun(operation))} = &source;")
        if operation.answers_bytes:
            lines.append("params.into = &sink;")
        for field, value in shown(operation.other_parameters):
            lines = c_assignment(lines, "params", field, value, noun(operation))
        arguments.append("&params")
    result = "response" if operation.answers_bytes else c_name(operation.response.name)
    kind = "sbx_response" if operation.answers_bytes else c_type(operation.response)
    lines.append(f"{kind} *{result} = NULL;")
    lines.append(f"status = {c_symbol(operation)}({', '.join(arguments)}, NULL, &{result}, &error);")
    return "\n".join(lines)


def c_assignment(lines: list[str], target: str, field: Field, value: object, owner: str) -> list[str]:
    """The lines with one argument given; what it points to stands before them."""
    member = c_member(field.wire_name, owner)
    if field.type.kind is Kind.STRING_MAP:
        pairs = ", ".join(f"{{{json.dumps(name)}, {json.dumps(text)}}}" for name, text in value.items())
        before = [f"const sbx_pair {member}[] = {{{pairs}}};"]
        return [*before, *lines, f"{target}.{member} = {member};", f"{target}.{member}_count = {len(value)};"]
    if field.type.kind is Kind.SCHEMA:
        struct = schema_struct(field.type.schema)
        before = [f"{struct.name} {member} = {struct.init_macro};"]
        for inner, inner_value in shown(field.type.schema.fields):
            before = c_assignment(before, member, inner, inner_value, c_name(field.type.schema.name))
        return [*before, *lines, f"{target}.{member} = &{member};"]
    if field.type.kind is Kind.BOOLEAN:
        return [*lines, f"{target}.{member} = {'SBX_FLAG_YES' if value else 'SBX_FLAG_NO'};"]
    return [*lines, f"{target}.{member} = {json.dumps(value)};"]


def answer(operation: Operation) -> str:
    """What an example calls the answer."""
    return "response" if operation.answers_bytes else c_name(operation.response.name)
