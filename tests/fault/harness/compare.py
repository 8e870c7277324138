"""What a case expects against what happened."""

from __future__ import annotations

import json
import secrets
from pathlib import Path

from . import answers
from .cases import Case, Expected
from .script import Request
from .server import Server
from .world import OLD, TREE, World, read_tree

# What must be seen on the wire and nowhere else; the last is in driver/subject.c.
KEY = f"canary-key-{secrets.token_hex(8)}"
PASSWORD = "canary-password-51aa"
BODY = "canary-body-3f9c1d"
MARKS = (KEY, PASSWORD, BODY)
# How much later than its deadline a call may end, in seconds.
GRACE = 0.1
LONGEST_CLOSING = 0.5
# How many look-ups of earlier calls may have ended during one.
LONGEST_QUEUE = 20


def of_outcome(expected: Expected, said: dict) -> list[str]:
    wanted = {
        "code": expected.code,
        "outcome_unknown": expected.outcome_unknown,
        "retryable": expected.retryable,
    }
    if expected.http_status is not None:
        wanted["http_status"] = expected.http_status
    differences = [f"{name} is {said[name]}, not {value}" for name, value in wanted.items() if said[name] != value]
    if said["attempts"] not in expected.attempts:
        differences.append(
            f"there were {said['attempts']} attempts, not {expected.attempts[0]} to {expected.attempts[-1]}"
        )
    return differences


def of_error(said: dict) -> list[str]:
    """What holds for every error."""
    differences = []
    if said["code"] == "ok":
        return differences
    if said["error_code"] != said["code"]:
        differences.append(f"the error is {said['error_code']} and the status {said['code']}")
    if said["outputs_touched"]:
        differences.append("a failed call wrote to its output")
    if not said["message"]:
        differences.append("the error has no message")
    return differences


def of_file(case: Case, folder: Path, said: dict) -> list[str]:
    """A download is there whole or not at all, and nothing lies beside it."""
    files = read_tree(folder)
    if case.operation.startswith("session_download"):
        return of_directory(case, files, said)
    if answers.plain(case.operation) != "download" or case.operation == "download_once":
        return [f"there is a file {name}" for name in files]
    if said["code"] != "ok":
        return [f"the call failed, and there is {name} with {len(data)} bytes" for name, data in files.items()]
    if set(files) != {"file"}:
        return [f"there should be one file and there are {sorted(files)}"]
    if "gzip bomb" not in case.fault["name"] and files["file"] != answers.FILE:
        return [f"the file has {len(files['file'])} bytes that are not the right ones"]
    return []


def in_target(tree: dict) -> dict:
    return {f"file/{name}": content for name, content in tree.items()}


def of_directory(case: Case, files: dict, said: dict) -> list[str]:
    """A directory is there whole or not at all; in one that was there each file is the old one or the new one."""
    before = in_target(OLD) if case.operation == "session_download_into" else {}
    wanted = before | in_target(TREE) if said["code"] == "ok" else before
    if said["code"] == "ok" or not before:
        return [] if files == wanted else [f"there should be {sorted(wanted)}, and there are {sorted(files)}"]
    new = in_target(TREE | {"way": "below"})
    good = {name: [content[name] for content in (before, new) if name in content] for name in before | new}
    gone = [f"{name} is gone" for name in before if name not in files]
    return gone + [f"{name} is not whole" for name, content in files.items() if content not in good.get(name, [])]


def of_answer(case: Case, said: dict) -> list[str]:
    """A success has the answer that the server gave."""
    operation = answers.plain(case.operation)
    any_answer = any(expected.any_answer for expected in case.expected)
    if said["code"] != "ok" or operation not in answers.JSON or any_answer:
        return []
    return [] if said["answer"] == answers.JSON[operation] else [f"the answer is {said['answer']}"]


