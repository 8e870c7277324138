"""URLs, headers, requests and answers: the objects that stand where httpx's stood."""

from __future__ import annotations

import copy
import pickle
from datetime import timedelta

import pytest
from sandbox_sdk._http import (
    URL,
    Headers,
    HTTPStatusError,
    QueryParams,
    Request,
    RequestNotRead,
    Response,
    ResponseNotRead,
    StreamClosed,
    StreamConsumed,
    StreamError,
)

# ---- URL ----


def test_the_parts_of_a_url() -> None:
    url = URL("HTTPS://jo%40e.com:a%20b@Müller.de:1234/pa%20th/ü?search=a b&x#an chor")
    assert str(url) == "https://jo%40e.com:a%20b@xn--mller-kva.de:1234/pa%20th/%C3%BC?search=a%20b&x#an%20chor"
    assert (url.scheme, url.raw_scheme) == ("https", b"https")
    assert (url.username, url.password, url.userinfo) == ("jo@e.com", "a b", b"jo%40e.com:a%20b")
    assert (url.host, url.raw_host, url.port) == ("müller.de", b"xn--mller-kva.de", 1234)
    assert url.netloc == b"xn--mller-kva.de:1234"
    assert (url.path, url.raw_path) == ("/pa th/ü", b"/pa%20th/%C3%BC?search=a%20b&x")
    assert (url.query, url.fragment) == (b"search=a%20b&x", "an chor")
    assert url.params.multi_items() == [("search", "a b"), ("x", "")]
    assert url.is_absolute_url
    assert not url.is_relative_url
    assert repr(URL("http://u:secret@h/")) == "URL('http://u:[secure]@h/')"


@pytest.mark.parametrize(
    ("given", "normal"),
    [
        ("http://h:80/a", "http://h/a"),
        ("https://h:443", "https://h"),
        ("http://h:443", "http://h:443"),
        ("http://h/a/./b/../c", "http://h/a/c"),
        ("http://h/../..", "http://h/"),
        ("http://h/a/..", "http://h/"),
        ("/relative/../x", "/relative/../x"),
        ("http://[::1]:8000/", "http://[::1]:8000/"),
        ("http://h/100%/%41%zz", "http://h/100%25/%41%25zz"),
        ("http://h?", "http://h?"),
        ("", ""),
    ],
)
def test_a_url_is_normalized(given: str, normal: str) -> None:
    assert str(URL(given)) == normal
    assert URL(given) == normal == URL(normal)
    assert (URL(given) != normal) is False
    assert hash(URL(given)) == hash(normal)


@pytest.mark.parametrize("given", ["http://h:99999/", "http://h:x/", "http://a b/", "http://[::1/"])
def test_text_that_is_no_url(given: str) -> None:
    with pytest.raises(ValueError, match="Invalid host"):
        URL(given)
    assert URL("http://h/") != given


def test_a_url_is_text_too() -> None:
    url = URL("http://h/a")
    assert isinstance(url, str)
    assert url + "/b" == "http://h/a/b"
    assert {url: 1}["http://h/a"] == 1
    assert pickle.loads(pickle.dumps(url)) == copy.copy(url) == url
    assert type(pickle.loads(pickle.dumps(url))) is URL
    assert url != 5
    with pytest.raises(TypeError):
        URL(5)


def test_a_url_with_other_parts() -> None:
    url = URL("http://u:p@h:1/a?b=1#c")
    assert url.copy_with(host="ü.de") == "http://u:p@xn--tda.de:1/a?b=1#c"
    assert url.copy_with(scheme="https", port=None) == "https://u:p@h/a?b=1#c"
    assert url.copy_with(username="x@y", password=None) == "http://x%40y@h:1/a?b=1#c"
    assert url.copy_with(path="/what?#") == "http://u:p@h:1/what%3F%23?b=1#c"
    assert url.copy_with(raw_path=b"/x?y") == "http://u:p@h:1/x?y#c"
    assert url.copy_with(query=None, fragment=None) == "http://u:p@h:1/a"
    assert url.copy_with(netloc=b"other:9", userinfo=b"") == "http://other:9/a?b=1#c"
    assert url.copy_with(params={"x": [1, True], "y": None}) == "http://u:p@h:1/a?x=1&x=true&y=#c"
    assert url.copy_with(params={}) == "http://u:p@h:1/a#c"
    assert url.copy_set_param("b", 2).params["b"] == "2"
    assert url.copy_add_param("b", 2).params.get_list("b") == ["1", "2"]
    assert url.copy_remove_param("b").query == b""
    assert url.copy_merge_params({"z": 1}).query == b"b=1&z=1"
    with pytest.raises(TypeError, match="'nonsense' is an invalid keyword"):
        url.copy_with(nonsense=1)
    with pytest.raises(TypeError, match="'port' must be int but got str"):
        url.copy_with(port="80")


