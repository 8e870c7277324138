"""Processes of scripts that were taken over: they say whatever they want, and the server goes on."""

from __future__ import annotations

import re
import socket
import sys
import time

import pytest
from harness import IS_OTHER_BUILD, PROGRAM, Host, text_of
from test_code import await_no_worker

SERVER = PROGRAM.parent / "mcp-strange-worker"
STRANGE = "the script's process says what it never does"
TIME = "the script was ended at its time limit"
GONE = "the script's process has ended"

# What each of them begins with: a line for the shell, which finds Python also where its path has a blank, and which
# Python takes for a text. send() takes a message, or its bytes where it is none.
PRELUDE = (
    f"#!/bin/sh\n'''exec' '{sys.executable}' -IS \"$0\"\n' '''"
    + r"""
import json, os, socket, struct, time
peer = socket.socket(fileno=0)
def frame(message, data=b""):
    text = message if isinstance(message, bytes) else json.dumps(message).encode()
    return struct.pack("=II", len(text), len(data)) + text + data
def send(message, data=b""):
    peer.sendall(frame(message, data))
def flood(*messages):
    while True:
        peer.sendall(b"".join(frame(*message) for message in messages))
"""
)
UPLOAD = "{'call': 1, 'operation': 'sandboxes.upload', 'has_file': True, 'arguments': {'id': 'x', 'path': '/x'}}"
LARGE = "bytes(4 << 20)"

# Each is given a second, and says how it has to end.
ATTEMPTS = {
    # ---- no frames ----
    "lengths beyond all": (r"peer.sendall(b'\xff' * 8)", STRANGE),
    "JSON that is one byte too long": ("peer.sendall(struct.pack('=II', (4 << 20) + 1, 0))", STRANGE),
    "a file that is one byte too long": ("peer.sendall(struct.pack('=II', 2, (4 << 20) + 1))", STRANGE),
    "no JSON": ("send(b'')", STRANGE),
    "JSON that is no object": ("send([{'result': 1}])", STRANGE),
    "bytes that are no text": (r"send(b'{\"result\":\"\xff\"}')", STRANGE),
    "a message that is none": ("send({'results': 1})", STRANGE),
    "a frame that is cut": ("peer.sendall(frame({'result': 1}, b'xy')[:-1])", GONE),
    "a length that is cut": ("peer.sendall(b'\\0\\0')", GONE),
    "nothing at all": ("pass", GONE),
    "an end of its words": ("peer.shutdown(socket.SHUT_WR); time.sleep(9)", GONE),
    "one byte after the other": (
        "for byte in frame({'printed': True}, b'x') * 1000: peer.sendall(bytes([byte])); time.sleep(0.001)",
        TIME,
    ),
    "silence": ("time.sleep(9)", TIME),
    # ---- other values ----
    "a number that is none": ("send({'call': 'x'}); time.sleep(9)", STRANGE),
    "a number that is longer than an answer": (
        r"send(b'{\"call\":\"' + b'x' * 4194280 + b'\"}'); time.sleep(9)",
        STRANGE,
    ),
    "an operation that is none": (
        "[send({'call': i, 'operation': [{}]}) for i in range(9)]; send({'result': 1})",
        "^1$",
    ),
    "arguments that are none": (
        "[send({'call': 1, 'operation': name, 'arguments': given}) for given in ([], 'x', 1, None, [[]]) "
        "for name in ('sandboxes.execute', 'sandboxes.upload', 'sandboxes.delete')]; send({'result': 1})",
        "^1$",
    ),
    "members that are none": (
        "send({'printed': []}, b'said'); "
        "send({'call': 1, 'operation': 'sandboxes.execute', 'has_file': 'x', 'arguments': {'id': [], 'env': [{}]}}); "
        "send({'result': {'call': 2}})",
        "^{'call': 2}$",
    ),
    "a failure that is no text": (r"send({'error': 1}, b'\xff\0\xff')", r"^\?$"),
    "a failure without words": ("send({'error': 1})", "an error without words"),
    "words after the last one": ("[send({'result': i}) for i in range(99)]", "^0$"),
    # ---- much ----
    "values without end": ("send(b'{\"result\":[' + b'{},' * 1398000 + b'{}]}')", STRANGE),
    "arguments without end": (
        'flood((b\'{"call":1,"operation":"sandboxes.create","arguments":{"a":[\' + b\'{},\' * 1398000 + b\'{}]}}\',))',
        STRANGE,
    ),
    "as many arguments as there may be": (
        'flood((b\'{"call":1,"operation":"sandboxes.create","arguments":{"name":[\' + b\'{},\' * 32700 + b\'{}]}}\',))',
        TIME,
    ),
    "as many values as there may be": ("send(b'{\"result\":[' + b'{},' * 32700 + b'{}]}')", r"^\[{}, {}, "),
    "members without end": ("send(b'{' + b','.join(b'\"%d\":1' % i for i in range(400000)) + b'}')", STRANGE),
    "depth": ("send(b'[' * (4 << 20))", STRANGE),
    "a number without end": ("send(b'{\"result\":' + b'9' * 4194200 + b'}')", STRANGE),
    "calls that are not offered": ("flood(*[({'call': 1, 'operation': 'x'},)] * 999)", TIME),
    "calls that nobody waits for": ("flood(*[({'call': 1, 'operation': 'sandboxes.list'},)] * 999)", TIME),
    "calls, then the end": ("[send({'call': i, 'operation': 'sandboxes.list'}) for i in range(8)]", GONE),
    "files": (f"flood(({UPLOAD}, {LARGE}))", TIME),
    "files that are not offered": (f"flood(({{'call': 1}}, {LARGE}))", TIME),
    "printing": (f"flood(({{'printed': 1}}, {LARGE}))", TIME),
    "printing nothing": ("flood(*[({'printed': 1},)] * 9999)", TIME),
}


@pytest.fixture(scope="module")
def server():
    """One whose API never answers."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with Host(program=SERVER, environment={"SANDBOX_SDK_API_KEY": "key", "SANDBOX_SDK_BASE_URL": url}) as made:
            made.shake_hands()
            yield made


@pytest.mark.parametrize("name", ATTEMPTS)
def test_attempt(server, name):
    code, expected = ATTEMPTS[name]
    request = server.request(
        "tools/call",
        {"name": "execute_code", "arguments": {"code": PRELUDE + code, "timeout": 1 if expected == TIME else 20}},
    )
    slowest, answer = 0.0, None
    while not answer:
        started, ping = time.monotonic(), server.request("ping")
        while (message := server.message())["id"] != ping:
            answer = message
        slowest = max(slowest, time.monotonic() - started)
        time.sleep(0.005)
    assert answer["id"] == request
    result = answer["result"]
    said = text_of(result) if result.get("isError") else str(result["structuredContent"].get("result"))
    assert re.search(expected, said), said[:300]
    await_no_worker(server)
    if not IS_OTHER_BUILD:
        assert slowest < 2
        assert server.most_resident() < 128
