"""A program that uses what only this package has. It must type-check; it is not run."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, Optional

import sandbox_sdk
from sandbox_sdk import (
    APIConnectionError,
    APIStatusError,
    AsyncSandboxSDK,
    AsyncSession,
    DefaultAsyncHttpxClient,
    DefaultHttpxClient,
    InvalidArgumentError,
    Leftover,
    Limits,
    LocalFileError,
    Omit,
    RunResult,
    SandboxSDK,
    SandboxSDKError,
    Session,
)
from sandbox_sdk.types import (
    Sandbox,
    SandboxExecuteParams,
    SandboxExecuteResponse,
    Volume,
    VolumeCreateParams,
    VolumeCreateSnapshotResponse,
    VolumeDeleteResponse,
    VolumeListItem,
)
from typing_extensions import assert_type


def make_clients() -> None:
    client = SandboxSDK(deadline=30, retry_unsafe=True, default_headers={"x-a": Omit()})
    assert_type(client.with_options(deadline=None, retry_unsafe=False), SandboxSDK)
    assert_type(SandboxSDK.local(timeout=5), SandboxSDK)
    assert_type(AsyncSandboxSDK.local(timeout=5), AsyncSandboxSDK)
    assert_type(sandbox_sdk.local(), SandboxSDK)
    SandboxSDK(http_client=DefaultHttpxClient(limits=Limits(max_connections=1)), http_options={"max_redirects": 1})
    AsyncSandboxSDK(http_client=DefaultAsyncHttpxClient(proxy="http://localhost:1"))
    SandboxSDK(on_attempt=lambda attempt: print(attempt.status_code, attempt.times.total))


class Tenant(SandboxSDK):
    @property
    def auth_headers(self) -> dict[str, str]:
        return {**super().auth_headers, "x-tenant": "a"}


def call(client: SandboxSDK) -> None:
    client.sandboxes.create(image=None, resources={"cpus": None})
    execute: SandboxExecuteParams = {"command": "ls", "api_timeout": None}
    client.sandboxes.execute("id", **execute)
    assert_type(Tenant.local().with_options(timeout=1), Tenant)

    volume: VolumeCreateParams = {"name": "a", "size": "10Gi"}
    assert_type(client.volumes.create(**volume), Volume)
    page = client.volumes.list(page=1)
    for item in page.data:
        assert_type(item, VolumeListItem)
    assert_type(client.volumes.delete("id"), VolumeDeleteResponse)
    assert_type(client.volumes.create_snapshot("id", name="a"), VolumeCreateSnapshotResponse)
    assert_type(client.volumes.with_raw_response.delete("id").parse(), VolumeDeleteResponse)


def move_files(client: SandboxSDK, pieces: Iterator[bytes]) -> None:
    for file in (b"", bytearray(), memoryview(b""), "text", Path("a"), io.BytesIO(), pieces):
        client.sandboxes.upload("id", path="/a", file=file)
    client.sandboxes.upload("id", path="/a", file=("a", pieces, "text/plain"))
    client.sandboxes.download("id", path="/a", into="a")
    client.sandboxes.download("id", path="/a", into=Path("a"))
    with Path("a").open("wb") as opened:
        client.sandboxes.download("id", path="/a", into=opened)
    came = client.sandboxes.download("id", path="/a", into=lambda piece: print(len(piece)))
    assert_type(came.content, bytes)
    assert_type(came.num_bytes_downloaded, int)


async def move_files_in_coroutines(client: AsyncSandboxSDK, pieces: AsyncIterator[bytes]) -> None:
    await client.sandboxes.upload("id", path="/a", file=pieces)
    await client.sandboxes.upload("id", path="/a", file=("a", pieces))


def hold_a_session(client: SandboxSDK) -> None:
    with client.sandboxes.session(image="python", resources={"cpus": 1}, ready_timeout=5) as session:
        assert_type(session, Session)
        assert_type(session.run("ls", check=True), SandboxExecuteResponse)
        for event in session.stream("ls"):
            assert_type(event.text, str)
        session.write("/a", b"")
        assert_type(session.read("/a"), bytes)
        session.upload("a", "/a", progress=True)
        session.download("/a", "a", progress=lambda done, total: print(done, total))
    for sandbox in client.sandboxes.each(page_size=10):
        assert_type(sandbox, Sandbox)
    for volume in client.volumes.each():
        assert_type(volume, VolumeListItem)
    for result in client.sandboxes.run_many(["a"], "ls", env={"A": "b"}, concurrency=2):
        assert_type(result, RunResult)
        assert_type(result.result, Optional[SandboxExecuteResponse])
        assert_type(result.error, Optional[SandboxSDKError])
    for leftover in client.delete_leftovers(name_prefix="a", minimum_age=1.5, dry_run=True):
        assert_type(leftover, Leftover)
        assert_type(leftover.age, Optional[float])


async def hold_a_session_in_coroutines(client: AsyncSandboxSDK) -> None:
    async with client.sandboxes.session() as session:
        assert_type(session, AsyncSession)
        assert_type(await session.run("ls"), SandboxExecuteResponse)
        async for event in session.stream("ls"):
            assert_type(event.text, str)
        assert_type(await session.read("/a"), bytes)
    async for sandbox in client.sandboxes.each():
        assert_type(sandbox, Sandbox)
    assert_type(await client.sandboxes.run_many(["a"], "ls"), list[RunResult])
    assert_type(await client.delete_leftovers(name_prefix="a"), list[Leftover])


def look_at_fields(sandbox: Sandbox) -> None:
    sandbox.what_the_server_sends_besides  # noqa: B018
    assert_type(sandbox.model_extra, dict[str, Any])
    assert_type(sandbox.model_fields_set, set[str])


def handle(error: SandboxSDKError) -> None:
    assert_type(error.code, Optional[str])
    assert_type(error.detail, str)
    assert_type(error.attempts, int)
    assert_type(error.retry_after, Optional[float])
    assert_type(error.retryable, bool)
    assert_type(error.outcome_unknown, bool)
    assert_type(error.request_id, Optional[str])
    if isinstance(error, InvalidArgumentError):
        assert_type(error.argument, Optional[str])
    if isinstance(error, LocalFileError):
        assert_type(error.filename, Any)
    if isinstance(error, (APIStatusError, APIConnectionError)):
        assert_type(str(error.request.url), str)