def test_joining_urls() -> None:
    url = URL("http://h/a/b")
    assert url.join("/x") == "http://h/x"
    assert url.join("c") == "http://h/a/c"
    assert url.join(URL("https://o/")) == "https://o/"
    assert isinstance(url.join("c"), URL)


def test_query_parameters() -> None:
    params = QueryParams("a=1&a=2&b=")
    assert params["a"] == params.get("a") == "1"
    assert params.get("c") is None
    assert (len(params), list(params), "b" in params) == (2, ["a", "b"], True)
    assert dict(params) == {"a": "1", "b": ""}
    assert params == QueryParams([("b", ""), ("a", "1"), ("a", "2")])
    assert str(QueryParams(a="x y")) == "a=x+y"
    assert repr(params) == "QueryParams('a=1&a=2&b=')"
    assert params.remove("a").multi_items() == [("b", "")]
    assert len(params) == 2, "the original is as it was"


# ---- Headers ----


def test_headers_are_found_in_any_case() -> None:
    headers = Headers([("X-One", "1"), ("Set-Cookie", "a"), ("set-cookie", "b, c")])
    assert headers["x-ONE"] == headers.get("X-one") == "1"
    assert "SET-COOKIE" in headers
    assert headers["set-cookie"] == "a, b, c"
    assert headers.get_list("Set-Cookie") == ["a", "b, c"]
    assert headers.get_list("set-cookie", split_commas=True) == ["a", "b", "c"]
    assert list(headers) == list(headers.keys()) == ["x-one", "set-cookie"]
    assert list(headers.values()) == ["1", "a, b, c"]
    assert dict(headers.items()) == dict(headers) == {"x-one": "1", "set-cookie": "a, b, c"}
    assert headers.multi_items() == [("x-one", "1"), ("set-cookie", "a"), ("set-cookie", "b, c")]
    assert headers.raw[0] == (b"X-One", b"1")
    assert headers.get("nothing") is None
    assert headers.get("nothing", "x") == "x"
    assert 5 not in headers
    with pytest.raises(KeyError):
        headers["nothing"]


def test_headers_can_be_changed() -> None:
    headers = Headers({"A": "1", "B": "2"})
    headers["a"] = "3"
    headers["C"] = "4"
    headers.setdefault("b", "never")
    del headers["B"]
    assert headers.multi_items() == [("a", "3"), ("c", "4")]
    headers = Headers([("a", "1"), ("a", "2"), ("b", "3")])
    headers["A"] = "x"
    assert headers.multi_items() == [("a", "x"), ("b", "3")]
    headers.update({"B": "y", "d": "z"})
    assert dict(headers) == {"a": "x", "b": "y", "d": "z"}
    assert headers.pop("D") == "z"
    with pytest.raises(KeyError):
        del headers["d"]
    taken = headers.copy()
    taken["a"] = "other"
    assert headers["a"] == "x"


def test_headers_compare_and_show_no_secret() -> None:
    assert Headers({"A": "1"}) == {"a": "1"} == Headers([(b"a", b"1")])
    assert Headers({"A": "1"}) != {"a": "2"}
    assert Headers() != 5
    assert repr(Headers({"A": "1", "X-API-Key": "k", "Authorization": "k"})) == (
        "Headers({'a': '1', 'x-api-key': '[secure]', 'authorization': '[secure]'})"
    )
    assert repr(Headers([("a", "1"), ("a", "2")])) == "Headers([('a', '1'), ('a', '2')])"
    assert pickle.loads(pickle.dumps(Headers({"A": "1"}))).raw == [(b"A", b"1")]


def test_header_values_that_are_no_ascii() -> None:
    assert Headers([(b"a", "ü".encode()), (b"b", "ü".encode("latin-1"))]).multi_items() == [("a", "ü"), ("b", "ü")]
    assert Headers({"a": "ü"}).raw == [(b"a", b"\xc3\xbc")]
    assert Headers({"a": "ü"}, encoding="latin-1").raw == [(b"a", b"\xfc")]
    with pytest.raises(TypeError, match="Header value must be str or bytes"):
        Headers({"a": 5})


