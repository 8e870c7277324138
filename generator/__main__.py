"""python -m generator [--check] [--root DIR] [--output DIR]"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import yaml

from .document import DocumentError
from .errors import TableError
from .formatters import FormatError
from .reader import read_api
from .rendering import render
from .writer import compare, write

TREE = Path(__file__).resolve().parent.parent


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/generate", description="Writes every generated file of the tree.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail if any file is not as it would be")
    parser.add_argument("--root", type=Path, default=TREE, help="the tree whose api/openapi.yaml is read")
    parser.add_argument("--output", type=Path, help="the tree that is written or checked; default: the same")
    arguments = parser.parse_args()
    output = arguments.output or arguments.root
    try:
        files = dict(render(read_api(arguments.root), arguments.root))
        differences = compare(files, output) if arguments.check else write(files, output)
    except (DocumentError, TableError, FormatError, OSError, yaml.YAMLError) as problem:
        print(f"generate: {problem}", file=sys.stderr)
        return 1
    for line in differences:
        print(line)
    if arguments.check and differences:
        print(f"generate: {len(differences)} of {len(files)} files are not as generated; run scripts/generate")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
