"""Every block of code in the README of ``avm_sdk`` 1.2.0 runs with both packages and comes to the same.

The blocks are read out of the source distribution. Some use names that the text around them has introduced: those are
given.
"""

from __future__ import annotations

import json
import re
import subprocess

import pytest
from environment import Environment, source_folder
from harness.server import Server

SECONDS = 60
BLOCKS = 15
"""How many blocks of Python there are; a README that was not read would have none."""

ANSWER = {
    "data": [{"id": "sb-1", "name": "hello"}],
    "id": "sb-1",
    "resources": {"cpus": 1},
    "pagination": {"page": 1},
}
ASSUMED = """\
import httpx, os
from sandbox_sdk import SandboxSDK, DefaultHttpxClient, types
client = SandboxSDK()
response = types.Sandbox.construct(my_field=None)
"""
"""What a reader has at hand by the time of a block."""

RUN = """\
import sys, traceback, warnings
warnings.simplefilter("error")
assumed, block = sys.argv[1:]
names = {"__name__": "__main__"}
exec(assumed, names)
try:
    exec(compile(block, "README", "exec"), names)
except Exception as error:
    print("raised", type(error).__name__, error)
"""


def blocks(environment: Environment) -> list[str]:
    text = (source_folder(environment) / "README.md").read_text(encoding="utf-8")
    return re.findall(r"^```py(?:thon)?\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def outcome(environment: Environment, package: str, block: str) -> dict[str, object]:
    """What a block prints and sends."""
    answers = [{"json": ANSWER, "headers": {"X-My-Header": "mine", "x-foo": "foo"}} for _ in range(4)]
    with Server(answers) as server:
        address = f"http://127.0.0.1:{server.port('main')}"
        done = subprocess.run(
            [str(environment.python), "-c", RUN, ASSUMED, block],
            env={
                **environment.variables(package),
                "SANDBOX_SDK_API_KEY": "key-of-the-readme",
                "SANDBOX_SDK_BASE_URL": address,
            },
            capture_output=True,
            text=True,
            timeout=SECONDS,
        )
        sent = [[request.method, request.target, request.body.decode("latin-1")] for request in server.requests]
    told = {"printed": done.stdout, "errors": done.stderr, "status": done.returncode, "sent": sent}
    return json.loads(json.dumps(told).replace(address, "<server>"))


@pytest.mark.parametrize("number", range(BLOCKS))
def test_block(environment: Environment, number: int) -> None:
    block = blocks(environment)[number]
    reference = outcome(environment, "reference", block)
    ours = outcome(environment, "ours", block)
    if "__version__" in block:
        assert re.fullmatch(r"\d+\.\d+\.\d+\S*\n", ours.pop("printed"))
        reference.pop("printed")
    assert reference["status"] == 0
    if "aiohttp" not in block.lower() and "asyncio.run" in block:
        # A client that nobody closes: a warning of its connections is asyncio's, and each has its own words.
        reference.pop("errors"), ours.pop("errors")
    for told in (reference, ours):
        told["printed"] = re.sub(r"(?<=raised TypeError )\S+\(\)", "<call>", str(told.get("printed", "")))
    assert ours == reference, block


def test_all_blocks_are_run(environment: Environment) -> None:
    assert len(blocks(environment)) == BLOCKS
