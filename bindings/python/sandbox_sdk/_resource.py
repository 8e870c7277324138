"""What the generated resources stand on: the way from a method's arguments to the library and back."""

from __future__ import annotations

from sys import modules

from ._lazy import load_module
from ._native import client_invoke, client_set_options
from ._timeout import timeout_options
from ._types import NotGiven, Omit, not_given

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

    from ._operation import Operation
    from ._response import BinaryAPIResponse
    from ._timeout import Timeout
    from ._types import Body, Headers, Query

__all__ = ["SyncAPIResource"]


class Caller:
    """What a resource needs of its client.

    It is an object of its own so that a client and its resources are no reference cycle: the connections of a client
    that is dropped without being closed are closed at once, not by some later garbage collection.
    """

    __slots__ = ("auth_headers", "follows_logging", "handle", "log_level")

    def __init__(
        self, handle: Any, auth_headers: Callable[[], dict[str, Any]] | None, *, follows_logging: bool
    ) -> None:
        self.handle = handle
        self.auth_headers = auth_headers
        """Gives the headers of a subclass that has its own way to authenticate, else None."""
        self.follows_logging = follows_logging
        """Whether the program's settings of the logger decide how much is logged."""
        self.log_level = -1
        """What they were when the library was last told."""

    def options(
        self,
        extra_headers: Headers | None,
        extra_query: Query | None,
        extra_body: Body | None,
        timeout: float | Timeout | NotGiven | None,
    ) -> dict[str, Any]:
        """The options of one call as the library names them."""
        options: dict[str, Any] = {}
        if extra_headers is not None:
            options["headers"] = extra_headers
        if self.auth_headers is not None:
            options["headers"] = {**self.auth_headers(), **(extra_headers or {})}
        if extra_query is not None:
            options["query"] = extra_query
        if extra_body is not None:
            options["body"] = extra_body
        if timeout.__class__ is not NotGiven:
            options.update(timeout_options(timeout))  # type: ignore[arg-type]
        return options

    def follow_logging(self) -> None:
        """Tells the library how much the program wants logged, where that has changed."""
        from . import _logs

        wanted = _logs.wanted_level()
        if wanted != self.log_level:
            client_set_options(self.handle, {"log_level": wanted})
            self.log_level = wanted


class SyncAPIResource:
    """The operations of one noun, such as ``client.sandboxes``."""

    __slots__ = ("__dict__", "_caller")

    def __init__(self, client: Any) -> None:
        self._caller: Caller = client._caller

    def _call(
        self,
        operation: Operation,
        arguments: dict[str, Any],
        extra_headers: Headers | None,
        extra_query: Query | None,
        extra_body: Body | None,
        timeout: float | Timeout | NotGiven | None,
        source: dict[str, Any] | None = None,
    ) -> Any:
        """Calls an operation; its answer is a model."""
        handle = operation.handle or operation.load()
        caller = self._caller
        options: dict[str, Any] | None = None
        if (
            timeout is not not_given
            or extra_headers is not None
            or extra_query is not None
            or extra_body is not None
            or caller.auth_headers is not None
        ):
            options = caller.options(extra_headers, extra_query, extra_body, timeout)
        if source is not None:
            options = {**(options or {}), "source": source}
        if "logging" in modules and caller.follows_logging:
            caller.follow_logging()
        return operation.model(client_invoke(caller.handle, handle, arguments, options))

    def _upload(
        self,
        operation: Operation,
        arguments: dict[str, Any],
        extra_headers: Headers | None,
        extra_query: Query | None,
        extra_body: Body | None,
        timeout: float | Timeout | NotGiven | None,
        file: Any,
    ) -> Any:
        """Calls an operation that takes a file."""
        from ._files import source_options

        source = None if file.__class__ is Omit else source_options(file)
        return self._call(operation, arguments, extra_headers, extra_query, extra_body, timeout, source)

    def _download(
        self,
        operation: Operation,
        arguments: dict[str, Any],
        extra_headers: Headers | None,
        extra_query: Query | None,
        extra_body: Body | None,
        timeout: float | Timeout | NotGiven | None,
        into: Any,
    ) -> BinaryAPIResponse:
        """Calls an operation that answers bytes."""
        from ._files import sink_options
        from ._response import BinaryAPIResponse

        handle = operation.handle or operation.load()
        caller = self._caller
        options = caller.options(extra_headers, extra_query, extra_body, timeout)
        if into is not None:
            options["sink"] = sink_options(into)
        if "logging" in modules and caller.follows_logging:
            caller.follow_logging()
        return BinaryAPIResponse.from_native(client_invoke(caller.handle, handle, arguments, options))


def path_argument(name: str, value: Any) -> str:
    """An argument that is a part of the path, as text; refused where it is empty."""
    if value.__class__ is str and value:
        return value
    if not value:
        from ._exceptions import InvalidArgumentError

        error = InvalidArgumentError(f"Expected a non-empty value for `{name}` but received {value!r}")
        error.code, error.argument = "invalid_argument", name
        raise error
    return str(value)


class LazyResource:
    """An attribute of a client that becomes its resource when it is first read."""

    def __init__(self, module_name: str, class_name: str) -> None:
        self.module_name = module_name
        self.class_name = class_name

    def __get__(self, client: Any, owner: type) -> Any:
        if client is None:
            return self
        module = load_module("sandbox_sdk.resources." + self.module_name)
        resource = getattr(module, self.class_name)(client)
        # From now on the instance's own attribute is found first.
        client.__dict__[self.module_name] = resource
        return resource
