"""What schemathesis is told of a running server: ids that are there, commands that do no harm, and what its errors are.

Runs in the environment of schema_environment.py, not in that of the tests. The server's URL and key are in the
environment, as SCHEMA_URL and SCHEMA_KEY. What was asked, and how it was answered, goes to the file SCHEMA_ASKED.
"""

from __future__ import annotations

import atexit
import collections
import itertools
import json
import os
import zlib
from pathlib import Path

import requests
import schemathesis
from error_table import check_error
from schemathesis.core import NotSet

URL = os.environ["SCHEMA_URL"]
KEY = {"x-api-key": os.environ["SCHEMA_KEY"]}
KEPT = 4
HARMLESS = ["true", "exit 3", "echo hello", "printf '\\377\\0' >&2", "cat", "ls -la /data", "kill -9 $$"]

numbers = itertools.count(1)
asked: collections.Counter = collections.Counter()
session = requests.Session()
session.trust_env = False
session.headers.update(KEY)


# ---- sandboxes and volumes to ask for ----


class Pool:
    """Some that exist. Whatever deletes them, they are there again for the next request."""

    def __init__(self, kind: str):
        self.kind = kind
        self.ids: list[str] = []

    def fill(self) -> None:
        while len(self.ids) < KEPT:
            name = f"schema-{os.getpid()}-{next(numbers)}"
            answer = session.post(f"{URL}/v1/{self.kind}/create", json={"name": name}, timeout=60)
            if answer.status_code == 403 and answer.json()["error"]["type"] == "limit_reached":
                session.delete(f"{URL}/v1/{self.kind}/delete-all", timeout=120).raise_for_status()
                continue
            answer.raise_for_status()
            self.ids.append(answer.json()["id"])
            if self.kind == "sandboxes":
                put_file(self.ids[-1])

    def one(self, number: int) -> str:
        self.fill()
        return self.ids[number % len(self.ids)]

    def forget(self, identifier: str | None) -> None:
        self.ids = [each for each in self.ids if identifier not in (None, each)]


def put_file(sandbox: str) -> None:
    session.post(
        f"{URL}/v1/sandboxes/{sandbox}/upload",
        files={"path": (None, "/data/myfile.txt"), "file": ("f", b"some bytes" * 30)},
        timeout=60,
    ).raise_for_status()


POOLS = {kind: Pool(kind) for kind in ("sandboxes", "volumes")}


def draw(case) -> int:
    """The same for the same case: schemathesis repeats one that has failed."""
    return zlib.crc32(repr((case.method, case.path, case.path_parameters, case.query, case.body)).encode())


@schemathesis.hook
def before_call(context, case, kwargs):
    kind = case.path.split("/")[2]
    number = draw(case)
    if "id" in (case.path_parameters or {}) and kind in POOLS and number % 8:
        case.path_parameters["id"] = POOLS[kind].one(number >> 3)
    body = case.body
    if case.path.endswith("/execute") and isinstance(body, dict) and is_command(body.get("command")):
        body["command"] = HARMLESS[(number >> 8) % len(HARMLESS)]
    if case.path.endswith("/download") and number % 3 and isinstance((case.query or {}).get("path"), str):
        case.query["path"] = ["/data/myfile.txt", "/data/myfile.txt", "/data"][(number >> 8) % 3]


def is_command(value) -> bool:
    return isinstance(value, str) and "\0" not in value and len(value.encode(errors="replace")) < 131072


@schemathesis.hook
def after_call(context, case, response):
    asked[f"{case.method.upper()} {case.path} {response.status_code}"] += 1
    if response.status_code >= 400 or case.method != "DELETE":
        return
    kind = case.path.split("/")[2]
    POOLS[kind].forget((case.path_parameters or {}).get("id"))


@atexit.register
def tell_what_was_asked() -> None:
    """Of the document, without what was asked here for there to be something to ask for."""
    Path(os.environ["SCHEMA_ASKED"]).write_text(json.dumps(asked))


# ---- what every answer has to be ----


@schemathesis.check
def documented_answer(context, response, case):
    """A status that this operation may answer with, the type of error that docs/server.md has for it, and the cause
    in words."""
    assert "x-request-id" in response.headers, "an answer without X-Request-Id"
    if response.status_code < 400 or case.method == "HEAD":
        return
    assert response.headers["content-type"] == ["application/json"], response.headers["content-type"]
    error = response.json()["error"]
    check_error(operation_of(case), response.status_code, error["type"])
    assert error["message"], "an error without a cause"
    if response.status_code == 422 and isinstance(case.body, dict):
        assert error.get("field"), "a 422 that names no field"


def operation_of(case) -> str | None:
    """None where it was asked by a method that the document does not have."""
    operation = case.operation
    return operation.definition.raw["operationId"] if case.method.upper() == operation.method.upper() else None


# Of what JSON allows this much is refused whatever it is for: docs/server.md, "Errors".
NOT_TAKEN = ("a member's name with a NUL", "nest", "a number that is too large", "an integer of too many digits")


@schemathesis.hook
def filter_failure(context, failure, case, response):
    kind = type(failure).__name__
    if kind == "RejectedPositiveData" and has_nul_in_a_header(response.request.body):
        return False
    if kind == "RejectedPositiveData":
        return not (response.status_code == 400 and any(each in response.text for each in NOT_TAKEN))
    if kind == "AcceptedNegativeData":
        return not is_no_fault(case)
    return True


def has_nul_in_a_header(body: bytes | str | None) -> bool:
    """Of a part of a form: its name may be anything, but no header has a NUL (RFC 9110, section 5.5)."""
    lines = body.split(b"\r\n") if isinstance(body, bytes) else []
    return any(b"\0" in line for line in lines if line.lower().startswith(b"content-disposition:"))


def is_no_fault(case) -> bool:
    """A form's parts are text, so that a number in one is a text; and nothing at all is as good as `{}`."""
    return case.path.endswith("/upload") or isinstance(case.body, NotSet)
