"""HTTP clients for ``http_client=``: what httpx's take, for the library's own connections.

``DefaultHttpxClient(...)`` and its async siblings need no package. Their arguments become options of the library; one
that only httpx can take, such as a transport object of its own, makes a client of httpx.
"""

from __future__ import annotations

from sys import modules

from ._constants import DEFAULT_TIMEOUT
from ._http_arguments import CannotMap, Mapped, map_arguments
from ._limits import DEFAULT_CONNECTION_LIMITS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Any

    from typing_extensions import Self

__all__ = ["DefaultAioHttpClient", "DefaultAsyncHttpxClient", "DefaultHttpxClient"]


class _ClientType(type):
    """Decides what a call of the class makes, and what a subclass of it is a subclass of."""

    def __new__(metaclass, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **options: Any) -> Any:
        if not any(type(base) is _ClientType and "_real_name" in vars(base) for base in bases):
            return super().__new__(metaclass, name, bases, namespace, **options)
        # Whoever derives a class of his own has methods of httpx in mind: it is one of httpx.
        real = tuple(
            base.real_class(f"a subclass of {base.__name__}") if type(base) is _ClientType else base for base in bases
        )
        return type(real[0])(name, real, namespace, **options)

    def __call__(cls, **arguments: Any) -> Any:
        arguments.setdefault("timeout", DEFAULT_TIMEOUT)
        arguments.setdefault("limits", DEFAULT_CONNECTION_LIMITS)
        arguments.setdefault("follow_redirects", True)
        try:
            mapped = map_arguments(arguments)
        except CannotMap as failed:
            return cls.real_class(f"the argument `{failed.argument}` of {cls.__name__}")(**arguments)
        return super().__call__(arguments, mapped)

    def real_class(cls, wanted: str) -> Any:
        """The class of httpx that does what this one cannot; ``wanted`` is what needs it."""
        from ._lazy import load_module

        try:
            load_module("httpx")
            if cls._extra == "aiohttp":
                load_module("httpx_aiohttp")
        except ImportError as error:
            raise ImportError(
                f"{wanted} needs the package {error.name}: pip install sandbox-sdk[{cls._extra}]", name=error.name
            ) from None
        return getattr(load_module("sandbox_sdk._httpx_clients"), cls._real_name)

    def __instancecheck__(cls, instance: Any) -> bool:
        if type(instance) is cls:
            return True
        real = modules.get("sandbox_sdk._httpx_clients")
        return real is not None and isinstance(instance, getattr(real, cls._real_name, ()))


class _MappedClient:
    """What the classes below have in common.

    Where httpx is loaded, ``isinstance`` takes one for what it stands for. Whatever else is asked of it than these
    attributes comes from a client of httpx that is made then.
    """

    _arguments: dict[str, Any]
    _mapped: Mapped
    _extra = "httpx"
    _httpx_name = ""

    def __init__(self, arguments: dict[str, Any], mapped: Mapped) -> None:
        self._arguments = arguments
        self._mapped = mapped
        self._real: Any = None
        self._closed = False
        self._native: Any = None
        """A client of the library's whose connections all that are made with this share; it makes no calls itself."""
        self._loops: Any = None
        """What drives the calls of all async ones."""

    @property
    def __class__(self) -> Any:
        return getattr(modules.get("httpx"), self._httpx_name, None) or type(self)

    @property
    def timeout(self) -> Any:
        """How long each phase of a call may take."""
        from ._timeout import Timeout

        return Timeout(self._arguments["timeout"])

    @property
    def follow_redirects(self) -> bool:
        return bool(self._arguments["follow_redirects"])

    @property
    def trust_env(self) -> bool:
        """Whether the environment says what is not given, such as proxies."""
        return bool(self._arguments.get("trust_env", True))

    @property
    def is_closed(self) -> bool:
        return self._closed

    def real(self) -> Any:
        """A client of httpx that does the same; it is made when it is first needed."""
        if self._real is None:
            # Over aiohttp is a matter of speed only.
            kind: Any = DefaultAsyncHttpxClient if self._extra == "aiohttp" else type(self)
            self._real = kind.real_class(f"{type(self).__name__} as a client of its own")(**self._arguments)
        return self._real

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        return getattr(self.real(), name)

    def __repr__(self) -> str:
        return f"<sandbox_sdk.{type(self).__name__}>"

    def make_client(self, options: dict[str, Any]) -> Any:
        """A client of the library's with these options, over the connections of this."""
        from . import _native

        # What the environment says of the key and the server is the library's to read.
        alone = _native.client_new(options)
        if self._native is None:
            self._native = _native.client_new({"api_key": "-", "base_url": "http://-", "http": options["http"]})
            if self._closed:
                _native.client_close(self._native)
        shared = {name: value for name, value in options.items() if name != "http"}
        shared["api_key"], shared["base_url"] = _native.client_api_key(alone), _native.client_base_url(alone)
        return _native.client_with_options(self._native, shared)

    def shared_loops(self) -> Any:
        """What drives the calls of all clients that ``make_client()`` made."""
        if self._loops is None:
            from ._loops import Loops

            self._loops = Loops(self._native)
        return self._loops

    def _close_clients(self) -> None:
        from ._native import client_close

        self._closed = True
        if self._native is not None:
            client_close(self._native)


