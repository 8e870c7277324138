"""A client of httpx for coroutines as the transport: see _httpx_transport."""

from __future__ import annotations

import httpx

from ._httpx_transport import build_request

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ._async_transport import AsyncTransportRequest

__all__ = ["AsyncHttpxTransport"]


class AsyncHttpxTransport:
    """Sends requests through an ``httpx.AsyncClient``."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def handle_async_request(self, request: AsyncTransportRequest) -> httpx.Response:
        """Sends one request; the answer's body is not yet read."""
        content = request.content if request.is_whole else request.aiter_bytes()
        built = build_request(self.client, request, content)
        auth: dict[str, Any] = {"auth": None} if request.is_elsewhere else {}
        return await self.client.send(built, stream=True, follow_redirects=False, **auth)

    async def aclose(self) -> None:
        await self.client.aclose()
