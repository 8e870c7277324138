"""Resources, prompts, completion and the search in the documentation."""

from __future__ import annotations

import json
import re
import subprocess
from urllib.parse import parse_qs, urlsplit

import pytest
from fake_api import FakeApi, page, sandbox
from harness import ENVIRONMENT, PROGRAM, ROOT, Host, text_of
from test_tools import listed

DOCS = "docs://sandbox-sdk/"


def read(host, uri: str, modern: bool = False) -> dict:
    return host.ask("resources/read", {"uri": uri}, modern)


@pytest.mark.parametrize("modern", [False, True])
def test_every_page(old, modern):
    listed = old.ask("resources/list", {}, modern)["result"]["resources"]
    assert {each["name"] for each in listed} == {path.name for path in (ROOT / "docs").glob("*.md")}
    for each in listed:
        result = read(old, each["uri"], modern)["result"]
        (content,) = result["contents"]
        assert content["text"] == (ROOT / "docs" / each["name"]).read_text(encoding="utf-8")
        assert content["uri"] == each["uri"]
        assert each["size"] == len(content["text"].encode())
        assert ("ttlMs" in result) == modern
    assert next(each["title"] for each in listed if each["name"] == "errors.md") == "Errors"


def test_a_file_of_a_sandbox(old):
    identity = old.call("run", command="mkdir -p /data/a; printf text > /data/a/b; printf '\\377' > /data/c")
    identity = identity["structuredContent"]["sandbox_id"]
    (template,) = old.ask("resources/templates/list")["result"]["resourceTemplates"]
    assert template["uriTemplate"].startswith("sandbox://{id}/")
    (content,) = read(old, f"sandbox://{identity}/data/a/b")["result"]["contents"]
    assert content["text"] == "text"
    (content,) = read(old, f"sandbox://{identity}/data/c")["result"]["contents"]
    assert content["blob"] == "/w=="
    modern = read(old, f"sandbox://{identity}/data/a/b", modern=True)["result"]
    assert (modern["ttlMs"], modern["cacheScope"]) == (0, "private")


@pytest.mark.parametrize(
    "uri",
    [
        f"{DOCS}nothing.md",
        DOCS,
        "docs://other/errors.md",
        "file:///etc/passwd",
        "",
        "sandbox://",
        "sandbox://x",
        "sandbox:///data/x",
        "sandbox://nope/data/x",
        f"{DOCS}../README.md",
    ],
)
def test_what_is_not_there(old, uri):
    error = read(old, uri)["error"]
    assert (error["code"], error["data"]["uri"]) == (-32002, uri)
    assert read(old, uri, modern=True)["error"]["code"] == -32602


def test_resources_want_a_uri(old):
    assert old.ask("resources/read", {"uri": 1})["error"]["code"] == -32602


@pytest.mark.parametrize("method", ["resources/list", "resources/templates/list", "prompts/list", "tools/list"])
@pytest.mark.parametrize("modern", [False, True])
def test_a_cursor_that_was_not_given_out(old, method, modern):
    assert old.ask(method, {"cursor": "x"}, modern)["error"]["code"] == -32602


def test_a_file_without_a_key():
    """The words are those of the tools: where the key has to be."""
    with Host() as host:
        host.shake_hands()
        for modern in (False, True):
            error = read(host, "sandbox://sbx-1/data/x", modern)["error"]
            assert error["code"] == -32603
            assert error["message"] == text_of(host.call("list_sandboxes"))
            assert "SANDBOX_SDK_API_KEY" in error["message"] and error["message"].endswith("--local.")
        _, _, errors = host.end()
        assert errors == f"sandbox-sdk-mcp: {error['message']}\n"


