"""Mistakes that a type checker has to find, each at the line that says so; it is not run."""

from __future__ import annotations

from sandbox_sdk import AsyncSandboxSDK, SandboxSDK, Stream
from sandbox_sdk.types import SandboxCreateParams


def call(client: SandboxSDK) -> None:
    client.sandboxes.create("name")  # wrong
    client.sandboxes.create(nmae="a")  # wrong
    client.sandboxes.create(name=5)  # wrong
    client.sandboxes.create(resources={"cpu": 1})  # wrong
    client.sandboxes.execute("id")  # wrong
    client.sandboxes.execute(command="ls")  # wrong
    client.sandboxes.upload("id", path="/a", file=5)  # wrong
    client.sandboxes.with_raw_response.create(nmae="a")  # wrong
    client.get("/a")  # wrong
    client.get("/a", cast_to=dict, stream_cls=Stream[str])  # wrong
    client.post("/a", cast_to=dict, options={"heders": {}})  # wrong
    params: SandboxCreateParams = {"nmae": "a"}  # wrong
    print(params)
    SandboxSDK(timeout="5")  # wrong
    SandboxSDK("key")  # wrong
    text: str = client.get("/a", cast_to=bytes)  # wrong
    print(text)
    length: str = client.sandboxes.list().data[0].cpu  # wrong
    print(length)


async def call_in_coroutines(client: AsyncSandboxSDK) -> None:
    client.sandboxes.list().data  # wrong # noqa: B018
    await client.sandboxes.create(name=b"a")  # wrong