class DefaultHttpxClient(_MappedClient, metaclass=_ClientType):
    """The connections of a ``SandboxSDK``, by the arguments of ``httpx.Client``, with this package's defaults.

    ``proxy``, ``verify`` (a bool, or the path of a file or directory of authorities), ``cert``, ``trust_env``,
    ``timeout``, ``limits``, ``follow_redirects``, ``max_redirects``, ``http2``, ``local_address``, ``uds``,
    ``headers``, ``params`` and ``auth`` (a user name and password) need nothing but this package. With any other
    argument, or in a class that is derived from this one, it is a real ``httpx.Client`` (extra ``httpx``).
    """

    _httpx_name = "Client"
    _real_name = "RealClient"

    def close(self) -> None:
        """Closes the connections of the clients that were made with it."""
        self._close_clients()
        if self._real is not None:
            self._real.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


class DefaultAsyncHttpxClient(_MappedClient, metaclass=_ClientType):
    """The connections of an ``AsyncSandboxSDK``, by the arguments of ``httpx.AsyncClient``: see DefaultHttpxClient."""

    _httpx_name = "AsyncClient"
    _real_name = "RealAsyncClient"

    async def aclose(self) -> None:
        """Closes the connections of the clients that were made with it."""
        self._close_clients()
        if self._real is not None:
            await self._real.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()


class DefaultAioHttpClient(_MappedClient, metaclass=_ClientType):
    """The same as DefaultAsyncHttpxClient; the library's own connections are what this was chosen for.

    With an argument that only httpx can take it is an ``httpx.AsyncClient`` over aiohttp (extra ``aiohttp``), and while
    somebody mocks aiohttp one carries the calls.
    """

    _extra = "aiohttp"
    _httpx_name = "AsyncClient"
    _real_name = "RealAioHttpClient"

    def __init__(self, arguments: dict[str, Any], mapped: Mapped) -> None:
        super().__init__(arguments, mapped)
        self._over_aiohttp: Any = None

    def over_aiohttp(self, wanted: str) -> Any:
        """A client of httpx over aiohttp that does the same; ``wanted`` is what needs it. It is made once."""
        if self._over_aiohttp is None:
            self._over_aiohttp = type(self).real_class(wanted)(**self._arguments)
        return self._over_aiohttp

    async def aclose(self) -> None:
        """Closes the connections of the clients that were made with it."""
        await DefaultAsyncHttpxClient.aclose(self)  # type: ignore[arg-type]
        if self._over_aiohttp is not None:
            await self._over_aiohttp.aclose()

    __aenter__ = DefaultAsyncHttpxClient.__aenter__
    __aexit__ = DefaultAsyncHttpxClient.__aexit__


for _name in __all__:
    globals()[_name].__module__ = "sandbox_sdk"
