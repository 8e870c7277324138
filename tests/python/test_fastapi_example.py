"""The web service of the examples answers, as uvicorn serves it, and its sandboxes are gone afterwards."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
import strict

EXAMPLES = Path(__file__).resolve().parents[2] / "examples/python"


@pytest.fixture(scope="module")
def service() -> Iterator[httpx.Client]:
    """The service in a process in which each warning is an error; what it says at the end is looked at, too."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        command = [*strict.PYTHON, "-m", "uvicorn", "fastapi_endpoint:app"]
        process = subprocess.Popen(
            [*command, "--app-dir", str(EXAMPLES), "--fd", str(listener.fileno()), "--log-level", "warning"],
            pass_fds=[listener.fileno()],
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
            text=True,
        )
    with httpx.Client(base_url=url, timeout=60) as client:
        yield client
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert strict.without_slow_callbacks(said) == ""


def test_a_command_is_answered_with_what_it_wrote(service: httpx.Client) -> None:
    answer = service.post("/run", json={"command": "echo out; echo err >&2; exit 3"})
    assert answer.status_code == 200
    assert answer.json() == {"exit_code": 3, "stdout": "out\n", "stderr": "err\n"}


def test_output_is_answered_while_it_is_written(service: httpx.Client) -> None:
    command = "echo first; sleep 1; echo second"
    with service.stream("POST", "/stream", json={"command": command}) as answer:
        assert answer.headers["content-type"] == "text/plain; charset=utf-8"
        pieces = [(text, time.monotonic()) for text in answer.iter_text()]
    assert "".join(text for text, _ in pieces) == "first\nsecond\n"
    assert pieces[-1][1] - pieces[0][1] > 0.5


@pytest.mark.parametrize("path", ["/run", "/stream"])
def test_a_sandbox_that_is_not_there_is_no_answer_of_the_service_but_404(service: httpx.Client, path: str) -> None:
    answer = service.post(path, json={"command": "true", "sandbox": "missing"})
    assert (answer.status_code, answer.json()["error"]) == (404, "not_found")


def test_a_request_without_a_command_is_the_callers_mistake(service: httpx.Client) -> None:
    assert service.post("/run", json={}).status_code == 422


def runs(seconds: str) -> bool:
    """Whether any process of this machine sleeps so long."""
    command = f"sleep\0{seconds}\0".encode()
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if process.read_bytes() == command:
                return True
    return False


def wait_until(is_so: Callable[[], bool]) -> None:
    latest = time.monotonic() + 10
    while not is_so():
        assert time.monotonic() < latest
        time.sleep(0.02)


def test_one_that_does_not_listen_any_more_ends_its_command(service: httpx.Client) -> None:
    seconds = f"55.{os.getpid()}"
    with service.stream("POST", "/stream", json={"command": f"echo begun; sleep {seconds}"}) as answer:
        texts = answer.iter_text()  # dropped, it closes the answer
        assert next(texts) == "begun\n"
        wait_until(lambda: runs(seconds))
    wait_until(lambda: not runs(seconds))
