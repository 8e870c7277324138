"""The exceptions: which is raised, and what it tells."""

from __future__ import annotations

import copy
import pickle
import socket

import pytest
import sandbox_sdk
from recorder import Recorder
from sandbox_sdk import (
    APIConnectionError,
    APIError,
    APIResponseValidationError,
    APIStatusError,
    APITimeoutError,
    LocalFileError,
    SandboxSDK,
    SandboxSDKError,
)

STATUSES = [
    (400, "BadRequestError", "bad_request"),
    (401, "AuthenticationError", "authentication"),
    (403, "PermissionDeniedError", "permission_denied"),
    (404, "NotFoundError", "not_found"),
    (409, "ConflictError", "conflict"),
    (422, "UnprocessableEntityError", "unprocessable_entity"),
    (429, "RateLimitError", "rate_limit"),
    (500, "InternalServerError", "internal_server"),
    (599, "InternalServerError", "internal_server"),
    (418, "APIStatusError", "status"),
    (304, "APIStatusError", "status"),
]


def fail(client: SandboxSDK) -> APIStatusError:
    with pytest.raises(APIStatusError) as caught:
        client.sandboxes.delete("a b")
    return caught.value


@pytest.mark.parametrize(("status", "name", "code"), STATUSES)
def test_each_status_has_its_exception(client: SandboxSDK, server: Recorder, status, name, code) -> None:
    server.answer({"why": None}, status=status)
    error = fail(client)
    assert type(error) is getattr(sandbox_sdk, name)
    assert (error.status_code, error.code) == (status, code)


def test_an_error_tells_everything(client: SandboxSDK, server: Recorder) -> None:
    body = {"error": {"message": "nö", "list": [1, 2.5, True, None]}}
    server.answer(body, status=429, headers={"x-request-id": "r-1", "Retry-After": "7", "X-Many": "a"})
    error = fail(client)
    assert str(error) == error.message == f"Error code: 429 - {body}"
    assert error.body == body
    assert error.request_id == "r-1"
    assert error.retry_after == 7
    assert error.attempts == 1
    assert error.retryable
    assert not error.outcome_unknown
    assert error.request.method == "DELETE"
    assert error.request.url == f"{server.url}/v1/sandboxes/a%20b/delete"
    assert error.request.url.path == "/v1/sandboxes/a b/delete"
    response = error.response
    assert (response.status_code, response.reason_phrase) == (429, "Too Many Requests")
    assert response.headers["X-MANY"] == "a"
    assert response.headers.get("nothing") is None
    assert "x-many" in response.headers
    assert dict(response.headers.items())["content-type"] == "application/json"
    assert response.json() == body
    assert response.request is error.request or response.request.url == error.request.url
    assert response.is_error
    assert not response.is_success
    assert repr(response) == "<Response [429 Too Many Requests]>"


@pytest.mark.parametrize(
    ("content", "body", "message"),
    [
        (b'{"a": 1}', {"a": 1}, "Error code: 400 - {'a': 1}"),
        (b"[1]", [1], "Error code: 400 - [1]"),
        (b'"text"', "text", "Error code: 400 - text"),
        (b"null", None, "Error code: 400 - None"),
        (b"<h1>no</h1>\n", "<h1>no</h1>", "<h1>no</h1>"),
        (b'{"a": ', '{"a":', '{"a":'),
        (b"", "", "Error code: 400"),
        (b"\xff\xfe", "\ufffd\ufffd", "\ufffd\ufffd"),
        (b"a\0b", "a\0b", "a\0b"),
    ],
)
def test_the_message_says_what_came(client, server: Recorder, content: bytes, body: object, message: str) -> None:
    server.answer(body=content, status=400)
    error = fail(client)
    assert error.body == body
    assert error.message == str(error) == message
    assert error.response.content == content


def test_text_in_the_character_set_that_the_answer_names(client: SandboxSDK, server: Recorder) -> None:
    server.answer(
        body="für".encode("latin-1"), status=400, headers={"Content-Type": 'text/plain; charset="ISO-8859-1"'}
    )
    assert fail(client).message == "für"
    server.answer(body="für".encode(), status=400, headers={"Content-Type": "text/plain; charset=nonsense"})
    assert fail(client).message == "für"


def test_no_connection(client: SandboxSDK) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        client.base_url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        with pytest.raises(APIConnectionError) as caught:
            client.sandboxes.execute("i", command="x")
    error = caught.value
    assert str(error) == error.message == "Connection error."
    assert type(error) is APIConnectionError
    assert isinstance(error.__cause__, ConnectionError)
    assert error.detail == str(error.__cause__) != ""
    assert error.body is None
    assert (error.code, error.attempts, error.outcome_unknown) == ("connection", 1, False)


def test_an_answer_that_is_cut_short(client: SandboxSDK, server: Recorder) -> None:
    server.answer(body=b'{"id": ', length=500)
    with pytest.raises(APIConnectionError) as caught:
        client.sandboxes.execute("i", command="x")
    assert caught.value.outcome_unknown


