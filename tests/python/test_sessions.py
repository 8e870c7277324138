"""Sessions, against a real server, and against one that fails as servers fail."""

from __future__ import annotations

import gc
import io
import os
import pickle
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sandbox_sdk
from recorder import Recorder
from sandbox_sdk import (
    APIConnectionError,
    APITimeoutError,
    ArchiveError,
    CommandFailedError,
    InternalServerError,
    InvalidArgumentError,
    LocalFileError,
    NotFoundError,
    SandboxFailedError,
    SandboxSDK,
    SandboxSDKError,
    Session,
)

EVERY_BYTE = bytes(range(256))
EXECUTION = {"id": "exec-1", "exit_code": 0, "status": "completed", "stdout": "out", "stderr": ""}


@pytest.fixture(scope="module")
def real() -> Iterator[SandboxSDK]:
    with sandbox_sdk.local() as client:
        yield client


@pytest.fixture(scope="module")
def session(real: SandboxSDK) -> Iterator[Session]:
    with real.sandboxes.session() as made:
        yield made


def names(client: SandboxSDK) -> list[str]:
    return [sandbox.name for sandbox in client.sandboxes.each()]


def of_recorder(client: SandboxSDK) -> Session:
    """A session on which nothing was sent yet."""
    return client.sandboxes.session(id="sbx-1")


# ---- the beginning and the end ----


def test_the_sandbox_is_deleted_at_the_end_of_the_block(real: SandboxSDK) -> None:
    with real.sandboxes.session(name_prefix="block-", env_vars={"GREETING": "grüß"}) as session:
        assert session.sandbox is not None
        assert session.sandbox.id == session.id
        assert session.sandbox.name.startswith("block-")
        assert session.run("echo $GREETING").stdout == "grüß\n"
        assert session.sandbox.name in names(real)
        assert session.id in repr(session)
    assert not [name for name in names(real) if name.startswith("block-")]
    session.close()
    with pytest.raises(APIConnectionError, match="The session was closed") as caught:
        session.run("true")
    assert caught.value.code == "closed"
    for use in (
        lambda: session.read("/x"),
        lambda: session.write("/x", b""),
        lambda: session.stream("true"),
        lambda: session.upload("/tmp", "/x"),
        lambda: session.download("/x", "/tmp/x"),
    ):
        with pytest.raises(APIConnectionError, match="closed"):
            use()


def test_an_exception_in_the_block_deletes_it_too(real: SandboxSDK) -> None:
    with pytest.raises(KeyError), real.sandboxes.session(name="raised"):
        raise KeyError
    assert "raised" not in names(real)


def test_what_is_kept_stays(real: SandboxSDK) -> None:
    with real.sandboxes.session(name="kept", keep=True) as session:
        pass
    assert "kept" in names(real)
    with real.sandboxes.session(id=session.id) as adopted:
        assert adopted.id == session.id
        assert adopted.sandbox is None
        assert adopted.run("echo still there").stdout == "still there\n"
    assert "kept" in names(real)
    with real.sandboxes.session(id=session.id, keep=False) as adopted:
        adopted.keep()
        adopted.keep(False)
    assert "kept" not in names(real)


def test_a_dropped_session_is_deleted(real: SandboxSDK) -> None:
    session = real.sandboxes.session(name="dropped")
    assert "dropped" in names(real)
    del session
    gc.collect()
    assert "dropped" not in names(real)


def test_a_session_outlives_its_client() -> None:
    client = sandbox_sdk.local()
    session = client.sandboxes.session()
    del client
    gc.collect()
    assert session.run("echo here").stdout == "here\n"
    session.close()


def test_a_closed_client_ends_it() -> None:
    client = sandbox_sdk.local()
    session = client.sandboxes.session()
    client.close()
    with pytest.raises(APIConnectionError, match="closed"):
        session.run("true")
    with pytest.raises(APIConnectionError, match="closed"):
        client.sandboxes.session()


def test_a_sandbox_that_fails_is_deleted(server: Recorder, client: SandboxSDK) -> None:
    server.answer({"id": "sbx-1", "status": "Failed"})
    server.answer({})
    with pytest.raises(SandboxFailedError, match="sbx-1 is Failed before it was ready"):
        client.sandboxes.session()
    assert [request.path.rsplit("/", 1)[-1] for request in server.requests] == ["create", "delete"]


