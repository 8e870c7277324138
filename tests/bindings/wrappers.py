"""What the native half of each language refers to: its sources, and the wrapper that SWIG makes of the headers."""

from __future__ import annotations

import re
import subprocess
import tempfile
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOT_FILES = {
    "python": ("-python", "-noproxy", "bindings/python/native.i"),
    "lua": ("-lua", "bindings/lua/native/core.i"),
}
LANGUAGES = tuple(ROOT_FILES)


def without_comments(text: str) -> str:
    """C without comments and texts, in which a name is no use of it."""
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"', " ", text, flags=re.DOTALL)


@cache
def sources(language: str) -> dict[str, str]:
    """The native sources by their names."""
    folder = ROOT / "bindings" / language / "native"
    return {path.name: without_comments(path.read_text()) for path in sorted(folder.glob("*.[ch]"))}


@cache
def wrapper(language: str) -> str:
    """What SWIG makes."""
    *options, root_file = ROOT_FILES[language]
    folders = (ROOT / "include", ROOT / "bindings", (ROOT / root_file).parent)
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "wrapper.c"
        includes = [f"-I{path}" for path in folders]
        subprocess.run(["swig", *options, *includes, "-o", str(made), str(ROOT / root_file)], check=True)
        return without_comments(made.read_text())


@cache
def referred(language: str) -> frozenset[str]:
    """The functions of the library that are named there."""
    text = "\n".join([*sources(language).values(), wrapper(language)])
    return frozenset(re.findall(r"\bsbx_\w+", text))


@cache
def members_read(language: str, names: str) -> frozenset[str]:
    """The members of structs that native sources read into: those that a table has the place of, or code names."""
    text = "\n".join(sources(language).get(name, "") for name in names.split())
    found = set(re.findall(r"(?:->|\.)(\w+)", text))
    found.update(re.findall(r"\boffsetof\(\w+,\s*(\w+)\)", text))
    for macro in re.findall(r"#define\s+(\w+)\(.*\boffsetof\(", text):
        found.update(re.findall(rf"\b{macro}\((\w+)", text))
    return frozenset(found)


def exported() -> list[str]:
    """The functions of the library, as the accepted binary interface has them."""
    lines = (ROOT / "abi" / "symbols.txt").read_text().splitlines()
    return [line.partition("@@")[0] for line in lines if line.startswith("sbx_")]


def members(struct: str) -> list[str]:
    """The members of a public struct that a program fills."""
    for header in sorted((ROOT / "include" / "sandbox_sdk").glob("*.h")):
        text = re.sub(r"/\*.*?\*/", " ", header.read_text(), flags=re.DOTALL)
        body = re.search(rf"typedef struct {struct} \{{(.*?)\}} {struct};", text, flags=re.DOTALL)
        if body:
            names = re.findall(r"(\w+)\s*(?:\[[^\]]*\])?;|\(\*(\w+)\)\(", body[1])
            return [one or other for one, other in names if (one or other) not in ("size", "reserved")]
    raise LookupError(struct)
