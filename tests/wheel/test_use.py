"""The wheel and the source distribution, installed as users do it and used."""

from __future__ import annotations

import os
import re
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trustme
from recorder import Recorder
from wheels import SMOKE, VERSIONS, interpreters, pip, run

INTERPRETERS = dict(interpreters())
MISSING = [minor for minor in VERSIONS if minor not in INTERPRETERS]

OVER_TLS = """
import sys
import sandbox_sdk

with sandbox_sdk.SandboxSDK(api_key="k", base_url=sys.argv[1], max_retries=0) as client:
    try:
        print(client.sandboxes.list().to_json(indent=None))
    except sandbox_sdk.APIConnectionError as error:
        print(error.__cause__ or error)
"""

LOCAL = """
import sandbox_sdk

try:
    sandbox_sdk.local()
except sandbox_sdk.SandboxSDKError as error:
    print(error)
"""


@pytest.mark.parametrize(("minor", "python"), INTERPRETERS.items(), ids=[f"3.{minor}" for minor in INTERPRETERS])
def test_it_works_in(wheel: Path, server: Recorder, environment: Callable[..., Path], minor: int, python: Path) -> None:
    """A call, an upload, a local server with a command in a sandbox, and errors; without a word on standard error."""
    inside = environment(python)
    pip("--python", inside, "install", "--no-index", wheel)
    server.answer({"id": "a", "text": "\0€", "cpu": 1, "more": [1, None]})
    done = run(inside, "-I", "-X", "dev", "-W", "error", "-c", SMOKE, server.url)
    assert (done.stdout, done.stderr) == (f"3.{minor}\n", "")
    installed = pip("--python", inside, "list", "--format=freeze").stdout
    assert re.findall(r"^([\w-]+)==", installed, re.MULTILINE) == ["sandbox-sdk"]


@pytest.mark.parametrize("minor", MISSING, ids=[f"3.{minor}" for minor in MISSING])
def test_python_is_not_here(minor: int) -> None:
    pytest.skip(f"there is no CPython 3.{minor} here")


@pytest.fixture(scope="module")
def installed(unpacked: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs a program with the wheel's package, in an environment that says what is given and nothing else."""

    def start(program: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return run(sys.executable, "-c", program, *arguments, env={"PYTHONPATH": str(unpacked), **environment})

    return start


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def secure(authority: trustme.CA) -> Iterator[str]:
    """The URL of a server with a certificate of the authority."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    recorder = Recorder(context)
    recorder.answer({"data": []})
    yield recorder.url
    recorder.close()


def test_it_trusts_whom_the_system_trusts(
    installed: Callable[..., subprocess.CompletedProcess[str]], secure: str
) -> None:
    """The system's authorities are found and do not know this server's; what would be said without any is another."""
    assert "comes from an unknown authority" in installed(OVER_TLS, secure).stdout


def test_it_trusts_whom_the_environment_names(
    installed: Callable[..., subprocess.CompletedProcess[str]], secure: str, authority: trustme.CA, tmp_path: Path
) -> None:
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    assert '"data"' in installed(OVER_TLS, secure, SSL_CERT_FILE=str(tmp_path / "authority.pem")).stdout
    said = installed(OVER_TLS, secure, SSL_CERT_FILE=str(tmp_path / "missing.pem")).stdout
    assert "the authorities to trust cannot be read" in said and "missing.pem" in said


def test_without_bubblewrap_the_cure_is_named(installed: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    said = installed(LOCAL, PATH="/nonexistent").stdout
    assert "bubblewrap (bwrap) is not on the PATH; install it" in said


def test_the_source_distribution_builds(
    sdist: Path, server: Recorder, environment: Callable[..., Path], tmp_path: Path
) -> None:
    """With the tools and libraries that are here, as a distribution's packager does it."""
    inside = environment()
    pip("wheel", "--no-index", "--no-deps", "--no-build-isolation", "--wheel-dir", tmp_path / "built", sdist)
    (built,) = (tmp_path / "built").iterdir()
    pip("--python", inside, "install", "--no-index", built)
    server.answer({"id": "a", "text": "\0€", "cpu": 1, "more": [1, None]})
    run(inside, "-I", "-c", SMOKE, server.url, env={**os.environ, "PATH": os.environ["PATH"]})
