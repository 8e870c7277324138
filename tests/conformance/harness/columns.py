"""The columns of the table: the ways to run a case whose outcomes are told apart."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .languages import PROJECT

# The ways to call an operation that a language has; a case holds for each of them.
ENTRIES = {
    "c": ("dynamic", "typed", "started", "stream"),
    "python": ("sync", "async"),
    "lua": ("blocking", "coroutines", "blocking stream", "coroutines stream"),
}
# Each of these is a column of its own; the same through a stream is an entry of it.
LUA_COLUMNS = ("blocking", "coroutines")
LUA_WITHOUT_INTEGERS = ("5.1", "5.2", "jit")
LUA_VERSIONS = PROJECT / "build" / "release" / "lua" / "versions"


@dataclass(frozen=True)
class Column:
    """A language, what drives it, and the entries that are one outcome there."""

    name: str
    language: str
    driver: str
    entries: tuple[str, ...]
    has_integers: bool = True  # of 64 bits; else all numbers are doubles


def lua_versions() -> list[str]:
    """Those that the release build has modules for."""
    return LUA_VERSIONS.read_text(encoding="utf-8").split()


def lua_interpreter(version: str) -> str:
    return "luajit" if version == "jit" else f"lua{version}"


def lua_module(version: str) -> Path:
    """Where the interpreter finds that version's module."""
    return LUA_VERSIONS.parent / version / "?.so"


def columns(languages: list[str], versions: list[str]) -> list[Column]:
    """A column for each language, but for Lua two for each version."""
    found = []
    for language in languages:
        if language != "lua":
            found.append(Column(language, language, language, ENTRIES[language]))
            continue
        for version in versions:
            has_integers = version not in LUA_WITHOUT_INTEGERS
            for name in LUA_COLUMNS:
                entries = tuple(entry for entry in ENTRIES["lua"] if entry.startswith(name))
                found.append(Column(f"lua {version} {name}", "lua", f"lua {version}", entries, has_integers))
    return found
