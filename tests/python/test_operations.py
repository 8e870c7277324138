"""What each operation sends and answers. The forms of the requests themselves are the conformance suite's."""

from __future__ import annotations

import inspect

import pytest
from recorder import Recorder
from sandbox_sdk import BaseModel, SandboxSDK, not_given, omit, types

# The operation, its arguments, the request's method and path, and the model of its answer.
CALLS = [
    ("sandboxes.create", (), {"name": "a"}, "POST /v1/sandboxes/create", "SandboxCreateResponse"),
    ("sandboxes.list", (), {"page": 1}, "GET /v1/sandboxes/list", "SandboxListResponse"),
    ("sandboxes.delete", ("i",), {}, "DELETE /v1/sandboxes/i/delete", "SandboxDeleteResponse"),
    ("sandboxes.delete_all", (), {}, "DELETE /v1/sandboxes/delete-all", "SandboxDeleteAllResponse"),
    ("sandboxes.execute", ("i",), {"command": "ls"}, "POST /v1/sandboxes/i/execute", "SandboxExecuteResponse"),
    ("sandboxes.upload", ("i",), {"path": "/a", "file": b""}, "POST /v1/sandboxes/i/upload", "SandboxUploadResponse"),
    ("sandboxes.download", ("i",), {"path": "/a"}, "GET /v1/sandboxes/i/download", None),
    ("volumes.create", (), {"name": "a", "size": "1Gi"}, "POST /v1/volumes/create", "Volume"),
    ("volumes.list", (), {}, "GET /v1/volumes/list", "VolumeListResponse"),
    ("volumes.delete", ("i",), {}, "DELETE /v1/volumes/i/delete", "VolumeDeleteResponse"),
    ("volumes.create_snapshot", ("i",), {"name": "s"}, "POST /v1/volumes/i/snapshot", "VolumeCreateSnapshotResponse"),
]
NAMES = [call[0] for call in CALLS]


def method(client: SandboxSDK, name: str):
    resource, verb = name.split(".")
    return getattr(getattr(client, resource), verb)


@pytest.mark.parametrize(("name", "path", "keywords", "request_line", "model"), CALLS, ids=NAMES)
def test_each_operation(client, server: Recorder, name, path, keywords, request_line, model) -> None:
    server.answer({"id": "answered"})
    answer = method(client, name)(*path, **keywords)
    assert f"{server.request.method} {server.request.path}" == request_line
    if model:
        assert type(answer) is getattr(types, model)
        assert isinstance(answer, BaseModel)
        assert answer.id == "answered"
    else:
        assert answer.read() == b'{"id": "answered"}'


@pytest.mark.parametrize("name", NAMES)
def test_every_method_has_the_same_options_after_its_arguments(client: SandboxSDK, name: str) -> None:
    parameters = inspect.signature(method(client, name)).parameters
    names = [parameter for parameter in parameters if parameter != "into"]
    assert names[-4:] == ["extra_headers", "extra_query", "extra_body", "timeout"]
    assert [parameters[option].default for option in names[-4:]] == [None, None, None, not_given]
    assert method(client, name).__doc__.strip()
    for parameter in parameters.values():
        assert parameter.kind is (
            inspect.Parameter.POSITIONAL_OR_KEYWORD if parameter.name == "id" else inspect.Parameter.KEYWORD_ONLY
        )


def test_keywords_come_in_their_order(client: SandboxSDK) -> None:
    def names(function) -> list[str]:
        return [name for name in inspect.signature(function).parameters if not name.startswith("extra_")]

    assert names(client.sandboxes.execute) == [
        *("id", "command", "env", "stdin", "stdin_base64", "api_timeout", "working_dir", "timeout")
    ]
    assert names(client.sandboxes.create) == ["env_vars", "image", "name", "resources", "wait_for_ready", "timeout"]
    assert names(client.sandboxes.delete) == ["id", "create_snapshot", "keep_storage", "snapshot_name", "timeout"]
    assert inspect.signature(client.sandboxes.create).parameters["name"].default is omit


def test_the_extra_options_go_over_the_arguments(client: SandboxSDK, server: Recorder) -> None:
    client.sandboxes.execute(
        "i",
        command="ls",
        api_timeout=5,
        extra_headers={"X-One": "1", "Accept": "text/plain"},
        extra_query={"debug": True, "nested": {"a": 1}},
        extra_body={"timeout": 6, "stdin": None},
    )
    request = server.request
    assert request.header("X-One") == "1"
    assert request.header("Accept") == "text/plain"
    assert request.query == {"debug": ["true"], "nested[a]": ["1"]}
    assert request.json == {"command": "ls", "timeout": 6, "stdin": None}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"extra_headers": "X-A: b"}, "`extra_headers` must be a mapping"),
        ({"extra_headers": {"X-A": None}}, "`X-A` must be a str, not NoneType"),
        ({"extra_headers": {"X-A": "a\0b"}}, "`X-A` holds a NUL"),
        ({"extra_headers": {"X-A": "a\r\nX-B: c"}}, "X-A"),
        ({"extra_headers": {"X A": "a"}}, "extra_headers"),
        ({"extra_headers": {5: "a"}}, "`extra_headers` must be a str, not int"),
        ({"extra_query": "a=b"}, "`extra_query` must be a mapping"),
        ({"extra_body": [1]}, "`extra_body` must be a mapping, not list"),
        ({"extra_body": {"a": {"b": object()}}}, "`extra_body.a.b`"),
        ({"timeout": "5"}, "`timeout` must be a number"),
        ({"timeout": -5}, "`timeout` must not be negative"),
    ],
)
def test_a_wrong_option_is_named_and_nothing_is_sent(client, server: Recorder, options: dict, words: str) -> None:
    with pytest.raises((TypeError, ValueError), match=words):
        client.sandboxes.list(**options)
    assert server.requests == []


@pytest.mark.parametrize("headers", [{"X-A": "é"}, {"X-É": "a"}, {"X-A": "€"}])
def test_headers_are_of_the_letters_of_ascii(client: SandboxSDK, server: Recorder, headers: dict[str, str]) -> None:
    with pytest.raises(UnicodeEncodeError, match="'ascii' codec can't encode character"):
        client.sandboxes.list(extra_headers=headers)
    with pytest.raises(UnicodeEncodeError):
        SandboxSDK(api_key="k", default_headers=headers)
    assert server.requests == []


def test_a_header_of_bytes_is_sent_as_it_is(client: SandboxSDK, server: Recorder) -> None:
    client.sandboxes.list(extra_headers={"X-A": b"\xe9"})
    assert server.request.header("X-A") == "é"


def test_a_key_is_of_the_letters_of_ascii(client: SandboxSDK) -> None:
    with pytest.raises(UnicodeEncodeError):
        SandboxSDK(api_key="é")
    with pytest.raises(UnicodeEncodeError):
        client.api_key = "é"
    assert client.api_key == "test-key"


def test_unknown_and_missing_arguments_are_type_errors(client: SandboxSDK) -> None:
    with pytest.raises(TypeError, match="nme"):
        client.sandboxes.create(nme="a")
    with pytest.raises(TypeError, match="command"):
        client.sandboxes.execute("i")
    with pytest.raises(TypeError, match="id"):
        client.sandboxes.delete()


def test_a_null_where_a_model_was_asked_for_is_refused(client: SandboxSDK, server: Recorder) -> None:
    server.answer(None)
    with pytest.raises(ValueError, match=r"sandboxes\.list"):
        client.sandboxes.list()
