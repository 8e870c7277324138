"""What a request must look like, and what the answer to a bad one says."""

from __future__ import annotations

import json
import socket

import pytest
from harness import short

CREATE = "/v1/sandboxes/create"


def post(server, body: bytes, path=CREATE, content_type="application/json"):
    return server.call("POST", path, body, {"Content-Type": content_type})


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/v1",
        "/v1/sandboxes",
        "/v1/sandboxes/",
        "/v1/sandboxes/list/",
        "/v1/sandboxes//execute",
        "/v1/sandboxes/a/b",
    ],
)
def test_unknown_path(server, path):
    answer = server.call("GET", path)
    assert (answer.status, answer.error["type"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/v1/sandboxes/create", "POST"),
        ("POST", "/v1/sandboxes/list", "GET"),
        ("HEAD", "/v1/sandboxes/list", "GET"),
        ("DELETE", "/v1/sandboxes/list", "GET"),
        ("DELETE", "/v1/sandboxes/x", "GET"),
        ("POST", "/v1/sandboxes/x/download", "GET, HEAD"),
        ("GET", "/v1/sandboxes/x/delete", "DELETE"),
        ("PUT", "/v1/sandboxes/x/upload", "POST"),
        ("BREW", "/v1/volumes/list", "GET"),
    ],
)
def test_wrong_method(server, method, path, allowed):
    answer = server.call(method, path)
    assert answer.status == 405
    assert answer.headers["Allow"] == allowed
    if method != "HEAD":
        assert answer.error["type"] == "method_not_allowed"


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"}",
        b"nope",
        b"{'name': 'x'}",
        b'{"name": NaN}',
        b'{"name": Infinity}',
        b'{"name": "x",}',
        b'{"name": "x"} x',
        b'{"name": "x"}{}',
        b'{"name": "\x01"}',
        b'{"name": "\\q"}',
        b'{"name": "\\u12"}',
        b'{"name": "\xff"}',
        b'{"name": "\xc0\xaf"}',
        b'{"a": 01}',
        b'{"a": .5}',
        b'{"a": 1.}',
        b'{"a": +1}',
        b'{"a": 1e}',
        b'{"a": 0x1}',
        b'{"a": tru}',
        b'{"a" 1}',
        b"{a: 1}",
        b"// comment\n{}",
        b"\xef\xbb\xbf{}",
        b"{}\x00",
        b'{"name": "x"',
        b"[" * 100_000,
        b'{"a":' * 50 + b"1" + b"}" * 50,
        b'{"a":' * 32 + b"{}" + b"}" * 32,
        b'{"name\\u0000x": "the parser would take it for a name"}',
        b'{"env_vars": {"A\\u0000B": "x"}}',
        b'{"unknown": 1e400}',
    ],
    ids=short,
)
def test_broken_json(server, body):
    answer = post(server, body)
    assert (answer.status, answer.error["type"]) == (400, "invalid_request")


def test_deepest_nesting(server):
    assert post(server, b'{"a":' * 31 + b"{}" + b"}" * 31).status == 200


