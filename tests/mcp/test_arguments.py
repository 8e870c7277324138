"""Arguments are what the schema of their tool says, or nothing is done."""

from __future__ import annotations

import json

import pytest
from harness import Host, text_of
from test_tools import listed

EVERYTHING = ("--tools", "all", "--root", "/tmp")
TOOLS = listed(*EVERYTHING)
# What an operation takes by itself is looked at by the library, in its own words.
BY_THE_LIBRARY = {name for name in TOOLS if name.endswith(("_sandboxes", "_volumes"))} - {"execute_sandboxes"}
MADE_UP = {"string": "x", "integer": 1, "boolean": True, "array": ["id"], "object": {}}
WRONG = {"string": 5, "integer": 1.5, "boolean": "true", "array": "id", "object": []}


@pytest.fixture(scope="module")
def server():
    with Host("--local", *EVERYTHING) as made:
        made.shake_hands()
        yield made


def needed(tool: str) -> dict:
    """Arguments that the schema takes."""
    schema = TOOLS[tool]["inputSchema"]
    names = schema.get("required", []) + (["file"] if tool == "upload_sandboxes" else [])
    return {name: MADE_UP[schema["properties"][name]["type"]] for name in names}


def refusal(result: dict) -> str:
    assert result["isError"], result
    return text_of(result)


def nothing_is_there(host) -> bool:
    return host.call("list_sandboxes", fields=["data.id"])["structuredContent"] == {"data": []}


def test_all_that_a_schema_says_is_looked_at():
    """A keyword that is new here has to be known to what looks at arguments."""
    known = {"type", "properties", "required", "additionalProperties", "items", "enum"}
    known |= {"minimum", "maximum", "minLength", "description"}

    def keywords(schema: dict) -> set[str]:
        within = [*schema.get("properties", {}).values()]
        within += [schema[name] for name in ("items", "additionalProperties") if isinstance(schema.get(name), dict)]
        return set(schema).union(*(keywords(each) for each in within))

    for tool in TOOLS.values():
        assert keywords(tool["inputSchema"]) <= known


@pytest.mark.parametrize("tool", TOOLS)
def test_no_tool_takes_what_it_has_not(server, tool):
    words = refusal(server.call(tool, **needed(tool), nonsense=1))
    assert "nonsense" in words
    if tool not in BY_THE_LIBRARY:
        assert words.startswith("nonsense: there is no such argument; ")
        for name in TOOLS[tool]["inputSchema"]["properties"]:
            assert name in words
    assert nothing_is_there(server)


@pytest.mark.parametrize("tool", TOOLS)
def test_every_argument_is_of_its_type(server, tool):
    for name, schema in TOOLS[tool]["inputSchema"]["properties"].items():
        wrong = [WRONG[schema["type"]], None, {"a": "b"} if schema["type"] != "object" else "{"]
        for value in wrong[:1] if tool in BY_THE_LIBRARY else wrong:
            words = refusal(server.call(tool, **(needed(tool) | {name: value})))
            assert name in words
            if tool not in BY_THE_LIBRARY:
                assert words.startswith(f"{name}: it is ")
    assert nothing_is_there(server)


@pytest.mark.parametrize("tool", TOOLS)
def test_what_has_to_be_there_is(server, tool):
    for name in needed(tool):
        arguments = needed(tool)
        del arguments[name]
        words = refusal(server.call(tool, **arguments))
        assert name in words
        if tool not in BY_THE_LIBRARY:
            assert words.startswith(f"{name}: it is missing, ")
    assert nothing_is_there(server)


@pytest.mark.parametrize("tool", sorted(set(TOOLS) - BY_THE_LIBRARY))
def test_every_bound_is_held(server, tool):
    for name, schema in TOOLS[tool]["inputSchema"]["properties"].items():
        wrong = [schema[bound] + by for bound, by in (("minimum", -1), ("maximum", 1)) if bound in schema]
        wrong += ["", schema["enum"][0].upper()] if "enum" in schema else []
        wrong += ["x\0"] if schema["type"] == "string" and name not in ("content", "code") else []
        wrong += [""] if "minLength" in schema else []
        for value in wrong:
            assert refusal(server.call(tool, **(needed(tool) | {name: value}))).startswith(f"{name}: it is ")
    assert nothing_is_there(server)


