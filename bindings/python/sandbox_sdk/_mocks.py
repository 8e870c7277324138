"""A test that mocks httpx never reaches the network.

Libraries for tests (respx, pytest-httpx, vcrpy) put functions of their own in the place of httpx's. While one is there,
the calls of a client that would go over the library's own connections go through a client of httpx instead, so that
such a function gets them. It counts for nothing when the client was made. The same holds for mocks of aiohttp
(aioresponses) and the clients that were made with a ``DefaultAioHttpClient``.

A call asks a `_Watch` only in a program that has loaded httpx, or aiohttp.
"""

from __future__ import annotations

from operator import attrgetter
from sys import modules

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ._caller import Caller

# The functions that a request passes on its way out: module, class, names.
_STEPS = ("send", "_send_single_request", "_transport_for_url")
_SYNC = (
    ("httpx._client", "Client", _STEPS),
    ("httpx._transports.default", "HTTPTransport", ("handle_request",)),
    ("httpcore._sync.connection_pool", "ConnectionPool", ("handle_request",)),
    ("httpcore._sync.connection", "HTTPConnection", ("handle_request",)),
)
_ASYNC = (
    ("httpx._client", "AsyncClient", _STEPS),
    ("httpx._transports.default", "AsyncHTTPTransport", ("handle_async_request",)),
    ("httpcore._async.connection_pool", "AsyncConnectionPool", ("handle_async_request",)),
    ("httpcore._async.connection", "AsyncHTTPConnection", ("handle_async_request",)),
)
_AIOHTTP = (
    ("aiohttp.client", "ClientSession", ("request", "_request")),
    ("aiohttp.connector", "TCPConnector", ("connect", "_create_connection", "_resolve_host")),
    ("httpx_aiohttp.transport", "AiohttpTransport", ("handle_async_request",)),
)


class _Watch:
    """The functions of one of the tables above, as they are where nobody has put others in their place."""

    __slots__ = ("missing", "seen")

    def __init__(self, table: tuple[tuple[str, str, tuple[str, ...]], ...]) -> None:
        self.seen: list[tuple[Any, Any, Any]] = []
        """What gets the functions of a class, the class, and what it got at first."""
        self.missing = list(table)
        """Classes that were not seen as they are: not loaded yet, or somebody was faster."""

    def is_patched(self) -> bool:
        for functions_of, owner, originals in self.seen:
            if functions_of(owner) != originals:
                return True
        return bool(self.missing) and self.look()

    def http_client(self, caller: Caller) -> Any:
        """The client of httpx that stands for a client's own connections."""
        given = caller.connections and caller.connections.http_client
        if given is not None:
            return given.real()
        from . import _httpx_clients
        from ._http_arguments import arguments_of

        options = caller.connections.native.get("http", {}) if caller.connections else {}
        kind = _httpx_clients.RealClient if caller.loops is None else _httpx_clients.RealAsyncClient
        return kind(**arguments_of(options))

    def look(self) -> bool:
        """Looks at the missing ones. True: a function of one of them is not its own."""
        patched = False
        for entry in list(self.missing):
            module = modules.get(entry[0])
            if module is not None:
                owner = getattr(module, entry[1], None)
                names = [name for name in entry[2] if hasattr(owner, name)]
                if all(_is_own(module, getattr(owner, name)) for name in names):
                    self.missing.remove(entry)
                    if names:
                        functions_of = attrgetter(*names)
                        self.seen.append((functions_of, owner, functions_of(owner)))
                else:
                    patched = True
        return patched


class _AiohttpWatch(_Watch):
    """The same for aiohttp, over which the calls then have to go."""

    __slots__ = ()

    def http_client(self, caller: Caller) -> Any:
        return caller.connections.http_client.over_aiohttp(f"DefaultAioHttpClient under {self.name_of_mock()}")

    def name_of_mock(self) -> str:
        """What was replaced, and by whom."""
        for module_name, owner_name, names in _AIOHTTP:
            module: Any = modules.get(module_name)
            owner = getattr(module, owner_name, None)
            for name in names:
                function = getattr(owner, name, None)
                if function is not None and not _is_own(module, function):
                    return f"the mock of {module_name}.{owner_name}.{name} by {_author_of(function)}"
        return "a mock of aiohttp"


def _author_of(function: Any) -> str:
    """The module that has put a function where it is; of a mock that of what it calls, if it calls anything."""
    called = getattr(function, "side_effect", None) or function
    author = getattr(called, "__globals__", {}).get("__name__")
    return author or type(getattr(function, "mock", function)).__module__


def _is_own(module: Any, function: Any) -> bool:
    """Whether a function is the module's: what others put there is defined elsewhere, or is no function at all."""
    return getattr(function, "__globals__", None) is vars(module)


_watches = {False: _Watch(_SYNC), True: _Watch(_ASYNC)}
aiohttp_watch = _AiohttpWatch(_AIOHTTP)


def watch_of(*, asynchronous: bool) -> _Watch:
    """What tells a client whether something else than httpx would get a request that httpx sends."""
    return _watches[asynchronous]


class Detour:
    """A client's way through one of httpx, kept for the calls that need it."""

    __slots__ = ("adapter", "handle", "loops")

    def __init__(self, caller: Caller, http_client: Any) -> None:
        from ._native import client_with_options

        asynchronous = caller.loops is not None
        self.loops: Any = None
        self.adapter: Any
        if asynchronous:
            from ._async_httpx_transport import AsyncHttpxTransport
            from ._async_transport import CoroutineTransport

            self.adapter = CoroutineTransport(AsyncHttpxTransport(http_client))
        else:
            from ._httpx_transport import HttpxTransport
            from ._transport import SyncTransport

            self.adapter = SyncTransport(HttpxTransport(http_client))
        self.handle = client_with_options(caller.handle, {"transport": self.adapter})
        if asynchronous:
            from ._loops import Loops

            self.loops = Loops(self.handle)

    def close(self) -> None:
        """Closes it with its client."""
        from ._native import client_close

        client_close(self.handle)
        self.adapter.close()

    async def aclose(self) -> None:
        """The same for coroutines."""
        from ._native import client_close

        client_close(self.handle)
        await self.adapter.aclose()
