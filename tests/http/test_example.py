"""The example of the guide does what it says."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from certificates import Authority
from conftest import KEY
from origin import Origin, answer
from proxies import HttpProxy

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def example(driver: str, environment: dict[str, str]) -> Run:
    program = shutil.which("example-http-options", path=str(Path(driver).parent))
    assert program

    def run(url: str, proxy: str, ca_file: Path) -> subprocess.CompletedProcess[str]:
        environment.update(SANDBOX_SDK_API_KEY=KEY, SANDBOX_SDK_BASE_URL=url, https_proxy="http://127.0.0.1:1")
        command = [program, proxy, str(ca_file)]
        return subprocess.run(command, env=environment, capture_output=True, text=True)

    return run


@pytest.fixture
def proxy(closing: Callable[[Any], Any]) -> HttpProxy:
    return closing(HttpProxy(username="user", password="password"))


def test_it_lists_through_the_proxy(
    example: Run, closing: Callable[[Any], Any], authority: Authority, proxy: HttpProxy
) -> None:
    origin = closing(
        Origin(tls=authority.context("far.test"), answers=[answer(b'{"pagination": {"total_items": 12}}')])
    )
    done = example(origin.url_of("far.test"), f"http://user:password@{proxy.address}", authority.file)
    assert (done.returncode, done.stdout, done.stderr) == (0, "12 sandboxes\n", "")
    assert proxy.given == [("user", "password")] and "gzip" in (origin.requests[0].header("accept-encoding") or "")


def test_it_says_what_is_wrong(
    example: Run, closing: Callable[[Any], Any], authority: Authority, proxy: HttpProxy, tmp_path: Path
) -> None:
    origin = closing(Origin(tls=authority.context("far.test"), answers=[answer(status=302, Location="/else")]))
    right = f"http://user:password@{proxy.address}"
    for address, ca_file, words in [
        (right, authority.file, "Error code: 302"),
        (right, tmp_path / "none.pem", "ca_file: cannot read"),
        (f"http://user:guess-word@{proxy.address}", authority.file, "the proxy refuses the user name and the password"),
    ]:
        done = example(origin.url_of("far.test"), address, ca_file)
        assert done.returncode == 1 and words in done.stderr and "word@" not in done.stderr
