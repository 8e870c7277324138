"""URLs and their queries."""

from __future__ import annotations

import re
from _collections_abc import Mapping

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any, TypedDict

    class Parts(TypedDict):
        """A URL taken apart, each part normalized."""

        scheme: str
        userinfo: str
        host: str
        port: int | None
        path: str
        query: str | None
        fragment: str | None


__all__ = ["URL", "QueryParams"]

_DEFAULT_PORTS = {"ftp": 21, "http": 80, "https": 443, "ws": 80, "wss": 443}
_KINDS = {
    **dict.fromkeys(("scheme", "username", "password", "host", "path", "fragment"), str),
    **dict.fromkeys(("userinfo", "netloc", "query", "raw_path"), bytes),
    "port": int,
    "params": object,
}

# RFC 3986, appendix B.
_URL = re.compile(r"(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?://([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?", re.DOTALL)
_AUTHORITY = re.compile(r"(?:(.*)@)?(\[[^\]]*\]|[^:@]*)(?::(\d*))?", re.DOTALL)
# What has to be percent-encoded in each part; an escape that is there already stays.
_OUTSIDE = r"%(?![0-9A-Fa-f]{2})|[\x00-\x20\x7f-\U0010ffff"
_UNSAFE_IN_PATH = re.compile(_OUTSIDE + '"#<>?`{}]')
_UNSAFE_IN_QUERY = re.compile(_OUTSIDE + '"#<>]')
_UNSAFE_IN_FRAGMENT = re.compile(_OUTSIDE + '"<>`]')
_UNSAFE_IN_USERINFO = re.compile(_OUTSIDE + '"#<>?`{}/;=@[\\\\\\]^|]')


class URL(str):
    """A URL: normalized text with its parts as attributes.

    It has what ``httpx.URL`` has and is a ``str`` besides, so that it goes wherever text goes. One method is not
    that of ``str``: ``join`` resolves another URL against this one.
    """

    __slots__ = ()

    def __new__(cls, url: str | URL = "", **parts: Any) -> URL:
        """Parses a URL and changes the parts that are given, as ``copy_with`` does; a ``ValueError`` if it is none."""
        if not isinstance(url, str) and not hasattr(url, "raw_path"):
            raise TypeError(f"Invalid type for url. Expected str or URL, got {type(url)}: {url!r}")
        split = _split(str(url))
        return str.__new__(cls, _text(_replace(split, parts) if parts else split))

    @classmethod
    def known(cls, text: str) -> URL:
        """A URL whose text is normalized already, as the library gives it."""
        return str.__new__(cls, text)

    @property
    def scheme(self) -> str:
        return _split(self)["scheme"]

    @property
    def raw_scheme(self) -> bytes:
        return self.scheme.encode()

    @property
    def userinfo(self) -> bytes:
        """User and password as they are in the URL."""
        return _split(self)["userinfo"].encode()

    @property
    def username(self) -> str:
        return _unquote(_split(self)["userinfo"].partition(":")[0])

    @property
    def password(self) -> str:
        return _unquote(_split(self)["userinfo"].partition(":")[2])

    @property
    def host(self) -> str:
        """The host in lower case, an international name in its own letters."""
        host = _split(self)["host"]
        return host.encode().decode("idna") if host.startswith("xn--") else host

    @property
    def raw_host(self) -> bytes:
        """The host as it goes over the wire."""
        return _split(self)["host"].encode()

    @property
    def port(self) -> int | None:
        """The port, where the URL names another than its scheme's own."""
        return _split(self)["port"]

    @property
    def netloc(self) -> bytes:
        """Host and port, as in the ``Host`` header."""
        return _host_and_port(_split(self)).encode()

    @property
    def path(self) -> str:
        """The path, percent-decoded."""
        return _unquote(_split(self)["path"]) or "/"

    @property
    def query(self) -> bytes:
        """The query as it is in the URL, without its question mark."""
        return (_split(self)["query"] or "").encode()

    @property
    def params(self) -> QueryParams:
        """The query, decoded."""
        return QueryParams(_split(self)["query"])

    @property
    def raw_path(self) -> bytes:
        """Path and query, as in the first line of a request."""
        parts = _split(self)
        return ((parts["path"] or "/") + ("" if parts["query"] is None else "?" + parts["query"])).encode()

    @property
    def fragment(self) -> str:
        """What follows the ``#``, percent-decoded."""
        return _unquote(_split(self)["fragment"] or "")

    @property
    def is_absolute_url(self) -> bool:
        """Whether there are a scheme and a host."""
        parts = _split(self)
        return bool(parts["scheme"] and parts["host"])

    @property
    def is_relative_url(self) -> bool:
        return not self.is_absolute_url

    def copy_with(self, **parts: Any) -> URL:
        """This URL with other parts, named like the attributes.

        Those that are ``bytes`` as an attribute are given as ``bytes``; ``params`` is a mapping or a ``QueryParams``.
        """
        return URL(self, **parts)

    def copy_set_param(self, key: str, value: Any = None) -> URL:
        return self.copy_with(params=self.params.set(key, value))

    def copy_add_param(self, key: str, value: Any = None) -> URL:
        return self.copy_with(params=self.params.add(key, value))

    def copy_remove_param(self, key: str) -> URL:
        return self.copy_with(params=self.params.remove(key))

    def copy_merge_params(self, params: Any) -> URL:
        return self.copy_with(params=self.params.merge(params))

    def join(self, url: str) -> URL:  # type: ignore[override]
        """The absolute URL that another one means when it is met in a document at this one."""
        from urllib.parse import urljoin

        return URL(urljoin(str(self), str(URL(url))))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, str):
            return NotImplemented
        try:
            return str(self) == str(other if isinstance(other, URL) else URL(other))
        except ValueError:
            return False

    def __ne__(self, other: object) -> bool:
        equal = self.__eq__(other)
        return equal if equal is NotImplemented else not equal

    __hash__ = str.__hash__

    def __repr__(self) -> str:
        parts = _split(self)
        user, colon, _ = parts["userinfo"].partition(":")
        shown = _text({**parts, "userinfo": f"{user}:[secure]"}) if colon else str(self)
        return f"URL({shown!r})"


