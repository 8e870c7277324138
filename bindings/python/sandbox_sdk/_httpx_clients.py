"""Clients of httpx with this package's defaults. This module loads httpx."""

from __future__ import annotations

import httpx

from ._lazy import load_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["RealAsyncClient", "RealClient"]


def _arguments(given: dict[str, Any], transport_class: Any) -> dict[str, Any]:
    """The arguments as httpx has them."""
    arguments = dict(given)
    timeout, limits = arguments["timeout"], arguments["limits"]
    if not isinstance(timeout, httpx.Timeout):
        # It is ours, or a number; httpx knows no other object of that kind.
        arguments["timeout"] = httpx.Timeout(**timeout.as_dict()) if hasattr(timeout, "as_dict") else timeout
    if not isinstance(limits, httpx.Limits):
        arguments["limits"] = httpx.Limits(
            max_connections=limits.max_connections,
            max_keepalive_connections=limits.max_keepalive_connections,
            keepalive_expiry=limits.keepalive_expiry,
        )
    if "proxy" in arguments and "proxy" not in (httpx.Client.__init__.__kwdefaults__ or {}):
        arguments["proxies"] = arguments.pop("proxy")  # before httpx 0.26
    places = {name: arguments.pop(name) for name in ("local_address", "uds") if name in arguments}
    places = {name: place for name, place in places.items() if place is not None}
    if places and arguments.get("transport") is None:
        known = ("verify", "cert", "trust_env", "http1", "http2", "limits")
        arguments["transport"] = transport_class(
            **places, **{name: arguments[name] for name in known if name in arguments}
        )
    return arguments


def _defaults(given: dict[str, Any]) -> dict[str, Any]:
    from ._constants import DEFAULT_TIMEOUT
    from ._limits import DEFAULT_CONNECTION_LIMITS

    return {"timeout": DEFAULT_TIMEOUT, "limits": DEFAULT_CONNECTION_LIMITS, "follow_redirects": True, **given}


class RealClient(httpx.Client):
    """What DefaultHttpxClient is where it is one of httpx."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**_arguments(_defaults(arguments), httpx.HTTPTransport))

    def __del__(self) -> None:
        # One that is dropped closes its connections, as the library's own clients do.
        if getattr(self, "_mounts", None) is not None and not self.is_closed:
            self.close()


class RealAsyncClient(httpx.AsyncClient):
    """What DefaultAsyncHttpxClient is where it is one of httpx."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**_arguments(_defaults(arguments), httpx.AsyncHTTPTransport))


RealClient.__name__ = RealClient.__qualname__ = "DefaultHttpxClient"
RealAsyncClient.__name__ = RealAsyncClient.__qualname__ = "DefaultAsyncHttpxClient"


def __getattr__(name: str) -> Any:
    if name != "RealAioHttpClient":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    over_aiohttp = load_module("httpx_aiohttp")
    base = over_aiohttp.HttpxAiohttpClient

    def __init__(self: Any, **arguments: Any) -> None:
        base.__init__(self, **_arguments(_defaults(arguments), over_aiohttp.AiohttpTransport))

    made = type("DefaultAioHttpClient", (base,), {"__init__": __init__, "__module__": "sandbox_sdk"})
    globals()[name] = made
    return made


for _class in (RealClient, RealAsyncClient):
    _class.__module__ = "sandbox_sdk"