def test_prompts(old):
    prompts = {each["name"]: each for each in old.ask("prompts/list")["result"]["prompts"]}
    assert set(prompts) == {"test_project", "explore_api"}
    for name, prompt in prompts.items():
        (argument,) = prompt["arguments"]
        (message,) = old.ask("prompts/get", {"name": name})["result"]["messages"]
        assert message["role"] == "user"
        assert "delete" in message["content"]["text"]
        given = {"name": name, "arguments": {argument["name"]: 'the "value"'}}
        (message,) = old.ask("prompts/get", given)["result"]["messages"]
        assert 'the "value"' in message["content"]["text"]
    assert old.ask("prompts/get", {"name": "nothing"})["error"]["code"] == -32602
    assert old.ask("prompts/get", {})["error"]["code"] == -32602
    for arguments in (["x"], "x", 5, {"command": 5}, {"command": None}, {"command": "a\0b"}, {"operation": "x"}):
        error = old.ask("prompts/get", {"name": "test_project", "arguments": arguments})["error"]
        assert error["code"] == -32602
        assert re.match(r"(arguments|command|operation): ", error["message"])
    assert "ttlMs" in old.ask("prompts/list", {}, modern=True)["result"]


@pytest.mark.parametrize("options", [(), ("--tools", "docs"), ("--no-tool", "run"), ("--tools", "all")], ids=" ".join)
def test_list_names_them_too(options):
    done = subprocess.run(
        [PROGRAM, *options, "--list"], capture_output=True, text=True, check=True, env=ENVIRONMENT
    ).stdout
    with Host(*options) as host:
        host.shake_hands()
        prompts = host.ask("prompts/list")["result"]["prompts"]
        resources = host.ask("resources/list")["result"]["resources"]
        templates = host.ask("resources/templates/list")["result"]["resourceTemplates"]
        assert json.loads(done) == {
            "tools": host.ask("tools/list")["result"]["tools"],
            "prompts": [each["name"] for each in prompts],
            "resources": [each["uri"] for each in resources],
            "resourceTemplates": [each["uriTemplate"] for each in templates],
        }


def complete(host, value: object, name: object = "operation", reference: object = "explore_api") -> dict:
    """Of a prompt by its name, or of another reference."""
    if isinstance(reference, str):
        reference = {"type": "ref/prompt", "name": reference}
    return host.ask("completion/complete", {"ref": reference, "argument": {"name": name, "value": value}})


def completed(host, *what: object) -> list[str]:
    completion = complete(host, *what)["result"]["completion"]
    assert completion == {"values": completion["values"], "total": len(completion["values"]), "hasMore": False}
    return completion["values"]


FILE = {"type": "ref/resource", "uri": "sandbox://{id}/{+path}"}


def test_completion(old):
    assert completed(old, "delete_") == ["delete_sandboxes", "delete_all_sandboxes", "delete_volumes"]
    assert len(completed(old, "")) == 12
    assert completed(old, "x") == completed(old, "", "command", "test_project") == []
    assert completed(old, "", "id", FILE) == completed(old, "", "path", FILE) == []


def test_the_ids_of_sandboxes_are_completed(old):
    ids = [old.call("create_sandboxes", name=name)["structuredContent"]["id"] for name in ("one", "two")]
    assert sorted(completed(old, "", "id", FILE)) == sorted(ids)
    assert completed(old, ids[1], "id", FILE) == [ids[1]]
    assert completed(old, "nothing", "id", FILE) == completed(old, ids[0] + "x", "id", FILE) == []
    assert completed(old, "", "path", FILE) == []
    old.call("delete_sandboxes", id=ids[1])
    assert completed(old, "", "id", FILE) == [ids[0]]


def test_a_hundred_ids_are_given_at_most(tmp_path):
    everything = [sandbox(f"sbx-{number:03}", f"n-{number}") for number in range(450)]

    def answer(method: str, path: str, _: bytes) -> tuple[int, object]:
        query = parse_qs(urlsplit(path).query)
        return 200, page(everything, int(query.get("page", ["1"])[0]), int(query["page_size"][0]))

    with FakeApi(answer) as api, Host(environment=api.environment(tmp_path)) as host:
        host.shake_hands()
        for modern in (False, True):
            params = {"ref": FILE, "argument": {"name": "id", "value": "sbx-"}}
            result = host.ask("completion/complete", params, modern)["result"]
            assert result["completion"] == {"values": [f"sbx-{n:03}" for n in range(100)], "hasMore": True}
            assert modern == ("resultType" in result)
        assert completed(host, "sbx-44", "id", FILE) == [f"sbx-{number}" for number in range(440, 450)]


