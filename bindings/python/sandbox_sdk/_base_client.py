"""What every client has: its options, and requests of the caller's own."""

from __future__ import annotations

import os
import sys

from . import _native
from ._caller import LARGEST_COUNT, Caller, retries_count
from ._constants import DEFAULT_TIMEOUT
from ._lazy import lazy_names
from ._timeout import timeout_options
from ._types import NotGiven, Omit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType
    from typing import Any, Callable, Literal, TypeVar, overload

    import httpx
    from typing_extensions import Self

    from ._connections import Connections
    from ._http import URL
    from ._models import FinalRequestOptions
    from ._streaming import Stream
    from ._types import URL as URLTypes
    from ._types import BinaryTypes, Body, RequestFiles, RequestOptions, ResponseT, Timeout

    StreamT = TypeVar("StreamT", bound=Stream[Any])

__all__ = ["BaseClient", "SyncAPIClient"]

_RUNTIMES = {"cpython": "CPython", "pypy": "PyPy"}


class BaseClient:
    """The options of a client, which can be read and, some of them, set at any time."""

    _caller: Caller
    _strict_response_validation: bool
    _default_stream_cls: Any = None
    _is_async = False
    _is_made = False
    _base_url_is_bare = True

    def _begin(
        self,
        make: Callable[[Any], Any],
        timeout: float | Timeout | NotGiven | None,
        connections: Connections | None,
        **given: Any,
    ) -> None:
        """Makes the library's client, by the options that were given; a copy has one already."""
        if self._is_made:
            return
        if connections is not None and isinstance(timeout, NotGiven):
            timeout = connections.timeout
        options = native_options(timeout, **given)
        if connections is not None:
            connections.apply(options)
        if "api_key" in given and os.environ.get("SANDBOX_SDK_API_KEY") == "":
            options.setdefault("api_key", "")  # here a variable that is set to nothing is no missing one
        options["client_name"] = type(self).__name__
        options["language"] = "Python"
        options["runtime"] = _RUNTIMES.get(sys.implementation.name, sys.implementation.name)
        options["runtime_version"] = sys.version.split(" ", 1)[0]
        self._timeout = DEFAULT_TIMEOUT if isinstance(timeout, NotGiven) else timeout
        given_url = given.get("base_url") or os.environ.get("SANDBOX_SDK_BASE_URL") or ""
        self._base_url_is_bare = not str(given_url).endswith("/")
        self._strict_response_validation = bool(given.get("strict_response_validation"))
        if connections is not None and connections.shares():
            make = connections.http_client.make_client
        self._call_with(make(options), given.get("default_headers"), connections)

    @classmethod
    def _connections(cls, http_client: Any, http_options: Any, transport: Any, on_attempt: Any) -> Connections | None:
        """What these arguments say; None where none is given."""
        if http_client is None and http_options is None and transport is None and on_attempt is None:
            return None
        from ._connections import connect

        return connect(http_client, http_options, transport, on_attempt, asynchronous=cls._is_async)

    def _call_with(
        self, handle: Any, default_headers: Mapping[str, Any] | None, connections: Connections | None
    ) -> None:
        """Makes calls by a client of the library's."""
        kind = type(self)
        own_headers = (
            kind.auth_headers is not BaseClient.auth_headers or kind.default_headers is not BaseClient.default_headers
        )
        self._caller = (Caller if connections is None else connections.caller_class())(
            handle,
            (lambda: self._own_headers()) if own_headers else None,
            (lambda: self._own_query()) if kind.default_query is not BaseClient.default_query else None,
            strict=self._strict_response_validation,
            default_stream_cls=type(self)._default_stream_cls,
            follows_logging=not os.environ.get("SANDBOX_SDK_LOG"),
            connections=connections,
        )
        if self._is_async:
            from ._loops import Loops

            shared = connections is not None and connections.shares()
            self._caller.loops = connections.http_client.shared_loops() if shared else Loops(handle)
            if any(name.lower() == "x-stainless-async" for name in default_headers or ()):
                self._caller.async_library = ""

    def _copy(
        self,
        resources: type,
        timeout: float | Timeout | NotGiven | None,
        connections: Connections | None,
        extra_arguments: Mapping[str, Any],
        **given: Any,
    ) -> Self:
        """A client of the same class with other options, by the library's names, that shares the connections.

        With ``extra_arguments`` the constructor runs as well, for the sake of a subclass that takes them.
        """
        copy = type(self).__new__(type(self))
        left_out = vars(resources)
        copy.__dict__.update((name, value) for name, value in self.__dict__.items() if name not in left_out)
        if not isinstance(timeout, NotGiven):
            copy._timeout = timeout
        if given.get("base_url"):
            copy._base_url_is_bare = not str(given["base_url"]).endswith("/")
        options = native_options(timeout, **given)
        if connections is None:
            connections = self._caller.connections
        else:
            connections.inherit(self._caller.connections)
            connections.apply(options)
        handle = _native.client_with_options(self._caller.handle, options)
        copy._call_with(handle, given.get("default_headers"), connections)
        if self._is_async:
            if not shares_nothing(options):
                copy._caller.loops = self._caller.loops
            if self._caller.async_library == "" and not given.get("replace_default_headers"):
                copy._caller.async_library = ""
        if extra_arguments:
            copy._construct_again(**extra_arguments)
        return copy

    def _construct_again(self, **extra_arguments: Any) -> None:
        """Runs the constructor of a copy, which has its options already."""
        self._is_made = True
        self.__init__(  # type: ignore[misc]
            api_key=self.api_key,
            base_url=self.base_url,
            timeout=self.timeout,
            max_retries=self.max_retries,
            **extra_arguments,
        )
        del self._is_made

    @property
    def auth_headers(self) -> dict[str, str]:
        """The headers that a request is authenticated by. A subclass may have others."""
        return {"x-api-key": self.api_key}

    def _own_headers(self) -> tuple[dict[str, str | Omit], dict[str, str | Omit]]:
        """What a subclass has otherwise than the library sends it: headers that prove who asks, and other ones."""
        kind = type(self)
        credentials: dict[str, str | Omit] = {}
        headers: dict[str, str | Omit] = {}
        if kind.auth_headers is not BaseClient.auth_headers:
            credentials = {"x-api-key": Omit(), **self.auth_headers}
            if any(name != "x-api-key" and name.lower() == "x-api-key" for name in credentials):
                del credentials["x-api-key"]
        if kind.default_headers is not BaseClient.default_headers:
            from ._headers import SECRETS

            usual, mine = BaseClient.default_headers.fget(self), self.default_headers  # type: ignore[attr-defined]
            secret = {*SECRETS, "cookie", *(name.lower() for name in credentials)}
            for name, value in mine.items():
                if usual.get(name) != value:
                    (credentials if name.lower() in secret else headers)[name] = value
            headers.update((name, Omit()) for name in usual if name not in mine)
        return credentials, headers

    def _own_query(self) -> dict[str, object]:
        """The query of a subclass, and None for what the library would send by itself."""
        usual = BaseClient.default_query.fget(self)  # type: ignore[attr-defined]
        return {**dict.fromkeys(usual), **self.default_query}

    @property
    def default_headers(self) -> dict[str, str | Omit]:
        """The headers that every request begins with."""
        headers = _native.client_default_headers(self._caller.handle)
        own = self.auth_headers if type(self).auth_headers is not BaseClient.auth_headers else {}
        return {**{name: Omit() if value is None else value for name, value in headers.items()}, **own}

    @property
    def default_query(self) -> dict[str, object]:
        """The query that every request has."""
        return _native.client_default_query(self._caller.handle)

    def platform_headers(self) -> dict[str, str]:
        """The headers that say what the client runs on."""
        names = ("lang", "package-version", "os", "arch", "runtime", "runtime-version")
        wanted = [f"x-stainless-{name}" for name in names]
        return {
            name: value
            for name, value in BaseClient.default_headers.fget(self).items()  # type: ignore[attr-defined]
            if name.lower() in wanted
        }

    @property
    def custom_auth(self) -> httpx.Auth | None:
        """None: requests are authenticated by ``auth_headers``."""
        return None

    @property
    def user_agent(self) -> str:
        """What the client calls itself."""
        from ._version import __version__

        return f"{type(self).__name__}/Python {__version__}"

    @property
    def api_key(self) -> str:
        """The key; calls that begin after it is set use the new one."""
        return _native.client_api_key(self._caller.handle)

    @api_key.setter
    def api_key(self, api_key: str) -> None:
        self._caller.set_options({"api_key": api_key})

    @property
    def base_url(self) -> URL:
        """Where the server is, with a slash at the end of its path."""
        from ._http import URL

        url = URL(_native.client_base_url(self._caller.handle))
        return URL(str(url)[:-1]) if self._base_url_is_bare and url.path == "/" else url

    @base_url.setter
    def base_url(self, base_url: str | URLTypes) -> None:
        self._caller.set_options({"base_url": str(base_url)})
        self._base_url_is_bare = not str(base_url).endswith("/")

    @property
    def timeout(self) -> float | Timeout | None:
        """How long each phase of a call may take."""
        return self._timeout

    @timeout.setter
    def timeout(self, timeout: float | Timeout | None) -> None:
        self._caller.set_options(timeout_options(timeout))
        self._timeout = timeout

    @property
    def max_retries(self) -> int:
        """How often a request is sent again."""
        count = _native.client_max_retries(self._caller.handle)
        return float("inf") if count == LARGEST_COUNT else count  # type: ignore[return-value]

    @max_retries.setter
    def max_retries(self, max_retries: int) -> None:
        self._caller.set_options({"max_retries": retries_count(max_retries)})

    def is_closed(self) -> bool:
        """Whether this client, or one that it shares connections with, was closed."""
        given = self._caller.connections and self._caller.connections.http_client
        return bool(_native.client_is_closed(self._caller.handle) or (given is not None and given.is_closed))