def test_a_sandbox_that_is_never_ready_is_deleted(server: Recorder, client: SandboxSDK) -> None:
    server.answer({"id": "sbx-1", "status": "pending"})
    server.last.json = {"data": [{"id": "sbx-1", "status": "pending"}], "pagination": {"page": 1}}
    began = time.monotonic()
    with pytest.raises(APITimeoutError):
        client.sandboxes.session(ready_timeout=0.3)
    assert time.monotonic() - began < 3
    assert server.requests[-1].path.endswith("/delete")


def test_arguments_are_sent_as_they_are_given(server: Recorder, client: SandboxSDK) -> None:
    server.answer({"id": "sbx-1", "status": "running"})
    session = client.sandboxes.session(image="small", name="exact", resources={"cpus": 2, "unknown": [1.5]}, keep=True)
    assert server.request.json == {"image": "small", "name": "exact", "resources": {"cpus": 2, "unknown": [1.5]}}
    session.close()
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"id": ""}, InvalidArgumentError),
        ({"id": "a\0b"}, InvalidArgumentError),
        ({"ready_timeout": "soon"}, TypeError),
        ({"ready_timeout": -1}, ValueError),
        ({"name_prefix": 7}, TypeError),
        ({"env_vars": {1: object()}}, TypeError),
        ({"unknown": 1}, TypeError),
    ],
)
def test_wrong_arguments(client: SandboxSDK, server: Recorder, given: dict[str, object], problem: type) -> None:
    with pytest.raises(problem):
        client.sandboxes.session(**given)  # type: ignore[arg-type]
    assert not server.requests


# ---- commands ----


def test_how_a_command_is_run(server: Recorder, client: SandboxSDK) -> None:
    server.last.json = EXECUTION
    result = of_recorder(client).run('make "x"', env={"A": "1", "Ü": "ä"}, working_dir="/data", api_timeout=7)
    assert result.stdout == "out"
    assert server.request.json == {
        "command": 'make "x"',
        "env": {"A": "1", "Ü": "ä"},
        "timeout": 7,
        "working_dir": "/data",
    }


def test_another_exit_code_is_a_result_unless_it_is_checked(session: Session) -> None:
    assert session.run("exit 3").exit_code == 3
    with pytest.raises(CommandFailedError, match="exit code 3") as caught:
        session.run("echo out; echo no such file >&2; exit 3", check=True)
    error = caught.value
    assert error.code == "command_failed"
    assert error.result.exit_code == 3
    assert error.result.stdout == "out\n"
    assert error.detail == "no such file\n"
    assert not error.retryable
    assert pickle.loads(pickle.dumps(error)).result == error.result
    assert session.run("true", check=True).exit_code == 0


@pytest.mark.parametrize("exit_code", [2**64 - 1, 10**20, -(10**20)])
def test_an_exit_code_of_any_size_is_no_success(client: SandboxSDK, server: Recorder, exit_code: int) -> None:
    server.answer(EXECUTION | {"exit_code": exit_code})
    with pytest.raises(CommandFailedError, match=f"exit code {exit_code}$") as caught:
        of_recorder(client).run("true", check=True)
    assert caught.value.result.exit_code == exit_code


def test_a_command_may_run_longer_than_it_may(session: Session) -> None:
    with pytest.raises(CommandFailedError, match="timeout"):
        session.run("sleep 5", api_timeout=1, check=True)


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"command": None}, TypeError),
        ({"command": "a\0b"}, InvalidArgumentError),
        ({"command": "true", "env": {"A": 1}}, TypeError),
        ({"command": "true", "env": [("A", "1")]}, (TypeError, AttributeError)),
        ({"command": "true", "api_timeout": 1.5}, TypeError),
        ({"command": "true", "api_timeout": -1}, ValueError),
        ({"command": "true", "working_dir": 5}, TypeError),
        ({"command": "true", "timeout": "soon"}, TypeError),
    ],
)
def test_wrong_commands(client: SandboxSDK, server: Recorder, given: dict[str, object], problem: type) -> None:
    session = of_recorder(client)
    for call in (session.run, session.stream):
        with pytest.raises(problem):
            call(**given)  # type: ignore[operator]
    assert not server.requests


def test_output_comes_while_it_is_written(session: Session) -> None:
    stream = session.stream("echo first; until [ -e /tmp/go ]; do sleep 0.02; done; echo second >&2; exit 4")
    events = []
    for event in stream:
        events.append(event)
        if event.text == "first\n":
            assert stream.result is None
            session.write("/tmp/go", b"")
    assert [event.type for event in events if event.type != "heartbeat"] == ["started", "stdout", "stderr", "result"]
    assert [event.stream for event in events if event.text] == ["stdout", "stderr"]
    assert events[-1].exit_code == 4
    assert events[0].exit_code is None
    assert stream.result is events[-1].result
    assert stream.result.stdout == "first\n"
    assert list(stream) == []
    assert "first" in repr(events[1])
    assert "exit_code=4" in repr(events[-1])


