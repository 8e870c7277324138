"""What --print-config prints: each host takes it as it is, and docs/mcp.md shows the same."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
import types
from pathlib import Path

import pytest
import tomllib
from harness import ENVIRONMENT, LEGACY, PROGRAM, ROOT, Host
from test_clients import REFUSED
from test_tools import refused

PAGE = (ROOT / "docs/mcp.md").read_text(encoding="utf-8")
# A command of the page, and the block that it prints.
SHOWN = re.compile(
    r"^`sandbox-sdk-mcp ([^`]*--print-config [a-z-]+)`[^`\n]*(?:`[^`]*`[^`\n]*)*\n\n```\w+\n(.*?)^```", re.M | re.S
)
MEMBERS = {
    "claude": "mcpServers",
    "cursor": "mcpServers",
    "gemini": "mcpServers",
    "vscode": "servers",
    "windsurf": "mcpServers",
    "zed": "context_servers",
}
URLS = {"gemini": "httpUrl", "windsurf": "serverUrl"}
HOSTS = (*MEMBERS, "claude-code", "codex", "openai-agents")
hosts = pytest.mark.parametrize("host", HOSTS)


def printed(*options: str, environment: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        [PROGRAM, *options], capture_output=True, text=True, check=True, env=ENVIRONMENT | (environment or {})
    )
    assert done.stderr == ""
    return done.stdout


class FakeServer:
    """What the package openai-agents has for a server, as far as it is told of one."""

    def __init__(self, params: dict, name: str, client_session_timeout_seconds: float):
        assert name == "sandboxes" and client_session_timeout_seconds >= 60
        self.params = params


class FakeStdio(FakeServer):
    pass


class FakeHttp(FakeServer):
    pass


def read_python(text: str, monkeypatch: pytest.MonkeyPatch) -> dict:
    package, module, names = types.ModuleType("agents"), types.ModuleType("agents.mcp"), {}
    module.MCPServerStdio, module.MCPServerStreamableHttp = FakeStdio, FakeHttp
    monkeypatch.setitem(sys.modules, "agents", package)
    monkeypatch.setitem(sys.modules, "agents.mcp", module)
    exec(compile(text, "printed", "exec"), names)
    server = names["sandboxes"]
    assert isinstance(server, FakeHttp if "url" in server.params else FakeStdio)
    return server.params


def entry(host: str, text: str, monkeypatch: pytest.MonkeyPatch) -> dict:
    """The server in what is printed, read as the host reads it."""
    if host == "claude-code":
        command, *words, server = shlex.split(text)
        assert [command, *words] == ["claude", "mcp", "add-json", "sandboxes"]
        return json.loads(server)
    if host == "codex":
        (server,) = tomllib.loads(text)["mcp_servers"].values()
        return server
    if host == "openai-agents":
        return read_python(text, monkeypatch)
    file = json.loads(text)
    assert set(file) <= {MEMBERS[host], "inputs"}
    assert list(file[MEMBERS[host]]) == ["sandboxes"]
    return file[MEMBERS[host]]["sandboxes"]


def arguments(host: str, *told: str) -> list[str]:
    """What the server is started with: told, and the host's own name where it takes less than all of JSON Schema."""
    return [*told, *(["--client", host] if host in REFUSED else [])]


@hosts
def test_a_server_that_is_started(host, monkeypatch):
    told = ("--local", "--root", "/tmp", "--tools", "all")
    server = entry(host, printed(*told, "--print-config", host), monkeypatch)
    kind = {"type": "stdio"} if host in ("claude-code", "vscode") else {}
    assert server == kind | {"command": str(PROGRAM), "args": arguments(host, *told)}
    with Host(*server["args"], program=Path(server["command"])) as started:
        assert started.shake_hands()["protocolVersion"] == LEGACY
        assert "upload" in [tool["name"] for tool in started.ask("tools/list")["result"]["tools"]]


@hosts
def test_the_key_of_a_hosted_service(host, monkeypatch):
    environment = {"SANDBOX_SDK_API_KEY": "never told", "SANDBOX_SDK_BASE_URL": "http://127.0.0.1:1"}
    text = printed("--print-config", host, environment=environment)
    assert "never told" not in text
    given = entry(host, text, monkeypatch)["env"]
    assert set(given) == set(environment)
    assert given["SANDBOX_SDK_BASE_URL"] == "http://127.0.0.1:1"
    assert "SANDBOX_SDK_BASE_URL" not in printed("--print-config", host)
    if host == "vscode":
        (asked,) = json.loads(text)["inputs"]
        assert asked["type"] == "promptString" and asked["password"] and asked["description"]
        assert given["SANDBOX_SDK_API_KEY"] == f"${{input:{asked['id']}}}"
    else:
        assert given["SANDBOX_SDK_API_KEY"] == "your key"


