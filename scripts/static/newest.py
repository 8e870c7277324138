"""Compares a library's lines in sources.txt with what Debian has.

Usage: apt-cache showsrc NAME | newest.py NAME SOURCES
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path


def is_later(version: str, other: str) -> bool:
    return subprocess.run(["dpkg", "--compare-versions", version, "gt", other]).returncode == 0


def newest(paragraphs: list[str]) -> str:
    """The paragraph of the latest version."""
    latest = ""
    for paragraph in paragraphs:
        if not latest or is_later(version_of(paragraph), version_of(latest)):
            latest = paragraph
    return latest


def version_of(paragraph: str) -> str:
    found = re.search(r"^Version: (\S+)", paragraph, re.MULTILINE)
    assert found, paragraph
    return found[1]


def lines(name: str, paragraph: str) -> list[str]:
    """What sources.txt would say: upstream's archive and Debian's, no signatures and no second archive."""
    folder = re.search(r"^Directory: pool/(?:updates/)?main/(\S+)", paragraph, re.MULTILINE)
    sums = re.search(r"^Checksums-Sha256:((?:\n .*)+)", paragraph, re.MULTILINE)
    assert folder and sums, paragraph
    files = re.findall(r"^ (\w{64}) \d+ (\S+\.(?:orig|debian)\.tar\.\w+)$", sums[1], re.MULTILINE)
    return [
        f"{name} {folder[1]}/{file} {digest}" for digest, file in sorted(files, key=lambda pair: ".debian." in pair[1])
    ]


def main() -> None:
    name, sources = sys.argv[1:]
    paragraphs = [text for text in sys.stdin.read().split("\n\n") if text.startswith("Package:")]
    if not paragraphs:
        print(f"{name}: Debian's lists do not have it")
        return
    latest = newest(paragraphs)
    known = [" ".join(line.split()) for line in Path(sources).read_text().splitlines() if line.startswith(f"{name} ")]
    new = [line for line in lines(name, latest) if line not in known]
    if not any(".debian." in line for line in known):
        new = [line for line in new if ".debian." not in line]  # upstream's as it is
    if not new:
        print(f"{name}: {version_of(latest)} is the newest")
        return
    print(f"{name}: {version_of(latest)} is there; with it these lines are new:")
    print("\n".join(f"  {line}" for line in new))


if __name__ == "__main__":
    main()
