"""What was sent and what came back: objects with the attributes of httpx's, whose package is not needed for them."""

from __future__ import annotations

from . import _native
from ._http_errors import (
    HTTPStatusError,
    RequestNotRead,
    ResponseNotRead,
    StreamClosed,
    StreamConsumed,
    StreamError,
    as_loaded,
)
from ._http_request import Request
from ._unattended import unattended

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from datetime import timedelta
    from typing import Any, BinaryIO, Protocol

    import httpx

    from ._cookies import Cookies
    from ._headers import Headers
    from ._url import URL, QueryParams

    class Body(Protocol):
        """A body that was not read. It may be closed more than once."""

        def read(self, size: int) -> bytes:
            """At least one byte and at most ``size`` of them; none at the end."""

        def close(self) -> None: ...

    class AsyncBody(Protocol):
        """A body that was not read, for coroutines. It may be closed more than once."""

        async def aread(self, size: int) -> bytes: ...

        async def aclose(self) -> None: ...


__all__ = [
    "URL",
    "HTTPStatusError",
    "Headers",
    "QueryParams",
    "Request",
    "RequestNotRead",
    "Response",
    "ResponseNotRead",
    "StreamClosed",
    "StreamConsumed",
    "StreamError",
]

_READ_SIZE = 100 << 10  # bytes that a body is asked for at a time: as many as the library receives at once
_REDIRECTS = (301, 302, 303, 307, 308)
# Phrases that differ between versions of Python.
_PHRASES = {413: "Request Entity Too Large", 414: "Request-URI Too Long", 416: "Requested Range Not Satisfiable"}
_PHRASES.update({418: "I'm a teapot", 422: "Unprocessable Entity"})


def __getattr__(name: str) -> Any:
    """The names that have modules of their own, loaded when they are first used."""
    if name == "Headers":
        from ._headers import Headers as found
    elif name in ("URL", "QueryParams"):
        from . import _url

        found = getattr(_url, name)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = found
    return found


