"""The suite must see what is wrong: each check fails once here."""

from __future__ import annotations

import itertools
import socket
import threading
from pathlib import Path

import pytest
from harness import answers, cases, compare
from harness.runner import Result, Runner, judge
from harness.script import Connection, Request
from harness.world import OLD, TREE, World, write_tree

GOOD = {
    "code": "connection", "error_code": "connection", "http_status": 0, "attempts": 1, "outcome_unknown": True,
    "retryable": True, "message": "Connection error.", "outputs_touched": False, "answer": None, "elapsed": 0.1,
    "descriptors_left": 0, "threads_left": 0, "closing": 0.0, "afterwards": "ok", "log": [],
}  # fmt: skip


def case_of(fault: str, operation: str, retries: int = 0) -> cases.Case:
    wanted = f"{fault} / {operation} / sync / {retries} retries"
    return next(case for case in cases.load() if case.name == wanted)


KEY = compare.KEY.encode()


class Seen:
    """A server, as far as a comparison looks at it."""

    def __init__(self, *requests: Request) -> None:
        self.requests = list(requests)
        self.problems: list[str] = []
        self.world: World | None = None


def request(**changed: object) -> Request:
    values = {"operation": "execute", "head": b"POST / HTTP/1.1\r\nx-api-key: " + KEY, "whole": True}
    return Request(1, **{**values, **changed})


def differences(folder: Path, case: cases.Case | None = None, seen: Seen | None = None, **changed: object) -> list[str]:
    case = case or case_of("reset after the request", "execute")
    return compare.compare(case, {**GOOD, **changed}, seen or Seen(request()), folder)


def test_what_is_right_has_no_differences(tmp_path: Path) -> None:
    assert differences(tmp_path) == []


@pytest.mark.parametrize(
    ("changed", "seen"),
    [
        ({"code": "timeout", "error_code": "timeout"}, "code is timeout"),
        ({"error_code": "timeout"}, "the error is timeout and the status connection"),
        ({"attempts": 2}, "there were 2 attempts"),
        ({"outcome_unknown": False}, "outcome_unknown is False"),
        ({"retryable": False}, "retryable is False"),
        ({"outputs_touched": True}, "wrote to its output"),
        ({"message": ""}, "no message"),
        ({"descriptors_left": 1}, "1 descriptors left"),
        ({"threads_left": 1}, "1 threads left"),
        ({"closing": 1.0}, "closing the client took"),
        ({"log": [f"Sending {compare.KEY}"]}, f"{compare.KEY} is in log"),
        ({"message": "lost canary-body-3f9c1d"}, "canary-body-3f9c1d is in message"),
        ({"afterwards": "Connection error."}, "the call afterwards failed"),
    ],
)
def test_each_difference_is_seen(tmp_path: Path, changed: dict, seen: str) -> None:
    assert any(seen in line for line in differences(tmp_path, **changed))


def test_the_server_is_believed_more_than_the_table(tmp_path: Path) -> None:
    case = case_of("refused", "execute")
    said = differences(tmp_path, case, Seen(request()), outcome_unknown=False)
    assert said == ["the server has the whole request, and the error says that it was not carried out"]
    twice = differences(tmp_path, None, Seen(request(), request()))
    assert "the server was sent the request 2 times" in twice


def test_keys_must_stay_the_same(tmp_path: Path) -> None:
    first, second = (
        request(head=b"POST / HTTP/1.1\r\nx-api-key: %s\r\nIdempotency-Key: %d\r\n\r\n" % (KEY, n)) for n in (1, 2)
    )
    assert "the attempts had different idempotency keys" in differences(tmp_path, None, Seen(first, second))


def test_half_a_file_is_seen(tmp_path: Path) -> None:
    case = case_of("closed in the body", "download")
    said = {"outcome_unknown": False}
    assert differences(tmp_path, case, Seen(), **said) == []
    (tmp_path / "file").write_bytes(b"half")
    assert differences(tmp_path, case, Seen(), **said) == ["the call failed, and there is file with 4 bytes"]


def test_a_file_with_other_bytes_is_seen(tmp_path: Path) -> None:
    case = case_of("chunks", "download")
    said = {"code": "ok", "http_status": 200, "outcome_unknown": False, "retryable": False}
    (tmp_path / "file").write_bytes(answers.FILE)
    assert differences(tmp_path, case, Seen(), **said) == []
    (tmp_path / "file").write_bytes(answers.FILE[:-1] + b"?")
    assert len(differences(tmp_path, case, Seen(), **said)) == 1


def session_case_of(name: str, operation: str) -> cases.Case:
    wanted = f"{name} / {operation} / sync / 0 retries"
    return next(case for case in cases.load_sessions() if case.name == wanted)


FETCHED = "a reset in the body, as the archive is fetched"


