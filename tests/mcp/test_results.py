"""What is in a result: the parts of an answer that were asked for."""

from __future__ import annotations

import json

import jsonschema
import pytest
from harness import Host, text_of
from test_tools import listed

SCHEMAS = {name: tool.get("outputSchema") for name, tool in listed("--tools", "all").items()}


def call(host: Host, tool: str, schema_of: str | None = None, **arguments: object) -> dict:
    """The result of a tool, which is as its schema says."""
    result = host.call(tool, **arguments)
    if not result.get("isError"):
        jsonschema.validate(result["structuredContent"], SCHEMAS[schema_of or tool])
        assert json.loads(result["content"][0]["text"]) == result["structuredContent"]
    return result


@pytest.fixture
def everything():
    with Host("--local", "--tools", "all") as made:
        made.shake_hands()
        yield made


@pytest.fixture
def stocked(everything):
    everything.call("create_sandboxes", name="one")
    everything.call("create_sandboxes", name="two")
    everything.call("create_volumes", name="store", size="10Mi")
    return everything


def test_what_is_not_there_is_left_out(stocked):
    for fields, expected in (
        (["data.name.deeper"], {"data": [{}, {}]}),
        (["data.name.deeper", "data.status.x.y"], {"data": [{}, {}]}),
        (["pagination.page.x"], {"pagination": {}}),
        (["pagination.page.x", "pagination.total_items"], {"pagination": {"total_items": 2}}),
        (["data.nothing", "nothing", "pagination.total_items"], {"data": [{}, {}], "pagination": {"total_items": 2}}),
    ):
        assert call(stocked, "list_sandboxes", fields=fields)["structuredContent"] == expected
        dynamic = {"endpoint": "list_sandboxes", "arguments": {"fields": fields}}
        assert call(stocked, "invoke_api_endpoint", "list_sandboxes", **dynamic)["structuredContent"] == expected
    volumes = call(stocked, "list_volumes", fields=["data.mounted_by.sandbox_id", "data.size.x"])
    assert all(None not in each.values() for each in volumes["structuredContent"]["data"])
    deleted = call(stocked, "delete_all_sandboxes", fields=["deleted_ids.x", "deleted_count"])
    assert deleted["structuredContent"] == {"deleted_ids": [], "deleted_count": 2}


@pytest.mark.parametrize("tool", ["list_sandboxes", "delete_all_sandboxes"])
@pytest.mark.parametrize(
    "fields",
    [
        ["$.data[0].id"],
        ["data[0].id"],
        ["data.0.id"],
        ["data.*.id"],
        ["/data/id"],
        ["data..id"],
        [".data"],
        ["data."],
        ["."],
        [""],
        ["data.id", "$"],
        ["a b"],
        [None],
        None,
    ],
)
def test_fields_that_are_none(stocked, tool, fields):
    result = call(stocked, tool, fields=fields)
    assert result["isError"]
    assert text_of(result).startswith("fields: ")
    assert len(stocked.call("list_sandboxes")["structuredContent"]["data"]) == 2


def test_how_many_fields_there_are(stocked):
    many = [f"data.n{i}" for i in range(63)]
    assert len(call(stocked, "list_sandboxes", fields=[*many, "data.name"])["structuredContent"]["data"][0]) == 1
    result = call(stocked, "list_sandboxes", fields=[*many, "data.x", "data.name"])
    assert result["isError"]
    assert "64" in text_of(result)
