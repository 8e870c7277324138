"""Hosts that take less than all of JSON Schema: what they are shown, and what they send."""

from __future__ import annotations

import json
import re

import pytest
from harness import Host, text_of
from test_tools import listed, refused

EVERYTHING = ("--tools", "all", "--root", "/")
# What each of them refuses, by its own sources: keywords that may not be anywhere in a schema.
UNIONS = {"anyOf", "oneOf", "allOf", "not"}
REFERENCES = {"$ref", "$defs", "definitions"}
REFUSED = {
    "claude": set(),
    "claude-code": set(),
    "cursor": UNIONS | REFERENCES | {"format"},
    "gemini": REFERENCES | {"additionalProperties", "oneOf", "allOf", "not", "const", "$schema", "if"},
    "openai-agents": set(),
    "vscode": set(),
    "zed": REFERENCES | {"if", "then", "else", "default", "format"},
    "strict": UNIONS | REFERENCES | {"additionalProperties", "const", "format", "default", "minimum", "maximum", "if"},
}
PLAIN_TYPES = {"cursor", "gemini", "strict"}  # `type` is one type, and always there
WITH_SERVER = {"claude": 64, "claude-code": 64, "cursor": 60, "vscode": 64, "gemini": 64, "strict": 60}
clients = pytest.mark.parametrize("client", REFUSED)


def schemas_in(schema: dict):
    """It and all schemas within it."""
    yield schema
    for each in schema.get("properties", {}).values():
        yield from schemas_in(each)
    for name in ("items", "additionalProperties", "not"):
        if isinstance(schema.get(name), dict):
            yield from schemas_in(schema[name])
    for name in UNIONS - {"not"}:
        for each in schema.get(name, []):
            yield from schemas_in(each)


def check_schema(schema: dict, client: str) -> None:
    assert schema["type"] == "object"
    assert not (UNIONS & set(schema)), "at the root nobody takes a union"
    for each in schemas_in(schema):
        assert not (REFUSED[client] & set(each)), each
        if client in PLAIN_TYPES:
            assert isinstance(each.get("type"), str), each
        if client in ("gemini", "strict") and each["type"] == "object" and each is not schema:
            assert each.get("properties"), "an object of no members"


@clients
def test_all_that_is_shown_is_taken(client):
    tools = listed("--client", client, *EVERYTHING)
    assert list(tools) == list(listed(*EVERYTHING)), "these names are short enough as they are"
    for name, tool in tools.items():
        assert re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", name)
        assert len("mcp_sandboxes_" + name) <= WITH_SERVER.get(client, 128)
        assert len(tool["description"]) <= 1024
        check_schema(tool["inputSchema"], client)
        if "outputSchema" in tool:
            check_schema(tool["outputSchema"], client)


@clients
def test_nothing_is_lost(client):
    whole = listed(*EVERYTHING)
    for name, tool in listed("--client", client, *EVERYTHING).items():
        said = json.dumps(tool).replace('\\"', '"')
        for schema in schemas_in(whole[name]["inputSchema"]):
            for argument, each in schema.get("properties", {}).items():
                assert argument in said
                for bound in ("minimum", "maximum"):
                    assert bound not in each or re.search(rf'{bound}"?: {each[bound]}\b', said)
                for value in each.get("enum", []):
                    assert value in said
        for schema in schemas_in(whole[name].get("outputSchema", {})):
            for member, each in schema.get("properties", {}).items():
                assert member in said
                if isinstance(each.get("type"), list):
                    assert "|null" in said or '"null"' in said
        if whole[name]["inputSchema"].get("required"):
            assert tool["inputSchema"]["required"] == whole[name]["inputSchema"]["required"]


def test_without_a_client_nothing_is_rewritten():
    assert listed("--client", "vscode", *EVERYTHING) == listed(*EVERYTHING)
    assert listed("--client", "strict", *EVERYTHING) != listed(*EVERYTHING)


def as_shown(schema: dict, value: object) -> object:
    """Arguments as a client sends them that goes by the schema which it was shown."""
    if schema["type"] == "string" and not isinstance(value, str):
        return json.dumps(value)
    if "properties" in schema:
        return {name: as_shown(schema["properties"][name], each) for name, each in value.items()}
    return value


