"""Run by test_client.py with the protocol's own client: a whole session, whose transcript it prints as JSON lines."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

from mcp import Client
from mcp.client.stdio import StdioServerParameters
from mcp_types.methods import validate_server_result


def tell(step: str, value: object) -> None:
    print(json.dumps({"step": step, "value": value}), flush=True)


def plain(result: object) -> dict:
    return result.model_dump(mode="json", by_alias=True, exclude_none=True)  # type: ignore[attr-defined]


async def call(client: Client, tool: str, **arguments: object) -> dict:
    result = plain(await client.call_tool(tool, arguments))
    validate_server_result("tools/call", client.session.protocol_version, result)
    tell(tool, result)
    called.add(tool)
    return result


called: set[str] = set()


async def work_in_a_sandbox(client: Client) -> None:
    """Every tool that works in one."""
    made = await call(client, "create_sandboxes", name="example")
    identity = made["structuredContent"]["id"]
    await call(client, "write_file", sandbox="example", path="/data/hello.sh", content="echo hello from $(hostname)\n")
    await call(client, "run", sandbox="example", command="sh /data/hello.sh | tee /data/out")
    await call(client, "read_file", sandbox="example", path="/data/out")
    await call(client, "list_files", sandbox="example")
    await call(client, "get_sandboxes", id=identity)
    await call(client, "execute_sandboxes", id=identity, command="echo executed")
    await call(client, "upload_sandboxes", id=identity, path="/data/bytes", file="/wA=", encoding="base64")
    await call(client, "download_sandboxes", id=identity, path="/data/bytes")
    started = await call(client, "start_command", sandbox="example", command="echo begun; sleep 600")
    handle = started["structuredContent"]["handle"]
    await call(client, "command_output", handle=handle, wait=20)
    await call(client, "stop_command", handle=handle)
    code = "return client.sandboxes:execute(client.sandboxes:list().data[1].id, {command = 'echo scripted'}).stdout"
    await call(client, "execute_code", code=code)
    await call(client, "delete_sandboxes", id=identity)
    await call(client, "list_sandboxes", fields=["pagination.total_items"])


async def call_the_others(client: Client, folder: Path) -> None:
    volume = (await call(client, "create_volumes", name="store", size="10Mi"))["structuredContent"]["id"]
    await call(client, "create_snapshot_volumes", id=volume, name="then")
    await call(client, "list_volumes", fields=["data.name"])
    await call(client, "delete_volumes", id=volume)
    await call(client, "search_docs", query="idempotency key")
    await call(client, "list_api_endpoints")
    await call(client, "get_api_endpoint_schema", endpoint="create_volumes")
    await call(client, "invoke_api_endpoint", endpoint="list_volumes", arguments={"page_size": 1})
    (folder / "source").write_text("from this machine\n")
    await call(client, "upload", local=str(folder / "source"), path="/data/copied")
    await call(client, "download", local=str(folder / "copied"), path="/data/copied")
    tell("copied", (folder / "copied").read_text())
    await call(client, "delete_all_sandboxes")


async def call_what_is_large(client: Client) -> None:
    """With progress: over HTTP an answer is an event then, which the client drops where it is too large."""
    told: list[float] = []

    async def note(progress: float, total: float | None, message: str | None) -> None:
        told.append(progress)

    async def call_told(tool: str, **arguments: object) -> dict:
        result = plain(await client.call_tool(tool, arguments, progress_callback=note))
        assert not result.get("isError"), result
        return result["structuredContent"]

    identity = (await call_told("create_sandboxes", name="large", fields=["id"]))["id"]
    for source in ("/dev/zero", "/dev/zero | tr '\\0' x", "/dev/zero | tr '\\0' '\\n'"):
        command = f"head -c 400000 {source} | tee /dev/stderr"
        one = await call_told("run", sandbox="large", command=command)
        two = await call_told("execute_sandboxes", id=identity, command=command)
        arguments = {"id": identity, "command": command}
        three = await call_told("invoke_api_endpoint", endpoint="execute_sandboxes", arguments=arguments)
        code = f"""local text = client.sandboxes:execute("{identity}", {{ command = [[head -c 400000 {source}]] }})
        print "printed" return {{ text.stdout }}"""
        four = await call_told("execute_code", code=code)
        assert all(each["truncated"] for each in (one, two, three, four)), source
    assert told
    await call_told("execute_code", code="print 'x' local t = {} for i = 1, 30000 do t[i] = i .. '\\1' end return t")
    deleted = await call_told("delete_all_sandboxes", fields=["deleted_ids.x", "deleted_count"])
    tell("large", deleted)


async def session(program: str, mode: str, root: str) -> None:
    is_url = program.startswith("http://")
    words = ["--local", "--tools", "all", "--root", root]
    local = StdioServerParameters(command=program, args=words, env={"PATH": os.environ["PATH"]})
    server = program if is_url else local
    async with Client(server, mode=mode) as client:
        listed = plain(await client.list_tools())
        validate_server_result("tools/list", client.session.protocol_version, listed)
        tell("tools", [tool["name"] for tool in listed["tools"]])
        await work_in_a_sandbox(client)
        await call_the_others(client, Path(root))
        tell("called", sorted(called))
        await call_what_is_large(client)
        told: list[str] = []

        async def note(progress: float, total: float | None, message: str | None) -> None:
            told.append(message or "")

        command = "for i in 1 2 3; do echo $i; sleep 0.2; done"
        await client.call_tool("run", {"command": command}, progress_callback=note)
        tell("progress", "".join(told))
        answers = await asyncio.gather(*(client.call_tool("run", {"command": f"echo {i}"}) for i in range(20)))
        tell("at once", [answer.structured_content["stdout"] for answer in answers])


asyncio.run(session(*sys.argv[1:]))
