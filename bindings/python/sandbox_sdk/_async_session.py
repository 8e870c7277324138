"""Sessions for coroutines: a sandbox of one's own, deleted at the end of a block."""

from __future__ import annotations

import os

from . import _native
from ._base_session import BaseExecutionStream, BaseSession
from ._session_loops import shielded, started
from ._session_options import call_options, execution, run_options, transfer_options
from ._types import NotGiven, not_given

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from types import TracebackType
    from typing import IO, Any, Callable, overload

    from typing_extensions import Self

    from ._caller import Caller
    from ._execution_events import ExecutionEvent
    from ._progress import ProgressTypes
    from ._timeout import Timeout
    from ._types import FileTypes
    from .types.sandbox_execute_response import SandboxExecuteResponse

__all__ = ["AsyncExecutionStream", "AsyncSession"]


class AsyncSession(BaseSession):
    """A sandbox to run commands in and to move files to and from, from ``client.sandboxes.session()``.

    In an ``async with`` block it is deleted on the way out, unless it is kept, also where the task is cancelled. One
    that is dropped without being closed is deleted if its client is used again.
    """

    def __init__(self, caller: Caller, way: Any, handle: Any) -> None:
        self._caller = caller
        self._loops = way.loops
        self._handle = handle

    @classmethod
    async def create(cls, caller: Caller, given: dict[str, Any], options: dict[str, Any]) -> AsyncSession:
        """Creates a sandbox and waits until it is ready."""
        way = caller.ready_way()
        handle = await started(
            way.loops,
            lambda token: _native.session_create(way.handle, given, options, token),
            tidies=True,
            undo=lambda session: lambda token: _native.session_close(session, {}, token),
        )
        return cls(caller, way, handle)

    @classmethod
    def adopt(cls, caller: Caller, id: str, keep: bool) -> AsyncSession:
        """Makes a session of a sandbox that is there."""
        way = caller.ready_way()
        return cls(caller, way, _native.session_adopt(way.handle, id, keep, True))

    async def run(
        self,
        command: str,
        *,
        check: bool = False,
        env: Mapping[str, str] | None = None,
        working_dir: str | None = None,
        api_timeout: int | None = None,
        timeout: float | Timeout | NotGiven | None = not_given,
        deadline: float | None = None,
    ) -> SandboxExecuteResponse:
        """Runs a command and waits for its end.

        Args:
          command: A whole shell command line.

          check: Whether any end but exit code 0 raises ``CommandFailedError``, whose ``result`` has all output.

          env: Environment variables for this command.

          working_dir: The directory in the sandbox that it starts in.

          api_timeout: How many seconds it may run before the server ends it.

          timeout: Seconds for each phase of the call, or a ``Timeout``, in the place of the client's.

          deadline: Seconds for the whole call.
        """
        given = run_options(command, env, working_dir, api_timeout, check)
        options = call_options(self._caller, timeout, deadline)
        response = await started(self._loops, lambda token: _native.session_run(self._handle, given, options, token))
        result: SandboxExecuteResponse = execution(response)
        return result

    def stream(
        self,
        command: str,
        *,
        env: Mapping[str, str] | None = None,
        working_dir: str | None = None,
        api_timeout: int | None = None,
        timeout: float | Timeout | NotGiven | None = not_given,
        deadline: float | None = None,
    ) -> AsyncExecutionStream:
        """Runs a command and gives its output while it is written, then its result.

            async for event in session.stream("make -j2"):
                print(event.text, end="")

        Closing the stream before its end, or dropping it, ends the command.

        Args:
          command: A whole shell command line.

          env: Environment variables for this command.

          working_dir: The directory in the sandbox that it starts in.

          api_timeout: How many seconds it may run before the server ends it.

          timeout: Seconds for each phase of the call, or a ``Timeout``. Without it there is no limit between events.

          deadline: Seconds for the whole call.
        """
        given = run_options(command, env, working_dir, api_timeout)
        options = call_options(self._caller, timeout, deadline)
        return AsyncExecutionStream(self._loops, self._handle, given, options)

    if TYPE_CHECKING:

        @overload
        async def read(
            self, path: str, *, into: None = None, timeout: float | Timeout | NotGiven | None = not_given
        ) -> bytes: ...

        @overload
        async def read(
            self,
            path: str,
            *,
            into: str | os.PathLike[str] | IO[bytes] | Callable[[bytes], object],
            timeout: float | Timeout | NotGiven | None = not_given,
        ) -> None: ...

    async def read(self, path: str, *, into: Any = None, timeout: float | Timeout | NotGiven | None = not_given) -> Any:
        """Reads a file of the sandbox.

        Args:
          path: The file in the sandbox.

          into: Where the bytes go: a path, a file opened in binary mode, or a callable that takes bytes. Without it
              they are what is returned.

          timeout: Seconds for each phase of the call, or a ``Timeout``, in the place of the client's.
        """
        options = call_options(self._caller, timeout)
        if into is not None:
            from ._files import sink_options

            options["sink"] = sink_options(into)
        response = await started(self._loops, lambda token: _native.session_read(self._handle, path, options, token))
        return _native.response_body(response) if into is None else None

    async def write(
        self, path: str, data: FileTypes, *, timeout: float | Timeout | NotGiven | None = not_given
    ) -> None:
        """Writes a file of the sandbox, which is replaced where it exists.

        Args:
          path: The file in the sandbox.

          data: Bytes, a text, a path of this machine, a file opened in binary mode or an iterable of bytes; or an
              async iterable, or an object with an async ``read`` method.

          timeout: Seconds for each phase of the call, or a ``Timeout``, in the place of the client's.
        """
        from ._files import source_options

        source = source_options(data, for_coroutines=True)
        options = {**call_options(self._caller, timeout), "source": source}
        await started(
            self._loops, lambda token: _native.session_write(self._handle, path, options, token), options=options
        )

    async def upload(
        self,
        local: str | os.PathLike[str],
        remote: str,
        *,
        progress: ProgressTypes = None,
        directory: bool | None = None,
        skipped: Callable[[str, str], object] | None = None,
        remote_temporary: str | None = None,
        timeout: float | Timeout | NotGiven | None = not_given,
        deadline: float | None = None,
    ) -> None:
        """Sends a file or a whole directory to the sandbox.

        Args:
          local: A file or directory of this machine.

          remote: Where it goes: of a file its path, of a directory the directory that its entries go into.

          progress: Called with the bytes so far and in all (None where nobody knows); ``True`` shows a bar on a
              terminal where tqdm is installed.

          directory: Whether it is a directory, where that is known.

          skipped: Called with the path and the reason of each entry of a directory that is left out.

          remote_temporary: A directory of the sandbox for the archive that a directory travels in.

          timeout: Seconds for each phase of each request, or a ``Timeout``.

          deadline: Seconds for all of it.
        """
        from ._progress import progress_of

        given = transfer_options(local, remote, directory, skipped, remote_temporary=remote_temporary)
        with progress_of(progress, os.path.basename(os.path.normpath(os.fspath(local)))) as told:
            options = {**call_options(self._caller, timeout, deadline), **told.options()}
            await started(
                self._loops,
                lambda token: _native.session_upload(self._handle, given, options, token),
                options=options,
                tidies=True,
            )

    async def download(
        self,
        remote: str,
        local: str | os.PathLike[str],
        *,
        progress: ProgressTypes = None,
        directory: bool | None = None,
        skipped: Callable[[str, str], object] | None = None,
        max_entries: int | None = None,
        max_bytes: int | None = None,
        remote_temporary: str | None = None,
        timeout: float | Timeout | NotGiven | None = not_given,
        deadline: float | None = None,
    ) -> None:
        """Fetches a file or a whole directory. Whatever the sandbox sends, nothing is written outside ``local``.

        Args:
          remote: A file or directory in the sandbox.

          local: Where it goes on this machine.

          progress: Called with the bytes so far and in all (None where nobody knows); ``True`` shows a bar on a
              terminal where tqdm is installed.

          directory: Whether it is a directory, where that is known, which spares a request.

          skipped: Called with the path and the reason of each entry of a directory that is left out.

          max_entries: How many entries a directory may bring here.

          max_bytes: How many bytes its files may have together.

          remote_temporary: A directory of the sandbox for the archive that a directory travels in.

          timeout: Seconds for each phase of each request, or a ``Timeout``.

          deadline: Seconds for all of it.
        """
        from ._progress import progress_of

        given = transfer_options(local, remote, directory, skipped, max_entries, max_bytes, remote_temporary)
        with progress_of(progress, os.path.basename(remote.rstrip("/"))) as told:
            options = {**call_options(self._caller, timeout, deadline), **told.options()}
            await started(
                self._loops,
                lambda token: _native.session_download(self._handle, given, options, token),
                options=options,
                tidies=True,
            )

    async def close(self, *, timeout: float | Timeout | NotGiven | None = not_given) -> None:
        """Deletes the sandbox, unless it is kept. One that is gone already is no error; closing again does nothing."""
        options = call_options(self._caller, timeout)
        await shielded(self._loops, lambda token: _native.session_close(self._handle, options, token), options)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()


