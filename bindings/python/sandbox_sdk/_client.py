"""The client."""

from __future__ import annotations

import os
import sys

from . import _native
from ._client_resources import ClientResources
from ._constants import DEFAULT_MAX_RETRIES, DEFAULT_TIMEOUT
from ._resource import Caller
from ._timeout import timeout_options
from ._types import NotGiven, not_given

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType
    from typing import Any, Callable

    from typing_extensions import Self

    from ._http import URL
    from ._timeout import Timeout
    from ._types import Omit

__all__ = ["Client", "SandboxSDK"]

_RUNTIMES = {"cpython": "CPython", "pypy": "PyPy"}
_LARGEST_COUNT = 2**31 - 1


class SandboxSDK(ClientResources):
    """A client of a sandbox server.

    It may be used from many threads. Close it, or use it in a ``with`` block, to close its connections; one that is
    dropped closes them, too.
    """

    def __init__(
        self,
        *,
        api_key: str | None = None,
        base_url: str | URL | None = None,
        timeout: float | Timeout | NotGiven | None = not_given,
        max_retries: int = DEFAULT_MAX_RETRIES,
        default_headers: Mapping[str, str | Omit] | None = None,
        default_query: Mapping[str, object] | None = None,
        _strict_response_validation: bool = False,
        deadline: float | NotGiven | None = not_given,
        retry_unsafe: bool = False,
    ) -> None:
        """Makes a client. Nothing is sent.

        Args:
          api_key: The key; without it ``SANDBOX_SDK_API_KEY`` of the environment.

          base_url: Where the server is; without it ``SANDBOX_SDK_BASE_URL``, else the hosted service.

          timeout: Seconds for each phase of a call, or a ``Timeout``; ``None`` waits for ever.

          max_retries: How often a request is sent again.

          default_headers: Sent with every request; ``Omit()`` removes one.

          default_query: Sent with every request.

          deadline: Seconds for a whole call, retries and waits included; ``None`` is no limit.

          retry_unsafe: Whether to send again also what may then be done twice.
        """
        self._begin(
            _native.client_new,
            timeout,
            api_key=api_key,
            base_url=base_url,
            max_retries=max_retries,
            default_headers=default_headers,
            default_query=default_query,
            strict_response_validation=_strict_response_validation or None,
            deadline=deadline,
            retry_unsafe=retry_unsafe or None,
        )

    @classmethod
    def local(
        cls,
        *,
        timeout: float | Timeout | NotGiven | None = not_given,
        max_retries: int = DEFAULT_MAX_RETRIES,
        default_headers: Mapping[str, str | Omit] | None = None,
        default_query: Mapping[str, object] | None = None,
        _strict_response_validation: bool = False,
        deadline: float | NotGiven | None = not_given,
        retry_unsafe: bool = False,
    ) -> Self:
        """Starts a server of the client's own on this machine and makes a client of it.

        The server and all that it keeps is gone when the client is closed, or when this process ends, however that
        comes. The options are the constructor's.
        """
        client = cls.__new__(cls)
        client._begin(
            _native.client_new_local,
            timeout,
            max_retries=max_retries,
            default_headers=default_headers,
            default_query=default_query,
            strict_response_validation=_strict_response_validation or None,
            deadline=deadline,
            retry_unsafe=retry_unsafe or None,
        )
        return client

    def _begin(self, make: Callable[[Any], Any], timeout: float | Timeout | NotGiven | None, **given: Any) -> None:
        """What every way to make a client has in common."""
        options = _options(timeout, **given)
        options["client_name"] = type(self).__name__
        options["language"] = "Python"
        options["runtime"] = _RUNTIMES.get(sys.implementation.name, sys.implementation.name)
        options["runtime_version"] = sys.version.split(" ", 1)[0]
        self._timeout = DEFAULT_TIMEOUT if isinstance(timeout, NotGiven) else timeout
        self._call_with(make(options))

    def _call_with(self, handle: Any) -> None:
        overridden = type(self).auth_headers is not SandboxSDK.auth_headers
        self._caller = Caller(
            handle,
            (lambda: self.auth_headers) if overridden else None,
            follows_logging=not os.environ.get("SANDBOX_SDK_LOG"),
        )

    def copy(
        self,
        *,
        api_key: str | None = None,
        base_url: str | URL | None = None,
        timeout: float | Timeout | NotGiven | None = not_given,
        max_retries: int | NotGiven = not_given,
        default_headers: Mapping[str, str | Omit] | None = None,
        set_default_headers: Mapping[str, str | Omit] | None = None,
        default_query: Mapping[str, object] | None = None,
        set_default_query: Mapping[str, object] | None = None,
        deadline: float | NotGiven | None = not_given,
        retry_unsafe: bool | NotGiven = not_given,
    ) -> Self:
        """A client of the same class with other options that shares this one's connections.

        ``default_headers`` and ``default_query`` are merged with this client's, ``set_default_headers`` and
        ``set_default_query`` replace them.
        """
        if default_headers is not None and set_default_headers is not None:
            raise ValueError("The `default_headers` and `set_default_headers` arguments are mutually exclusive")
        if default_query is not None and set_default_query is not None:
            raise ValueError("The `default_query` and `set_default_query` arguments are mutually exclusive")
        options = _options(
            timeout,
            api_key=api_key,
            base_url=base_url,
            max_retries=max_retries,
            default_headers=default_headers if set_default_headers is None else set_default_headers,
            default_query=default_query if set_default_query is None else set_default_query,
            replace_default_headers=True if set_default_headers is not None else None,
            replace_default_query=True if set_default_query is not None else None,
            deadline=deadline,
            retry_unsafe=retry_unsafe,
        )
        copy = type(self).__new__(type(self))
        resources = vars(ClientResources)
        copy.__dict__.update((name, value) for name, value in self.__dict__.items() if name not in resources)
        if not isinstance(timeout, NotGiven):
            copy._timeout = timeout
        copy._call_with(_native.client_with_options(self._caller.handle, options))
        return copy

    with_options = copy

    @property
    def auth_headers(self) -> dict[str, str | Omit]:
        """The headers that a request is authenticated by. A subclass may have others."""
        return {"x-api-key": self.api_key}

    @property
    def api_key(self) -> str:
        """The key; calls that begin after it is set use the new one."""
        return _native.client_api_key(self._caller.handle)

    @api_key.setter
    def api_key(self, api_key: str) -> None:
        _native.client_set_options(self._caller.handle, {"api_key": api_key})

    @property
    def base_url(self) -> URL:
        """Where the server is, with a slash at the end."""
        from ._http import URL

        return URL(_native.client_base_url(self._caller.handle))

    @base_url.setter
    def base_url(self, base_url: str | URL) -> None:
        _native.client_set_options(self._caller.handle, {"base_url": str(base_url)})

    @property
    def timeout(self) -> float | Timeout | None:
        """How long each phase of a call may take."""
        return self._timeout

    @timeout.setter
    def timeout(self, timeout: float | Timeout | None) -> None:
        _native.client_set_options(self._caller.handle, timeout_options(timeout))
        self._timeout = timeout

    @property
    def max_retries(self) -> int:
        """How often a request is sent again."""
        return _native.client_max_retries(self._caller.handle)

    @max_retries.setter
    def max_retries(self, max_retries: int) -> None:
        _native.client_set_options(self._caller.handle, {"max_retries": _count(max_retries)})

    def is_closed(self) -> bool:
        """Whether this client, or one that it shares connections with, was closed."""
        return bool(_native.client_is_closed(self._caller.handle))

    def close(self) -> None:
        """Closes the connections, which copies share, and the server of ``local()``. Later calls fail."""
        _native.client_close(self._caller.handle)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def _options(timeout: float | Timeout | NotGiven | None, **given: Any) -> dict[str, Any]:
    """Options as the library names them, without those that were not given."""
    options = {}
    for name, value in given.items():
        if isinstance(value, NotGiven) or (value is None and name not in ("deadline", "max_retries")):
            continue
        options[name] = value
    if "base_url" in options:
        options["base_url"] = str(options["base_url"])
    if "max_retries" in options:
        options["max_retries"] = _count(options["max_retries"])
    if not isinstance(timeout, NotGiven):
        options.update(timeout_options(timeout))
    return options


def _count(max_retries: Any) -> int:
    """How often to try again; infinity is the largest number that there is."""
    if max_retries is None:
        raise TypeError("`max_retries` cannot be None; 0 turns retries off, math.inf never gives up")
    return _LARGEST_COUNT if max_retries == float("inf") else max_retries


Client = SandboxSDK
SandboxSDK.__module__ = "sandbox_sdk"
