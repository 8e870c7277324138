"""Our requests and answers as those of httpx. httpx is loaded when one is asked for."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from typing import Any

    import httpx

    from ._http import Request, Response

__all__ = ["request_to_httpx", "response_to_httpx"]

# The body has been decoded; httpx would decode it again, or wait for bytes that are not there.
_OF_THE_WIRE = ("content-encoding", "content-length", "transfer-encoding")


def request_to_httpx(request: Request) -> httpx.Request:
    """The same request as httpx's; the content of one that was sent as a stream is empty."""
    import httpx

    return httpx.Request(
        request.method,
        str(request.url),
        headers=request.headers.raw,
        content=request._content,
        extensions=request.extensions,
    )


def response_to_httpx(response: Response) -> httpx.Response:
    """The same answer as httpx's. A body that was not read is read through it, and the connection released by it.

    Its headers are the answer's but those that say how the body came over the wire, since the content is decoded.
    """
    import httpx

    unread = response._body is not None and response._content is None
    body: Any = {"stream": _stream(response)} if unread else {"content": response.content}
    converted = httpx.Response(
        response.status_code,
        headers=[(name, value) for name, value in response.headers.raw if name.decode().lower() not in _OF_THE_WIRE],
        request=None if response._has_no_request else request_to_httpx(response.request),
        extensions={
            **response.extensions,
            "http_version": response.http_version.encode(),
            "reason_phrase": response.reason_phrase.encode(),
        },
        history=[response_to_httpx(earlier) for earlier in response.history],
        default_encoding=response.default_encoding,
        **body,
    )
    if response._elapsed is not None or response._native is not None:
        converted.elapsed = response.elapsed
    converted._num_bytes_downloaded = response.num_bytes_downloaded
    return converted


def _stream(response: Response) -> Any:
    """A body that httpx reads."""
    import httpx

    class Stream(httpx.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            return response.iter_raw()

        def close(self) -> None:
            response.close()

    class AsyncStream(httpx.AsyncByteStream):
        def __aiter__(self) -> AsyncIterator[bytes]:
            return response.aiter_raw()

        async def aclose(self) -> None:
            await response.aclose()

    return AsyncStream() if hasattr(response._body, "aread") else Stream()
