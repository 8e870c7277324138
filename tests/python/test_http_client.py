"""`http_client=` in all its forms: mapped to the library's options, a real client of httpx, or refused by name."""

from __future__ import annotations

import asyncio
import gc
import ssl
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx
import pytest
import sandbox_sdk
import trustme
from recorder import Recorder
from sandbox_sdk import (
    AsyncSandboxSDK,
    DefaultAioHttpClient,
    DefaultAsyncHttpxClient,
    DefaultHttpxClient,
    SandboxSDK,
)

URL = "http://nowhere.test"


def client_of(http_client, base_url: str = URL, **options) -> SandboxSDK:
    return SandboxSDK(**{"api_key": "k", "base_url": base_url, "max_retries": 0, "http_client": http_client, **options})


def async_client_of(http_client, base_url: str = URL, **options) -> AsyncSandboxSDK:
    given = {"api_key": "k", "base_url": base_url, "max_retries": 0, "http_client": http_client, **options}
    return AsyncSandboxSDK(**given)


async def listed(client: AsyncSandboxSDK):
    async with client:
        return await client.sandboxes.list()


# ---- mapped ----


@pytest.mark.parametrize("kind", [DefaultHttpxClient, DefaultAsyncHttpxClient, DefaultAioHttpClient])
def test_arguments_become_options_of_the_library(kind, tmp_path: Path) -> None:
    mapped = kind(
        proxy="http://user:secret@proxy.test:3128",
        verify=str(tmp_path),
        cert=("client.pem", "client.key", "password"),
        trust_env=False,
        timeout=3,
        limits=sandbox_sdk.Limits(max_connections=7, max_keepalive_connections=3, keepalive_expiry=9),
        follow_redirects=False,
        max_redirects=4,
        http1=True,
        http2=True,
        local_address="127.0.0.1",
        uds="/run/socket",
        base_url="http://ignored.test",
        mounts=None,
        event_hooks={"request": [], "response": []},
        cookies=None,
        default_encoding="utf-8",
        transport=None,
        auth=("user", "password"),
        headers={"X-Mine": "1", "User-Agent": "no", "x-stainless-os": "no"},
        params={"page": 1},
    )
    assert type(mapped) is kind
    assert mapped._mapped.http == {
        "proxy": "http://user:secret@proxy.test:3128",
        "ca_directory": str(tmp_path),
        "certificate_file": "client.pem",
        "key_file": "client.key",
        "key_password": "password",
        "environment_proxies": False,
        "max_connections": 7,
        "max_idle_connections": 3,
        "idle_expiry": 9,
        "follow_redirects": False,
        "max_redirects": 4,
        "version": "2",
        "local_address": "127.0.0.1",
        "unix_socket": "/run/socket",
    }
    assert mapped._mapped.headers == {"Authorization": "Basic dXNlcjpwYXNzd29yZA==", "X-Mine": "1"}
    assert mapped._mapped.query == {"page": 1}


