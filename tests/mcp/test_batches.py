"""Several messages in one array: revision 2025-03-26 has them, and no other."""

from __future__ import annotations

import json
import time

import pytest
from harness import META, MODERN, Host
from test_http import Web, modern, sleeps

BATCHES = "2025-03-26"


def request(identity: object, method: str = "ping", **params: object) -> dict:
    return {"jsonrpc": "2.0", "id": identity, "method": method, "params": params}


def call(identity: object, command: str) -> dict:
    return request(identity, "tools/call", name="run", arguments={"command": command})


CANCEL = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": "slow"}}
HEADER = {"MCP-Protocol-Version": BATCHES}


def by_id(answers: list[dict]) -> dict:
    assert len({answer["id"] for answer in answers}) == len(answers)
    return {answer["id"]: answer for answer in answers}


@pytest.fixture
def batching(host):
    host.shake_hands(BATCHES)
    return host


@pytest.fixture(scope="module")
def web():
    with Web("--no-token") as made:
        yield made


def post(web: Web, message: object, headers: dict | None = None) -> tuple[int, object]:
    status, _, body = web.post(message, headers)
    return status, json.loads(body) if body else None


# ---- what is answered ----


def answers_over(kind: str, batching: Host, web: Web, messages: list) -> list[dict]:
    if kind == "stdio":
        batching.send(messages)
        return json.loads(batching.line())
    status, answers = post(web, messages, HEADER)
    assert status == 200
    return answers


both = pytest.mark.parametrize("kind", ["stdio", "http"])


@both
def test_one_array_answers_one_array(kind, batching, web):
    messages = [request(1), request("two", "tools/list"), CANCEL, request(3, "nonsense"), call(4, "echo hi")]
    answers = by_id(answers_over(kind, batching, web, messages))
    assert set(answers) == {1, "two", 3, 4}
    assert answers[1]["result"] == {}
    assert answers["two"]["result"]["tools"]
    assert answers[3]["error"]["code"] == -32601
    assert answers[4]["result"]["structuredContent"]["stdout"] == "hi\n"


@both
def test_calls_of_a_batch_run_at_once(kind, batching, web):
    answers_over(kind, batching, web, [call(0, "true")])
    begun = time.monotonic()
    answers = by_id(answers_over(kind, batching, web, [call(i, f"sleep 1; echo {i}") for i in range(1, 9)]))
    assert time.monotonic() - begun < 5
    for i in range(1, 9):
        assert answers[i]["result"]["structuredContent"]["stdout"] == f"{i}\n"


@both
@pytest.mark.parametrize(
    ("part", "identity"),
    [
        (request(7, "initialize", protocolVersion=BATCHES, capabilities={}, clientInfo={}), 7),
        (request(7, "tools/list", _meta=META), 7),
        ({"jsonrpc": "1.0", "id": 7, "method": "ping"}, 7),
        ({"jsonrpc": "2.0", "id": 7, "result": {}}, 7),
        ({"jsonrpc": "2.0", "id": None, "method": "ping"}, None),
        (1, None),
        ([request(7)], None),
        ([], None),
    ],
)
def test_a_part_that_is_wrong_spoils_no_other(kind, batching, web, part, identity):
    answers = by_id(answers_over(kind, batching, web, [request(1), part, request(2)]))
    assert answers[1]["result"] == answers[2]["result"] == {}
    assert answers[identity]["error"]["code"] == -32600
    assert len(answers) == 3


def test_no_answer_to_notifications(batching, web):
    broken = {"jsonrpc": "2.0", "method": "notifications/x", "params": []}
    batching.send([CANCEL, {"jsonrpc": "2.0", "method": "notifications/initialized"}, broken])
    assert batching.ask("ping")["result"] == {}
    assert post(web, [CANCEL, CANCEL], HEADER) == (202, None)


# ---- how much there may be ----


@both
def test_no_more_messages_than_a_number(kind, batching, web):
    messages = [request(i) for i in range(100)]
    assert len(by_id(answers_over(kind, batching, web, messages))) == 100
    messages.append(CANCEL)
    if kind == "stdio":
        batching.send(messages)
        answer = batching.message()
    else:
        status, answer = post(web, messages, HEADER)
        assert status == 400
    assert (answer["id"], answer["error"]["code"]) == (None, -32600)
    assert "100" in answer["error"]["message"]