# ---- Request ----


def test_a_request() -> None:
    request = Request("post", "http://h/a", params={"b": 1}, headers={"X": "1"}, json={"ü": 1}, extensions={"e": 1})
    assert (request.method, request.url) == ("POST", "http://h/a?b=1")
    assert request.content == request.read() == b"".join(request.stream) == '{"ü":1}'.encode()
    assert dict(request.headers) == {"x": "1", "content-type": "application/json"}
    assert repr(request) == "<Request('POST', 'http://h/a?b=1')>"
    again = pickle.loads(pickle.dumps(request))
    assert (again.method, again.url, again.headers, again.content) == (
        "POST",
        request.url,
        request.headers,
        b'{"\xc3\xbc":1}',
    )
    with pytest.raises(RequestNotRead):
        _ = Request("GET", "http://h/", content=None).content


# ---- Response: its head ----

REQUEST = Request("GET", "http://h/a")


def test_an_answer_of_ones_own() -> None:
    response = Response(201, json={"a": 1}, headers={"X": "1"}, request=REQUEST, elapsed=1.5, http_version="HTTP/2")
    assert (response.status_code, response.reason_phrase, response.http_version) == (201, "Created", "HTTP/2")
    assert (response.url, response.request) == ("http://h/a", REQUEST)
    assert dict(response.headers) == {"x": "1", "content-type": "application/json"}
    assert response.elapsed == timedelta(seconds=1.5)
    assert response.json() == {"a": 1}
    assert response.read() == response.content == b'{"a":1}'
    assert response.is_closed
    assert response.is_stream_consumed
    assert response.history == []
    assert response.extensions == {}
    assert response.next_request is None
    assert repr(response) == "<Response [201 Created]>"
    assert Response(200, text="ü").headers["content-type"] == "text/plain; charset=utf-8"
    assert Response(200, html="ü").headers["content-type"] == "text/html; charset=utf-8"
    assert Response(200).http_version == "HTTP/1.1"
    assert Response(200, extensions={"http_version": b"HTTP/3", "reason_phrase": b"Fine"}).reason_phrase == "Fine"
    for missing in ("request", "url", "elapsed"):
        with pytest.raises(RuntimeError):
            getattr(Response(200), missing)
    with pytest.raises(AttributeError):
        response.nothing  # noqa: B018


@pytest.mark.parametrize(
    ("status", "true"),
    [
        (100, "informational"),
        (204, "success"),
        (304, "redirect"),
        (404, "client_error"),
        (503, "server_error"),
        (600, None),
    ],
)
def test_what_a_status_means(status: int, true: str | None) -> None:
    response = Response(status)
    kinds = ("informational", "success", "redirect", "client_error", "server_error")
    assert {kind: getattr(response, "is_" + kind) for kind in kinds} == {kind: kind == true for kind in kinds}
    assert response.is_error == (true in ("client_error", "server_error"))
    assert Response(999).reason_phrase == ""
    assert Response(422).reason_phrase == "Unprocessable Entity"


def test_raise_for_status() -> None:
    response = Response(200, request=REQUEST)
    assert response.raise_for_status() is response
    with pytest.raises(HTTPStatusError, match="Client error '404 Not Found' for url 'http://h/a'") as caught:
        Response(404, request=REQUEST).raise_for_status()
    assert (caught.value.response.status_code, caught.value.request) == (404, REQUEST)
    again = pickle.loads(pickle.dumps(caught.value))
    assert (str(again), again.response.status_code) == (str(caught.value), 404)
    with pytest.raises(HTTPStatusError, match="Redirect location: '/b'"):
        Response(302, request=REQUEST, headers={"Location": "/b"}).raise_for_status()
    assert Response(302, headers={"Location": "/b"}).has_redirect_location
    assert not Response(302).has_redirect_location
    with pytest.raises(RuntimeError):
        Response(200).raise_for_status()


def test_links() -> None:
    header = '<http://h/?page=2>; rel="next"; title="a, \\"b\\"; c", <http://h/last>;rel=last, <x>'
    assert Response(200, headers={"Link": header}).links == {
        "next": {"url": "http://h/?page=2", "rel": "next", "title": 'a, "b"; c'},
        "last": {"url": "http://h/last", "rel": "last"},
        "x": {"url": "x"},
    }
    assert Response(200).links == {}


