"""The protocol's own client for Python, with both of its eras, over both transports."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from harness import ENVIRONMENT, PROGRAM, ROOT
from test_http import Web

sys.path.insert(0, str(ROOT / "tests" / "shared"))

from made_once import environment

HERE = Path(__file__).parent

pytestmark = pytest.mark.skipif(sys.version_info < (3, 10), reason="the client needs Python 3.10")


@pytest.fixture(scope="module")
def client_python() -> Path:
    return environment(ROOT / "build" / "mcp", HERE / "requirements.txt")


@pytest.fixture(params=["standard input and output", "HTTP"])
def server(request, tmp_path):
    """What the client is told of it: a program, or a URL."""
    if request.param == "HTTP":
        with Web("--no-token", "--tools", "all", "--root", tmp_path) as web:
            yield web.ready["url"]
    else:
        yield PROGRAM


@pytest.mark.parametrize("mode", ["legacy", "2026-07-28", "auto"])
def test_a_session(client_python, server, mode, tmp_path):
    done = subprocess.run(
        [client_python, HERE / "client.py", server, mode, tmp_path],
        capture_output=True,
        text=True,
        timeout=120,
        env=ENVIRONMENT,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said = [json.loads(line) for line in done.stdout.splitlines()]
    steps = {each["step"]: each["value"] for each in said}
    assert steps["called"] == sorted(steps["tools"]), "each tool is called"
    assert {"run", "create_sandboxes", "execute_code", "upload", "invoke_api_endpoint"} <= set(steps["called"])
    assert steps["run"]["structuredContent"]["stdout"] == "hello from sandbox\n"
    assert steps["read_file"]["content"][0]["text"] == "hello from sandbox\n"
    assert "hello.sh" in steps["list_files"]["content"][0]["text"]
    assert steps["list_sandboxes"]["structuredContent"] == {"pagination": {"total_items": 0}}
    assert steps["execute_sandboxes"]["structuredContent"]["stdout"] == "executed\n"
    assert steps["download_sandboxes"]["content"][0]["resource"]["blob"] == "/wA="
    assert steps["command_output"]["structuredContent"]["stdout"] == "begun\n"
    assert steps["execute_code"]["structuredContent"]["result"] == "scripted\n"
    assert steps["copied"] == "from this machine\n"
    assert steps["large"]["deleted_ids"] == []
    assert steps["progress"] == "1\n2\n3\n"
    assert steps["at once"] == [f"{i}\n" for i in range(20)]
    assert not any(value.get("isError") for value in steps.values() if isinstance(value, dict))
