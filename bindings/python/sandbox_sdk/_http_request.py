"""What was sent."""

from __future__ import annotations

from ._http_errors import RequestNotRead, as_loaded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    import httpx

    from ._headers import Headers
    from ._url import URL

__all__ = ["Request"]


class Request:
    """The request of a call."""

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

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_given_headers": self.headers, "extensions": {}}

    def __repr__(self) -> str:
        return f"<Request({self.method!r}, {str(self.url)!r})>"