def test_cookies() -> None:
    headers = [("Set-Cookie", "a=1; Path=/"), ("Set-Cookie", "b=2")]
    cookies = Response(200, headers=headers, request=REQUEST).cookies
    assert dict(cookies) == {"a": "1", "b": "2"}
    assert cookies.get("c", "none") == "none"
    assert {cookie.domain for cookie in cookies.jar} == {"h.local"}
    cookies.set("a", "other", domain="elsewhere")
    with pytest.raises(Exception, match="Multiple cookies exist with name=a"):
        cookies["a"]
    assert cookies.get("a", domain="elsewhere") == "other"
    cookies.delete("a", domain="elsewhere")
    assert cookies["a"] == "1"
    assert dict(pickle.loads(pickle.dumps(cookies))) == {"a": "1", "b": "2"}
    cookies.clear()
    assert not cookies


# ---- Response: its body ----

TEXT = "a\nb\r\nc\rd\x0be\x0cf\x1cg\x1dh\x1ei\x85j\u2028k\u2029l\n\nmü\r\r\n€"


class Pieces:
    """A body that gives bytes in pieces that a test has chosen."""

    def __init__(self, content: bytes, size: int) -> None:
        self.pieces = [content[start : start + size] for start in range(0, len(content), size)]
        self.closed = 0

    def read(self, size: int) -> bytes:
        assert size > 0
        assert not self.closed, "read after close"
        return self.pieces.pop(0) if self.pieces else b""

    def close(self) -> None:
        self.closed += 1


class AsyncPieces(Pieces):
    aread = None  # type: ignore[assignment]

    async def aread(self, size: int) -> bytes:  # noqa: F811
        return Pieces.read(self, size)

    async def aclose(self) -> None:
        self.closed += 1


def run(coroutine):
    import asyncio

    return asyncio.run(coroutine)


async def gathered(pieces):
    return [piece async for piece in pieces]


def unread(content: bytes, size: int = 1, **given) -> Response:
    return Response(200, body=Pieces(content, size), **given)


def async_unread(content: bytes, size: int = 1, **given) -> Response:
    return Response(200, body=AsyncPieces(content, size), **given)


@pytest.mark.parametrize("size", [1, 2, 3, 5, 1000])
def test_text_and_lines_wherever_they_are_cut(size: int) -> None:
    content = TEXT.encode()
    assert list(unread(content, size).iter_lines()) == TEXT.splitlines()
    assert "".join(unread(content, size).iter_text()) == TEXT
    assert run(gathered(async_unread(content, size).aiter_lines())) == TEXT.splitlines()
    assert "".join(run(gathered(async_unread(content, size).aiter_text()))) == TEXT


@pytest.mark.parametrize("text", ["", "\n", "\r", "\r\n", "\n\r", "a", "a\r", "\r\ra", "a\r\n\r\nb\r\n"])
def test_lines_end_as_those_of_splitlines(text: str) -> None:
    assert list(unread(text.encode()).iter_lines()) == text.splitlines()
    assert list(Response(200, content=text).iter_lines()) == text.splitlines()


@pytest.mark.parametrize("size", [1, 4, 7])
def test_pieces_have_the_size_that_was_asked_for(size: int) -> None:
    content = bytes(range(20))
    for response in (unread(content, size), Response(200, content=content)):
        assert [len(piece) for piece in response.iter_bytes(6)] == [6, 6, 6, 2]
    assert list(unread(content, size).iter_raw(20)) == [content]
    assert b"".join(unread(content, size).iter_bytes()) == content
    assert run(gathered(async_unread(content, size).aiter_bytes(6))) == list(unread(content, size).iter_bytes(6))
    assert run(gathered(Response(200, content=content).aiter_bytes(6)))[-1] == b"\x12\x13"
    text = "aüb€c"
    assert list(unread(text.encode()).iter_text(2)) == ["aü", "b€", "c"]
    assert run(gathered(async_unread(text.encode()).aiter_text(2))) == ["aü", "b€", "c"]
    for wrong in (0, -1):
        with pytest.raises(ValueError, match="chunk_size"):
            list(unread(content).iter_bytes(wrong))
        with pytest.raises(ValueError, match="chunk_size"):
            list(Response(200, content=content).iter_bytes(wrong))


def test_bytes_that_are_no_text() -> None:
    assert list(unread(b"a\xffb\xe2\x82").iter_text()) == ["a", "\ufffd", "b", "\ufffd"]
    assert Response(200, content=b"a\xffb\xe2\x82").text == "a\ufffdb\ufffd"


