"""Everything public in ``avm_sdk`` 1.2.0 is in ours, the same: names, signatures, defaults, annotations, bases, fields.

What differs is in surface_differences.yaml, each place with its reason and what ours has there; a place there that does
not differ fails, too.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

DIFFERENTIAL = Path(__file__).resolve().parents[1] / "differential"
sys.path.insert(0, str(DIFFERENTIAL))

from environment import prepare  # noqa: E402

LIST = Path(__file__).with_name("surface_differences.yaml")
NOTHING = "(is not there)"


def surface_of(package: str) -> dict[str, str]:
    environment = prepare()
    done = subprocess.run(
        [str(environment.python), str(DIFFERENTIAL / "surface.py")],
        env=environment.variables(package),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def reference() -> dict[str, str]:
    return surface_of("reference")


@pytest.fixture(scope="module")
def ours() -> dict[str, str]:
    return surface_of("ours")


@pytest.fixture(scope="module")
def listed() -> dict[str, str]:
    """The places that may differ, with what ours has there."""
    entries = yaml.safe_load(LIST.read_text(encoding="utf-8"))
    assert all(isinstance(entry["because"], str) and entry["because"] for entry in entries)
    places = [place for entry in entries for place in entry["ours"].items()]
    assert len(dict(places)) == len(places), "a place has one reason"
    return dict(places)


def different(reference: dict[str, str], ours: dict[str, str]) -> dict[str, str]:
    """Every place that differs. What only ours has, no program for avm_sdk uses: it counts where a call needs it."""
    places = [place for place in sorted({*reference, *ours}) if place in reference or is_needed(place, reference, ours)]
    return {
        place: f"avm_sdk: {reference.get(place, NOTHING)}\n    ours:    {ours.get(place, NOTHING)}"
        for place in places
        if reference.get(place) != ours.get(place)
    }


def is_needed(place: str, reference: dict[str, str], ours: dict[str, str]) -> bool:
    """Whether this is an argument that ours needs in a call that the reference has, too."""
    function, parenthesis, _ = place.partition("(")
    told = ours[place]
    return (
        bool(parenthesis)
        and not place.endswith("()")
        and function in reference
        and " = " not in told
        and "variadic" not in told
    )


def test_the_surface_is_the_same(reference: dict[str, str], ours: dict[str, str], listed: dict[str, str]) -> None:
    left = {
        place: told
        for place, told in different(reference, ours).items()
        if listed.get(place) != ours.get(place, NOTHING)
    }
    assert not left, f"{len(left)} differences\n" + "\n".join(f"{place}\n    {told}" for place, told in left.items())


def test_the_list_is_true(reference: dict[str, str], ours: dict[str, str], listed: dict[str, str]) -> None:
    """Each place of the list differs."""
    found = different(reference, ours)
    assert not [place for place in listed if place not in found]


def test_the_walk_sees_what_it_is_there_for(reference: dict[str, str]) -> None:
    """A walk that finds nothing would find no difference."""
    assert (
        reference["sandbox_sdk.SandboxSDK.__init__(timeout)"]
        == "keyword-only, None | NotGiven | Timeout | float = NOT_GIVEN"
    )
    assert reference["sandbox_sdk.types.SandboxExecuteParams.command"].endswith(" str")
    assert reference["sandbox_sdk.types.Sandbox.cpu"] == "field, required, float"
    assert reference["sandbox_sdk.NotFoundError <bases>"].startswith(
        "APIStatusError, APIError, SandboxSDKError, Exception"
    )
    assert (
        reference["sandbox_sdk.resources.SandboxesResource.execute(env)"]
        == "keyword-only, Omit | dict[str, str] = Omit"
    )
    assert reference["sandbox_sdk.AsyncSandboxSDK.get"] == "async method"
    assert len(reference) > 1000