def test_the_defaults_are_this_package_s(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
    mapped = DefaultHttpxClient()
    assert mapped._mapped.http == {
        "max_connections": 100,
        "max_idle_connections": 20,
        "idle_expiry": 5.0,
        "follow_redirects": True,
    }
    assert mapped.timeout == sandbox_sdk.DEFAULT_TIMEOUT and mapped.follow_redirects and mapped.trust_env
    assert client_of(mapped).timeout == sandbox_sdk.DEFAULT_TIMEOUT
    assert client_of(DefaultHttpxClient(timeout=7)).timeout == sandbox_sdk.Timeout(7)
    assert client_of(DefaultHttpxClient(timeout=7), timeout=3).timeout == 3
    assert client_of(DefaultHttpxClient(timeout=None)).timeout == sandbox_sdk.Timeout(None)


def test_the_environment_s_authorities_count_where_the_environment_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/some/file.pem")
    assert DefaultHttpxClient()._mapped.http["ca_file"] == "/some/file.pem"
    assert "ca_file" not in DefaultHttpxClient(trust_env=False)._mapped.http
    assert "ca_file" not in DefaultHttpxClient(verify=False)._mapped.http
    monkeypatch.delenv("SSL_CERT_FILE")
    monkeypatch.setenv("SSL_CERT_DIR", "/some")
    assert DefaultHttpxClient()._mapped.http["ca_directory"] == "/some"


@pytest.mark.parametrize(
    ("proxy", "http"),
    [
        (httpx.URL("http://proxy.test:1"), {"proxy": "http://proxy.test:1"}),
        (
            httpx.Proxy("http://proxy.test:1", auth=("u", "p")),
            {"proxy": "http://proxy.test:1", "proxy_username": "u", "proxy_password": "p"},
        ),
        (None, {}),
    ],
)
def test_proxies_of_every_kind(proxy, http) -> None:
    made = DefaultHttpxClient(proxy=proxy)._mapped.http
    assert {name: value for name, value in made.items() if "proxy" in name} == http


def test_older_spellings_of_proxies() -> None:
    for given in ("http://p:1", {"all://": "http://p:1"}, {"http://": "http://p:1", "https://": "http://p:1"}):
        assert DefaultHttpxClient(proxies=given)._mapped.http["proxy"] == "http://p:1"
    with pytest.raises(TypeError, match="proxies"):
        DefaultHttpxClient(proxies={"http://": "http://p:1", "https://": "http://q:1"})


def test_mapped_clients_carry_requests(server: Recorder) -> None:
    server.answer({"data": []})
    with client_of(
        DefaultHttpxClient(headers={"X-Mine": "1"}, params={"p": "q", "page": 3}, auth=("u", "p")), server.url
    ) as client:
        client.sandboxes.list(page=2, extra_headers={"X-Other": "2"})
    request = server.request
    assert request.header("x-mine") == "1" and request.header("x-other") == "2"
    assert request.header("user-agent").startswith("SandboxSDK/Python")
    assert request.header("authorization") == "Basic dTpw"
    assert request.query == {"p": ["q"], "page": ["2"]}
    for kind in (DefaultAsyncHttpxClient, DefaultAioHttpClient):
        asyncio.run(listed(async_client_of(kind(headers={"X-Mine": kind.__name__}), server.url)))
        assert server.requests[-1].header("x-mine") == kind.__name__


def test_a_mapped_proxy_is_used(server: Recorder) -> None:
    client_of(DefaultHttpxClient(proxy=server.url)).sandboxes.list()
    assert server.request.target == URL + "/v1/sandboxes/list"
    asyncio.run(listed(async_client_of(DefaultAioHttpClient(proxy=server.url))))
    assert server.requests[1].target == URL + "/v1/sandboxes/list"


class _TLS:
    """A server of https that wants a certificate of its client."""

    def __init__(self, authority: trustme.CA, *, asks: bool) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *_: object) -> None:
                pass

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("localhost").configure_cert(context)
        if asks:
            context.verify_mode = ssl.CERT_REQUIRED
            authority.configure_trust(context)
        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.server.handle_error = lambda *_: None  # type: ignore[method-assign]
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = f"https://localhost:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True)
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


