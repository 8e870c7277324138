"""The headers of requests and answers."""

from __future__ import annotations

# `collections.abc` is this module, behind a package that costs more to load than this one.
from _collections_abc import ItemsView, KeysView, Mapping, MutableMapping, ValuesView

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

__all__ = ["Headers"]

SECRETS = ("authorization", "proxy-authorization", "x-api-key")


class Headers(MutableMapping[str, str]):
    """Headers: a mapping whose names are the same in any case, in the order in which they came.

    It has what ``httpx.Headers`` has. A name may have several values: as an item they are one text, joined by commas;
    ``get_list`` and ``multi_items`` tell them apart.
    """

    __slots__ = ("_list", "_secret", "encoding")

    def __init__(self, headers: Any = None, encoding: str | None = None) -> None:
        """Takes a mapping, pairs of text or bytes, or other headers.

        ``encoding`` is what bytes are decoded by and ``raw`` is encoded by, unless given UTF-8, and Latin-1 for bytes
        that are none.
        """
        self.encoding = encoding or "utf-8"
        self._list: list[tuple[str, str, str]] = []  # name, name in lower case, value
        self._secret: tuple[str, ...] = SECRETS
        if isinstance(headers, Headers):
            self._list.extend(headers._list)
            self._secret = headers._secret
            return
        if hasattr(headers, "multi_items"):
            headers = headers.multi_items()
        pairs = headers.items() if isinstance(headers, Mapping) else headers or ()
        self._list.extend(self._entry(name, value) for name, value in pairs)

    def _entry(self, name: Any, value: Any) -> tuple[str, str, str]:
        name, value = self._text(name, "name"), self._text(value, "value")
        return name, name.lower(), value

    def _text(self, part: Any, kind: str) -> str:
        if isinstance(part, str):
            return part
        if not isinstance(part, bytes):
            raise TypeError(f"Header {kind} must be str or bytes, not {type(part)}")
        try:
            return part.decode(self.encoding)
        except UnicodeDecodeError:
            return part.decode("latin-1")

    @property
    def raw(self) -> list[tuple[bytes, bytes]]:
        """Every header as it came, as bytes, its name in its own case."""
        return [(name.encode(self.encoding), value.encode(self.encoding)) for name, _, value in self._list]

    def get_list(self, key: str, split_commas: bool = False) -> list[str]:
        """Every value of a header that may come more than once; or every part of them that is between commas."""
        key = key.lower()
        values = [value for _, known, value in self._list if known == key]
        return [part.strip() for value in values for part in value.split(",")] if split_commas else values

    def multi_items(self) -> list[tuple[str, str]]:
        """Every header as it came, repeated ones apart, names in lower case."""
        return [(name, value) for _, name, value in self._list]

    def update(self, headers: Any = None) -> None:  # type: ignore[override]
        """Puts headers in the place of those of the same names."""
        given = Headers(headers)
        names = {name for _, name, _ in given._list}
        self._list = [entry for entry in self._list if entry[1] not in names] + given._list

    def copy(self) -> Headers:
        return Headers(self, self.encoding)

    def __getitem__(self, key: str) -> str:
        values = self.get_list(key)
        if not values:
            raise KeyError(key)
        return ", ".join(values)

    def get(self, key: str, default: Any = None) -> Any:
        """The value of a header; several are joined by commas."""
        return ", ".join(self.get_list(key)) if key in self else default

    def __setitem__(self, key: str, value: str) -> None:
        entry = self._entry(key, value)
        places = [index for index, (_, name, _) in enumerate(self._list) if name == entry[1]]
        if not places:
            self._list.append(entry)
            return
        self._list[places[0]] = entry
        for index in reversed(places[1:]):
            del self._list[index]

    def __delitem__(self, key: str) -> None:
        if key not in self:
            raise KeyError(key)
        key = key.lower()
        self._list = [entry for entry in self._list if entry[1] != key]

    def _merged(self) -> dict[str, str]:
        merged: dict[str, str] = {}
        for _, name, value in self._list:
            merged[name] = f"{merged[name]}, {value}" if name in merged else value
        return merged

    def keys(self) -> KeysView[str]:
        """Each name once, in lower case."""
        return self._merged().keys()

    def values(self) -> ValuesView[str]:
        return self._merged().values()

    def items(self) -> ItemsView[str, str]:
        return self._merged().items()

    def __contains__(self, key: object) -> bool:
        if not isinstance(key, str):
            return False
        key = key.lower()
        return any(name == key for _, name, _ in self._list)

    def __iter__(self) -> Iterator[str]:
        return iter(self._merged())

    def __len__(self) -> int:
        return len(self._list)

    def __eq__(self, other: object) -> bool:
        try:
            given = Headers(other)
        except (TypeError, ValueError):
            return NotImplemented
        return sorted(self.multi_items()) == sorted(given.multi_items())

    __hash__ = None  # type: ignore[assignment]

    def without_secrets(self) -> Headers:
        """The same with the values hidden that prove who asks."""
        hidden = (*self._secret, "cookie")
        shown = [(name, b"[secure]" if name.decode().lower() in hidden else value) for name, value in self.raw]
        return Headers(shown).with_secret(self._secret)

    def with_secret(self, names: Iterable[str]) -> Headers:
        """These, which do not show the values of some more names."""
        self._secret = tuple(dict.fromkeys((*self._secret, *(name.lower() for name in names))))
        return self

    def __repr__(self) -> str:
        shown = [(name, "[secure]" if name in self._secret else value) for name, value in self.multi_items()]
        names_once = dict(shown)
        return f"Headers({(names_once if len(names_once) == len(shown) else shown)!r})"
