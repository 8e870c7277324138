"""Transports in Python, in the place of the network: doubles in tests, recorded answers, another HTTP library.

A transport is an object with ``handle_request(request)``, or a function, that is given a ``Request`` and returns a
``Response`` (or one of httpx), and may have ``close()``. For an async client it has ``handle_async_request(request)``,
a coroutine, and may have ``aclose()``; a plain function will do there, too. Retries, redirects, timeouts, errors and
models are above it and the same as over the network.

What it raises ends the attempt: the call raises an ``APIConnectionError``, or for a ``TimeoutError`` an
``APITimeoutError``, whose ``__cause__`` it is. What says that nothing was sent (``ConnectionRefusedError``) lets the
request be sent again whatever it does; an ``AssertionError`` is final.
"""

from __future__ import annotations

from . import _native
from ._exchange_failure import failure_of
from ._http import Request

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, Callable, Union

    from ._http import Response

    TransportTypes = Union["Transport", Callable[[Request], Any]]
    AsyncTransportTypes = Union["AsyncTransport", Callable[[Request], Any]]

__all__ = ["AsyncTransport", "MockTransport", "Transport", "TransportRequest"]

_READ_SIZE = 1 << 16
# A body of a request up to so many bytes is read at once: it can be looked at later and sent again.
LARGEST_WHOLE = 1 << 20
_PHASES = ("connect", "read", "write", "pool")


class TransportRequest(Request):
    """A request on its way: ``method``, ``url``, ``headers``, and its body as ``content`` or in pieces.

    ``extensions["timeout"]`` has the seconds to wait by phase, as httpx has them.
    """

    is_elsewhere = False
    """Whether a redirect has led it to another origin than that of the call's first request."""

    def __init__(
        self,
        method: str,
        url: str,
        headers: list[tuple[str, str | None]],
        length: int,
        timeouts: tuple[float | None, ...],
        read: Callable[[int], bytes],
    ) -> None:
        super().__init__(method, url)
        self.headers = _headers([(name, value) for name, value in headers if value is not None])
        self.removed_headers = [name for name, value in headers if value is None]
        """What must not be sent, also not by default."""
        self.content_length = length
        """Of the body; -1: not known before its end."""
        self.extensions = {"timeout": dict(zip(_PHASES, timeouts))}
        self._read = read
        self._content: bytes | None = b"" if length == 0 else None
        self._begun = length == 0

    @property
    def is_whole(self) -> bool:
        """Whether ``content`` has the body already."""
        return self._content is not None

    def iter_bytes(self) -> Iterator[bytes]:
        """The body in pieces, as they come from where the caller has them. It can be gone through once."""
        if self._content is not None:
            return iter([self._content] if self._content else [])
        if self._begun:
            raise RuntimeError("the request's body was read already")
        self._begun = True
        return iter(lambda: self._read(_READ_SIZE), b"")

    def read(self) -> bytes:
        """The whole body."""
        if self._content is None:
            self._content = b"".join(self.iter_bytes())
        return self._content

    @property
    def content(self) -> bytes:
        """The whole body."""
        return self.read()


def _headers(pairs: list[tuple[str, str]]) -> Any:
    from ._http import Headers

    return Headers(pairs)


class Transport:
    """What a transport in Python has. One need not be derived from this class."""

    def handle_request(self, request: Request) -> Any:
        """Answers a request with a ``Response``."""
        raise NotImplementedError("a transport has a method `handle_request`")

    def close(self) -> None:
        """Closes what it keeps open; the client that has it is closed."""


class AsyncTransport:
    """What a transport in Python for coroutines has. One need not be derived from this class."""

    async def handle_async_request(self, request: Request) -> Any:
        """Answers a request with a ``Response``."""
        raise NotImplementedError("a transport for coroutines has a method `handle_async_request`")

    async def aclose(self) -> None:
        """Closes what it keeps open; the client that has it is closed."""


class MockTransport(Transport, AsyncTransport):
    """A transport of a test's: every request is given to a function, which returns the answer.

        def handler(request):
            assert request.method == "DELETE"
            return Response(200, json={"deleted": 1})

        client = SandboxSDK(api_key="key", transport=MockTransport(handler))

    The function may be a coroutine function where the client is an async one.
    """

    def __init__(self, handler: Callable[[Request], Any]) -> None:
        self.handler = handler

    def handle_request(self, request: Request) -> Response:
        """Answers a request of a client that waits."""
        return self.handler(request)

    async def handle_async_request(self, request: Request) -> Response:
        """Answers a request of an async client."""
        response = self.handler(request)
        return await response if hasattr(response, "__await__") else response


