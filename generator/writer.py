"""Writes the generated files into a tree, or tells in what a tree differs from them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from .rendering import MARK, MARKED_LINES


def write(files: Mapping[Path, str], tree: Path) -> list[str]:
    """Makes the tree hold exactly these generated files; one line for each that changed."""
    differences = compare(files, tree)
    for relative, text in files.items():
        path = tree / relative
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    for path in stale(files, tree):
        (tree / path).unlink()
    return differences


def compare(files: Mapping[Path, str], tree: Path) -> list[str]:
    """One line for each file that is missing, differs, or was generated once and no longer is."""
    found = []
    for relative, text in sorted(files.items()):
        path = tree / relative
        if not path.exists():
            found.append(f"missing: {relative}")
        elif path.read_text(encoding="utf-8") != text:
            found.append(f"differs: {relative}")
    return found + [f"stale: {relative}" for relative in stale(files, tree)]


def stale(files: Mapping[Path, str], tree: Path) -> list[Path]:
    """The files with the generator's mark, in folders that it writes to, that it does not write."""
    found = []
    for folder in sorted({relative.parent for relative in files}):
        for path in sorted((tree / folder).glob("*")):
            relative = path.relative_to(tree)
            if relative not in files and path.is_file() and is_marked(path):
                found.append(relative)
    return found


def is_marked(path: Path) -> bool:
    """Whether one of a file's first lines says that it was generated."""
    with path.open("rb") as file:
        return any(MARK.encode() in line for line in file.readlines(8192)[:MARKED_LINES])
