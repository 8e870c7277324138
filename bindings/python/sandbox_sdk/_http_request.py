"""What was sent."""

from __future__ import annotations

from . import _native
from ._http_errors import RequestNotRead, as_loaded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    import httpx

    from ._headers import Headers
    from ._url import URL

__all__ = ["Request"]


_BODY_METHODS = ("POST", "PUT", "PATCH")


class Request:
    """The request of a call."""

    # What one is that was not told otherwise; making one of the library's sets hardly more than its handle.
    _native: Any = None
    _streamed_content: bytes | None = None

    def __init__(
        self,
        method: str,
        url: str | URL,
        *,
        params: Any = None,
        headers: Any = None,
        content: str | bytes | None = b"",
        json: Any = None,
        extensions: dict[str, Any] | None = None,
    ) -> None:
        """Describes a request; nothing is sent.

        Args:
          params: Takes the place of the URL's query.

          headers: A mapping, pairs or ``Headers``.

          content: The body; ``None`` where it was a stream, which is not kept.

          json: The body as a value that is encoded.

          extensions: Anything besides, by name.
        """
        from ._url import URL

        self.method = method.upper()
        url = url if isinstance(url, URL) else URL(url)
        self.url = url if params is None else url.copy_with(params=params)
        self._given_headers = headers
        self.extensions = dict(extensions or {})
        self._content = content.encode() if isinstance(content, str) else content
        if json is not None:
            import json as json_module

            self._content = json_module.dumps(json, separators=(",", ":"), ensure_ascii=False).encode()
            self.headers.setdefault("Content-Type", "application/json")

    @classmethod
    def from_native(cls, native: Any) -> Request:
        """The request that an answer of the library's is of. What it tells is fetched when it is first asked for."""
        request = cls.__new__(cls)
        request._native = native
        request.method = _native.response_method(native)
        return request

    def __getattr__(self, name: str) -> Any:
        # Only asked for what was not set: a request of the library's has none of these.
        if self._native is None or name not in ("url", "extensions", "_content", "_given_headers"):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        value: Any = {}
        if name == "url":
            from ._url import URL

            value = URL.known(_native.response_url(self._native))
        elif name == "_content":
            known = _native.response_request_body(self._native)
            value = self._streamed_content if known is None else known
        elif name == "_given_headers":
            value = self._sent_headers()
        setattr(self, name, value)
        return value

    def _sent_headers(self) -> Headers:
        """What the library sent, with what its transport adds of itself."""
        from ._headers import Headers

        count = _native.response_request_headers_count(self._native)
        headers = [_native.response_request_header_at(self._native, index) for index in range(count)]
        is_secret = _native.response_request_header_is_secret
        secret = [name for index, (name, _) in enumerate(headers) if is_secret(self._native, index)]
        names = {name.lower() for name, _ in headers}
        if headers and "host" not in names:
            headers.insert(0, ("Host", self.url.netloc.decode("ascii")))
        has_length = self._content if self._content is None else self._content or self.method in _BODY_METHODS
        if headers and has_length and "content-length" not in names:
            headers.append(("Content-Length", str(len(self._content))))
        return Headers(headers).with_secret(secret)

    @property
    def headers(self) -> Headers:
        """The headers, as far as they are known."""
        from ._headers import Headers

        if not isinstance(self._given_headers, Headers):
            self._given_headers = Headers(self._given_headers)
        return self._given_headers

    @headers.setter
    def headers(self, headers: Any) -> None:
        self._given_headers = headers

    @property
    def content(self) -> bytes:
        """The body; a ``RequestNotRead`` where it was a stream."""
        if self._content is None:
            raise as_loaded(RequestNotRead)()
        return self._content

    @property
    def stream(self) -> Iterator[bytes]:
        """The body as an iterator."""
        return iter([self.content])

    def read(self) -> bytes:
        return self.content

    async def aread(self) -> bytes:
        return self.content

    def to_httpx(self) -> httpx.Request:
        """The same request as one of httpx, which is loaded."""
        from ._httpx_objects import request_to_httpx

        return request_to_httpx(self)

    def __copy__(self) -> Request:
        """The same request. Unlike what is pickled it has the key, so that it can be sent again."""
        made = type(self).__new__(type(self))
        made.__dict__.update(self.__dict__)
        made.extensions = {}
        return made

    def __deepcopy__(self, memo: dict[int, Any]) -> Request:
        """The same request, which shares nothing with this one but what the library knows of it."""
        from copy import deepcopy

        made = self.__copy__()
        own = {name: value for name, value in made.__dict__.items() if name != "_native"}
        made.__dict__.update(deepcopy(own, memo))
        return made

    def __getstate__(self) -> dict[str, Any]:
        """What is pickled. The key of a request that was sent is not: errors go to places that nobody thinks of."""
        if self._native is None:
            return {**self.__dict__, "_given_headers": self.headers, "extensions": {}}
        return {
            "method": self.method,
            "url": self.url,
            "extensions": {},
            "_content": self._content,
            "_given_headers": self.headers.without_secrets(),
        }

    def __repr__(self) -> str:
        return f"<Request({self.method!r}, {str(self.url)!r})>"