class QueryParams(Mapping[str, str]):
    """The parameters of a query: an immutable mapping whose names may have several values.

    It is made of a query's text, a mapping (a list is several values), or pairs.
    """

    def __init__(self, params: Any = None, **given: Any) -> None:
        self._values: dict[str, list[str]] = {}
        for key, value in _pairs(given or params):
            self._values.setdefault(key, []).append(value)

    def __getitem__(self, key: str) -> str:
        return self._values[str(key)][0]

    def get_list(self, key: str) -> list[str]:
        """Every value of a parameter."""
        return list(self._values.get(str(key), ()))

    def multi_items(self) -> list[tuple[str, str]]:
        """Every parameter, repeated ones apart."""
        return [(key, value) for key, values in self._values.items() for value in values]

    def set(self, key: str, value: Any = None) -> QueryParams:
        """A copy in which a parameter has one value."""
        return self._changed(lambda values: values.__setitem__(str(key), [_primitive(value)]))

    def add(self, key: str, value: Any = None) -> QueryParams:
        """A copy in which a parameter has one value more."""
        return self._changed(lambda values: values.setdefault(str(key), []).append(_primitive(value)))

    def remove(self, key: str) -> QueryParams:
        """A copy without a parameter."""
        return self._changed(lambda values: values.pop(str(key), None))

    def merge(self, params: Any = None) -> QueryParams:
        """A copy in which the given parameters have the given values."""
        return self._changed(lambda values: values.update(QueryParams(params)._values))

    def _changed(self, change: Callable[[dict[str, list[str]]], Any]) -> QueryParams:
        copy = QueryParams()
        copy._values = {key: list(values) for key, values in self._values.items()}
        change(copy._values)
        return copy

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __contains__(self, key: object) -> bool:
        return key in self._values

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, QueryParams):
            return NotImplemented
        return sorted(self.multi_items()) == sorted(other.multi_items())

    def __hash__(self) -> int:
        return hash(str(self))

    def __str__(self) -> str:
        from urllib.parse import urlencode

        return urlencode(self.multi_items())

    def __repr__(self) -> str:
        return f"QueryParams({str(self)!r})"


def _pairs(params: Any) -> list[tuple[str, str]]:
    """The names and values of whatever parameters may be given as."""
    from urllib.parse import parse_qsl

    if params is None:
        return []
    if isinstance(params, (str, bytes)):
        return parse_qsl(params if isinstance(params, str) else params.decode(), keep_blank_values=True)
    if isinstance(params, QueryParams) or hasattr(params, "multi_items"):
        return list(params.multi_items())
    pairs: list[tuple[str, str]] = []
    for key, value in params.items() if hasattr(params, "items") else params:
        several = value if isinstance(value, (list, tuple)) else (value,)
        pairs.extend((str(key), _primitive(one)) for one in several)
    return pairs


