"""The session that docs/mcp.md shows is one that was held: SBX_WRITE=1 writes it anew."""

from __future__ import annotations

import json
import os
import re

from harness import LEGACY, ROOT

PAGE = ROOT / "docs" / "mcp.md"
BLOCK = re.compile(r"(?<=ids\nare counted anew.\n\n```json\n).*?(?=```\n)", re.DOTALL)
CALLS = (
    ("create_sandboxes", {"name": "demo", "fields": ["id", "name", "status"]}),
    ("write_file", {"sandbox": "demo", "path": "/data/answer.sh", "content": "echo $((6 * 7))\n"}),
    ("run", {"sandbox": "demo", "command": "sh /data/answer.sh | tee /data/answer"}),
    ("read_file", {"sandbox": "demo", "path": "/data/answer"}),
)


def plain(message: dict, identity: str) -> str:
    """In one line, with an identifier that is the same each time."""
    return json.dumps(message, ensure_ascii=False).replace(identity, "sbx-1")


def hold(host) -> str:
    """What is said, line by line; of the list of tools only their names."""
    params = {"protocolVersion": LEGACY, "capabilities": {}, "clientInfo": {"name": "example", "version": "1"}}
    said = [("initialize", params, host.ask("initialize", params)["result"])]
    said[0][2].pop("instructions")
    said[0][2]["serverInfo"].pop("version")
    host.notify("notifications/initialized", {})
    tools = host.ask("tools/list", {})["result"]["tools"]
    said.append(("tools/list", {}, {"tools": [{"name": tool["name"]} for tool in tools]}))
    identity = ""
    for name, arguments in CALLS:
        result = host.call(name, **arguments)
        identity = identity or result["structuredContent"]["id"]
        said.append(("tools/call", {"name": name, "arguments": arguments}, result))
    params = {"name": "delete_sandboxes", "arguments": {"id": identity, "fields": ["id"]}}
    said.append(("tools/call", params, host.ask("tools/call", params)["result"]))
    lines = []
    for number, (method, given, result) in enumerate(said, 1):
        lines.append(plain({"jsonrpc": "2.0", "id": number, "method": method, "params": given}, identity))
        lines.append(plain({"jsonrpc": "2.0", "id": number, "result": result}, identity))
    return "\n".join(lines) + "\n"


def test_the_session_of_the_documentation(host):
    page = PAGE.read_text(encoding="utf-8")
    held = hold(host)
    if os.environ.get("SBX_WRITE"):
        PAGE.write_text(BLOCK.sub(lambda _: held, page), encoding="utf-8")
        return
    (shown,) = BLOCK.findall(page)
    assert shown == held
    assert not host.call("list_sandboxes")["structuredContent"]["data"]
