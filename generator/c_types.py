"""The C form of arguments and fields: types, names, parameter structs."""

from __future__ import annotations

from dataclasses import dataclass, replace

from .document import DocumentError
from .model import Api, Field, Kind, Model, Operation, Parameter, Resource, Schema
from .naming import c_member, c_name, singular

# What a member of a parameter struct is, and its value when it was not given.
MEMBER_TYPES = {
    Kind.STRING: ("const char *", "NULL"),
    Kind.INTEGER: ("int64_t ", "SBX_DEFAULT"),
    Kind.NUMBER: ("double ", "SBX_DEFAULT"),
    Kind.BOOLEAN: ("sbx_flag ", "SBX_FLAG_DEFAULT"),
    Kind.STRING_MAP: ("const sbx_pair *", "NULL"),
    Kind.STRING_LIST: ("const char *const *", "NULL"),
    Kind.OBJECT: ("const sbx_json *", "NULL"),
    Kind.SCHEMA_LIST: ("const sbx_json *", "NULL"),
}
COUNTED = (Kind.STRING_MAP, Kind.STRING_LIST)  # kinds whose member has a count beside it

# The function of lib/arguments.h that takes an argument of each kind.
ARGUMENT_FUNCTIONS = {
    Kind.STRING: "sbx__arguments_string",
    Kind.INTEGER: "sbx__arguments_integer",
    Kind.NUMBER: "sbx__arguments_number",
    Kind.BOOLEAN: "sbx__arguments_flag",
    Kind.STRING_MAP: "sbx__arguments_pairs",
    Kind.STRING_LIST: "sbx__arguments_strings",
    Kind.OBJECT: "sbx__arguments_json",
    Kind.SCHEMA_LIST: "sbx__arguments_json",
}

# The name in lib/model.h of each kind of a field or argument.
INTERNAL_TYPES = {
    Kind.STRING: "SBX__STRING",
    Kind.INTEGER: "SBX__INTEGER",
    Kind.NUMBER: "SBX__NUMBER",
    Kind.BOOLEAN: "SBX__BOOLEAN",
    Kind.STRING_MAP: "SBX__STRING_MAP",
    Kind.STRING_LIST: "SBX__STRING_LIST",
    Kind.OBJECT: "SBX__OBJECT",
    Kind.SCHEMA: "SBX__MODEL",
    Kind.SCHEMA_LIST: "SBX__MODEL_LIST",
}


@dataclass(frozen=True)
class Member:
    """A member of a parameter struct."""

    name: str
    declaration: str  # without semicolon
    initial: str
    doc: str  # sentences


@dataclass(frozen=True)
class Struct:
    """A parameter struct: its size first, then its members; no padding that is not a member."""

    name: str
    doc: str
    members: tuple[Member, ...]
    since: str

    @property
    def init_macro(self) -> str:
        return f"{self.name.upper()}_INIT"


@dataclass(frozen=True)
class NestedStruct:
    """An argument that is a struct of its own, and the local variable that its wrapper reads it into."""

    argument: str
    pointer: str  # the expression that points to what the caller gave
    variable: str
    struct: Struct


def c_symbol(operation: Operation) -> str:
    """sandboxes.create: sbx_sandboxes_create."""
    return f"sbx_{operation.resource}_{operation.verb}"


def c_type(schema: Schema) -> str:
    """The C type of an answer's schema."""
    return f"sbx_{c_name(schema.name)}"


def has_c_params(operation: Operation) -> bool:
    """Whether the C function takes a params struct: a download has one for the place its bytes go to."""
    return operation.has_params or operation.answers_bytes


def noun(operation: Operation) -> str:
    """What an operation's arguments belong to: sandboxes.create: sandbox."""
    return singular(operation.resource)


def path_argument(parameter: Parameter, operation: Operation) -> str:
    """The declaration of an argument in the path."""
    if parameter.type.kind not in (Kind.STRING, Kind.INTEGER):
        raise DocumentError(f"{operation.name}: {parameter.name} in the path is neither a string nor an integer")
    return MEMBER_TYPES[parameter.type.kind][0] + c_member(parameter.wire_name, noun(operation))


def params_struct(operation: Operation) -> Struct:
    """The parameter struct of an operation: the bytes' way first, then the arguments, which may grow in number."""
    members = []
    if operation.file:
        # A server may do without it; who calls a typed function without it has forgotten it.
        file = replace(operation.file, required=True)
        members.append(member(file, "const sbx_source *", "NULL", noun(operation)))
    if operation.answers_bytes:
        members.append(Member("into", "const sbx_sink *into", "NULL", "Where the bytes go. NULL: into the response."))
    members += field_members(operation.other_parameters, noun(operation))
    name = c_symbol(operation)
    return Struct(f"{name}_params", f"Arguments of {name}().", with_size(members), operation.since)


