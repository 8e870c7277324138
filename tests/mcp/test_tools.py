"""The tools, each for real against a local server."""

from __future__ import annotations

import base64
import json
import re
import subprocess
from pathlib import Path

import pytest
import yaml
from harness import ENVIRONMENT, IS_OTHER_BUILD, PROGRAM, ROOT, Host, text_of


def listed(*options: str) -> dict[str, dict]:
    done = subprocess.run([PROGRAM, "--list", *options], capture_output=True, text=True, check=True, env=ENVIRONMENT)
    return {tool["name"]: tool for tool in json.loads(done.stdout)["tools"]}


def test_the_list_is_what_is_served(old):
    assert {tool["name"]: tool for tool in old.ask("tools/list")["result"]["tools"]} == listed()
    assert old.ask("tools/list")["result"] == old.ask("tools/list")["result"]


def test_definitions_are_small():
    assert len(json.dumps({"tools": list(listed().values())}, separators=(",", ":"))) <= 24 * 1024


def test_definitions_are_whole():
    for tool in listed("--tools", "all", "--root", "/").values():
        assert tool["inputSchema"]["type"] == "object"
        assert tool["inputSchema"]["additionalProperties"] is False
        assert set(tool["annotations"]) == {"readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"}
        assert tool["description"]
        assert tool["title"]


READS = "readOnlyHint idempotentHint"
MAKES = ""
REPLACES = "destructiveHint idempotentHint"
RUNS = "destructiveHint openWorldHint"
# What is true of each tool; the rest is false. The output that command_output gives is gone then, and all sandboxes are
# others the next time.
HINTS = {
    "run": RUNS,
    "read_file": READS,
    "write_file": REPLACES,
    "list_files": READS,
    "upload": REPLACES,
    "download": REPLACES,
    "start_command": RUNS,
    "command_output": "",
    "stop_command": REPLACES,
    "create_sandboxes": MAKES,
    "list_sandboxes": READS,
    "get_sandboxes": READS,
    "delete_sandboxes": REPLACES,
    "delete_all_sandboxes": "destructiveHint",
    "execute_sandboxes": RUNS,
    "upload_sandboxes": REPLACES,
    "download_sandboxes": READS,
    "create_volumes": MAKES,
    "list_volumes": READS,
    "delete_volumes": REPLACES,
    "create_snapshot_volumes": MAKES,
    "execute_code": RUNS,
    "search_docs": READS,
    "list_api_endpoints": READS,
    "get_api_endpoint_schema": READS,
    "invoke_api_endpoint": RUNS,
}
DYNAMIC = {"list_api_endpoints", "get_api_endpoint_schema", "invoke_api_endpoint"}


@pytest.mark.parametrize("options", [(), ("--tools", "all", "--root", "/")], ids=" ".join)
def test_hints(options):
    tools = listed(*options)
    told = {
        name: " ".join(hint for hint, value in tool["annotations"].items() if value is True)
        for name, tool in tools.items()
    }
    assert told == {name: hints for name, hints in HINTS.items() if name in told}
    assert set(told) == (set(HINTS) if options else set(HINTS) - {"upload", "download"} - DYNAMIC)


def test_what_is_text_by_itself_has_no_schema():
    everything = listed("--tools", "all", "--root", "/")
    assert {name for name, tool in everything.items() if "outputSchema" not in tool} == {
        *("read_file", "download_sandboxes", "list_files", "write_file", "stop_command"),
        "invoke_api_endpoint",
    }


def test_read_only(host):
    with Host("--local", "--read-only") as reading:
        reading.shake_hands()
        assert reading.ask("tools/call", {"name": "run", "arguments": {"command": "true"}})["error"]["code"] == -32602
        assert reading.call("list_sandboxes")["structuredContent"]["data"] == []
    assert all(tool["annotations"]["readOnlyHint"] for tool in listed("--read-only").values())


