"""Names in the languages."""

from __future__ import annotations

import pytest

from generator import naming


@pytest.mark.parametrize(
    ("name", "snake"),
    [
        ("Sandbox", "sandbox"),
        ("SandboxCreateResponse", "sandbox_create_response"),
        ("HTTPRoute2List", "http_route2_list"),
    ],
)
def test_snake_case(name, snake):
    assert naming.snake_case(name) == snake


@pytest.mark.parametrize(
    ("plural", "one"),
    [("sandboxes", "sandbox"), ("volumes", "volume"), ("policies", "policy"), ("branches", "branch"), ("data", "data")],
)
def test_singular(plural, one):
    assert naming.singular(plural) == one


def test_chosen_c_names():
    assert naming.c_name("SandboxExecuteResponse") == "execution"
    assert naming.c_name("Sandbox") == naming.c_name("SandboxCreateResponse") == "sandbox"


def test_c_name_of_a_schema_that_is_in_no_table():
    assert naming.c_name("SandboxRenameResponse") == "sandbox_rename_response"


def test_c_member_keeps_the_name_on_the_wire():
    assert naming.c_member("timeout", "sandbox") == "timeout"


@pytest.mark.parametrize("name", ["size", "class", "default", "register"])
def test_c_member_that_c_cannot_call_so(name):
    assert naming.c_member(name, "volume") == f"volume_{name}"


def test_python_classes():
    assert naming.python_class("SandboxResources") == ("sandbox_create_params", "Resources")
    assert naming.python_class("SandboxRenameResponse") == ("sandbox_rename_response", "SandboxRenameResponse")
    assert naming.params_class("sandboxes.delete_all") == "SandboxDeleteAllParams"


def test_every_name_in_the_tables_is_a_schema(api):
    schemas = {schema.name for schema in api.request_schemas + api.response_schemas}
    assert set(naming.C_NAMES) | set(naming.PYTHON_CLASSES) <= schemas
