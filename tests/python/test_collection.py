"""Clients and what they have made are collected in any order: one by one, in cycles, and when the interpreter ends."""

from __future__ import annotations

import asyncio
import gc
import os
import random
import weakref
from collections.abc import Iterator
from typing import Any

import pytest
import sandbox_sdk
from sandbox_sdk import AsyncSandboxSDK, SandboxSDK

ORDERS = range(12)


@pytest.fixture(scope="module")
def real() -> Iterator[SandboxSDK]:
    with sandbox_sdk.local() as client:
        for _ in range(3):
            sandbox = client.sandboxes.create()
        client.sandboxes.upload(sandbox.id, path="/data/large", file=bytes(8 << 20))
        client.sandbox_id = sandbox.id  # type: ignore[attr-defined]
        yield client


def opened() -> int:
    gc.collect()  # what other tests have left
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208


# What a client makes, each begun and not at its end.
SYNC = """
def things(url, key, sandbox):
    client = SandboxSDK(api_key=key, base_url=url, max_retries=0)
    session = client.sandboxes.session(id=sandbox)
    output = session.stream("echo begun; sleep 20")
    next(output)
    manager = client.sandboxes.with_streaming_response.download(sandbox, path="/data/large")
    response = manager.__enter__()
    pieces = response.iter_bytes(10)
    next(pieces)
    pages = client.sandboxes.each(page_size=1)
    next(pages)
    raw = client.sandboxes.with_raw_response.list()
    return [client, session, output, manager, response, pieces, pages, raw, client.sandboxes, client.copy(timeout=9)]
"""
ASYNC = """
async def things(url, key, sandbox):
    client = AsyncSandboxSDK(api_key=key, base_url=url, max_retries=0)
    session = await client.sandboxes.session(id=sandbox)
    output = session.stream("echo begun; sleep 20")
    await output.__anext__()
    manager = client.sandboxes.with_streaming_response.download(sandbox, path="/data/large")
    response = await manager.__aenter__()
    pieces = response.iter_bytes(10)
    await pieces.__anext__()
    pages = client.sandboxes.each(page_size=1)
    await pages.__anext__()
    raw = await client.sandboxes.with_raw_response.list()
    return [client, session, output, manager, response, pieces, pages, raw, client.sandboxes, client.copy(timeout=9)]
"""
names: dict[str, Any] = {"SandboxSDK": SandboxSDK, "AsyncSandboxSDK": AsyncSandboxSDK}
exec(SYNC, names)
things = names["things"]
exec(ASYNC, names)
async_things = names["things"]


def of(real: SandboxSDK) -> tuple[str, str, str]:
    return str(real.base_url), real.api_key, real.sandbox_id  # type: ignore[attr-defined]


def drop(made: list[Any], order: int) -> None:
    """Lets go of one after the other, all garbage gone in between; or, every third time, of all in one cycle."""
    gone = weakref.ref(made[0])
    if order % 3 == 0:
        made.append(made)
    else:
        random.Random(order).shuffle(made)
        while made:
            made.pop()
            gc.collect()
    del made
    gc.collect()
    assert gone() is None


@pytest.mark.parametrize("order", ORDERS)
def test_in_any_order(real: SandboxSDK, order: int) -> None:
    before = opened()
    made = things(*of(real))
    assert opened() > before
    holder = [made]
    del made
    drop(holder.pop(), order)
    assert opened() <= before


@pytest.mark.parametrize("outside", [False, True], ids=["inside", "outside"])
@pytest.mark.parametrize("order", ORDERS)
def test_in_any_order_with_coroutines(real: SandboxSDK, order: int, outside: bool) -> None:
    """While the loop runs, and when it is closed."""
    holder: list[list[Any]] = []

    async def main() -> None:
        holder.append(await async_things(*of(real)))
        if not outside:
            drop(holder.pop(), order)
            await asyncio.sleep(0)

    before = opened()
    asyncio.run(main())
    if outside:
        drop(holder.pop(), order)
    assert opened() <= before


# What is there at the end: names of the program, or a cycle that another module holds.
ENDS = {
    "names": "client, session, output, manager, response, pieces, pages, raw, resource, copy = made",
    "reversed": "copy, resource, raw, pages, pieces, response, manager, output, session, client = reversed(made)",
    "cycle": "made.append(made); sys.kept = made",
    "frozen": "gc.disable(); made.append(made); del made",
}


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("kind", ["sync", "async"])
def test_at_the_end_of_the_interpreter(run_python: Any, real: SandboxSDK, kind: str, end: str) -> None:
    coroutines = kind == "async"
    call = "asyncio.run(things(*sys.argv[1:]))" if coroutines else "things(*sys.argv[1:])"
    program = f"""
import asyncio, gc, sys
from sandbox_sdk import AsyncSandboxSDK, SandboxSDK
{ASYNC if coroutines else SYNC}
made = {call}
{ENDS[end]}
"""
    done = run_python(program, *of(real))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
