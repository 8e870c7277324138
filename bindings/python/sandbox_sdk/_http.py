"""What was sent and what came back, as errors and binary answers show it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any
    from urllib.parse import SplitResult

__all__ = ["URL", "Headers", "Request", "Response"]


class URL(str):
    """A URL: text with its parts as attributes."""

    __slots__ = ()

    def _parts(self) -> SplitResult:
        from urllib.parse import urlsplit

        return urlsplit(str(self))

    @property
    def scheme(self) -> str:
        return self._parts().scheme

    @property
    def host(self) -> str:
        return self._parts().hostname or ""

    @property
    def port(self) -> int | None:
        """The port, where the URL names one."""
        return self._parts().port

    @property
    def path(self) -> str:
        """The path, percent-decoded."""
        from urllib.parse import unquote

        return unquote(self._parts().path) or "/"

    @property
    def query(self) -> bytes:
        return self._parts().query.encode()

    @property
    def fragment(self) -> str:
        return self._parts().fragment

    def __repr__(self) -> str:
        return f"URL({str(self)!r})"


class Headers:
    """The headers of an answer: a mapping whose names are the same in any case, in the order in which they came."""

    __slots__ = ("_pairs",)

    def __init__(self, headers: Mapping[str, str] | list[tuple[str, str]] | None = None) -> None:
        pairs: Any = headers.items() if headers and hasattr(headers, "items") else headers or ()
        self._pairs = [(name.lower(), value) for name, value in pairs]

    def get_list(self, name: str) -> list[str]:
        """Every value of a header that may come more than once."""
        name = name.lower()
        return [value for known, value in self._pairs if known == name]

    def __getitem__(self, name: str) -> str:
        values = self.get_list(name)
        if not values:
            raise KeyError(name)
        return ", ".join(values)

    def get(self, name: str, default: str | None = None) -> str | None:
        """The value of a header; several are joined by commas."""
        return ", ".join(self.get_list(name)) if name in self else default

    def keys(self) -> list[str]:
        """Each name once."""
        return list(dict.fromkeys(name for name, _ in self._pairs))

    def values(self) -> list[str]:
        return [self[name] for name in self.keys()]

    def items(self) -> list[tuple[str, str]]:
        return [(name, self[name]) for name in self.keys()]

    def multi_items(self) -> list[tuple[str, str]]:
        """Every header as it came, repeated ones apart."""
        return list(self._pairs)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and any(known == name.lower() for known, _ in self._pairs)

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys())

    def __len__(self) -> int:
        return len(self.keys())

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Headers):
            if not hasattr(other, "items"):
                return NotImplemented
            other = Headers(other)  # type: ignore[arg-type]
        return sorted(self._pairs) == sorted(other._pairs)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Headers({dict(self.items())!r})"


class Request:
    """The request of a call."""

    __slots__ = ("method", "url")

    def __init__(self, method: str, url: str) -> None:
        self.method = method
        self.url = URL(url)

    def __repr__(self) -> str:
        return f"<Request({self.method!r}, {str(self.url)!r})>"


class Response:
    """The answer to a call."""

    def __init__(
        self,
        status_code: int,
        *,
        headers: Mapping[str, str] | list[tuple[str, str]] | None = None,
        content: bytes = b"",
        request: Request | None = None,
    ) -> None:
        self.status_code = status_code
        self.headers = Headers(headers)
        self.content = content
        self.request = request

    @property
    def url(self) -> URL | None:
        return self.request.url if self.request else None

    @property
    def reason_phrase(self) -> str:
        """The usual words for the status."""
        from http import HTTPStatus

        try:
            return HTTPStatus(self.status_code).phrase
        except ValueError:
            return ""

    @property
    def is_success(self) -> bool:
        return 200 <= self.status_code <= 299

    @property
    def is_error(self) -> bool:
        return self.status_code >= 400

    @property
    def encoding(self) -> str:
        """The character set that the answer names, else UTF-8."""
        return charset(self.headers.get("content-type"))

    @property
    def text(self) -> str:
        return self.content.decode(self.encoding, "replace")

    def json(self) -> object:
        """The body, decoded; a ValueError where it is not JSON."""
        import json

        return json.loads(self.content)

    def read(self) -> bytes:
        return self.content

    def __repr__(self) -> str:
        return f"<Response [{self.status_code} {self.reason_phrase}]>".replace(" ]", "]")


def charset(content_type: str | None) -> str:
    """The character set that a content type names, if Python knows it, else UTF-8."""
    import codecs

    for parameter in (content_type or "").split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            try:
                return codecs.lookup(value.strip().strip("\"'")).name
            except LookupError:
                break
    return "utf-8"
