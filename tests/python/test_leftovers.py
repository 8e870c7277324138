"""What a crashed program left behind, waited for and in coroutines."""

from __future__ import annotations

import asyncio
import itertools
import math
from collections.abc import Iterator
from typing import Any

import pytest
import sandbox_sdk
from async_runners import in_every_loop
from recorder import Recorder
from sandbox_sdk import (
    APITimeoutError,
    AsyncSandboxSDK,
    InvalidArgumentError,
    Leftover,
    PermissionDeniedError,
    SandboxSDK,
)

PAGE = {"page": 1, "page_size": 20, "total_items": 4, "total_pages": 1}
DATE = {"Date": "Tue, 14 Nov 2023 22:13:20 GMT"}


def sandbox(id: str, created_at: str = "2023-11-14T21:00:00Z") -> dict[str, Any]:
    return {"id": id, "name": f"ci-{id}", "created_at": created_at}


@pytest.fixture(scope="module")
def real() -> Iterator[SandboxSDK]:
    with sandbox_sdk.local() as client:
        yield client


def test_of_a_real_server(real: SandboxSDK) -> None:
    made = [real.sandboxes.create(name=name).id for name in ("nightly-1", "nightly-2", "mine")]
    assert real.delete_leftovers(name_prefix="nightly-") == []
    found = real.delete_leftovers(name_prefix="nightly-", minimum_age=0, dry_run=True)
    assert sorted(one.id for one in found) == sorted(made[:2])
    assert {one.outcome for one in found} == {"found"}
    deleted = real.delete_leftovers(name_prefix="nightly-", minimum_age=0)
    assert {(one.kind, one.outcome, one.error) for one in deleted} == {("sandbox", "deleted", None)}
    assert [one.name for one in real.sandboxes.each()] == ["mine"]


def line_up(server: Recorder) -> None:
    """Each of the outcomes."""
    server.answer(
        {"data": [sandbox("old"), sandbox("gone"), sandbox("stuck"), sandbox("odd", "once")], "pagination": PAGE},
        headers=DATE,
    )
    server.answer({"id": "old", "message": ""})
    server.answer({}, status=404)
    server.answer({"error": "no"}, status=403)


def assert_outcomes(found: list[Leftover]) -> None:
    assert [(one.kind, one.id, one.outcome) for one in found] == [
        ("sandbox", "old", "deleted"),
        ("sandbox", "gone", "gone"),
        ("sandbox", "stuck", "failed"),
        ("sandbox", "odd", "undated"),
    ]
    assert (found[0].name, found[0].created_at, found[0].age) == ("ci-old", "2023-11-14T21:00:00Z", 4400.0)
    assert found[3].age is None
    assert isinstance(found[2].error, PermissionDeniedError)
    assert found[2].error.response.json() == {"error": "no"}
    assert [one.error for one in found if one is not found[2]] == [None] * 3
    assert repr(found[0]) == "<Leftover sandbox ci-old (old): deleted>"


def test_each_has_its_outcome(server: Recorder) -> None:
    line_up(server)
    with SandboxSDK(api_key="k", base_url=server.url, max_retries=0) as client:
        assert_outcomes(client.delete_leftovers(name_prefix="ci-"))


@in_every_loop
def test_each_has_its_outcome_in_coroutines(server: Recorder, run: Any) -> None:
    line_up(server)

    async def main() -> list[Leftover]:
        async with AsyncSandboxSDK(api_key="k", base_url=server.url, max_retries=0) as client:
            return await client.delete_leftovers(name_prefix="ci-")

    assert_outcomes(run(main))


def test_volumes_are_only_looked_at_when_asked_for(server: Recorder, client: SandboxSDK) -> None:
    unused = {**sandbox("v"), "type": "snapshot", "in_use": False}
    server.answer({"data": [], "pagination": PAGE}, headers=DATE)
    server.answer({"data": [unused], "pagination": PAGE}, headers=DATE)
    (only,) = client.delete_leftovers(name_prefix="ci-", volumes=True, minimum_age=4399.5, dry_run=True)
    assert (only.kind, only.id, only.outcome) == ("snapshot", "v", "found")
    server.requests.clear()
    server.answer({"data": [], "pagination": PAGE}, headers=DATE)
    assert client.delete_leftovers(name_prefix="ci-", timeout=5) == []
    assert len(server.requests) == 1


def test_which_are_meant_has_to_be_said(server: Recorder, client: SandboxSDK) -> None:
    for given, kind, said in (
        ({"name_prefix": ""}, InvalidArgumentError, "name_prefix"),
        ({"name_prefix": 5}, TypeError, "name_prefix"),
        ({"name_prefix": "a\0"}, InvalidArgumentError, "name_prefix"),
        ({"name_prefix": "a", "minimum_age": -1}, ValueError, "minimum_age"),
        ({"name_prefix": "a", "minimum_age": math.nan}, ValueError, "minimum_age"),
        ({"name_prefix": "a", "minimum_age": "1"}, TypeError, "minimum_age"),
    ):
        with pytest.raises(kind, match=said):
            client.delete_leftovers(**given)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        client.delete_leftovers()  # type: ignore[call-arg]
    assert server.requests == []


def test_nothing_is_deleted_where_the_list_fails(server: Recorder, client: SandboxSDK) -> None:
    server.answer({}, status=403)
    with pytest.raises(PermissionDeniedError):
        client.delete_leftovers(name_prefix="ci-")
    assert len(server.requests) == 1


def test_what_is_left_at_the_deadline_has_failed(server: Recorder, client: SandboxSDK) -> None:
    server.answer({"data": [sandbox("a"), sandbox("b")], "pagination": PAGE}, headers=DATE)
    server.answer({"id": "a", "message": ""}, delay=30)
    found = client.delete_leftovers(name_prefix="ci-", deadline=0.3)
    assert [one.outcome for one in found] == ["failed", "failed"]
    assert all(isinstance(one.error, APITimeoutError) for one in found)


def test_a_cancelled_task_deletes_no_more(server: Recorder) -> None:
    server.answer({"data": [sandbox("a"), sandbox("b")], "pagination": PAGE}, headers=DATE)
    server.answer(pieces=itertools.repeat(b" " * 1000))

    async def main() -> None:
        async with AsyncSandboxSDK(api_key="k", base_url=server.url) as client:
            task = asyncio.ensure_future(client.delete_leftovers(name_prefix="ci-"))
            while len(server.requests) < 2:
                await asyncio.sleep(0.01)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert await asyncio.to_thread(server.left.wait, 10)
            assert len(server.requests) == 2

    asyncio.run(main())