def test_verify_and_cert_in_every_form(tmp_path: Path) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    mine = authority.issue_cert("me@example.test")
    mine.private_key_and_cert_chain_pem.write_to_path(tmp_path / "both.pem")
    mine.cert_chain_pems[0].write_to_path(tmp_path / "cert.pem")
    mine.private_key_pem.write_to_path(tmp_path / "key.pem")
    context = ssl.create_default_context(cafile=str(tmp_path / "ca.pem"))
    context.load_cert_chain(str(tmp_path / "both.pem"))
    server = _TLS(authority, asks=True)
    try:
        good = [
            {"verify": str(tmp_path / "ca.pem"), "cert": str(tmp_path / "both.pem")},
            {"verify": tmp_path / "ca.pem", "cert": (str(tmp_path / "cert.pem"), str(tmp_path / "key.pem"))},
            {"verify": False, "cert": (str(tmp_path / "cert.pem"), str(tmp_path / "key.pem"), None)},
            {"verify": context},
        ]
        for arguments in good:
            http_client = DefaultHttpxClient(**arguments)
            assert (type(http_client) is DefaultHttpxClient) == (arguments["verify"] is not context)
            with client_of(http_client, server.url) as client:
                client.sandboxes.list()
        for arguments in ({}, {"verify": str(tmp_path / "ca.pem")}, {"cert": str(tmp_path / "both.pem")}):
            with pytest.raises(sandbox_sdk.APIConnectionError):
                client_of(DefaultHttpxClient(**arguments), server.url).sandboxes.list()
    finally:
        server.close()


def test_a_mapped_client_is_taken_for_what_it_stands_for() -> None:
    assert isinstance(DefaultHttpxClient(), httpx.Client)
    assert isinstance(DefaultAsyncHttpxClient(), httpx.AsyncClient)
    assert isinstance(DefaultAioHttpClient(), httpx.AsyncClient)
    assert not isinstance(DefaultHttpxClient(), httpx.AsyncClient)
    assert isinstance(DefaultHttpxClient(), DefaultHttpxClient)
    assert not isinstance(DefaultHttpxClient(), DefaultAsyncHttpxClient)


def test_a_mapped_client_does_by_itself_what_one_of_httpx_does(server: Recorder) -> None:
    server.answer({"id": "a"})
    with DefaultHttpxClient(headers={"X-Mine": "1"}) as http_client:
        assert http_client.get(server.url + "/path").json() == {"id": "a"}
        assert http_client.headers["x-mine"] == "1"
        assert not http_client.is_closed
    assert http_client.is_closed
    assert server.request.path == "/path"

    async def main() -> None:
        async with DefaultAsyncHttpxClient() as other:
            assert (await other.get(server.url)).status_code == 200
        assert other.is_closed

    asyncio.run(main())
    with pytest.raises(AttributeError):
        _ = http_client._nothing_of_the_kind


def test_a_mapped_client_is_shared_and_closed_as_one(server: Recorder) -> None:
    http_client = DefaultHttpxClient()
    first, second = client_of(http_client, server.url), client_of(http_client, server.url, api_key="other")
    first.sandboxes.list()
    second.sandboxes.list()
    assert [request.header("x-api-key") for request in server.requests] == ["k", "other"]
    assert server.connections == 1, "its connections are kept for whoever uses it"
    http_client.close()
    assert first.is_closed() and second.is_closed()
    with pytest.raises(sandbox_sdk.APIConnectionError):
        second.sandboxes.list()


def test_clients_come_and_go_with_one_http_client(server: Recorder) -> None:
    import tracemalloc

    http_client = DefaultHttpxClient()
    client_of(http_client, server.url).sandboxes.list()
    tracemalloc.start()
    try:
        sizes = []
        for _ in range(3):
            for _ in range(100):
                client_of(http_client, server.url)
            gc.collect()
            sizes.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
    assert sizes[2] - sizes[1] < 10_000


# ---- what cannot be mapped is real ----


def handler(request: httpx.Request) -> httpx.Response:
    return httpx.Response(200, json={"id": request.url.path, "name": request.headers.get("x-mine")})