@pytest.mark.parametrize(
    ("tool", "arguments", "words"),
    [
        ("run", {"command": "true", "sandbx": "demo"}, "sandbx: there is no such argument; there are command, timeout"),
        ("run", {"command": "true", "cwd": "/tmp"}, "cwd: there is no such argument"),
        ("run", {}, "command: it is missing, a string"),
        ("run", {"command": 1}, "command: it is a string"),
        ("run", {"command": "a\0b"}, "command: it is a string without NULs"),
        ("run", {"command": "true", "env": {"A": "b", "C": 1}}, "env.C: it is a string"),
        ("run", {"command": "true", "env": {"code": "a\0b"}}, "env.code: it is a string without NULs"),
        ("run", {"command": "true", "env": "A=b"}, "env: it is an object of strings"),
        ("run", {"command": "true", "timeout": 0}, "timeout: it is an integer, 1 or more"),
        ("run", {"command": "true", "timeout": 10**30}, "timeout: it is an integer, 1 or more"),
        ("run", {"command": "true", "sandbox": ""}, "sandbox: it is a string that is not empty"),
        ("list_files", {"path": 5}, "path: it is a string"),
        ("list_files", {"path": ["/etc"]}, "path: it is a string"),
        ("list_files", {"path": "/etc\0"}, "path: it is a string without NULs"),
        ("read_file", {"path": "/data/x", "offset": 1}, "offset: there is no such argument; there are path, sandbox"),
        ("write_file", {"path": "/data/x", "content": "", "append": True}, "append: there is no such argument"),
        ("write_file", {"path": "/data/x", "content": "", "encoding": "x"}, "encoding: it is text or base64"),
        ("execute_sandboxes", {"id": "x", "command": "true", "timeout": 1}, "timeout: there is no such argument"),
        ("execute_sandboxes", {"id": "x", "command": "true", "api_timeout": 0}, "api_timeout: it is an integer"),
        ("execute_sandboxes", {"id": "x", "command": "true", "fields": ["a", 1]}, "fields: it is a list of names"),
        ("search_docs", {"query": "x", "limit": 21}, "limit: it is an integer from 1 to 20"),
        ("list_api_endpoints", {"x": 1}, "x: there is no such argument; there are none"),
        ("list_api_endpoints", {"ä" * 100: 1}, "ä" * 30 + ": there is no such argument"),
    ],
)
def test_what_is_said(server, tool, arguments, words):
    assert refusal(server.call(tool, **arguments)).startswith(words)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"endpoint": "execute_sandboxes", "args": {}}, "args: there is no such argument"),
        ({"endpoint": "execute_sandboxes", "arguments": [1]}, "arguments: it is an object"),
        ({"endpoint": "execute_sandboxes", "arguments": {"id": "x", "command": "true", "cwd": "/"}}, "cwd: "),
        ({"endpoint": "execute_sandboxes", "arguments": {"command": "true"}}, "id: it is missing, a string"),
        ({"endpoint": "execute_sandboxes"}, "id: it is missing, a string"),
    ],
)
def test_operations_by_their_names(server, arguments, words):
    assert refusal(server.call("invoke_api_endpoint", **arguments)).startswith(words)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        ("execute('x', {command = 'true', nonsense = 1})", "nonsense: there is no such argument; there are id, "),
        ("execute('x', {command = 'true', timeout = 1})", "timeout: there is no such argument"),
        ("execute('x', {command = 'true', env = {A = 1}})", "env.A: it is a string"),
        ("execute('x', {command = 'true', fields = {'id'}})", "fields: a script has no such argument"),
        ("upload('x', {path = 'x', file = 'eA==', encoding = 'base64'})", "encoding: a script has no such argument"),
        ("list({page_size = 'x'})", "page_size"),
    ],
)
def test_scripts(server, call, words):
    assert words in refusal(server.call("execute_code", code=f"return client.sandboxes:{call}"))


def test_the_declared_timeout_is_the_one():
    with Host("--local") as host:
        host.shake_hands()
        one = host.call("create_sandboxes", name="one")["structuredContent"]["id"]
        result = host.call("execute_sandboxes", id=one, command="sleep 60", api_timeout=1)
        assert "hi" not in json.dumps(result) and "timeout" in json.dumps(result).lower()


@pytest.mark.parametrize("client", ["strict", "gemini", "claude"])
def test_for_each_host_the_whole_schema_counts(client):
    with Host("--local", "--client", client) as host:
        host.shake_hands()
        assert refusal(host.call("run", command="true", env='{"A": 1}')).startswith("env.A: it is a string")
        assert refusal(host.call("run", command="true", cwd="/")).startswith("cwd: there is no such argument")
        assert host.call("run", command="echo $A", env='{"A": "b"}')["structuredContent"]["stdout"] == "b\n"


def test_a_short_name_has_the_same_arguments():
    with Host("--local", "--tool-name-length", "16") as host:
        host.shake_hands()
        (name,) = [each for each in listed("--tool-name-length", "16") if each.startswith("execute_s")]
        assert refusal(host.call(name, id="x", command="true", cwd="/")).startswith("cwd: there is no such")