@pytest.mark.parametrize("body", [b"[]", b"null", b"1", b'"x"', b"true", b"[{}]"])
def test_json_that_is_no_object(server, body):
    answer = post(server, body)
    assert (answer.status, answer.error["type"]) == (422, "validation_error")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", 1),
        ("name", True),
        ("name", {}),
        ("name", ""),
        ("name", "x" * 129),
        ("name", "a\nb"),
        ("name", "a\0b"),
        ("image", []),
        ("image", "x" * 513),
        ("env_vars", "A=1"),
        ("env_vars", ["A"]),
        ("env_vars", {"A": 1}),
        ("env_vars", {"A": True}),
        ("env_vars", {"A": None}),
        ("env_vars", {"A=B": "x"}),
        ("env_vars", {"": "x"}),
        ("env_vars", {"A": "x\0y"}),
        ("env_vars", {"A": "x" * 131072}),
        ("env_vars", {f"A{i}": "x" for i in range(1001)}),
        ("env_vars", {f"A{i}": "x" * 100_000 for i in range(7)}),
        ("resources", 1),
        ("resources", "big"),
        ("resources.cpus", "2"),
        ("resources.cpus", 0),
        ("resources.cpus", 1.5),
        ("resources.cpus", -(2**70)),
        ("resources.memory", True),
        ("resources.memory", 2**70),
        ("resources.storage", 0),
        ("wait_for_ready", "yes"),
        ("wait_for_ready", 1),
    ],
    ids=short,
)
def test_wrong_values_of_create(server, field, value):
    outer, _, inner = field.partition(".")
    before = server.folders()
    answer = server.call("POST", CREATE, {outer: {inner: value} if inner else value})
    assert (answer.status, answer.error["type"]) == (422, "validation_error"), answer.body
    assert answer.error["field"] == field
    assert field in answer.error["message"]
    assert server.folders() == before


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("command", 1),
        ("command", None),
        ("command", ["ls"]),
        ("command", "a\0b"),
        ("command", "x" * 131072),
        ("env", 1),
        ("env", {"A": None, "B": 2}),
        ("timeout", "5"),
        ("timeout", 0),
        ("timeout", -1),
        ("timeout", 1.0),
        ("timeout", 10**9),
        ("working_dir", 1),
        ("working_dir", ""),
        ("working_dir", "data"),
        ("working_dir", "/nowhere"),
        ("working_dir", "/etc/passwd"),
    ],
    ids=short,
)
def test_wrong_values_of_execute(server, sandbox, field, value):
    answer = server.call("POST", f"/v1/sandboxes/{sandbox['id']}/execute", {"command": "true", field: value})
    assert (answer.status, answer.error["type"]) == (422, "validation_error"), answer.body
    assert answer.error["field"] == field


def test_missing_command(server, sandbox):
    for body in (b"", b"{}"):
        answer = post(server, body, f"/v1/sandboxes/{sandbox['id']}/execute")
        assert (answer.status, answer.error["field"]) == (422, "command")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"create_snapshot": "x"}, "create_snapshot"),
        ({"snapshot_name": 1}, "snapshot_name"),
        ({"snapshot_name": ""}, "snapshot_name"),
        ({"snapshot_name": "a\nb"}, "snapshot_name"),
        ({"keep_storage": 0}, "keep_storage"),
    ],
)
def test_wrong_values_of_delete(server, sandbox, body, field):
    answer = server.call("DELETE", f"/v1/sandboxes/{sandbox['id']}/delete", body)
    assert (answer.status, answer.error["field"]) == (422, field)
    assert server.output(sandbox, "echo still there") == "still there\n"


def test_unknown_fields_and_nulls_are_ignored(server):
    body = {"name": None, "image": None, "env_vars": None, "resources": {"cpus": None, "gpu": 1}, "new": [1, {"a": 2}]}
    sandbox = server.create(**body)
    assert sandbox["cpu"] == 4
    result = server.execute(sandbox, "echo ok", timeout=None, env=None, working_dir=None, tty=True)
    assert result["stdout"] == "ok\n"


def test_duplicate_fields_last_one_counts(server):
    answer = post(server, b'{"name": "first one", "name": "last one"}')
    assert answer.json["name"] == "last one"


def test_unicode_comes_back(server):
    name = "käse-\u4e2d\U0001f600-\u2028"
    assert server.create(name=name)["name"] == name
    assert name in [sandbox["name"] for sandbox in server.list()]


@pytest.mark.parametrize("content_type", ["text/plain", "application/jsonx", "application/x-www-form-urlencoded", ""])
def test_wrong_content_type(server, content_type):
    answer = post(server, b"{}", content_type=content_type)
    assert (answer.status, answer.error["type"]) == (415, "unsupported_media_type")


def test_content_type_may_have_parameters(server):
    assert post(server, b"{}", content_type="Application/JSON; charset=utf-8").status == 200


def test_encoded_body_is_refused(server):
    answer = server.call("POST", CREATE, b"{}", {"Content-Type": "application/json", "Content-Encoding": "gzip"})
    assert answer.status == 415


def test_upload_wants_a_form(server, sandbox):
    assert post(server, b"{}", f"/v1/sandboxes/{sandbox['id']}/upload").status == 415


@pytest.mark.parametrize("chunked", [False, True])
def test_body_too_large(server, chunked):
    body = b'{"name": "' + b"x" * (1024 * 1024) + b'"}'
    answer = post(server, (body[i : i + 60000] for i in range(0, len(body), 60000)) if chunked else body)
    assert (answer.status, answer.error["type"]) == (413, "request_too_large")


