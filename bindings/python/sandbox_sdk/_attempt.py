"""What a client tells of each attempt of a call: enough to make spans and metrics of."""

from __future__ import annotations

from itertools import count
from weakref import WeakValueDictionary

from . import _native

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

__all__ = ["Attempt", "AttemptTimes"]

_OUTCOMES = ("succeeded", "redirected", "retried", "failed")
_VERSIONS = {10: "HTTP/1.0", 11: "HTTP/1.1", 20: "HTTP/2", 30: "HTTP/3"}


class AttemptTimes:
    """When each phase of an attempt was over, in seconds since it began.

    0 says that there was no such phase, as with a connection that was kept, or that it was not reached.
    """

    __slots__ = ("connect", "first_byte", "name_lookup", "request_sent", "tls", "total")

    def __init__(
        self,
        name_lookup: float,
        connect: float,
        tls: float,
        request_sent: float,
        first_byte: float,
        total: float,
    ) -> None:
        self.name_lookup = name_lookup
        """The server's name, or the proxy's, was resolved."""
        self.connect = connect
        """The connection was made."""
        self.tls = tls
        """The TLS handshake was done."""
        self.request_sent = request_sent
        """The request began to leave."""
        self.first_byte = first_byte
        """The first byte of the answer was there."""
        self.total = total
        """The attempt was over; for a stream, its head was there."""

    def __repr__(self) -> str:
        return f"AttemptTimes({', '.join(f'{name}={getattr(self, name)}' for name in self.__slots__)})"


class Attempt:
    """One attempt that is over. Nothing in it holds the key, a user name or a password."""

    def __init__(
        self,
        operation: str,
        method: str,
        url: str,
        request_id: str,
        detail: str,
        times: tuple[float, ...],
        started: float,
        wait: float,
        bytes_sent: int,
        bytes_received: int,
        number: int,
        redirects: int,
        http_status: int,
        http_version: int,
        outcome: int,
        status: int,
    ) -> None:
        self.operation = operation
        """Such as ``sandboxes.create``; ``request`` for a request of one's own."""
        self.method = method
        self.url = url
        self.request_id = request_id or None
        """The server's own identifier (header ``x-request-id``)."""
        self.detail = detail
        """Why there is no answer, for a person; empty where there is one."""
        self.times = AttemptTimes(*times)
        self.started = started
        """Seconds since 1970."""
        self.wait = None if wait == _native.DEFAULT else wait
        """Seconds until the next attempt begins; None: there is none."""
        self.bytes_sent = bytes_sent
        """Of the request's body."""
        self.bytes_received = bytes_received
        """Of the answer's body as it came, compressed or not."""
        self.number = number
        """Of the attempt, from 1; those that follow a redirect have the number of the first."""
        self.redirects = redirects
        """How many were followed to get here."""
        self.status_code = http_status or None
        """None: no answer came."""
        self.http_version = _VERSIONS.get(http_version)
        """``HTTP/1.1``, ``HTTP/2``; None: not known."""
        self.outcome = _OUTCOMES[outcome]
        """``succeeded``, ``redirected``, ``retried`` or ``failed``: what became of the call by this attempt."""
        self.error_code = None if status == 0 else _native.status_name(status)
        """The stable name of the error that this attempt alone would be, such as ``not_found``; None: it is none."""

    def __repr__(self) -> str:
        said = self.status_code or self.error_code
        return f"<Attempt {self.number} of {self.operation}: {self.method} {self.url} {said} {self.outcome}>"


class AttemptHook:
    """Holds a client's hook. The library knows it by its number: it may be gone before whoever would tell it."""

    __slots__ = ("__weakref__", "callback", "number")

    def __init__(self, callback: Callable[[Attempt], Any]) -> None:
        if not callable(callback):
            raise TypeError(f"`on_attempt` must be callable, not {type(callback).__name__}")
        self.callback = callback
        self.number = next(_numbers)
        _hooks[self.number] = self


_numbers = count(1)
_hooks: WeakValueDictionary[int, AttemptHook] = WeakValueDictionary()


def tell(number: int, members: tuple[Any, ...]) -> None:
    """The native module calls this."""
    hook = _hooks.get(number)
    if hook is not None:
        hook.callback(Attempt(*members))


for _name in __all__:
    globals()[_name].__module__ = "sandbox_sdk"
