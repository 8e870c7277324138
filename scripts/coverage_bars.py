"""Hold gcovr's figures against the bars: coverage_bars.py COVERAGE_JSON ROOT prints them, and exits with 1 below one.

The bars: 95 % of the lines of lib/, with its generated files and without them, and all lines of the files whose
mistakes are the dearest. A line may be left out by gcovr's marker only with its reason behind it.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

BAR = 95.0
WHOLE = ("lib/retry.c", "lib/redact.c", "lib/url.c", "lib/error.c")
GENERATED = "lib/generated/"
MARKER = re.compile(r"(?:GCOVR?|LCOV)_EXCL\w*(.*)")
REASON = re.compile(r": \w+(\W+\w+){2,}")


def read(report: Path) -> dict[str, dict[int, bool]]:
    """For each file, each of its lines and whether it was reached."""
    files = {}
    for file in json.loads(report.read_text(encoding="utf-8"))["files"]:
        lines: dict[int, bool] = {}
        for line in file["lines"]:
            if not line.get("gcovr/noncode") and not line.get("gcovr/excluded"):
                number = line["line_number"]
                lines[number] = lines.get(number, False) or line["count"] > 0
        if lines:
            files[file["file"]] = lines
    return files


def share(files: list[dict[int, bool]]) -> tuple[int, int, float]:
    reached = sum(sum(lines.values()) for lines in files)
    total = sum(len(lines) for lines in files)
    return reached, total, 100.0 * reached / total if total else 0.0


def ranges(numbers: list[int]) -> str:
    """3, 4, 5 and 9 as '3-5 9'."""
    found: list[list[int]] = []
    for number in numbers:
        if found and number == found[-1][1] + 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return " ".join(f"{first}-{last}" if last > first else str(first) for first, last in found)


def unreasoned(root: Path) -> list[str]:
    """Where a marker leaves a line out and does not say why in at least three words."""
    found = []
    for path in sorted((root / "lib").rglob("*.[ch]")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            marker = MARKER.search(line)
            if marker and "STOP" not in marker.group(0) and not REASON.match(marker.group(1)):
                found.append(f"{path.relative_to(root)}:{number}: leaves a line out without its reason")
    return found


def main(report: Path, root: Path) -> int:
    files = read(report)
    problems = unreasoned(root)
    for name, lines in sorted(files.items()):
        reached, total, percent = share([lines])
        bar = 100.0 if name in WHOLE else BAR
        if percent < bar:
            missed = ranges([number for number, hit in sorted(lines.items()) if not hit])
            print(f"{name}: {percent:.1f} % of {total} lines; not reached: {missed}")
        if name in WHOLE and percent < bar:
            problems.append(f"{name}: {total - reached} lines are not reached; every one must be")
    problems += [f"{name}: no figure" for name in WHOLE if name not in files]
    written = [lines for name, lines in files.items() if not name.startswith(GENERATED)]
    for words, chosen in (("lib/", list(files.values())), ("lib/ without generated files", written)):
        reached, total, percent = share(chosen)
        print(f"{words}: {percent:.2f} % ({reached} of {total} lines), bar {BAR:.0f} %")
        if percent < BAR:
            problems.append(f"{words}: under the bar")
    for problem in problems:
        print(f"coverage: {problem}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
