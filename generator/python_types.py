"""The Python form of fields, arguments and schemas: annotations, modules, docstrings."""

from __future__ import annotations

from dataclasses import dataclass

from .model import Api, Field, Kind, Location, Operation, Parameter, Resource, Schema
from .naming import params_class, pascal_case, python_class, snake_case
from .text import wrap

BUILTINS = {
    Kind.STRING: "str",
    Kind.INTEGER: "int",
    Kind.NUMBER: "float",
    Kind.BOOLEAN: "bool",
    Kind.STRING_MAP: "dict[str, str]",
    Kind.STRING_LIST: "list[str]",
    Kind.OBJECT: "dict[str, object]",
}
TYPING_NAMES = ("Dict", "List", "Literal", "Optional")


@dataclass(frozen=True)
class ModelModule:
    """A module of sandbox_sdk.types with the classes of an answer."""

    name: str
    schemas: tuple[Schema, ...]

    @property
    def imports(self) -> list[tuple[str, str]]:
        """The modules and classes that the fields and bases are of, outside this module."""
        used = {python_class(schema.name) for owner in self.schemas for schema in owner.uses}
        return sorted((module, name) for module, name in used if module != self.name)


@dataclass(frozen=True)
class ParamsModule:
    """A module of sandbox_sdk.types with the arguments of an operation, as dicts that a type checker knows."""

    name: str
    class_name: str
    operation: Operation
    schemas: tuple[Schema, ...]  # of arguments that are objects of a known shape


def model_modules(api: Api) -> list[ModelModule]:
    """Every module of models, in order."""
    found: dict[str, list[Schema]] = {}
    for schema in api.response_schemas:
        found.setdefault(python_class(schema.name)[0], []).append(schema)
    return [ModelModule(name, tuple(schemas)) for name, schemas in found.items()]


def params_modules(api: Api) -> list[ParamsModule]:
    """Every module of arguments: one for each operation that has any outside its path."""
    found = []
    for resource in api.resources:
        for operation in resource.operations:
            if operation.has_params:
                class_name = params_class(operation.name)
                schemas = argument_objects(operation.other_parameters)
                found.append(ParamsModule(snake_case(class_name), class_name, operation, schemas))
    return found


def argument_objects(fields: tuple[Field, ...]) -> tuple[Schema, ...]:
    """The schemas of arguments that are objects, each after those that it uses."""
    found: dict[str, Schema] = {}
    for field in fields:
        if field.type.schema:
            for schema in (*argument_objects(field.type.schema.fields), field.type.schema):
                found.setdefault(schema.name, schema)
    return tuple(found.values())


def type_names(api: Api) -> dict[str, str]:
    """The module of each public name of sandbox_sdk.types. A class inside another's module is reached through that."""
    names = {}
    for module in model_modules(api):
        names.update({python_class(s.name)[1]: module.name for s in module.schemas if own_module(s)})
    names.update({module.class_name: module.name for module in params_modules(api)})
    return dict(sorted(names.items()))


def own_module(schema: Schema) -> bool:
    """Whether a schema's class is what its module is named for."""
    module, name = python_class(schema.name)
    return snake_case(name) == module


def resource_class(resource: Resource) -> str:
    """sandboxes: SandboxesResource."""
    return pascal_case(resource.name) + "Resource"


def keyword_parameters(operation: Operation) -> list[Parameter]:
    """The arguments that are keywords, in the order in which they are sent."""
    return [parameter for parameter in operation.sent_parameters if parameter.location is not Location.PATH]


def annotation(field: Field, prefix: bool = False) -> str:
    """The type of a value that is there; with `prefix`, a class of another module comes with its module."""
    if field.type.schema:
        module, name = python_class(field.type.schema.name)
        name = f"{module}.{name}" if prefix else name
        return f"list[{name}]" if field.type.kind is Kind.SCHEMA_LIST else name
    if field.type.values:
        return f"Literal[{', '.join(repr(value) for value in field.type.values)}]"
    if getattr(field, "location", None) is Location.QUERY and field.type.kind is Kind.INTEGER:
        return "float"  # so that `page=answer.pagination.page + 1`, which is a float to a type checker, is right
    return BUILTINS[field.type.kind]


