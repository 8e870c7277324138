"""scripts/abi, on a copy of the public headers: what it takes for a change, and what --accept does."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def tree(tmp_path):
    """The real script, headers, library and baseline; only the build is a stand-in, since nothing is to be compiled."""
    root = tmp_path / "a tree"
    for folder in ("include", "abi"):
        shutil.copytree(ROOT / folder, root / folder)
    (root / "scripts").mkdir()
    for name in ("abi", "common.sh"):
        shutil.copy(ROOT / "scripts" / name, root / "scripts" / name)
    (root / "scripts/build").write_text("#!/bin/sh\nexit 0\n")
    (root / "scripts/build").chmod(0o755)
    (root / "build/release/lib").mkdir(parents=True)
    shutil.copy(ROOT / "build/release/lib/libsandbox_sdk.so", root / "build/release/lib")
    (root / ".venv").symlink_to(ROOT / ".venv")
    assert abi(root, "--accept").returncode == 0
    return root


def abi(tree, *arguments):
    return subprocess.run(
        [str(tree / "scripts/abi"), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd="/",
        timeout=120,
        check=False,
    )


def edit(tree, header, old, new):
    path = tree / "include/sandbox_sdk" / header
    text = path.read_text()
    assert text.count(old) == 1, old
    path.write_text(text.replace(old, new))


CHANGES = {
    "a parameter that becomes const": (
        "common.h",
        "sbx_string_free(char",
        "sbx_string_free(const char",
        "(const char *)",
    ),
    "a value of an enum": ("common.h", "SBX_FLAG_NO = 2 ", "SBX_FLAG_NO = 2, SBX_FLAG_ODD = 3 ", "SBX_FLAG_ODD"),
    "a member of a struct": ("common.h", "} sbx_pair;", "\tint extra;\n} sbx_pair;", "int extra"),
    "a type": ("common.h", "/** Whether a field of", "typedef int sbx_new;\n/** Whether a field of", "sbx_new"),
    "an argument of a callback": (
        "source.h",
        "(*sbx_read_callback)(void *user_data",
        "(*sbx_read_callback)(int extra, void *user_data",
        "sbx_read_callback",
    ),
}


def test_nothing_changed(tree):
    result = abi(tree)
    assert (result.returncode, result.stdout) == (0, "")


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_shown_until_it_is_accepted(tree, change):
    header, old, new, shown = CHANGES[change]
    edit(tree, header, old, new)
    result = abi(tree)
    assert result.returncode == 1
    assert shown in result.stdout
    assert result.stdout.count("\n") < 40
    assert "run scripts/abi --accept" in result.stdout.splitlines()[-1]
    assert abi(tree, "--accept").returncode == 0
    assert abi(tree).returncode == 0


def test_a_new_library_name_is_a_change(tree):
    path = tree / "abi/symbols.txt"
    path.write_text(path.read_text().replace("libsandbox_sdk.so.0", "libsandbox_sdk.so.9"))
    result = abi(tree)
    assert result.returncode == 1
    assert "libsandbox_sdk.so.9" in result.stdout


def test_a_comment_or_the_name_of_a_parameter_is_no_change(tree):
    edit(tree, "common.h", "sbx_string_free(char *text)", "/* free */ sbx_string_free(char *words)")
    assert abi(tree).returncode == 0


@pytest.mark.parametrize("arguments", [(), ("--accept",)])
def test_a_declared_function_must_be_exported(tree, arguments):
    edit(
        tree,
        "common.h",
        "SBX_API void sbx_string_free",
        "SBX_API void sbx_nowhere(void);\nSBX_API void sbx_string_free",
    )
    result = abi(tree, *arguments)
    assert result.returncode == 1
    assert "MISSING\tvoid sbx_nowhere (void)" in result.stdout


def test_an_exported_function_must_be_declared(tree):
    edit(tree, "common.h", "SBX_API void sbx_string_free(char *text);", "")
    result = abi(tree)
    assert result.returncode == 1
    assert "sbx_string_free@@SANDBOX_SDK_0\tMISSING" in result.stdout


def test_the_baseline_names_no_place_of_this_machine():
    for name in ("symbols.txt", "types.xml"):
        assert "/" not in (ROOT / "abi" / name).read_text().replace("</", "").replace("/>", "")
