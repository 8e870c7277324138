"""Finds what differs between two reports, and holds it against the list of differences that are meant."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path
from typing import Any

import yaml

DIFFERENCES = Path(__file__).with_name("differences.yaml")
MOST_DIFFERENCES = 25
MISSING = "(nothing)"


@dataclass(frozen=True)
class Difference:
    """One place in the reports of one program."""

    program: str
    place: str
    reference: str
    ours: str

    def __str__(self) -> str:
        return f"{self.place}\n    avm_sdk: {self.reference}\n    ours:    {self.ours}"


@dataclass
class Meant:
    """A difference that part 2 of the contract wants: where it is, and what ours has there."""

    because: str
    programs: list[str]
    ours: dict[str, str]
    """What ours has at each place where it differs, or a part of it that tells it from anything else."""
    found: set[str] = field(default_factory=set, compare=False)
    """The programs and places, of those named, that were met."""

    def covers(self, difference: Difference) -> bool:
        named = difference.program.rpartition(" ")[0] in self.programs
        return named and self.ours.get(difference.place, difference.ours + "?") in difference.ours

    def meet(self, difference: Difference) -> None:
        self.found |= {difference.program, difference.place}

    def not_met(self, programs: Collection[str]) -> list[str]:
        """What is on the list and has not occurred; a program counts in each of its ways that there are."""
        ways = [way for name in self.programs for way in ways_of(name, programs)]
        return [named for named in [*ways, *self.ours] if named not in self.found]


def ways_of(name: str, programs: Collection[str]) -> list[str]:
    """The program as it waits and as coroutines run it; the name alone where there is no such program."""
    return [way for way in (f"{name} sync", f"{name} async") if way in programs] or [name]


KINDS = ("error", "model", "dict", "response", "request", "headers", "url")
OF_ANY_EXCEPTION = ("error", "str")


def kind(value: Any) -> str:
    """What sort of thing is described: differences inside of two things of different sorts say nothing."""
    if isinstance(value, dict):
        return next((key for key in KINDS if key in value), "other")
    return type(value).__name__


def differences(program: str, reference: Any, ours: Any, place: str = "") -> list[Difference]:
    """Every place where two descriptions differ, as deep as it can be told."""
    if reference == ours:
        return []
    if kind(reference) == kind(ours) == "error":
        reference, ours = comparable_errors(reference, ours)
    if isinstance(reference, dict) and kind(reference) == kind(ours):
        found = []
        for key in dict.fromkeys([*reference, *ours]):
            inner = f"{place}.{key}" if place else str(key)
            found += differences(program, reference.get(key, MISSING), ours.get(key, MISSING), inner)
        return found
    if isinstance(reference, list) and isinstance(ours, list):
        if place.endswith("headers"):
            return differences(program, by_name(reference), by_name(ours), place)
        if place == "requests" or len(reference) == len(ours):
            found = []
            for index, (left, right) in enumerate(zip_longest(reference, ours, fillvalue=MISSING)):
                label = left[0] if place == "notes" else index
                found += differences(program, left, right, f"{place}.{label}")
            return found
    return [Difference(program, place, str(reference), str(ours))]


def by_name(headers: list[list[str]]) -> dict[str, Any]:
    """The values of each header, so that a difference names the header that it is in."""
    values: dict[str, list[str]] = {}
    for name, value in headers:
        values.setdefault(name, []).append(value)
    return {name: found[0] if len(found) == 1 else found for name, found in values.items()}


def comparable_errors(reference: dict[str, Any], ours: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Ours may be more: caught by whatever catches the reference's, with attributes that a plain one lacks."""
    if set(reference["error"]) <= set(ours["error"]):
        ours = {**ours, "error": reference["error"]}
    if set(reference) == set(OF_ANY_EXCEPTION):
        ours = {key: ours[key] for key in OF_ANY_EXCEPTION}
    return reference, ours


def read_meant(path: Path = DIFFERENCES) -> list[Meant]:
    """The list of differences that are meant."""
    entries = yaml.safe_load(path.read_text(encoding="utf-8")) or []
    return [Meant(**entry) for entry in entries]


def unexpected(found: list[Difference], meant: list[Meant]) -> list[Difference]:
    """The differences that no entry covers; those that one does are counted there."""
    left = []
    for difference in found:
        covering = [entry for entry in meant if entry.covers(difference)]
        for entry in covering:
            entry.meet(difference)
        if not covering:
            left.append(difference)
    return left
