"""Names in the languages: the tables of the names that are chosen, and the rules for all others."""

from __future__ import annotations

import re

# The C name of a schema, without its prefix. Schemas that share one are merged into one C model.
C_NAMES = {
    "Sandbox": "sandbox",
    "SandboxCreateResponse": "sandbox",
    "SandboxListResponse": "sandbox_list",
    "SandboxDeleteResponse": "sandbox_deletion",
    "SandboxDeleteAllResponse": "sandbox_deletions",
    "SandboxDeleteAllError": "sandbox_deletion_error",
    "SandboxExecuteResponse": "execution",
    "SandboxUploadResponse": "uploaded_file",
    "Volume": "volume",
    "VolumeListItem": "volume",
    "VolumeMountedBy": "volume_mount",
    "VolumeListResponse": "volume_list",
    "VolumeDeleteResponse": "volume_deletion",
    "VolumeCreateSnapshotResponse": "snapshot",
}

# The module within sandbox_sdk.types, and the class, of a schema whose class does not have a module of its own.
PYTHON_CLASSES = {
    "SandboxResources": ("sandbox_create_params", "Resources"),
    "SandboxDeleteAllError": ("sandbox_delete_all_response", "Error"),
}

# What a member of a C parameter struct, or an argument of a C function, cannot be called: the member that every struct
# begins with, macros of the standard library, and the keywords of C and C++.
C_RESERVED_WORDS = """
size
errno stderr stdin stdout
alignas alignof and asm auto bool break case catch char class compl const constexpr continue decltype default delete do
double else enum explicit export extern false float for friend goto if inline int long mutable namespace new noexcept
not nullptr operator or private protected public register restrict return short signed sizeof static struct switch
template this throw true try typedef typeid typename union unsigned using virtual void volatile while xor
"""
C_RESERVED = frozenset(C_RESERVED_WORDS.split())


def snake_case(name: str) -> str:
    """SandboxCreateResponse: sandbox_create_response."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def pascal_case(name: str) -> str:
    """delete_all: DeleteAll."""
    return "".join(word.capitalize() for word in name.split("_"))


def singular(word: str) -> str:
    """sandboxes: sandbox. volumes: volume."""
    if re.search(r"(x|ch|sh|ss)es$", word):
        return word[:-2]
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-1] if word.endswith("s") else word


def c_name(schema_name: str) -> str:
    """The C name of a schema, without prefix."""
    return C_NAMES.get(schema_name, snake_case(schema_name))


def c_member(wire_name: str, noun: str) -> str:
    """The name of an argument in C: the one on the wire, with the noun that it belongs to where C cannot call it so."""
    return f"{noun}_{wire_name}" if wire_name in C_RESERVED else wire_name


def python_class(schema_name: str) -> tuple[str, str]:
    """The module within sandbox_sdk.types, and the class, of a schema."""
    return PYTHON_CLASSES.get(schema_name, (snake_case(schema_name), schema_name))


def params_class(operation_name: str) -> str:
    """The Python class of an operation's arguments: sandboxes.create has SandboxCreateParams."""
    resource, verb = operation_name.split(".")
    return pascal_case(singular(resource)) + pascal_case(verb) + "Params"
