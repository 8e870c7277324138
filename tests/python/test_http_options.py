"""Options of the HTTP client as plain Python values, and the hook of attempts."""

from __future__ import annotations

import gc
import math
import socket
import sys
import threading
import weakref
from pathlib import Path

import pytest
import sandbox_sdk
from recorder import Recorder
from sandbox_sdk import Attempt, HTTPOptions, SandboxSDK

ROOT = Path(__file__).resolve().parents[2]


def client_of(server: Recorder, **options) -> SandboxSDK:
    return SandboxSDK(api_key="k", base_url=server.url, max_retries=0, **options)


def test_every_member_of_the_struct_is_an_option_and_documented() -> None:
    import re

    header = (ROOT / "include/sandbox_sdk/http_options.h").read_text()
    struct = header[header.index("typedef struct sbx_http_options {") : header.index("} sbx_http_options;")]
    struct = re.sub(r"/\*.*?\*/", "", struct, flags=re.DOTALL)
    members = set(re.findall(r"[ *](\w+);", struct)) - {"size", "reserved", "name_overrides_count"}
    members = {name for name in members if not name.endswith("_length")}
    assert set(HTTPOptions.__annotations__) == members
    assert len(members) == len(HTTPOptions.__annotations__) > 30


def test_a_proxy_is_used_and_said_to_be_none(server: Recorder) -> None:
    client = SandboxSDK(api_key="k", base_url="http://far.test", http_options={"proxy": server.url}, max_retries=0)
    client.sandboxes.list()
    assert server.request.target == "http://far.test/v1/sandboxes/list"


