"""A program that uses what both this package and ``avm_sdk`` 1.2.0 have. Both must type-check it; it is not run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Dict, List, Optional, Union  # noqa: UP035 -- as programs for Python 3.9 say it

import httpx
import sandbox_sdk
from sandbox_sdk import (
    NOT_GIVEN,
    APIConnectionError,
    APIError,
    APIResponse,
    APIResponseValidationError,
    APIStatusError,
    APITimeoutError,
    AsyncAPIResponse,
    AsyncSandboxSDK,
    AsyncStream,
    BaseModel,
    NoneType,
    NotFoundError,
    NotGiven,
    Omit,
    RateLimitError,
    RequestOptions,
    SandboxSDK,
    SandboxSDKError,
    Stream,
    Timeout,
    file_from_path,
    not_given,
    omit,
)
from sandbox_sdk.types import (
    Pagination,
    Sandbox,
    SandboxCreateParams,
    SandboxCreateResponse,
    SandboxDeleteAllResponse,
    SandboxDeleteParams,
    SandboxDeleteResponse,
    SandboxDownloadParams,
    SandboxExecuteParams,
    SandboxExecuteResponse,
    SandboxListParams,
    SandboxListResponse,
    SandboxUploadParams,
    SandboxUploadResponse,
)
from typing_extensions import Literal, assert_type


class Message(BaseModel):
    text: str
    rating: Optional[int] = None  # noqa: UP045


def make_clients(key: str | None, timeout: float | None) -> SandboxSDK:
    client = SandboxSDK(
        api_key=key,
        base_url="http://localhost:1",
        timeout=httpx.Timeout(60.0, connect=5.0),
        max_retries=3,
        default_headers={"x-team": "a"},
        default_query={"a": 1},
        _strict_response_validation=True,
    )
    SandboxSDK(timeout=timeout, base_url=httpx.URL("http://localhost:1"))
    SandboxSDK(timeout=Timeout(5.0, read=None))
    SandboxSDK(timeout=not_given)
    assert_type(client.with_options(timeout=5, max_retries=0), SandboxSDK)
    assert_type(client.copy(default_headers={"a": "b"}, set_default_query={}), SandboxSDK)
    assert_type(client.api_key, str)
    assert_type(client.max_retries, int)
    assert_type(client.is_closed(), bool)
    assert_type(client.user_agent, str)
    base_url: str = str(client.base_url)
    client.base_url = base_url
    client.timeout = 20.0
    client.api_key = "other"
    auth: Mapping[str, str | Omit] = client.auth_headers
    headers: Mapping[str, object] = client.default_headers
    query: Mapping[str, object] = client.default_query
    print(auth, headers, query, sandbox_sdk.__version__, sandbox_sdk.DEFAULT_MAX_RETRIES, sandbox_sdk.DEFAULT_TIMEOUT)
    with SandboxSDK() as entered:
        assert_type(entered, SandboxSDK)
    return client


class Tenant(SandboxSDK):
    """A subclass with a constructor and headers of its own."""

    def __init__(self, tenant: str, **options: Any) -> None:
        super().__init__(**options)
        self.tenant = tenant


def call_operations(client: SandboxSDK) -> None:
    sandbox = client.sandboxes.create(
        env_vars={"A": "b"}, image="python", name="a", resources={"cpus": 1, "memory": 512}, wait_for_ready=True
    )
    assert_type(sandbox, SandboxCreateResponse)
    create: SandboxCreateParams = {"name": "a", "resources": {"cpus": 1}}
    client.sandboxes.create(**create, timeout=5, extra_headers={"a": omit}, extra_query={"b": [1]}, extra_body={"c": 1})
    client.sandboxes.create(name=omit, timeout=httpx.Timeout(5))

    page = client.sandboxes.list(page=1, page_size=10.0)
    assert_type(page, SandboxListResponse)
    assert_type(page.data, List[Sandbox])  # noqa: UP006
    assert_type(page.pagination, Pagination)
    for item in page.data:
        assert_type(item, Sandbox)
        assert_type(item.id, str)
        assert_type(item.cpu, float)
    listed: SandboxListParams = {"page": 1}
    client.sandboxes.list(**listed)

    executed = client.sandboxes.execute("id", command="ls", api_timeout=5)
    assert_type(executed, SandboxExecuteResponse)
    execute: SandboxExecuteParams = {"command": "ls"}
    client.sandboxes.execute(id="id", **execute)

    delete: SandboxDeleteParams = {"create_snapshot": True}
    assert_type(client.sandboxes.delete("id", **delete), SandboxDeleteResponse)
    assert_type(client.sandboxes.delete_all(), SandboxDeleteAllResponse)


def move_files(client: SandboxSDK) -> None:
    assert_type(client.sandboxes.upload("id", path="/a", file=b"bytes"), SandboxUploadResponse)
    client.sandboxes.upload("id", path="/a", file=Path("a"))
    client.sandboxes.upload("id", path="/a", file=("a.txt", b"bytes", "text/plain"))
    with Path("a").open("rb") as file:
        client.sandboxes.upload("id", path="/a", file=file)
    client.sandboxes.upload("id", path="/a", file=file_from_path("a"))
    upload: SandboxUploadParams = {"path": "/a", "file": b""}
    client.sandboxes.upload("id", **upload)

    download: SandboxDownloadParams = {"path": "/a"}
    downloaded = client.sandboxes.download("id", **download)
    assert_type(downloaded.read(), bytes)
    downloaded.write_to_file("a")
    for piece in downloaded.iter_bytes(chunk_size=10):
        assert_type(piece, bytes)


def request(client: SandboxSDK) -> None:
    assert_type(client.get("/a", cast_to=Message), Message)
    assert_type(client.post("/a", cast_to=Message, body={"a": 1}), Message)
    assert_type(client.put("/a", cast_to=str, body=[1]), str)
    assert_type(client.patch("/a", cast_to=bytes, content=b"a"), bytes)
    assert_type(client.delete("/a", cast_to=Dict[str, object]), Dict[str, object])  # noqa: UP006
    assert_type(client.get("/a", cast_to=httpx.Response), httpx.Response)
    assert_type(client.post("/a", cast_to=object, files={"file": ("a", b"b", None, {"X": "c"})}), object)
    client.delete("/a", cast_to=NoneType)
    options: RequestOptions = {"headers": {"a": "b"}, "timeout": 5, "params": {"a": [1]}, "max_retries": 0}
    client.get("/a", cast_to=Message, options=options)
    client.get("/a", cast_to=Message, options={"timeout": httpx.Timeout(5), "idempotency_key": "a"})

    stream = client.get("/a", cast_to=Message, stream=True, stream_cls=Stream[Message])
    assert_type(stream, Stream[Message])
    for message in stream:
        assert_type(message, Message)
    with client.post("/a", cast_to=Message, body={}, stream=True, stream_cls=Stream[Message]) as entered:
        assert_type(entered, Stream[Message])
    streaming = len(options) > 1
    either = client.get("/a", cast_to=Message, stream=streaming, stream_cls=Stream[Message])
    assert_type(either, Union[Message, Stream[Message]])


def look_at_answers(client: SandboxSDK) -> None:
    raw = client.sandboxes.with_raw_response.create(name="a")
    assert_type(raw, APIResponse[SandboxCreateResponse])
    assert_type(raw.parse(), SandboxCreateResponse)
    assert_type(raw.parse(to=Message), Message)
    assert_type(raw.status_code, int)
    assert_type(raw.headers.get("a"), Any)  # what httpx says of it
    assert_type(raw.method, str)
    assert_type(raw.http_version, str)
    assert_type(raw.elapsed.total_seconds(), float)
    assert_type(raw.retries_taken, int)
    assert_type(raw.is_closed, bool)
    assert_type(raw.read(), bytes)
    assert_type(raw.text(), str)
    assert_type(raw.json(), object)
    assert_type(raw.http_request.method, str)
    assert_type(str(raw.url), str)
    raw.close()
    assert_type(client.with_raw_response.sandboxes.list().parse(), SandboxListResponse)
    assert_type(client.sandboxes.with_raw_response.download("id", path="/a").read(), bytes)

    with client.sandboxes.with_streaming_response.list(page=1) as streamed:
        assert_type(streamed, APIResponse[SandboxListResponse])
        assert_type(streamed.parse(), SandboxListResponse)
        for piece in streamed.iter_bytes():
            assert_type(piece, bytes)
        for text in streamed.iter_text(5):
            assert_type(text, str)
        for line in streamed.iter_lines():
            assert_type(line, str)
    with client.with_streaming_response.sandboxes.download("id", path="/a") as file:
        file.stream_to_file("a", chunk_size=10)


def use_models(sandbox: Sandbox) -> None:
    assert_type(sandbox.to_dict(), Dict[str, object])  # noqa: UP006
    assert_type(sandbox.to_json(indent=None), str)
    assert_type(sandbox.model_dump(mode="json", exclude_none=True, by_alias=True), Dict[str, Any])  # noqa: UP006
    assert_type(sandbox.model_dump_json(indent=2, exclude={"id"}), str)
    assert_type(sandbox.model_copy(update={"name": "b"}), Sandbox)
    assert_type(Sandbox.construct(id="a"), Sandbox)
    assert_type(Message(text="a", rating=None), Message)
    if "name" not in sandbox.model_fields_set:
        print(sandbox.model_extra)


def handle(error: SandboxSDKError) -> None:
    if isinstance(error, APIError):
        assert_type(error.message, str)
        assert_type(error.body, Optional[object])
        assert_type(error.request.method, str)
    if isinstance(error, APIStatusError):
        assert_type(error.status_code, int)
        assert_type(error.response.status_code, int)
        assert_type(error.response.text, str)
        error.response.headers.get("retry-after")
    if isinstance(error, RateLimitError):
        status: Literal[429] = error.status_code
        print(status)
    if isinstance(error, APIResponseValidationError):
        assert_type(error.status_code, int)
    try:
        print("trying")
    except (APITimeoutError, APIConnectionError, NotFoundError) as caught:
        assert_type(caught.message, str)


def forward(client: SandboxSDK, timeout: float | Timeout | NotGiven | None = NOT_GIVEN) -> SandboxExecuteResponse:
    return client.sandboxes.execute("id", command="ls", timeout=timeout)


async def call_for_coroutines(key: str) -> None:
    async with AsyncSandboxSDK(api_key=key, timeout=httpx.Timeout(5)) as client:
        assert_type(client, AsyncSandboxSDK)
        assert_type(client.with_options(max_retries=1), AsyncSandboxSDK)
        assert_type(await client.sandboxes.create(resources={"storage": 1}), SandboxCreateResponse)
        assert_type(await client.sandboxes.list(), SandboxListResponse)
        assert_type(await client.sandboxes.execute("id", command="ls"), SandboxExecuteResponse)
        assert_type(await client.sandboxes.upload("id", path="/a", file=b""), SandboxUploadResponse)
        assert_type(await (await client.sandboxes.download("id", path="/a")).read(), bytes)

        assert_type(await client.get("/a", cast_to=Message), Message)
        assert_type(await client.post("/a", cast_to=Message, body={}), Message)
        assert_type(await client.delete("/a", cast_to=str), str)
        stream = await client.get("/a", cast_to=Message, stream=True, stream_cls=AsyncStream[Message])
        assert_type(stream, AsyncStream[Message])
        async for message in stream:
            assert_type(message, Message)

        raw = await client.sandboxes.with_raw_response.list()
        assert_type(raw, AsyncAPIResponse[SandboxListResponse])
        assert_type(await raw.parse(), SandboxListResponse)
        assert_type(await raw.parse(to=Message), Message)
        async with client.sandboxes.with_streaming_response.list() as streamed:
            assert_type(await streamed.parse(), SandboxListResponse)
            async for line in streamed.iter_lines():
                assert_type(line, str)
        await client.close()
