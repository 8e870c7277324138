"""What ``client.sandboxes`` has beside the operations of the API: sessions, many sandboxes at a time, all pages."""

from __future__ import annotations

from ._types import NotGiven, not_given, omit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

    from ._run_many import RunResult
    from ._session import Session
    from ._timeout import Timeout
    from ._types import Omit
    from .types.sandbox import Sandbox
    from .types.sandbox_create_params import Resources

__all__ = ["SandboxesComfort"]


class SandboxesComfort:
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
    ) -> Session:
        """Creates a sandbox, waits until it is ready, and deletes it at the end of a ``with`` block.

            with client.sandboxes.session(image="python:3.12") as session:
                print(session.run("python --version").stdout)

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
        from ._session import Session
        from ._session_options import call_options, session_options

        if id is not None:
            return Session.adopt(self._caller, adopted_id(id), keep is None or keep)
        arguments = {"env_vars": env_vars, "image": image, "name": name, "resources": resources}
        given = session_options(arguments, name_prefix, ready_timeout, keep)
        return Session.create(self._caller, given, call_options(self._caller, timeout, deadline))

    def run_many(
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

            for one in client.sandboxes.run_many(ids, "make test", concurrency=8):
                print(one.id, one.error or one.result.exit_code)

        A failure in one does not keep the others. The results are in the order of the identifiers.

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
        from ._session_options import call_options, client_handle, run_options

        given = run_options(command, env, working_dir, api_timeout, check)
        options = call_options(self._caller, timeout, deadline)
        handle = client_handle(self._caller)
        return run_results(run_many(handle, identifiers(ids), given, concurrency, options, None))

    def each(
        self,
        *,
        page: int | Omit = omit,
        page_size: int | Omit = omit,
        timeout: float | Timeout | NotGiven | None = not_given,
    ) -> Iterator[Sandbox]:
        """Goes through all pages of the list, sandbox by sandbox.

        No sandbox comes twice, and one that is there all the time comes, also when others are created and deleted
        meanwhile.

        Args:
          page: The page to begin with.

          page_size: How many sandboxes a page has.

          timeout: Seconds for each phase of each request, or a ``Timeout``, in the place of the client's.
        """
        from ._pages import begin_pages, each, item_model
        from ._session_options import call_options, client_handle
        from .resources.sandboxes import _LIST

        arguments = {"page": page, "page_size": page_size}
        pages = begin_pages(client_handle(self._caller), _LIST, arguments, call_options(self._caller, timeout))
        return each(pages, item_model("sandbox", "Sandbox"))


def adopted_id(id: Any) -> str:
    """The identifier of a sandbox that is there."""
    from ._resource import path_argument

    return path_argument("id", id)
