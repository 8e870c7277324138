"""Parts of files, by the Range header (RFC 9110, section 14), and what a file is known by."""

from __future__ import annotations

import email.utils
import os
import urllib.parse

import pytest
from harness import short

DATA = bytes(range(256)) * 40
SIZE = len(DATA)


def ask(server, sandbox, path="/data/f", method="GET", **headers):
    return server.call(
        method,
        f"/v1/sandboxes/{sandbox['id']}/download?" + urllib.parse.urlencode({"path": path}),
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )


@pytest.fixture
def file(server, sandbox):
    assert server.upload(sandbox, "/data/f", DATA).status == 200
    return sandbox


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=0-9", 0, 9),
        ("bytes=5000-5099", 5000, 5099),
        (f"bytes={SIZE - 1}-", SIZE - 1, SIZE - 1),
        ("bytes=100-", 100, SIZE - 1),
        ("bytes=0-", 0, SIZE - 1),
        ("bytes=-1", SIZE - 1, SIZE - 1),
        ("bytes=-500", SIZE - 500, SIZE - 1),
        (f"bytes=-{SIZE}", 0, SIZE - 1),
        (f"bytes=-{SIZE + 1}", 0, SIZE - 1),
        (f"bytes=9-{SIZE}", 9, SIZE - 1),
        ("bytes=9-99999999999999999999999999", 9, SIZE - 1),
        ("bytes=-99999999999999999999999999", 0, SIZE - 1),
        ("Bytes= 3-4", 3, 4),
        ("bytes=0003-0004", 3, 4),
    ],
)
def test_one_range(server, file, asked, first, last):
    answer = ask(server, file, Range=asked)
    assert answer.status == 206
    assert answer.headers["Content-Range"] == f"bytes {first}-{last}/{SIZE}"
    assert answer.headers["Content-Length"] == str(last - first + 1)
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.body == DATA[first : last + 1]


@pytest.mark.parametrize("asked", [f"bytes={SIZE}-", f"bytes={SIZE}-{SIZE + 5}", "bytes=-0", f"bytes={10**40}-"])
def test_no_byte_in_range(server, file, asked):
    answer = ask(server, file, Range=asked)
    assert (answer.status, answer.error["type"]) == (416, "range_not_satisfiable")
    assert answer.headers["Content-Range"] == f"bytes */{SIZE}"
    assert ask(server, file).body == DATA


@pytest.mark.parametrize(
    "asked",
    [
        "bytes=0-1,5-6",
        "bytes=0-1,",
        "bytes=5-1",
        "bytes=",
        "bytes=-",
        "bytes=a-b",
        "bytes=1",
        "bytes=1-x",
        "bytes=+1-2",
        "bytes=--1",
        "bytes",
        "items=0-1",
        "",
        "bytes=1-2-3",
    ],
    ids=short,
)
def test_headers_without_effect(server, file, asked):
    answer = ask(server, file, Range=asked)
    assert (answer.status, answer.body) == (200, DATA)
    assert "Content-Range" not in answer.headers


def test_range_header_given_twice(server, file):
    head = f"GET /v1/sandboxes/{file['id']}/download?path=/data/f HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    ranges = "Range: bytes=0-1\r\nRange: bytes=4-5\r\n"
    assert server.raw(f"{head}{ranges}x-api-key: {server.key}\r\n\r\n".encode()).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize(
    ("asked", "status"), [("bytes=0-", 416), ("bytes=0-0", 416), ("bytes=-0", 416), ("bytes=-5", 200), (None, 200)]
)
def test_empty_file(server, sandbox, asked, status):
    server.upload(sandbox, "/data/empty", b"")
    answer = ask(server, sandbox, "/data/empty", Range=asked)
    assert answer.status == status
    if status == 416:
        assert answer.headers["Content-Range"] == "bytes */0"
    else:
        assert answer.body == b""


def test_validators(server, file):
    answer = ask(server, file)
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["ETag"].startswith('"'), "a strong one"
    modified = email.utils.parsedate_to_datetime(answer.headers["Last-Modified"]).timestamp()
    assert modified == int((server.root(file) / "data/f").stat().st_mtime)
    assert ask(server, file).headers["ETag"] == answer.headers["ETag"]


def test_every_change_has_another_tag(server, file):
    """Also one that keeps the size, the inode and the time of the last change."""
    tags = [ask(server, file).headers["ETag"]]
    path = server.root(file) / "data/f"
    before = path.stat()
    for command in (
        "printf x | dd of=/data/f conv=notrunc",
        "cp /data/f /data/g && mv /data/g /data/f",
        ": >> /data/f",
    ):
        server.output(file, f"sleep 0.02; {command} 2>&1; touch -d @{before.st_mtime} /data/f")
        tags.append(ask(server, file).headers["ETag"])
    assert len(set(tags)) == len(tags)


def test_if_range(server, file):
    first = ask(server, file, Range="bytes=0-9")
    tag = first.headers["ETag"]
    assert ask(server, file, Range="bytes=10-19", If_Range=tag).status == 206
    for other in ('"other"', f"W/{tag}", tag[1:-1], first.headers["Last-Modified"], "nonsense"):
        answer = ask(server, file, Range="bytes=10-19", If_Range=other)
        assert (answer.status, answer.body) == (200, DATA), other
    server.upload(file, "/data/f", b"changed")
    answer = ask(server, file, Range="bytes=10-19", If_Range=tag)
    assert (answer.status, answer.body) == (200, b"changed"), "and not 416"
    assert ask(server, file, If_Range=tag).status == 200


def test_head(server, file):
    got = ask(server, file)
    answer = ask(server, file, method="HEAD", Range="bytes=0-9")
    assert (answer.status, answer.body) == (200, b""), "a range is of GET alone"
    for name in ("Content-Length", "Content-Type", "ETag", "Last-Modified", "Accept-Ranges"):
        assert answer.headers[name] == got.headers[name]
    assert ask(server, file, "/data/none", method="HEAD").status == 404


def test_range_far_into_a_large_file(server, sandbox):
    server.output(
        sandbox, "truncate -s 5G /data/big; printf end | dd of=/data/big bs=1 seek=5368709110 conv=notrunc 2>&1"
    )
    answer = ask(server, sandbox, "/data/big", Range="bytes=5368709105-5368709114")
    assert (answer.status, answer.body) == (206, b"\0" * 5 + b"end" + b"\0" * 2)
    assert answer.headers["Content-Range"] == "bytes 5368709105-5368709114/5368709120"
    server.output(sandbox, "rm /data/big")


def test_download_that_is_resumed(any_server, any_sandbox):
    data = os.urandom(100_000)
    any_server.upload(any_sandbox, "/data/f", data)
    got, tag = b"", None
    while len(got) < len(data):
        headers = {"If_Range": tag} if tag else {}
        answer = ask(any_server, any_sandbox, Range=f"bytes={len(got)}-{len(got) + 29_999}", **headers)
        assert answer.status == 206
        tag = answer.headers["ETag"]
        got += answer.body
    assert got == data