@pytest.mark.parametrize(
    "environment", [{}, {"SANDBOX_SDK_API_KEY": "key", "SANDBOX_SDK_BASE_URL": "http://127.0.0.1:9"}]
)
def test_where_there_is_no_list_nothing_is_completed(environment, tmp_path):
    with Host(environment=environment | {"XDG_STATE_HOME": str(tmp_path)}) as host:
        host.shake_hands()
        assert completed(host, "", "id", FILE) == []


@pytest.mark.parametrize(
    "what",
    [
        ("", "operation", "nothing"),
        ("", "nothing"),
        ("", "command"),
        (1,),
        ("", 1),
        ("", "operation", {}),
        ("", "operation", []),
        ("", "operation", {"type": "ref/prompt"}),
        ("", "operation", {"name": "explore_api"}),
        ("", "operation", {"type": "ref/resource", "name": "explore_api"}),
        ("", "nothing", FILE),
        ("", "id", {"type": "ref/resource", "uri": "sandbox://other"}),
        ("", "id", {"type": "ref/resource", "uri": f"{DOCS}errors.md"}),
        ("", "id", FILE | {"type": "ref/prompt"}),
    ],
)
def test_what_cannot_be_completed(old, what):
    assert complete(old, *what)["error"]["code"] == -32602


def test_completion_wants_both():
    with Host("--local") as host:
        host.shake_hands()
        for params in ({}, {"ref": {}}, {"ref": FILE}, {"ref": FILE, "argument": []}, {"argument": {"name": "id"}}):
            assert host.ask("completion/complete", params)["error"]["code"] == -32602


# ---- what is told of the tools ----

READING = ["list_sandboxes", "get_sandboxes", "download_sandboxes", "list_volumes"]
# With these options: which tools are spoken of, and which operations can be completed.
OFFERS = {
    (): ({"run", "write_file", "start_command", "command_output"}, 12),
    ("--local", "--tools", "operations"): ({"run", "write_file", "start_command", "command_output"}, 12),
    ("--no-tool", "start_command"): ({"run", "write_file"}, 12),
    ("--no-tool", "command_output"): ({"run", "write_file"}, 12),
    ("--no-tool", "write_file"): ({"run"}, 12),
    ("--no-tool", "run"): ({"execute_code"}, 12),
    ("--no-tool", "delete_volumes"): ({"run", "write_file", "start_command", "command_output"}, 11),
    ("--read-only",): ({"execute_code"}, READING),
    ("--read-only", "--tools", "dynamic"): ({"list_api_endpoints"}, READING),
    ("--read-only", "--tools", "docs"): ({"search_docs"}, []),
    ("--tools", "docs"): ({"search_docs"}, []),
    ("--tools", "code"): ({"execute_code"}, 12),
    ("--tools", "dynamic"): ({"list_api_endpoints"}, 12),
    ("--tool", "get_sandboxes", "--tool", "run"): ({"run"}, ["get_sandboxes"]),
    ("--resource", "volumes"): ({"run", "write_file", "start_command", "command_output"}, 4),
}