class SyncAPIClient(BaseClient):
    """A client that waits for its answers, and its requests to paths or URLs of the caller's own."""

    def close(self) -> None:
        """Closes the connections, which copies share, and the server of ``local()``. Later calls fail."""
        caller = self._caller
        _native.client_close(caller.handle)
        for detour in tuple(caller.detours.values()):
            detour.close()
        if caller.connections is not None:
            caller.connections.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        self.close()

    if TYPE_CHECKING:

        @overload
        def request(
            self,
            cast_to: type[ResponseT],
            options: FinalRequestOptions,
            *,
            stream: Literal[False] = False,
        ) -> ResponseT: ...

        @overload
        def request(
            self,
            cast_to: type[ResponseT],
            options: FinalRequestOptions,
            *,
            stream: Literal[True],
            stream_cls: type[StreamT],
        ) -> StreamT: ...

        @overload
        def request(
            self,
            cast_to: type[ResponseT],
            options: FinalRequestOptions,
            *,
            stream: bool,
            stream_cls: type[StreamT] | None = None,
        ) -> ResponseT | StreamT: ...

    def request(
        self,
        cast_to: type[ResponseT],
        options: FinalRequestOptions,
        *,
        stream: bool = False,
        stream_cls: type[StreamT] | None = None,
    ) -> ResponseT | StreamT:
        """Makes a request; ``get()``, ``post()`` and the others are shorter ways to it.

        Args:
          cast_to: What the answer is made into: a model, ``dict``, ``list``, ``str``, ``bytes``, ``int``, ``float``,
              ``bool``, ``object``, ``NoneType``, or ``httpx.Response`` in a program that uses httpx.

          options: What is sent.

          stream: Whether the answer is a stream of server-sent events.

          stream_cls: The class of that stream, such as ``Stream[Message]``.
        """
        from . import _custom

        call = _custom.prepare(self._caller, options)
        response = _custom.send(self._caller, call, stream)
        return _custom.finish(self._caller, call, response, cast_to, stream, stream_cls)

    if TYPE_CHECKING:

        @overload
        def get(
            self,
            path: str,
            *,
            cast_to: type[ResponseT],
            options: RequestOptions = ...,
            stream: Literal[False] = False,
        ) -> ResponseT: ...

        @overload
        def get(
            self,
            path: str,
            *,
            cast_to: type[ResponseT],
            options: RequestOptions = ...,
            stream: Literal[True],
            stream_cls: type[StreamT],
        ) -> StreamT: ...

        @overload
        def get(
            self,
            path: str,
            *,
            cast_to: type[ResponseT],
            options: RequestOptions = ...,
            stream: bool,
            stream_cls: type[StreamT] | None = None,
        ) -> ResponseT | StreamT: ...

    def get(
        self,
        path: str,
        *,
        cast_to: type[ResponseT],
        options: RequestOptions = {},  # noqa: B006 -- as in every signature of such clients; it is never changed
        stream: bool = False,
        stream_cls: type[StreamT] | None = None,
    ) -> ResponseT | StreamT:
        """Makes a GET request to a path below the base URL, or to a whole URL; see ``request()``."""
        from ._custom import final_options

        return self.request(cast_to, final_options("get", path, options), stream=stream, stream_cls=stream_cls)

    if TYPE_CHECKING:

        @overload
        def post(
            self,
            path: str,
            *,
            cast_to: type[ResponseT],
            body: Body | None = None,
            content: BinaryTypes | None = None,
            options: RequestOptions = ...,
            files: RequestFiles | None = None,
            stream: Literal[False] = False,
        ) -> ResponseT: ...

        @overload
        def post(
            self,
            path: str,
            *,
            cast_to: type[ResponseT],
            body: Body | None = None,
            content: BinaryTypes | None = None,
            options: RequestOptions = ...,
            files: RequestFiles | None = None,
            stream: Literal[True],
            stream_cls: type[StreamT],
        ) -> StreamT: ...

        @overload
        def post(
            self,
            path: str,
            *,
            cast_to: type[ResponseT],
            body: Body | None = None,
            content: BinaryTypes | None = None,
            options: RequestOptions = ...,
            files: RequestFiles | None = None,
            stream: bool,
            stream_cls: type[StreamT] | None = None,
        ) -> ResponseT | StreamT: ...

    def post(
        self,
        path: str,
        *,
        cast_to: type[ResponseT],
        body: Body | None = None,
        content: BinaryTypes | None = None,
        options: RequestOptions = {},  # noqa: B006
        files: RequestFiles | None = None,
        stream: bool = False,
        stream_cls: type[StreamT] | None = None,
    ) -> ResponseT | StreamT:
        """Makes a POST request; see ``request()``.

        Args:
          body: A value that is sent as JSON.

          content: Bytes, a file or an iterable of bytes that are sent as they are.

          files: Files that are sent as parts of a form.
        """
        from ._custom import final_options

        opts = final_options("post", path, options, body=body, content=content, files=files)
        return self.request(cast_to, opts, stream=stream, stream_cls=stream_cls)

    def patch(
        self,
        path: str,
        *,
        cast_to: type[ResponseT],
        body: Body | None = None,
        content: BinaryTypes | None = None,
        files: RequestFiles | None = None,
        options: RequestOptions = {},  # noqa: B006
    ) -> ResponseT:
        """Makes a PATCH request; see ``post()``."""
        from ._custom import final_options

        return self.request(cast_to, final_options("patch", path, options, body=body, content=content, files=files))

    def put(
        self,
        path: str,
        *,
        cast_to: type[ResponseT],
        body: Body | None = None,
        content: BinaryTypes | None = None,
        files: RequestFiles | None = None,
        options: RequestOptions = {},  # noqa: B006
    ) -> ResponseT:
        """Makes a PUT request; see ``post()``."""
        from ._custom import final_options

        return self.request(cast_to, final_options("put", path, options, body=body, content=content, files=files))

    def delete(
        self,
        path: str,
        *,
        cast_to: type[ResponseT],
        body: Body | None = None,
        content: BinaryTypes | None = None,
        options: RequestOptions = {},  # noqa: B006
    ) -> ResponseT:
        """Makes a DELETE request; see ``post()``."""
        from ._custom import final_options

        return self.request(cast_to, final_options("delete", path, options, body=body, content=content))


