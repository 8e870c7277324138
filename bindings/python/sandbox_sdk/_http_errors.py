"""What using an answer wrongly raises. The names are httpx's, whose own these are too where a program has loaded it."""

from __future__ import annotations

from sys import modules

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = [
    "CookieConflict",
    "HTTPStatusError",
    "RequestNotRead",
    "ResponseNotRead",
    "StreamClosed",
    "StreamConsumed",
    "StreamError",
    "as_loaded",
]


class StreamError(RuntimeError):
    """A body was used in a way in which it cannot be."""


class StreamConsumed(StreamError):
    """A body was to be read a second time that is not kept."""

    def __init__(self) -> None:
        # Not super(): it may be httpx's class of the same name, which takes no message.
        RuntimeError.__init__(
            self,
            "Attempted to read or stream some content, but the content has already been streamed; "
            "call `read()` before, which keeps it.",
        )


class StreamClosed(StreamError):
    """A body was to be read after it was closed."""

    def __init__(self) -> None:
        RuntimeError.__init__(self, "Attempted to read or stream content, but the stream has been closed.")


class ResponseNotRead(StreamError):
    """The content of an answer was asked for before it was read."""

    def __init__(self) -> None:
        RuntimeError.__init__(self, "Attempted to access streaming response content, without having called `read()`.")


class RequestNotRead(StreamError):
    """The content of a request was asked for that was sent as a stream and is not kept."""

    def __init__(self) -> None:
        RuntimeError.__init__(self, "Attempted to access streaming request content, which is not kept.")


class CookieConflict(Exception):
    """Several cookies of one name; say which by domain and path."""


class HTTPStatusError(Exception):
    """``raise_for_status()`` of an answer that is no success."""

    def __init__(self, message: str, *, request: Any, response: Any) -> None:
        Exception.__init__(self, message)
        self.request = request
        self.response = response

    def __reduce__(self) -> Any:
        return _status_error, (self.args[0], self.request, self.response)


def _status_error(message: str, request: Any, response: Any) -> HTTPStatusError:
    return as_loaded(HTTPStatusError)(message, request=request, response=response)


_loaded: dict[type, Any] = {}


def as_loaded(kind: Any) -> Any:
    """An exception's class; where the program has loaded httpx, one that its ``except httpx.…`` catches, too."""
    theirs = getattr(modules.get("httpx"), kind.__name__, None)
    if not isinstance(theirs, type):
        return kind
    if kind not in _loaded:
        members = {"__module__": kind.__module__, "__init__": kind.__init__, "__reduce__": _reduce_plain(kind)}
        _loaded[kind] = type(kind.__name__, (kind, theirs), members)
    return _loaded[kind]


def _reduce_plain(kind: Any) -> Any:
    """How a class that is made here is pickled: as the class that it was made of."""
    if kind is HTTPStatusError:
        return kind.__reduce__
    return lambda exception: (kind, ())