def test_a_timeout_of_something_unsafe_leaves_its_outcome_unknown(server: Recorder) -> None:
    server.answer({}, delay=0.5)
    with SandboxSDK(api_key="k", base_url=server.url, timeout=0.1) as client, pytest.raises(APITimeoutError) as caught:
        client.sandboxes.execute("i", command="x")
    assert caught.value.outcome_unknown
    assert caught.value.attempts == len(server.requests) == 1


@pytest.mark.parametrize(
    "content", [b"<html>", b"", b"null", b"[1]", b'"x"', b"5", b'{"id": ', b'{"id": NaN}', b"{} {}"]
)
def test_an_answer_that_is_no_answer(client: SandboxSDK, server: Recorder, content: bytes) -> None:
    server.answer(body=content)
    with pytest.raises(APIResponseValidationError, match=r"sandboxes\.create") as caught:
        client.sandboxes.create()
    error = caught.value
    assert isinstance(error, ValueError)
    assert (error.status_code, error.code) == (200, "response_validation")
    assert error.response.content == content
    assert error.request.method == "POST"


def test_the_tree() -> None:
    for _, name, _ in STATUSES:
        assert issubclass(getattr(sandbox_sdk, name), APIStatusError)
        assert getattr(sandbox_sdk, name).__module__ == "sandbox_sdk"
    for kind in (APIStatusError, APIConnectionError, APIResponseValidationError):
        assert issubclass(kind, APIError)
    assert issubclass(APITimeoutError, APIConnectionError)
    assert issubclass(APIError, SandboxSDKError)
    assert sandbox_sdk.NotFoundError.status_code == 404


def test_an_exception_can_be_made_by_hand() -> None:
    from sandbox_sdk._http import Request, Response

    request = Request("GET", "http://x/")
    response = Response(404, headers={"A": "b"}, content=b"{}", request=request)
    error = sandbox_sdk.NotFoundError("no", response=response, body={})
    assert (error.message, error.request, error.code, error.attempts) == ("no", request, None, 0)
    assert APITimeoutError(request).message == "Request timed out."
    assert APIConnectionError(request=request).message == "Connection error."
    assert APIResponseValidationError(response, None).status_code == 404


def again(error: SandboxSDKError) -> SandboxSDKError:
    """An error that has been to another process and back."""
    made = pickle.loads(pickle.dumps(error))
    assert type(made).__name__ == type(error).__name__
    assert (str(made), made.args) == (str(error), error.args)
    for name in ("code", "detail", "attempts", "retry_after", "retryable", "outcome_unknown", "request_id"):
        assert getattr(made, name) == getattr(error, name), name
    return made


def test_an_error_is_pickled_with_all_that_it_tells(client: SandboxSDK, server: Recorder) -> None:
    server.answer({"a": 1}, status=429, headers={"x-request-id": "r-1", "Retry-After": "7"})
    error = fail(client)
    made = again(error)
    assert (made.body, made.status_code, made.response.content) == ({"a": 1}, 429, b'{"a": 1}')
    assert (made.request.method, made.request.url) == (error.request.method, error.request.url)
    assert made.response.headers == error.response.headers
    assert copy.copy(error).response.status_code == copy.deepcopy(error).status_code == 429
    server.answer(body=b"<html>")
    with pytest.raises(APIResponseValidationError) as caught:
        client.sandboxes.create()
    assert again(caught.value).response.text == "<html>"


def test_an_error_is_pickled_with_its_causes(client: SandboxSDK) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        client.base_url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        with pytest.raises(APIConnectionError) as caught:
            client.sandboxes.list()
    made = again(caught.value)
    assert type(made.__cause__) is ConnectionError
    assert str(made.__cause__) == str(caught.value.__cause__)
    assert made.__suppress_context__ == caught.value.__suppress_context__

    class Unportable(Exception):
        """Of a class that no other process could find."""

    caught.value.__cause__ = Unportable("why")
    assert "why" in str(again(caught.value).__cause__)


def test_the_error_of_a_file_is_pickled(client: SandboxSDK, tmp_path) -> None:
    with pytest.raises(FileNotFoundError) as caught:
        client.sandboxes.upload("i", path="/a", file=tmp_path / "none")
    assert isinstance(caught.value, LocalFileError)
    made = again(caught.value)
    assert isinstance(made, FileNotFoundError)
    assert (made.errno, made.filename) == (caught.value.errno, caught.value.filename)
    assert again(LocalFileError("no number")).errno is None


def test_errors_without_an_answer_are_pickled(client: SandboxSDK) -> None:
    with pytest.raises(sandbox_sdk.InvalidArgumentError) as caught:
        client.sandboxes.delete("")
    assert again(caught.value).argument == "id"


def test_an_error_does_not_show_the_key(client: SandboxSDK, server: Recorder) -> None:
    server.answer({}, status=401)
    error = fail(client)
    assert "test-key" not in repr(error) + repr(vars(error)) + repr(error.request) + repr(error.response)
