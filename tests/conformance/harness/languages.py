"""The few things that differ by language; everything else is the same in all of them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable

from .content import compact

PROJECT = Path(__file__).resolve().parents[3]
VERSION = (PROJECT / "VERSION").read_text(encoding="utf-8").strip()
ERROR_LINE = re.compile(r'^SBX_ERROR\((\w+), -\d+, "(\w+)", "(\w+)"', re.MULTILINE)


@dataclass
class Language:
    """How one language shows what is the same underneath."""

    name: str
    headers: dict
    decoded: Callable[[object], str]
    connection_message: str
    timeout_message: str
    ordered: bool = True  # whether the language's maps keep the order in which they were written
    classes: dict = field(default_factory=dict)


def python_classes() -> dict[str, set[str]]:
    """The exception classes that an error code may have: the table's, and Python's own for a call that is none."""
    table = (PROJECT / "lib" / "errors.def").read_text(encoding="utf-8")
    classes = {name: {python_class} for _, name, python_class in ERROR_LINE.findall(table)}
    classes["invalid_argument"].add("TypeError")
    return classes


def headers(language: str, runtime: str, client: str = "SandboxSDK") -> dict:
    return {
        "User-Agent": f"{client}/{language} {VERSION}",
        "X-Stainless-Lang": language.lower(),
        "X-Stainless-Runtime": {"matches": runtime},
        "X-Stainless-Runtime-Version": {"matches": r"\d+\.\d+.*"},
    }


DETAILED = {"connection_message": r"Connection error: .+", "timeout_message": r"Request timed out: .+"}

BY_NAME = {
    "c": Language("c", headers("C", "libcurl"), compact, **DETAILED),
    "python": Language(
        "python",
        headers("Python", "CPython|PyPy"),
        repr,
        connection_message=r"Connection error\.",
        timeout_message=r"Request timed out\.",
        classes=python_classes(),
    ),
    # Python's client for coroutines, which is one of its entries.
    "python async": Language(
        "python",
        {
            **headers("Python", "CPython|PyPy", "AsyncSandboxSDK"),
            "X-Stainless-Async": "async:asyncio",
        },
        repr,
        connection_message=r"Connection error\.",
        timeout_message=r"Request timed out\.",
        classes=python_classes(),
    ),
    "lua": Language("lua", headers("Lua", "Lua|LuaJIT"), compact, ordered=False, **DETAILED),
}


def shown(language: str, entry: str) -> Language:
    """How a language shows what came through one of its entries."""
    return BY_NAME.get(f"{language} {entry}", BY_NAME[language])