def test_body_far_too_large_is_not_read(server):
    """The answer comes at once; the connection ends without the body being taken."""
    head = (
        f"POST {CREATE} HTTP/1.1\r\nHost: localhost\r\nx-api-key: {server.key}\r\nContent-Type: application/json\r\n"
        "Content-Length: 99999999999\r\n\r\n"
    )
    assert server.raw(head.encode()).startswith(b"HTTP/1.1 413 ")


def test_body_just_within_the_limit(server):
    body = b'{"unknown": "' + b"x" * (1024 * 1024 - 15) + b'"}'
    assert len(body) == 1024 * 1024
    assert post(server, body).status == 200


def test_chunked_body(server):
    assert post(server, iter([b'{"na', b'me": "in', b' chunks"}'])).json["name"] == "in chunks"


def test_delete_with_a_body_keeps_the_connection_in_order(server):
    """A body that was not read must not be taken for the next request."""
    connection = server.connection()
    hidden = f"GET /v1/sandboxes/list HTTP/1.1\r\nHost: localhost\r\nx-api-key: {server.key}\r\n\r\n"
    for _ in range(2):
        server.send(connection, "DELETE", "/v1/sandboxes/none/delete", hidden.encode(), {"Content-Type": "text/plain"})
        response = connection.getresponse()
        assert (response.status, json.loads(response.read())["error"]["type"]) == (415, "unsupported_media_type")
    connection.close()


SECOND = b"GET /v1/sandboxes/list HTTP/1.1\r\nHost: localhost\r\nx-api-key: KEY\r\nConnection: close\r\n\r\n"


@pytest.mark.parametrize("method", ["POST", "GET", "DELETE"])
@pytest.mark.parametrize(
    "framing",
    [
        b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
        b"Content-Length: 2\r\nContent-Length: 40\r\n\r\n{}",
        b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding: gzip\r\n\r\n",
        b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    ],
    ids=short,
)
def test_body_of_two_lengths(server, method, framing):
    """What follows such a head could be a body or a request: it is neither, for the connection ends."""
    path = {"POST": "create", "GET": "list", "DELETE": "x/delete"}[method]
    head = f"{method} /v1/sandboxes/{path} HTTP/1.1\r\nHost: localhost\r\nx-api-key: {server.key}\r\n".encode()
    answer = server.raw(head + b"Content-Type: application/json\r\n" + framing + SECOND)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert answer.count(b"HTTP/1.1 ") == 1
    assert b"invalid_request" in answer


def test_endless_body_where_none_is_wanted(server):
    head = f"GET /v1/sandboxes/list HTTP/1.1\r\nHost: localhost\r\nx-api-key: {server.key}\r\n"
    with socket.create_connection((server.host, server.port), timeout=10) as connection:
        connection.sendall(head.encode() + b"Content-Length: 1000000000\r\n\r\n")
        with pytest.raises(OSError, match=r"Broken pipe|reset"):
            for _ in range(200):
                connection.sendall(b"x" * 1_000_000)


@pytest.mark.parametrize(
    "text", ["{id}%2fdelete", "{id}%2Fdelete", "{id}/delete%00", "{id}%00/delete", "%2e%2e%2f{id}/delete"]
)
def test_encoded_separators_are_none(server, sandbox, text):
    path = "/v1/sandboxes/" + text.format(id=sandbox["id"])
    for method in ("DELETE", "GET"):
        answer = server.call(method, path)
        assert (answer.status, answer.error["type"]) == (404, "not_found")
    assert server.output(sandbox, "echo still there") == "still there\n"


@pytest.mark.parametrize(
    "data",
    [
        b"\0" * 100,
        b"GARBAGE\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /" + b"a" * 300_000 + b" HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"X-A: b\r\n" * 50_000 + b"\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999999999999999\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
        b"GET /v1/sandboxes/%00/execute?%00=%00&path=%ff%zz HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ],
    ids=short,
)
def test_garbage_does_not_stop_the_server(server, data):
    with socket.create_connection((server.host, server.port), timeout=10) as connection:
        connection.settimeout(10)
        try:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(65536):
                pass
        except OSError:
            pass  # the server was the first to end the connection
    assert server.call("GET", "/v1/sandboxes/list").status == 200
