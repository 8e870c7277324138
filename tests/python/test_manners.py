"""The package has the manners that Python programs expect: help, signals, processes, the interpreter's end."""

from __future__ import annotations

import inspect
import multiprocessing
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest
import sandbox_sdk
from recorder import Recorder
from sandbox_sdk import APIConnectionError, NotFoundError, SandboxSDK
from sandbox_sdk.resources import AsyncSandboxesResource, AsyncVolumesResource, SandboxesResource, VolumesResource
from sandbox_sdk.types import Sandbox
from wheels import SUBINTERPRETERS

ROOT = Path(__file__).resolve().parents[2]
OPERATIONS = ("create", "list", "delete", "delete_all", "execute", "upload", "download", "create_snapshot")


@pytest.fixture
def stalling() -> Iterator[str]:
    """The URL of a server that begins an answer and then says nothing more, which it does for each connection."""
    listener = socket.create_server(("127.0.0.1", 0))
    connections: list[socket.socket] = []

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            connections.append(connection)
            connection.recv(65536)
            connection.sendall(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: 100\r\n\r\nbegun"
            )

    thread = threading.Thread(target=serve)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    for connection in connections:
        connection.close()
    thread.join()


def interrupt_soon() -> float:
    """Sends this process a Ctrl-C in 0.2 s; tells when that will be."""
    threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
    return time.monotonic() + 0.2


def test_ctrl_c_ends_the_read_of_a_stream(stalling: str, server: Recorder) -> None:
    with SandboxSDK(api_key="k", base_url=stalling, max_retries=0) as client:
        pieces = []
        with client.sandboxes.with_streaming_response.download("a", path="/b") as response:
            sent = interrupt_soon()
            with pytest.raises(KeyboardInterrupt):
                pieces.extend(response.iter_bytes())
            assert time.monotonic() - sent < 1
        assert pieces == [b"begun"]
        assert client.with_options(base_url=server.url).sandboxes.list() is not None


