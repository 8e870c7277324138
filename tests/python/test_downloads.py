"""Downloads into memory and to where they are wanted."""

from __future__ import annotations

import io
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
import strict
from recorder import Recorder
from sandbox_sdk import APIConnectionError, LocalFileError, NotFoundError, SandboxSDK

CONTENT = bytes(range(256)) * 1000


@pytest.fixture
def file(server: Recorder) -> Recorder:
    """The server, which answers with a file."""
    server.answer(body=CONTENT, headers={"Content-Type": "application/octet-stream", "X-One": "1"})
    return server


def test_a_download_in_memory(client: SandboxSDK, file: Recorder, tmp_path: Path) -> None:
    answer = client.sandboxes.download("i", path="/a b")
    assert file.request.query == {"path": ["/a b"]}
    assert file.request.header("Accept") == "application/octet-stream"
    assert answer.read() == answer.content == CONTENT
    assert b"".join(answer.iter_bytes()) == CONTENT
    pieces = list(answer.iter_bytes(1000))
    assert b"".join(pieces) == CONTENT
    assert {len(piece) for piece in pieces} == {1000}
    answer.write_to_file(tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == CONTENT
    assert answer.num_bytes_downloaded == len(CONTENT)


def test_what_an_answer_tells(client: SandboxSDK, file: Recorder) -> None:
    answer = client.sandboxes.download("i", path="/a")
    assert answer.status_code == 200
    assert answer.headers["x-one"] == "1"
    assert (answer.method, answer.url) == ("GET", f"{file.url}/v1/sandboxes/i/download?path=%2Fa")
    assert answer.http_request.url == answer.url
    assert answer.retries_taken == 0
    assert timedelta() < answer.elapsed < timedelta(seconds=5)
    assert repr(answer) == "<BinaryAPIResponse [200 OK] type=<class 'bytes'>>"


def test_text_and_json(client: SandboxSDK, server: Recorder) -> None:
    server.answer(body='{"a": "ü"}'.encode("latin-1"), headers={"Content-Type": "text/plain; charset=latin-1"})
    assert client.sandboxes.download("i", path="/a").text() == '{"a": "ü"}'
    server.answer(body='{"a": "ü"}'.encode())
    assert client.sandboxes.download("i", path="/a").json() == {"a": "ü"}
    server.answer(body=b"")
    assert list(client.sandboxes.download("i", path="/a").iter_bytes()) == []


@pytest.mark.parametrize("kind", [str, Path])
def test_a_download_to_a_path(client: SandboxSDK, file: Recorder, tmp_path: Path, kind: type) -> None:
    target = tmp_path / "näme"
    target.write_bytes(b"old")
    answer = client.sandboxes.download("i", path="/a", into=kind(target))
    assert target.read_bytes() == CONTENT
    assert answer.content == b""
    assert answer.num_bytes_downloaded == len(CONTENT)
    assert [path.name for path in tmp_path.iterdir()] == ["näme"]


def test_a_download_to_a_file_and_a_callable(client: SandboxSDK, file: Recorder, tmp_path: Path) -> None:
    memory = io.BytesIO()
    client.sandboxes.download("i", path="/a", into=memory)
    assert memory.getvalue() == CONTENT
    with (tmp_path / "file").open("wb", buffering=0) as raw:
        client.sandboxes.download("i", path="/a", into=raw)
    assert (tmp_path / "file").read_bytes() == CONTENT
    pieces: list[bytes] = []
    client.sandboxes.download("i", path="/a", into=pieces.append)
    assert b"".join(pieces) == CONTENT
    assert len(pieces) > 1


def test_a_raw_file_that_takes_little_at_a_time_gets_everything(client: SandboxSDK, file: Recorder) -> None:
    class Slow(io.RawIOBase):
        taken = b""

        def writable(self) -> bool:
            return True

        def write(self, data: bytes) -> int:
            part = bytes(data[:1000])
            self.taken += part
            return len(part)

    slow = Slow()
    client.sandboxes.download("i", path="/a", into=slow)
    assert slow.taken == CONTENT


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"json": {}, "status": 404}, NotFoundError),
        ({"body": CONTENT, "length": len(CONTENT) + 5}, APIConnectionError),
    ],
)
def test_a_download_that_fails_leaves_the_file_as_it_was(
    client, server: Recorder, tmp_path: Path, answer, error
) -> None:
    target = tmp_path / "file"
    target.write_bytes(b"old")
    server.answer(**answer)
    with pytest.raises(error):
        client.sandboxes.download("i", path="/a", into=target)
    with pytest.raises(error):
        client.sandboxes.download("i", path="/a", into=tmp_path / "new")
    assert target.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_an_unwritable_path_is_the_error_of_opening_it(client: SandboxSDK, file: Recorder, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as caught:
        client.sandboxes.download("i", path="/a", into=tmp_path / "missing" / "file")
    assert isinstance(caught.value, LocalFileError)
    assert caught.value.filename == str(tmp_path / "missing" / "file")
    with pytest.raises(IsADirectoryError):
        client.sandboxes.download("i", path="/a", into=tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("into", "error", "words"),
    [
        (5, TypeError, "`into` must be a path.*not int"),
        (io.StringIO(), TypeError, "text mode"),
        ("nul\0", ValueError, "`into` holds a NUL"),
    ],
)
def test_what_cannot_be_written_to_is_refused(client, server: Recorder, into: object, error: type, words: str) -> None:
    with pytest.raises(error, match=words):
        client.sandboxes.download("i", path="/a", into=into)
    assert server.requests == []


def test_an_exception_of_the_place_comes_back_as_it_is(client: SandboxSDK, file: Recorder) -> None:
    def full(data: bytes) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left") as caught:
        client.sandboxes.download("i", path="/a", into=full)
    assert caught.traceback[-1].name == "full"
    assert client.sandboxes.download("i", path="/a").content == CONTENT


def test_a_path_in_the_sandbox_is_sent_whole(client: SandboxSDK, server: Recorder) -> None:
    client.sandboxes.download("i", path="a\0b")
    assert server.request.query == {"path": ["a\0b"]}


def test_a_download_to_a_path_takes_constant_memory(server: Recorder, tmp_path: Path) -> None:
    program = """
import resource, sys
from sandbox_sdk import SandboxSDK

client = SandboxSDK(api_key="k", base_url=sys.argv[1])
client.sandboxes.download("i", path="/a", into=sys.argv[2])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
client.sandboxes.download("i", path="/a", into=sys.argv[2])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
    server.answer(body=CONTENT)
    server.answer(body=CONTENT * 128)
    arguments = [*strict.PYTHON, "-c", program, server.url, str(tmp_path / "file")]
    done = subprocess.run(arguments, capture_output=True, text=True, check=True)
    assert int(done.stdout) < 2048, "KiB more for 31 MiB"
    assert (tmp_path / "file").stat().st_size == len(CONTENT) * 128
