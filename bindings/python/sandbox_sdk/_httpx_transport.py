"""A client of httpx as the transport: its own auth, hooks, cookies, mounts and transports do their work.

Retries, redirects and the key are the library's, above it.
"""

from __future__ import annotations

import httpx

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ._transport import TransportRequest

__all__ = ["HttpxTransport"]


class HttpxTransport:
    """Sends requests through an ``httpx.Client``."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client

    def handle_request(self, request: TransportRequest) -> httpx.Response:
        """Sends one request; the answer's body is not yet read."""
        content = request.content if request.is_whole else request.iter_bytes()
        built = build_request(self.client, request, content)
        auth: dict[str, Any] = {"auth": None} if request.is_elsewhere else {}
        return self.client.send(built, stream=True, follow_redirects=False, **auth)

    def close(self) -> None:
        self.client.close()


def build_request(client: Any, request: TransportRequest, content: Any) -> httpx.Request:
    """The request as httpx has it, with what its client adds to every one of its own."""
    url = httpx.URL(str(request.url))
    headers = request.headers.multi_items()
    if request.content_length > 0:
        headers.append(("Content-Length", str(request.content_length)))
    built = client.build_request(
        request.method,
        url,
        # A client that has parameters of its own would put them in the place of the URL's.
        params=url.params if client.params else None,
        headers=headers,
        content=content if request.content_length else None,
        timeout=httpx.Timeout(**request.extensions["timeout"]),
    )
    for name in request.removed_headers:
        built.headers.pop(name, None)
    if request.is_elsewhere:
        built.headers.pop("Authorization", None)
    return built
