"""docs/reference.md: its calls compile in each language, and its links lead somewhere."""

from __future__ import annotations

import re
import subprocess

import pytest

C_BEFORE = """
#include <sandbox_sdk.h>

sbx_status example(sbx_client *client, const char *id);

sbx_status example(sbx_client *client, const char *id)
{
	sbx_error *error = NULL;
	sbx_status status;
	(void)id;
"""


@pytest.fixture(scope="module")
def page(root):
    return (root / "docs/reference.md").read_text(encoding="utf-8")


def blocks(page, language):
    return re.findall(rf"^```{language}\n(.*?)^```", page, flags=re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("language", ["c", "python", "lua"])
def test_each_operation_has_a_call(page, api, language):
    calls = blocks(page, language)
    assert len(calls) == len(api.operations)
    joint = {"c": "_", "python": ".", "lua": ":"}[language]
    for operation, call in zip(api.operations, calls):
        assert f"{operation.resource}{joint}{operation.verb}" in call


def test_c_calls_compile(page, root, tmp_path):
    for number, call in enumerate(blocks(page, "c")):
        source = tmp_path / f"call{number}.c"
        source.write_text(f"{C_BEFORE}{call}\treturn status;\n}}\n")
        strict = ["-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only"]
        done = subprocess.run(["gcc", *strict, f"-I{root}/include", source], capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, f"{call}\n{done.stderr}"


def test_python_calls_compile(page):
    for call in blocks(page, "python"):
        compile(call, "reference", "exec")


def test_lua_calls_compile(page):
    program = "".join(f"do {call} end\n" for call in blocks(page, "lua"))
    check = "assert(load(io.read('a')))"
    done = subprocess.run(["lua5.4", "-e", check], input=program, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_links_lead_to_headings(page):
    headings = {re.sub(r"[^\w -]", "", line).strip().lower() for line in re.findall(r"^#+ (.*)$", page, re.MULTILINE)}
    links = set(re.findall(r"\]\(#([^)]*)\)", page))
    assert len(links) > 20
    assert links <= headings


def test_every_error_code_is_there(page, api):
    for error in api.errors:
        assert f"| `{error.name}` | `SBX_ERROR_{error.symbol}` ({error.value}) | `{error.python_class}` |" in page