class Response:
    """The answer to a call. Its body is in memory, or it is read from the connection as it is asked for."""

    # What an answer is that was not told otherwise; making one of the library's sets hardly more than its handle.
    _native: Any = None
    _body: Any = None
    _content: bytes | None = None
    _text: str | None = None
    _encoding: str | None = None
    _given_headers: Any = None
    _request: Request | None = None
    _elapsed: Any = None
    _num_bytes_downloaded = 0
    _cookies: Cookies | None = None
    _http_version: str | None = None
    _status_code: int | None = None
    is_closed = True
    is_stream_consumed = True
    next_request: Request | None = None
    default_encoding: str | Callable[[bytes], str] = "utf-8"

    def __init__(
        self,
        status_code: int,
        *,
        headers: Any = None,
        content: str | bytes | None = None,
        text: str | None = None,
        html: str | None = None,
        json: Any = None,
        body: Body | AsyncBody | None = None,
        request: Request | None = None,
        extensions: dict[str, Any] | None = None,
        history: list[Response] | None = None,
        default_encoding: str | Callable[[bytes], str] = "utf-8",
        http_version: str | None = None,
        elapsed: float | timedelta | None = None,
    ) -> None:
        """Makes an answer, as for a test or of another transport.

        Args:
          content: The body in memory; or ``text``, ``html`` or ``json``, which also set the content type.

          body: What the body is read from instead.

          http_version: Such as ``HTTP/1.1``.

          elapsed: Seconds, or a ``timedelta``.
        """
        self.status_code = status_code
        self._given_headers = headers
        self._request = request
        self.extensions = dict(extensions or {})
        self.history = list(history or ())
        self.default_encoding = default_encoding
        self._http_version = http_version
        self._elapsed = elapsed
        if body is not None:
            self._body = body
            self.is_closed = self.is_stream_consumed = False
            return
        content_type = None
        if json is not None:
            import json as json_module

            content = json_module.dumps(json, separators=(",", ":"), ensure_ascii=False)
            content_type = "application/json"
        elif html is not None or text is not None:
            content = text if html is None else html
            content_type = "text/plain; charset=utf-8" if html is None else "text/html; charset=utf-8"
        self._content = content.encode() if isinstance(content, str) else bytes(content or b"")
        if content_type:
            self.headers.setdefault("Content-Type", content_type)

    @classmethod
    def from_native(cls, native: Any, *, request: Request | None = None, body: Any = None) -> Response:
        """An answer of the library's. What it tells is fetched when it is first asked for.

        ``request`` is for a caller who knows more of it than method and URL; ``body`` is what an unread body is read
        from.
        """
        response = cls.__new__(cls)
        response._native = native
        if request is not None:
            response._request = request
        if body is not None:
            response._body = body
            response.is_closed = response.is_stream_consumed = False
        return response

    def __getattr__(self, name: str) -> Any:
        # Only asked for what was not set: an answer of the library's has neither.
        if name not in ("extensions", "history"):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        value: Any = {} if name == "extensions" else self._redirects()
        setattr(self, name, value)
        return value

    def _redirects(self) -> list[Response]:
        """The answers that led to one of the library's, the first one first."""
        found: list[Response] = []
        native = self._native
        while native is not None and (native := _native.response_previous(native)) is not None:
            found.insert(0, Response.from_native(native))
        for index, response in enumerate(found):
            response.history = found[:index]
        return found

    # ---- the head ----

    @property
    def status_code(self) -> int:
        if self._status_code is None:
            self._status_code = _native.response_status(self._native)
        return self._status_code

    @status_code.setter
    def status_code(self, status_code: int) -> None:
        self._status_code = status_code

    @property
    def headers(self) -> Headers:
        from ._headers import Headers

        if not isinstance(self._given_headers, Headers):
            if self._given_headers is None and self._native is not None:
                count = _native.response_headers_count(self._native)
                self._given_headers = [_native.response_header_at(self._native, index) for index in range(count)]
            self._given_headers = Headers(self._given_headers)
        return self._given_headers

    @headers.setter
    def headers(self, headers: Any) -> None:
        self._given_headers = headers

    @property
    def request(self) -> Request:
        """The request, the last one after redirects; a ``RuntimeError`` where the answer was made without one."""
        if self._request is None:
            if self._native is None:
                raise RuntimeError("The request instance has not been set on this response.")
            self._request = Request.from_native(self._native)
        return self._request

    @request.setter
    def request(self, request: Request) -> None:
        self._request = request

    @property
    def _has_no_request(self) -> bool:
        return self._request is None and self._native is None

    @property
    def url(self) -> URL:
        return self.request.url

    @property
    def http_version(self) -> str:
        """Such as ``HTTP/1.1``."""
        if self._http_version is None:
            known = self.extensions.get("http_version", b"").decode("ascii", "ignore")
            if not known and self._native is not None:
                version = _native.response_http_version(self._native)
                known = f"HTTP/{version}" if version else ""
            self._http_version = known or "HTTP/1.1"
        return self._http_version

    @property
    def reason_phrase(self) -> str:
        """The words that came with the status, else its usual ones."""
        said = self.extensions.get("reason_phrase")
        if said is not None:
            return said.decode("ascii", "ignore")
        if self.status_code in _PHRASES:
            return _PHRASES[self.status_code]
        from http import HTTPStatus

        try:
            return HTTPStatus(self.status_code).phrase
        except ValueError:
            return ""

    @property
    def elapsed(self) -> timedelta:
        """How long the call took, retries and waits included; of an unread body, until its head was there."""
        from datetime import timedelta

        if self._elapsed is None:
            if self._native is None:
                raise RuntimeError("'.elapsed' is not known of this response.")
            self._elapsed = _native.response_elapsed(self._native)
        if not isinstance(self._elapsed, timedelta):
            self._elapsed = timedelta(seconds=self._elapsed)
        return self._elapsed

    @elapsed.setter
    def elapsed(self, elapsed: timedelta) -> None:
        self._elapsed = elapsed

    @property
    def is_informational(self) -> bool:
        return 100 <= self.status_code <= 199

    @property
    def is_success(self) -> bool:
        return 200 <= self.status_code <= 299

    @property
    def is_redirect(self) -> bool:
        """Whether the status is 3xx; not each of them leads elsewhere."""
        return 300 <= self.status_code <= 399

    @property
    def is_client_error(self) -> bool:
        return 400 <= self.status_code <= 499

    @property
    def is_server_error(self) -> bool:
        return 500 <= self.status_code <= 599

    @property
    def is_error(self) -> bool:
        return 400 <= self.status_code <= 599

    @property
    def has_redirect_location(self) -> bool:
        """Whether the answer leads elsewhere."""
        return self.status_code in _REDIRECTS and "location" in self.headers

    @property
    def links(self) -> dict[str | None, dict[str, str]]:
        """The ``Link`` header, by ``rel`` or URL."""
        from ._links import parse_links

        return {link.get("rel") or link.get("url"): link for link in parse_links(self.headers.get("link"))}

    @property
    def cookies(self) -> Cookies:
        """What the answer sets."""
        if self._cookies is None:
            from ._cookies import Cookies

            self._cookies = Cookies()
            self._cookies.extract_cookies(self)
        return self._cookies

    def raise_for_status(self) -> Response:
        """Gives the answer back if it is a success, else raises an ``HTTPStatusError``."""
        request = self.request
        if self.is_success:
            return self
        kinds = {1: "Informational response", 3: "Redirect response", 4: "Client error", 5: "Server error"}
        kind = kinds.get(self.status_code // 100, "Invalid status code")
        message = f"{kind} '{self.status_code} {self.reason_phrase}' for url '{self.url}'"
        if self.has_redirect_location:
            message += f"\nRedirect location: '{self.headers['location']}'"
        raise as_loaded(HTTPStatusError)(message, request=request, response=self)

    # ---- the body ----

    @property
    def content(self) -> bytes:
        """The body; a ``ResponseNotRead`` before it was read."""
        if self._content is None:
            if self._native is None or self._body is not None:
                raise as_loaded(ResponseNotRead)()
            self._content = _native.response_body(self._native)
        return self._content

    @property
    def num_bytes_downloaded(self) -> int:
        """How many bytes of the body have come, wherever they went."""
        if self._native is not None and self._body is None:
            return _native.response_size(self._native)
        return self._num_bytes_downloaded

    @property
    def charset_encoding(self) -> str | None:
        """The character set that the content type names."""
        from ._decoding import content_charset

        return content_charset(self.headers.get("content-type"))

    @property
    def encoding(self) -> str:
        """The character set of ``text``: what was set, else what the content type names, else the default."""
        if self._encoding is None:
            from ._decoding import is_known_charset

            named = self.charset_encoding
            if named is None or not is_known_charset(named):
                named = self._default_charset()
            self._encoding = named or "utf-8"
        return self._encoding

    @encoding.setter
    def encoding(self, encoding: str) -> None:
        if self._text is not None:
            raise ValueError("Setting encoding after `text` has been accessed is not allowed.")
        self._encoding = encoding

    def _default_charset(self) -> str | None:
        if isinstance(self.default_encoding, str):
            return self.default_encoding
        return None if self._body is not None and self._content is None else self.default_encoding(self.content)

    @property
    def text(self) -> str:
        """The body as text."""
        if self._text is None:
            from ._decoding import text_decoder

            self._text = text_decoder(self.encoding).decode(self.content, True)
        return self._text

    def json(self, **options: Any) -> Any:
        """The body, decoded; a ``ValueError`` where it is not JSON. The options are ``json.loads``'s."""
        import json

        return json.loads(self.content, **options)

    def read(self) -> bytes:
        """Reads the body, if it is not read, and keeps it."""
        if self._content is None and self._body is not None:
            self._content = b"".join(self.iter_raw())
        return self.content

    def iter_raw(self, chunk_size: int | None = None) -> Iterator[bytes]:
        """The body as it comes, in pieces of a size if one is given. It can be gone through once.

        Other than httpx's these bytes are decoded: the library undoes a content encoding.
        """
        from ._decoding import Chunker

        chunker = Chunker(chunk_size, b"")
        self._begin_stream("read", "Attempted to call a sync iterator on an async stream.")
        try:
            while piece := self._body.read(self._size_to_read()):
                self._num_bytes_downloaded += len(piece)
                yield from chunker.feed(piece)
            yield from chunker.flush()
        except Exception:
            self.close()
            raise
        self.close()

    def save(self, file: BinaryIO) -> None:
        """Writes the body to an open file; one that was not read goes there without passing through Python."""
        body = self._body
        if self._content is not None or not hasattr(body, "save") or _may_block(file):
            file.writelines(self.iter_bytes())
            return
        self._begin_stream("save", "")
        try:
            body.save(file.fileno())
        finally:
            self._num_bytes_downloaded += body.saved
            self.close()

    def iter_bytes(self, chunk_size: int | None = None) -> Iterator[bytes]:
        """The body in pieces of a size; without one as they come. What was read is given again."""
        if self._content is None and self._body is not None:
            return self.iter_raw(chunk_size)
        return _pieces(self.content, chunk_size)

    def iter_text(self, chunk_size: int | None = None) -> Iterator[str]:
        """The body as text, in pieces of a number of characters."""
        from ._decoding import Chunker, text_decoder

        chunker, decoder = Chunker(chunk_size, ""), text_decoder(self.encoding)
        for piece in self.iter_bytes():
            yield from chunker.feed(decoder.decode(piece))
        yield from chunker.feed(decoder.decode(b"", True))
        yield from chunker.flush()

    def iter_lines(self) -> Iterator[str]:
        """The body's lines, without their ends."""
        from ._decoding import LineDecoder

        lines = LineDecoder()
        for text in self.iter_text():
            yield from lines.feed(text)
        yield from lines.flush()

    def close(self) -> None:
        """Releases the connection. What was not read is lost."""
        if self._body is not None and not self.is_closed:
            if not hasattr(self._body, "close"):
                raise RuntimeError("Attempted to call a sync close on an async stream.")
            self.is_closed = True
            self._body.close()

    async def aread(self) -> bytes:
        """Reads the body, if it is not read, and keeps it."""
        if self._content is None and self._body is not None:
            self._content = b"".join([piece async for piece in self.aiter_raw()])
        return self.content

    @unattended
    async def aiter_raw(self, chunk_size: int | None = None) -> AsyncIterator[bytes]:
        """As ``iter_raw``."""
        from ._decoding import Chunker

        chunker = Chunker(chunk_size, b"")
        self._begin_stream("aread", "Attempted to call an async iterator on a sync stream.")
        try:
            while piece := await self._body.aread(self._size_to_read()):
                self._num_bytes_downloaded += len(piece)
                for chunk in chunker.feed(piece):
                    yield chunk
            for chunk in chunker.flush():
                yield chunk
        except Exception:
            await self.aclose()
            raise
        await self.aclose()

    @unattended
    async def aiter_bytes(self, chunk_size: int | None = None) -> AsyncIterator[bytes]:
        """As ``iter_bytes``."""
        if self._content is None and self._body is not None:
            async for piece in self.aiter_raw(chunk_size):
                yield piece
            return
        for piece in _pieces(self.content, chunk_size):
            yield piece

    @unattended
    async def aiter_text(self, chunk_size: int | None = None) -> AsyncIterator[str]:
        """As ``iter_text``."""
        from ._decoding import Chunker, text_decoder

        chunker, decoder = Chunker(chunk_size, ""), text_decoder(self.encoding)
        async for piece in self.aiter_bytes():
            for chunk in chunker.feed(decoder.decode(piece)):
                yield chunk
        for chunk in [*chunker.feed(decoder.decode(b"", True)), *chunker.flush()]:
            yield chunk

    @unattended
    async def aiter_lines(self) -> AsyncIterator[str]:
        """As ``iter_lines``."""
        from ._decoding import LineDecoder

        lines = LineDecoder()
        async for text in self.aiter_text():
            for line in lines.feed(text):
                yield line
        for line in lines.flush():
            yield line

    async def aclose(self) -> None:
        """Releases the connection. What was not read is lost."""
        if self._body is not None and not self.is_closed:
            if not hasattr(self._body, "aclose"):
                raise RuntimeError("Attempted to call an async close on a sync stream.")
            self.is_closed = True
            await self._body.aclose()

    def _begin_stream(self, method: str, refusal: str) -> None:
        if self.is_stream_consumed:
            raise as_loaded(StreamConsumed)()
        if self.is_closed:
            raise as_loaded(StreamClosed)()
        if not hasattr(self._body, method):
            raise RuntimeError(refusal)
        self.is_stream_consumed = True

    def _size_to_read(self) -> int:
        """How much is read at a time of a body; it may have been closed since the last one."""
        if self.is_closed:
            raise as_loaded(StreamClosed)()
        return _READ_SIZE

    # ---- besides ----

    def to_httpx(self) -> httpx.Response:
        """The same answer as one of httpx, which is loaded. Who has it reads and closes the body."""
        from ._httpx_objects import response_to_httpx

        return response_to_httpx(self)

    def __getstate__(self) -> dict[str, Any]:
        """What is pickled: everything but the connection; what was not read is lost."""
        unread = self._body is not None and self._content is None
        return {
            "_status_code": self.status_code,
            "_given_headers": self.headers,
            "_content": None if unread else self.content,
            "_request": None if self._has_no_request else self.request,
            "_elapsed": None if self._elapsed is None and self._native is None else self.elapsed,
            "_http_version": self.http_version,
            "_encoding": self._encoding,
            "_num_bytes_downloaded": self.num_bytes_downloaded,
            "default_encoding": self.default_encoding,
            "history": self.history,
            "is_stream_consumed": self.is_stream_consumed,
            "next_request": self.next_request,
            "extensions": {},
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)

    def __repr__(self) -> str:
        return f"<Response [{self.status_code} {self.reason_phrase}]>"


def _pieces(content: bytes, size: int | None) -> Iterator[bytes]:
    """Bytes in memory in pieces of a size."""
    if size is not None and size < 1:
        raise ValueError(f"`chunk_size` must be at least 1, not {size}")
    size = size or max(len(content), 1)
    return (content[start : start + size] for start in range(0, len(content), size))


def _may_block(file: BinaryIO) -> bool:
    """Whether writing there may have to wait for somebody: for a pipe, a socket, a terminal."""
    import os
    import stat

    kind = stat.S_IFMT(os.fstat(file.fileno()).st_mode)
    return kind in (stat.S_IFIFO, stat.S_IFSOCK) or file.isatty()
