"""What the templates see: the API as plain, immutable data.

`Api` is the root. `reader.read_api()` makes one, and every template gets it as `api`. Names of C and Python things
come from `naming.py`, as filters.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Kind(str, Enum):
    """The types that a field or argument can have. A nullable type is the same kind."""

    STRING = "string"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    STRING_MAP = "string_map"  # an object whose values are strings
    STRING_LIST = "string_list"  # an array of strings
    OBJECT = "object"  # an object of any shape
    SCHEMA = "schema"  # an object of a known shape: `Type.schema`
    SCHEMA_LIST = "schema_list"  # an array of those


@dataclass(frozen=True)
class Type:
    """The type of a field or argument."""

    kind: Kind
    schema: Schema | None = None  # of SCHEMA and SCHEMA_LIST
    values: tuple[str, ...] = ()  # of a STRING that is one of these
    format: str = ""  # of a STRING, such as "date-time"
    nullable: bool = False


@dataclass(frozen=True)
class Field:
    """A field of a schema."""

    name: str  # in the languages
    wire_name: str  # in JSON, and in C
    type: Type
    required: bool
    doc: str  # whole sentences
    since: str
    deprecated: bool = False
    minimum: int | None = None
    example: object = None  # a value to show; None: there is none
    confirmed_by: str | None = None  # the answer's field without which the server does not know this argument


@dataclass(frozen=True)
class Schema:
    """A named object type of the document."""

    name: str  # such as "SandboxCreateResponse"
    doc: str
    fields: tuple[Field, ...]  # the base's first
    since: str
    base: Schema | None = None  # the schema that this one adds fields to (allOf)
    described: frozenset[str] = frozenset()  # all its fields in JSON, also those that nothing is generated of

    @property
    def own_fields(self) -> tuple[Field, ...]:
        """The fields that the base does not have."""
        inherited = {field.name for field in self.base.fields} if self.base else set()
        return tuple(field for field in self.fields if field.name not in inherited)

    @property
    def uses(self) -> tuple[Schema, ...]:
        """The schemas that this one's base and fields refer to, each once, in order."""
        found = [self.base] if self.base else []
        found += [field.type.schema for field in self.own_fields if field.type.schema]
        return tuple({schema.name: schema for schema in found}.values())


class Location(str, Enum):
    """Where an argument goes."""

    PATH = "path"
    QUERY = "query"
    BODY = "body"
    PART = "part"  # a text part of a multipart body


@dataclass(frozen=True)
class Parameter(Field):
    """An argument of an operation."""

    location: Location = Location.BODY


class Body(str, Enum):
    """The body of a request."""

    NONE = "none"
    JSON = "json"
    MULTIPART = "multipart"  # text parts, then the file


class Safety(str, Enum):
    """What may happen when a request is sent twice."""

    SAFE = "safe"
    IDEMPOTENT = "idempotent"
    UNSAFE = "unsafe"


@dataclass(frozen=True)
class Pages:
    """Which parts of an operation make its answers the pages of one list."""

    page: str  # the argument that is the page's number
    items: str  # the answer's field with the items
    id: str  # the items' field that no two share
    pagination: str  # the answer's field that says where the page stands
    item: Schema


@dataclass(frozen=True)
class Operation:
    """One operation."""

    name: str  # such as "sandboxes.create"
    resource: str  # such as "sandboxes"
    verb: str  # such as "create"
    method: str
    path: str  # with {argument} where an argument goes
    summary: str  # one sentence
    doc: str  # further sentences; may be ""
    parameters: tuple[Parameter, ...]  # path, query, then body; without the file of an upload
    body: Body
    file: Field | None  # the file part of a multipart body
    response: Schema | None  # None: the answer is bytes
    response_doc: str
    accept: str
    safety: Safety
    unsafe_when: str | None  # a boolean argument that makes the operation unsafe when it is true
    timeout_parameter: str | None  # an argument, in seconds, that the default timeout grows to
    pages: Pages | None  # None: the whole answer comes at once
    streams: bool  # whether the answer can be asked for as a stream of events
    since: str
    tags: tuple[str, ...]

    @property
    def path_parameters(self) -> tuple[Parameter, ...]:
        """The arguments in the path: positional in every language."""
        return tuple(p for p in self.parameters if p.location is Location.PATH)

    @property
    def other_parameters(self) -> tuple[Parameter, ...]:
        """The arguments outside the path: keywords in Python, members of the params struct in C."""
        return tuple(p for p in self.parameters if p.location is not Location.PATH)

    @property
    def sent_parameters(self) -> tuple[Parameter, ...]:
        """All arguments in the order in which they are sent: those of the path, the required ones, the others.

        Each by their names on the wire. The structs of C have them as they came to the API, since those only grow.
        """
        others = sorted(self.other_parameters, key=lambda p: (not p.required, p.wire_name))
        return (*self.path_parameters, *others)

    @property
    def has_params(self) -> bool:
        """Whether there is any argument outside the path, the file included."""
        return bool(self.other_parameters or self.file)

    @property
    def params_required(self) -> bool:
        """Whether one of those must be given."""
        return any(p.required for p in self.other_parameters) or bool(self.file and self.file.required)

    @property
    def answers_bytes(self) -> bool:
        """Whether the answer is a file's bytes: a download."""
        return self.response is None


@dataclass(frozen=True)
class Resource:
    """The operations that share the first word of their names."""

    name: str  # such as "sandboxes"
    doc: str
    operations: tuple[Operation, ...]


@dataclass(frozen=True)
class Model:
    """A C model: one schema of an answer, or several that share a C name, merged."""

    name: str  # the C name without prefix, such as "sandbox_list"
    doc: str
    schemas: tuple[Schema, ...]
    fields: tuple[Field, ...]  # required only where every schema requires the field
    since: str


@dataclass(frozen=True)
class ErrorCode:
    """A row of lib/errors.def."""

    symbol: str  # such as "NOT_FOUND"
    value: int  # such as -404
    name: str  # such as "not_found"
    python_class: str  # such as "NotFoundError"
    http_status: int  # 0: no status leads to it
    doc: str  # half a sentence
    when: str  # when it comes
    retried: str  # whether the call is tried again by itself: "no", "yes" or more
    cure: str  # what to do about it


@dataclass(frozen=True)
class Api:
    """Everything."""

    title: str
    doc: str
    server_url: str
    key_header: str
    resources: tuple[Resource, ...]
    request_schemas: tuple[Schema, ...]  # bodies of requests and what they refer to, each after what it uses
    response_schemas: tuple[Schema, ...]  # answers and what they refer to, each after what it uses
    models: tuple[Model, ...]  # the C models of the answers, each after what it uses
    errors: tuple[ErrorCode, ...]

    @property
    def operations(self) -> tuple[Operation, ...]:
        """Every operation, by resource, in the order of the document."""
        return tuple(operation for resource in self.resources for operation in resource.operations)