@pytest.mark.parametrize("options", OFFERS, ids=" ".join)
def test_what_is_told_is_there(options):
    """Neither the instructions nor a prompt name a tool that is not offered."""
    named, operations = OFFERS[options]
    with Host(*options) as host:
        told = [host.shake_hands()["instructions"], host.ask("server/discover", modern=True)["result"]["instructions"]]
        assert told[0] == told[1]
        prompts = [each["name"] for each in host.ask("prompts/list")["result"]["prompts"]]
        for name in prompts:
            for arguments in ({}, {"operation": "x"} if name == "explore_api" else {"command": "x"}):
                (message,) = host.ask("prompts/get", {"name": name, "arguments": arguments})["result"]["messages"]
                told.append(message["content"]["text"])
        words = set(re.findall(r"[a-z_]+", " ".join(told)))
        offered = {tool["name"] for tool in host.ask("tools/list")["result"]["tools"]}
        # "run this command there" names no tool: of that one it is the instructions that speak.
        assert words & set(listed("--tools", "all", "--root", "/")) - {"run"} == named - {"run"}
        assert ("`run`" in told[0]) == ("run" in named)
        assert named <= offered
        assert ("test_project" in prompts) == ({"run", "write_file"} <= named)
        assert ("explore_api" in prompts) == bool(operations)
        if "explore_api" in prompts:
            values = completed(host, "")
            assert operations in (values, len(values))
            deletes = "delete_sandboxes" in values
        else:
            assert complete(host, "")["error"]["code"] == -32602
            deletes = False
        for name in {"test_project", "explore_api"} - set(prompts):
            assert host.ask("prompts/get", {"name": name})["error"]["code"] == -32602
        assert ("elete" in " ".join(told)) == deletes


def test_search(old):
    found = old.call("search_docs", query="idempotency key")["structuredContent"]["found"]
    assert 1 <= len(found) <= 5
    assert any("dempoten" in each["snippet"] for each in found)
    for each in found:
        assert read(old, each["uri"])["result"]["contents"][0]["text"]
    (first, *_) = old.call("search_docs", query="how is a sandbox broken?", limit=1)["structuredContent"]["found"]
    assert set(first) == {"uri", "heading", "snippet"}


@pytest.mark.parametrize(
    "query",
    ["", '"', "NEAR(a b", "a AND", "*", "body:x", "'; DROP TABLE sections; --", "ä ö", "x" * 100_000, "^ - + ( )"],
)
def test_a_query_is_words_only(old, query):
    result = old.call("search_docs", query=query)
    assert "isError" not in result
    assert isinstance(result["structuredContent"]["found"], list)


@pytest.mark.parametrize("arguments", [{}, {"query": 1}, {"query": "x", "limit": 0}, {"query": "x", "limit": "5"}])
def test_wrong_searches(old, arguments):
    assert old.call("search_docs", **arguments)["isError"]


def test_documents_need_no_key():
    with Host("--tools", "docs") as host:
        host.shake_hands()
        assert [each["name"] for each in host.ask("tools/list")["result"]["tools"]] == ["search_docs"]
        assert host.call("search_docs", query="sandbox")["structuredContent"]["found"]
        assert read(host, f"{DOCS}errors.md")["result"]["contents"]


def test_text_of_a_result_is_its_structure(old):
    result = old.call("search_docs", query="sandbox")
    assert json.loads(text_of(result)) == result["structuredContent"]


# ---- what it costs ----


def recorded(name: str, row: int, side: str = "ours") -> float:
    return json.loads((ROOT / f"bench/results/mcp_{name}.json").read_text())["rows"][row][side]


def test_what_it_costs_is_what_was_measured():
    """Each figure, in the order of the page."""
    told = (ROOT / "docs/mcp.md").read_text(encoding="utf-8").partition("## What it costs")[2].partition("|---|")[2]
    told = re.sub(r"after 100 calls|64 at once", "", told)
    figures = [float(each.replace(",", "")) for each in re.findall(r"\d[\d,]*(?:\.\d+)?", told)]
    assert figures == pytest.approx(
        [
            *(recorded("start", 0), recorded("start", 0, "peer")),
            *(recorded("memory", 0), recorded("memory", 0, "peer"), recorded("memory", 1), recorded("memory", 2)),
            *(recorded("list", 0), recorded("list", 1), recorded("list", 0, "peer"), recorded("list", 1, "peer")),
            *(recorded("call", 0), recorded("call", 1), recorded("call", 0, "peer"), recorded("call", 1, "peer")),
            *(recorded("run", 1), recorded("run", 0), recorded("run", 2)),
            *(recorded("definitions", 0), recorded("definitions", 1), recorded("memory", 3)),
        ],
        rel=0.02,
    )
