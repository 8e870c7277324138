"""Answers as they came: what ``with_raw_response`` and ``with_streaming_response`` give, and downloads."""

from __future__ import annotations

from ._exceptions import SandboxSDKError
from ._type_arguments import Subscriptable, extract_type_argument, unwrapped
from ._types import NotGiven
from ._unattended import unattended
from ._wraps import wraps

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
    from datetime import timedelta
    from types import TracebackType
    from typing import Any, TypeVar, overload

    from typing_extensions import ParamSpec

    from ._headers import Headers
    from ._http import Request, Response
    from ._models import FinalRequestOptions
    from ._streaming import AsyncStream, Stream
    from ._url import URL

    P = ParamSpec("P")
    R = TypeVar("R")
    T = TypeVar("T")
    ResponseT = TypeVar("ResponseT")
else:
    # What stands in the brackets of a base class is for type checkers.
    R = ResponseT = "T"

__all__ = [
    "APIResponse",
    "AsyncAPIResponse",
    "AsyncBinaryAPIResponse",
    "AsyncResponseContextManager",
    "AsyncStreamedBinaryAPIResponse",
    "BaseAPIResponse",
    "BinaryAPIResponse",
    "MissingStreamClassError",
    "ResponseContextManager",
    "StreamAlreadyConsumed",
    "StreamedBinaryAPIResponse",
    "async_to_custom_raw_response_wrapper",
    "async_to_custom_streamed_response_wrapper",
    "async_to_raw_response_wrapper",
    "async_to_streamed_response_wrapper",
    "extract_response_type",
    "to_custom_raw_response_wrapper",
    "to_custom_streamed_response_wrapper",
    "to_raw_response_wrapper",
    "to_streamed_response_wrapper",
]


class MissingStreamClassError(TypeError):
    """A stream was asked for without saying of which class."""

    def __init__(self) -> None:
        super().__init__(
            "The `stream` argument was set to `True` but the `stream_cls` argument was not given. "
            "See `sandbox_sdk._streaming` for reference"
        )


class StreamAlreadyConsumed(SandboxSDKError):
    """A body was to be read a second time that had been gone through piece by piece, and so was not kept.

    Call ``read()`` first, which keeps the body, or keep the pieces.
    """

    def __init__(self) -> None:
        super().__init__(
            "Attempted to read or stream some content, but the content has already been streamed. "
            "Call `.read()` before iterating over it, which keeps the content, or keep the pieces."
        )

    def __reduce__(self) -> Any:
        return type(self), ()


class BaseAPIResponse(Subscriptable[R]):
    """What raw answers have in common, whether they are read by coroutines or not."""

    http_response: Response
    """The answer as it came; an ``httpx.Response`` where httpx was the transport."""

    retries_taken: int
    """How often the request was sent again."""

    def __init__(
        self,
        *,
        raw: Response,
        cast_to: type[R],
        client: Any,
        stream: bool,
        stream_cls: type[Stream[Any]] | type[AsyncStream[Any]] | None,
        options: FinalRequestOptions,
        retries_taken: int = 0,
    ) -> None:
        """Wraps an answer.

        Args:
          raw: An answer of ours or of httpx.

          cast_to: What ``parse()`` makes of it.

          client: Says whether models are validated, and which class streams have by default.

          stream: Whether the answer is a stream of server-sent events.

          stream_cls: The class of the stream, with its type argument.

          options: The request's, of which ``post_parser`` is used.
        """
        self._cast_to = cast_to
        self._client = client
        self._parsed_by_type: dict[Any, Any] = {}
        self._is_sse_stream = stream
        self._stream_cls = stream_cls
        self._options = options
        self.http_response = raw
        self.retries_taken = retries_taken

    @property
    def headers(self) -> Headers:
        return self.http_response.headers

    @property
    def http_request(self) -> Request:
        """The request, the last one after redirects."""
        return self.http_response.request

    @property
    def status_code(self) -> int:
        return self.http_response.status_code

    @property
    def url(self) -> URL:
        """The request's URL."""
        return self.http_response.url

    @property
    def method(self) -> str:
        return self.http_request.method

    @property
    def http_version(self) -> str:
        """Such as ``HTTP/1.1``."""
        return self.http_response.http_version

    @property
    def elapsed(self) -> timedelta:
        """How long the call took, retries and waits included; of an unread body, until its head was there."""
        return self.http_response.elapsed

    @property
    def is_closed(self) -> bool:
        """Whether the connection was released: the body was read to its end, or closed."""
        return self.http_response.is_closed

    def __repr__(self) -> str:
        reason = self.http_response.reason_phrase
        return f"<{type(self).__name__} [{self.status_code} {reason}] type={self._cast_to}>"

    def _parse(self, *, to: Any = None) -> Any:
        """Makes a value of the body, which has been read unless it is a stream."""
        if self._is_sse_stream:
            return self._parse_stream(unwrapped(to))
        from ._casting import cast_body

        strict = getattr(self._client, "_strict_response_validation", False)
        return cast_body(self.http_response, self._cast_to if to is None else to, strict=strict)

    def _parse_stream(self, to: Any) -> Any:
        from ._streaming import AsyncStream, Stream, extract_stream_chunk_type, is_stream_class_type

        if to is not None:
            if not is_stream_class_type(to):
                raise TypeError(f"Expected custom parse type to be a subclass of {Stream} or {AsyncStream}")
            failure = "Expected custom stream type to be passed with a type argument, e.g. Stream[ChunkType]"
            stream_cls, chunk_type = to, extract_stream_chunk_type(to, failure_message=failure)
        elif self._stream_cls is not None:
            stream_cls, chunk_type = self._stream_cls, extract_stream_chunk_type(self._stream_cls)
        else:
            stream_cls, chunk_type = getattr(self._client, "_default_stream_cls", None), unwrapped(self._cast_to)
            if stream_cls is None:
                raise MissingStreamClassError()
        return stream_cls(cast_to=chunk_type, response=self.http_response, client=self._client)

    def _parsed(self, to: Any) -> Any:
        """Parses and keeps the result, so that asking twice gives the same object."""
        parsed = self._parse(to=to)
        post_parser = getattr(self._options, "post_parser", None)
        if post_parser is not None and not isinstance(post_parser, NotGiven):
            parsed = post_parser(parsed)
        self._parsed_by_type[self._cast_to if to is None else to] = parsed
        return parsed

    def _known(self, to: Any) -> Any:
        return self._parsed_by_type.get(self._cast_to if to is None else to)


