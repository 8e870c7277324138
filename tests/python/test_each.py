"""All pages of a list, for threads and coroutines."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import sandbox_sdk
from recorder import Recorder
from sandbox_sdk import AsyncSandboxSDK, BadRequestError, InvalidArgumentError, SandboxSDK
from sandbox_sdk.types import VolumeListItem
from sandbox_sdk.types.sandbox import Sandbox


def page(number: int, first: int, count: int, total: int, size: int = 2) -> dict[str, Any]:
    return {
        "data": [{"id": f"id-{index}", "name": f"n{index}"} for index in range(first, first + count)],
        "pagination": {
            "page": number,
            "page_size": size,
            "total_items": total,
            "total_pages": (total + size - 1) // size,
        },
    }


def in_line(server: Recorder) -> None:
    server.answer(page(1, 0, 2, 5))
    server.answer(page(2, 2, 2, 5))
    server.answer(page(3, 4, 1, 5))


@pytest.fixture(params=["threads", "coroutines"])
def all_of(request: pytest.FixtureRequest, server: Recorder) -> Any:
    """Goes through all pages in either way: a function of the noun and the arguments."""
    waits = request.param == "threads"

    def go(noun: str, **arguments: Any) -> list[Any]:
        if waits:
            with SandboxSDK(api_key="k", base_url=server.url, max_retries=0) as client:
                return list(getattr(client, noun).each(**arguments))

        async def run() -> list[Any]:
            async with AsyncSandboxSDK(api_key="k", base_url=server.url, max_retries=0) as client:
                return [item async for item in getattr(client, noun).each(**arguments)]

        return asyncio.run(run())

    return go


@pytest.mark.parametrize(("noun", "model"), [("sandboxes", Sandbox), ("volumes", VolumeListItem)])
def test_every_item_comes(server: Recorder, all_of: Any, noun: str, model: type) -> None:
    in_line(server)
    items = all_of(noun)
    assert [item.id for item in items] == [f"id-{index}" for index in range(5)]
    assert all(type(item) is model for item in items)
    assert [request.query["page"] for request in server.requests] == [["1"], ["2"], ["3"]]
    assert all("page_size" not in request.query for request in server.requests)


def test_where_to_begin_and_how_large_a_page_is(server: Recorder, all_of: Any) -> None:
    server.answer(page(3, 4, 1, 5))
    assert len(all_of("sandboxes", page=3, page_size=2, timeout=7)) == 1
    assert server.request.query == {"page": ["3"], "page_size": ["2"]}
    assert server.request.header("x-stainless-read-timeout") == "7"


def test_an_empty_list_has_no_items(server: Recorder, all_of: Any) -> None:
    server.answer(page(1, 0, 0, 0))
    assert all_of("volumes") == []


def test_an_error_on_the_way_is_raised(server: Recorder, all_of: Any) -> None:
    server.answer(page(1, 0, 2, 5))
    server.answer({"error": "no"}, status=400)
    with pytest.raises(BadRequestError):
        all_of("sandboxes")
    assert len(server.requests) == 2


@pytest.mark.parametrize("arguments", [{"page": "one"}, {"page": 1.5}, {"timeout": "soon"}])
def test_wrong_arguments(server: Recorder, all_of: Any, arguments: dict[str, Any]) -> None:
    with pytest.raises((InvalidArgumentError, TypeError)):
        all_of("sandboxes", **arguments)
    assert not server.requests


def test_pages_are_fetched_when_they_are_needed(server: Recorder, client: SandboxSDK) -> None:
    in_line(server)
    items = client.sandboxes.each()
    assert isinstance(items, Iterator)
    assert not server.requests
    next(items), next(items)
    assert len(server.requests) == 1
    next(items)
    assert len(server.requests) == 2
    del items
    gc.collect()
    assert len(server.requests) == 2


def test_the_iterator_keeps_what_it_needs_of_its_client(server: Recorder) -> None:
    in_line(server)
    items = SandboxSDK(api_key="k", base_url=server.url).sandboxes.each()
    gc.collect()
    assert len(list(items)) == 5


def test_a_loop_goes_on_while_a_page_is_fetched(server: Recorder) -> None:
    server.answer(page(1, 0, 2, 3), delay=0.2)
    server.answer(page(2, 2, 1, 3), delay=0.2)

    async def run() -> int:
        turns = 0

        async def turn() -> None:
            nonlocal turns
            while True:
                await asyncio.sleep(0.01)
                turns += 1

        task = asyncio.ensure_future(turn())
        async with AsyncSandboxSDK(api_key="k", base_url=server.url) as client:
            items = client.sandboxes.each()
            assert isinstance(items, AsyncIterator)
            assert len([item async for item in items]) == 3
        task.cancel()
        return turns

    assert asyncio.run(run()) > 10


def test_a_cancelled_iteration_ends_its_request(server: Recorder) -> None:
    server.answer(page(1, 0, 2, 3), delay=30)

    async def run() -> None:
        async with AsyncSandboxSDK(api_key="k", base_url=server.url) as client:
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(client.sandboxes.each().__anext__(), 0.2)
            server.answer(page(1, 0, 1, 1))
            assert len([item async for item in client.sandboxes.each()]) == 1

    asyncio.run(run())


def test_many_pages_of_a_real_server() -> None:
    with sandbox_sdk.local() as client:
        made = {client.sandboxes.create(name=f"each-{index}").id for index in range(7)}
        found = [sandbox.id for sandbox in client.sandboxes.each(page_size=2)]
        assert set(found) == made
        assert len(found) == len(made)
        assert {sandbox.status for sandbox in client.sandboxes.each()} == {"running"}
