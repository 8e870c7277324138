"""Multipart forms of one's own: names, types and headers of parts, boundaries, and bodies of known length."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from recorder import Recorder
from sandbox_sdk import InvalidArgumentError, Omit, SandboxSDK

FORM = {"headers": {"Content-Type": "multipart/form-data; boundary=b"}}


def body_of(client: SandboxSDK, server: Recorder, files: Any, body: Any = None) -> bytes:
    client.post("/up", cast_to=object, body=body, files=files, options=FORM)
    return server.requests[-1].body


def form(*parts: bytes) -> bytes:
    return b"".join(b"--b\r\nContent-Disposition: form-data; " + part + b"\r\n" for part in parts) + b"--b--\r\n"


@pytest.mark.parametrize(
    ("file", "part"),
    [
        (
            ("n.txt", b"x", "text/plain", {"X-One": "1", "X-Two": "ü"}),
            b'filename="n.txt"\r\nX-One: 1\r\nX-Two: \xc3\xbc\r\nContent-Type: text/plain\r\n\r\nx',
        ),
        (("n.txt", b"x", None, {}), b'filename="n.txt"\r\nContent-Type: text/plain\r\n\r\nx'),
        (("n", b"x", "a/b", {"content-type": "c/d"}), b'filename="n"\r\ncontent-type: c/d\r\n\r\nx'),
        (
            ("n", io.BytesIO(b"x"), None, {"X": "1"}),
            b'filename="n"\r\nX: 1\r\nContent-Type: application/octet-stream\r\n\r\nx',
        ),
        (
            ('a"b\\c\td\n\x1b', b"x"),
            b'filename="a%22b\\\\c%09d%0A\x1b"\r\nContent-Type: application/octet-stream\r\n\r\nx',
        ),
        (("ü.html", b"x"), b'filename="\xc3\xbc.html"\r\nContent-Type: text/html\r\n\r\nx'),
    ],
)
def test_parts_that_are_files(client: SandboxSDK, server: Recorder, file: Any, part: bytes) -> None:
    assert body_of(client, server, {"f": file}) == form(b'name="f"; ' + part)
    assert server.request.header("Content-Length") == str(len(server.request.body))


@pytest.mark.parametrize(
    ("file", "part"),
    [
        ((None, b"x"), b"\r\n\r\nx"),
        (("", b"x"), b"\r\n\r\nx"),
        ((None, b"x", "a/b"), b"\r\nContent-Type: a/b\r\n\r\nx"),
        ((None, io.BytesIO(b"x")), b"\r\n\r\nx"),
        ((None, iter([b"x", b"", b"y"]), "a/b"), b"\r\nContent-Type: a/b\r\n\r\nxy"),
        ((None, bytearray(b"x")), b"\r\n\r\nx"),
        ((None, b"x", "a/b", {"X": "1"}), b"\r\nX: 1\r\nContent-Type: a/b\r\n\r\nx"),
    ],
)
def test_what_has_no_name_is_as_fields_are(client: SandboxSDK, server: Recorder, file: Any, part: bytes) -> None:
    assert body_of(client, server, [("f", file)]) == form(b'name="f"' + part)


def test_names_of_fields_are_written_as_those_of_files(client: SandboxSDK, server: Recorder) -> None:
    sent = body_of(client, server, {"c\\d": (None, b"2")}, {"a\\b": {'"': "1"}})
    assert sent == form(b'name="a\\\\b[%22]"\r\n\r\n1', b'name="c\\\\d"\r\n\r\n2')


def test_headers_that_no_part_can_have(client: SandboxSDK, server: Recorder) -> None:
    for headers, error in [({"X": "1\r\nY: 2"}, InvalidArgumentError), ({"X": 1}, TypeError), ([1], TypeError)]:
        with pytest.raises(error):
            body_of(client, server, {"f": ("n", b"x", None, headers)})
    assert server.requests == []


def test_a_form_has_the_boundary_of_its_type(client: SandboxSDK, server: Recorder, tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"x")
    assert body_of(client, server, {"f": tmp_path / "f"}).endswith(b"\r\n\r\nx\r\n--b--\r\n")
    assert server.request.header("Content-Type") == "multipart/form-data; boundary=b"
    client.sandboxes.upload(
        "i", path="/x", file=b"y", extra_headers={"content-type": 'multipart/form-data; boundary="c d"'}
    )
    assert server.requests[-1].body.endswith(b"\r\n\r\ny\r\n--c d--\r\n")
    assert server.requests[-1].header("Content-Type") == 'multipart/form-data; boundary="c d"'


@pytest.mark.parametrize("given", ["multipart/form-data", Omit(), "application/json"])
def test_another_type_is_completed_or_replaced(client: SandboxSDK, server: Recorder, given: Any) -> None:
    client.post("/up", cast_to=object, files={"f": b"x"}, options={"headers": {"Content-Type": given}})
    kind, _, boundary = (server.request.header("Content-Type") or "").partition("; boundary=")
    assert kind == "multipart/form-data"
    assert server.request.body.endswith(f"--{boundary}--\r\n".encode())


def test_a_boundary_that_no_form_can_have(client: SandboxSDK, server: Recorder) -> None:
    with pytest.raises(InvalidArgumentError, match="boundary"):
        client.post(
            "/up",
            cast_to=object,
            files={"f": b"x"},
            options={"headers": {"Content-Type": f"multipart/form-data; boundary={'b' * 71}"}},
        )
    assert server.requests == []


def test_the_length_of_a_file_is_told_where_it_is_known(client: SandboxSDK, server: Recorder, tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"from the disk")
    with (tmp_path / "f").open("rb") as opened:
        for file in (opened, ("n", opened), io.BytesIO(b"x"), bytearray(b"x")):
            body_of(client, server, {"f": file})
            assert server.requests[-1].header("Content-Length") == str(len(server.requests[-1].body))
    body_of(client, server, {"f": iter([b"x", b"y"])})
    assert server.requests[-1].header("Transfer-Encoding") == "chunked"
