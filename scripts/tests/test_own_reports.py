"""scripts/own_reports.py tells leaks of the project's code from others'."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OTHERS = """==1==ERROR: LeakSanitizer: detected memory leaks

Direct leak of 56 byte(s) in 1 object(s) allocated from:
    #0 0x7f in malloc (libasan.so)
    #1 0x7f in PyUnicode_New Objects/unicodeobject.c:1425

SUMMARY: AddressSanitizer: 56 byte(s) leaked in 1 allocation(s).
"""
OURS = f"""==1==ERROR: LeakSanitizer: detected memory leaks

Indirect leak of 64 byte(s) in 1 object(s) allocated from:
    #0 0x7f in realloc (libasan.so)
    #1 0x7f in sbx__buffer_reserve {ROOT}/lib/buffer.c:36
"""
FREED = "==1==ERROR: AddressSanitizer: heap-use-after-free on address 0x60\n    #0 0x7f in other other.c:1\n"


def reports(folder: Path, *texts: str) -> subprocess.CompletedProcess[str]:
    for number, text in enumerate(texts):
        (folder / f"asan.{number}").write_text(text)
    script = ROOT / "scripts/own_reports.py"
    return subprocess.run([sys.executable, script, folder], capture_output=True, text=True)


def test_leaks_of_others_are_no_reports(tmp_path: Path) -> None:
    done = reports(tmp_path, OTHERS, "")
    assert (done.returncode, done.stdout) == (0, "0 reports of the project's own code\n")


def test_leaks_of_ours_and_whatever_else_was_found_are(tmp_path: Path) -> None:
    done = reports(tmp_path, OTHERS, OURS, FREED)
    assert done.returncode == 1
    assert "sbx__buffer_reserve" in done.stdout
    assert "heap-use-after-free" in done.stdout
    assert "PyUnicode_New" not in done.stdout
    assert done.stdout.endswith("2 reports of the project's own code\n")