def test_a_character_may_come_in_two_events(session: Session) -> None:
    command = r"printf 'a\303'; sleep 0.3; printf '\244b'; printf '\377'"
    output = [event for event in session.stream(command) if event.stream]
    assert "".join(event.text for event in output) == "aäb\ufffd"
    assert b"".join(event.data for event in output) == b"a\xc3\xa4b\xff"


def test_a_closed_stream_ends_its_command(session: Session) -> None:
    with session.stream("echo begun; while :; do echo x >>/tmp/beats; sleep 0.02; done") as stream:
        assert next(event.text for event in stream if event.text) == "begun\n"
    assert list(stream) == []
    until = time.monotonic() + 10
    while session.run("before=$(wc -l </tmp/beats); sleep 0.3; [ $before = $(wc -l </tmp/beats) ]").exit_code:
        assert time.monotonic() < until


def test_a_server_that_does_not_stream_answers_all_the_same(server: Recorder, client: SandboxSDK) -> None:
    server.answer({**EXECUTION, "stderr": "err", "exit_code": 1})
    stream = of_recorder(client).stream("make")
    assert [(event.type, event.text) for event in stream] == [("stdout", "out"), ("stderr", "err"), ("result", "")]
    assert stream.result.exit_code == 1


def test_a_stream_that_is_cut(server: Recorder, client: SandboxSDK) -> None:
    server.answer(body=b'event: stdout\ndata: {"data": "half"}\n\n', headers={"Content-Type": "text/event-stream"})
    stream = of_recorder(client).stream("make")
    assert next(stream).text == "half"
    with pytest.raises(APIConnectionError) as caught:
        next(stream)
    assert caught.value.outcome_unknown


# ---- files ----


