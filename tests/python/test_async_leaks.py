"""Calls of coroutines leave nothing behind, however they end."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import sandbox_sdk
from footprint import CALLS, Footprint
from recorder import Recorder
from sandbox_sdk import AsyncSandboxSDK, NotFoundError

GOOD = {"json": {"id": "a", "data": [{"id": "b"}], "text": "x" * 100}}
MISSING = {"json": {"why": "not"}, "status": 404}


async def pieces() -> AsyncIterator[bytes]:
    yield b"x" * 50
    yield b"y" * 50


async def broken() -> AsyncIterator[bytes]:
    yield b"x"
    raise ZeroDivisionError


async def raised(error: type[BaseException], call: Any) -> None:
    with contextlib.suppress(error):
        await call
        raise AssertionError("nothing was raised")


async def read_stream(client: AsyncSandboxSDK) -> None:
    async with client.sandboxes.with_streaming_response.list() as response:
        await response.read()


async def leave_stream(client: AsyncSandboxSDK) -> None:
    async with client.sandboxes.with_streaming_response.list():
        pass


async def cancelled(client: AsyncSandboxSDK) -> None:
    task = asyncio.ensure_future(client.sandboxes.list())
    await asyncio.sleep(0)
    task.cancel()
    await raised(asyncio.CancelledError, task)


async def dropped(client: AsyncSandboxSDK) -> None:
    await AsyncSandboxSDK(api_key="k", base_url=client.base_url).sandboxes.list()


KINDS: dict[str, tuple[dict[str, Any], Callable[[AsyncSandboxSDK], Any]]] = {
    "list": (GOOD, lambda client: client.sandboxes.list()),
    "options": (GOOD, lambda client: client.sandboxes.list(extra_headers={"A": "b"}, extra_query={"c": 1}, timeout=5)),
    "raw": (GOOD, lambda client: client.sandboxes.with_raw_response.list()),
    "verb": (GOOD, lambda client: client.get("/v1/x", cast_to=dict)),
    "stream": (GOOD, read_stream),
    "stream-left": (GOOD, leave_stream),
    "upload": (GOOD, lambda client: client.sandboxes.upload("i", path="/a", file=pieces())),
    "upload-fails": (
        GOOD,
        lambda client: raised(ZeroDivisionError, client.sandboxes.upload("i", path="/a", file=broken())),
    ),
    "download-into": (GOOD, lambda client: client.sandboxes.download("i", path="/a", into=len)),
    "not-found": (MISSING, lambda client: raised(NotFoundError, client.sandboxes.delete("i"))),
    "wrong-value": (GOOD, lambda client: raised(TypeError, client.sandboxes.create(resources={"a": object()}))),
    "cancelled": (GOOD, cancelled),
    "client-dropped": (GOOD, dropped),
}


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_left(server: Recorder, kind: str) -> None:
    answer, call = KINDS[kind]
    server.answer(**answer)

    async def repeat(client: AsyncSandboxSDK, times: int) -> Footprint:
        for _ in range(times):
            await call(client)
            server.requests.clear()
        await asyncio.sleep(0.05)
        return Footprint.now()

    async def main() -> None:
        async with AsyncSandboxSDK(api_key="k", base_url=server.url, max_retries=0) as client:
            Footprint.now()
            before = await repeat(client, 50)
            (await repeat(client, CALLS)).assert_no_more_than(before)

    asyncio.run(main())


def test_a_session_that_is_dropped_with_its_client_leaves_no_descriptor() -> None:
    with sandbox_sdk.local() as real:

        async def drop() -> None:
            client = AsyncSandboxSDK(api_key=real.api_key, base_url=real.base_url)
            session = await client.sandboxes.session()
            running = asyncio.ensure_future(session.run("sleep 5"))
            await asyncio.sleep(0.01)
            running.cancel()
            await raised(asyncio.CancelledError, running)

        def opened() -> int:
            asyncio.run(drop())
            gc.collect()
            return len(os.listdir("/proc/self/fd"))  # noqa: PTH208

        before = opened()
        for _ in range(5):
            assert opened() <= before
