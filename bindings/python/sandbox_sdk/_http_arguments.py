"""What the arguments of httpx's clients are among the library's own options."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["CannotMap", "Mapped", "map_arguments"]

_NO_LIMIT = 2**31 - 1
# What a request of the library has of its own, which goes before what its HTTP client adds.
_OWN_HEADERS = {"accept", "content-type", "user-agent", "x-api-key", "idempotency-key"}


class CannotMap(Exception):
    """An argument that only httpx itself can take."""

    def __init__(self, argument: str) -> None:
        super().__init__(argument)
        self.argument = argument


class Mapped:
    """The library's options for the arguments of one HTTP client."""

    __slots__ = ("headers", "http", "query", "timeout", "transport")

    def __init__(self) -> None:
        self.http: dict[str, Any] = {}
        """Members of sbx_http_options."""
        self.timeout: Any = None
        self.headers: dict[str, str] = {}
        """Sent with every request that has no such header of its own."""
        self.query: dict[str, Any] = {}
        self.transport: Any = None
        """A transport in Python; None: the network."""


def map_arguments(arguments: dict[str, Any]) -> Mapped:
    """The options; raises CannotMap with the name of the first argument that has none."""
    mapped = Mapped()
    trusts_environment = bool(arguments.get("trust_env", True))
    for name, value in arguments.items():
        mapper = _MAPPERS.get(name)
        if mapper is None:
            raise CannotMap(name)
        mapper(mapped, name, value)
    if not trusts_environment:
        mapped.http["environment_proxies"] = False
    elif arguments.get("verify", True) is True:
        _trust_environment(mapped.http)
    return mapped


def _trust_environment(http: dict[str, Any]) -> None:
    if os.environ.get("SSL_CERT_FILE"):
        http["ca_file"] = os.environ["SSL_CERT_FILE"]
    elif os.environ.get("SSL_CERT_DIR"):
        http["ca_directory"] = os.environ["SSL_CERT_DIR"]


def _proxy(mapped: Mapped, name: str, value: Any) -> None:
    if isinstance(value, dict):
        value = _only_proxy(name, value)
    if hasattr(value, "url") and hasattr(value, "auth"):
        if getattr(value, "ssl_context", None) is not None or getattr(value, "headers", None):
            raise CannotMap(name)
        if value.auth is not None:
            mapped.http["proxy_username"], mapped.http["proxy_password"] = value.auth
        value = value.url
    if value is not None:
        mapped.http["proxy"] = str(value)


def _only_proxy(name: str, proxies: dict[str, Any]) -> Any:
    """The one proxy of a dict by scheme, as older versions of httpx had it."""
    if list(proxies) in (["all://"], ["http://", "https://"]) and len(set(proxies.values())) == 1:
        return next(iter(proxies.values()))
    if proxies:
        raise CannotMap(name)
    return None


def _verify(mapped: Mapped, name: str, value: Any) -> None:
    if isinstance(value, bool):
        if not value:
            mapped.http["accept_invalid_certificates"] = True
    elif isinstance(value, (str, os.PathLike)):
        mapped.http["ca_directory" if os.path.isdir(value) else "ca_file"] = value
    else:
        raise CannotMap(name)  # an ssl.SSLContext does not tell what is in it


def _cert(mapped: Mapped, name: str, value: Any) -> None:
    if value is None:
        return
    parts = value if isinstance(value, tuple) else (value,)
    for option, part in zip(("certificate_file", "key_file", "key_password"), parts):
        if part is not None:
            mapped.http[option] = part


def _limits(mapped: Mapped, name: str, value: Any) -> None:
    for option, limit in (
        ("max_connections", value.max_connections),
        ("max_idle_connections", value.max_keepalive_connections),
    ):
        mapped.http[option] = _NO_LIMIT if limit is None else limit
    expiry = value.keepalive_expiry
    mapped.http["idle_expiry"] = float("inf") if expiry is None else expiry


def _timeout(mapped: Mapped, name: str, value: Any) -> None:
    from ._timeout import Timeout

    mapped.timeout = Timeout(value)


