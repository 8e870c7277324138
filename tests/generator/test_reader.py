"""What is read of the document, and what is refused because the generator would get it wrong."""

from __future__ import annotations

import pytest

from generator.document import DocumentError
from generator.errors import TableError, read_errors
from generator.model import Kind
from generator.reader import read_api

DOCUMENT = "api/openapi.yaml"


def model(api, name):
    return next(model for model in api.models if model.name == name)


def test_merged_model_requires_what_every_schema_requires(api):
    fields = {field.name: field for field in model(api, "sandbox").fields}
    assert [schema.name for schema in model(api, "sandbox").schemas] == ["Sandbox", "SandboxCreateResponse"]
    assert fields["disk_size"].required
    assert not fields["storage"].required


def test_merged_model_has_every_value(api):
    fields = {field.name: field for field in model(api, "volume").fields}
    assert fields["status"].type.values == ("Pending", "Bound", "Lost", "Ready")
    assert fields["mounted_by"].type.schema.name == "VolumeMountedBy"


def test_all_of(api):
    schema = next(schema for schema in api.response_schemas if schema.name == "SandboxCreateResponse")
    assert schema.base.name == "Sandbox"
    assert [field.name for field in schema.own_fields] == ["storage"]
    assert [field.name for field in schema.fields][-1] == "storage"


def test_each_schema_and_model_comes_after_what_it_uses(api):
    for schemas in (api.request_schemas, api.response_schemas):
        names = [schema.name for schema in schemas]
        for position, schema in enumerate(schemas):
            assert all(names.index(used.name) < position for used in schema.uses)
    names = [item.name for item in api.models]
    assert names.index("sandbox") < names.index("sandbox_list")


def test_argument_name_stands_in_the_path(edit):
    tree = edit(
        DOCUMENT,
        """      parameters:
        - name: id
          in: path
          required: true
          description: The identifier of the volume.
""",
        """      parameters:
        - name: id
          in: path
          required: true
          x-sdk-name: volume
          description: The identifier of the volume.
""",
    )
    operation = next(o for o in read_api(tree).operations if o.name == "volumes.create_snapshot")
    assert operation.path == "/v1/volumes/{volume}/snapshot"
    assert operation.path_parameters[0].name == "volume"


VOLUME_PAGES = "Lists the volumes and snapshots, one page at a time.\n      x-sdk-safety: safe\n      x-sdk-pages: {"