@clients
def test_every_operation_is_called_as_it_is_shown(client):
    with Host("--local", "--client", client, "--tools", "all") as host:
        host.shake_hands()
        tools = {tool["name"]: tool for tool in host.ask("tools/list")["result"]["tools"]}

        def call(tool: str, **arguments: object) -> dict:
            """In both forms, which do the same."""
            schema = tools[tool]["inputSchema"]
            sent = {name: as_shown(schema["properties"][name], value) for name, value in arguments.items()}
            result = host.call(tool, **sent)
            assert "isError" not in result, text_of(result)
            return result.get("structuredContent", {})

        made = call("create_sandboxes", name="one", env_vars={"A": "b"}, resources={"cpus": 1}, fields=["id", "name"])
        assert set(made) == {"id", "name"}
        one = made["id"]
        assert call("execute_sandboxes", id=one, command="echo $A$B", env={"B": "c"})["stdout"] == "bc\n"
        assert (
            host.call("execute_sandboxes", id=one, command="echo $B", env={"B": "c"})["structuredContent"]["stdout"]
            == "c\n"
        ), "the form that the whole schema has is taken, too"
        assert call("run", sandbox="one", command="echo $B", env={"B": '{"c"}'}, timeout=9)["stdout"] == '{"c"}\n'
        assert call("get_sandboxes", id=one)["name"] == "one"
        assert call("list_sandboxes", page=1, page_size=5, fields=["data.name"]) == {"data": [{"name": "one"}]}
        call("upload_sandboxes", id=one, path="/data/x", file='{"text": "stays text"}')
        call("download_sandboxes", id=one, path="/data/x")
        call("write_file", sandbox="one", path="/data/y", content="[1]")
        assert text_of(host.call("read_file", sandbox="one", path="/data/y")) == "[1]"
        assert "x" in text_of(host.call("list_files", sandbox="one"))
        handle = call("start_command", sandbox="one", command="echo $B", env={"B": "d"})["handle"]
        assert call("command_output", handle=handle, wait=20)["stdout"] == "d\n"
        call("stop_command", handle=handle)
        volume = call("create_volumes", name="v", size="1Gi")["id"]
        snapshot = call("create_snapshot_volumes", id=volume, name="s", quick=True)["id"]
        assert call("list_volumes", fields=["data.id"])["data"]
        for each in (snapshot, volume):
            call("delete_volumes", id=each)
        call("list_api_endpoints")
        call("get_api_endpoint_schema", endpoint="get_sandboxes")
        call("invoke_api_endpoint", endpoint="get_sandboxes", arguments={"id": one, "fields": ["id"]})
        call("delete_sandboxes", id=one, create_snapshot=False)
        assert call("delete_all_sandboxes")["deleted_count"] == 0
        call("search_docs", query="sandbox")
        assert call("execute_code", code="return 6 * 7", timeout=20)["result"] == 42


def test_what_claude_sends_as_text():
    with Host("--local", "--client", "claude") as host:
        host.shake_hands()
        result = host.call("run", command="echo $A", env='{"A": "b"}')
        assert result["structuredContent"]["stdout"] == "b\n"
        assert host.call("list_sandboxes", fields='["pagination.total_items"]')["structuredContent"] == {
            "pagination": {"total_items": 1}
        }
        assert host.call("run", command="true", env="no JSON")["isError"]
        assert host.call("run", command="true", env="1")["isError"]
        assert host.call("run", command='{"a": 1}')["structuredContent"]["exit_code"] == 127


def test_text_that_is_no_json_is_refused_by_the_tool():
    with Host("--local", "--client", "strict") as host:
        host.shake_hands()
        result = host.call("run", command="true", env="{")
        assert result["isError"]
        assert "env" in text_of(result)


# ---- names ----


@pytest.mark.parametrize("length", [*range(16, 25), 128])
def test_names_that_are_too_long_are_shortened(length):
    whole, short = listed(*EVERYTHING), listed(*EVERYTHING, "--tool-name-length", str(length))
    assert len(short) == len(whole)
    for own, shown in zip(whole, short, strict=True):
        assert len(shown) <= length
        assert shown == own or (len(own) > length and shown.startswith(own[: length - 7]))
        assert re.fullmatch(r"[a-z0-9_]+", shown)
    assert short == listed(*EVERYTHING, "--tool-name-length", str(length))


@pytest.mark.parametrize("modern", [False, True])
def test_a_short_name_is_called(modern):
    with Host("--local", "--tool-name-length", "16", "--client", "cursor") as host:
        host.shake_hands()
        tools = [tool["name"] for tool in host.ask("tools/list", {}, modern)["result"]["tools"]]
        (name,) = [each for each in tools if each.startswith("delete_al_")]
        assert host.call(name, modern)["structuredContent"]["deleted_count"] == 0
        assert host.call("delete_all_sandboxes", modern)["structuredContent"]["deleted_count"] == 0
        answer = host.ask("tools/call", {"name": name + "x", "arguments": {}}, modern)
        assert answer["error"]["code"] == -32602


def test_what_is_not_offered_has_no_short_name():
    with Host("--local", "--tool-name-length", "16", "--no-tool", "delete_all_sandboxes") as host:
        host.shake_hands()
        (name,) = [each for each in listed("--tool-name-length", "16") if each.startswith("delete_al_")]
        assert host.ask("tools/call", {"name": name, "arguments": {}})["error"]["code"] == -32602


# ---- options ----


@pytest.mark.parametrize("name", ["", "emacs", "Cursor", "claude code"])
def test_a_client_that_nobody_knows(name):
    line = refused("--client", name)
    assert all(known in line for known in REFUSED)


@pytest.mark.parametrize("length", ["15", "129", "x", "-1"])
def test_a_length_that_is_none(length):
    assert "from 16 to 128" in refused("--tool-name-length", length)
