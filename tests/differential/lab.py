"""What a program is given: a scripted server, clients that know it, and a way to say what it saw.

A program is written once, as a coroutine, and is run twice: with ``SandboxSDK``, where nothing ever waits, and with
``AsyncSandboxSDK`` on an event loop. ``await lab.result(…)``, ``async with lab.entered(…)`` and
``async for … in lab.each(…)`` take what either gives.
"""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from describe import describe
from harness.server import Server

KEY = "key-of-the-programs"


@dataclass
class Program:
    """One program, with how it wants to be run."""

    name: str
    function: Callable[..., Any]
    arguments: tuple[Any, ...] = ()
    asynchronous: bool = False
    environment: dict[str, str] = field(default_factory=dict)
    fresh: bool = False
    """Whether it needs an interpreter that has not imported the package yet."""
    logs: int | None = None
    """The level that the package's logger is set to."""
    unordered: bool = False
    """Whether its requests come in no order that can be told."""


PROGRAMS: dict[str, Program] = {}


def program(
    cases: dict[str, Any] | Callable[..., Any] | None = None,
    *,
    only: str | None = None,
    environment: dict[str, str] | None = None,
    fresh: bool = False,
    logs: int | None = None,
    unordered: bool = False,
) -> Callable[..., Any]:
    """Makes a coroutine function a program: in both ways, or `only` in one, for each of the `cases` if there are some.

    The value of a case is given to it as its second argument.
    """
    if callable(cases):
        return program()(cases)

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        topic = function.__module__.rpartition(".")[2]
        for case, argument in (cases or {"": None}).items():
            for way in ("sync", "async"):
                if only in (None, way):
                    name = f"{topic}.{function.__name__}" + (f"({case})" if case else "") + f" {way}"
                    if name in PROGRAMS:
                        raise ValueError(f"two programs are called {name}")
                    arguments = (argument,) if cases else ()
                    PROGRAMS[name] = Program(
                        name, function, arguments, way == "async", environment or {}, fresh, logs, unordered
                    )
        return function

    return register


class Lab:
    """What one run of a program has."""

    def __init__(self, server: Server, *, asynchronous: bool) -> None:
        self.server = server
        self.asynchronous = asynchronous
        self.notes: list[list[Any]] = []
        self.url = f"http://127.0.0.1:{server.port('main')}"
        self._opened = AsyncExitStack()

    @property
    def sdk(self) -> Any:
        """The package that this interpreter has."""
        import sandbox_sdk

        return sandbox_sdk

    @property
    def other_url(self) -> str:
        """The same server, at another port."""
        return f"http://127.0.0.1:{self.server.port('other')}"

    @property
    def unused_url(self) -> str:
        """Where connections are refused."""
        return f"http://127.0.0.1:{self.server.port('unused')}"

    def answer(self, json: Any = ..., **spec: Any) -> None:
        """Puts an answer in line; the keys are those of tests/conformance/README.md."""
        if json is not ...:
            spec["json"] = json
        self.server.script.append(spec)

    def note(self, label: str, value: Any) -> None:
        """Something that a program sees, to be compared."""
        self.notes.append([label, describe(value)])

    def client_class(self) -> Any:
        return self.sdk.AsyncSandboxSDK if self.asynchronous else self.sdk.SandboxSDK

    def client(self, **options: Any) -> Any:
        """A client of the scripted server that tries again only if it is told to; closed when the program ends."""
        given = {"api_key": KEY, "base_url": self.url, "max_retries": 0, **options}
        made = self.client_class()(**given)
        self._opened.push_async_callback(self._close, made)
        return made

    async def _close(self, client: Any) -> None:
        await self.result(client.close())

    async def result(self, value: Any) -> Any:
        """What a call gives, waited for where it has to be."""
        return await value if inspect.isawaitable(value) else value

    @asynccontextmanager
    async def entered(self, manager: Any) -> AsyncIterator[Any]:
        """A context manager of either kind."""
        if hasattr(manager, "__aenter__"):
            async with manager as value:
                yield value
        else:
            with manager as value:
                yield value

    async def each(self, iterable: Any) -> AsyncIterator[Any]:
        """The items of an iterator of either kind."""
        if hasattr(iterable, "__aiter__"):
            async for item in iterable:
                yield item
        else:
            for item in iterable:
                yield item

    async def all(self, iterable: Any) -> list[Any]:
        """All items of an iterator of either kind."""
        return [item async for item in self.each(iterable)]

    async def attempt(self, label: str, call: Callable[[], Any]) -> Any:
        """Notes what a call comes to: its result, or what it raises. Returns either."""
        try:
            value = await self.result(call())
        except Exception as error:
            self.note(label, error)
            return error
        self.note(label, value)
        return value

    async def finish(self) -> None:
        await self._opened.aclose()