REFUSED = {
    "no safety": (
        "summary: Creates a volume.\n      x-sdk-safety: unsafe\n",
        "summary: Creates a volume.\n",
        "volumes.create: x-sdk-safety is to be",
    ),
    "a keyword for a name": (
        '        snapshot_name:\n          type: [string, "null"]\n          examples',
        '        from:\n          type: [string, "null"]\n          examples',
        "SandboxDeleteParams.from is a word of Python or Lua",
    ),
    "two media types that are generated": (
        "text/event-stream:\n              x-sdk-extension: true\n              x-sdk-generated: false\n",
        "text/event-stream:\n",
        "one media type",
    ),
    "a parameter in a header": ("name: page\n      in: query", "name: page\n      in: header", "not in the header"),
    "a multipart body without a file": (
        "type: string\n          contentMediaType: application/octet-stream\n          description: The bytes",
        "type: string\n          description: The bytes",
        "one part with a contentMediaType",
    ),
    "no answer": (
        "      responses:\n        '200':\n          description: The new volume.",
        "      responses:\n        '300':\n          description: The new volume.",
        "one answer with a status of 2xx",
    ),
    "a reference to nothing": (
        "items: {$ref: '#/components/schemas/VolumeListItem'}",
        "items: {$ref: '#/components/schemas/Disk'}",
        "components/schemas/Disk: there is no such thing",
    ),
    "no info": ("info:\n  title", "about:\n  title", "'info' is missing"),
    "a verb alone": ("operationId: volumes.create\n", "operationId: create\n", "not resource.verb"),
    "a safety that is none": (
        "      x-sdk-safety: idempotent\n      x-sdk-unsafe-when",
        "      x-sdk-safety: harmless\n      x-sdk-unsafe-when",
        "x-sdk-safety is to be",
    ),
    "pages without a number": (
        VOLUME_PAGES + "page: page,",
        VOLUME_PAGES + "page: number,",
        "needs another page",
    ),
    "pages of what has no id": (
        VOLUME_PAGES + "page: page, items: data, id: id,",
        VOLUME_PAGES + "page: page, items: data, id: in_use,",
        "needs another id",
    ),
    "an unknown argument": ("unsafe-when: create_snapshot", "unsafe-when: snapshots", "which is no boolean argument"),
    "a timeout that is no number": ("parameter: api_timeout", "parameter: command", "which is no number argument"),
    "a field without description": (
        "          description: Name of that snapshot.\n",
        "",
        "SandboxDeleteParams.snapshot_name: no description",
    ),
    "an unknown type": (
        '          type: [integer, "null"]\n          description: Exit code of the command.',
        "          type: [integer, string]\n          description: Exit code of the command.",
        "SandboxExecuteResponse.exit_code: the generator has no form",
    ),
    "an object without a name": (
        "additionalProperties: {type: string}\n          description: Environment variables for this command.",
        "properties: {a: {type: string}}\n          description: Environment variables for this command.",
        "is to be a named schema",
    ),
    "an array of numbers": (
        "          items: {type: string}\n",
        "          items: {type: number}\n",
        "an array holds strings",
    ),
    "a required field that is not there": (
        "required: [page, page_size, total_items, total_pages]",
        "required: [page, page_size, total_items, total_pages, more]",
        "Pagination requires more",
    ),
    "a schema that contains itself": (
        "          items: {$ref: '#/components/schemas/SandboxDeleteAllError'}",
        "          items: {$ref: '#/components/schemas/SandboxDeleteAllResponse'}",
        "contains itself",
    ),
    "a path without its parameter": (
        "  /v1/volumes/{id}/snapshot:",
        "  /v1/volumes/{volume}/snapshot:",
        "and its parameters differ",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(edit, case):
    old, new, message = REFUSED[case]
    tree = edit(DOCUMENT, old, new)
    with pytest.raises(DocumentError, match=message):
        read_api(tree)


def test_nullable_and_plain_types_are_one_kind(api):
    execute = next(o for o in api.operations if o.name == "sandboxes.execute")
    command, env = execute.parameters[1], execute.parameters[2]
    assert (command.type.kind, command.type.nullable) == (Kind.STRING, False)
    assert (env.type.kind, env.type.nullable) == (Kind.STRING_MAP, True)


def test_a_named_scalar_is_a_scalar_with_the_description_beside_or_behind_its_name(edit):
    tree = edit(DOCUMENT, "\n  schemas:\n", "\n  schemas:\n    Path: {type: string, description: A path.}\n")
    old = """        path:
          type: [string, "null"]
          description: Where the file is in the sandbox.
"""
    edit(DOCUMENT, old, "        path: {$ref: '#/components/schemas/Path'}\n")
    field = model(read_api(tree), "uploaded_file").fields[1]
    assert (field.name, field.type.kind, field.doc) == ("path", Kind.STRING, "A path.")


def test_errors(root, api):
    assert {error.name: error.value for error in api.errors}["not_found"] == -404
    lines = (root / "lib/errors.def").read_text().splitlines()
    assert len(api.errors) == sum(line.startswith("SBX_ERROR(") for line in lines)


def test_error_row_that_cannot_be_read(edit):
    tree = edit("lib/errors.def", 'SBX_ERROR(CLOSED, -6, "closed"', 'SBX_ERROR(CLOSED, 6, "closed"')
    with pytest.raises(TableError, match=r"errors\.def:\d+: not SBX_ERROR"):
        read_errors(tree / "lib/errors.def")


def test_error_row_without_its_cure(edit):
    tree = edit("lib/errors.def", ',\n          "Mend the text.")', ")")
    with pytest.raises(TableError, match=r"errors\.def:\d+: not SBX_ERROR\(.* cure\)"):
        read_errors(tree / "lib/errors.def")
