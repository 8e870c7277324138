"""The event loops that the tests of coroutines run in."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import anyio
import pytest
import trio
import uvloop

Main = Callable[[], Coroutine[Any, Any, Any]]


def run_asyncio(main: Main) -> Any:
    return asyncio.run(main())


def run_asyncio_debug(main: Main) -> Any:
    return asyncio.run(main(), debug=True)


def run_uvloop(main: Main) -> Any:
    return uvloop.run(main())


def run_trio(main: Main) -> Any:
    return trio.run(main)


def run_anyio_asyncio(main: Main) -> Any:
    return anyio.run(main)


def run_anyio_trio(main: Main) -> Any:
    return anyio.run(main, backend="trio")


RUNNERS = {
    "asyncio": run_asyncio,
    "asyncio-debug": run_asyncio_debug,
    "uvloop": run_uvloop,
    "trio": run_trio,
    "anyio-asyncio": run_anyio_asyncio,
    "anyio-trio": run_anyio_trio,
}

in_every_loop = pytest.mark.parametrize("run", RUNNERS.values(), ids=RUNNERS)