@pytest.mark.parametrize(
    "arguments",
    [
        {"transport": httpx.MockTransport(handler)},
        {"mounts": {"http://": httpx.MockTransport(handler)}},
        {"transport": httpx.MockTransport(handler), "local_address": "127.0.0.1"},
        {"transport": httpx.MockTransport(handler), "cookies": {"a": "b"}},
        {"transport": httpx.MockTransport(handler), "event_hooks": {"request": [lambda request: None]}},
        {"transport": httpx.MockTransport(handler), "auth": lambda request: request},
    ],
)
def test_arguments_for_httpx_make_a_client_of_httpx(arguments) -> None:
    real = DefaultHttpxClient(**arguments)
    assert isinstance(real, httpx.Client) and type(real) is not DefaultHttpxClient
    assert isinstance(real, DefaultHttpxClient)
    assert real.timeout == httpx.Timeout(60, connect=5) and real.follow_redirects
    assert client_of(real).sandboxes.create().id == "/v1/sandboxes/create"
    # With each argument alone:
    for name in set(arguments) - {"transport", "local_address"}:
        assert type(DefaultHttpxClient(**{name: arguments[name]})) is not DefaultHttpxClient


def test_a_transport_of_httpx_with_an_address(server: Recorder) -> None:
    http_client = DefaultHttpxClient(transport=httpx.HTTPTransport(local_address="127.0.0.9"))
    with client_of(http_client, server.url) as client:
        client.sandboxes.list()
    assert list(server.addresses) == ["127.0.0.9"]
    http_client = DefaultHttpxClient(cookies={"a": "b"}, local_address="127.0.0.8")
    with client_of(http_client, server.url) as client:
        client.sandboxes.list()
    assert server.addresses[1] == "127.0.0.8" and server.requests[1].header("cookie") == "a=b"


def test_async_arguments_for_httpx() -> None:
    for kind in (DefaultAsyncHttpxClient,):
        real = kind(transport=httpx.MockTransport(handler))
        assert type(real) is not kind and isinstance(real, httpx.AsyncClient) and isinstance(real, kind)
        assert asyncio.run(_created(async_client_of(real))) == "/v1/sandboxes/create"


async def _created(client: AsyncSandboxSDK) -> str:
    async with client:
        return (await client.sandboxes.create()).id


def test_a_class_derived_from_one_is_derived_from_httpx() -> None:
    sent = []

    class Mine(DefaultHttpxClient):
        def __init__(self, **arguments) -> None:
            super().__init__(**arguments)
            self.mine = True

        def send(self, request, **options):
            sent.append(request.url.path)
            return super().send(request, **options)

    made = Mine(transport=httpx.MockTransport(handler))
    assert isinstance(made, httpx.Client) and issubclass(Mine, httpx.Client) and made.mine
    assert client_of(made).sandboxes.create().id == "/v1/sandboxes/create"
    assert sent == ["/v1/sandboxes/create"]


def test_over_aiohttp_where_only_httpx_over_it_would_do() -> None:
    httpx_aiohttp = pytest.importorskip("httpx_aiohttp")
    for arguments in (
        {"transport": httpx.MockTransport(handler)},
        {"cookies": {"a": "b"}, "local_address": "127.0.0.1"},
    ):
        made = DefaultAioHttpClient(**arguments)
        assert isinstance(made, httpx_aiohttp.HttpxAiohttpClient) and isinstance(made, DefaultAioHttpClient)
    assert isinstance(made._transport, httpx_aiohttp.AiohttpTransport)


def test_the_aiohttp_extra_is_named_where_only_httpx_over_it_would_do(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "httpx_aiohttp", None)
    with pytest.raises(ImportError, match=r"pip install sandbox-sdk\[aiohttp\]"):
        DefaultAioHttpClient(transport=httpx.MockTransport(handler))


def test_unknown_arguments_are_httpx_s_to_refuse() -> None:
    with pytest.raises(TypeError, match="nonsense"):
        DefaultHttpxClient(nonsense=1)


def test_positional_arguments_are_refused() -> None:
    with pytest.raises(TypeError):
        DefaultHttpxClient("http://p:1")


# ---- real clients of httpx ----


