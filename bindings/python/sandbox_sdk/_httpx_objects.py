"""Our requests and answers as those of httpx. httpx is loaded when one is asked for."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import httpx

    from ._http import Request, Response

__all__ = ["to_httpx_request", "to_httpx_response"]

# The body has been decoded; httpx would decode it again, or wait for bytes that are not there.
_OF_THE_WIRE = ("content-encoding", "content-length", "transfer-encoding")


def to_httpx_request(request: Request) -> httpx.Request:
    """The same request as httpx's; the content of one that was sent as a stream is empty."""
    import httpx

    return httpx.Request(
        request.method,
        str(request.url),
        headers=request.headers.raw,
        content=request._content,
        extensions=request.extensions,
    )


def to_httpx_response(response: Response) -> httpx.Response:
    """The same answer as httpx's, read.

    Its headers are the answer's but those that say how the body came over the wire, since the content is decoded.
    """
    import httpx

    names = [(name, value) for name, value in response.headers.raw if name.decode().lower() not in _OF_THE_WIRE]
    converted = httpx.Response(
        response.status_code,
        headers=names,
        content=response.content,
        request=None if response._has_no_request else to_httpx_request(response.request),
        extensions={
            **response.extensions,
            "http_version": response.http_version.encode(),
            "reason_phrase": response.reason_phrase.encode(),
        },
        history=[to_httpx_response(earlier) for earlier in response.history],
        default_encoding=response.default_encoding,
    )
    if response._elapsed is not None:
        converted.elapsed = response.elapsed
    converted._num_bytes_downloaded = response.num_bytes_downloaded
    return converted
