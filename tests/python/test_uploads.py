"""What can be uploaded, byte for byte."""

from __future__ import annotations

import email.parser
import email.policy
import io
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from recorder import Recorded, Recorder
from sandbox_sdk import LocalFileError, SandboxSDK, omit

EVERY_BYTE = bytes(range(256)) * 5
LARGE = EVERY_BYTE * 200  # more than any buffer on the way


def file_part(request: Recorded) -> tuple[str | None, str, bytes]:
    """The name, type and bytes of the file that a request carries."""
    head = f"Content-Type: {request.header('Content-Type')}\r\n\r\n".encode()
    message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + request.body)
    parts = {part.get_param("name", header="Content-Disposition"): part for part in message.iter_parts()}
    assert set(parts) == {"path", "file"}
    assert parts["path"].get_payload(decode=True) == b"/data/file"
    boundary = message.get_boundary().encode()
    # Not through the parser, which takes line ends for its own.
    content = request.body.split(b"--" + boundary)[2].split(b"\r\n\r\n", 1)[1].removesuffix(b"\r\n")
    return parts["file"].get_filename(), parts["file"].get_content_type(), content


def upload(client: SandboxSDK, server: Recorder, file: object) -> tuple[str | None, str, bytes]:
    server.answer({"message": "done", "path": "/data/file", "size": 1})
    client.sandboxes.upload("i", path="/data/file", file=file)
    return file_part(server.requests[-1])


class OnlyReads:
    """The least that is a file."""

    def __init__(self, content: bytes) -> None:
        self.read = io.BytesIO(content).read


class GivesTooMuch:
    """A file whose read does not mind how much was asked for."""

    def __init__(self, content: bytes) -> None:
        self.chunks = [content, b""]

    def read(self, size: int) -> bytes:
        return self.chunks.pop(0)


@pytest.mark.parametrize(
    "make",
    [
        bytes,
        bytearray,
        memoryview,
        lambda content: memoryview(content)[::1],
        io.BytesIO,
        OnlyReads,
        GivesTooMuch,
        lambda content: [content],
        lambda content: iter([content[:1], b"", content[1:], b""]),
        lambda content: (content[start : start + 999] for start in range(0, len(content), 999)),
        lambda content: [bytearray(content[:7]), memoryview(content[7:])],
        lambda content: ("name.bin", content),
        lambda content: (None, io.BytesIO(content), None),
    ],
)
@pytest.mark.parametrize("content", [b"", b"\r\n--x\r\n\0", EVERY_BYTE, LARGE], ids=["empty", "ends", "bytes", "large"])
def test_every_kind_of_content_arrives_as_it_is(client: SandboxSDK, server: Recorder, make, content: bytes) -> None:
    assert upload(client, server, make(content))[2] == content


def test_text_is_sent_as_utf_8(client: SandboxSDK, server: Recorder) -> None:
    assert upload(client, server, "grün\n")[2] == "grün\n".encode()


def test_a_path_is_streamed_with_its_name(client: SandboxSDK, server: Recorder, tmp_path: Path) -> None:
    path = tmp_path / 'a "quoted" näme.bin'
    path.write_bytes(LARGE)
    name, content_type, content = upload(client, server, path)
    assert content == LARGE
    assert content_type == "application/octet-stream"
    assert "me.bin" in name
    assert int(server.request.header("Content-Length")) > len(LARGE)


def test_an_open_file_is_read_from_where_it_stands(client: SandboxSDK, server: Recorder, tmp_path: Path) -> None:
    path = tmp_path / "data.bin"
    path.write_bytes(EVERY_BYTE)
    with path.open("rb") as file:
        file.seek(100)
        assert upload(client, server, file) == ("data.bin", "application/octet-stream", EVERY_BYTE[100:])
        assert not file.closed
    with path.open("rb", buffering=0) as file:
        assert upload(client, server, file)[2] == EVERY_BYTE


def test_a_pipe_is_streamed_without_a_length(client: SandboxSDK, server: Recorder) -> None:
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as source, os.fdopen(writing, "wb") as target:
        writer = threading.Thread(target=lambda: (target.write(LARGE), target.close()))
        writer.start()
        assert upload(client, server, source)[2] == LARGE
        writer.join()
    assert server.request.header("Content-Length") is None


def test_a_tuple_gives_name_and_type(client: SandboxSDK, server: Recorder) -> None:
    assert upload(client, server, ("report.csv", b"a,b", "text/csv")) == ("report.csv", "text/csv", b"a,b")
    assert upload(client, server, ("other", io.BytesIO(b"x")))[0] == "other"