@pytest.mark.parametrize(
    ("content_type", "charset", "encoding"),
    [
        ("text/plain; charset=ISO-8859-1", "iso-8859-1", "iso-8859-1"),
        ("text/plain;charset='utf-16'", "utf-16", "utf-16"),
        ("text/plain; charset=nonsense", "nonsense", "utf-8"),
        ("text/plain; charset=hex", "hex", "utf-8"),
        ("text/plain; charset=idna", "idna", "utf-8"),
        ("text/plain; charset=", None, "utf-8"),
        ("text/plain; charset=a\0b", "a\0b", "utf-8"),
        ("text/plain", None, "utf-8"),
    ],
)
def test_the_character_set(content_type: str, charset: str | None, encoding: str) -> None:
    response = Response(200, content="ü".encode(encoding), headers={"Content-Type": content_type})
    assert (response.charset_encoding, response.encoding, response.text) == (charset, encoding, "ü")
    with pytest.raises(ValueError, match="after `text`"):
        response.encoding = "ascii"


def test_a_character_set_of_ones_own() -> None:
    response = Response(200, content=b"\xfc")
    response.encoding = "latin-1"
    assert response.text == "ü"
    assert Response(200, content=b"\xfc", default_encoding="latin-1").text == "ü"
    assert Response(200, content=b"\xfc", default_encoding=lambda content: "latin-1").text == "ü"
    assert unread(b"x", default_encoding=lambda content: "latin-1").encoding == "utf-8"


def test_reading_keeps_the_body_and_releases_the_connection() -> None:
    response = unread(b"abc")
    body = response._body
    assert not response.is_closed
    with pytest.raises(ResponseNotRead):
        _ = response.content
    assert response.read() == response.read() == response.content == b"abc"
    assert list(response.iter_bytes()) == [b"abc"]
    assert list(response.iter_bytes(2)) == [b"ab", b"c"]
    assert (response.is_closed, body.closed, response.num_bytes_downloaded) == (True, 1, 3)
    response.close()
    assert body.closed == 1
    with pytest.raises(StreamConsumed):
        list(response.iter_raw())


def test_a_body_is_gone_through_once() -> None:
    response = unread(b"abc")
    assert list(response.iter_bytes()) == [b"a", b"b", b"c"]
    for again in (response.read, lambda: list(response.iter_bytes()), lambda: list(response.iter_lines())):
        with pytest.raises(StreamConsumed):
            again()
    for kind in (StreamConsumed, StreamClosed, ResponseNotRead, RequestNotRead):
        assert issubclass(kind, StreamError)
        assert issubclass(kind, RuntimeError)


def test_a_body_that_was_closed() -> None:
    response = unread(b"abc")
    response.close()
    assert response.is_closed
    with pytest.raises(StreamClosed):
        response.read()
    half = unread(b"abc")
    pieces = half.iter_bytes()
    assert next(pieces) == b"a"
    half.close()
    assert half._body.closed == 1
    with pytest.raises(StreamClosed):
        next(pieces)


def test_a_body_that_breaks_is_closed() -> None:
    class Broken(Pieces):
        def read(self, size: int) -> bytes:
            raise OSError("cut")

    response = Response(200, body=Broken(b"", 1))
    with pytest.raises(OSError, match="cut"):
        response.read()
    assert response._body.closed == 1


def test_coroutines_read_likewise() -> None:
    response = async_unread(b"abc")
    assert run(response.aread()) == run(response.aread()) == response.content == b"abc"
    assert (response.is_closed, response._body.closed) == (True, 1)
    consumed = async_unread(b"abc")
    run(gathered(consumed.aiter_raw()))
    with pytest.raises(StreamConsumed):
        run(consumed.aread())
    closed = async_unread(b"abc")
    run(closed.aclose())
    with pytest.raises(StreamClosed):
        run(closed.aread())
    assert run(Response(200, content=b"x").aread()) == b"x"
    run(Response(200, content=b"x").aclose())


def test_a_body_is_read_by_its_own_kind_of_caller() -> None:
    for wrong in (unread(b"x").aread, unread(b"x").aclose):
        with pytest.raises(RuntimeError, match="sync"):
            run(wrong())

    class OnlyAsync:
        async def aread(self, size: int) -> bytes: ...
        async def aclose(self) -> None: ...

    for wrong in (Response(200, body=OnlyAsync()).read, Response(200, body=OnlyAsync()).close):
        with pytest.raises(RuntimeError, match="async"):
            wrong()