def test_what_only_reads_makes_no_sandbox(account):
    with account.host() as host:
        host.call("write_file", sandbox="there", path="/data/x", content="kept")
    with account.host("--read-only") as host:
        for arguments in ({}, {"sandbox": "new"}):
            result = host.call("list_files", **arguments)
            assert result["isError"]
            assert "--read-only" in text_of(result) and "list_sandboxes" in text_of(result)
        assert text_of(host.call("read_file", sandbox="there", path="/data/x")) == "kept"
    with account.host() as host:
        for arguments in ({}, {"sandbox": "new"}):
            result = host.call("read_file", path="/data/x", **arguments)
            assert result["isError"]
            assert "there is no such sandbox; run" in text_of(result)
        assert account.names() == ["there"]
        requests = [
            host.request("tools/call", {"name": tool, "arguments": {"sandbox": "both"} | arguments})
            for tool, arguments in (("list_files", {}), ("write_file", {"path": "/data/x", "content": "x"}))
        ]
        answers = {message["id"]: message["result"] for message in (host.message(), host.message())}
        assert text_of(answers[requests[1]]) == "written"
        assert "isError" not in host.call("list_files", sandbox="both")
    assert sorted(account.names()) == ["both", "there"]


def refused(*options: str) -> str:
    done = subprocess.run([PROGRAM, *options], capture_output=True, text=True, check=False, env=ENVIRONMENT)
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    return line


def test_what_is_offered_is_chosen():
    dynamic = {"list_api_endpoints", "get_api_endpoint_schema", "invoke_api_endpoint"}
    comfortable = {"run", "read_file", "write_file", "list_files", "start_command", "command_output", "stop_command"}
    others = {"execute_code", "search_docs"}
    volumes = {"create_volumes", "list_volumes", "delete_volumes", "create_snapshot_volumes"}
    assert set(listed("--tools", "dynamic")) == dynamic
    assert set(listed("--tools", "all")) == dynamic | set(listed())
    assert set(listed("--tools", "code")) == {"execute_code"}
    assert set(listed()) == set(listed("--tools", "operations")) | others
    assert set(listed("--resource", "volumes")) == comfortable | volumes | others
    both = listed("--operation", "sandboxes.create", "--resource", "volumes")
    assert set(both) == comfortable | volumes | others | {"create_sandboxes"}
    assert set(listed("--tag", "volumes")) == comfortable | volumes | others
    assert set(listed("--tag", "volumes", "--tag", "sandboxes")) == set(listed())
    assert set(listed("--tag", "volumes", "--operation", "sandboxes.create")) == set(both)
    assert set(listed("--tag", "volumes", "--no-tool", "list_volumes", "--read-only")) == {
        "read_file",
        "list_files",
        "execute_code",
        "search_docs",
    }
    assert set(listed("--tool", "run", "--tool", "list_api_endpoints")) == {"run", "list_api_endpoints"}
    for tool in listed("--tools", "all"):
        assert set(listed("--tools", "all")) - set(listed("--tools", "all", "--no-tool", tool)) == {tool}
        assert set(listed("--tool", tool)) == {tool}


def test_each_group_has_its_own_tools_alone():
    """Also with a root, which those that work with files use."""
    both = {"upload", "download"}
    for group in ("docs", "code", "dynamic"):
        assert set(listed("--tools", group, "--root", "/tmp")) == set(listed("--tools", group))
    for group in ("operations", "all"):
        assert set(listed("--tools", group, "--root", "/tmp")) == set(listed("--tools", group)) | both
    assert set(listed("--root", "/tmp")) == set(listed()) | both
    assert set(listed("--root", "/tmp", "--tools", "docs", "--tools", "operations")) >= both
    assert set(listed("--root", "/tmp", "--tool", "upload")) == {"upload"}
    for tool in both:
        assert f"{tool} wants --root" in refused("--tool", "run", "--tool", tool)


@pytest.mark.parametrize(
    "options",
    [
        ("--tool", "run", "--no-tool", "run"),
        ("--tool", "run", "--read-only"),
        ("--tools", "docs", "--no-tool", "search_docs"),
        ("--root", "/tmp", "--tool", "upload", "--read-only"),
    ],
)
def test_no_tool_at_all(options):
    assert "no tool is left" in refused(*options)


@pytest.mark.parametrize("group", ["operations", "code", "docs", "dynamic", "all"])
def test_what_only_reads_says_so(group):
    tools = listed("--tools", group, "--read-only")
    assert tools
    for tool in tools.values():
        assert tool["annotations"] == {
            "readOnlyHint": True,
            "destructiveHint": False,
            "idempotentHint": True,
            "openWorldHint": False,
        }
        assert not re.search("create|execute_sandboxes|sandboxes.execute", tool["description"])
    assert ("execute_code" in tools) == (group in ("code", "all"))
    assert ("invoke_api_endpoint" in tools) == (group in ("dynamic", "all"))
    assert set(listed("--read-only")) >= {"execute_code", "read_file", "list_sandboxes"}