def test_ctrl_c_ends_the_way_to_a_file(stalling: str, server: Recorder, tmp_path: Path) -> None:
    with SandboxSDK(api_key="k", base_url=stalling, max_retries=0) as client:
        with client.sandboxes.with_streaming_response.download("a", path="/b") as response:
            sent = interrupt_soon()
            with pytest.raises(KeyboardInterrupt):
                response.stream_to_file(tmp_path / "file")
            assert time.monotonic() - sent < 1
        assert (tmp_path / "file").read_bytes() == b"begun"
        assert client.with_options(base_url=server.url).sandboxes.list() is not None


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names")
def test_ctrl_c_ends_the_way_into_a_pipe_that_is_full(server: Recorder, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    server.answer(body=bytes(1 << 20))
    rescue = threading.Timer(3, os.close, [reader])  # an error of the writer, should Ctrl-C not help
    rescue.start()
    try:
        with (
            SandboxSDK(api_key="k", base_url=server.url) as client,
            client.sandboxes.with_streaming_response.download("a", path="/b") as response,
        ):
            sent = interrupt_soon()
            with pytest.raises(KeyboardInterrupt):
                response.stream_to_file(tmp_path / "pipe")
            assert time.monotonic() - sent < 1
    finally:
        rescue.cancel()
        rescue.join()
    os.close(reader)


def test_ctrl_c_ends_an_upload_that_is_not_answered(stalling: str, server: Recorder) -> None:
    with SandboxSDK(api_key="k", base_url=stalling, max_retries=0) as client:
        sent = interrupt_soon()
        with pytest.raises(KeyboardInterrupt):
            client.sandboxes.upload("a", path="/b", file=iter([b"c"] * 3))
        assert time.monotonic() - sent < 1
        assert client.with_options(base_url=server.url).sandboxes.list() is not None


def in_a_worker(url: str, key: str) -> tuple[object, Exception]:
    """What a worker process sends back: a model, and an error."""
    with SandboxSDK(api_key=key, base_url=url, max_retries=0) as client:
        page = client.sandboxes.list()
        try:
            client.sandboxes.delete("missing")
        except NotFoundError as error:
            return page, error
    raise AssertionError("nothing was raised")


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_workers_have_clients_of_their_own_and_send_back_models_and_errors(method: str) -> None:
    with sandbox_sdk.local() as client:
        client.sandboxes.list()
        context = multiprocessing.get_context(method)
        with ProcessPoolExecutor(1, mp_context=context) as pool:
            page, error = pool.submit(in_a_worker, str(client.base_url), client.api_key).result(timeout=60)
        assert page == client.sandboxes.list()
        assert isinstance(error, NotFoundError)
        assert (error.status_code, error.code) == (404, "not_found")


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_used_client_says_in_a_forked_child_that_it_is_the_parents(client: SandboxSDK) -> None:
    client.sandboxes.list()
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            client.sandboxes.list()
        except APIConnectionError as error:
            os.write(writer, f"{error.detail}|{error.__cause__}".encode())
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as said:
        detail, _, cause = said.read().partition("|")
    assert detail == cause
    assert "belongs to the process that this one was forked from" in detail
    assert "make a client in the child" in detail
    assert os.waitpid(child, 0)[1] == 0
    assert client.sandboxes.list() is not None


def test_a_client_works_while_the_interpreter_ends(run_python, server: Recorder) -> None:
    program = """
import atexit, sys
from sandbox_sdk import SandboxSDK
client = SandboxSDK(api_key="k", base_url=sys.argv[1])
atexit.register(lambda: print("at exit", client.sandboxes.list() is not None))
class Late:
    def __init__(self, client):
        self.client = client
    def __del__(self):
        try:
            print("later", self.client.sandboxes.list() is not None)
        except Exception as error:
            print("later", type(error).__name__)
late = Late(client)
"""
    result = run_python(program, server.url)
    assert result.returncode == 0
    assert result.stderr == ""
    assert [line.split()[0] for line in result.stdout.splitlines()] == ["at", "later"]
    assert result.stdout.startswith("at exit True\n")


def test_the_quickstart_warns_of_nothing(run_python) -> None:
    program = "import runpy, sys; runpy.run_path(sys.argv[1], run_name='__main__')"
    result = run_python(program, str(ROOT / "examples/python/quickstart.py"))
    assert (result.returncode, result.stderr) == (0, "")
    assert "deleted" in result.stdout


@pytest.mark.parametrize("kind", [SandboxesResource, AsyncSandboxesResource, VolumesResource, AsyncVolumesResource])
def test_help_and_completion_know_every_argument(kind: type) -> None:
    operations = [name for name in OPERATIONS if hasattr(kind, name)]
    assert len(operations) >= 4
    for name in operations:
        method = getattr(kind, name)
        documentation = inspect.getdoc(method) or ""
        for parameter in list(inspect.signature(method).parameters.values())[1:]:
            assert f"{parameter.name}: " in documentation, f"{kind.__name__}.{name} does not tell of {parameter.name}"
            if parameter.name != "id":
                assert parameter.kind is inspect.Parameter.KEYWORD_ONLY


def test_completion_knows_the_fields_of_models_and_the_names_of_clients() -> None:
    sandbox = Sandbox.construct(id="a", something="new")
    assert {"id", "name", "status", "to_dict", "model_dump"} <= set(dir(sandbox))
    assert Sandbox.__annotations__["name"] == "str"
    client = SandboxSDK(api_key="k")
    assert {"sandboxes", "volumes", "with_options", "get", "with_raw_response"} <= set(dir(client))
    assert {"create", "execute", "upload", "with_streaming_response"} <= set(dir(client.sandboxes))


def test_a_client_is_not_pickled(client: SandboxSDK) -> None:
    import pickle

    with pytest.raises(TypeError, match="cannot pickle"):
        pickle.dumps(client)


def test_a_subinterpreter_is_refused_and_never_breaks_the_main_one(run_python) -> None:
    result = run_python(SUBINTERPRETERS)
    assert (result.returncode, result.stdout, result.stderr) == (0, "k\n", "")
