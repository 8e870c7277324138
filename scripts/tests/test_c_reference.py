"""scripts/docs, on a copy of the public headers: each kind of comment that is taken away is missed."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def tree(tmp_path):
    root = tmp_path / "a tree"
    shutil.copytree(ROOT / "include", root / "include")
    for name in ("scripts/docs", "scripts/docs_check.py", "scripts/common.sh", "docs/Doxyfile", "VERSION"):
        (root / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, root / name)
    (root / ".venv").symlink_to(ROOT / ".venv")
    return root


def docs(tree):
    return subprocess.run(
        [str(tree / "scripts/docs")],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd="/",
        timeout=120,
        check=False,
    )


MISTAKES = {
    "no comment on a function": ("common.h", r"/\*\*\n \* Frees text.*?\*/", "", "sbx_string_free"),
    "no comment on an argument": ("common.h", r" \* @param text what[^\n]*\n", "", "sbx_string_free"),
    "no comment on a result": ("json.h", r" \* @return a new value; NULL when[^\n]*\n", "", "sbx_json_new_boolean"),
    "no comment on a member": ("common.h", r" */\*\*< NUL-terminated, never NULL \*/", "", "sbx_pair"),
    "no comment on a value": (
        "common.h",
        r" */\*\*< false \*/",
        "",
        "the value SBX_FLAG_NO of sbx_flag has no comment",
    ),
    "no comment on an enum": ("common.h", r"/\*\* A boolean that may[^\n]*", "", "sbx_flag"),
    "no comment on a macro": ("common.h", r"/\*\* The value of a timeout[^\n]*", "", "SBX_FOREVER"),
    "no comment on an opaque type": ("client.h", r"/\*\* A client; opaque[^\n]*", "", "sbx_client"),
    "no comment on a callback's argument": (
        "source.h",
        r" \* @param capacity[^\n]*\n",
        "",
        "the argument capacity of sbx_read_callback has no comment",
    ),
    "no comment on a file": ("common.h", r" \* @file common.h\n", "", "common.h:1: has no comment with @file"),
    "an argument that is not there": ("json.h", "@param json receives", "@param jsonn receives", "jsonn"),
    "a code that is not there": (
        "json.h",
        "::SBX_ERROR_INVALID_JSON",
        "::SBX_ERROR_INVALID_JSN",
        "SBX_ERROR_INVALID_JSN",
    ),
    "a function that is not there": (
        "json.h",
        r"sbx_string_free\(\)",
        "sbx_string_fre()",
        "there is no sbx_string_fre()",
    ),
    "no version": ("version.h", r"thread\. Since 0\.1\.0\.", "thread.", "sbx_version does not say since when"),
}


def test_the_headers_as_they_are(tree):
    result = docs(tree)
    assert result.returncode == 0, result.stdout
    assert (tree / "build/docs/html/index.html").is_file()
    assert "sbx_client_new" in (tree / "build/docs/html/client_8h.html").read_text()


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_an_error(tree, mistake):
    header, old, new, said = MISTAKES[mistake]
    path = tree / "include/sandbox_sdk" / header
    text = path.read_text()
    changed = re.sub(old, new, text, count=1, flags=re.DOTALL)
    assert changed != text
    path.write_text(changed)
    result = docs(tree)
    assert result.returncode == 1
    assert said in result.stdout
    assert header in result.stdout
