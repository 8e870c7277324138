"""Every program comes to the same with ``avm_sdk`` 1.2.0 and with ours, but for the differences that are listed."""

from __future__ import annotations

import os

import pytest
from compare import MOST_DIFFERENCES, Meant, differences, unexpected
from lab import PROGRAMS, Program
from normalise import normalised
from runner import Workers
from worker import load_programs

load_programs()
FEWEST_PROGRAMS = 150
CANDIDATE = os.environ.get("SBX_DIFFERENTIAL_CANDIDATE", "ours")
ran: set[str] = set()


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_program(program: Program, workers: Workers, meant: list[Meant]) -> None:
    """`SBX_DIFFERENTIAL_CANDIDATE=reference` compares the real package with itself: a test of the programs."""
    reports = [
        workers.run(package, program.name, fresh=program.fresh, variables=program.environment)
        for package in ("reference", CANDIDATE)
    ]
    ran.add(program.name)
    assert not reports[0]["server problems"]
    assert not reports[0]["escaped"], "a program says itself what it expects to fail"
    assert reports[0]["notes"] or reports[0]["printed"], "a program that says nothing compares nothing"
    reference, candidate = map(normalised, reports)
    left = unexpected(differences(program.name, reference, candidate), meant)
    assert not left, "\n" + "\n".join(map(str, left))


def test_there_are_enough_programs() -> None:
    assert len(PROGRAMS) >= FEWEST_PROGRAMS


def test_the_list_is_short_and_true(meant: list[Meant]) -> None:
    """Each line of the list says why, and all that it names has been met: what no longer differs is to be taken off."""
    assert len(meant) <= MOST_DIFFERENCES
    assert all(entry.because for entry in meant)
    if ran == set(PROGRAMS) and CANDIDATE == "ours":
        gone = {entry.because: left for entry in meant if (left := entry.not_met(PROGRAMS))}
        assert not gone, f"no longer different: {gone}"
