"""What the tests of HTTP options share: the driver, and servers that are gone after each test."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from certificates import Authority
from origin import Origin

KEY = "key-0123456789-of-the-test"
LIST = {"operation": "sandboxes.list", "arguments": {}}


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"), "authority")


@pytest.fixture
def closing() -> Iterator[Callable[[Any], Any]]:
    """Gives back what it is given, and closes it when the test is over."""
    opened: list[Any] = []

    def keep(thing: Any) -> Any:
        opened.append(thing)
        return thing

    yield keep
    for thing in reversed(opened):
        thing.close()


@pytest.fixture
def origin(closing: Callable[[Any], Any]) -> Origin:
    return closing(Origin())


@pytest.fixture
def environment() -> dict[str, str]:
    """The environment of the driver, without what the person who runs the tests has set. A test may change it."""
    server = "SANDBOX_SDK_SANDBOXD"
    return {
        name: value
        for name, value in os.environ.items()
        if not name.lower().endswith("_proxy")
        and not name.startswith("SANDBOX_SDK_")
        and name not in ("REQUEST_METHOD", "SSL_CERT_FILE", "SSL_CERT_DIR")
    } | ({server: os.environ[server]} if server in os.environ else {})


@pytest.fixture
def driver() -> str:
    """The program that makes the calls; HTTP_DRIVER names one of another build."""
    found = os.environ.get("HTTP_DRIVER") or shutil.which("http-driver")
    assert found, "http-driver is not on PATH: use scripts/run"
    return found


@pytest.fixture
def drive(driver: str, environment: dict[str, str]) -> Callable[..., list[dict[str, Any]]]:
    """Runs the driver and gives what it says of each call."""

    def run(url: str | None, http: dict[str, Any] | None = None, *calls: dict[str, Any], **client: Any) -> list[dict]:
        local = client.pop("local", False)
        members = {"api_key": KEY, "base_url": url, "max_retries": 0, **client}
        script: dict[str, Any] = {"client": members, "calls": list(calls) or [LIST], "local": local}
        if local or url is None:
            members.pop("base_url")
        if local:
            members.pop("api_key")
        if http is not None:
            script["http"] = {name: os.fspath(v) if isinstance(v, Path) else v for name, v in http.items()}
        done = subprocess.run([driver], input=json.dumps(script), env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        results = [json.loads(line) for line in done.stdout.splitlines()]
        for result in results:
            result["log"] = done.stderr
        return results

    return run