def shares_nothing(options: dict[str, Any]) -> bool:
    """Whether a copy with these options has connections, and what drives its calls, of its own."""
    return "http" in options or "transport" in options


def replaceable(name: str, merged: Any, replacing: Any) -> dict[str, Any]:
    """Defaults of a copy that are merged with those of its client, or replace them, as the library's options."""
    if replacing is None:
        return {name: merged}
    if merged is not None:
        raise ValueError(f"The `{name}` and `set_{name}` arguments are mutually exclusive")
    return {name: replacing, f"replace_{name}": True}


def native_options(timeout: float | Timeout | NotGiven | None, **given: Any) -> dict[str, Any]:
    """Options as the library names them, without those that were not given."""
    options = {}
    for name, value in given.items():
        if isinstance(value, NotGiven) or (value is None and name not in ("deadline", "max_retries")):
            continue
        options[name] = value
    if "base_url" in options:
        options["base_url"] = str(options["base_url"])
    if "default_query" in options:
        from ._query import query_values

        options["default_query"] = query_values(options["default_query"])
    if "max_retries" in options:
        options["max_retries"] = retries_count(options["max_retries"])
    if not isinstance(timeout, NotGiven):
        options.update(timeout_options(timeout))
    return options


# The names of other modules that programs import from here.
__getattr__, __dir__ = lazy_names(
    globals(),
    {
        "AsyncAPIClient": "._async_base_client",
        "DefaultAioHttpClient": "._http_client",
        "DefaultAsyncHttpxClient": "._http_client",
        "DefaultHttpxClient": "._http_client",
    },
)