class AsyncExecutionStream(BaseExecutionStream):
    """The events of a command that runs; goes on until the result, which it also has as an attribute afterwards.

    The command is started when the first event is asked for.
    """

    def __init__(self, loops: Any, session: Any, given: dict[str, Any], options: dict[str, Any]) -> None:
        super().__init__()
        self._loops = loops
        self._session: Any = session
        self._given = given
        self._options = options
        self._handle: Any = None
        self._token = -1
        self._is_awaited = False
        self._ahead: Any = False  # an event that was got and is not given out yet

    def __aiter__(self) -> AsyncIterator[ExecutionEvent]:
        return self

    async def __anext__(self) -> ExecutionEvent:
        if self._is_awaited:
            raise RuntimeError("another task reads this already")
        if self._handle is None and self._session is not None:
            self._token = self._loops.new_token()
            self._handle = _native.session_stream(self._session, self._given, self._options, self._token)
            self._session = None
        event = self._next()
        while event is False:
            await self._news()
            event = self._next()
        if event is None:
            await self.close()
            raise StopAsyncIteration
        return self._decoder.decode(event)

    async def _news(self) -> None:
        """Waits until something is told. Another thread may have told before anybody was there to listen."""
        loop = self._loops.here()
        waiter = loop.waiting[self._token] = loop.new_waiter()
        self._is_awaited = True
        try:
            if not loop.watching:
                loop.watch(self._loops.descriptor())
            self._ahead = self._next()
            if self._ahead is False:
                await waiter
        finally:
            self._is_awaited = False
            del loop.waiting[self._token]
            if not loop.waiting:
                loop.rest()
            waiter = None

    def _next(self) -> Any:
        """An event; None at the end, False where there is nothing yet."""
        ahead, self._ahead = self._ahead, False
        if ahead is not False:
            return ahead
        return None if self._handle is None else _native.execution_stream_next(self._handle)

    async def close(self) -> None:
        """Ends the stream, and with it a command that still runs."""
        if self._handle is not None:
            _native.execution_stream_cancel(self._handle)
        self._handle = self._session = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()


for _class in (AsyncExecutionStream, AsyncSession):
    _class.__module__ = "sandbox_sdk"
