"""A client in Rust that judges servers: mcp-tester, built with cargo."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from harness import ROOT
from test_http import Web
from test_tools import listed

sys.path.insert(0, str(ROOT / "tests" / "shared"))

from made_once import made_once, run

FOLDER = ROOT / "build" / "mcp-tester"
VERSION = "0.8.0"
# Built for use once, so quickly.
QUICKLY = ("lto=false", "opt-level=0", "codegen-units=16")

pytestmark = pytest.mark.skipif(
    not os.environ.get("SBX_FULL"), reason="takes minutes to build; SBX_FULL=1 does, and runs mcp-tester"
)


@pytest.fixture(scope="module")
def tester() -> Path:
    def make() -> None:
        profile = [word for each in QUICKLY for word in ("--config", f"profile.release.{each}")]
        target = FOLDER / "target"  # kept by a build that fails, so that the next one goes on from there
        install = ["--locked", "--root", FOLDER, "--target-dir", target]
        run("cargo", "install", "--quiet", *install, *profile, f"mcp-tester@{VERSION}")
        shutil.rmtree(target)

    if not shutil.which("cargo"):
        raise RuntimeError("mcp-tester is built with cargo, which is not on PATH")
    made_once(FOLDER, f"{VERSION} {QUICKLY}", make)
    return FOLDER / "bin" / "mcp-tester"


@pytest.fixture
def url():
    with Web("--no-token", "--tools", "all") as web:
        yield web.ready["url"]


def judge(tester: Path, *arguments: str) -> dict:
    done = subprocess.run(
        [tester, *arguments, "--format", "json"], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return {"said": done.stderr, **json.loads(done.stdout)}


def not_passed(judged: dict) -> dict[str, str]:
    return {each["name"]: each["status"] for each in judged["tests"] if each["status"] != "Passed"}


def test_both_eras(tester, url):
    judged = judge(tester, "conformance", "--dual-run", url)
    assert not_passed(judged) == {
        # Its Origin is a page of elsewhere.
        "Transport: OPTIONS /mcp returns CORS or 405": "Warning",
        "Tasks: capability not advertised": "Skipped",
    }
    for era in ("v1", "v2"):
        assert re.search(rf"^{era} suite +: \d\d tests, 0 failed$", judged["said"], re.MULTILINE), judged["said"]
    unexpected = judged["said"].partition("UNEXPECTED (")[2].partition("MISSING")[0]
    # It leaves out `notifications`, which the revision wants.
    assert re.findall(r"^  (\S+) \(ERA-", unexpected, re.MULTILINE) == ["method.subscriptions_listen"]


def test_each_tool(tester, url):
    """With arguments of its own making: most are refused, which is an answer."""
    judged = judge(tester, "tools", "--test-all", url)
    assert not_passed(judged) == {}
    tried = {each["name"].removeprefix("Tool: ") for each in judged["tests"] if each["name"].startswith("Tool: ")}
    assert tried == set(listed("--tools", "all"))


@pytest.mark.parametrize("what", ["resources", "prompts"])
def test_documents(tester, url, what):
    judged = judge(tester, what, url)
    assert "Failed" not in not_passed(judged).values()
    assert len(judged["tests"]) >= 2
