"""scripts/generate writes what is missing, differs or is stale; --check finds each and writes nothing."""

from __future__ import annotations

import subprocess

import pytest

HEADER = "include/sandbox_sdk/volumes.h"
VERB = "operationId: volumes.create\n"


def snapshot(tree):
    return {path: path.read_bytes() for path in sorted(tree.rglob("*")) if path.is_file()}


def test_the_tree_is_as_generated(root):
    done = subprocess.run([root / "scripts/generate", "--check"], capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout) == (0, "")


def test_a_fresh_copy_has_no_drift(tree, generate):
    done = generate(tree, "--check")
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize(
    ("spoil", "line"),
    [
        (lambda tree: (tree / HEADER).unlink(), f"missing: {HEADER}"),
        (lambda tree: (tree / HEADER).write_text((tree / HEADER).read_text() + "\n"), f"differs: {HEADER}"),
        (
            lambda tree: (tree / "lib/generated/disks.c").write_text((tree / "lib/generated/volumes.c").read_text()),
            "stale: lib/generated/disks.c",
        ),
    ],
    ids=["missing", "drifted", "stale"],
)
def test_check_fails_and_writing_repairs(tree, generate, spoil, line):
    whole = snapshot(tree)
    spoil(tree)
    spoiled = snapshot(tree)
    done = generate(tree, "--check")
    assert done.returncode == 1
    assert done.stdout.splitlines()[0] == line
    assert len(done.stdout.splitlines()) == 2
    assert snapshot(tree) == spoiled
    assert generate(tree).stdout.splitlines() == [line]
    assert snapshot(tree) == whole


def test_a_hand_written_file_is_never_stale(tree, generate):
    (tree / "lib/generated/by_hand.c").write_text("/* Written by hand; scripts/generate is not asked. */\n")
    assert generate(tree, "--check").returncode == 0
    generate(tree)
    assert (tree / "lib/generated/by_hand.c").exists()


def test_a_changed_document_is_drift_in_every_language(edit, generate):
    tree = edit(
        "api/openapi.yaml", "description: Directory in the sandbox that", "description: Folder in the sandbox that"
    )
    lines = generate(tree, "--check").stdout.splitlines()
    assert f"differs: {HEADER.replace('volumes', 'sandboxes')}" in lines
    assert "differs: docs/reference.md" in lines


def test_output_goes_to_another_tree(edit, generate, tmp_path_factory):
    tree = edit("api/openapi.yaml", VERB, "operationId: disks.create\n")
    other = tmp_path_factory.mktemp("other")
    before = snapshot(tree)
    done = generate(tree, "--output", str(other))
    assert done.returncode == 0, done.stderr
    assert (other / "include/sandbox_sdk/disks.h").exists()
    assert snapshot(tree) == before


@pytest.mark.parametrize("text", ["{", "openapi: [", ""], ids=["brace", "bracket", "empty"])
def test_a_broken_document_is_one_clear_line(tree, generate, text):
    (tree / "api/openapi.yaml").write_text(text)
    done = generate(tree)
    assert done.returncode == 1
    assert done.stderr.startswith("generate: ")
    assert "Traceback" not in done.stderr
