"""scripts/wheel --newer: what it makes of Debian's lists."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[1] / "static/newest.py"
OLD, NEW, OTHER = "1" * 64, "2" * 64, "3" * 64


def paragraph(version: str, upstream: str, digest: str, folder: str = "pool/main/a/abc") -> str:
    return f"""Package: abc
Version: {version}
Directory: {folder}
Checksums-Sha256:
 {digest} 10 abc_{version}.dsc
 {digest} 10 abc_{upstream}.orig.tar.xz
 {digest} 10 abc_{upstream}.orig-www.tar.xz
 {digest} 10 abc_{upstream}.orig.tar.xz.asc
 {digest} 10 abc_{version}.debian.tar.xz
"""


def said(tmp_path: Path, known: str, *paragraphs: str) -> str:
    (tmp_path / "sources.txt").write_text(known)
    command = [sys.executable, SCRIPT, "abc", tmp_path / "sources.txt"]
    return subprocess.run(command, input="\n".join(paragraphs), capture_output=True, text=True, check=True).stdout


@pytest.mark.skipif(not shutil.which("dpkg"), reason="versions are Debian's")
def test_the_latest_version_counts_and_not_the_last_in_the_list(tmp_path: Path) -> None:
    lists = [
        paragraph("1.10-1", "1.10", NEW, "pool/updates/main/a/abc"),
        paragraph("1.9-1", "1.9", OLD),
        paragraph("1.10-1~x", "1.10", OTHER),
    ]
    known = f"abc  a/abc/abc_1.9.orig.tar.xz {OLD}\nabc a/abc/abc_1.9-1.debian.tar.xz {OLD}\n"
    assert said(tmp_path, known, *lists).splitlines() == [
        "abc: 1.10-1 is there; with it these lines are new:",
        f"  abc a/abc/abc_1.10.orig.tar.xz {NEW}",
        f"  abc a/abc/abc_1.10-1.debian.tar.xz {NEW}",
    ]


def test_what_is_known_is_not_new(tmp_path: Path) -> None:
    known = f"abc   a/abc/abc_1.9.orig.tar.xz   {OLD}\n"
    assert said(tmp_path, known, paragraph("1.9-1", "1.9", OLD)) == "abc: 1.9-1 is the newest\n"
    assert said(tmp_path, "", "") == "abc: Debian's lists do not have it\n"
