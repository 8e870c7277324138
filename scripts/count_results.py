"""Count what a suite did: count_results.py REPORT_DIRECTORY EXIT_STATUS prints 'passed failed skipped'.

More lines say why tests were skipped, and what the suite tells of where it ran: JUnit's properties called 'told'.

Read are JUnit files (*.xml), lists of checks (*.checks: 'ok NAME' or 'not ok NAME' a line) and logs that close with
'N passed, N failed' (*.closing). A report that cannot be read, a runner that ended badly although nothing failed, and
a suite that ran nothing each count as one failure. What failed is named on stderr.
"""

from __future__ import annotations

import re
import sys
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

LONGEST = 120  # letters of a reason
CLOSING = re.compile(r"^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$", re.MULTILINE)


def count_junit(path: Path) -> tuple[int, int, int]:
    passed = failed = skipped = 0
    for case in ET.parse(path).iter("testcase"):
        kinds = {child.tag for child in case}
        if kinds & {"failure", "error"}:
            failed += 1
            print(f"failed: {case.get('classname', '')} {case.get('name', '')}", file=sys.stderr)
        elif "skipped" in kinds:
            skipped += 1
        else:
            passed += 1
    return passed, failed, skipped


def count_checks(path: Path) -> tuple[int, int, int]:
    lines = path.read_text(encoding="utf-8").splitlines()
    bad = [line for line in lines if line.startswith("not ok ")]
    for line in bad:
        print(f"failed: {line[len('not ok ') :]}", file=sys.stderr)
    return sum(line.startswith("ok ") for line in lines), len(bad), 0


def count_closing(path: Path) -> tuple[int, int, int]:
    found = CLOSING.findall(path.read_text(encoding="utf-8", errors="replace"))
    if not found:
        raise ValueError("has no line 'N passed, N failed'")
    passed, failed, skipped = found[-1]
    return int(passed), int(failed), int(skipped or 0)


def reason(skipped: ET.Element) -> str:
    lines = (skipped.get("message") or skipped.text or "").strip().splitlines()
    said = lines[0] if lines else "no reason is given"
    return said if len(said) <= LONGEST else said[: LONGEST - 1] + "…"


def notes(directory: Path) -> list[str]:
    """Each thing that is told, and each reason with the number of tests that it kept from running."""
    told: dict[str, None] = {}
    reasons: Counter[str] = Counter()
    for path in sorted(directory.glob("*.xml")):
        try:
            tree = ET.parse(path)
        except (ET.ParseError, OSError):
            continue
        told.update((one.get("value", ""), None) for one in tree.iter("property") if one.get("name") == "told")
        reasons.update(reason(one) for case in tree.iter("testcase") for one in case.findall("skipped"))
    return [*told, *(f"{number} skipped: {why}" for why, number in reasons.most_common())]


READERS = {".xml": count_junit, ".checks": count_checks, ".closing": count_closing}


def count(directory: Path, status: int) -> tuple[int, int, int]:
    total = [0, 0, 0]
    for path in sorted(directory.iterdir()):
        if path.suffix not in READERS:
            continue
        try:
            counts = READERS[path.suffix](path)
        except (ET.ParseError, OSError, ValueError) as error:
            print(f"{path.name}: {error}", file=sys.stderr)
            counts = (0, 1, 0)
        total = [a + b for a, b in zip(total, counts)]
    passed, failed, skipped = total
    if status != 0 and failed == 0:
        print(f"the suite ended with status {status} although no test failed", file=sys.stderr)
        failed = 1
    if passed == 0 and failed == 0:
        print("the suite ran nothing", file=sys.stderr)
        failed = 1
    return passed, failed, skipped


if __name__ == "__main__":
    print(*count(Path(sys.argv[1]), int(sys.argv[2])))
    print(*notes(Path(sys.argv[1])), sep="\n")