def test_an_answer_is_pickled_with_all_that_was_read() -> None:
    response = Response(
        404, content=b"\xfc", headers=[("A", "1"), ("a", "2")], request=REQUEST, elapsed=2, history=[Response(302)]
    )
    response.encoding = "latin-1"
    again = pickle.loads(pickle.dumps(response))
    assert (again.status_code, again.content, again.text) == (404, b"\xfc", "ü")
    assert again.headers.multi_items() == [("a", "1"), ("a", "2")]
    assert (again.url, again.elapsed, again.is_closed) == ("http://h/a", timedelta(seconds=2), True)
    assert again.history[0].status_code == 302
    assert copy.copy(response).content == b"\xfc"
    lost = pickle.loads(pickle.dumps(unread(b"abc")))
    assert lost.is_closed
    with pytest.raises(ResponseNotRead):
        _ = lost.content


# ---- of the library ----


def test_an_answer_of_the_library_is_fetched_when_it_is_asked_for(client, server) -> None:
    server.answer(body=b"\0\xff", headers={"X-Many": "a", "Content-Type": "text/plain; charset=latin-1"})
    response = client.sandboxes.download("i", path="/a").http_response
    assert "_content" not in vars(response)
    assert (response.status_code, response.reason_phrase, response.http_version) == (200, "OK", "HTTP/1.1")
    assert (response.content, response.text, response.num_bytes_downloaded) == (b"\0\xff", "\0ÿ", 2)
    assert response.headers["x-MANY"] == "a"
    assert (response.request.method, response.url.path) == ("GET", "/v1/sandboxes/i/download")
    assert timedelta() < response.elapsed < timedelta(seconds=5)
    again = pickle.loads(pickle.dumps(response))
    assert (again.content, again.elapsed, again.url) == (response.content, response.elapsed, response.url)
    assert (response.history, response.extensions, response.is_closed) == ([], {}, True)


# ---- with httpx ----


def test_conversion_to_httpx() -> None:
    httpx = pytest.importorskip("httpx")
    request = Request("POST", "http://h/a", headers={"X": "1"}, content=b"x")
    response = Response(
        404,
        content=b"text",
        headers=[("A", "1"), ("A", "2"), ("Content-Encoding", "gzip"), ("Content-Length", "99")],
        request=request,
        elapsed=1,
        http_version="HTTP/2",
        history=[Response(302, request=request)],
    )
    converted = response.to_httpx()
    assert type(converted) is httpx.Response
    assert (converted.status_code, converted.content, converted.http_version) == (404, b"text", "HTTP/2")
    assert converted.headers.get_list("a") == ["1", "2"]
    assert "content-encoding" not in converted.headers
    assert (converted.request.method, str(converted.url), converted.request.content) == ("POST", "http://h/a", b"x")
    assert converted.elapsed == timedelta(seconds=1)
    assert converted.history[0].status_code == 302
    assert Response(200).to_httpx().content == b""
    assert URL("http://h/a") == httpx.URL("http://h/a")


def test_conversion_of_a_body_that_was_not_read() -> None:
    pytest.importorskip("httpx")
    response = unread(b"a\nb")
    converted = response.to_httpx()
    assert not converted.is_closed
    assert list(converted.iter_lines()) == ["a", "b"]
    assert (converted.is_closed, response._body.closed) == (True, 1)
    left = unread(b"abc")
    left.to_httpx().close()
    assert left._body.closed == 1
    waiting = async_unread(b"abc")
    assert run(waiting.to_httpx().aread()) == b"abc"
    assert waiting._body.closed == 1


def test_where_httpx_is_loaded_its_exceptions_are_ours_too(run_python) -> None:
    pytest.importorskip("httpx")
    program = """
import pickle, sys, httpx
from sandbox_sdk._http import *
for kind, use in [
    (StreamConsumed, lambda: list(Response(200, content=b"x").iter_raw())),
    (ResponseNotRead, lambda: Response(200, body=object()).content),
    (RequestNotRead, lambda: Request("GET", "http://h/", content=None).content),
    (HTTPStatusError, lambda: Response(404, request=Request("GET", "http://h/")).raise_for_status()),
]:
    try:
        use()
    except kind as error:
        assert isinstance(error, getattr(httpx, kind.__name__)), kind
        assert isinstance(pickle.loads(pickle.dumps(error)), kind)
        assert str(error)
    else:
        raise AssertionError(kind)
"""
    done = run_python(program)
    assert done.returncode == 0, done.stderr