def schema_struct(schema: Schema) -> Struct:
    """The struct of an argument that is an object of a known shape."""
    name = c_name(schema.name)
    return Struct(f"sbx_{name}", schema.doc, with_size(field_members(schema.fields, name)), schema.since)


def with_size(members: list[Member]) -> tuple[Member, ...]:
    """The members after the struct's size; each flag is followed by an int, so that what is added starts a new word."""
    padded = [Member("size", "size_t size", "", "")]
    for item in members:
        padded.append(item)
        if item.declaration.startswith("sbx_flag "):
            name = f"reserved_{item.name}"
            padded.append(Member(name, f"int {name}", "0", "0"))
    return tuple(padded)


def field_members(fields: tuple[Field, ...], owner: str) -> list[Member]:
    """The members of arguments."""
    members = []
    for field in fields:
        if field.type.kind is Kind.SCHEMA:
            members.append(member(field, f"const {c_type(field.type.schema)} *", "NULL", owner))
        else:
            members.append(member(field, *MEMBER_TYPES[field.type.kind], owner))
        if field.type.kind in COUNTED:
            count = f"{members[-1].name}_count"
            members.append(Member(count, f"size_t {count}", "0", "How many."))
    return members


def member(field: Field, c_type_name: str, initial: str, owner: str) -> Member:
    """The member of one argument."""
    name = c_member(field.wire_name, owner)
    doc = field.doc + (" Required." if field.required else "") + (" Deprecated." if field.deprecated else "")
    return Member(name, c_type_name + name, initial, doc)


def nested_structs(operation: Operation) -> list[NestedStruct]:
    """The arguments that are structs of their own, each after the one that has it."""
    found: list[NestedStruct] = []

    def visit(fields: tuple[Field, ...], given: str, owner: str) -> None:
        for field in fields:
            if field.type.kind is Kind.SCHEMA:
                schema = field.type.schema
                variable = nested_variable(field, given)
                pointer = f"{given}.{c_member(field.wire_name, owner)}"
                found.append(NestedStruct(field.name, pointer, variable, schema_struct(schema)))
                visit(schema.fields, variable, c_name(schema.name))

    visit(operation.other_parameters, "given", noun(operation))
    return found


def nested_variable(field: Field, given: str) -> str:
    """The local variable of an argument that is a struct of its own: resources of given: given_resources."""
    return f"{given}_{field.wire_name}"


def argument_schemas(resource: Resource) -> list[Schema]:
    """The schemas of a resource's arguments that are structs of their own, each once and after those that it uses."""
    found: dict[str, Schema] = {}

    def visit(fields: tuple[Field, ...]) -> None:
        for field in fields:
            if field.type.kind is Kind.SCHEMA:
                visit(field.type.schema.fields)
                found.setdefault(field.type.schema.name, field.type.schema)

    for operation in resource.operations:
        visit(operation.other_parameters)
    return list(found.values())


def argument_homes(api: Api) -> dict[str, str]:
    """The resource whose header declares each of those structs: the first one that has it."""
    homes: dict[str, str] = {}
    answers = {model.name for model in api.models}
    for resource in api.resources:
        for schema in argument_schemas(resource):
            if c_name(schema.name) in answers:
                raise DocumentError(f"{schema.name} is both an argument and an answer, which C has no one type for")
            homes.setdefault(schema.name, resource.name)
    return homes


def answered_models(api: Api) -> list[Model]:
    """The models that operations answer with, each once."""
    names = {c_name(operation.response.name) for operation in api.operations if operation.response}
    return [model for model in api.models if model.name in names]


def field_names_by_length(api: Api) -> list[str]:
    """The names of all fields of all models, each once, the shorter ones first."""
    names = {field.wire_name for model in api.models for field in model.fields}
    return sorted(names, key=lambda name: (len(name), name))


def length_starts(names: list[str]) -> list[int]:
    """Where in such a list the names of each length begin, from 0 to one more than the longest one's."""
    lengths = [len(name) for name in names]
    return [sum(other < length for other in lengths) for length in range(max(lengths) + 2)]


def foreign_homes(resource: Resource, homes: dict[str, str]) -> list[str]:
    """The other resources whose headers a resource needs for its arguments."""
    return sorted({homes[schema.name] for schema in argument_schemas(resource)} - {resource.name})


def internal_type(field: Field) -> str:
    """The name in lib/model.h of the type of a model's field."""
    return INTERNAL_TYPES[field.type.kind]


def argument_type(field: Field) -> str:
    """The name in lib/model.h of the type of an argument: an object of a known shape is an object with members."""
    return "SBX__OBJECT" if field.type.kind is Kind.SCHEMA else INTERNAL_TYPES[field.type.kind]


def is_counted(field: Field) -> bool:
    """Whether the member of an argument has a count beside it."""
    return field.type.kind in COUNTED


def argument_function(field: Field) -> str:
    """The function of lib/arguments.h that takes an argument."""
    return ARGUMENT_FUNCTIONS[field.type.kind]