class SyncTransport:
    """A transport as the native module calls it. The Python client owns it."""

    __slots__ = ("__weakref__", "handle", "owner")

    def __init__(self, owner: Any) -> None:
        self.owner = owner
        self.handle: Callable[[TransportRequest], Any] = getattr(owner, "handle_request", None) or owner
        if not callable(self.handle):
            raise TypeError(
                "`transport` must be a function, or have a method `handle_request`, of a request;"
                f" {type(owner).__name__} has none"
            )

    def start(
        self,
        exchange: Any,
        method: str,
        url: str,
        headers: list[tuple[str, str | None]],
        length: int,
        timeouts: tuple[float | None, ...],
        memory: dict[str, Any],
    ) -> SyncExchange:
        """Sends a request and waits for the head of its answer."""
        started = SyncExchange(exchange, memory)
        request = TransportRequest(method, url, headers, length, timeouts, started.read_request)
        request.is_elsewhere = is_elsewhere(url, memory)
        started.send(self.handle, request)
        return started

    def close(self) -> None:
        """Closes what the transport keeps open."""
        close = getattr(self.owner, "close", None)
        if close is not None:
            close()


class SyncExchange:
    """One request and its answer. The native module calls ``read``, ``resume`` and ``stop``."""

    __slots__ = ("cannot_read", "exchange", "memory", "pieces", "response")

    def __init__(self, exchange: Any, memory: dict[str, Any]) -> None:
        self.exchange = exchange
        self.memory = memory
        self.cannot_read = False
        """Whether the request's body could not be read: the library knows why, and ends the call with that."""
        self.response: Any = None
        self.pieces: Iterator[bytes] = iter(())

    def read_request(self, size: int) -> bytes:
        """Bytes of the request's body; none at its end."""
        try:
            return _native.exchange_read(self.exchange, size)
        except OSError:
            self.cannot_read = True
            raise

    def send(self, handle: Callable[[TransportRequest], Any], request: TransportRequest) -> None:
        """Has the request answered."""
        try:
            if 0 < request.content_length <= LARGEST_WHOLE:
                request.read()
            self.response = handle(request)
            check_response(self.response)
            self.pieces = pieces_of(self.response)
            answer(self.exchange, self.response)
        except ResponseTypeError:
            raise
        except Exception as error:
            self.fail(error)

    def read(self, size: int) -> bytes | None:
        """Some bytes of the answer's body; none at its end, None where it has failed."""
        try:
            for piece in self.pieces:
                if piece:
                    return bytes(piece)
            return b""
        except Exception as error:
            self.fail(error)
            return None

    def fail(self, error: Exception) -> None:
        """Tells the library what has become of the attempt, and the call what has been raised."""
        if not self.cannot_read:
            fail(self.exchange, error, self.memory)

    def resume(self) -> None:
        """Nothing is ever waited for."""

    def stop(self) -> None:
        """The exchange is over."""
        close = getattr(self.response, "close", None)
        if close is not None:
            close()


class ResponseTypeError(TypeError):
    """A transport has returned something that is no answer: an error of the program's, which the call raises."""


def check_response(response: Any) -> None:
    """Refuses what is no answer."""
    if not hasattr(response, "status_code") or not hasattr(response, "headers"):
        if hasattr(response, "__await__") and hasattr(response, "close"):
            response.close()  # a coroutine that nobody will await
        raise ResponseTypeError(f"a transport must return a Response, not {type(response).__name__}")


def pieces_of(response: Any) -> Iterator[bytes]:
    """The body of an answer, decoded."""
    iter_bytes = getattr(response, "iter_bytes", None)
    return iter([response.content]) if iter_bytes is None else iter_bytes()


def answer(exchange: Any, response: Any) -> None:
    """Tells the library the head of an answer whose body is given decoded."""
    headers = response.headers
    pairs = getattr(headers, "raw", None)
    if pairs is None:
        pairs = headers.multi_items() if hasattr(headers, "multi_items") else headers.items()
    pairs = [(name, value) for name, value in pairs]
    names = [_text(name).lower() for name, _ in pairs]
    if "content-encoding" in names:
        # What is left of it would not be true of the bytes that are given.
        gone = {"content-encoding", "content-length"}
        pairs = [pair for name, pair in zip(names, pairs) if name not in gone]
    _native.exchange_answer(exchange, response.status_code, pairs)


def fail(exchange: Any, error: BaseException, memory: dict[str, Any]) -> None:
    """Tells the library that an attempt has come to nothing."""
    memory["failure"] = error
    _native.exchange_fail(exchange, failure_of(error), _one_line(error))


def _text(name: str | bytes) -> str:
    return name.decode("latin-1") if isinstance(name, bytes) else name


def _one_line(error: BaseException) -> str:
    text = str(error).strip()
    name = type(error).__name__
    line = f"{name}: {text.splitlines()[0]}" if text else name
    return line.replace("\0", "").encode(errors="replace").decode()


def is_elsewhere(url: str, memory: dict[str, Any]) -> bool:
    """Whether a request has been led to another origin than that of the call's first one."""
    memory.pop("failure", None)
    origin = url.split("/", 3)[:3]
    return memory.setdefault("origin", origin) != origin


for _class in (AsyncTransport, MockTransport, Transport):
    _class.__module__ = "sandbox_sdk"
