"""The cases: each fault with each operation, in each mode, with and without retries."""

from __future__ import annotations

import fnmatch
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from . import answers
from .world import SAFETY

FOLDER = Path(__file__).resolve().parent.parent
MODES = ("sync", "async", "stream")
RETRIES = (0, 2)
# For a whole call, in seconds: what is given to one without and with retries, where the fault does not say.
DEADLINES = {0: 2.0, 2: 6.0}
KEYS = {
    "name", "outcome", "stream", "except", "http_status", "script", "scripts", "modes", "listen", "host", "tls",
    "scheme", "client_certificate", "revocations", "operations", "upload_size", "expect", "before", "deadline",
    "timeouts", "resolver_left", "uncounted", "retries", "compression", "max_document_bytes", "max_body_bytes",
    "requests", "safety", "undone", "left", "ready_after", "ready_timeout", "exit_code",
    "archive", "cleanup", "says_body_back",
}  # fmt: skip


class CaseError(Exception):
    """A case that makes no sense."""


@dataclass(frozen=True)
class Expected:
    """What a call must come to."""

    code: str
    attempts: range
    retryable: bool
    outcome_unknown: bool = False
    http_status: int | None = None
    any_answer: bool = False


@dataclass
class Case:
    """One call that something happens to."""

    fault: dict
    operation: str
    mode: str
    retries: int
    safety: str
    expected: list[Expected]
    scripts: list[list] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"{self.fault['name']} / {self.operation} / {self.mode} / {self.retries} retries"

    @property
    def deadline(self) -> float:
        return self.fault.get("deadline", DEADLINES[self.retries])

    @property
    def latest(self) -> float:
        """When it must have ended: what cleans up after it has a time of its own."""
        return self.deadline + self.fault.get("cleanup", 0)


class Outcomes:
    """The table of outcomes.yaml."""

    def __init__(self, path: Path = FOLDER / "outcomes.yaml") -> None:
        table = yaml.safe_load(path.read_text(encoding="utf-8"))
        self.outcomes = table["outcomes"]
        self.class_of = {operation: name for name, operations in table["classes"].items() for operation in operations}
        self.class_of["download_once"] = "safe"

    def expected(self, outcome: str, fault: dict, operation: str, retries: int) -> Expected:
        if outcome not in self.outcomes:
            raise CaseError(f"{fault['name']}: no outcome is called '{outcome}'")
        rows = self.outcomes[outcome]
        row = dict(rows.get(operation) or rows.get(fault.get("safety") or self.class_of[operation]) or rows["any"])
        attempts = row["attempts"][RETRIES.index(retries)]
        least, most = attempts if isinstance(attempts, list) else (attempts, attempts)
        row["attempts"] = range(least, most + 1)
        if "http_status" in fault:
            row["http_status"] = fault["http_status"]
        return Expected(**row)


def listed(value: str | list) -> list:
    return value if isinstance(value, list) else [value]


def flat(names: list) -> list[str]:
    """Names, with those of the lists among them."""
    return [name for one in names for name in listed(one)]


def check(fault: dict) -> None:
    unknown = set(fault) - KEYS
    if unknown:
        raise CaseError(f"{fault['name']}: no key is called {', '.join(sorted(unknown))}")


def modes_of(operation: str, fault: dict, modes: tuple[str, ...]) -> list[str]:
    """The calls of a session wait for their end, or are started; none is a stream."""
    of_sessions = operation.startswith("session_")
    return [mode for mode in fault.get("modes", modes) if mode in ("sync", "async") or not of_sessions]


def expand(fault: dict, outcomes: Outcomes, modes: tuple[str, ...]) -> list[Case]:
    check(fault)
    scripts = fault.get("scripts") or [fault.get("script", [])]
    cases = []
    for operation in flat(fault.get("operations", list(outcomes.class_of))):
        if operation == "download_once" and "operations" not in fault:
            continue
        safety = fault.get("safety") or outcomes.class_of[operation]
        for mode in modes_of(operation, fault, modes):
            exceptions = fault.get("except", {})
            names = listed(exceptions.get(operation) or exceptions.get(safety) or fault["outcome"])
            if mode == "stream":
                names = listed(fault.get("stream", names))
            for retries in fault.get("retries", RETRIES):
                expected = [outcomes.expected(name, fault, operation, retries) for name in names]
                cases.append(Case(fault, operation, mode, retries, safety, expected, scripts))
    return cases


