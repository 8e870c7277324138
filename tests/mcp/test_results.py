"""How large a result is, what it says where something is missing, and the parts of an answer that were asked for."""

from __future__ import annotations

import json

import jsonschema
import pytest
from fake_api import FakeApi, page, sandbox
from harness import Host, text_of
from test_tools import listed

RESULT_MAX = 256 * 1024
SCHEMAS = {name: tool.get("outputSchema") for name, tool in listed("--tools", "all").items()}


def call(host: Host, tool: str, schema_of: str | None = None, **arguments: object) -> dict:
    """The result of a tool, which is not too large, and as its schema says."""
    answer = json.loads(line := whole(host, tool, arguments))
    assert len(line) <= RESULT_MAX, len(line)
    result = answer["result"]
    if not result.get("isError"):
        jsonschema.validate(result["structuredContent"], SCHEMAS[schema_of or tool])
        assert json.loads(result["content"][0]["text"]) == result["structuredContent"]
    return result


def whole(host: Host, tool: str, arguments: dict) -> bytes:
    host.request("tools/call", {"name": tool, "arguments": arguments})
    return host.line()


@pytest.fixture
def everything():
    with Host("--local", "--tools", "all") as made:
        made.shake_hands()
        yield made


# ---- outputs ----


def notice_of(result: dict) -> str:
    """What it says beside the answer."""
    (words,) = [block["text"] for block in result["content"][1:]]
    return words


def execute(host: Host, way: str, identity: str, command: str, **more: object) -> dict:
    if way == "run":
        return call(host, "run", sandbox="one", command=command)
    arguments = {"id": identity, "command": command} | more
    if way == "execute_sandboxes":
        return call(host, way, **arguments)
    return call(host, way, "execute_sandboxes", endpoint="execute_sandboxes", arguments=arguments)


@pytest.mark.parametrize("way", ["run", "execute_sandboxes", "invoke_api_endpoint"])
def test_outputs_are_cut(everything, way):
    identity = everything.call("create_sandboxes", name="one")["structuredContent"]["id"]
    for command, output, at_least in (
        ("head -c 3000000 /dev/zero | tr '\\0' x", "x" * 3000000, 90_000),
        ("yes ä | head -c 999999", "ä\n" * 333333, 60_000),
        ("head -c 300000 /dev/zero", "\0" * 300000, 15_000),
        ("head -c 300000 /dev/zero | tr '\\0' '\"'", '"' * 300000, 30_000),
    ):
        for stream, other in (("stdout", "stderr"), ("stderr", "stdout")):
            aside = ">&2" if stream == "stderr" else ""
            result = execute(everything, way, identity, f"({command}) {aside}; exit 3")
            value = result["structuredContent"]
            assert value["truncated"] is True
            assert (value[other], value["exit_code"], value["status"]) == ("", 3, "completed")
            shown = len(value[stream].encode())
            assert output.startswith(value[stream])
            assert at_least < shown <= 96 * 1024
            assert f"{stream}: the first {shown} of {len(output.encode())} bytes" in notice_of(result)
            assert "tail -c" in notice_of(result)
    both = execute(everything, way, identity, "head -c 200000 /dev/zero | tr '\\0' x | tee /dev/stderr")
    for stream in ("stdout", "stderr"):
        assert len(both["structuredContent"][stream]) > 50_000
        assert f"{stream}: the first" in notice_of(both)
    fits = execute(everything, way, identity, "head -c 98304 /dev/zero | tr '\\0' x")
    assert len(fits["structuredContent"]["stdout"]) == 96 * 1024
    assert len(fits["content"]) == 1
    assert not fits["structuredContent"].get("truncated")


