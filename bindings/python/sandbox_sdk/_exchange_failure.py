"""What an exception of a transport says of its request."""

from __future__ import annotations

from sys import modules

from . import _native

# By name, so that httpx need not be loaded to ask.
_HTTPX = {
    "ConnectTimeout": _native.EXCHANGE_CONNECT_TIMED_OUT,
    "PoolTimeout": _native.EXCHANGE_CONNECT_TIMED_OUT,
    "TimeoutException": _native.EXCHANGE_TIMED_OUT,
    "ConnectError": _native.EXCHANGE_NOT_SENT,
    "ProxyError": _native.EXCHANGE_NOT_SENT,
    "UnsupportedProtocol": _native.EXCHANGE_REFUSED,
    "InvalidURL": _native.EXCHANGE_REFUSED,
    "HTTPError": _native.EXCHANGE_LOST,
}


def failure_of(error: BaseException) -> int:
    """Whether the request may have been carried out, and whether another attempt could help.

    What nobody knows anything of may have been carried out.
    """
    httpx = modules.get("httpx")
    if httpx is not None:
        for kind in type(error).__mro__:
            if kind.__name__ in _HTTPX and getattr(httpx, kind.__name__, None) is kind:
                return _HTTPX[kind.__name__]
    if isinstance(error, AssertionError):
        # A mock without an answer for the request: it has none next time either.
        return _native.EXCHANGE_REFUSED
    if isinstance(error, ConnectionRefusedError):
        return _native.EXCHANGE_NOT_SENT
    if isinstance(error, TimeoutError) or type(error).__name__ == "TimeoutError":
        return _native.EXCHANGE_TIMED_OUT
    return _native.EXCHANGE_LOST
