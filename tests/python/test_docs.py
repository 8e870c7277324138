"""The code in the documentation runs."""

from __future__ import annotations

import logging
import re
from pathlib import Path

import pytest
import sandbox_sdk
from recorder import Recorder

ROOT = Path(__file__).resolve().parents[2]


def test_every_block_of_the_python_page_runs(server: Recorder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SANDBOX_SDK_API_KEY", "k")
    monkeypatch.setenv("SANDBOX_SDK_BASE_URL", server.url)
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"^```python\n(.*?)^```", (ROOT / "docs/python.md").read_text(), re.MULTILINE | re.DOTALL)
    assert len(blocks) == 6
    server.answer({"id": "a", "stdout": "HELLO\n", "exit_code": 0, "data": [{"name": "hello"}]})
    names: dict[str, object] = {}
    for block in blocks:
        if "with client" in block:
            block = block.replace("client.with_options", "SandboxSDK().with_options")
        exec(compile(block, "docs/python.md", "exec"), names)
    assert (tmp_path / "copy.bin").read_bytes() == (tmp_path / "out.bin").read_bytes()
    assert len(server.requests) == 9


def test_every_block_of_the_guide_runs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.NOTSET, "sandbox_sdk")  # the guide changes it; so it is put back
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"^```python\n(.*?)^```", (ROOT / "docs/python-guide.md").read_text(), re.MULTILINE | re.DOTALL)
    assert len(blocks) >= 30
    names: dict[str, object] = {"__name__": "guide"}
    with sandbox_sdk.local() as server:
        monkeypatch.setenv("SANDBOX_SDK_API_KEY", server.api_key)
        monkeypatch.setenv("SANDBOX_SDK_BASE_URL", str(server.base_url))
        for block in blocks:
            exec(compile(block, "docs/python-guide.md", "exec", dont_inherit=True), names)
        assert server.sandboxes.list().data == []
    assert (tmp_path / "numbers.txt").read_text().splitlines()[-1] == "100000"


def test_every_way_back_of_the_page_on_migrating_works(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    page = (ROOT / "docs/migrating.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    assert len(blocks) >= 15
    names: dict[str, object] = {"__name__": "migrating"}
    with sandbox_sdk.local() as server:
        monkeypatch.setenv("SANDBOX_SDK_API_KEY", server.api_key)
        monkeypatch.setenv("SANDBOX_SDK_BASE_URL", str(server.base_url))
        for block in blocks:
            exec(compile(block, "docs/migrating.md", "exec", dont_inherit=True), names)
        assert server.sandboxes.list().data == []
