"""Each public function of the library, and each member of its options, is in the languages, or has the reason why not.

What is to be is in bindings/coverage.yaml.
"""

from __future__ import annotations

import importlib
import re
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

import pytest
import yaml
from wrappers import LANGUAGES, ROOT, exported, members, members_read, referred

FEWEST_WORDS = 4
COVERAGE: dict[str, Any] = yaml.safe_load((ROOT / "bindings" / "coverage.yaml").read_text())
FUNCTIONS: dict[str, dict[str, str]] = COVERAGE["functions"]
MEMBERS: dict[str, dict[str, str]] = COVERAGE["members"]


def entry_of(function: str) -> str | None:
    """The key that answers for a function: its name, else the longest pattern."""
    if function in FUNCTIONS:
        return function
    patterns = [key for key in FUNCTIONS if "*" in key and fnmatchcase(function, key)]
    return max(patterns, key=len, default=None)


@cache
def covered() -> dict[str, list[str]]:
    """The functions that each key answers for."""
    found: dict[str, list[str]] = {key: [] for key in FUNCTIONS}
    for function in exported():
        key = entry_of(function)
        if key is not None:
            found[key].append(function)
    return found


def is_there(language: str, name: str) -> bool:
    """Whether a function is bound, or a language has a name."""
    if name.startswith("sbx_"):
        return name in referred(language)
    if language == "python":
        module, *attributes = name.split(".")
        found: Any = importlib.import_module(module)
        for attribute in attributes:
            found = getattr(found, attribute, None)
        return found is not None
    definition = re.compile(rf"^function {re.escape(name)}\(", re.MULTILINE)
    folder = ROOT / "bindings" / language / "sandbox_sdk"
    return any(definition.search(path.read_text()) for path in folder.rglob("*.lua"))


def belongs_to(member: str) -> str:
    """The member that a number or a pointer belongs to, else itself."""
    return re.sub(r"_(count|user_data)$", "", member)


def problem(language: str, answer: str, exact: bool, is_bound: bool, read: frozenset[str] = frozenset()) -> str | None:
    """What is wrong with what a language says of one name; `read` are the members that a struct's options have."""
    kind, _, more = answer.partition(": ")
    if kind == "bound":
        return None if is_bound else "is not bound"
    if exact and is_bound:
        return f"is bound, and not {kind}"
    if kind == "wrapped":
        return None if more in read or is_there(language, more) else f"is wrapped by {more}, which is not there"
    if kind != "left out":
        return f"is neither bound nor wrapped nor left out: {answer!r}"
    return None if len(more.split()) >= FEWEST_WORDS else "is left out without a reason"


def test_every_function_has_an_answer() -> None:
    assert len(exported()) > 400
    assert [function for function in exported() if entry_of(function) is None] == []


def test_every_answer_has_a_function() -> None:
    assert [key for key, functions in covered().items() if not functions] == []
    assert [key for key, answers in FUNCTIONS.items() if set(answers) != set(LANGUAGES)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_said_of_functions_is_so(language: str) -> None:
    problems = []
    for key, functions in covered().items():
        for function in functions:
            is_bound = function in referred(language)
            found = problem(language, FUNCTIONS[key][language], function == key, is_bound)
            if found:
                problems.append(f"{function} {found}")
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_member_of_the_options_can_be_given(language: str) -> None:
    problems = []
    for struct in COVERAGE["structs"]:
        read = members_read(language, COVERAGE["structs"][struct][language])
        for member in members(struct):
            name = f"{struct}.{member}"
            answer = MEMBERS.get(name, MEMBERS.get(belongs_to(name), {})).get(language, "bound")
            found = problem(language, answer, False, not read.isdisjoint((member, belongs_to(member))), read)
            if found:
                problems.append(f"{name} {found}")
    assert not problems, "\n".join(problems)


def test_every_member_with_a_reason_is_there() -> None:
    known = {f"{struct}.{member}" for struct in COVERAGE["structs"] for member in members(struct)}
    assert set(MEMBERS) - known == set()


@pytest.mark.parametrize("name", ["sbx_client_options", "sbx_request", "sbx_source"])
def test_members_are_found(name: str) -> None:
    assert len(members(name)) > 5


def test_a_wrong_answer_is_told() -> None:
    """The check itself."""
    assert problem("lua", "bound", True, False) == "is not bound"
    assert problem("lua", "left out: nobody needs it here", True, True) == "is bound, and not left out"
    assert problem("lua", "left out: no", True, False) == "is left out without a reason"
    assert problem("lua", "later", True, False) == "is neither bound nor wrapped nor left out: 'later'"
    assert problem("python", "wrapped: sandbox_sdk.Nothing", True, False) is not None
    assert problem("python", "wrapped: sandbox_sdk.Session.run", True, False) is None
    assert problem("lua", "wrapped: Client:nothing", True, False) is not None
    assert problem("lua", "wrapped: sbx_nothing", True, False) is not None