def test_a_real_client_is_the_transport() -> None:
    seen = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"id": "a"}, headers={"Set-Cookie": "s=1"})

    hooks = []
    http_client = httpx.Client(
        transport=httpx.MockTransport(answer),
        headers={"X-Mine": "1"},
        params={"p": "q"},
        cookies={"a": "b"},
        auth=("u", "p"),
        event_hooks={"request": [lambda request: hooks.append(request.content)], "response": [hooks.append]},
    )
    client = client_of(http_client)
    assert client.sandboxes.create(name="x").id == "a"
    client.sandboxes.list(page=2)
    created, listed_ = seen
    assert created.headers["x-mine"] == "1" and created.headers["authorization"] == "Basic dTpw"
    assert created.headers["accept"] == "application/json" and created.headers["x-api-key"] == "k"
    assert created.headers["content-length"] == str(len(created.content)) and created.content == b'{"name":"x"}'
    assert "transfer-encoding" not in created.headers
    assert str(created.url) == URL + "/v1/sandboxes/create?p=q"
    assert dict(listed_.url.params) == {"p": "q", "page": "2"}
    assert sorted(listed_.headers["cookie"].split("; ")) == ["a=b", "s=1"], "its cookies are kept"
    assert hooks[0] == b'{"name":"x"}' and isinstance(hooks[1], httpx.Response)


def test_a_header_that_is_removed_is_not_sent_by_httpx_either() -> None:
    seen = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={})

    client = client_of(httpx.Client(transport=httpx.MockTransport(answer)))
    client.sandboxes.list(extra_headers={"User-Agent": sandbox_sdk.Omit(), "X-Stainless-OS": sandbox_sdk.Omit()})
    assert "user-agent" not in seen[0].headers and "x-stainless-os" not in seen[0].headers


def test_its_timeout_counts_unless_it_is_httpx_s_default() -> None:
    for given, expected in (
        (httpx.Client(timeout=9), sandbox_sdk.Timeout(9)),
        (httpx.Client(timeout=httpx.Timeout(5, read=1)), sandbox_sdk.Timeout(5, read=1)),
        (httpx.Client(timeout=None), sandbox_sdk.Timeout(None)),
        (httpx.Client(), sandbox_sdk.DEFAULT_TIMEOUT),
        (httpx.Client(timeout=5), sandbox_sdk.DEFAULT_TIMEOUT),
    ):
        with client_of(given) as client:
            assert client.timeout == expected
    assert client_of(httpx.Client(timeout=9), timeout=3).timeout == 3


def test_the_timeout_of_a_call_reaches_httpx() -> None:
    seen = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.extensions["timeout"])
        return httpx.Response(200, json={})

    client = client_of(httpx.Client(transport=httpx.MockTransport(answer)))
    client.sandboxes.list(timeout=httpx.Timeout(3, connect=1))
    client.sandboxes.list()
    assert seen == [
        {"connect": 1.0, "read": 3.0, "write": 3.0, "pool": 3.0},
        {"connect": 5.0, "read": 60.0, "write": 60.0, "pool": 60.0},
    ]


def test_redirects_are_followed_as_the_client_says() -> None:
    seen = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append((str(request.url), request.headers.get("authorization"), request.headers.get("x-api-key")))
        if request.url.path == "/there":
            return httpx.Response(200, json={"id": "a"})
        return httpx.Response(307, headers={"Location": "http://other.test/there"})

    transport = httpx.MockTransport(answer)
    with pytest.raises(sandbox_sdk.APIStatusError) as raised:
        client_of(httpx.Client(transport=transport)).sandboxes.list()
    assert raised.value.status_code == 307
    seen.clear()
    client_of(httpx.Client(transport=transport, follow_redirects=True, auth=("u", "p"))).sandboxes.list()
    assert seen == [
        (URL + "/v1/sandboxes/list", "Basic dTpw", "k"),
        ("http://other.test/there", None, None),
    ], "neither the key nor what it authenticates with goes to another origin"


