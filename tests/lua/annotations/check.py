"""Checks the annotations of the Lua module with emmylua_check.

python tests/lua/annotations/check.py CHECKER

The examples and the guide's code have no diagnostics; wrong.lua has those that its comments name, and no others.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
WRONG = Path(__file__).with_name("wrong.lua")
# What emmylua_check calls `file`, annotations for every editor call by LuaLS's name.
NAMES = "---@meta\n---@alias file* file\n"
CONFIG = {
    "runtime": {"version": "Lua5.4", "requirePattern": ["?.lua", "?/init.lua"]},
    # As LuaLS has it: an element of an array is there, and require() takes whole names.
    "strict": {"arrayIndex": False, "requirePath": True},
    # The loops' modules are not there to be read, and a guide that is tested says what is so.
    "diagnostics": {"disable": ["unresolved-require", "unnecessary-assert"]},
    "workspace": {"library": [str(ROOT / "bindings/lua")]},
}


def program_of(page: str) -> str:
    """The Lua blocks of a page, each line where it is on the page."""
    lines = []
    inside = False
    for line in page.splitlines():
        inside = inside and line != "```"
        lines.append(line if inside else "")
        inside = inside or line == "```lua"
    return "\n".join(lines) + "\n"


def make_workspace(folder: Path) -> None:
    (folder / ".emmyrc.json").write_text(json.dumps(CONFIG))
    (folder / "names.lua").write_text(NAMES)
    (folder / "lua-guide.md.lua").write_text(program_of((ROOT / "docs/lua-guide.md").read_text()))
    for program in [*sorted((ROOT / "examples/lua").glob("*.lua")), WRONG]:
        (folder / program.name).write_text(program.read_text())


def diagnose(checker: str, folder: Path) -> set[tuple[str, int, str]]:
    """File, line and name of each diagnostic."""
    report = folder / "report.json"
    command = [checker, str(folder), "-c", str(folder / ".emmyrc.json"), "--severity", "warn"]
    subprocess.run([*command, "-f", "json", "--output", str(report)], check=False, timeout=300)
    return {
        (Path(each["file"]).name, diagnostic["range"]["start"]["line"] + 1, diagnostic["code"])
        for each in json.loads(report.read_text())
        for diagnostic in each["diagnostics"]
    }


def expected() -> set[tuple[str, int, str]]:
    found = set()
    for number, line in enumerate(WRONG.read_text().splitlines(), 1):
        comment = re.search(r" --> ([a-z, -]+)$", line)
        if comment:
            found.update((WRONG.name, number, name) for name in comment[1].split(", "))
    return found


def main() -> int:
    with tempfile.TemporaryDirectory() as place:
        make_workspace(Path(place))
        found, wanted = diagnose(sys.argv[1], Path(place)), expected()
    for file, line, name in sorted(found - wanted):
        print(f"{file}:{line}: {name}, which is not expected")
    for file, line, name in sorted(wanted - found):
        print(f"{file}:{line}: no {name} was found")
    print(f"{len(wanted & found)} of {len(wanted)} mistakes were found")
    return 1 if found != wanted else 0


if __name__ == "__main__":
    sys.exit(main())
