"""What the generated resources for coroutines stand on: the same way as `_resource`, without waiting."""

from __future__ import annotations

from ._constants import RAW_RESPONSE_HEADER
from ._resource import _APIResource
from ._types import NotGiven, not_given

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ._async_client import AsyncSandboxSDK
    from ._caller import Caller
    from ._operation import Operation
    from ._timeout import Timeout
    from ._types import Body, Headers, Query

__all__ = ["AsyncAPIResource"]


class AsyncAPIResource(_APIResource):
    """The operations of one noun for coroutines, such as ``client.sandboxes``."""

    __slots__ = ()

    _for_coroutines = True
    _binary_response = "AsyncBinaryAPIResponse"

    def __init__(self, client: AsyncSandboxSDK) -> None:
        self._caller: Caller = client._caller

    async def _call(
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
            return await self._raw_answer(
                operation, arguments, options or {}, "AsyncAPIResponse", operation.model_class()
            )
        request = {"operation": handle, "arguments": arguments}
        way = caller.ready_way()
        return operation.model(await way.loops.here().call(way.handle, request, options))

    async def _raw_answer(
        self, operation: Operation, arguments: dict[str, Any], options: dict[str, Any], kind: str, cast_to: Any
    ) -> Any:
        """Calls an operation whose answer is given as an object of a class for raw responses."""
        from . import _response
        from ._requests import operation_request, take_raw, wrap

        raw = take_raw(options)
        request = operation_request(operation, arguments)
        response = await self._caller.asend(request, options, stream=raw is not None and raw.stream)
        wanted = (raw and raw.response_class) or getattr(_response, kind)
        return wrap(wanted, response, cast_to=cast_to, caller=self._caller)