def load(modes: tuple[str, ...] = MODES) -> list[Case]:
    """Every case of faults.yaml."""
    table = yaml.safe_load((FOLDER / "faults.yaml").read_text(encoding="utf-8"))
    outcomes = Outcomes()
    return [case for fault in table["faults"] for case in expand(fault, outcomes, modes)]


def session_fault(moment: dict, broken: dict) -> dict:
    """What breaks at a moment of a session's call, as a fault like any other."""
    request = moment["request"]
    outcome = broken.get("stream", broken["outcome"]) if moment.get("stream") else broken["outcome"]
    instead = moment.get("outcomes", {})
    passed_on = {name: moment[name] for name in ("operations", "ready_after", "left", "cleanup") if name in moment}
    passed_on |= {name: broken[name] for name in ("timeouts", "deadline") if name in broken}
    return passed_on | {
        "name": f"{broken['name']}, {moment['name']}",
        "modes": ["sync", "async"],
        "requests": {request: broken["script"]},
        "undone": moment.get("undone", []) + ([request] if broken.get("undone") else []),
        "safety": SAFETY[request],
        "outcome": instead.get(outcome) or instead.get("any") or outcome,
    }


def load_sessions() -> list[Case]:
    """Every case of sessions.yaml: each break at each moment, and those that are like no other."""
    table = yaml.safe_load((FOLDER / "sessions.yaml").read_text(encoding="utf-8"))
    outcomes = Outcomes()
    faults = [session_fault(moment, broken) for moment in table["moments"] for broken in table["breaks"]]
    plain = {"modes": ["sync", "async"], "safety": "safe", "requests": {}}
    faults += [plain | fault for fault in table["faults"]]
    return [case for fault in faults for case in expand(fault, outcomes, MODES)]


def cuts(modes: tuple[str, ...], operations: tuple[str, ...]) -> list[Case]:
    """An answer that ends after each of its bytes, and one that does not."""
    outcomes = Outcomes()
    cases = []
    for operation in operations:
        length = len(answers.whole(operation))
        short = answers.whole(operation, headers={"Content-Length": len(answers.body(operation))})
        # A file is all alike inside: its head and the first and last of its bytes are enough.
        head = short.index(b"\r\n\r\n") + 4
        places = [place for place in range(length + 1) if place < head + 300 or place > length - 20]
        for place in places:
            fault = {
                "name": f"cut after {place} bytes",
                "script": ["read", {"answer": {"cut": place}}, "close"],
                "outcome": "fine" if place == length else "lost",
                "stream": "fine" if place == length else "lost" if place < head else "lost in the body",
                "retries": [0],
            }
            cases += expand({**fault, "operations": [operation]}, outcomes, modes)
    return cases


def choose(cases: list[Case], patterns: list[str] | None) -> list[Case]:
    if not patterns:
        return cases
    return [case for case in cases if any(fnmatch.fnmatch(case.name, f"*{pattern}*") for pattern in patterns)]


def is_apart(case: Case) -> bool:
    """A name that is looked up can leave a thread, which ends later and may not be taken for another fault's; what is
    cleaned up takes ten seconds."""
    return "host" in case.fault or "cleanup" in case.fault


def grouped(cases: list[Case], most: int = 12) -> list[list[Case]]:
    """Cases of one operation, each group for a process, whose start and end take longer than most calls."""
    groups: list[list[Case]] = []
    # What takes seconds is begun first, so that nothing waits for it in the end.
    for case in sorted(cases, key=lambda case: (not is_apart(case), case.operation)):
        last = groups[-1] if groups else []
        same = last and last[0].operation == case.operation and len(last) < most
        if same and (last[0].fault is case.fault or not (is_apart(case) or is_apart(last[0]))):
            last.append(case)
        else:
            groups.append([case])
    return groups
