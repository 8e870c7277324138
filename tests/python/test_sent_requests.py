"""What was sent and the way it took, as answers and errors tell it."""

from __future__ import annotations

import asyncio
import copy
import io
import pickle
import socket
from typing import Any

import pytest
from recorder import Recorder
from sandbox_sdk import APIConnectionError, APIStatusError, AsyncSandboxSDK, NotFoundError, SandboxSDK
from sandbox_sdk._http import RequestNotRead

REDIRECT = {"Location": "/second", "X-Step": "one"}


def failure(call: Any) -> APIStatusError:
    with pytest.raises(APIStatusError) as caught:
        call()
    return caught.value


def test_an_error_has_the_request_as_it_was_sent(client: SandboxSDK, server: Recorder) -> None:
    server.answer({}, status=404)
    error = failure(lambda: client.sandboxes.execute("a", command="make"))
    request = error.request
    assert request.content == request.read() == server.request.body == b'{"command":"make"}'
    assert request is error.response.request
    sent = {name.lower(): value for name, value in server.request.headers}
    assert dict(request.headers) == {name: value for name, value in sent.items() if name != "accept-encoding"}
    assert error.response.elapsed.total_seconds() > 0
    assert error.response.http_version == "HTTP/1.1"
    assert error.response.history == []


def test_a_request_without_a_body_has_no_content(client: SandboxSDK, server: Recorder) -> None:
    server.answer({}, status=404)
    error = failure(client.sandboxes.list)
    assert error.request.content == b""
    assert "content-length" not in error.request.headers
    server.answer({}, status=404)
    error = failure(lambda: client.post("/x", cast_to=object))
    assert (error.request.content, error.request.headers["content-length"]) == (b"", "0")


def test_a_stream_of_bytes_is_not_kept(client: SandboxSDK, server: Recorder) -> None:
    for file in (b"abc", io.BytesIO(b"abc")):
        server.answer({}, status=404)
        error = failure(lambda file=file: client.sandboxes.upload("a", path="/x", file=file))
        with pytest.raises(RequestNotRead):
            _ = error.request.content
    server.answer({}, status=404)
    error = failure(lambda: client.post("/x", cast_to=object, content=iter([b"a", b"b"])))
    with pytest.raises(RequestNotRead):
        _ = error.request.content


def test_bytes_of_ones_own_are_kept_without_a_copy(client: SandboxSDK, server: Recorder) -> None:
    content = b"mine" * 100
    server.answer({}, status=404)
    assert failure(lambda: client.post("/x", cast_to=object, content=content)).request.content is content
    server.answer({})
    response = client.sandboxes.with_raw_response.create(name="n")
    assert response.http_request.content == b'{"name":"n"}'


async def _in_a_loop(url: str, content: bytes) -> list[Any]:
    async with AsyncSandboxSDK(api_key="test-key", base_url=url, max_retries=0) as client:
        found = []
        try:
            await client.post("/x", cast_to=object, content=content)
        except NotFoundError as error:
            found.append(error.request.content)
        try:
            await client.sandboxes.execute("a", command="make")
        except NotFoundError as error:
            found.append(error.request.content)
        response = await client.sandboxes.with_raw_response.create(name="n")
        found.append(response.http_request.content)
        async with client.sandboxes.with_streaming_response.create(name="s") as streamed:
            found.append(streamed.http_request.content)
        return found


def test_coroutines_see_the_same(server: Recorder) -> None:
    for _ in range(2):
        server.answer({}, status=404)
    for _ in range(2):
        server.answer({})
    found = asyncio.run(_in_a_loop(server.url, b"mine"))
    assert found == [b"mine", b'{"command":"make"}', b'{"name":"n"}', b'{"name":"s"}']


def test_the_answer_of_a_stream_keeps_what_was_sent(client: SandboxSDK, server: Recorder) -> None:
    server.answer({}, status=307, headers=REDIRECT)
    server.answer({"id": "a"})
    with client.sandboxes.with_streaming_response.create(name="n") as response:
        assert response.http_request.content == b'{"name":"n"}'
        assert [earlier.request.content for earlier in response.http_response.history] == [b'{"name":"n"}']
        response.read()
    assert response.http_request.content == b'{"name":"n"}'


