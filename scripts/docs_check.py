"""What Doxygen does not ask of comments: docs_check.py XML_DIRECTORY HEADERS_DIRECTORY prints each lack.

Every header says that it is a file, without which Doxygen passes over all that is in it; every value of an enum has a
comment; every function and type says since when it is there; every argument of a callback is described; and every
function that a comment names exists.
"""

from __future__ import annotations

import re
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

NAMED = re.compile(r"\b(sbx_[a-z0-9_]+)\(\)")
SINCE = re.compile(r"Since \d+\.\d+\.\d+\.")
DATED = ("function", "typedef", "enum")


def text(element: ET.Element, *children: str) -> str:
    return " ".join("".join(found.itertext()) for child in children for found in element.iterfind(child)).strip()


def described(element: ET.Element) -> str:
    return text(element, "briefdescription", "detaileddescription")


def place(element: ET.Element) -> str:
    location = element.find("location")
    return f"{location.get('file')}:{location.get('line')}" if location is not None else "?"


def callback_arguments(member: ET.Element) -> list[str]:
    """The names of a callback's arguments; none where the typedef is no callback."""
    arguments = (member.findtext("argsstring") or "").strip("()")
    return [
        re.findall(r"\w+", argument)[-1] for argument in arguments.split(",") if argument.strip() not in ("", "void")
    ]


def check_member(member: ET.Element) -> Iterator[str]:
    name, kind = member.findtext("name"), member.get("kind")
    if kind in DATED and not SINCE.search(described(member)):
        yield f"{place(member)}: {name} does not say since when it is there"
    for value in member.iterfind("enumvalue"):
        if not described(value):
            yield f"{place(member)}: the value {value.findtext('name')} of {name} has no comment"
    if kind == "typedef":
        known = {found.text for found in member.iter("parametername")}
        for argument in callback_arguments(member):
            if argument not in known:
                yield f"{place(member)}: the argument {argument} of {name} has no comment"


def check_xml(folder: Path) -> tuple[set[str], list[str]]:
    """The names of all functions, and what is wrong with any comment."""
    functions, problems = set(), []
    for path in sorted(folder.glob("*.xml")):
        for compound in ET.parse(path).iterfind("compounddef"):
            if compound.get("kind") == "struct" and not SINCE.search(described(compound)):
                problems.append(
                    f"{place(compound)}: {compound.findtext('compoundname')} does not say since when it is there"
                )
            for member in compound.iter("memberdef"):
                problems += check_member(member)
                if member.get("kind") == "function":
                    functions.add(member.findtext("name"))
    return functions, problems


def check_headers(headers: Path, functions: set[str]) -> Iterator[str]:
    for path in sorted(headers.rglob("*.h")):
        lines = path.read_text(encoding="utf-8").splitlines()
        if f" * @file {path.name}" not in lines:
            yield f"{path}:1: has no comment with @file"
        for number, line in enumerate(lines, start=1):
            for name in NAMED.findall(line):
                if name not in functions:
                    yield f"{path}:{number}: there is no {name}()"


def main(xml: Path, headers: Path) -> int:
    functions, problems = check_xml(xml)
    problems += check_headers(headers, functions)
    if len(functions) < 100:
        problems.append(f"only {len(functions)} functions were found: the headers were not read")
    for problem in sorted(set(problems)):
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
