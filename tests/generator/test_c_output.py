"""The generated C compiles, alone and strictly, also from a document that is odd where C is."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

STRICT = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"]
INSIDE = ["-Wshadow", "-Wstrict-prototypes", "-Wmissing-prototypes", "-Wvla", "-Wwrite-strings"]

# A resource of its own whose arguments are nested twice, shared with another resource, called as C cannot, and in a
# path that is an integer; and an answer with a list, a map and an object of any shape.
ODD_PATHS = """
  /v1/disks/{class}/attach:
    post:
      operationId: disks.attach
      summary: Attaches a disk.
      x-sdk-safety: unsafe
      parameters:
        - name: class
          in: path
          required: true
          x-sdk-name: disk_class
          description: The class of the disk.
          schema: {type: integer}
      requestBody:
        required: true
        content:
          application/json:
            schema: {$ref: '#/components/schemas/DiskAttachParams'}
      responses:
        '200':
          description: The disk.
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Disk'}

components:
"""
ODD_SCHEMAS = """
  schemas:
    Disk:
      type: object
      description: A disk.
      properties:
        labels: {type: object, additionalProperties: {type: string}, description: Its labels.}
        raw: {type: object, description: What the maker says.}
        parts: {type: array, items: {$ref: '#/components/schemas/DiskPart'}, description: Its parts.}
    DiskPart:
      type: object
      description: A part of a disk.
      properties:
        size: {type: [integer, "null"], description: How large it is.}
    DiskAttachParams:
      type: object
      description: How a disk is attached.
      required: [place]
      properties:
        place: {$ref: '#/components/schemas/DiskPlace', description: Where to.}
        limits: {$ref: '#/components/schemas/SandboxResources', description: What it may use.}
        default: {type: boolean, description: Whether it is the default one.}
        labels: {type: array, items: {type: string}, description: What it is called.}
        hints: {type: object, description: Anything.}
        parts: {type: array, items: {$ref: '#/components/schemas/DiskPart'}, description: Its parts.}
        speed: {type: number, description: How fast.}
        read_only: {type: boolean, description: Whether it is never written.}
    DiskPlace:
      type: object
      description: Where a disk is attached.
      properties:
        size: {type: string, description: How large.}
        owner: {$ref: '#/components/schemas/DiskOwner', description: Whose it is.}
    DiskOwner:
      type: object
      description: Whose a disk is.
      properties:
        namespace: {type: string, description: Where the owner is.}
        tags: {type: object, additionalProperties: {type: string}, description: What the owner is called.}
"""


def compile_c(tree, *command):
    done = subprocess.run(
        [*command, "-Iinclude", "-fsyntax-only"], cwd=tree, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr


def public_headers(tree):
    return sorted(path.relative_to(tree) for path in (tree / "include").rglob("*.h"))


@pytest.fixture
def sources(tree, root):
    """The copied tree with the headers that are written by hand."""
    for path in [*public_headers(root), *(p.relative_to(root) for p in (root / "lib").glob("*.h"))]:
        if not (tree / path).exists():
            (tree / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(root / path, tree / path)
    return tree


@pytest.fixture
def odd(sources, edit, generate):
    edit("api/openapi.yaml", "\ncomponents:\n", ODD_PATHS)
    edit("api/openapi.yaml", "\n  schemas:\n", ODD_SCHEMAS)
    done = generate(sources)
    assert done.returncode == 0, done.stderr
    return sources


@pytest.fixture(params=["sources", "odd"])
def compiled(request):
    return request.getfixturevalue(request.param)


def test_headers_compile_alone(compiled):
    for header in public_headers(compiled):
        compile_c(compiled, "gcc", "-std=c99", *STRICT, "-x", "c", "-include", str(header), "/dev/null")
        compile_c(compiled, "g++", "-std=c++11", *STRICT, "-x", "c++", "-include", str(header), "/dev/null")


def test_sources_compile(compiled):
    for source in sorted((compiled / "lib/generated").glob("*.c")):
        compile_c(compiled, "gcc", "-std=c11", "-D_GNU_SOURCE", *STRICT, *INSIDE, str(source))


def test_an_initialiser_names_every_member(compiled):
    found = 0
    for header in ("sandboxes", "volumes"):
        text = (compiled / f"include/sandbox_sdk/{header}.h").read_text()
        for name, members in re.findall(r"typedef struct (\w+) {\n(.*?)\n}", text, flags=re.DOTALL):
            values = re.search(rf"#define {name.upper()}_INIT[ \\\n\t]*{{(.*?)}}", text, flags=re.DOTALL).group(1)
            assert len(values.split(",")) == len(re.findall(r"^\t\w[^*/\n]*.*;", members, flags=re.MULTILINE)), name
            found += 1
    assert found >= 9


def test_what_c_cannot_call_so_has_its_noun_before_it(odd):
    text = (odd / "include/sandbox_sdk/disks.h").read_text()
    assert "const char *disk_place_size;" in text
    assert "sbx_flag disk_default;" in text
    assert "int64_t disk_class," in text
    assert "size_t labels_count;" in text
    assert '"default", given.disk_default' in (odd / "lib/generated/disks.c").read_text()


def test_a_struct_that_two_resources_share_is_declared_once(odd):
    declaration = "typedef struct sbx_sandbox_resources {"
    assert declaration in (odd / "include/sandbox_sdk/sandboxes.h").read_text()
    text = (odd / "include/sandbox_sdk/disks.h").read_text()
    assert declaration not in text
    assert "#include <sandbox_sdk/sandboxes.h>" in text


def test_the_new_resource_is_in_the_umbrella(odd):
    assert "#include <sandbox_sdk/disks.h>" in (odd / "include/sandbox_sdk/resources.h").read_text()


def test_an_argument_that_is_also_an_answer_is_refused(sources, edit, generate):
    edit(
        "api/openapi.yaml",
        "items: {$ref: '#/components/schemas/SandboxDeleteAllError'}",
        "items: {$ref: '#/components/schemas/SandboxResources'}",
    )
    done = generate(sources)
    assert done.returncode == 1
    assert "SandboxResources is both an argument and an answer" in done.stderr


def test_two_things_of_one_c_name_are_refused(sources, edit, generate):
    edit("api/openapi.yaml", "\n    SandboxDeleteAllError:\n", "\n    SandboxName:\n")
    edit(
        "api/openapi.yaml",
        "items: {$ref: '#/components/schemas/SandboxDeleteAllError'}",
        "items: {$ref: '#/components/schemas/SandboxName'}",
    )
    done = generate(sources)
    assert done.returncode == 1
    assert "sbx_sandbox_name is the C name of Sandbox and SandboxCreateResponse.name and of SandboxName" in done.stderr
