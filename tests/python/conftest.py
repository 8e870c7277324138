"""What the tests share. They run against the installed package, not against its sources."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
import strict as strictly
from recorder import Recorder
from sandbox_sdk import SandboxSDK


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees what the person who runs it has set."""
    for name in list(os.environ):
        if name.startswith("SANDBOX_SDK_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.fixture
def server() -> Iterator[Recorder]:
    recorder = Recorder()
    yield recorder
    recorder.close()


@pytest.fixture
def client(server: Recorder) -> Iterator[SandboxSDK]:
    with SandboxSDK(api_key="test-key", base_url=server.url, max_retries=0) as made:
        yield made


@pytest.fixture
def run_python() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs a program in a fresh interpreter, which has this environment but what is given.

    Strictly: each warning is an error, and what is not closed is told.
    """

    def run(program: str, *arguments: str, strict: bool = True, **environment: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, *(strictly.OPTIONS if strict else ()), "-c", program, *arguments],
            capture_output=True,
            text=True,
            timeout=60,
            env={**os.environ, **environment},
        )
        done.stderr = strictly.without_slow_callbacks(done.stderr)
        return done

    return run
