"""Compression, redirects, and limits on what an answer may have."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from origin import Origin, answer

Drive = Callable[..., list[dict[str, Any]]]

LIST = {"operation": "sandboxes.list", "arguments": {}}
DOWNLOAD = {"operation": "sandboxes.download", "arguments": {"id": "a", "path": "/f"}}
MEGABYTE = 1 << 20


def accepted(origin: Origin) -> list[str]:
    return [request.header("accept-encoding") or "" for request in origin.requests]


def packed(body: bytes, coding: str = "gzip", **headers: str) -> bytes:
    pack = gzip.compress if coding == "gzip" else zlib.compress
    return answer(pack(body), Content_Encoding=coding, **headers)


def test_compression_is_asked_for_as_told(drive: Drive, origin: Origin, tmp_path: Path) -> None:
    into = {**DOWNLOAD, "into": str(tmp_path / "file")}
    for http in (None, {}, {"compression": 1}, {"compression": 2}, {"compression": 3}):
        assert [result["status"] for result in drive(origin.url, http, LIST, into)] == ["ok", "ok"]
    asked = accepted(origin)
    assert asked[:6] == [""] * 6
    assert "gzip" in asked[6] and asked[7] == "" and "gzip" in asked[8] and "gzip" in asked[9]


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_what_comes_compressed_is_decompressed(drive: Drive, origin: Origin, coding: str) -> None:
    origin.answers = [packed(b'{"total": 7}', coding)]
    [result] = drive(origin.url, {"compression": 2})
    assert result["status"] == "ok" and result["body"] == '{"total": 7}' and result["encoding"] == coding


def test_what_nobody_asked_for_is_decompressed_unless_that_is_turned_off(drive: Drive, origin: Origin) -> None:
    origin.answers = [packed(b'{"total": 7}')]
    [result] = drive(origin.url)
    assert result["status"] == "ok" and result["body"] == '{"total": 7}'
    origin.answers = [packed(b'{"total": 7}')]
    [result] = drive(origin.url, {"compression": 1})
    assert result["status"] == "response_validation"


def test_a_broken_compression_is_an_error(drive: Drive, origin: Origin) -> None:
    broken = bytearray(gzip.compress(b"[" + b"0," * 5000 + b"0]"))
    broken[20:30] = b"\xff" * 10
    origin.answers = [answer(bytes(broken), Content_Encoding="gzip")]
    [result] = drive(origin.url, {"compression": 2})
    assert result["status"] == "connection"


def test_a_body_whose_compression_is_cut_is_an_error(drive: Drive, origin: Origin, tmp_path: Path) -> None:
    """It is whole by its length."""
    whole = gzip.compress(b'{"total": 7}')
    target = tmp_path / "file"
    for length in range(1, len(whole)):
        origin.answers = [answer(whole[:length], Content_Encoding="gzip")]
        results = drive(origin.url, {"compression": 3}, LIST, {**DOWNLOAD, "into": str(target)})
        assert [result["status"] for result in results] == ["connection"] * 2
        assert all(result["message"].endswith("the compressed body of the answer is cut short") for result in results)
        assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("coding", ["br", "zstd", "gzip, gzip"])
def test_an_encoding_that_nobody_asked_for_is_an_error(drive: Drive, origin: Origin, coding: str) -> None:
    origin.answers = [answer(b"{}", Content_Encoding=coding)]
    [result] = drive(origin.url, {"compression": 2})
    assert result["status"] == "connection" and "encoding that was not asked for" in result["message"]


@pytest.mark.parametrize("coding", ["gzip, chunked", "deflate, chunked", "gzip"])
def test_a_transfer_encoding_that_nobody_asked_for_is_an_error(drive: Drive, origin: Origin, coding: str) -> None:
    """libcurl would unpack it, and not tell where it is cut."""
    body = gzip.compress(b'{"total": 7}')
    chunks = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    head = f"HTTP/1.1 200 OK\r\nTransfer-Encoding: {coding}\r\nConnection: close\r\n\r\n".encode()
    origin.answers = [head + (chunks if "chunked" in coding else body)]
    [result] = drive(origin.url)
    assert result["status"] == "connection" and "transfer encoding that was not asked for" in result["message"]


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_a_bomb_ends(drive: Drive, origin: Origin, tmp_path: Path, coding: str) -> None:
    """64 KiB on the wire that would become 64 MiB."""
    bomb = b"\0" * (64 * MEGABYTE)
    origin.answers = [packed(bomb, coding)]
    target = tmp_path / "file"
    into = {**DOWNLOAD, "into": str(target)}
    for call, http in [
        (LIST, {"compression": 2, "max_document_bytes": MEGABYTE}),
        (LIST, {"compression": 2, "max_body_bytes": MEGABYTE}),
        (into, {"compression": 3, "max_body_bytes": MEGABYTE}),
    ]:
        [result] = drive(origin.url, http, call, max_retries=2)
        assert result["status"] == "response_too_large" and result["attempts"] == 1
    assert not target.exists() and not list(tmp_path.iterdir())


def test_the_size_of_a_document(drive: Drive, origin: Origin) -> None:
    body = b'{"total": 7}'
    origin.answers = [answer(body)]
    assert drive(origin.url, {"max_document_bytes": len(body)})[0]["status"] == "ok"
    [result] = drive(origin.url, {"max_document_bytes": len(body) - 1}, max_retries=2)
    assert result["status"] == "response_too_large" and result["attempts"] == 1


def test_the_size_of_a_download_into_memory(drive: Drive, origin: Origin) -> None:
    origin.answers = [answer(b"x" * 1000)]
    # That of documents is another one.
    limits = {"max_body_bytes": 1000, "max_document_bytes": 10}
    assert drive(origin.url, limits, DOWNLOAD)[0]["body"] == "x" * 1000
    [result] = drive(origin.url, {"max_body_bytes": 999}, DOWNLOAD, max_retries=2)
    assert result["status"] == "response_too_large" and result["attempts"] == 1


def test_the_size_of_an_errors_body(drive: Drive, origin: Origin) -> None:
    origin.answers = [answer(b"x" * 100, status=404)]
    assert drive(origin.url, {"max_document_bytes": 100})[0]["status"] == "not_found"
    assert drive(origin.url, {"max_document_bytes": 99})[0]["status"] == "response_too_large"


def test_the_size_of_any_body(drive: Drive, origin: Origin, tmp_path: Path) -> None:
    origin.answers = [answer(b"x" * 1000)]
    target = tmp_path / "file"
    into = {**DOWNLOAD, "into": str(target)}
    assert drive(origin.url, {"max_body_bytes": 999}, into)[0]["status"] == "response_too_large"
    assert not target.exists()
    # The limit of documents is not that of files.
    assert drive(origin.url, {"max_body_bytes": 1000, "max_document_bytes": 10}, into)[0]["status"] == "ok"
    assert target.read_bytes() == b"x" * 1000


def test_the_size_of_headers(drive: Drive, origin: Origin) -> None:
    origin.answers = [answer(X_One="v" * 500, X_Two="v" * 500)]
    assert drive(origin.url, {"max_header_bytes": 2000})[0]["status"] == "ok"
    [result] = drive(origin.url, {"max_header_bytes": 900}, max_retries=2)
    assert result["status"] == "response_too_large" and result["attempts"] == 1


def chain(origin: Origin, length: int) -> None:
    origin.answers = [answer(status=307, Location=f"/hop/{number}") for number in range(length)] + [answer()]


def test_redirects_are_followed_as_told(drive: Drive, origin: Origin) -> None:
    for http, length, status in [
        (None, 20, "ok"),
        (None, 21, "connection"),
        ({"max_redirects": 1}, 1, "ok"),
        ({"max_redirects": 1}, 2, "connection"),
        ({"max_redirects": 0}, 1, "connection"),
    ]:
        chain(origin, length)
        [result] = drive(origin.url, http)
        assert result["status"] == status, (http, length)
    assert "more than 0 redirects" in result["message"]


def test_a_redirect_that_is_not_followed_is_the_answer(drive: Drive, origin: Origin) -> None:
    chain(origin, 1)
    [result] = drive(origin.url, {"follow_redirects": False}, max_retries=2)
    assert result["status"] == "status" and result["http_status"] == 307
    assert len(origin.requests) == 1