def _primitive(value: Any) -> str:
    """A value as a query has it."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _unquote(text: str) -> str:
    if "%" not in text:
        return text
    from urllib.parse import unquote

    return unquote(text)


def _quote(text: str, unsafe: re.Pattern[str]) -> str:
    return unsafe.sub(lambda match: "".join(f"%{byte:02X}" for byte in match[0].encode("utf-8", "replace")), text)


def _split(url: str) -> Parts:
    """Takes a URL apart."""
    match = _URL.fullmatch(str(url))
    assert match is not None  # the pattern matches any text
    scheme, authority, path, query, fragment = match.groups()
    scheme = (scheme or "").lower()
    userinfo, host, port = _split_authority(authority or "", scheme)
    path = _quote(path, _UNSAFE_IN_PATH)
    return {
        "scheme": scheme,
        "userinfo": userinfo,
        "host": host,
        "port": port,
        "path": _without_dots(path) if scheme or host else path,
        "query": None if query is None else _quote(query, _UNSAFE_IN_QUERY),
        "fragment": None if fragment is None else _quote(fragment, _UNSAFE_IN_FRAGMENT),
    }


def _split_authority(authority: str, scheme: str) -> tuple[str, str, int | None]:
    match = _AUTHORITY.fullmatch(authority)
    if match is None or (match[3] and int(match[3]) > 65535):
        raise ValueError(f"Invalid host or port in a URL: {authority.rpartition('@')[2]!r}")
    userinfo, host, port = match[1] or "", match[2], int(match[3]) if match[3] else None
    user, colon, password = userinfo.partition(":")
    userinfo = _quote(user, _UNSAFE_IN_USERINFO) + colon + _quote(password, _UNSAFE_IN_USERINFO)
    return userinfo, _normalized_host(host), None if port == _DEFAULT_PORTS.get(scheme) else port


def _normalized_host(host: str) -> str:
    """A host in lower case, as it goes over the wire; an IPv6 address without its brackets."""
    host = host.strip("[]").lower()
    if host.isascii():
        if re.search(r"[\x00-\x20\x7f]", host):
            raise ValueError(f"Invalid host in a URL: {host!r}")
        return host
    try:
        return host.encode("idna").decode()
    except UnicodeError as error:
        raise ValueError(f"Invalid host in a URL: {host!r}") from error


def _without_dots(path: str) -> str:
    """A path with its ``.`` and ``..`` resolved (RFC 3986, 5.2.4)."""
    if "." not in path:
        return path
    segments: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            if segments and segments != [""]:
                segments.pop()
        elif segment != ".":
            segments.append(segment)
    ends_with_dots = path.rpartition("/")[2] in (".", "..")
    return "/".join([*segments, ""] if ends_with_dots else segments)


def _host_and_port(parts: Parts) -> str:
    host, port = parts["host"], parts["port"]
    host = f"[{host}]" if ":" in host else host
    return host if port is None else f"{host}:{port}"


def _text(parts: Parts) -> str:
    scheme, userinfo, query, fragment = parts["scheme"], parts["userinfo"], parts["query"], parts["fragment"]
    authority = (f"{userinfo}@" if userinfo else "") + _host_and_port(parts)
    return "".join(
        (
            f"{scheme}:" if scheme else "",
            f"//{authority}" if authority else "",
            parts["path"],
            "" if query is None else f"?{query}",
            "" if fragment is None else f"#{fragment}",
        )
    )


def _replace(parts: Parts, given: dict[str, Any]) -> Parts:
    """The parts with others in their place; each is checked."""
    for name, value in given.items():
        if name not in _KINDS:
            raise TypeError(f"{name!r} is an invalid keyword argument for URL()")
        if value is not None and not isinstance(value, _KINDS[name]):
            raise TypeError(f"Argument {name!r} must be {_KINDS[name].__name__} but got {type(value).__name__}")
    texts = {name: value.decode("ascii") if isinstance(value, bytes) else value for name, value in given.items()}
    if "raw_path" in texts:
        path, mark, query = (texts["raw_path"] or "").partition("?")
        texts.update(path=path, query=query if mark else None)
    if "params" in texts:
        texts["query"] = str(QueryParams(texts["params"])) if texts["params"] else None
    if "username" in texts or "password" in texts:
        texts["userinfo"] = _userinfo(parts, texts)
    if "netloc" in texts:
        _, texts["host"], texts["port"] = _split_authority(texts["netloc"] or "", "")
    if "host" in texts:
        texts["host"] = _normalized_host(texts["host"] or "")
    # What would end a part where the text is parsed is quoted before.
    for name, unsafe in (("path", _UNSAFE_IN_PATH), ("query", _UNSAFE_IN_QUERY)):
        if texts.get(name):
            texts[name] = _quote(texts[name], unsafe)
    changed: Any = {name: texts.get(name, part) for name, part in parts.items()}
    for name in ("scheme", "userinfo", "path"):
        changed[name] = changed[name] or ""
    if changed["host"] and changed["path"] and not changed["path"].startswith("/"):
        changed["path"] = "/" + changed["path"]
    return _split(_text(changed))


def _userinfo(parts: Parts, texts: dict[str, Any]) -> str:
    from urllib.parse import quote

    user, _, password = parts["userinfo"].partition(":")
    if "username" in texts:
        user = quote(texts["username"] or "", safe="")
    if "password" in texts:
        password = quote(texts["password"] or "", safe="")
    return f"{user}:{password}" if password else user
