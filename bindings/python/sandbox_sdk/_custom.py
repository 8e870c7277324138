"""Requests of the caller's own: what is sent, and what the answer is made into."""

from __future__ import annotations

from sys import modules

from ._exceptions import APIError
from ._request_options import FinalRequestOptions
from ._requests import custom_options, custom_request, take_raw, wrap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from ._caller import Caller
    from ._http import Response
    from ._requests import Raw

_DEPRECATED_BODY = (
    "Passing raw bytes as `body` is deprecated and will be removed in a future version. "
    "Please pass raw bytes via the `content` parameter instead."
)


def final_options(
    method: str, path: str, options: Mapping[str, Any], *, body: Any = None, content: Any = None, files: Any = None
) -> FinalRequestOptions:
    """The arguments of ``get()``, ``post()`` and the others as one."""
    if body is not None and content is not None:
        raise TypeError("Passing both `body` and `content` is not supported")
    if files is not None and content is not None:
        raise TypeError("Passing both `files` and `content` is not supported")
    if isinstance(body, bytes):
        import warnings

        warnings.warn(_DEPRECATED_BODY, DeprecationWarning, stacklevel=3)
    return FinalRequestOptions.construct(
        method=method, url=path, json_data=body, content=content, files=files, **options
    )


class CustomCall:
    """A request that is ready to be sent."""

    __slots__ = ("final", "options", "raw", "request", "wants_stream")

    def __init__(self, final: FinalRequestOptions, request: Any, options: dict[str, Any], raw: Raw | None) -> None:
        self.final = final
        self.request: dict[str, Any] = request
        self.options = options
        self.raw = raw
        self.wants_stream = raw is not None and raw.stream

    @property
    def streamed_content(self) -> bytes | None:
        """The body where the library reads it out of the caller's bytes, which it does not keep."""
        return self.options.get("source", {}).get("data")


def prepare(caller: Caller, final: FinalRequestOptions) -> CustomCall:
    """Makes a request of what the caller said."""
    request = custom_request(caller, final)
    options = custom_options(caller, final, request)
    return CustomCall(final, request, options, take_raw(options))


def send(caller: Caller, call: CustomCall, stream: bool) -> Response:
    """Sends a request and waits for its answer."""
    try:
        response = caller.send(call.request, call.options, stream=stream or call.wants_stream)
    except APIError as error:
        _keep_content(call, error)
        raise
    _keep_content(call, response)
    return response


async def asend(caller: Caller, call: CustomCall, stream: bool) -> Response:
    """The same for coroutines."""
    try:
        response = await caller.asend(call.request, call.options, stream=stream or call.wants_stream)
    except APIError as error:
        _keep_content(call, error)
        raise
    _keep_content(call, response)
    return response


def _keep_content(call: CustomCall, answer: Response | APIError) -> None:
    content = call.streamed_content
    if content is not None and answer.request is not None:
        answer.request._streamed_content = content


def finish(caller: Caller, call: CustomCall, response: Response, cast_to: Any, stream: bool, stream_cls: Any) -> Any:
    """What the caller gets of an answer."""
    from ._response import APIResponse

    made, whole = _made(caller, call, response, cast_to, stream, stream_cls, APIResponse)
    return made if whole else made.parse()


async def afinish(
    caller: Caller, call: CustomCall, response: Response, cast_to: Any, stream: bool, stream_cls: Any
) -> Any:
    """The same for coroutines."""
    from ._response import AsyncAPIResponse

    made, whole = _made(caller, call, response, cast_to, stream, stream_cls, AsyncAPIResponse)
    return made if whole else await made.parse()


def _made(
    caller: Caller, call: CustomCall, response: Response, cast_to: Any, stream: bool, stream_cls: Any, kind: Any
) -> tuple[Any, bool]:
    """The answer as an object, and whether that is what the caller gets; else it gets what is parsed of it."""
    from ._response import BaseAPIResponse, extract_response_type

    raw = call.raw
    if raw is not None and raw.response_class is not None:
        cast_to = raw.response_class
    parts = {"caller": caller, "stream": stream, "stream_cls": stream_cls, "options": call.final}
    origin = getattr(cast_to, "__origin__", cast_to)
    if isinstance(origin, type) and issubclass(origin, BaseAPIResponse) and (raw is not None or not stream):
        if not issubclass(origin, kind):
            raise TypeError(f"API Response types must subclass {kind}; Received {origin}")
        return wrap(cast_to, response, cast_to=extract_response_type(cast_to), **parts), True
    httpx = modules.get("httpx")
    if httpx is not None and cast_to is httpx.Response:
        from ._httpx_objects import response_to_httpx

        return response_to_httpx(response), True
    return wrap(kind, response, cast_to=cast_to, **parts), raw is not None