@both
def test_answers_that_are_too_large_together(kind, batching, web):
    """11 MiB each, in base64: one of them fits."""
    made = answers_over(kind, batching, web, [call(0, "head -c 8388608 /dev/zero | tr '\\0' '\\377' > /data/bytes")])
    uri = f"sandbox://{made[0]['result']['structuredContent']['sandbox_id']}/data/bytes"
    reads = [request(i, "resources/read", uri=uri) for i in range(1, 4)]
    answers = by_id(answers_over(kind, batching, web, [*reads, request(4)]))
    assert set(answers) == {1, 2, 3, 4}
    assert answers[4]["result"] == {}
    refused = [answers[i]["error"] for i in range(1, 4) if "error" in answers[i]]
    assert [error["code"] for error in refused] == [-32603, -32603]
    assert all("16 MiB" in error["message"] for error in refused)


# ---- cancelling ----


def wait_for_sleep(host: Host, runs: bool) -> None:
    """Until it runs, or does not any more."""
    deadline = time.monotonic() + 20
    while ("sleep" in host.call("run", command="cat /proc/[0-9]*/comm")["structuredContent"]["stdout"].split()) != runs:
        assert time.monotonic() < deadline


@pytest.mark.parametrize("message", [CANCEL, [CANCEL]])
def test_a_call_of_a_batch_is_cancelled(batching, message):
    batching.send([call("slow", "sleep 61")])
    wait_for_sleep(batching, runs=True)
    batching.send(message)
    wait_for_sleep(batching, runs=False)


def test_a_call_that_came_alone_is_cancelled_by_a_batch(batching):
    batching.send(call("slow", "sleep 62"))
    wait_for_sleep(batching, runs=True)
    batching.send([CANCEL, request(1)])
    assert by_id(json.loads(batching.line()))[1]["result"] == {}
    wait_for_sleep(batching, runs=False)


def test_the_others_are_answered(batching):
    batching.call("run", command="true")
    batching.send([call("slow", "sleep 63"), call("quick", "echo quick"), CANCEL])
    (answer,) = json.loads(batching.line())
    assert answer["id"] == "quick"


def test_a_client_that_goes_away(web):
    """A lost connection cancels nothing in these revisions, and what is answered afterwards is of no harm."""
    post(web, [call(1, "true")], HEADER)
    connection = web.connect()
    parts = [call(i, f"sleep 5; sleep {seconds}; true") for i, seconds in ((1, 63), (2, 64), (3, 1))]
    web.send(connection, [*parts, request(4)], HEADER)
    deadline = time.monotonic() + 20
    while not sleeps(web, 5):
        assert time.monotonic() < deadline
    connection.close()
    deadline = time.monotonic() + 20
    while not (sleeps(web, 63) and sleeps(web, 64)):
        assert time.monotonic() < deadline
    time.sleep(2)
    assert post(web, [request(1)], HEADER) == (200, [{"jsonrpc": "2.0", "id": 1, "result": {}}])


def test_progress_comes_before_the_array(batching):
    slow = call("slow", "echo 1; sleep 1; echo 2; sleep 1")
    slow["params"]["_meta"] = {"progressToken": "p"}
    batching.send([slow, request(1)])
    told = []
    while isinstance(message := json.loads(batching.line()), dict):
        assert message["method"] == "notifications/progress"
        told.append(message["params"]["message"])
    assert "1" in "".join(told)
    assert set(by_id(message)) == {"slow", 1}


def test_the_input_ends_in_the_middle(batching):
    batching.send([call(1, "sleep 65"), request(2)])
    status, _, errors = batching.end()
    assert (status, errors) == (0, "")


# ---- where there are none ----


@pytest.mark.parametrize("version", ["2025-11-25", "2025-06-18", "2024-11-05"])
def test_other_revisions_have_none(host, web, version):
    host.shake_hands(version)
    assert host.error(json.dumps([request(1)]).encode()) == (None, -32600)
    assert host.ask("ping")["result"] == {}
    status, answer = post(web, [request(1)], {"MCP-Protocol-Version": version})
    assert (status, answer["id"], answer["error"]["code"]) == (400, None, -32600)


def test_the_stateless_revision_has_none(batching, web):
    message, headers = modern("ping")
    for given in (headers, {"MCP-Protocol-Version": MODERN}):
        status, answer = post(web, [message], given)
        assert (status, answer["error"]["code"]) == (400, -32600)
    batching.send([message])
    (answer,) = json.loads(batching.line())
    assert answer["error"]["code"] == -32600


def test_before_the_handshake_there_is_none(host):
    assert host.error(json.dumps([request(1)]).encode()) == (None, -32600)


def test_without_a_header_it_is_of_that_revision(web):
    assert post(web, [request(1)]) == (200, [{"jsonrpc": "2.0", "id": 1, "result": {}}])


@both
def test_an_empty_one(kind, batching, web):
    if kind == "stdio":
        assert batching.error(b"[]") == (None, -32600)
    else:
        status, answer = post(web, [], HEADER)
        assert (status, answer["error"]["code"]) == (400, -32600)
