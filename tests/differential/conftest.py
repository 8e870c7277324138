"""The environment of both packages and the interpreters that the programs are run in."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "conformance")]

from compare import Meant, read_meant  # noqa: E402
from environment import Environment, prepare  # noqa: E402
from runner import Workers  # noqa: E402


@pytest.fixture(scope="session")
def environment() -> Environment:
    return prepare()


@pytest.fixture(scope="session")
def workers(environment: Environment) -> Iterator[Workers]:
    made = Workers(environment)
    yield made
    made.close()


@pytest.fixture(scope="session")
def meant() -> list[Meant]:
    return read_meant()
