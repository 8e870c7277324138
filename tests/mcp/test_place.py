"""The sandbox that a tool works in: found by its name, made once, and made again when it is gone."""

from __future__ import annotations

import time
from urllib.parse import parse_qs, urlsplit

import pytest
from fake_api import FakeApi, page, sandbox
from harness import Host, text_of

REFUSAL = {"error": {"code": "quota", "message": "no more sandboxes for this account"}}


def test_an_error_is_told_to_all_that_wait(tmp_path):
    def answer(method: str, path: str, _: bytes):
        if path.startswith("/v1/sandboxes/list"):
            return 200, page([], 1, 200)
        time.sleep(0.5)
        return 403, REFUSAL

    with FakeApi(answer) as api, Host(environment=api.environment(tmp_path)) as host:
        host.shake_hands()
        files = {"path": "/data/x", "content": "x"}
        for name, arguments in (
            ("run", {"command": "true"}),
            ("write_file", files),
            ("start_command", {"command": "true"}),
        ):
            for _ in range(3):
                host.request("tools/call", {"name": name, "arguments": arguments | {"sandbox": "one"}})
        results = [host.message()["result"] for _ in range(9)]
        assert all(result["isError"] for result in results)
        assert {text_of(result) for result in results} == {text_of(results[0])}
        assert "no more sandboxes for this account" in text_of(results[0])
        assert sum(path.endswith("/create") for _, path in api.requests) == 1


def test_a_sandbox_is_found_while_others_go(tmp_path):
    """One of the first page is deleted before the second is asked for: the name moves onto the first."""
    items = [sandbox(f"sbx-{i}", f"other-{i}") for i in range(200)] + [sandbox("sbx-mine", "mine")]
    items += [sandbox(f"sbx-{i}", f"other-{i}") for i in range(201, 250)]

    def answer(method: str, path: str, _: bytes):
        if path.startswith("/v1/sandboxes/list"):
            query = parse_qs(urlsplit(path).query)
            told = page(items, int(query.get("page", ["1"])[0]), int(query["page_size"][0]))
            if len(items) == 250:
                del items[0]
            return 200, told
        return 403, {"error": {"code": "x", "message": f"{method} {path}"}}

    with FakeApi(answer) as api, Host(environment=api.environment(tmp_path)) as host:
        host.shake_hands()
        assert "sbx-mine/download" in text_of(host.call("read_file", path="/data/x", sandbox="mine"))
        assert not any(path.endswith("/create") for _, path in api.requests)


@pytest.mark.parametrize("name", [None, "named"])
@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("run", {"command": "true"}),
        ("start_command", {"command": "true"}),
        ("write_file", {"path": "/data/x", "content": "new"}),
        ("write_file", {"path": "/data/x", "content": "bmV3", "encoding": "base64"}),
    ],
)
def test_a_sandbox_that_is_gone_is_made_again(account, name, tool, arguments):
    where = {"sandbox": name} if name else {}
    with account.host() as host:
        first = host.call("run", command="true", **where)["structuredContent"]["sandbox_id"]
        account.ask("DELETE", "/v1/sandboxes/delete-all")
        result = host.call(tool, **arguments, **where)
        assert "isError" not in result
        assert "This is a new one" in result["content"][-1]["text"]
        again = host.call("run", command="true", **where)
        assert again["structuredContent"]["sandbox_id"] != first
        assert len(again["content"]) == 1, "it is told once"
        if tool == "write_file":
            assert text_of(host.call("read_file", path="/data/x", **where)) == "new"
        assert len(account.names()) == 1


def test_an_upload_into_a_sandbox_that_is_gone(account, tmp_path):
    (tmp_path / "file").write_text("content")
    with account.host("--root", str(tmp_path)) as host:
        host.call("run", command="true")
        account.ask("DELETE", "/v1/sandboxes/delete-all")
        result = host.call("upload", local="file", path="/data/file")
        assert "isError" not in result
        assert "This is a new one" in text_of(result)
        assert text_of(host.call("read_file", path="/data/file")) == "content"


def test_one_that_the_assistant_has_deleted(old):
    first = old.call("run", command="true")["structuredContent"]["sandbox_id"]
    old.call("delete_sandboxes", id=first)
    assert "This is a new one" in text_of(old.call("start_command", command="true"))