def _http2(mapped: Mapped, name: str, value: Any) -> None:
    if value:
        mapped.http["version"] = "2"


def _headers(mapped: Mapped, name: str, value: Any) -> None:
    pairs = value.items() if hasattr(value, "items") else value or ()
    for key, text in pairs:
        if not isinstance(key, str) or not isinstance(text, str):
            raise CannotMap(name)
        lower = key.lower()
        if lower not in _OWN_HEADERS and not lower.startswith("x-stainless-"):
            mapped.headers[key] = text


def _params(mapped: Mapped, name: str, value: Any) -> None:
    if value is None:
        return
    if not isinstance(value, dict) or any(isinstance(item, (list, tuple, dict)) for item in value.values()):
        raise CannotMap(name)  # httpx repeats the name of a list, the library joins it by commas
    mapped.query.update(value)


def _auth(mapped: Mapped, name: str, value: Any) -> None:
    if value is None:
        return
    if not isinstance(value, tuple) or len(value) != 2 or not all(isinstance(part, str) for part in value):
        raise CannotMap(name)
    from base64 import b64encode

    token = b64encode(":".join(value).encode()).decode()
    mapped.headers["Authorization"] = f"Basic {token}"


def _transport(mapped: Mapped, name: str, value: Any) -> None:
    from sys import modules

    httpx = modules.get("httpx")
    if value is None:
        return
    if httpx is not None and isinstance(value, (httpx.BaseTransport, httpx.AsyncBaseTransport)):
        raise CannotMap(name)
    mapped.transport = value


def _nothing_else(*values: Any) -> Any:
    """For an argument that has no option of its own but may have one of these values."""

    def check(mapped: Mapped, name: str, value: Any) -> None:
        if not any(value is known or value == known for known in values):
            raise CannotMap(name)

    return check


def _no_hooks(mapped: Mapped, name: str, value: Any) -> None:
    if value and any(value.values()):
        raise CannotMap(name)


def _ignored(mapped: Mapped, name: str, value: Any) -> None:
    """For an argument that changes nothing here: requests have whole URLs."""


def _plain(option: str) -> Any:
    def take(mapped: Mapped, name: str, value: Any) -> None:
        if value is not None:
            mapped.http[option] = value

    return take


_MAPPERS: dict[str, Any] = {
    "auth": _auth,
    "base_url": _ignored,
    "cert": _cert,
    "cookies": _nothing_else(None, {}),
    "default_encoding": _nothing_else("utf-8"),
    "event_hooks": _no_hooks,
    "follow_redirects": _plain("follow_redirects"),
    "headers": _headers,
    "http1": _nothing_else(True),
    "http2": _http2,
    "limits": _limits,
    "local_address": _plain("local_address"),
    "max_redirects": _plain("max_redirects"),
    "mounts": _nothing_else(None, {}),
    "params": _params,
    "proxies": _proxy,
    "proxy": _proxy,
    "timeout": _timeout,
    "transport": _transport,
    "trust_env": _ignored,
    "uds": _plain("unix_socket"),
    "verify": _verify,
}


def arguments_of(http: dict[str, Any]) -> dict[str, Any]:
    """The other way round: what httpx has for the library's options of where requests go and whom to trust."""
    arguments: dict[str, Any] = {"trust_env": http.get("environment_proxies") is not False}
    if http.get("proxy"):
        arguments["proxy"] = http["proxy"]
    if http.get("accept_invalid_certificates"):
        arguments["verify"] = False
    elif http.get("ca_file") or http.get("ca_directory") or http.get("certificate_file"):
        from ssl import create_default_context

        context = create_default_context(cafile=http.get("ca_file"), capath=http.get("ca_directory"))
        if http.get("certificate_file"):
            context.load_cert_chain(http["certificate_file"], http.get("key_file"), http.get("key_password"))
        arguments["verify"] = context
    arguments.update((name, http[option]) for name, option in _PLACES if http.get(option))
    return arguments


_PLACES = (("uds", "unix_socket"), ("local_address", "local_address"))
