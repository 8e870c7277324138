"""What sanitizers found in the project's own code: own_reports.py DIR. The exit status is 1 where there is anything.

A process that loads the library beside an interpreter ends with leaks of others. A leak is ours where a frame of its
stack is in this tree; any other report counts whatever it is of.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OURS = tuple(f"{ROOT / folder}/" for folder in ("lib", "bindings", "build/asan"))


def own_parts(report: str) -> list[str]:
    """What of a report is ours: all of it, or some of its leaks."""
    if "LeakSanitizer" not in report:
        return [report] if report.strip() else []
    return [leak for leak in re.split(r"\n\n", report) if " leak of " in leak and any(place in leak for place in OURS)]


def main(folder: str) -> int:
    found = [part for path in sorted(Path(folder).iterdir()) for part in own_parts(path.read_text(errors="replace"))]
    for part in found:
        print(part, end="\n\n")
    print(f"{len(found)} reports of the project's own code")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