@hosts
@pytest.mark.parametrize("has_token", [True, False])
def test_a_server_that_runs_already(host, has_token, monkeypatch, tmp_path):
    token = tmp_path / "token"
    options = ("--local", "--http", "8123", *(["--token-file", str(token)] if has_token else ["--no-token"]))
    if host == "claude":
        assert "over standard input and output" in refused(*options, "--print-config", host)
        return
    text = printed(*options, "--print-config", host)
    server = entry(host, text, monkeypatch)
    assert not token.exists()
    assert server.pop(URLS.get(host, "url")) == "http://127.0.0.1:8123/mcp"
    if host in ("claude-code", "vscode"):
        assert server.pop("type") == "http"
    if not has_token:
        assert server == {}
    elif host == "codex":
        assert server == {"bearer_token_env_var": "SANDBOX_SDK_MCP_TOKEN"}
    elif host == "vscode":
        (asked,) = json.loads(text)["inputs"]
        assert server == {"headers": {"Authorization": f"Bearer ${{input:{asked['id']}}}"}}
    else:
        assert server == {"headers": {"Authorization": "Bearer your token"}}


def test_a_port_that_is_another_each_time():
    assert "--http 0" in refused("--http", "0", "--no-token", "--print-config", "cursor")


@pytest.mark.parametrize(
    ("options", "url"),
    [
        (("--listen", "192.0.2.1"), "http://192.0.2.1:8123/mcp"),
        (("--listen", "::1"), "http://[::1]:8123/mcp"),
        (("--listen", "192.0.2.1", "--allow-host", "box.example"), "http://192.0.2.1:8123/mcp"),
        (("--listen", "0.0.0.0", "--allow-host", "box.example"), "http://box.example:8123/mcp"),
        (("--listen", "::", "--allow-host", "[2001:db8::1]"), "http://[2001:db8::1]:8123/mcp"),
    ],
)
def test_an_address_of_the_network(options, url, monkeypatch):
    for host in set(HOSTS) - {"claude"}:
        text = printed("--http", "8123", "--token-file", "token", *options, "--print-config", host)
        assert entry(host, text, monkeypatch)[URLS.get(host, "url")] == url


@pytest.mark.parametrize(
    "told",
    [
        ("--print-c", "windsurf", "--loc"),
        ("--print-config=windsurf", "--local", "--list"),
        ("--print-config", "cursor", "--local", "--print-conf=windsurf"),
        ("--local", "--list", "--print-config", "windsurf", "--"),
    ],
)
def test_options_are_written_out(told, monkeypatch):
    """Whole, and without those that print something in the place of serving."""
    assert entry("windsurf", printed(*told), monkeypatch)["args"] == ["--local"]


def test_values_of_options_stay(monkeypatch, tmp_path):
    root = tmp_path / "käse 'n\" \\ \t$HOME"
    root.mkdir()
    told = ("--tool=run", f"--root={root}", "--no-too", "list_files", "--client", "zed")
    for host in HOSTS:
        server = entry(host, printed("--print-config", host, *told), monkeypatch)
        assert server["args"] == ["--tool", "run", "--root", str(root), "--no-tool", "list_files", "--client", "zed"]


def test_a_word_that_is_no_text(tmp_path):
    root = bytes(tmp_path) + b"/\xff"
    Path(root.decode(errors="surrogateescape")).mkdir()
    done = subprocess.run([PROGRAM, "--root", root, "--print-config", "zed"], capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"UTF-8" in done.stderr


def test_a_host_that_nobody_knows():
    line = refused("--print-config", "emacs")
    assert all(host in line for host in HOSTS)


# ---- docs/mcp.md ----


def test_the_documentation_shows_what_is_printed():
    shown = SHOWN.findall(PAGE)
    for command, block in shown:
        assert printed(*command.split()).replace(str(PROGRAM), "sandbox-sdk-mcp") == block, command
    assert {command.split()[-1] for command, _ in shown} == set(HOSTS)
    assert any("--local" not in command and "--http" not in command for command, _ in shown), "one with a key"
    assert any("--http" in command for command, _ in shown)
    assert len(re.findall("--print-config [a-z]", PAGE)) == len(shown), "none stands by itself"