def test_retries_are_above_it() -> None:
    answers = [httpx.ConnectError("no"), httpx.Response(503, headers={"retry-after-ms": "1"}), httpx.Response(200)]

    def answer(request: httpx.Request) -> httpx.Response:
        given = answers.pop(0)
        if isinstance(given, Exception):
            raise given
        return httpx.Response(given.status_code, headers=given.headers, json={"id": "a"})

    client = client_of(httpx.Client(transport=httpx.MockTransport(answer)), max_retries=2)
    assert client.sandboxes.with_raw_response.create().retries_taken == 2


@pytest.mark.parametrize(
    ("raised", "kind", "unknown"),
    [
        (httpx.ConnectError("x"), sandbox_sdk.APIConnectionError, False),
        (httpx.ConnectTimeout("x"), sandbox_sdk.APITimeoutError, False),
        (httpx.PoolTimeout("x"), sandbox_sdk.APITimeoutError, False),
        (httpx.ReadTimeout("x"), sandbox_sdk.APITimeoutError, True),
        (httpx.ReadError("x"), sandbox_sdk.APIConnectionError, True),
        (httpx.RemoteProtocolError("x"), sandbox_sdk.APIConnectionError, True),
        (httpx.UnsupportedProtocol("x"), sandbox_sdk.APIConnectionError, False),
        (RuntimeError("x"), sandbox_sdk.APIConnectionError, True),
    ],
)
@pytest.mark.parametrize("asynchronous", [False, True])
def test_what_httpx_raises_is_the_cause(raised, kind, unknown, asynchronous) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        raise raised

    transport = httpx.MockTransport(answer)
    with pytest.raises(kind) as caught:
        if asynchronous:
            asyncio.run(_created(async_client_of(httpx.AsyncClient(transport=transport))))
        else:
            client_of(httpx.Client(transport=transport)).sandboxes.create()
    assert type(caught.value) is kind and caught.value.__cause__ is raised
    assert caught.value.outcome_unknown == unknown


def test_a_body_is_given_decompressed(server: Recorder) -> None:
    import gzip

    server.answer(body=gzip.compress(b'{"id": "a"}'), headers={"Content-Encoding": "gzip"})
    with client_of(httpx.Client(), server.url) as client:
        assert client.sandboxes.create().id == "a"
    assert "gzip" in server.request.header("accept-encoding")


def test_streams_and_uploads_go_through_it(server: Recorder) -> None:
    with client_of(httpx.Client(), server.url) as client:
        server.answer(body=b"x" * 500_000)
        with client.sandboxes.with_streaming_response.download("a", path="/x") as answer:
            assert sum(len(piece) for piece in answer.iter_bytes()) == 500_000
        server.answer({})
        client.sandboxes.upload("a", path="/x", file=b"y" * 2_000_000)
        assert b"y" * 2_000_000 in server.requests[-1].body
        assert server.requests[-1].header("content-length") == str(len(server.requests[-1].body))
        client.sandboxes.upload("a", path="/x", file=(b"z" * 1000 for _ in range(2000)))
        assert b"z" * 2_000_000 in server.requests[-1].body
        assert server.requests[-1].header("transfer-encoding") == "chunked"

    async def pieces():
        for _ in range(2000):
            yield b"w" * 1000

    async def main() -> None:
        async with async_client_of(httpx.AsyncClient(), server.url) as other:
            await other.sandboxes.upload("a", path="/x", file=pieces())
            assert b"w" * 2_000_000 in server.requests[-1].body
            server.answer(body=b"x" * 500_000)
            async with other.sandboxes.with_streaming_response.download("a", path="/x") as streamed:
                assert sum([len(piece) async for piece in streamed.iter_bytes()]) == 500_000

    asyncio.run(main())


def test_custom_requests_go_through_it() -> None:
    client = client_of(httpx.Client(transport=httpx.MockTransport(handler)))
    assert client.get("/mine", cast_to=dict) == {"id": "/mine", "name": None}
    assert client.post("/mine", cast_to=dict, options={"headers": {"x-mine": "1"}})["name"] == "1"
    assert client.delete("http://other.test/theirs", cast_to=dict)["id"] == "/theirs"


