"""Resources, prompts, completion and the search in the documentation."""

from __future__ import annotations

import json

import pytest
from harness import ROOT, Host, text_of

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
    assert "ttlMs" in old.ask("prompts/list", {}, modern=True)["result"]


def test_completion(old):
    def complete(value, name="operation", prompt="explore_api"):
        params = {"ref": {"type": "ref/prompt", "name": prompt}, "argument": {"name": name, "value": value}}
        return old.ask("completion/complete", params)["result"]["completion"]

    assert complete("delete_") == {
        "values": ["delete_sandboxes", "delete_all_sandboxes", "delete_volumes"],
        "total": 3,
        "hasMore": False,
    }
    assert len(complete("")["values"]) == 12
    assert complete("x")["values"] == complete("", name="x")["values"] == complete("", prompt="x")["values"] == []
    assert old.ask("completion/complete", {"ref": {}})["error"]["code"] == -32602


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