def test_a_source_that_can_be_rewound_is_sent_again(server: Recorder, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(LARGE)
    with SandboxSDK(api_key="k", base_url=server.url) as client, (tmp_path / "file").open("rb") as opened:
        for file in (LARGE, bytearray(LARGE), tmp_path / "file", opened, [LARGE[:5], LARGE[5:]]):
            server.requests.clear()
            server.answer({}, status=503, headers={"retry-after-ms": "1"})
            assert upload(client, server, file)[2] == LARGE
            assert [file_part(request)[2] for request in server.requests] == [LARGE, LARGE]


def test_a_file_is_rewound_to_where_it_stood(server: Recorder) -> None:
    file = io.BytesIO(EVERY_BYTE)
    file.seek(100)
    with SandboxSDK(api_key="k", base_url=server.url) as client:
        server.answer({}, status=503, headers={"retry-after-ms": "1"})
        assert upload(client, server, file)[2] == EVERY_BYTE[100:]
    assert len(server.requests) == 2


def test_a_source_that_cannot_be_rewound_is_sent_once(server: Recorder) -> None:
    with SandboxSDK(api_key="k", base_url=server.url) as client:
        server.answer({}, status=503, headers={"retry-after-ms": "1"})
        with pytest.raises(Exception, match="503"):
            client.sandboxes.upload("i", path="/data/file", file=iter([LARGE]))
    assert file_part(server.request)[2] == LARGE


@pytest.mark.parametrize(
    ("file", "error", "words"),
    [
        (None, TypeError, "`file` must be bytes.*not NoneType"),
        (5, TypeError, "`file` must be bytes.*not int"),
        (io.StringIO("x"), TypeError, "text mode"),
        (["text"], TypeError, "iterable of bytes, but gave str"),
        ([1], TypeError, "iterable of bytes, but gave int"),
        (("name",), ValueError, "`file` as a tuple"),
        (("name", b"", "a/b", {}), ValueError, "`file` as a tuple"),
        (("na\0me", b""), ValueError, "`file's name` holds a NUL"),
        (("name", b"", "a/b\0"), ValueError, "`file's content type` holds a NUL"),
        (("name", b"", 5), TypeError, "`file's content type` must be a str"),
        (("name", b"", "a/b\r\nX: y"), ValueError, "content_type|content type"),
        (Path("nul\0"), ValueError, "`file` holds a NUL"),
    ],
)
def test_what_cannot_be_a_file_is_refused(client, server: Recorder, file: object, error: type, words: str) -> None:
    with pytest.raises(error, match=words):
        client.sandboxes.upload("i", path="/data/file", file=file)
    assert server.requests == []


def test_a_file_in_text_mode_is_refused(client: SandboxSDK, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with (tmp_path / "file").open() as file, pytest.raises(TypeError, match="binary mode"):
        client.sandboxes.upload("i", path="/data/file", file=file)


def test_a_reader_that_gives_text_is_refused(client: SandboxSDK) -> None:
    class GivesText:
        def read(self, size: int) -> str:
            return "text"

    with pytest.raises(TypeError, match="something else than bytes"):
        client.sandboxes.upload("i", path="/data/file", file=GivesText())


def test_an_unreadable_path_is_the_error_of_opening_it(client: SandboxSDK, server: Recorder, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as caught:
        client.sandboxes.upload("i", path="/data/file", file=tmp_path / "missing")
    error = caught.value
    assert isinstance(error, LocalFileError)
    assert error.filename == str(tmp_path / "missing")
    assert (error.errno, error.code) == (2, "local_file")
    assert "No such file or directory" in str(error)
    with pytest.raises(LocalFileError) as caught:
        client.sandboxes.upload("i", path="/data/file", file=tmp_path)
    assert isinstance(caught.value, OSError)
    assert server.requests == []


class Failure(Exception):
    pass


@pytest.mark.parametrize("after", [0, 1, 50])
def test_an_exception_of_the_source_comes_back_as_it_is(client: SandboxSDK, server: Recorder, after: int) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(after):
            yield LARGE
        raise Failure("of the source")

    with pytest.raises(Failure, match="of the source") as caught:
        client.sandboxes.upload("i", path="/data/file", file=chunks())
    assert caught.traceback[-1].name == "chunks"
    assert upload(client, server, b"fine afterwards")[2] == b"fine afterwards"


def test_an_upload_takes_constant_memory(server: Recorder) -> None:
    program = """
import resource, sys
from sandbox_sdk import SandboxSDK

chunk = b"x" * 2**16
client = SandboxSDK(api_key="k", base_url=sys.argv[1], max_retries=0)
client.sandboxes.upload("i", path="/f", file=(chunk for _ in range(16)))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
client.sandboxes.upload("i", path="/f", file=(chunk for _ in range(1024)))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
    done = subprocess.run([sys.executable, "-c", program, server.url], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 4096, "KiB more for 64 MiB"


@pytest.mark.parametrize(
    ("file", "names"),
    [(omit, ["path"]), ({}, ["path"]), ({"a": 1, "b": {"c": True}}, ["path", "file[a]", "file[b][c]"])],
)
def test_without_a_file_only_fields_are_sent(client, server: Recorder, file: object, names: list[str]) -> None:
    client.sandboxes.upload("i", path="/data/file", file=file)
    assert [name.decode() for name in re.findall(rb'form-data; name="([^"]*)"', server.request.body)] == names
    assert b"filename" not in server.request.body