def test_closing_the_client_closes_it_and_the_other_way_round() -> None:
    http_client = httpx.Client(transport=httpx.MockTransport(handler))
    client = client_of(http_client)
    copy = client.with_options(timeout=3)
    assert copy.sandboxes.create().id
    client.close()
    assert http_client.is_closed and copy.is_closed()
    http_client = httpx.Client(transport=httpx.MockTransport(handler))
    client = client_of(http_client)
    http_client.close()
    assert client.is_closed()
    with pytest.raises(sandbox_sdk.APIConnectionError):
        client.sandboxes.list()
    http_client = httpx.Client(transport=httpx.MockTransport(handler))
    client = client_of(http_client)
    del client
    gc.collect()
    assert not http_client.is_closed, "whoever made it may use it elsewhere"


def test_a_copy_may_have_another_http_client(server: Recorder) -> None:
    client = client_of(httpx.Client(transport=httpx.MockTransport(handler)))
    other = client.with_options(http_client=httpx.Client(), base_url=server.url)
    other.sandboxes.list()
    assert server.request.path == "/v1/sandboxes/list"
    third = client.with_options(http_client=DefaultHttpxClient(), base_url=server.url)
    third.sandboxes.list()
    assert len(server.requests) == 2
    client.close()
    other.sandboxes.list()
    third.sandboxes.list()
    assert len(server.requests) == 4
    other.close()
    del third
    gc.collect()  # what this package has made is closed with its last reference


def test_one_client_of_httpx_for_many_clients() -> None:
    http_client = httpx.Client(transport=httpx.MockTransport(handler))
    for number in range(3):
        assert client_of(http_client, api_key=str(number)).sandboxes.create().id


