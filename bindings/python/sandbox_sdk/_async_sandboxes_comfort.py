"""What ``client.sandboxes`` for coroutines has beside the operations: sessions, many sandboxes at a time, all pages."""

from __future__ import annotations

from ._types import NotGiven, not_given, omit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Mapping
    from typing import Any

    from ._opening import Opening
    from ._run_many import RunResult
    from ._timeout import Timeout
    from ._types import Omit
    from .types.sandbox import Sandbox
    from .types.sandbox_create_params import Resources

__all__ = ["AsyncSandboxesComfort"]


class AsyncSandboxesComfort:
    """A part of the resource."""

    __slots__ = ()

    _caller: Any

    def session(
        self,
        *,
        id: str | None = None,
        env_vars: dict[str, str] | Omit | None = omit,
        image: str | Omit | None = omit,
        name: str | Omit | None = omit,
        resources: Resources | Omit | None = omit,
        name_prefix: str | None = None,
        ready_timeout: float | NotGiven | None = not_given,
        keep: bool | None = None,
        timeout: float | Timeout | NotGiven | None = not_given,
        deadline: float | None = None,
    ) -> Opening:
        """Creates a sandbox, waits until it is ready, and deletes it at the end of an ``async with`` block.

            async with client.sandboxes.session(image="python:3.12") as session:
                print((await session.run("python --version")).stdout)

        Without a block it is ``session = await client.sandboxes.session()``, and ``await session.close()``.

        Where its creation is not answered the sandbox is looked for by its name, if the session gave it one. Where it
        does not become ready it is deleted.

        Args:
          id: The identifier of a sandbox that is there, in the place of a new one. Nothing is sent, and the sandbox
              stays at the end unless ``keep`` is False.

          env_vars: Environment variables that every command in the sandbox sees.

          image: Name of a Docker image.

          name: Name of the sandbox, in the place of one that the session gives it.

          resources: How much of the machine the sandbox may use.

          name_prefix: What the name begins with that the session gives; twelve random characters follow.

          ready_timeout: How many seconds to wait until the sandbox is ready, 120 where it is not given; None is for
              ever.

          keep: Whether the sandbox stays when the session is closed.

          timeout: Seconds for each phase of each request, or a ``Timeout``, in the place of the client's.

          deadline: Seconds for all of it.

        Raises:
          SandboxFailedError: The sandbox failed before it was ready.

          APITimeoutError: It was not ready in time.
        """
        from ._async_session import AsyncSession
        from ._opening import Opening
        from ._sandboxes_comfort import adopted_id
        from ._session_options import call_options, session_options

        caller = self._caller
        if id is not None:
            session = AsyncSession.adopt(caller, adopted_id(id), keep is None or keep)
            return Opening.of(session)
        arguments = {"env_vars": env_vars, "image": image, "name": name, "resources": resources}
        given = session_options(arguments, name_prefix, ready_timeout, keep)
        options = call_options(caller, timeout, deadline)
        return Opening(lambda: AsyncSession.create(caller, given, options))

    async def run_many(
        self,
        ids: Iterable[str],
        command: str,
        *,
        check: bool = False,
        env: Mapping[str, str] | None = None,
        working_dir: str | None = None,
        api_timeout: int | None = None,
        concurrency: int | None = None,
        timeout: float | Timeout | NotGiven | None = not_given,
        deadline: float | None = None,
    ) -> list[RunResult]:
        """Runs a command in many sandboxes and waits until it has ended in all of them.

            for one in await client.sandboxes.run_many(ids, "make test", concurrency=8):
                print(one.id, one.error or one.result.exit_code)

        A failure in one does not keep the others. The results are in the order of the identifiers.
        Where the task is cancelled the commands that are under way are, too.

        Args:
          ids: Identifiers of sandboxes.

          command: A whole shell command line.

          check: Whether any end but exit code 0 is an error, ``CommandFailedError``.

          env: Environment variables for this command.

          working_dir: The directory in the sandboxes that it starts in.

          api_timeout: How many seconds it may run before the server ends it.

          concurrency: In how many sandboxes at a time, 16 where it is not given.

          timeout: Seconds for each phase of each request, or a ``Timeout``, in the place of the client's.

          deadline: Seconds for all of it; what has not ended then has an ``APITimeoutError``.
        """
        from ._native import run_many
        from ._run_many import identifiers, run_results
        from ._session_loops import started
        from ._session_options import call_options, run_options

        given = run_options(command, env, working_dir, api_timeout, check)
        options = call_options(self._caller, timeout, deadline)
        way, wanted = self._caller.ready_way(), identifiers(ids)
        return run_results(
            await started(way.loops, lambda token: run_many(way.handle, wanted, given, concurrency, options, token))
        )

    def each(
        self,
        *,
        page: int | Omit = omit,
        page_size: int | Omit = omit,
        timeout: float | Timeout | NotGiven | None = not_given,
    ) -> AsyncIterator[Sandbox]:
        """Goes through all pages of the list, sandbox by sandbox.

        No sandbox comes twice, and one that is there all the time comes, also when others are created and deleted
        meanwhile.

        Args:
          page: The page to begin with.

          page_size: How many sandboxes a page has.

          timeout: Seconds for each phase of each request, or a ``Timeout``, in the place of the client's.
        """
        from ._pages import async_each, item_model
        from ._session_options import call_options
        from .resources.sandboxes import _LIST

        arguments = {"page": page, "page_size": page_size}
        options = call_options(self._caller, timeout)
        return async_each(self._caller, _LIST, arguments, options, item_model("sandbox", "Sandbox"))
