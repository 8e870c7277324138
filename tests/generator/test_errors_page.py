"""docs/errors.md: every code with all that a reader wants to know of it."""

from __future__ import annotations

import re

import pytest


@pytest.fixture(scope="module")
def page(root):
    return (root / "docs/errors.md").read_text(encoding="utf-8")


def test_each_code_has_a_row_and_a_section(page, api):
    rows = re.findall(r"^\| \[`(\w+)`\]\(#(\w+)\) \| (-\d+) \| `(\w+)` \|", page, flags=re.MULTILINE)
    assert rows == [(error.name, error.name, str(error.value), error.python_class) for error in api.errors]
    sections = re.split(r"^## ", page, flags=re.MULTILINE)[1:]
    assert [section.split("\n", 1)[0] for section in sections] == [error.name for error in api.errors]
    for error, section in zip(api.errors, sections):
        assert f"`SBX_ERROR_{error.symbol}` ({error.value})" in section
        for words, value in (("When", error.when), ("Tried again", error.retried), ("Cure", error.cure)):
            assert f"- **{words}**: {value.rstrip('.')}.\n" in section


def test_what_is_tried_again_is_said_in_one_word_first(api):
    for error in api.errors:
        assert error.retried.split()[0].strip(",;") in ("no", "yes", "for"), error.name


def test_functions_that_are_named_exist(page, root):
    headers = "".join(path.read_text(encoding="utf-8") for path in (root / "include/sandbox_sdk").glob("*.h"))
    for function in re.findall(r"`(sbx_\w+)\(\)`", page):
        assert f" {function}(" in headers or f"*{function}(" in headers, function