class APIResponse(BaseAPIResponse[R]):
    """An answer as it came."""

    if TYPE_CHECKING:

        @overload
        def parse(self, *, to: type[T]) -> T: ...

        @overload
        def parse(self) -> R: ...

    def parse(self, *, to: type[T] | None = None) -> R | T:
        """The body as a value.

        Args:
          to: Its type in the place of the operation's own: a model, of ours or of pydantic, ``dict``, ``list``, a
            union, ``str``, ``bytes``, ``int``, ``float``, ``bool``, ``object``, ``httpx.Response``; of a stream
            ``Stream[...]``.

        Raises:
          APIResponseValidationError: The body is not of that type; it is a ``ValueError``, too.
        """
        known = self._known(to)
        if known is not None:
            return known
        if not self._is_sse_stream:
            self.read()
        return self._parsed(to)

    def read(self) -> bytes:
        """Reads the body and keeps it; a ``StreamAlreadyConsumed`` where it has gone by."""
        try:
            return self.http_response.read()
        except RuntimeError as error:
            _raise_consumed(error)
            raise

    def text(self) -> str:
        """Reads the body as text."""
        self.read()
        return self.http_response.text

    def json(self) -> object:
        """Reads the body as JSON; a ``ValueError`` where it is none."""
        self.read()
        return self.http_response.json()

    def close(self) -> None:
        """Releases the connection. A body that was read to its end has done so."""
        self.http_response.close()

    def iter_bytes(self, chunk_size: int | None = None) -> Iterator[bytes]:
        """The body in pieces of a size; without one as they come."""
        yield from self.http_response.iter_bytes(chunk_size)

    def iter_text(self, chunk_size: int | None = None) -> Iterator[str]:
        """The body as text, in pieces of a number of characters."""
        yield from self.http_response.iter_text(chunk_size)

    def iter_lines(self) -> Iterator[str]:
        """The body's lines, without their ends."""
        yield from self.http_response.iter_lines()


