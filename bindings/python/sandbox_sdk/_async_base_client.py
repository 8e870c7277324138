"""What the client for coroutines has: requests of the caller's own."""

from __future__ import annotations

from . import _native
from ._base_client import BaseClient

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Any, Literal, TypeVar, overload

    from typing_extensions import Self

    from ._models import FinalRequestOptions
    from ._streaming import AsyncStream
    from ._types import AsyncBinaryTypes, Body, RequestFiles, RequestOptions, ResponseT

    AsyncStreamT = TypeVar("AsyncStreamT", bound=AsyncStream[Any])

__all__ = ["AsyncAPIClient"]


class AsyncAPIClient(BaseClient):
    """A client for coroutines, and its requests to paths or URLs of the caller's own."""

    _is_async = True

    async def close(self) -> None:
        """Closes the connections, which copies share, and the server of ``local()``. Later calls fail."""
        caller = self._caller
        _native.client_close(caller.handle)
        for detour in tuple(caller.detours.values()):
            await detour.aclose()
        if caller.connections is not None:
            await caller.connections.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        await self.close()

    if TYPE_CHECKING:

        @overload
        async def request(
            self,
            cast_to: type[ResponseT],
            options: FinalRequestOptions,
            *,
            stream: Literal[False] = False,
        ) -> ResponseT: ...

        @overload
        async def request(
            self,
            cast_to: type[ResponseT],
            options: FinalRequestOptions,
            *,
            stream: Literal[True],
            stream_cls: type[AsyncStreamT],
        ) -> AsyncStreamT: ...

        @overload
        async def request(
            self,
            cast_to: type[ResponseT],
            options: FinalRequestOptions,
            *,
            stream: bool,
            stream_cls: type[AsyncStreamT] | None = None,
        ) -> ResponseT | AsyncStreamT: ...

    async def request(
        self,
        cast_to: type[ResponseT],
        options: FinalRequestOptions,
        *,
        stream: bool = False,
        stream_cls: type[AsyncStreamT] | None = None,
    ) -> ResponseT | AsyncStreamT:
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
        response = await _custom.asend(self._caller, call, stream)
        return await _custom.afinish(self._caller, call, response, cast_to, stream, stream_cls)

    if TYPE_CHECKING:

        @overload
        async def get(
            self,
            path: str,
            *,
            cast_to: type[ResponseT],
            options: RequestOptions = ...,
            stream: Literal[False] = False,
        ) -> ResponseT: ...

        @overload
        async def get(
            self,
            path: str,
            *,
            cast_to: type[ResponseT],
            options: RequestOptions = ...,
            stream: Literal[True],
            stream_cls: type[AsyncStreamT],
        ) -> AsyncStreamT: ...

        @overload
        async def get(
            self,
            path: str,
            *,
            cast_to: type[ResponseT],
            options: RequestOptions = ...,
            stream: bool,
            stream_cls: type[AsyncStreamT] | None = None,
        ) -> ResponseT | AsyncStreamT: ...

    async def get(
        self,
        path: str,
        *,
        cast_to: type[ResponseT],
        options: RequestOptions = {},  # noqa: B006 -- as in every signature of such clients; it is never changed
        stream: bool = False,
        stream_cls: type[AsyncStreamT] | None = None,
    ) -> ResponseT | AsyncStreamT:
        """Makes a GET request to a path below the base URL, or to a whole URL; see ``request()``."""
        from ._custom import final_options

        return await self.request(cast_to, final_options("get", path, options), stream=stream, stream_cls=stream_cls)

    if TYPE_CHECKING:

        @overload
        async def post(
            self,
            path: str,
            *,
            cast_to: type[ResponseT],
            body: Body | None = None,
            content: AsyncBinaryTypes | None = None,
            options: RequestOptions = ...,
            files: RequestFiles | None = None,
            stream: Literal[False] = False,
        ) -> ResponseT: ...

        @overload
        async def post(
            self,
            path: str,
            *,
            cast_to: type[ResponseT],
            body: Body | None = None,
            content: AsyncBinaryTypes | None = None,
            options: RequestOptions = ...,
            files: RequestFiles | None = None,
            stream: Literal[True],
            stream_cls: type[AsyncStreamT],
        ) -> AsyncStreamT: ...

        @overload
        async def post(
            self,
            path: str,
            *,
            cast_to: type[ResponseT],
            body: Body | None = None,
            content: AsyncBinaryTypes | None = None,
            options: RequestOptions = ...,
            files: RequestFiles | None = None,
            stream: bool,
            stream_cls: type[AsyncStreamT] | None = None,
        ) -> ResponseT | AsyncStreamT: ...

    async def post(
        self,
        path: str,
        *,
        cast_to: type[ResponseT],
        body: Body | None = None,
        content: AsyncBinaryTypes | None = None,
        options: RequestOptions = {},  # noqa: B006
        files: RequestFiles | None = None,
        stream: bool = False,
        stream_cls: type[AsyncStreamT] | None = None,
    ) -> ResponseT | AsyncStreamT:
        """Makes a POST request; see ``request()``.

        Args:
          body: A value that is sent as JSON.

          content: Bytes, a file or an iterable of bytes that are sent as they are.

          files: Files that are sent as parts of a form.
        """
        from ._custom import final_options

        opts = final_options("post", path, options, body=body, content=content, files=files)
        return await self.request(cast_to, opts, stream=stream, stream_cls=stream_cls)

    async def patch(
        self,
        path: str,
        *,
        cast_to: type[ResponseT],
        body: Body | None = None,
        content: AsyncBinaryTypes | None = None,
        files: RequestFiles | None = None,
        options: RequestOptions = {},  # noqa: B006
    ) -> ResponseT:
        """Makes a PATCH request; see ``post()``."""
        from ._custom import final_options

        return await self.request(
            cast_to, final_options("patch", path, options, body=body, content=content, files=files)
        )

    async def put(
        self,
        path: str,
        *,
        cast_to: type[ResponseT],
        body: Body | None = None,
        content: AsyncBinaryTypes | None = None,
        files: RequestFiles | None = None,
        options: RequestOptions = {},  # noqa: B006
    ) -> ResponseT:
        """Makes a PUT request; see ``post()``."""
        from ._custom import final_options

        return await self.request(cast_to, final_options("put", path, options, body=body, content=content, files=files))

    async def delete(
        self,
        path: str,
        *,
        cast_to: type[ResponseT],
        body: Body | None = None,
        content: AsyncBinaryTypes | None = None,
        options: RequestOptions = {},  # noqa: B006
    ) -> ResponseT:
        """Makes a DELETE request; see ``post()``."""
        from ._custom import final_options

        return await self.request(cast_to, final_options("delete", path, options, body=body, content=content))