def field_annotation(field: Field) -> str:
    """The type of a model's field. A field that the server may leave out reads as None then.

    It is text, but can be evaluated on CPython 3.9 too. The package reads it as it is written here (_model_fields.py).
    """
    text = annotation(field).replace("list[", "List[").replace("dict[", "Dict[")
    return text if field.required else f"Optional[{text}]"


def member_annotation(field: Field) -> str:
    """The type of a member of a dict of arguments. It is evaluated, for which `| None` is too new on CPython 3.9."""
    return f"Optional[{annotation(field)}]" if field.type.nullable else annotation(field)


def argument_annotation(parameter: Parameter) -> str:
    """The type of an argument of a method."""
    parts = [annotation(parameter, prefix=True)]
    if parameter.type.nullable:
        parts.append("None")
    if not parameter.required:
        parts.append("Omit")
    return " | ".join(parts)


def typing_names(annotations: list[str]) -> list[str]:
    """The names of typing that annotations use."""
    return [name for name in TYPING_NAMES if any(f"{name}[" in text for text in annotations)]


def resource_schemas_modules(resource: Resource) -> list[str]:
    """The modules of the arguments of a resource's methods that are objects."""
    schemas = [s for operation in resource.operations for s in argument_objects(operation.other_parameters)]
    return sorted({python_class(schema.name)[0] for schema in schemas})


def response_imports(resource: Resource) -> list[tuple[str, str]]:
    """The modules and classes of the answers of a resource's operations."""
    return sorted({python_class(operation.response.name) for operation in resource.operations if operation.response})


def docstring(text: str, indent: int) -> str:
    """Text between quotes, in lines that fit."""
    lines = wrap(text, "", "", indent + 3)
    if len(lines) == 1 and len(lines[0]) + indent + 6 <= 120:
        return f'"""{lines[0]}"""'
    return docstring_lines(lines, indent)


def docstring_lines(lines: list[str], indent: int) -> str:
    """Lines between quotes; the first is given without its indent."""
    margin = " " * indent
    rest = [margin + line if line else "" for line in lines[1:]]
    return "\n".join([f'"""{lines[0]}', *rest, f'{margin}"""'])


def remark(field: Field) -> str:
    """What is to be known of a field or argument."""
    parts = [field.doc]
    if field.minimum is not None:
        parts.append(f"At least {field.minimum}.")
    if field.deprecated:
        parts.append("Deprecated.")
    if field.since != "0.1.0":
        parts.append(f"Since {field.since}.")
    return " ".join(parts).replace("`", "``")


def method_docstring(operation: Operation) -> str:
    """The docstring of a method: what it does, its arguments, what it returns."""
    summary = " ".join(part for part in (operation.summary, operation.doc) if part).replace("`", "``")
    lines = [*wrap(summary, "", "", 11), "", "Args:"]
    arguments = [(p.name, remark(p)) for p in (*operation.path_parameters, *keyword_parameters(operation))]
    if operation.file:
        arguments.append((operation.file.name, f"{remark(operation.file)} {FILE_REMARK}"))
    arguments += OPTIONS
    if operation.answers_bytes:
        arguments.append(("into", INTO_REMARK))
    for name, text in arguments:
        lines += [*wrap(f"{name}: {text}", "  ", "      ", 8), ""]
    return docstring_lines([*lines, "Returns:", *wrap(operation.response_doc, "  ", "  ", 8)], 8)


FILE_REMARK = (
    "Bytes, a ``str`` (as UTF-8), a path, a file opened in binary mode, an iterable of bytes, or a tuple of a name, one"
    " of these and a content type. It is streamed."
)
INTO_REMARK = (
    "Where the bytes go while they come: a path (the file appears whole or not at all), a file opened in binary mode,"
    " or a callable that takes bytes. Without it they are in memory."
)
OPTIONS = [
    ("extra_headers", "Headers to send as well; ``Omit()`` removes one."),
    ("extra_query", "Query parameters to send as well."),
    ("extra_body", "Members of the body to send as well."),
    ("timeout", "Seconds for each phase of this call, or a ``Timeout``, in the place of the client's."),
]