class AsyncAPIResponse(BaseAPIResponse[R]):
    """An answer as it came, for coroutines."""

    if TYPE_CHECKING:

        @overload
        async def parse(self, *, to: type[T]) -> T: ...

        @overload
        async def parse(self) -> R: ...

    async def parse(self, *, to: type[T] | None = None) -> R | T:
        """The body as a value, as ``APIResponse.parse``; of a stream ``to`` is ``AsyncStream[...]``."""
        known = self._known(to)
        if known is not None:
            return known
        if not self._is_sse_stream:
            await self.read()
        return self._parsed(to)

    async def read(self) -> bytes:
        """Reads the body and keeps it; a ``StreamAlreadyConsumed`` where it has gone by."""
        try:
            return await self.http_response.aread()
        except RuntimeError as error:
            _raise_consumed(error)
            raise

    async def text(self) -> str:
        """Reads the body as text."""
        await self.read()
        return self.http_response.text

    async def json(self) -> object:
        """Reads the body as JSON; a ``ValueError`` where it is none."""
        await self.read()
        return self.http_response.json()

    async def close(self) -> None:
        """Releases the connection. A body that was read to its end has done so."""
        await self.http_response.aclose()

    @unattended
    async def iter_bytes(self, chunk_size: int | None = None) -> AsyncIterator[bytes]:
        """The body in pieces of a size; without one as they come."""
        async for piece in self.http_response.aiter_bytes(chunk_size):
            yield piece

    @unattended
    async def iter_text(self, chunk_size: int | None = None) -> AsyncIterator[str]:
        """The body as text, in pieces of a number of characters."""
        async for piece in self.http_response.aiter_text(chunk_size):
            yield piece

    @unattended
    async def iter_lines(self) -> AsyncIterator[str]:
        """The body's lines, without their ends."""
        async for line in self.http_response.aiter_lines():
            yield line


def _raise_consumed(error: RuntimeError) -> None:
    # By its name: it is ours, or httpx's where that was the transport.
    if type(error).__name__ == "StreamConsumed":
        raise StreamAlreadyConsumed() from error


class BinaryAPIResponse(APIResponse[bytes]):
    """A file's bytes and how they came. They are in memory, unless the download was told where else to put them."""

    @classmethod
    def from_native(cls, native: Any) -> BinaryAPIResponse:
        """The answer to a download of the library's, in memory."""
        from . import _native
        from ._http import Response

        return cls(
            raw=Response.from_native(native),
            cast_to=bytes,
            client=None,
            stream=False,
            stream_cls=None,
            options=None,  # type: ignore[arg-type]
            retries_taken=_native.response_attempts(native) - 1,
        )

    @property
    def content(self) -> bytes:
        """The bytes; empty where they went elsewhere."""
        return self.http_response.content

    @property
    def num_bytes_downloaded(self) -> int:
        """How many bytes came, wherever they went."""
        return self.http_response.num_bytes_downloaded

    def write_to_file(self, file: str | os.PathLike[str]) -> None:
        """Writes the bytes to a file on this machine.

        ``download(..., into=path)`` does so while they come, without holding them in memory.
        """
        with open(file, mode="wb") as opened:
            opened.writelines(self.iter_bytes())


class AsyncBinaryAPIResponse(AsyncAPIResponse[bytes]):
    """A file's bytes and how they came, for coroutines."""

    @property
    def content(self) -> bytes:
        """The bytes; empty where they went elsewhere."""
        return self.http_response.content

    @property
    def num_bytes_downloaded(self) -> int:
        """How many bytes came, wherever they went."""
        return self.http_response.num_bytes_downloaded

    async def write_to_file(self, file: str | os.PathLike[str]) -> None:
        """Writes the bytes to a file on this machine. Writing a piece blocks, as it does in any coroutine."""
        await _async_write(file, self.iter_bytes())


class StreamedBinaryAPIResponse(APIResponse[bytes]):
    """A file's bytes that are read as they are asked for."""

    def stream_to_file(self, file: str | os.PathLike[str], *, chunk_size: int | None = None) -> None:
        """Writes the bytes to a file on this machine as they come, in pieces of a size if one is given."""
        with open(file, mode="wb") as opened:
            if chunk_size is None and hasattr(self.http_response, "save"):
                self.http_response.save(opened)
            else:
                opened.writelines(self.iter_bytes(chunk_size))


class AsyncStreamedBinaryAPIResponse(AsyncAPIResponse[bytes]):
    """A file's bytes that are read as they are asked for, for coroutines."""

    async def stream_to_file(self, file: str | os.PathLike[str], *, chunk_size: int | None = None) -> None:
        """Writes the bytes to a file as they come. Writing a piece blocks, as it does in any coroutine."""
        await _async_write(file, self.iter_bytes(chunk_size))


async def _async_write(file: str | os.PathLike[str], pieces: AsyncIterator[bytes]) -> None:
    with open(file, mode="wb") as opened:
        async for piece in pieces:
            opened.write(piece)


class ResponseContextManager(Subscriptable[ResponseT]):
    """Sends the request when its block is entered, and releases the connection when it is left, however that comes."""

    def __init__(self, request_func: Callable[[], ResponseT]) -> None:
        self._request_func = request_func
        self._response: Any = None

    def __enter__(self) -> ResponseT:
        self._response = self._request_func()
        return self._response

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        if self._response is not None:
            self._response.close()