def test_what_was_not_asked_for_is_not_cut(old):
    identity = old.call("create_sandboxes", fields=["id"])["structuredContent"]["id"]
    command = "head -c 3000000 /dev/zero | tr '\\0' x"
    result = call(old, "execute_sandboxes", id=identity, command=command, fields=["exit_code"])
    assert result["structuredContent"] == {"exit_code": 0}
    assert len(result["content"]) == 1
    result = call(old, "execute_sandboxes", id=identity, command=command, fields=["stdout"])
    assert set(result["structuredContent"]) == {"stdout", "truncated"}
    assert "`fields`" in notice_of(result)


# ---- answers ----


def answers(count: int, name: str):
    """An account with so many sandboxes."""
    items = [sandbox(f"sbx-{i}", name) for i in range(count)]

    def answer(method: str, path: str, body: bytes) -> tuple[int, object]:
        if method == "DELETE":
            return 200, {"deleted_count": count, "deleted_ids": [each["id"] for each in items], "message": name}
        return 200, page(items, 1, 10 if "page_size=10" in path else count)

    return answer


def test_a_list_that_is_too_large(tmp_path):
    with FakeApi(answers(20000, "small")) as api, Host(environment=api.environment(tmp_path)) as host:
        host.shake_hands()
        result = call(host, "list_sandboxes")
        assert result["isError"]
        for word in ("256 KiB", "page_size", "fields", "carried out"):
            assert word in text_of(result)
        assert len(call(host, "list_sandboxes", page_size=10)["structuredContent"]["data"]) == 10
        few = call(host, "list_sandboxes", fields=["pagination.total_items"])
        assert few["structuredContent"] == {"pagination": {"total_items": 20000}}
        assert call(host, "delete_all_sandboxes")["isError"]


def test_long_words_of_an_answer(tmp_path):
    with FakeApi(answers(10, "é" * 500_000)) as api, Host(environment=api.environment(tmp_path)) as host:
        host.shake_hands()
        for tool, name in (("list_sandboxes", "name"), ("delete_all_sandboxes", "message")):
            result = call(host, tool)
            assert result["structuredContent"]["truncated"] is True
            assert f"{name}: the first" in notice_of(result)
            assert "1000000 bytes" in notice_of(result)
            assert "fields" in notice_of(result)
        names = [each["name"] for each in call(host, "list_sandboxes")["structuredContent"]["data"]]
        assert len(names) == 10
        assert all(set(name) == {"é"} and len(name) > 2000 for name in names)


def test_long_words_of_a_refusal(tmp_path):
    said = {"error": {"message": "é" * 1_000_000}}
    with FakeApi(lambda *_: (400, said)) as api, Host("--tools", "all", environment=api.environment(tmp_path)) as host:
        host.shake_hands()
        for tool, arguments in (
            ("list_sandboxes", {}),
            ("invoke_api_endpoint", {"endpoint": "list_sandboxes"}),
            ("run", {"command": "true"}),
        ):
            result = call(host, tool, **arguments)
            assert result["isError"]
            assert "ééé" in text_of(result)
            assert "[cut:" in text_of(result).splitlines()[-1]


# ---- scripts ----


@pytest.mark.parametrize(
    ("made", "prefix"),
    [
        ("('é'):rep(1000000)", "ééé"),
        ("('\\0'):rep(500000)", "\0\0"),
        ("(function() local t = {} for i = 1, 30000 do t[i] = 'word' .. i end return t end)()", '["word1","word2",'),
    ],
)
def test_what_a_script_returns_is_cut(old, made, prefix):
    result = call(old, "execute_code", code=f"print('printed') return {made}")
    value = result["structuredContent"]
    assert (value["output"], value["calls"], value["truncated"]) == ("printed\n", 0, True)
    assert value["result"].startswith(prefix)
    assert 15_000 < len(value["result"].encode()) <= 96 * 1024
    assert "result: the first" in notice_of(result)
    assert "Return less" in notice_of(result)


