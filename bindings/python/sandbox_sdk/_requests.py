"""What the parts of one call are in the library's terms, and what is made of its answer."""

from __future__ import annotations

from ._caller import retries_count
from ._constants import OVERRIDE_CAST_TO_HEADER, RAW_RESPONSE_HEADER
from ._native import client_base_url, client_default_query, response_attempts
from ._types import NotGiven, Omit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ._caller import Caller
    from ._http import Response
    from ._models import FinalRequestOptions
    from ._operation import Operation


class Raw:
    """How the answer to a call is wanted that was made through ``with_raw_response`` or ``with_streaming_response``."""

    __slots__ = ("response_class", "stream")

    def __init__(self, stream: bool, response_class: Any) -> None:
        self.stream = stream
        self.response_class = response_class


def take_raw(options: dict[str, Any]) -> Raw | None:
    """Reads, and takes out of the options, what the wrappers of raw responses have put into the headers."""
    headers = options.get("headers")
    if not headers:
        return None
    mode = headers.get(RAW_RESPONSE_HEADER)
    response_class = None
    if OVERRIDE_CAST_TO_HEADER in headers:
        headers = options["headers"] = dict(headers)
        response_class = headers.pop(OVERRIDE_CAST_TO_HEADER)
    return Raw(mode == "stream", response_class) if mode and not isinstance(mode, (Omit, NotGiven)) else None


def operation_request(operation: Operation, arguments: dict[str, Any]) -> dict[str, Any]:
    """A call of an operation whose answer is left as it came."""
    return {"operation": operation.handle or operation.load(), "arguments": arguments, "undecoded": True}


def custom_request(caller: Caller, options: FinalRequestOptions) -> dict[str, Any]:
    """A request of the caller's own."""
    request: dict[str, Any] = {"method": options.method, "url": custom_url(caller, options), "undecoded": True}
    if options.method.lower() == "get":
        return request
    body, headers = merged_body(options), options.headers or {}
    content_type = next((value for name, value in headers.items() if name.lower() == "content-type"), None)
    is_form = is_form_type(content_type)
    if options.content is not None and (body is not None or options.files is not None):
        other = "json_data" if body is not None else "files"
        raise TypeError(f"Passing both `content` and `{other}` is not supported")
    if is_form or options.files:
        from ._files import form_parts

        request["parts"] = form_parts(body if is_form else None, options.files, for_coroutines=caller.loops is not None)
    elif body is not None and not isinstance(body, bytes):
        request["json"] = body
    return request


def is_form_type(content_type: Any) -> bool:
    """Whether a header's value says that the body is a form of parts."""
    return isinstance(content_type, str) and content_type.startswith("multipart/form-data")


def custom_url(caller: Caller, options: FinalRequestOptions) -> str:
    """Where a request goes. A fragment is not sent, and the call's query or the client's replaces that of the URL."""
    url = str(options.url).partition("#")[0]
    path, mark, _ = url.partition("?")
    return path if mark and (options.params or sends_default_query(caller, path)) else url


def sends_default_query(caller: Caller, path: str) -> bool:
    """Whether the client's own query goes to a path, or to a URL: it has one, and that is at the client's server."""
    server = "/".join(client_base_url(caller.handle).split("/", 3)[:3])
    at_server = "://" not in path or path == server or path.startswith(f"{server}/")
    return at_server and bool(caller.own_query() if caller.own_query else client_default_query(caller.handle))


def merged_body(options: FinalRequestOptions) -> Any:
    """The body as JSON, with what the caller has added to it."""
    body, extra = options.json_data, options.extra_json
    if isinstance(body, NotGiven):
        body = None
    if extra is None:
        return body
    if body is None:
        return extra
    if not hasattr(body, "keys"):
        raise RuntimeError(f"Unexpected JSON data type, {type(body)}, cannot merge with `extra_body`")
    return {**body, **extra}


def custom_options(caller: Caller, options: FinalRequestOptions, request: dict[str, Any]) -> dict[str, Any]:
    """The options of a request of the caller's own."""
    headers = None if isinstance(options.headers, NotGiven) else options.headers
    native = caller.options(headers, options.params or None, None, options.timeout)
    if "parts" in request and "headers" in native:
        # What is no form's is not of these parts: removed, or meant for a body that there is not.
        native["headers"] = {
            name: value
            for name, value in native["headers"].items()
            if name.lower() != "content-type" or is_form_type(value)
        }
    if not isinstance(options.max_retries, NotGiven):
        native["max_retries"] = retries_count(options.max_retries)
    if options.follow_redirects is not None:
        native["follow_redirects"] = options.follow_redirects
    if options.idempotency_key is not None:
        native["idempotency_key"] = options.idempotency_key
    content = options.content
    if content is None and isinstance(options.json_data, bytes):
        content = options.json_data
    if content is not None and options.method.lower() != "get":
        from ._files import content_options

        native["source"] = content_options(content, for_coroutines=caller.loops is not None)
        request["content_type"] = "application/json"
    return native


def wrap(
    kind: Any,
    response: Response,
    *,
    cast_to: Any,
    caller: Caller,
    stream: bool = False,
    stream_cls: Any = None,
    options: Any = None,
) -> Any:
    """An answer as one of the classes for raw responses."""
    return kind(
        raw=response,
        cast_to=cast_to,
        client=caller,
        stream=stream,
        stream_cls=stream_cls,
        options=options,
        retries_taken=response_attempts(response._native) - 1,
    )