def test_files_of_every_kind(session: Session, tmp_path: Path) -> None:
    (tmp_path / "local").write_bytes(EVERY_BYTE)
    for data in (
        EVERY_BYTE,
        bytearray(EVERY_BYTE),
        memoryview(EVERY_BYTE),
        tmp_path / "local",
        io.BytesIO(EVERY_BYTE),
        iter([EVERY_BYTE[:100], b"", EVERY_BYTE[100:]]),
    ):
        session.write("/tmp/file", data)
        assert session.read("/tmp/file") == EVERY_BYTE
    session.write("/tmp/text", "grüß")
    assert session.read("/tmp/text").decode() == "grüß"
    session.write("/tmp/empty", b"")
    assert session.read("/tmp/empty") == b""
    pieces: list[bytes] = []
    assert session.read("/tmp/file", into=pieces.append) is None
    assert b"".join(pieces) == EVERY_BYTE
    session.read("/tmp/file", into=tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == EVERY_BYTE


def test_files_that_are_not_there(session: Session, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        session.read("/tmp/nowhere")
    with pytest.raises(FileNotFoundError) as caught:
        session.write("/tmp/x", tmp_path / "nowhere")
    assert isinstance(caught.value, LocalFileError)
    with pytest.raises(FileNotFoundError) as caught:
        session.upload(tmp_path / "nowhere", "/tmp/x")
    assert caught.value.filename == str(tmp_path / "nowhere")
    with pytest.raises(TypeError, match="file"):
        session.write("/tmp/x", 5)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="text mode"):
        session.write("/tmp/x", io.StringIO("text"))  # type: ignore[arg-type]


def test_what_a_source_raises_is_raised(session: Session) -> None:
    def chunks() -> Iterator[bytes]:
        yield b"half"
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        session.write("/tmp/x", chunks())


def tree(path: Path) -> Path:
    (path / "sub" / "empty").mkdir(parents=True)
    (path / "sub" / "every byte").write_bytes(EVERY_BYTE)
    (path / "grüß").write_text("hello")
    (path / "run").write_text("#!/bin/sh\n")
    (path / "run").chmod(0o755)
    (path / "link").symlink_to("sub/every byte")
    return path


def test_directories_both_ways(session: Session, tmp_path: Path) -> None:
    local = tree(tmp_path / "local")
    os.mkfifo(local / "pipe")
    skipped: list[tuple[str, str]] = []
    session.upload(local, "/tmp/there", skipped=lambda path, reason: skipped.append((path, reason)))
    assert skipped == [("pipe", "it is a pipe")]
    assert session.run("cat /tmp/there/grüß; ls /tmp/there").stdout == "hellogrüß\nlink\nrun\nsub\n"
    session.download("/tmp/there", tmp_path / "back")
    assert (tmp_path / "back" / "link").readlink() == Path("sub/every byte")
    assert (tmp_path / "back" / "link").read_bytes() == EVERY_BYTE
    assert (tmp_path / "back" / "sub" / "empty").is_dir()
    assert os.access(tmp_path / "back" / "run", os.X_OK)
    assert session.run("ls -A /tmp | grep -c sandbox-sdk").stdout == "0\n"


def test_single_files_both_ways(session: Session, tmp_path: Path) -> None:
    (tmp_path / "local").write_bytes(EVERY_BYTE)
    session.upload(tmp_path / "local", "/tmp/single")
    session.download("/tmp/single", str(tmp_path / "back"))
    session.download("/tmp/single", tmp_path / "again", directory=False)
    assert (tmp_path / "back").read_bytes() == (tmp_path / "again").read_bytes() == EVERY_BYTE


def test_limits_of_directories(session: Session, tmp_path: Path) -> None:
    session.upload(tree(tmp_path / "local"), "/tmp/limited")
    for limits in ({"max_entries": 2}, {"max_bytes": 10}):
        with pytest.raises(ArchiveError, match="more than"):
            session.download("/tmp/limited", tmp_path / "back", **limits)
        assert not (tmp_path / "back").exists()
    with pytest.raises(ArchiveError, match="There is no directory"):
        session.download("/tmp/nowhere", tmp_path / "back", directory=True)
    with pytest.raises(ValueError, match="max_entries"):
        session.download("/tmp/limited", tmp_path / "back", max_entries=-1)
    with pytest.raises(InvalidArgumentError, match="remote"):
        session.upload(tmp_path, "")


def test_what_the_callables_raise_is_raised(session: Session, tmp_path: Path) -> None:
    local = tree(tmp_path / "local")
    os.mkfifo(local / "pipe")

    def fail(*_: object) -> None:
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        session.upload(local, "/tmp/raised", skipped=fail)
    with pytest.raises(KeyError, match="mine"):
        session.upload(local, "/tmp/raised", progress=fail)
    assert session.run("ls -A /tmp | grep -c sandbox-sdk").stdout == "0\n"


# ---- and what goes wrong ----


def test_a_close_that_failed_is_tried_again(server: Recorder, client: SandboxSDK) -> None:
    session = client.sandboxes.session(id="sbx-1", keep=False)
    server.answer({}, status=500)
    server.answer({})
    with pytest.raises(InternalServerError):
        session.close()
    session.close()
    session.close()
    assert len(server.requests) == 2


def test_a_sandbox_that_is_gone_is_closed(server: Recorder, client: SandboxSDK) -> None:
    session = client.sandboxes.session(id="sbx-1", keep=False)
    server.answer({}, status=404)
    session.close()
    assert len(server.requests) == 1


def test_the_deadline_ends_a_call(server: Recorder, client: SandboxSDK) -> None:
    server.answer(EXECUTION, delay=5)
    began = time.monotonic()
    with pytest.raises(APITimeoutError):
        of_recorder(client).run("true", deadline=0.2)
    assert time.monotonic() - began < 2


def test_many_threads_use_one_session(session: Session) -> None:
    outputs: dict[int, str] = {}

    def run(number: int) -> None:
        outputs[number] = session.run(f"echo {number}").stdout

    threads = [threading.Thread(target=run, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outputs == {number: f"{number}\n" for number in range(8)}


def test_own_auth_headers_go_along(server: Recorder) -> None:
    class Mine(SandboxSDK):
        @property
        def auth_headers(self) -> dict[str, str]:  # type: ignore[override]
            return {"Authorization": "Bearer token"}

    server.last.json = {**EXECUTION, "id": "sbx-1", "status": "running"}
    with Mine(api_key="k", base_url=server.url) as client, client.sandboxes.session() as session:
        session.run("true")
    assert {request.header("Authorization") for request in server.requests} == {"Bearer token"}
    assert len(server.requests) == 3


def test_errors_are_of_the_package() -> None:
    assert issubclass(CommandFailedError, SandboxSDKError)
    assert Session.__module__ == "sandbox_sdk"
