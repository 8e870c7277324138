"""The conformance suites of both eras, from npm: all scenarios, with lists of what only their example can meet."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from harness import ROOT
from test_http import Web

sys.path.insert(0, str(ROOT / "tests" / "shared"))

from npm import node_environment, node_modules

EXPECTED = Path(__file__).parent / "expected_failures"
# Of each suite: its version, and how it is run. The newer one has some scenarios once for each era, and others for one.
SUITES = {
    "older": ("0.1.16", [[]]),
    "both": ("0.2.0-alpha.12", [[], ["--spec-version", "2025-11-25"], ["--spec-version", "2026-07-28"]]),
}

pytestmark = pytest.mark.skipif(
    not os.environ.get("SBX_FULL"), reason="installs Node from npm; SBX_FULL=1 does, and runs the conformance suites"
)


def conformance(modules: Path, url: str, *arguments: str | Path) -> tuple[int, str]:
    done = subprocess.run(
        [modules / ".bin/conformance", "server", "--url", url, "--suite", "all", *arguments],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env=node_environment(modules),
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("suite", SUITES)
def test_the_suite(suite):
    """The suite itself refuses a failure that is not on the list, and what is on it and passes."""
    version, runs = SUITES[suite]
    modules = node_modules(ROOT / "build/mcp-conformance" / suite, f"@modelcontextprotocol/conformance@{version}")
    listed = EXPECTED / f"{suite}.yaml"
    failed: set[str] = set()
    with Web("--no-token") as web:
        for options in runs:
            status, said = conformance(modules, web.ready["url"], *options, "--expected-failures", listed)
            assert status == 0, said[-4000:]
            failed |= set(re.findall(r"^  ~ (\S+)$", said, re.MULTILINE))
    # It lets pass what is on the list and was not even run.
    assert failed == set(yaml.safe_load(listed.read_text(encoding="utf-8"))["server"])
