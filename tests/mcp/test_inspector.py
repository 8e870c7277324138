"""The protocol's inspector in its command-line mode, from npm, with both eras, over both transports."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from harness import ENVIRONMENT, PROGRAM, ROOT
from test_http import Web
from test_tools import listed as tools_of

sys.path.insert(0, str(ROOT / "tests" / "shared"))

from npm import node_environment, node_modules

PACKAGE = "@modelcontextprotocol/inspector@2.12.0"
TOOL_ERROR = 5  # its exit status for a result with isError

pytestmark = pytest.mark.skipif(
    not os.environ.get("SBX_FULL"), reason="installs Node from npm; SBX_FULL=1 does, and runs the inspector"
)


@pytest.fixture(scope="module")
def modules() -> Path:
    return node_modules(ROOT / "build/mcp-inspector", PACKAGE)


@pytest.fixture(scope="module", params=["standard input and output", "HTTP"])
def target(request, tmp_path_factory):
    """The words that tell the inspector of a server."""
    root = tmp_path_factory.mktemp("root")
    (root / "notes.txt").write_text("of this machine\n")
    options = ["--tools", "all", "--root", str(root)]
    if request.param == "HTTP":
        token = tmp_path_factory.mktemp("token") / "token"
        with Web("--token-file", str(token), *options) as web:
            yield [web.ready["url"], "--header", f"Authorization: Bearer {token.read_text().strip()}"], root
    else:
        settings = ["-e", f"PATH={ENVIRONMENT['PATH']}"]
        yield [*settings, "--", str(PROGRAM), "--local", *options], root


class Inspector:
    def __init__(self, modules: Path, target: list[str], era: str, home: Path):
        self.modules, self.target, self.era = modules, target, era
        self.environment = node_environment(modules) | {"HOME": str(home)}

    def run(self, method: str, *arguments: str) -> tuple[int, dict, str]:
        """The status, what it prints of the answer, and its complaints."""
        own = ["--protocol-era", self.era, "--method", method, *arguments, "--format", "json"]
        done = subprocess.run(
            [self.modules / ".bin/mcp-inspector", "--cli", *own, *self.target],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            env=self.environment,
        )
        return done.returncode, json.loads(done.stdout or "{}").get("result", {}), done.stderr

    def ask(self, method: str, *arguments: str) -> dict:
        status, result, complaints = self.run(method, "-q", *arguments)
        assert status == 0, complaints
        return result

    def call(self, tool: str, **arguments: object) -> tuple[int, dict]:
        words = ["--tool-name", tool, "--tool-args-json", json.dumps(arguments)]
        status, result, _ = self.run("tools/call", "-q", *words)
        return status, result


@pytest.fixture(params=["legacy", "modern", "auto"])
def inspector(request, modules, target, tmp_path):
    return Inspector(modules, target[0], request.param, tmp_path)


def test_lists(inspector, target):
    status, listed, complaints = inspector.run("tools/list", "--strict")
    assert status == 0, complaints
    assert re.search(r"^0 errors, ", complaints, re.MULTILINE), complaints
    assert [each["name"] for each in listed["tools"]] == list(tools_of("--tools", "all", "--root", str(target[1])))
    resources = [each["uri"] for each in inspector.ask("resources/list")["resources"]]
    assert "docs://sandbox-sdk/mcp.md" in resources
    [template] = inspector.ask("resources/templates/list")["resourceTemplates"]
    assert template["uriTemplate"] == "sandbox://{id}/{+path}"
    assert [each["name"] for each in inspector.ask("prompts/list")["prompts"]] == ["test_project", "explore_api"]


def test_documents(inspector):
    [page] = inspector.ask("resources/read", "--uri", "docs://sandbox-sdk/mcp.md")["contents"]
    assert page["text"].startswith("# sandbox-sdk-mcp")
    words = ["--prompt-name", "test_project", "--prompt-args", "command=make test"]
    assert "make test" in inspector.ask("prompts/get", *words)["messages"][0]["content"]["text"]
    status, found = inspector.call("search_docs", query="idempotency key")
    assert status == 0
    assert found["structuredContent"]["found"]


def test_tools(inspector, target):
    """One of each kind: a command, files, an operation, one by its name, and a copy from this machine."""
    status, ran = inspector.call("run", command="echo out; exit 3")
    assert (status, ran["structuredContent"]["stdout"], ran["structuredContent"]["exit_code"]) == (0, "out\n", 3)
    status, made = inspector.call("create_sandboxes", name=f"of {inspector.era}", fields=["id", "status"])
    assert (status, made["structuredContent"]["status"]) == (0, "running")
    status, listed = inspector.call("invoke_api_endpoint", endpoint="list_volumes", arguments={"fields": ["data"]})
    assert (status, list(listed["structuredContent"])) == (0, ["data"])
    status, copied = inspector.call("upload", local=str(target[1] / "notes.txt"), path="/data/notes.txt")
    assert status == 0, copied
    status, started = inspector.call("start_command", command="sleep 60")
    assert status == 0, started
    assert started["structuredContent"]["handle"].startswith("cmd-")


def test_errors(inspector):
    status, result = inspector.call("delete_sandboxes", id="nothing")
    assert (status, result["isError"]) == (TOOL_ERROR, True)
    assert "not_found" in result["content"][0]["text"]
    status, result = inspector.call("run", command=1)
    assert (status, result["isError"]) == (TOOL_ERROR, True)
    status, _, complaints = inspector.run("resources/read", "-q", "--uri", "docs://sandbox-sdk/nothing.md")
    assert status not in (0, TOOL_ERROR)
    assert "there is no resource docs://sandbox-sdk/nothing.md" in complaints
    status, _, complaints = inspector.run("prompts/get", "-q", "--prompt-name", "nothing")
    assert status not in (0, TOOL_ERROR)
    assert "there is no such prompt" in complaints
