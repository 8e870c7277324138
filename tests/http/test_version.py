"""HTTP/2 where it is wanted and spoken, HTTP/1.1 everywhere else."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from certificates import Authority
from conftest import KEY, LIST
from front import Front
from origin import Origin, answer

Drive = Callable[..., list[dict[str, Any]]]

CREATE = {"operation": "sandboxes.create", "arguments": {}}
SECOND = 2


@pytest.fixture
def front(closing: Callable[[Any], Any], authority: Authority, origin: Origin, tmp_path: Path) -> Callable[..., Front]:
    """Makes an nginx before the origin."""

    def make(**options: Any) -> Front:
        leaf = authority.made.issue_cert("127.0.0.1")
        folder = tmp_path / "nginx"
        folder.mkdir()
        (folder / "certificate.pem").write_bytes(b"".join(blob.bytes() for blob in leaf.cert_chain_pems))
        (folder / "key.pem").write_bytes(leaf.private_key_pem.bytes())
        return closing(Front(folder, origin.port, **options))

    return make


def protocols(server: Front) -> list[str]:
    return [request[0] for request in server.seen()]


@pytest.mark.parametrize(
    "version, http2, spoken",
    [(None, True, "HTTP/1.1"), (1, True, "HTTP/1.1"), (SECOND, True, "HTTP/2.0"), (SECOND, False, "HTTP/1.1")],
)
def test_the_version_that_is_spoken(
    drive: Drive,
    front: Callable[..., Front],
    authority: Authority,
    origin: Origin,
    version: int | None,
    http2: bool,
    spoken: str,
) -> None:
    server = front(http2=http2)
    http = {"ca_file": authority.file, **({"version": version} if version else {})}
    results = drive(server.url, http, LIST, CREATE, LIST)
    assert [result["status"] for result in results] == ["ok"] * 3
    seen = server.seen()
    assert [request[0] for request in seen] == [spoken] * 3 and len({request[2] for request in seen}) == 1
    assert [request.header("x-api-key") for request in origin.requests] == [KEY] * 3


def test_without_tls_there_is_no_second_version(drive: Drive, origin: Origin) -> None:
    assert drive(origin.url, {"version": SECOND})[0]["status"] == "ok"
    assert origin.requests[0].header("upgrade") is None


def test_files_over_the_second_version(
    drive: Drive, front: Callable[..., Front], authority: Authority, origin: Origin, tmp_path: Path
) -> None:
    server = front()
    content = os.urandom(5 << 20)
    source = tmp_path / "source"
    target = tmp_path / "target"
    source.write_bytes(content)
    origin.answers = [answer(), answer(content, Content_Type="application/octet-stream")]
    upload = {"operation": "sandboxes.upload", "arguments": {"id": "a", "path": "/f"}, "from": str(source)}
    download = {"operation": "sandboxes.download", "arguments": {"id": "a", "path": "/f"}, "into": str(target)}
    results = drive(server.url, {"ca_file": authority.file, "version": SECOND}, upload, download)
    assert [result["status"] for result in results] == ["ok", "ok"]
    assert content in origin.requests[0].body and target.read_bytes() == content
    assert protocols(server) == ["HTTP/2.0"] * 2


def test_a_server_that_ends_its_connections_repeats_nothing(
    drive: Drive, front: Callable[..., Front], authority: Authority, origin: Origin
) -> None:
    """It says so (GOAWAY, RFC 9113, section 6.8) after each second request."""
    server = front(requests=2)
    results = drive(server.url, {"ca_file": authority.file, "version": SECOND}, *[CREATE] * 7)
    assert [result["status"] for result in results] == ["ok"] * 7
    assert len(origin.requests) == 7 and len(server.seen()) == 7


def test_errors_over_the_second_version(
    drive: Drive, front: Callable[..., Front], authority: Authority, origin: Origin
) -> None:
    server = front()
    origin.answers = [answer(b'{"error": "no"}', status=404), answer(b'{"total": 1}')]
    first, second = drive(server.url, {"ca_file": authority.file, "version": SECOND}, LIST, LIST)
    assert first["status"] == "not_found" and second["status"] == "ok" and second["body"] == '{"total": 1}'


def test_an_answer_cut_within_is_an_error(
    drive: Drive, front: Callable[..., Front], authority: Authority, origin: Origin, tmp_path: Path
) -> None:
    server = front()
    origin.answers = [answer(b"x" * 100).replace(b"Content-Length: 100", b"Content-Length: 200")]
    origin.keep_alive = False
    target = tmp_path / "target"
    download = {"operation": "sandboxes.download", "arguments": {"id": "a", "path": "/f"}, "into": str(target)}
    [result] = drive(server.url, {"ca_file": authority.file, "version": SECOND}, download)
    assert result["status"] == "connection" and not target.exists()
