"""What calls need of their client, and the ways to make one that waits for its answer."""

from __future__ import annotations

from sys import modules

from ._lazy import load_module
from ._native import client_is_closed, client_set_options
from ._timeout import timeout_options
from ._types import NotGiven, Omit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

    from ._http import Response
    from ._timeout import Timeout
    from ._types import Body, Headers, Query

__all__ = ["Caller"]

LARGEST_COUNT = 2**31 - 1


class Caller:
    """What a resource needs of its client.

    It is an object of its own so that a client and its resources are no reference cycle: the connections of a client
    that is dropped without being closed are closed at once, not by some later garbage collection.
    """

    __slots__ = (
        "_default_stream_cls",
        "_strict_response_validation",
        "async_library",
        "connections",
        "detours",
        "follows_logging",
        "handle",
        "log_level",
        "loops",
        "own_headers",
        "own_query",
        "wanted_level",
        "watch",
    )

    def __init__(
        self,
        handle: Any,
        own_headers: Callable[[], tuple[dict[str, Any], dict[str, Any]]] | None,
        own_query: Callable[[], dict[str, Any]] | None,
        *,
        strict: bool,
        default_stream_cls: Any,
        follows_logging: bool,
        connections: Any = None,
    ) -> None:
        self.handle = handle
        self.own_headers = own_headers
        """Gives the headers that a subclass authenticates by in its own way, and its other default ones, else None.

        The former go to the base URL's origin only, unless a header of the call's own is in their place."""
        self.own_query = own_query
        """Gives the query of a subclass that has its own default one, else None."""
        self._strict_response_validation = strict
        self._default_stream_cls = default_stream_cls
        self.watch: Any = None
        """Tells whether httpx is mocked; None: nobody has asked yet."""
        self.detours: dict[Any, Any] = {}
        """The ways through what is mocked, by what tells of the mock; each is made when it is first needed."""
        self.connections = connections
        """What the library calls and does not own: a hook of attempts, a transport in Python; None: nothing."""
        self.follows_logging = follows_logging
        """Whether the program's settings of the logger decide how much is logged."""
        self.log_level = -1
        """What they were when the library was last told."""
        self.wanted_level: Callable[[], int] | None = None
        """Tells what they are now; None while nobody has asked, since that takes the module for logging."""
        self.loops: Any = None
        """What drives started calls, shared with the client's copies; None in a client that waits."""
        self.async_library: str | None = None
        """Which library's loop the server was last told of; empty where the caller's own header says so."""

    def options(
        self,
        extra_headers: Headers | None,
        extra_query: Query | None,
        extra_body: Body | None,
        timeout: float | Timeout | NotGiven | None,
    ) -> dict[str, Any]:
        """The options of one call as the library names them."""
        options: dict[str, Any] = {}
        if extra_headers is not None:
            options["headers"] = extra_headers
        if self.own_headers is not None:
            options["credentials"], own_headers = self.own_headers()
            options["headers"] = {**own_headers, **(extra_headers or {})}
        if self.own_query is not None:
            extra_query = {**self.own_query(), **(extra_query or {})}
        if extra_query is not None:
            from ._query import query_values

            options["query"] = query_values(extra_query)
        if extra_body is not None:
            options["body"] = extra_body
        if timeout.__class__ is not NotGiven:
            options.update(timeout_options(timeout))  # type: ignore[arg-type]
        return options

    def call_options(
        self,
        arguments: dict[str, Any],
        extra_headers: Headers | None,
        extra_query: Query | None,
        extra_body: Body | None,
        timeout: float | Timeout | NotGiven | None,
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """The arguments of an operation and the options of its call: ``Omit()`` takes an argument out of the body."""
        if hasattr(extra_body, "items"):
            arguments, extra_body = without_omitted(arguments, extra_body)
        return arguments, self.options(extra_headers, extra_query, extra_body, timeout)

    def follow_logging(self) -> None:
        """Tells the library how much the program wants logged, where that has changed."""
        if self.wanted_level is None:
            from ._logs import wanted_level

            self.wanted_level = wanted_level
        wanted = self.wanted_level()
        if wanted != self.log_level:
            self.set_options({"log_level": wanted})
            self.log_level = wanted

    def send(self, request: dict[str, Any], options: dict[str, Any], *, stream: bool) -> Response:
        """Makes a request and waits for its answer; with ``stream`` the body is left to be read."""
        from ._http import Response
        from ._native import client_send, stream_head
        from ._streamed_body import StreamedBody

        if "logging" in modules and self.follows_logging:
            self.follow_logging()
        handle = self.mocked().handle if "httpx" in modules else self.handle
        if not stream:
            return Response.from_native(client_send(handle, request, options))
        body = StreamedBody.open(handle, request, options)
        return Response.from_native(stream_head(body.stream), body=body)

    async def asend(self, request: dict[str, Any], options: dict[str, Any], *, stream: bool) -> Response:
        """The same without waiting: the running event loop goes on meanwhile."""
        from ._http import Response
        from ._native import stream_head

        way = self.ready_way()
        if not stream:
            return Response.from_native(await way.loops.here().call(way.handle, request, options))
        body = await way.loops.here().open(way.handle, request, options)
        return Response.from_native(stream_head(body.stream), body=body)

    def ready_way(self) -> Any:
        """What has the handle and the loops for a call that begins now: this, or the detour through a mocked httpx."""
        if "logging" in modules and self.follows_logging:
            self.follow_logging()
        loops = self.loops
        library = loops.here().library
        if self.async_library != "" and library != self.async_library:
            self.set_options({"default_headers": {"X-Stainless-Async": f"async:{library}"}})
            self.async_library = library
        return self.mocked() if "httpx" in modules else self

    def mocked(self) -> Any:
        """In a program that has loaded httpx: the detour through it where it is mocked, else this."""
        watch = self.watch
        if watch is None:
            watch = self.watch = load_module("sandbox_sdk._mocks").watch_of(asynchronous=self.loops is not None)
        return self.detour_by(watch) if watch.is_patched() and self.is_over_network() else self

    def is_over_network(self) -> bool:
        """Whether the library's own connections carry the calls."""
        return not client_is_closed(self.handle) and (self.connections is None or self.connections.transport is None)

    def detour_by(self, watch: Any) -> Any:
        """The way through what is watched."""
        if watch not in self.detours:
            self.detours[watch] = load_module("sandbox_sdk._mocks").Detour(self, watch.http_client(self))
        return self.detours[watch]

    def set_options(self, options: dict[str, Any]) -> None:
        """Changes options of the library's client."""
        client_set_options(self.handle, options)
        for detour in tuple(self.detours.values()):
            client_set_options(detour.handle, options)


def without_omitted(arguments: dict[str, Any], extra_body: Any) -> tuple[dict[str, Any], Any]:
    """Takes out of the arguments what the caller's own body leaves out by ``Omit()``, and that out of the body."""
    omitted = [name for name, value in extra_body.items() if value.__class__ is Omit]
    if not omitted:
        return arguments, extra_body
    return (
        {name: value for name, value in arguments.items() if name not in omitted},
        {name: value for name, value in extra_body.items() if name not in omitted},
    )


def retries_count(max_retries: Any) -> int:
    """How often to try again; infinity is the largest number that there is."""
    if max_retries is None:
        raise TypeError(
            "max_retries cannot be None. If you want to disable retries, pass `0`; if you want unlimited retries, pass"
            " `math.inf` or a very high number; if you want the default behavior, pass"
            " `sandbox_sdk.DEFAULT_MAX_RETRIES`"
        )
    return LARGEST_COUNT if max_retries == float("inf") else max_retries