def test_wsgi_and_asgi_applications_answer() -> None:
    def wsgi(environment, start_response):
        start_response("200 OK", [("Content-Type", "application/json")])
        return [b'{"id": "wsgi"}']

    async def asgi(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
        await send({"type": "http.response.body", "body": b'{"id": "asgi"}'})

    assert client_of(httpx.Client(transport=httpx.WSGITransport(app=wsgi))).sandboxes.create().id == "wsgi"
    http_client = httpx.AsyncClient(transport=httpx.ASGITransport(app=asgi))
    assert asyncio.run(_created(async_client_of(http_client))) == "asgi"


def test_many_tasks_and_cancelling_over_httpx() -> None:
    cancelled = []

    async def answer(request: httpx.Request) -> httpx.Response:
        try:
            await asyncio.sleep(0.01 if request.method == "POST" else 30)
        except asyncio.CancelledError:
            cancelled.append(request.method)
            raise
        return httpx.Response(200, json={"id": "a"})

    async def main() -> None:
        client = async_client_of(httpx.AsyncClient(transport=httpx.MockTransport(answer)))
        made = await asyncio.gather(*(client.sandboxes.create() for _ in range(150)))
        assert len(made) == 150, "its own limits count, not the library's"
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(client.sandboxes.list(), 0.05)
        await asyncio.sleep(0.01)
        assert cancelled == ["GET"]

    asyncio.run(main())


@pytest.mark.parametrize("wrong", [3, "http", object(), httpx.Client])
def test_a_wrong_kind_is_refused_with_its_name(wrong) -> None:
    with pytest.raises(TypeError) as raised:
        client_of(wrong)
    assert str(raised.value) == (
        f"Invalid `http_client` argument; Expected an instance of `httpx.Client` but got {type(wrong)}"
    )
    with pytest.raises(TypeError) as raised:
        async_client_of(wrong)
    assert "Expected an instance of `httpx.AsyncClient` but got" in str(raised.value)


def test_the_other_kind_of_client_is_refused() -> None:
    for wrong in (httpx.AsyncClient(), DefaultAsyncHttpxClient(), DefaultAioHttpClient()):
        with pytest.raises(TypeError, match=r"Expected an instance of `httpx\.Client`"):
            client_of(wrong)
    for wrong in (httpx.Client(), DefaultHttpxClient()):
        with pytest.raises(TypeError, match=r"Expected an instance of `httpx\.AsyncClient`"):
            async_client_of(wrong)


def test_two_ways_to_say_the_same_are_refused() -> None:
    with pytest.raises(TypeError, match="`http_client` and `transport`"):
        client_of(httpx.Client(), transport=handler)


def test_http_options_go_before_those_of_the_http_client(server: Recorder) -> None:
    client = client_of(
        DefaultHttpxClient(proxy="http://127.0.0.1:1"), server.url, http_options={"proxy": "", "max_connections": 1}
    )
    client.sandboxes.list()
    assert server.request.target == "/v1/sandboxes/list"


# ---- timeouts and limits ----


def test_timeouts_of_httpx_and_of_this_package_are_equal_both_ways() -> None:
    pairs = [
        (sandbox_sdk.Timeout(5), httpx.Timeout(5)),
        (sandbox_sdk.Timeout(None), httpx.Timeout(None)),
        (sandbox_sdk.Timeout(60, connect=5), httpx.Timeout(60, connect=5)),
        (sandbox_sdk.Timeout((1, 2)), httpx.Timeout((1, 2))),
        (
            sandbox_sdk.Timeout(connect=1, read=2, write=3, pool=None),
            httpx.Timeout(connect=1, read=2, write=3, pool=None),
        ),
    ]
    for index, (ours, theirs) in enumerate(pairs):
        assert ours == theirs and theirs == ours
        assert bool(ours != theirs) is bool(theirs != ours) is False
        assert ours.as_dict() == theirs.as_dict() and repr(ours) == repr(theirs)
        assert sandbox_sdk.Timeout(theirs) == theirs
        for other_index, (other, their_other) in enumerate(pairs):
            assert (ours == their_other) == (index == other_index) == (theirs == other)
    assert sandbox_sdk.Timeout(5) != 5 and sandbox_sdk.Timeout(5) != "5"


def test_an_httpx_timeout_is_accepted_wherever_ours_is(server: Recorder) -> None:
    client = client_of(None, server.url, timeout=httpx.Timeout(7, read=3))
    assert client.timeout == sandbox_sdk.Timeout(7, read=3) == httpx.Timeout(7, read=3)
    client.sandboxes.list()
    client.sandboxes.list(timeout=httpx.Timeout(9))
    client.timeout = httpx.Timeout(11)
    client.sandboxes.list()
    copy = client.with_options(timeout=httpx.Timeout(13))
    copy.sandboxes.list()
    client.get("/x", cast_to=object, options={"timeout": httpx.Timeout(15)})
    seconds = [request.header("x-stainless-read-timeout") for request in server.requests]
    assert seconds == ["3", "9", "11", "13", "15"]


def test_limits_are_httpx_s() -> None:
    assert httpx.Limits(max_connections=100, max_keepalive_connections=20) == sandbox_sdk.DEFAULT_CONNECTION_LIMITS
    assert httpx.Limits(max_connections=100, max_keepalive_connections=20) == sandbox_sdk.DEFAULT_CONNECTION_LIMITS
    assert sandbox_sdk.Limits() == httpx.Limits() and sandbox_sdk.Limits() != httpx.Limits(keepalive_expiry=1)
    assert sandbox_sdk.Limits() != 3
    assert repr(sandbox_sdk.Limits(max_connections=1)) == repr(httpx.Limits(max_connections=1))
    unlimited = DefaultHttpxClient(limits=httpx.Limits(keepalive_expiry=None))._mapped.http
    assert unlimited["max_connections"] == unlimited["max_idle_connections"] == 2**31 - 1
    assert unlimited["idle_expiry"] == float("inf")


def test_names_that_annotations_have() -> None:
    assert sandbox_sdk.Transport is not None and sandbox_sdk.AsyncTransport is not None
    assert "str" in str(sandbox_sdk.ProxiesTypes)
