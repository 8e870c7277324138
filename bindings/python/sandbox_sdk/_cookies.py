"""The cookies of an answer."""

from __future__ import annotations

from _collections_abc import MutableMapping
from email.message import Message
from http.cookiejar import Cookie, CookieJar
from urllib.request import Request as UrllibRequest

from ._http_errors import CookieConflict, as_loaded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ._http import Response

__all__ = ["Cookies"]


class Cookies(MutableMapping[str, str]):
    """Cookies: a mapping of names to values over a ``http.cookiejar.CookieJar``, which is ``jar``."""

    def __init__(self, cookies: Any = None) -> None:
        """Takes a mapping, pairs, other cookies or a jar, which is then used itself."""
        self.jar = cookies if isinstance(cookies, CookieJar) else CookieJar()
        if isinstance(cookies, Cookies):
            for cookie in cookies.jar:
                self.jar.set_cookie(cookie)
        elif cookies is not None and not isinstance(cookies, CookieJar):
            for name, value in cookies.items() if hasattr(cookies, "items") else cookies:
                self.set(name, value)

    def extract_cookies(self, response: Response) -> None:
        """Takes over what an answer sets."""
        message = Message()
        for name, value in response.headers.multi_items():
            message[name] = value
        request = UrllibRequest(str(response.request.url), method=response.request.method)
        self.jar.extract_cookies(_WithInfo(message), request)  # type: ignore[arg-type]

    def set(self, name: str, value: str, domain: str = "", path: str = "/") -> None:
        """Sets a cookie, for one domain and path if given."""
        self.jar.set_cookie(
            Cookie(
                version=0,
                name=name,
                value=value,
                port=None,
                port_specified=False,
                domain=domain,
                domain_specified=bool(domain),
                domain_initial_dot=domain.startswith("."),
                path=path,
                path_specified=bool(path),
                secure=False,
                expires=None,
                discard=True,
                comment=None,
                comment_url=None,
                rest={"HttpOnly": None},  # type: ignore[dict-item]
            )
        )

    def _matching(self, name: str, domain: str | None, path: str | None) -> list[Cookie]:
        return [
            cookie
            for cookie in self.jar
            if cookie.name == name and domain in (None, cookie.domain) and path in (None, cookie.path)
        ]

    def get(  # type: ignore[override]
        self, name: str, default: str | None = None, domain: str | None = None, path: str | None = None
    ) -> str | None:
        """The value of the one cookie of a name, domain and path; several are a ``CookieConflict``."""
        found = self._matching(name, domain, path)
        if len(found) > 1:
            raise as_loaded(CookieConflict)(f"Multiple cookies exist with name={name}")
        return found[0].value if found else default

    def delete(self, name: str, domain: str | None = None, path: str | None = None) -> None:
        """Removes the cookies of a name, domain and path."""
        for cookie in self._matching(name, domain, path):
            self.jar.clear(cookie.domain, cookie.path, cookie.name)

    def clear(self, domain: str | None = None, path: str | None = None) -> None:
        """Removes every cookie, or those of a domain, or of a path of it."""
        self.jar.clear(*(part for part in (domain, path) if part is not None))

    def __getitem__(self, name: str) -> str:
        value = self.get(name)
        if value is None:
            raise KeyError(name)
        return value

    def __setitem__(self, name: str, value: str) -> None:
        self.set(name, value)

    def __delitem__(self, name: str) -> None:
        self.delete(name)

    def __iter__(self) -> Iterator[str]:
        return (cookie.name for cookie in self.jar)

    def __len__(self) -> int:
        return len(self.jar)

    def __repr__(self) -> str:
        shown = ", ".join(f"<Cookie {cookie.name}={cookie.value} for {cookie.domain} />" for cookie in self.jar)
        return f"<Cookies[{shown}]>"

    def __reduce__(self) -> Any:
        return _with_cookies, (list(self.jar),)


def _with_cookies(cookies: list[Cookie]) -> Cookies:
    made = Cookies()
    for cookie in cookies:
        made.jar.set_cookie(cookie)
    return made


class _WithInfo:
    """Headers, as ``http.cookiejar`` wants them."""

    def __init__(self, message: Message) -> None:
        self._message = message

    def info(self) -> Message:
        return self._message