def test_the_environment_s_proxy_counts_unless_it_is_told_not_to(
    server: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", server.url)
    SandboxSDK(api_key="k", base_url="http://far.test", max_retries=0).sandboxes.list()
    assert server.request.target.startswith("http://far.test/")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    client_of(server).sandboxes.list()
    assert server.requests[1].target == "/v1/sandboxes/list"
    monkeypatch.setenv("no_proxy", "")
    for options in ({"environment_proxies": False}, {"proxy": ""}):
        client_of(server, http_options=options).sandboxes.list()
        assert server.requests[-1].target == "/v1/sandboxes/list"
    monkeypatch.setenv("REQUEST_METHOD", "GET")
    client_of(server).sandboxes.list()
    assert server.requests[-1].target == "/v1/sandboxes/list", "a CGI program's HTTP_PROXY is a header of anybody's"


def test_a_name_is_resolved_as_told(server: Recorder) -> None:
    port = server.url.rsplit(":", 1)[1]
    override = f"far.test:{port}:127.0.0.1"
    for given in ([override], (override,)):
        client = SandboxSDK(
            api_key="k", base_url=f"http://far.test:{port}", http_options={"name_overrides": given}, max_retries=0
        )
        client.sandboxes.list()
        assert server.requests[-1].header("host") == f"far.test:{port}"


def test_a_local_address_is_where_connections_come_from(server: Recorder) -> None:
    client_of(server, http_options={"local_address": "127.0.0.77"}).sandboxes.list()
    assert list(server.addresses) == ["127.0.0.77"]


def test_a_unix_socket(tmp_path: Path) -> None:
    path = tmp_path / "socket"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen()
        seen = []

        def serve() -> None:
            connection, _ = listening.accept()
            with connection:
                seen.append(connection.recv(65536))
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

        thread = threading.Thread(target=serve)
        thread.start()
        SandboxSDK(
            api_key="k", base_url="http://far.test", http_options={"unix_socket": path}, max_retries=0
        ).sandboxes.list()
        thread.join()
    assert seen[0].startswith(b"GET /v1/sandboxes/list HTTP/1.1\r\nHost: far.test\r\n")


def test_redirects_are_followed_unless_told_otherwise(server: Recorder) -> None:
    server.answer(status=307, headers={"Location": "/elsewhere"})
    server.answer({"data": []})
    client_of(server).sandboxes.list()
    assert [request.path for request in server.requests] == ["/v1/sandboxes/list", "/elsewhere"]
    server.answer(status=307, headers={"Location": "/elsewhere"})
    with pytest.raises(sandbox_sdk.APIStatusError) as raised:
        client_of(server, http_options={"follow_redirects": False}).sandboxes.list()
    assert raised.value.status_code == 307


def test_an_answer_above_a_limit_is_refused(server: Recorder) -> None:
    server.answer({"data": ["x" * 2000]})
    with pytest.raises(sandbox_sdk.APIConnectionError) as raised:
        client_of(server, http_options={"max_document_bytes": 1000}).sandboxes.list()
    assert raised.value.code == "response_too_large"


def test_none_is_the_default_and_an_empty_mapping_changes_nothing(server: Recorder) -> None:
    everything = dict.fromkeys(HTTPOptions.__annotations__)
    for options in ({}, everything):
        client_of(server, http_options=options).sandboxes.list()


def test_every_kind_of_value_reaches_the_library(server: Recorder) -> None:
    client_of(
        server,
        http_options={
            "minimum_tls": "1.3",
            "version": "1.1",
            "compression": "documents",
            "keep_alive_interval": math.inf,
            "idle_expiry": 3.0,
            "max_connections": 3,
            "max_idle_connections": 1,
            "max_redirects": 0,
            "max_header_bytes": 2**40,
            "max_event_line_bytes": 10,
            "max_body_bytes": 1 << 20,
        },
    ).sandboxes.list()
    assert server.request.header("accept-encoding") == "gzip, deflate"


@pytest.mark.parametrize(
    ("options", "kind", "words"),
    [
        ({"proxy": 3}, TypeError, "`http_options.proxy` must be a str, not int"),
        ({"proxy": "http://a\0b"}, sandbox_sdk.InvalidArgumentError, "http_options.proxy"),
        ({"minimum_tls": "1.1"}, ValueError, '`http_options.minimum_tls` must be "1.2" or "1.3"'),
        ({"version": 2}, TypeError, "`http_options.version`"),
        ({"compression": ""}, ValueError, "`http_options.compression`"),
        ({"ca_data": "text"}, TypeError, "`http_options.ca_data` must be bytes"),
        ({"name_overrides": "a:1:127.0.0.1"}, TypeError, "`http_options.name_overrides`"),
        ({"name_overrides": [1]}, TypeError, "`http_options.name_overrides`"),
        ({"name_overrides": ["nonsense"]}, sandbox_sdk.SandboxSDKError, "name_overrides"),
        ({"max_body_bytes": -1}, ValueError, "`http_options.max_body_bytes` must not be negative"),
        ({"max_body_bytes": 2**70}, OverflowError, ""),
        ({"max_body_bytes": 1.5}, TypeError, "`http_options.max_body_bytes` must be a number of bytes"),
        ({"max_connections": "3"}, TypeError, "`http_options.max_connections`"),
        ({"max_connections": 0}, sandbox_sdk.SandboxSDKError, "max_connections"),
        ({"ca_file": "/nowhere/authorities.pem"}, sandbox_sdk.SandboxSDKError, "ca_file"),
        ({"key_file": __file__}, sandbox_sdk.SandboxSDKError, "key_file"),
        ({"nonsense": 1}, TypeError, "there is no option 'nonsense'"),
        ({1: 1}, TypeError, "the name of an option is a str"),
        ([("proxy", "")], TypeError, "`http_options` must be a mapping, not list"),
    ],
)
def test_what_cannot_be_is_refused_where_the_client_is_made(options, kind, words) -> None:
    with pytest.raises(kind) as raised:
        SandboxSDK(api_key="k", http_options=options)
    assert words in str(raised.value)


def test_a_copy_with_options_of_its_own_has_connections_of_its_own(server: Recorder) -> None:
    client = client_of(server)
    copy = client.with_options(http_options={"max_connections": 1})
    copy.close()
    assert not client.is_closed()
    client.sandboxes.list()
    shared = client.with_options(timeout=1)
    shared.close()
    assert client.is_closed()


def test_options_of_a_local_server() -> None:
    with sandbox_sdk.local(http_options={"max_connections": 2}) as client:
        client.sandboxes.list()
    with pytest.raises(sandbox_sdk.SandboxSDKError, match="proxy"):
        sandbox_sdk.local(http_options={"proxy": "http://127.0.0.1:1"})


# ---- attempts ----


def test_each_attempt_is_told(server: Recorder) -> None:
    told: list[Attempt] = []
    server.answer({}, status=503, headers={"retry-after-ms": "1", "x-request-id": "r-1"})
    server.answer(status=307, headers={"Location": "/elsewhere"})
    server.answer({"id": "a"})
    client = SandboxSDK(api_key="secret-key", base_url=server.url, on_attempt=told.append)
    client.sandboxes.execute("a", command="x")
    assert [(at.number, at.status_code, at.outcome, at.error_code) for at in told] == [
        (1, 503, "retried", "internal_server"),
        (2, 307, "redirected", None),
        (2, 200, "succeeded", None),
    ]
    first, second, third = told
    assert (first.operation, first.method, first.request_id) == ("sandboxes.execute", "POST", "r-1")
    assert first.wait is not None and first.wait < 1 and third.wait is None
    assert (third.redirects, third.http_version) == (1, "HTTP/1.1")
    assert third.url == server.url + "/elsewhere"
    assert first.bytes_sent == len(server.requests[0].body) and third.bytes_received > 0
    assert 0 < third.times.first_byte <= third.times.total < 10
    assert second.started >= first.started > 1e9
    assert "secret-key" not in repr([vars(at) for at in told])


def test_an_attempt_without_an_answer(server: Recorder) -> None:
    told: list[Attempt] = []
    client = SandboxSDK(api_key="k", base_url="http://127.0.0.1:1", max_retries=0, on_attempt=told.append)
    with pytest.raises(sandbox_sdk.APIConnectionError):
        client.sandboxes.list()
    (only,) = told
    assert (only.status_code, only.error_code, only.outcome) == (None, "connection", "failed")
    assert only.detail and only.request_id is None and only.http_version is None


def test_copies_tell_it_too_and_may_have_another(server: Recorder) -> None:
    mine: list[Attempt] = []
    other: list[Attempt] = []
    client = client_of(server, on_attempt=mine.append)
    copy = client.with_options(timeout=3)
    another = client.with_options(on_attempt=other.append)
    del client
    gc.collect()
    copy.sandboxes.list()
    another.sandboxes.list()
    assert (len(mine), len(other)) == (1, 1)


def test_a_hook_that_fails_changes_nothing(server: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    reported = []
    monkeypatch.setattr(sys, "unraisablehook", reported.append)

    def hook(attempt: Attempt) -> None:
        raise ValueError("mine")

    client_of(server, on_attempt=hook).sandboxes.list()
    assert [str(each.exc_value) for each in reported] == ["mine"]


def test_ctrl_c_in_a_hook_is_the_call_s(server: Recorder) -> None:
    def hook(attempt: Attempt) -> None:
        raise KeyboardInterrupt

    server.answer({}, status=503, headers={"retry-after": "30"})
    client = SandboxSDK(api_key="k", base_url=server.url, on_attempt=hook)
    with pytest.raises(KeyboardInterrupt):
        client.sandboxes.list()


def test_a_hook_that_leads_back_to_its_client_is_no_leak(server: Recorder) -> None:
    class Owner:
        def __init__(self) -> None:
            self.client = client_of(server, on_attempt=self.tell)

        def tell(self, attempt: Attempt) -> None:
            pass

    owner = Owner()
    owner.client.sandboxes.list()
    gone = weakref.ref(owner)
    del owner
    gc.collect()
    assert gone() is None


def test_a_hook_must_be_callable() -> None:
    with pytest.raises(TypeError, match="`on_attempt` must be callable, not int"):
        SandboxSDK(api_key="k", on_attempt=3)  # type: ignore[arg-type]


def test_a_hook_that_is_gone_is_told_nothing(server: Recorder) -> None:
    from sandbox_sdk import _native

    told: list[Attempt] = []
    client = client_of(server, on_attempt=told.append)
    handle = client._caller.handle
    client.sandboxes.list()
    del client
    gc.collect()
    # As a session does that is closed after its client has gone.
    _native.client_send(handle, {"method": "GET", "url": "/x"}, None)
    assert len(told) == 1 and len(server.requests) == 2