def of_server(case: Case, server: Server, said: dict) -> list[str]:
    """The flag and the attempts against what the server has seen, whatever the tables say."""
    # Another program on this machine may have meant another server, which had the port before.
    mine = [request for request in server.requests if request.header("x-api-key") == KEY]
    mine = mine[1:] if "before" in case.fault else mine
    whole = [request for request in mine if request.whole and not request.answered]
    if server.world:
        return of_world(case, server.world, mine, said) + server.problems
    differences = []
    doubtful = said["code"] in ("connection", "timeout") and case.safety != "safe"
    if doubtful and whole and not said["outcome_unknown"]:
        differences.append("the server has the whole request, and the error says that it was not carried out")
    if said["code"] in ("connection", "timeout") and case.safety == "unsafe" and len(whole) > 1:
        differences.append(f"the server was sent the request {len(whole)} times")
    if len(mine) > said["attempts"] and not case.fault.get("uncounted"):
        differences.append(f"the server saw {len(mine)} requests, and the call says {said['attempts']} attempts")
    keys = {request.header("idempotency-key") for request in mine if request.head}
    if len(keys) > 1:
        differences.append("the attempts had different idempotency keys")
    return differences + server.problems


def of_world(case: Case, world: World, requests: list[Request], said: dict) -> list[str]:
    """Nothing that could be removed is left, and no command or creation was sent twice without an answer."""
    differences = []
    wanted = case.operation == "session_create" and said["code"] == "ok"
    if world.exists != wanted and not case.fault.get("left"):
        differences.append("there is no sandbox" if wanted else "the sandbox is left")
    if world.archives and not case.fault.get("left"):
        differences.append("the archive is left in the sandbox")
    open_ended = [r.body for r in requests if r.operation in ("create", "execute") and r.whole and not r.answered]
    if said["code"] in ("connection", "timeout") and len(open_ended) > len(set(open_ended)):
        differences.append("what could be done twice was sent twice")
    return differences


def of_leftovers(case: Case, said: dict) -> list[str]:
    """Nothing is left of a client that was freed; libcurl's resolver may still be waiting for its answer."""
    waiting = range(-LONGEST_QUEUE, said["attempts"] + 1) if case.fault.get("resolver_left") else range(1)
    differences = [
        f"{said[name]} {name.replace('_', ' ')}"
        for name in ("descriptors_left", "threads_left")
        if said[name] not in waiting
    ]
    if said["closing"] > LONGEST_CLOSING:
        differences.append(f"closing the client took {said['closing']:.3f} s")
    return differences


def of_canary(case: Case, said: dict) -> list[str]:
    """Neither key nor password nor body are in the log or an error, except a body that the server says back."""
    found = [f"{mark} is in {name}" for mark in MARKS for name, value in said.items() if mark in json.dumps(value)]
    if case.fault.get("says_body_back"):
        found = [line for line in found if line not in (f"{BODY} is in message", f"{BODY} is in error")]
    return found


def of_time(case: Case, said: dict) -> list[str]:
    late = said["elapsed"] - case.latest
    return [f"it ended {late * 1000:.0f} ms after its deadline of {case.latest} s"] if late > GRACE else []


def ran_out_of_time(case: Case, said: dict) -> bool:
    """The deadline came before what should have ended the call."""
    return said["code"] == "timeout" and all(expected.code != "timeout" for expected in case.expected)


def compare(case: Case, said: dict, server: Server, folder: Path) -> list[str]:
    """All that is wrong but the time."""
    if "client_error" in said:
        return [f"there is no client: {said['client_error']}"]
    outcomes = [of_outcome(expected, said) for expected in case.expected]
    differences = min(outcomes, key=len)
    differences = differences + of_error(said) + of_file(case, folder, said) + of_answer(case, said)
    differences += of_server(case, server, said) + of_leftovers(case, said)
    differences += of_canary(case, said)
    for name in ("before", "afterwards"):
        if said.get(name, "ok") != "ok":
            differences.append(f"the call {name} failed: {said[name]}")
    return differences