class AsyncResponseContextManager(Subscriptable[ResponseT]):
    """Sends the request when its block is entered, and releases the connection when it is left, however that comes."""

    def __init__(self, api_request: Awaitable[ResponseT]) -> None:
        self._api_request = api_request
        self._response: Any = None

    async def __aenter__(self) -> ResponseT:
        self._response = await self._api_request
        return self._response

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        if self._response is not None:
            await self._response.close()


def _asking_for(arguments: dict[str, Any], mode: str, response_cls: Any = None) -> None:
    """Marks the headers of a call so that it gives a raw answer; the marks are taken off before it is sent."""
    from ._constants import OVERRIDE_CAST_TO_HEADER, RAW_RESPONSE_HEADER

    headers = dict(arguments.get("extra_headers") or {})
    headers[RAW_RESPONSE_HEADER] = mode
    if response_cls is not None:
        headers[OVERRIDE_CAST_TO_HEADER] = response_cls
    arguments["extra_headers"] = headers


def _raw_wrapper(func: Any, response_cls: Any) -> Any:
    @wraps(func)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        _asking_for(kwargs, "raw", response_cls)
        return func(*args, **kwargs)

    return wrapped


def _async_raw_wrapper(func: Any, response_cls: Any) -> Any:
    @wraps(func)
    async def wrapped(*args: Any, **kwargs: Any) -> Any:
        _asking_for(kwargs, "raw", response_cls)
        return await func(*args, **kwargs)

    return wrapped


def _streamed_wrapper(func: Any, response_cls: Any) -> Any:
    @wraps(func)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        _asking_for(kwargs, "stream", response_cls)
        return ResponseContextManager(lambda: func(*args, **kwargs))

    return wrapped


def _async_streamed_wrapper(func: Any, response_cls: Any) -> Any:
    @wraps(func)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        _asking_for(kwargs, "stream", response_cls)
        return AsyncResponseContextManager(func(*args, **kwargs))

    return wrapped


def to_raw_response_wrapper(func: Callable[P, R]) -> Callable[P, APIResponse[R]]:
    """Makes a method that gives its answer as an ``APIResponse``."""
    return _raw_wrapper(func, None)


def async_to_raw_response_wrapper(func: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[AsyncAPIResponse[R]]]:
    """Makes a method that gives its answer as an ``AsyncAPIResponse``."""
    return _async_raw_wrapper(func, None)


def to_streamed_response_wrapper(func: Callable[P, R]) -> Callable[P, ResponseContextManager[APIResponse[R]]]:
    """Makes a method that gives a ``with`` block over an answer whose body was not read."""
    return _streamed_wrapper(func, None)


def async_to_streamed_response_wrapper(
    func: Callable[P, Awaitable[R]],
) -> Callable[P, AsyncResponseContextManager[AsyncAPIResponse[R]]]:
    """Makes a method that gives an ``async with`` block over an answer whose body was not read."""
    return _async_streamed_wrapper(func, None)


def to_custom_raw_response_wrapper(func: Callable[P, object], response_cls: type[ResponseT]) -> Callable[P, ResponseT]:
    """As ``to_raw_response_wrapper``, with a class of answers such as ``BinaryAPIResponse``."""
    return _raw_wrapper(func, response_cls)


def async_to_custom_raw_response_wrapper(
    func: Callable[P, Awaitable[object]], response_cls: type[ResponseT]
) -> Callable[P, Awaitable[ResponseT]]:
    """As ``async_to_raw_response_wrapper``, with a class of answers such as ``AsyncBinaryAPIResponse``."""
    return _async_raw_wrapper(func, response_cls)


def to_custom_streamed_response_wrapper(
    func: Callable[P, object], response_cls: type[ResponseT]
) -> Callable[P, ResponseContextManager[ResponseT]]:
    """As ``to_streamed_response_wrapper``, with a class of answers such as ``StreamedBinaryAPIResponse``."""
    return _streamed_wrapper(func, response_cls)


def async_to_custom_streamed_response_wrapper(
    func: Callable[P, Awaitable[object]], response_cls: type[ResponseT]
) -> Callable[P, AsyncResponseContextManager[ResponseT]]:
    """As ``async_to_streamed_response_wrapper``, with a class such as ``AsyncStreamedBinaryAPIResponse``."""
    return _async_streamed_wrapper(func, response_cls)


def extract_response_type(typ: Any) -> Any:
    """``T`` of ``APIResponse[T]``, or of a class that is made of it such as ``BinaryAPIResponse``."""
    return extract_type_argument(typ, (BaseAPIResponse, APIResponse, AsyncAPIResponse))