@pytest.mark.parametrize(
    ("operation", "file", "content", "seen"),
    [
        ("session_download", "a", b"half", "there should be []"),
        ("session_download_into", "a", b"half", "file/a is not whole"),
        ("session_download_into", ".a.part", b"", "file/.a.part is not whole"),
        ("session_download_into", "../outside", b"out", "outside is not whole"),
        ("session_download_into", "a", None, "file/a is gone"),
        ("session_download_into", "a", TREE["a"], None),
    ],
)
def test_half_a_directory_is_seen(
    tmp_path: Path, operation: str, file: str, content: bytes | None, seen: str | None
) -> None:
    target = write_tree(tmp_path / "file", OLD if operation.endswith("into") else {})
    (target / file).unlink(missing_ok=True)
    if content is not None:
        (target / file).write_bytes(content)
    found = differences(tmp_path, session_case_of(FETCHED, operation), Seen(), outcome_unknown=False)
    assert (seen in found[0]) if seen else found == []


def test_what_is_left_at_a_server_is_seen(tmp_path: Path) -> None:
    case = session_case_of(
        "a reset after the request, as a sandbox is created that is then not there", "session_create"
    )
    seen = Seen(request(operation="create", body=b"{}"), request(operation="create", body=b"{}"))
    seen.world = World(case.fault)
    seen.world.take("list", b"", b"")
    assert differences(tmp_path, case, seen) == ["what could be done twice was sent twice"]
    seen = Seen(request(operation="create", body=b'{"name": "one"}'))
    seen.world = World({"requests": {}})
    seen.world.take("create", b"", b'{"name": "one"}')
    seen.world.take("upload", b"", b"/tmp/.sandbox-sdk-0123456789abcdef.tar")
    assert differences(tmp_path, case, seen) == ["the sandbox is left", "the archive is left in the sandbox"]


def test_a_late_call_runs_again_alone(capsys: pytest.CaptureFixture) -> None:
    late = Result(case_of("refused", "list"), [], ["it ended 300 ms after its deadline of 2 s"])
    runner = object.__new__(Runner)
    tries = iter([[late], [Result(late.case)]])
    runner.run_safely = lambda group: next(tries)
    assert runner.run_alone(late).late == []
    assert capsys.readouterr().out.count("again, alone: refused / list") == 2
    runner.run_safely = lambda group: [late]
    assert runner.run_alone(late).late


def test_a_call_whose_deadline_came_first_is_late() -> None:
    case = case_of("refused", "list")
    said = {"code": "timeout", "elapsed": 0.1}
    assert judge(case, said, ["code is timeout, not connection"]).late == ["code is timeout, not connection"]
    said["code"] = "not_found"
    assert judge(case, said, ["code is not_found, not connection"]).differences == ["code is not_found, not connection"]


def test_tables_are_complete() -> None:
    known = cases.load()
    names = [case.name for case in known]
    assert len(names) == len(set(names))
    assert len({case.fault["name"] for case in known}) >= 48
    assert {case.operation for case in known} == set(cases.Outcomes().class_of)


def test_tables_of_sessions_are_complete() -> None:
    known = cases.load_sessions()
    names = [case.name for case in known]
    assert len(names) == len(set(names))
    several = {"session_create", "session_upload", "session_download", "session_download_into", "session_free"}
    assert {(case.operation, case.mode) for case in known} == set(itertools.product(several, ("sync", "async")))


def test_a_word_that_nobody_knows_is_refused() -> None:
    with pytest.raises(cases.CaseError, match="no key is called outcom"):
        cases.expand({"name": "x", "outcom": "fine"}, cases.Outcomes(), cases.MODES)
    with pytest.raises(cases.CaseError, match="no outcome is called 'splendid'"):
        cases.expand({"name": "x", "outcome": "splendid"}, cases.Outcomes(), cases.MODES)


def test_groups_are_of_one_operation_and_what_takes_long_is_begun_first() -> None:
    known = cases.load() + cases.load_sessions() + cases.cuts(cases.MODES, ("list", "delete"))
    groups = cases.grouped(known)
    assert sorted(case.name for group in groups for case in group) == sorted(case.name for case in known)
    for group in groups:
        assert len({case.operation for case in group}) == 1
        assert not cases.is_apart(group[0]) or len({case.fault["name"] for case in group}) == 1
    apart = [cases.is_apart(group[0]) for group in groups]
    assert apart == sorted(apart, reverse=True)
    assert 0 < sum(apart) < len(apart)


def play(script: list, sent: bytes) -> tuple[bytes, list[Request]]:
    """What a client gets that sends these bytes and reads to the end."""
    ours, theirs = socket.socketpair()
    requests: list[Request] = []
    connection = Connection(1, theirs, "list", threading.Event(), requests)
    thread = threading.Thread(target=connection.play, args=(script,))
    thread.start()
    ours.sendall(sent)
    got = b""
    while piece := ours.recv(65536):
        got += piece
    ours.close()
    thread.join()
    return got, requests


def test_a_script_answers_and_cuts() -> None:
    head = b"POST /v1/sandboxes/x/execute HTTP/1.1\r\nContent-Length: 2\r\n\r\n"
    whole = answers.whole("execute")
    got, requests = play(["read", "answer", {"read": "head"}, {"answer": {"cut": 20}}], head + b"{}" + head)
    assert got == whole + whole[:20]
    assert [request.whole for request in requests] == [True, False]
    assert [request.answered for request in requests] == [True, False]