def test_operations_that_read_are_called_by_their_names(account):
    with account.host() as host:
        host.call("write_file", sandbox="there", path="/data/x", content="kept")
    with account.host("--tools", "dynamic", "--read-only") as host:
        names = [each["name"] for each in host.call("list_api_endpoints")["structuredContent"]["endpoints"]]
        assert names == ["list_sandboxes", "get_sandboxes", "download_sandboxes", "list_volumes"]
        listing = host.call("invoke_api_endpoint", endpoint="list_sandboxes")["structuredContent"]
        (sandbox,) = listing["data"]
        file = {"id": sandbox["id"], "path": "/data/x"}
        assert text_of(host.call("invoke_api_endpoint", endpoint="download_sandboxes", arguments=file)) == "kept"
        for endpoint in ("create_sandboxes", "delete_all_sandboxes", "upload_sandboxes", "execute_sandboxes"):
            assert host.call("invoke_api_endpoint", endpoint=endpoint)["isError"]
    assert account.names() == ["there"]


def test_dynamic_definitions_are_small():
    assert len(json.dumps(list(listed("--tools", "dynamic").values()), separators=(",", ":"))) <= 4 * 1024


@pytest.mark.parametrize(
    "options",
    [("--tool", "x"), ("--no-tool", ""), ("--resource", "sandbox"), ("--operation", "create"), ("--tools", ""), ("x",)],
)
def test_names_that_nothing_has(options):
    assert "--help" in refused(*options)
    assert options[-1] in refused(*options)


def test_a_tag_that_no_operation_has():
    for wrong in ("server", "", "volume", "volumes sandboxes", "sandbox"):
        assert "there are sandboxes, volumes" in refused("--tag", wrong)


def test_tags_are_those_of_the_document():
    document = yaml.safe_load((ROOT / "api/openapi.yaml").read_text())
    nodes = [node for item in document["paths"].values() for node in item.values() if isinstance(node, dict)]
    everything = set(listed()) - set(listed("--tag", "volumes")) | set(listed()) - set(listed("--tag", "sandboxes"))
    for tag in ("sandboxes", "volumes"):
        named = [node["operationId"].split(".") for node in nodes if tag in node.get("tags", [])]
        assert {f"{verb}_{resource}" for resource, verb in named} == set(listed("--tag", tag)) & everything


def test_dynamic():
    with Host("--local", "--tools", "dynamic", "--no-tool", "delete_all_sandboxes") as host:
        host.shake_hands()
        names = [each["name"] for each in host.call("list_api_endpoints")["structuredContent"]["endpoints"]]
        assert "create_sandboxes" in names
        assert "delete_all_sandboxes" not in names
        schema = host.call("get_api_endpoint_schema", endpoint="execute_sandboxes")["structuredContent"]
        assert "command" in schema["inputSchema"]["required"]
        made = host.call(
            "invoke_api_endpoint", endpoint="create_sandboxes", arguments={"name": "one", "fields": ["id"]}
        )
        assert set(made["structuredContent"]) == {"id"}
        arguments = made["structuredContent"] | {"command": "echo hi"}
        result = host.call("invoke_api_endpoint", endpoint="execute_sandboxes", arguments=arguments)
        assert result["structuredContent"]["stdout"] == "hi\n"
        for wrong in ({}, {"endpoint": "delete_all_sandboxes"}, {"endpoint": "list_sandboxes", "arguments": []}):
            assert host.call("invoke_api_endpoint", **wrong)["isError"]
        assert host.ask("tools/call", {"name": "create_sandboxes", "arguments": {}})["error"]["code"] == -32602


def test_run(old):
    result = old.call("run", command="cat; echo err >&2; exit 3", stdin="in", env={"A": "b"}, timeout=5)
    assert result["structuredContent"]["stdout"] == "in"
    assert result["structuredContent"]["stderr"] == "err\n"
    assert result["structuredContent"]["exit_code"] == 3
    assert "isError" not in result
    assert json.loads(text_of(result)) == result["structuredContent"]