def test_an_answer_has_the_redirects_that_led_to_it(client: SandboxSDK, server: Recorder) -> None:
    server.answer({"n": 1}, status=307, headers=REDIRECT)
    server.answer({}, status=303, headers={"Location": "/third"})
    server.answer({}, status=404)
    error = failure(lambda: client.sandboxes.create(name="n"))
    first, second = error.response.history
    assert (first.status_code, first.json(), first.headers["x-step"]) == (307, {"n": 1}, "one")
    assert (first.url.path, second.url.path, error.response.url.path) == ("/v1/sandboxes/create", "/second", "/third")
    assert (first.history, second.history) == ([], [first])
    assert [item.request.content for item in (first, second, error.response)] == [b'{"name":"n"}'] * 2 + [b""]
    assert [item.request.method for item in (first, second, error.response)] == ["POST", "POST", "GET"]


def test_what_is_kept_of_an_answer_outlives_it(client: SandboxSDK, server: Recorder) -> None:
    server.answer({"n": 1}, status=307, headers=REDIRECT)
    server.answer({})
    (first,) = client.sandboxes.with_raw_response.create(name="n").http_response.history
    client.close()
    assert (first.request.content, first.json()) == (b'{"name":"n"}', {"n": 1})


def test_an_error_of_the_connection_has_the_request_of_the_call(client: SandboxSDK, server: Recorder) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        server.answer({}, status=303, headers={"Location": f"http://127.0.0.1:{unused.getsockname()[1]}/"})
        with pytest.raises(APIConnectionError) as caught:
            client.sandboxes.create(name="n")
    request = caught.value.request
    assert (request.method, request.url.path, request.content) == ("POST", "/v1/sandboxes/create", b'{"name":"n"}')
    assert request.headers["x-api-key"] == "test-key"


def test_no_key_is_pickled(client: SandboxSDK, server: Recorder) -> None:
    server.answer({}, status=404)
    error = failure(lambda: client.sandboxes.execute("a", command="make", extra_headers={"Cookie": "secret-cookie"}))
    assert error.request.headers["x-api-key"] == "test-key"
    pickled = pickle.dumps(error)
    assert b"test-key" not in pickled
    assert b"secret-cookie" not in pickled
    again = pickle.loads(pickled)
    assert (again.request.method, again.request.content) == ("POST", b'{"command":"make"}')
    assert again.request.headers["x-stainless-lang"] == "python"
    assert again.response.elapsed == error.response.elapsed


def test_what_a_subclass_authenticates_by_is_neither_pickled_nor_shown(server: Recorder) -> None:
    class Proving(SandboxSDK):
        @property
        def auth_headers(self) -> dict[str, str]:
            return {"X-Token": "token-of-its-own"}

    server.answer({}, status=307, headers=REDIRECT)
    server.answer({}, status=404)
    with Proving(api_key="test-key", base_url=server.url) as client:
        error = failure(lambda: client.sandboxes.create(name="n"))
    first = error.response.history[0].request
    requests = [error.request, first, copy.copy(error.request), copy.deepcopy(first)]
    for request in requests:
        assert request.headers["x-token"] == "token-of-its-own"
        assert request.headers.copy().without_secrets()["x-token"] == "[secure]"
        for shown in (repr(request.headers), repr(request.headers.copy()), repr(pickle.loads(pickle.dumps(request)))):
            assert "token-of-its-own" not in shown
    for pickled in (error, error.response, *requests, error.request.headers.without_secrets()):
        assert b"token-of-its-own" not in pickle.dumps(pickled)


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy])
def test_a_copy_of_a_request_is_the_same_request(client: SandboxSDK, server: Recorder, copied: Any) -> None:
    server.answer({}, status=404)
    request = failure(lambda: client.sandboxes.create(name="n")).request
    again = copied(request)
    assert again.headers == request.headers and again.headers["x-api-key"] == "test-key"
    assert (again.method, again.url, again.content) == (request.method, request.url, request.content)
    assert again.extensions == {}
    copied(again).headers["x-api-key"] = "other"
    assert request.headers["x-api-key"] == "test-key" or copied is copy.copy


def test_deep_copies_of_errors_and_answers_keep_the_key(client: SandboxSDK, server: Recorder) -> None:
    server.answer({}, status=307, headers=REDIRECT)
    server.answer({}, status=404)
    error = copy.deepcopy(failure(lambda: client.sandboxes.create(name="n")))
    requests = [error.request, error.response.request, error.response.history[0].request]
    assert [request.headers["x-api-key"] for request in requests] == ["test-key"] * 3
