"""What the generated resources stand on: the way from a method's arguments to the library and back."""

from __future__ import annotations

from sys import modules

from ._constants import RAW_RESPONSE_HEADER
from ._lazy import load_module
from ._native import client_invoke
from ._types import NotGiven, Omit, not_given, omit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ._caller import Caller
    from ._client import SandboxSDK
    from ._operation import Operation
    from ._timeout import Timeout
    from ._types import Body, Headers, Query

__all__ = ["SyncAPIResource"]


class _APIResource:
    """What the operations have in common, whether they wait or are coroutines."""

    __slots__ = ("__dict__", "_caller")

    _for_coroutines = False
    _binary_response = "BinaryAPIResponse"

    def _upload(
        self: Any,
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

        if hasattr(file, "keys"):  # no bytes: its members are fields of the form
            file, extra_body = omit, {"file": file, **(extra_body or {})}  # type: ignore[dict-item]
        source = None if file.__class__ is Omit else source_options(file, for_coroutines=self._for_coroutines)
        return self._call(operation, arguments, extra_headers, extra_query, extra_body, timeout, source)

    def _download(
        self: Any,
        operation: Operation,
        arguments: dict[str, Any],
        extra_headers: Headers | None,
        extra_query: Query | None,
        extra_body: Body | None,
        timeout: float | Timeout | NotGiven | None,
        into: Any,
    ) -> Any:
        """Calls an operation that answers bytes."""
        options = self._caller.options(extra_headers, extra_query, extra_body, timeout)
        if into is not None:
            from ._files import sink_options

            options["sink"] = sink_options(into)
        return self._raw_answer(operation, arguments, options, self._binary_response, bytes)


class SyncAPIResource(_APIResource):
    """The operations of one noun, such as ``client.sandboxes``."""

    __slots__ = ()

    def __init__(self, client: SandboxSDK) -> None:
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
            or caller.own_headers is not None
            or caller.own_query is not None
        ):
            arguments, options = caller.call_options(arguments, extra_headers, extra_query, extra_body, timeout)
        if source is not None:
            options = {**(options or {}), "source": source}
        if extra_headers is not None and RAW_RESPONSE_HEADER in extra_headers:
            return self._raw_answer(operation, arguments, options or {}, "APIResponse", operation.model_class())
        if "logging" in modules and caller.follows_logging:
            caller.follow_logging()
        client = caller.mocked().handle if "httpx" in modules else caller.handle
        return operation.model(client_invoke(client, handle, arguments, options))

    def _raw_answer(
        self, operation: Operation, arguments: dict[str, Any], options: dict[str, Any], kind: str, cast_to: Any
    ) -> Any:
        """Calls an operation whose answer is given as an object of a class for raw responses."""
        from . import _response
        from ._requests import operation_request, take_raw, wrap

        raw = take_raw(options)
        request = operation_request(operation, arguments)
        response = self._caller.send(request, options, stream=raw is not None and raw.stream)
        wanted = (raw and raw.response_class) or getattr(_response, kind)
        return wrap(wanted, response, cast_to=cast_to, caller=self._caller)


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

    def __init__(self, name: str, module_name: str, class_name: str) -> None:
        self.name = name
        self.module_name = module_name
        self.class_name = class_name

    def __get__(self, client: Any, owner: type) -> Any:
        if client is None:
            return self
        module = load_module("sandbox_sdk.resources." + self.module_name)
        resource = getattr(module, self.class_name)(client)
        # From now on the instance's own attribute is found first.
        client.__dict__[self.name] = resource
        return resource