def test_a_long_string_in_what_a_script_returns_is_cut(old):
    result = call(old, "execute_code", code="return {a = ('x'):rep(4000000), b = {1, 2}}")
    value = result["structuredContent"]
    assert value["truncated"]
    assert value["result"] == {"a": "x" * 98304, "b": [1, 2]}
    assert "a: the first 98304 of 4000000 bytes" in notice_of(result)


def test_what_a_script_returns_and_prints_fits_together(old):
    code = "print(('p'):rep(100000)) return {('r'):rep(90000), 5}"
    value = call(old, "execute_code", code=code)["structuredContent"]
    assert value["truncated"]
    assert value["output"].startswith("ppp")
    assert value["result"][0].startswith("rrr")
    assert value["result"][1] == 5
    code = "return {('r'):rep(90000), 5}"
    value = call(old, "execute_code", code=code)["structuredContent"]
    assert value == {"output": "", "result": ["r" * 90000, 5], "calls": 0, "truncated": False}


def test_what_a_script_had_printed_is_cut(old):
    result = call(old, "execute_code", code="print(('\\0'):rep(100000)) error(('\\1'):rep(100000))")
    assert result["isError"]
    assert text_of(result).splitlines()[-1].startswith("[cut:")


# ---- what goes on, and files ----


@pytest.mark.parametrize("character", ["x", "\\0", "\\n", '"', "\\1"])
def test_what_a_started_command_writes_comes_in_parts(old, character):
    command = f"head -c 300000 /dev/zero | tr '\\0' '{character}' | tee /dev/stderr"
    handle = call(old, "start_command", command=command)["structuredContent"]["handle"]
    told = {"stdout": "", "stderr": ""}
    while True:
        part = call(old, "command_output", handle=handle, wait=20)["structuredContent"]
        told = {stream: told[stream] + part[stream] for stream in told}
        if not part["running"] and not part["more"]:
            break
    expected = character.encode().decode("unicode_escape") * 300000
    assert told == {"stdout": expected, "stderr": expected}


@pytest.mark.parametrize(
    ("size", "character", "shown"),
    [
        (196608, "x", True),
        (190000, "\\1", False),
        (40000, "\\1", True),
        (120000, "\\n", True),
        (140000, "\\n", False),
        (189000, "\\377", True),
        (196608, "\\377", False),
    ],
)
def test_files_that_have_to_be_escaped(old, size, character, shown):
    command = f"head -c {size} /dev/zero | tr '\\0' '{character}' > /data/file"
    identity = call(old, "run", sandbox="one", command=command)["structuredContent"]["sandbox_id"]
    for tool, place in (("read_file", {"sandbox": "one"}), ("download_sandboxes", {"id": identity})):
        line = whole(old, tool, place | {"path": "/data/file"})
        assert len(line) <= RESULT_MAX
        first, *others = json.loads(line)["result"]["content"]
        assert [block["type"] for block in others] == ([] if shown else ["resource_link"])
        assert shown or (f"has {size} bytes" in first["text"] and others[0]["size"] == size)


# ---- list_files ----


def test_a_long_list_of_files(old):
    made = "i=0; while [ $i -lt 4000 ]; do : > /data/%sä$i; i=$((i + 1)); done"
    for pad in ("", "a", "ab", '"' * 40):
        old.call("run", command="rm -f /data/*")
        old.call("run", command=made % pad.replace('"', '\\"'))
        result = call_listed(old)
        *lines, last = text_of(result).splitlines()
        assert len(lines) > 1000
        assert all("ä" in line and line.rpartition("ä")[2].isdigit() for line in lines[1:])
        assert last.startswith("[cut: the first ")
        assert "ls" in last
    old.call("run", command="rm -f /data/*; touch /data/one")
    assert "[cut" not in text_of(call_listed(old))


def call_listed(host: Host) -> dict:
    line = whole(host, "list_files", {})
    assert len(line) <= RESULT_MAX
    result = json.loads(line)["result"]
    assert "isError" not in result
    return result


# ---- fields ----


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
