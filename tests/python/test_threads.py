"""Threads and signals: what else runs while a call waits."""

from __future__ import annotations

import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import sandbox_sdk
from recorder import Recorder
from sandbox_sdk import SandboxSDK


def test_calls_of_two_threads_wait_at_the_same_time(client: SandboxSDK, server: Recorder) -> None:
    server.answer({"id": "a"}, delay=0.5)
    with ThreadPoolExecutor(2) as pool:
        began = time.monotonic()
        answers = list(pool.map(lambda _: client.sandboxes.create(), range(2)))
        assert time.monotonic() - began < 0.9
    assert [answer.id for answer in answers] == ["a", "a"]


def test_python_runs_while_a_call_waits(client: SandboxSDK, server: Recorder) -> None:
    server.answer({}, delay=0.3)
    counted = []
    caller = threading.Thread(target=client.sandboxes.list)
    caller.start()
    while caller.is_alive():
        counted.append(1)
        time.sleep(0.01)
    assert len(counted) > 10


def test_many_threads_share_a_client(client: SandboxSDK, server: Recorder) -> None:
    server.answer({"id": "a", "data": [{"id": str(number)} for number in range(50)]})

    def call(number: int) -> int:
        if number % 7 == 0:
            client.with_options(max_retries=number, default_headers={"X-N": str(number)}).sandboxes.list()
        if number % 5 == 0:
            client.api_key = "test-key"
        return len(client.sandboxes.list().data)

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(call, range(200))) == {50}


def test_closing_ends_the_calls_of_other_threads(client: SandboxSDK, server: Recorder) -> None:
    server.answer({}, delay=2)
    threading.Timer(0.2, client.close).start()
    began = time.monotonic()
    with pytest.raises(sandbox_sdk.APIConnectionError, match="closed"):
        client.sandboxes.list()
    assert time.monotonic() - began < 1


def test_ctrl_c_ends_a_call_at_once_and_the_client_goes_on(client: SandboxSDK, server: Recorder) -> None:
    sent: list[float] = []
    taken: list[float] = []

    def interrupt() -> None:
        sent.append(time.monotonic())
        os.kill(os.getpid(), signal.SIGINT)

    for _ in range(3):
        server.answer({}, delay=5)
        threading.Timer(0.2, interrupt).start()
        with pytest.raises(KeyboardInterrupt):
            client.sandboxes.list()
        taken.append(time.monotonic() - sent[-1])
    assert min(taken) < 0.1  # a machine that is busy with other things may be late once
    assert max(taken) < 1
    server.answer({"id": "after"})
    assert client.sandboxes.create().id == "after"


def test_ctrl_c_ends_the_wait_before_a_retry(server: Recorder) -> None:
    server.answer({}, status=503, headers={"retry-after": "30"})
    with SandboxSDK(api_key="k", base_url=server.url) as client:
        threading.Timer(0.2, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
        began = time.monotonic()
        with pytest.raises(KeyboardInterrupt):
            client.sandboxes.list()
        assert time.monotonic() - began < 0.5


def test_a_signal_with_a_handler_runs_it_and_the_call_goes_on(client: SandboxSDK, server: Recorder) -> None:
    handled = []
    before = signal.signal(signal.SIGUSR1, lambda *_: handled.append(time.monotonic()))
    try:
        server.answer({"id": "a"}, delay=0.5)
        sent = time.monotonic() + 0.1
        threading.Timer(0.1, lambda: os.kill(os.getpid(), signal.SIGUSR1)).start()
        assert client.sandboxes.create().id == "a"
        assert handled[0] - sent < 0.2
    finally:
        signal.signal(signal.SIGUSR1, before)


def test_what_a_handler_raises_comes_out_of_the_call(client: SandboxSDK, server: Recorder) -> None:
    class Alarm(Exception):
        pass

    def ring(*_: object) -> None:
        raise Alarm

    before = signal.signal(signal.SIGALRM, ring)
    try:
        server.answer({}, delay=2)
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        with pytest.raises(Alarm):
            client.sandboxes.list()
    finally:
        signal.signal(signal.SIGALRM, before)


def test_a_callback_cannot_undo_ctrl_c(client: SandboxSDK, server: Recorder) -> None:
    """Once an exception is on its way out, the library's callbacks run no Python code on top of it."""
    server.answer(body=b"x" * 10_000_000)
    calls = []

    def write(data: bytes) -> None:
        calls.append(len(data))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        client.sandboxes.download("i", path="/a", into=write)
    assert len(calls) == 1


def test_a_callback_may_use_the_client(client: SandboxSDK, server: Recorder) -> None:
    server.answer({"id": "a"})
    seen = []

    def chunks():
        for _ in range(3):
            seen.append(client.sandboxes.create().id)
            yield b"x"

    client.sandboxes.upload("i", path="/a", file=chunks())
    client.sandboxes.download("i", path="/a", into=lambda data: seen.append(client.sandboxes.list().id))
    assert set(seen) == {"a"}
    assert len(seen) >= 4


def test_a_callback_may_close_the_client(client: SandboxSDK, server: Recorder) -> None:
    with pytest.raises(sandbox_sdk.APIConnectionError, match="closed"):
        client.sandboxes.upload("i", path="/a", file=(client.close() or b"x" * 1000 for _ in range(10)))
    assert client.is_closed()
