"""What the methods of sessions are given, in the library's terms: the same for those that wait and for coroutines."""

from __future__ import annotations

import os
from sys import modules

from ._operation import Operation
from ._types import NotGiven, Omit, not_given

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Callable

    from ._caller import Caller
    from ._timeout import Timeout

_EXECUTE = Operation("sandboxes.execute", "sandbox_execute_response", "SandboxExecuteResponse")


def execution(response: Any) -> Any:
    """The model of a command's result."""
    if _EXECUTE.model is None:
        _EXECUTE.load()
    return _EXECUTE.model(response)


def client_handle(caller: Caller) -> Any:
    """The library's client for what begins now and waits: where httpx is mocked, the one that goes through it."""
    if "logging" in modules and caller.follows_logging:
        caller.follow_logging()
    return caller.mocked().handle if "httpx" in modules else caller.handle


def call_options(
    caller: Caller, timeout: float | Timeout | NotGiven | None = not_given, deadline: float | None = None
) -> dict[str, Any]:
    """The options of a call."""
    options = caller.options(None, None, None, timeout)
    if deadline is not None:
        options["deadline"] = deadline
    return options


def session_options(
    arguments: dict[str, Any],
    name_prefix: str | None,
    ready_timeout: float | NotGiven | None,
    keep: bool | None,
) -> dict[str, Any]:
    """How a session is created."""
    options: dict[str, Any] = {
        "arguments": {name: value for name, value in arguments.items() if not isinstance(value, (Omit, NotGiven))}
    }
    if name_prefix is not None:
        options["name_prefix"] = name_prefix
    if not isinstance(ready_timeout, NotGiven):
        options["ready_timeout"] = ready_timeout
    if keep is not None:
        options["keep"] = keep
    return options


def run_options(
    command: str,
    env: Mapping[str, str] | None,
    working_dir: str | None,
    api_timeout: int | None,
    check: bool = False,
) -> dict[str, Any]:
    """How a command is run."""
    options: dict[str, Any] = {"command": command}
    if env is not None:
        options["env"] = env
    if working_dir is not None:
        options["working_dir"] = working_dir
    if api_timeout is not None:
        options["timeout"] = api_timeout
    if check:
        options["check"] = True
    return options


def transfer_options(
    local: str | os.PathLike[str],
    remote: str,
    directory: bool | None,
    skipped: Callable[[str, str], object] | None,
    max_entries: int | None = None,
    max_bytes: int | None = None,
    remote_temporary: str | None = None,
) -> dict[str, Any]:
    """How a file or a directory is moved."""
    options: dict[str, Any] = {"local": local, "remote": remote}
    given = {
        "directory": directory,
        "skipped": skipped,
        "max_entries": max_entries,
        "max_bytes": max_bytes,
        "remote_temporary": remote_temporary,
    }
    options.update((name, value) for name, value in given.items() if value is not None)
    return options


def sandbox_model(json: Any) -> Any:
    """The model of a session's sandbox; None where it was adopted."""
    from .types.sandbox import Sandbox

    return None if json is None else Sandbox._from_json(json)
