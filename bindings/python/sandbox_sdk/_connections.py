"""How a client's requests get to the server: what the arguments of its constructor say of that.

Loaded only where one of them is given: a client without them is the library's own over the network.
"""

from __future__ import annotations

from sys import modules

from ._attempt import AttemptHook
from ._caller import Caller
from ._types import not_given

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Callable

__all__ = ["Connections", "connect"]

_NO_LIMIT = 2**31 - 1


class Connections:
    """What a client keeps because of these arguments, and what they say of its other options."""

    __slots__ = ("headers", "hook", "http_client", "is_apart", "native", "query", "timeout", "transport")

    def __init__(self) -> None:
        self.native: dict[str, Any] = {}
        """Members of sbx_client_options."""
        self.timeout: Any = not_given
        """The timeout where the client was not given one."""
        self.headers: dict[str, str] = {}
        """Sent below the client's own default headers."""
        self.query: dict[str, Any] = {}
        self.hook: AttemptHook | None = None
        self.transport: Any = None
        """The library owns neither this nor the hook: whoever keeps the client keeps both."""
        self.http_client: Any = None
        """As it was given."""
        self.is_apart = False
        """Whether the client does not share the connections of its HTTP client with others."""

    def inherit(self, other: Connections | None) -> None:
        """Takes over what a copy of a client shares with it."""
        self.is_apart = True
        if other is None:
            return
        if self.hook is None:
            self.hook = other.hook
        if self.http_client is None and "transport" not in self.native:
            self.transport, self.http_client = other.transport, other.http_client
        elif self.transport is None and other.transport is not None:
            # A copy cannot go back from a transport to the library's own connections.
            self._use(self.http_client.real())

    def _use(self, http_client: Any) -> None:
        asynchronous = hasattr(http_client, "aclose")
        self.transport = self.native["transport"] = _adapter(_over_httpx(http_client, asynchronous), asynchronous)

    def shares(self) -> bool:
        """Whether the connections belong to the HTTP client, which may have other clients as well."""
        return is_mapped(self.http_client) and self.transport is None and not self.is_apart

    def caller_class(self) -> type[Caller]:
        """What the client's calls are made by."""
        if is_mapped(self.http_client) and self.http_client._extra == "aiohttp":
            from ._aiohttp_caller import AiohttpCaller

            return AiohttpCaller
        return Caller

    def apply(self, options: dict[str, Any]) -> None:
        """Adds what there is to the options of a client that is made."""
        options.update(self.native)
        for name, below in (("default_headers", self.headers), ("default_query", self.query)):
            if below:
                options[name] = {**below, **options.get(name, {})}

    def close(self) -> None:
        """Closes what was given with the client that is closed."""
        if self.transport is not None:
            self.transport.close()
        elif self.http_client is not None:
            self.http_client.close()

    async def aclose(self) -> None:
        """The same for coroutines."""
        if self.transport is not None:
            await self.transport.aclose()
        elif self.http_client is not None:
            await self.http_client.aclose()


def connect(
    http_client: Any,
    http_options: Mapping[str, Any] | None,
    transport: Any,
    on_attempt: Callable[[Any], Any] | None,
    *,
    asynchronous: bool,
) -> Connections:
    """Reads the arguments; whatever is wrong with them is raised here."""
    made = Connections()
    http: dict[str, Any] = {}
    if http_client is not None and transport is not None:
        raise TypeError("`http_client` and `transport` are two ways to say the same; give one of them")
    if http_client is not None:
        transport = _take_http_client(made, http, http_client, asynchronous)
    if http_options is not None:
        if not hasattr(http_options, "keys"):
            raise TypeError(f"`http_options` must be a mapping, not {type(http_options).__name__}")
        made.is_apart = True
        http.update((name, value) for name, value in dict(http_options).items() if value is not None)
    if http or http_options is not None or (http_client is not None and transport is None):
        made.native["http"] = http
    if transport is not None:
        made.transport = made.native["transport"] = _adapter(transport, asynchronous)
    if on_attempt is not None:
        made.hook = AttemptHook(on_attempt)
        made.native["on_attempt"] = made.hook.number
    return made


def is_mapped(http_client: Any) -> bool:
    """Whether an HTTP client is one of this package's, whose arguments are options of the library."""
    mapping = modules.get("sandbox_sdk._http_client")
    return mapping is not None and issubclass(type(http_client), mapping._MappedClient)


def _adapter(transport: Any, asynchronous: bool) -> Any:
    if asynchronous:
        from ._async_transport import CoroutineTransport

        return CoroutineTransport(transport)
    from ._transport import SyncTransport

    return SyncTransport(transport)


def _take_http_client(made: Connections, http: dict[str, Any], http_client: Any, asynchronous: bool) -> Any:
    """What an HTTP client says of the options; returns the transport that it is or has."""
    name = "AsyncClient" if asynchronous else "Client"
    made.http_client = http_client
    if is_mapped(http_client):
        if type(http_client)._httpx_name != name:
            raise _wrong_kind(http_client, name)
        mapped = http_client._mapped
        http.update(mapped.http)
        made.timeout, made.headers, made.query = mapped.timeout, mapped.headers, mapped.query
        return mapped.transport
    httpx = modules.get("httpx")
    if httpx is None or not isinstance(http_client, getattr(httpx, name)):
        raise _wrong_kind(http_client, name)
    return _take_httpx(made, http, http_client, asynchronous)


def _wrong_kind(http_client: Any, name: str) -> TypeError:
    return TypeError(
        f"Invalid `http_client` argument; Expected an instance of `httpx.{name}` but got {type(http_client)}"
    )


def _take_httpx(made: Connections, http: dict[str, Any], client: Any, asynchronous: bool) -> Any:
    from ._timeout import Timeout

    httpx = modules["httpx"]
    if client.timeout != httpx.Timeout(timeout=5.0):  # httpx's own default is not somebody's choice
        made.timeout = Timeout(client.timeout)
    http["follow_redirects"] = client.follow_redirects
    http["max_redirects"] = client.max_redirects
    # Its pool has limits of its own.
    http["max_connections"] = _NO_LIMIT
    return _over_httpx(client, asynchronous)


def _over_httpx(client: Any, asynchronous: bool) -> Any:
    """A client of httpx as a transport."""
    if asynchronous:
        from ._async_httpx_transport import AsyncHttpxTransport

        return AsyncHttpxTransport(client)
    from ._httpx_transport import HttpxTransport

    return HttpxTransport(client)
