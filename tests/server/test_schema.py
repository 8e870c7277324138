"""sandboxd asked by schemathesis, with what api/openapi.yaml allows and with what it does not.

CI asks about 800 times; with SBX_FULL=1 it is 5,000 times and more.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import documents
import pytest
from harness import ROOT

HERE = Path(__file__).parent
FULL = bool(os.environ.get("SBX_FULL"))
# Of each operation, in each of two phases; what is the same in each run (limits, each wrong type) comes on top.
EXAMPLES = 600 if FULL else 28
# How many that makes depends on the time that it takes.
ASKED = 5000 if FULL else 600
SECONDS = 3600 if FULL else 600

pytestmark = pytest.mark.skipif(sys.version_info < (3, 10), reason="schemathesis needs CPython 3.10")


def ask(server, folder: Path, *options: str) -> subprocess.CompletedProcess:
    """One run of schemathesis, with all of its checks and ours."""
    import schema_environment

    program = schema_environment.program()
    url = f"http://{server.host}:{server.port}"
    return subprocess.run(
        [
            program,
            "--no-color",
            "--config-file",
            HERE / "schema.toml",
            "run",
            ROOT / "api/openapi.yaml",
            "--url",
            url,
            "-H",
            f"x-api-key: {server.key}",
            "--continue-on-failure",
            "--request-timeout",
            "60",
            "--generation-database",
            "none",
            "--suppress-health-check",
            "all",
            *options,
        ],
        env={
            **{name: os.environ[name] for name in ("HOME", "LANG", "LC_ALL", "PATH", "TMPDIR") if name in os.environ},
            "SCHEMA_URL": url,
            "SCHEMA_KEY": server.key,
            "SCHEMA_ASKED": str(folder / "asked.json"),
            "SCHEMATHESIS_HOOKS": "schema_hooks",
            "PYTHONPATH": str(HERE),
            "PYTHONDONTWRITEBYTECODE": "1",
        },
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=SECONDS,
        check=False,
    )


def asked(folder: Path) -> dict[tuple[str, str], dict[int, int]]:
    """How often schemathesis asked for each route, by the status of the answer. What its hooks ask is not in it."""
    found: dict[tuple[str, str], dict[int, int]] = {}
    for name, count in json.loads((folder / "asked.json").read_text()).items():
        method, path, status = name.split()
        found.setdefault((method, path), {})[int(status)] = count
    return found


def routes() -> set[tuple[str, str]]:
    return {
        (method.upper(), path)
        for path, item in documents.api()["paths"].items()
        for method in item
        if method in ("get", "post", "delete")
    }


def test_nothing_but_what_the_document_says(start, tmp_path):
    server = start("--ephemeral", "--max-sandboxes", "200")
    done = ask(server, tmp_path, "--max-examples", str(EXAMPLES), *([] if FULL else ["--seed", "1"]))
    print(done.stdout[-20000:])
    assert done.returncode == 0, "schemathesis has found something"
    counted = asked(tmp_path)
    total = sum(sum(statuses.values()) for statuses in counted.values())
    print(f"{total} requests: {counted}")
    assert total >= ASKED
    # On this machine nothing is short, so that even what is documented is none of them.
    assert not [status for statuses in counted.values() for status in statuses if status >= 500]
    for route in routes():
        assert any(status < 300 for status in counted.get(route, {})), f"{route} was never answered with a success"
    server.call("DELETE", "/v1/sandboxes/delete-all")
    assert server.stop() == 0
    assert server.errors == b""