def test_run_goes_on_where_it_was(old):
    old.call("run", command="echo kept > file")
    assert old.call("run", command="cat file")["structuredContent"]["stdout"] == "kept\n"
    old.call("run", command="echo other > file", sandbox="named")
    assert old.call("run", command="cat file", sandbox="named")["structuredContent"]["stdout"] == "other\n"
    assert old.call("run", command="cat file")["structuredContent"]["stdout"] == "kept\n"


def test_many_runs_at_once_share_one_sandbox(old):
    for _ in range(20):
        old.request("tools/call", {"name": "run", "arguments": {"command": "true", "sandbox": "shared"}})
    for _ in range(20):
        assert old.message()["result"]["structuredContent"]["exit_code"] == 0
    assert [each["name"] for each in old.call("list_sandboxes")["structuredContent"]["data"]] == ["shared"]


def test_a_file_that_is_missing_costs_no_sandbox(old):
    old.call("run", command="echo kept > /data/kept")
    assert old.call("read_file", path="/data/missing")["isError"]
    assert text_of(old.call("read_file", path="/data/kept")) == "kept\n"
    assert len(old.call("list_sandboxes")["structuredContent"]["data"]) == 1


def test_files(old):
    assert text_of(old.call("write_file", path="/data/käse", content="text\u00e9\n")) == "written"
    assert text_of(old.call("read_file", path="/data/käse")) == "text\u00e9\n"
    assert "käse" in text_of(old.call("list_files"))
    data = bytes(range(256))
    old.call("write_file", path="/data/bytes", content=base64.b64encode(data).decode(), encoding="base64")
    (block,) = old.call("read_file", path="/data/bytes")["content"]
    assert block["type"] == "resource"
    assert base64.b64decode(block["resource"]["blob"]) == data
    assert old.call("list_files", path="/nowhere")["isError"]
    assert old.call("read_file", path="/data")["isError"]


def test_a_file_that_is_too_large_is_not_read(old):
    """Not even by eight at once: the server never has it."""
    old.call("create_sandboxes", name="mine")
    (sandbox,) = old.call("list_sandboxes")["structuredContent"]["data"]
    file = {"id": sandbox["id"], "path": "/data/large"}
    assert text_of(old.call("execute_sandboxes", id=file["id"], command="truncate -s 1G /data/large")) != ""
    for told in (
        old.call("read_file", sandbox="mine", path="/data/large"),
        old.call("download_sandboxes", **file),
    ):
        assert told["isError"] and "the file has more than 8 MiB" in text_of(told)
    told = old.ask("resources/read", {"uri": f"sandbox://{file['id']}/data/large"})
    assert "the file has more than 8 MiB" in told["error"]["message"]
    code = """return parallel({ 1, 2, 3, 4, 5, 6, 7, 8 }, function()
        local success, failure = pcall(function() client.sandboxes:download("%s", { path = "/data/large" }) end)
        return { success, failure.message:match "8 MiB" }
    end)"""
    told = old.call("execute_code", code=code % file["id"])
    assert told["structuredContent"]["result"] == [[False, "8 MiB"]] * 8
    if not IS_OTHER_BUILD:
        assert old.most_resident() < 200


@pytest.mark.parametrize(
    ("tool", "arguments", "named"),
    [
        ("run", {}, "command"),
        ("run", {"command": 1}, "command"),
        ("run", {"command": "true", "timeout": "x"}, "timeout"),
        ("run", {"command": "true", "sandbox": ""}, "sandbox"),
        ("run", {"command": "true", "sandbox": 1}, "sandbox"),
        ("read_file", {}, "path"),
        ("write_file", {"path": "/data/x"}, "content"),
        ("write_file", {"path": "/data/x", "content": "?", "encoding": "base64"}, "base64"),
        ("write_file", {"path": "/data/x", "content": "", "encoding": "x"}, "encoding"),
        ("write_file", {"path": "/data/x", "content": "", "encoding": 1}, "encoding"),
        ("upload_sandboxes", {"id": "x", "path": "/data/x"}, "file"),
        ("upload_sandboxes", {"id": "x", "path": "/data/x", "file": "=", "encoding": "base64"}, "base64"),
        ("upload_sandboxes", {"id": "x", "path": "/data/x", "file": "", "encoding": "x"}, "encoding"),
        ("create_sandboxes", {"name": 1}, "name"),
        ("create_sandboxes", {"nonsense": 1}, "nonsense"),
        ("get_sandboxes", {}, "id"),
        ("list_sandboxes", {"fields": "data"}, "fields"),
        ("list_sandboxes", {"fields": [1]}, "fields"),
    ],
)
def test_wrong_arguments(old, tool, arguments, named):
    result = old.call(tool, **arguments)
    assert result["isError"]
    assert named in text_of(result)


