"""What the calls of a client need that was made with ``DefaultAioHttpClient``: it follows mocks of aiohttp as well."""

from __future__ import annotations

from sys import modules

from ._caller import Caller
from ._mocks import aiohttp_watch
from ._native import client_is_closed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["AiohttpCaller"]


class AiohttpCaller(Caller):
    """A class of its own, so that the calls of other clients do not ask for aiohttp."""

    __slots__ = ()

    def ready_way(self) -> Any:
        """As in every client; here a program that has loaded aiohttp alone asks, too."""
        way = super().ready_way()
        return self.mocked() if "aiohttp" in modules and "httpx" not in modules else way

    def mocked(self) -> Any:
        """The detour through aiohttp where that is mocked, else what it is for every client."""
        if "aiohttp" in modules and aiohttp_watch.is_patched() and self.is_over_aiohttp():
            return self.detour_by(aiohttp_watch)
        return super().mocked() if "httpx" in modules else self

    def is_over_aiohttp(self) -> bool:
        """Whether what carries the calls stands for aiohttp: all but a transport of the program's own."""
        return not client_is_closed(self.handle) and self.connections.http_client._mapped.transport is None
