"""Documentation lines in the forms that comments want."""

from __future__ import annotations

import re
import textwrap

COLUMNS = 120


def sentence(line: str) -> str:
    """With a full stop."""
    return line if not line or line.endswith((".", "!", "?")) else line + "."


def phrase(line: str) -> str:
    """As part of another sentence: sentences joined by semicolons, small first letters, no full stop."""
    return "; ".join(small(part) for part in re.split(r"\. (?=[A-Z`])", line.rstrip(".")))


def small(line: str) -> str:
    """With a small first letter, unless the first word is a name such as URL."""
    first = line.split(" ", 1)[0]
    if any(letter.isupper() or letter.isdigit() for letter in first[1:]):
        return line
    return line[:1].lower() + line[1:]


def article(noun: str) -> str:
    """With "a" or "an" before it."""
    return ("an " if noun[0] in "aeiou" else "a ") + noun


def spaced(name: str) -> str:
    """sandbox_list: sandbox list."""
    return name.replace("_", " ")


def comment(lines: str, indent: int = 0) -> str:
    """The inside of a C comment: each line wrapped after " * ", tags with their further lines set in."""
    wrapped = []
    for line in lines.strip("\n").splitlines():
        hanging = " *        " if line.startswith("@") else " * "
        wrapped += wrap(line, " * ", hanging, indent) or [" *"]
    return "\n".join(line.rstrip() for line in wrapped)


def wrap(line: str, first: str, other: str, indent: int = 0) -> list[str]:
    """Text in lines that fit after `indent` columns; what stands in backquotes stays together."""
    glued = re.sub(r"`[^`]*`", lambda match: match.group().replace(" ", "\0"), line)
    lines = textwrap.wrap(
        glued,
        COLUMNS - indent,
        initial_indent=first,
        subsequent_indent=other,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [part.replace("\0", " ") for part in lines]