def test_every_operation(old):
    made = old.call("create_sandboxes", name="mine", wait_for_ready=True)["structuredContent"]
    identity = made["id"]
    assert old.call("get_sandboxes", id=identity)["structuredContent"]["name"] == "mine"
    assert old.call("execute_sandboxes", id=identity, command="echo hi")["structuredContent"]["stdout"] == "hi\n"
    assert not old.call("upload_sandboxes", id=identity, path="/data/f", file="file").get("isError")
    assert text_of(old.call("download_sandboxes", id=identity, path="/data/f")) == "file"
    volume = old.call("create_volumes", name="store", size="1Gi")["structuredContent"]["id"]
    snapshot = old.call("create_snapshot_volumes", id=volume, name="saved")["structuredContent"]["id"]
    names = {each["name"] for each in old.call("list_volumes")["structuredContent"]["data"]}
    assert {"store", "saved"} <= names
    for each in (snapshot, volume):
        assert not old.call("delete_volumes", id=each).get("isError")
    assert not old.call("delete_sandboxes", id=identity).get("isError")
    assert old.call("delete_all_sandboxes")["structuredContent"]["deleted_count"] == 0


def test_fields(old):
    old.call("create_sandboxes", name="one")
    answer = old.call("list_sandboxes", fields=["data.name", "pagination.total_items", "nothing", "data.name.deeper"])
    assert answer["structuredContent"] == {"data": [{"name": "one"}], "pagination": {"total_items": 1}}
    assert old.call("list_sandboxes", fields=[])["structuredContent"] == {}


def test_a_tool_that_is_not_there(old):
    assert old.ask("tools/call", {"name": "nonsense", "arguments": {}})["error"]["code"] == -32602
    assert old.ask("tools/call", {"arguments": {}})["error"]["code"] == -32602
    assert old.ask("tools/call", {"name": "run", "arguments": []})["error"]["code"] == -32602


def test_without_a_key():
    with Host() as host:
        host.shake_hands()
        result = host.call("run", command="true")
        assert result["isError"]
        assert "SANDBOX_SDK_API_KEY" in text_of(result)
        assert "--local" in text_of(result)
        host.call("list_sandboxes")
        status, _, errors = host.end()
    (line,) = errors.splitlines()
    assert status == 0
    assert line.startswith("sandbox-sdk-mcp: ") and "SANDBOX_SDK_API_KEY" in line and "--local" in line


def test_what_needs_no_key_to_be_refused():
    with Host("--tools", "all") as host:
        host.shake_hands()
        for modern in (False, True):
            answer = host.ask("tools/call", {"name": "nonsense", "arguments": {}}, modern)
            assert answer["error"]["code"] == -32602
            assert text_of(host.call("write_file", modern)) == "path: it is missing, a string"
        assert host.end() == (0, b"", "")


def test_what_is_refused_starts_no_server(old):
    """One without an account starts a sandboxd for what asks it, and for nothing else."""
    children = Path(f"/proc/{old.process.pid}/task/{old.process.pid}/children")
    assert old.ask("tools/call", {"name": "nonsense"})["error"]["code"] == -32602
    assert old.call("write_file")["isError"]
    assert children.read_text() == ""
    assert "isError" not in old.call("list_sandboxes")
    assert children.read_text() != ""


def test_operations_are_described_without_a_key():
    with Host("--tools", "dynamic") as host:
        host.shake_hands()
        listed = host.call("list_api_endpoints")
        described = host.call("get_api_endpoint_schema", endpoint="create_sandboxes")
        for result in (listed, described):
            assert json.loads(text_of(result)) == result["structuredContent"]
        assert described["structuredContent"]["name"] == "create_sandboxes"
        assert "SANDBOX_SDK_API_KEY" in text_of(host.call("invoke_api_endpoint", endpoint="list_sandboxes"))


def test_large_outputs_are_cut(old):
    result = old.call("run", command="yes \u00e4 | head -c 1000000")["structuredContent"]
    assert result["truncated"]
    assert 60_000 < len(result["stdout"].encode()) <= 96 * 1024
