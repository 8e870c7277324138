"""The Timeout class, and timeouts of calls."""

from __future__ import annotations

import time
from types import SimpleNamespace

import pytest
from recorder import Recorder
from sandbox_sdk import APIError, APITimeoutError, SandboxSDK, Timeout


@pytest.mark.parametrize(
    ("made", "phases"),
    [
        (Timeout(5), (5, 5, 5, 5)),
        (Timeout(None), (None, None, None, None)),
        (Timeout(None, connect=5), (5, None, None, None)),
        (Timeout(5, pool=None), (5, 5, 5, None)),
        (Timeout((1, 2)), (1, 2, None, None)),
        (Timeout((1, 2, 3, 4)), (1, 2, 3, 4)),
        (Timeout(connect=1, read=2, write=3, pool=4), (1, 2, 3, 4)),
        (Timeout(Timeout(5, read=2)), (5, 2, 5, 5)),
        (Timeout(SimpleNamespace(connect=1, read=2, write=3, pool=4)), (1, 2, 3, 4)),
    ],
)
def test_the_forms_of_a_timeout(made: Timeout, phases: tuple) -> None:
    assert (made.connect, made.read, made.write, made.pool) == phases
    assert made.as_dict() == dict(zip(("connect", "read", "write", "pool"), phases))


def test_a_timeout_needs_a_default_or_all_phases() -> None:
    with pytest.raises(ValueError, match="default"):
        Timeout(connect=5)
    with pytest.raises(ValueError, match="give no others"):
        Timeout(Timeout(5), read=1)


def test_timeouts_compare_and_show_themselves() -> None:
    assert Timeout(5) == Timeout(connect=5, read=5, write=5, pool=5)
    assert Timeout(5) != Timeout(5, read=1)
    assert Timeout(5) != 5
    assert repr(Timeout(5.0)) == "Timeout(timeout=5.0)"
    assert repr(Timeout(5, read=None)) == "Timeout(connect=5, read=None, write=5, pool=5)"


@pytest.mark.parametrize("timeout", [0.2, Timeout(5, read=0.2), (5, 0.2)])
def test_a_call_that_takes_too_long_ends(client: SandboxSDK, server: Recorder, timeout: object) -> None:
    server.answer({}, delay=1)
    began = time.monotonic()
    with pytest.raises(APITimeoutError) as caught:
        client.sandboxes.list(timeout=timeout)
    assert time.monotonic() - began < 0.8
    assert str(caught.value) == caught.value.message == "Request timed out."
    assert isinstance(caught.value.__cause__, TimeoutError)
    assert caught.value.detail == str(caught.value.__cause__) != ""
    assert caught.value.request.method == "GET"
    assert caught.value.retryable


@pytest.mark.parametrize(("timeout", "header"), [(None, None), (2.5, "2.5"), (Timeout(9, read=4), "4")])
def test_the_server_is_told_the_timeout(client: SandboxSDK, server: Recorder, timeout: object, header: str) -> None:
    client.sandboxes.list(timeout=timeout)
    assert server.request.header("x-stainless-read-timeout") == header


def test_a_deadline_ends_a_call_with_its_retries(server: Recorder) -> None:
    server.answer({}, status=503, headers={"retry-after-ms": "100"})
    with SandboxSDK(api_key="k", base_url=server.url, max_retries=1000, deadline=0.35) as client:
        began = time.monotonic()
        with pytest.raises(APIError) as caught:
            client.sandboxes.list()
        assert time.monotonic() - began < 1
    assert caught.value.attempts > 1
    # The time may be over before the server has seen the last one.
    assert caught.value.attempts - len(server.requests) in (0, 1)
