"""Idempotency-Key: one request is run once, and its answer given again."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import io
import itertools
import json
import os
import sqlite3
import subprocess
import sys
import tarfile
import threading
import time

import pytest
from harness import IS_ROOT, Answer, form, marker, short, sleepers, stopped_keeper, wait_until

_numbers = itertools.count()

STREAM = "text/event-stream"


def new_key() -> str:
    return f"key-{os.getpid()}-{next(_numbers)}"


def post(server, path: str, body=None, key: str | None = None, **headers) -> Answer:
    if key is not None:
        headers["Idempotency-Key"] = key
    return server.call("POST", path, body, headers)


def execute(server, sandbox, command: str, key: str, accept: str = "application/json", **params) -> Answer:
    path = f"/v1/sandboxes/{sandbox['id']}/execute"
    return post(server, path, {"command": command, **params}, key, Accept=accept)


@contextlib.contextmanager
def begun(server, sandbox, command: str, key: str, accept: str = "application/json"):
    """An execution of which nobody has read the answer yet."""
    connection = server.connection(timeout=60)
    headers = {"Idempotency-Key": key, "Accept": accept}
    server.send(connection, "POST", f"/v1/sandboxes/{sandbox['id']}/execute", {"command": command}, headers)
    yield connection
    connection.close()


def is_replay(answer: Answer) -> bool:
    return answer.headers["Idempotency-Replayed"] == "true"


def same(first: Answer, second: Answer) -> bool:
    """Whether the second is the first one given again."""
    assert not is_replay(first)
    assert is_replay(second)
    kinds = first.headers["Content-Type"], second.headers["Content-Type"]
    return (first.status, first.body) == (second.status, second.body) and kinds[0] == kinds[1]


# ---- the same request ----


def test_create(server):
    key, before = new_key(), len(server.list())
    answers = [post(server, "/v1/sandboxes/create", {"name": key}, key) for _ in range(4)]
    assert answers[0].status == 200
    assert all(same(answers[0], again) for again in answers[1:])
    assert len(server.list()) == before + 1
    assert server.call("DELETE", f"/v1/sandboxes/{answers[0].json['id']}/delete").status == 200
    assert same(answers[0], post(server, "/v1/sandboxes/create", {"name": key}, key)), "it stays the first answer"


def test_execute(server, sandbox):
    key = new_key()
    answers = [execute(server, sandbox, "echo x >> /data/f; echo out; echo err >&2; exit 3", key) for _ in range(3)]
    assert answers[0].json["exit_code"] == 3
    assert all(same(answers[0], again) for again in answers[1:])
    assert server.output(sandbox, "cat /data/f") == "x\n"


def test_without_a_body(server):
    key = new_key()
    first = post(server, "/v1/sandboxes/create", None, key)
    assert same(first, post(server, "/v1/sandboxes/create", None, key))
    path = f"/v1/sandboxes/{first.json['id']}/delete"
    headers = {"Idempotency-Key": new_key()}
    deleted = server.call("DELETE", path, headers=headers)
    assert deleted.status == 200
    assert same(deleted, server.call("DELETE", path, headers=headers))
    assert server.call("DELETE", path).status == 404


def test_two_keys_are_two_requests(server, sandbox):
    for _ in range(2):
        assert not is_replay(execute(server, sandbox, "echo x >> /data/f", new_key()))
    assert server.output(sandbox, "cat /data/f") == "x\nx\n"


def test_errors_that_come_from_having_tried_are_answers(server):
    key = new_key()
    path = "/v1/sandboxes/sbx-nothing/execute"
    first = post(server, path, {"command": "true"}, key)
    assert first.status == 404
    again = post(server, path, {"command": "true"}, key)
    assert same(first, again)
    assert again.headers["X-Should-Retry"] == "false"
    name = {"name": new_key()}
    assert post(server, "/v1/sandboxes/create", name).status == 200
    taken = post(server, "/v1/sandboxes/create", name, key + "n")
    assert taken.status == 409
    assert same(taken, post(server, "/v1/sandboxes/create", name, key + "n"))


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_after_a_restart(start, directories, end):
    state, key = str(directories.new()), new_key()
    server = start("--state", state)
    sandbox = server.create()
    first = execute(server, sandbox, "echo x >> /data/f; cat /data/f", key)
    created = post(server, "/v1/sandboxes/create", {}, key + "c")
    getattr(server, end)()
    again = start("--state", state)
    assert same(first, execute(again, sandbox, "echo x >> /data/f; cat /data/f", key))
    assert same(created, post(again, "/v1/sandboxes/create", {}, key + "c"))
    assert again.output(sandbox, "cat /data/f") == "x\n"
    assert len(again.list()) == 2


def test_what_a_kill_interrupted_is_not_run_again(start, directories, mark):
    state, key = str(directories.new()), new_key()
    server = start("--state", state)
    sandbox = server.create()
    command = f"echo x >> /data/f; sleep {mark}"
    with begun(server, sandbox, command, key):
        assert wait_until(lambda: sleepers(mark))
        server.kill()
    again = start("--state", state)
    for _ in range(2):
        answer = execute(again, sandbox, command, key)
        assert (answer.status, answer.error["type"], answer.error["field"]) == (409, "conflict", "Idempotency-Key")
        assert "interrupted" in answer.error["message"]
        assert answer.headers["X-Should-Retry"] == "false"
    assert execute(again, sandbox, "other", key).status == 422
    assert again.output(sandbox, "cat /data/f") == "x\n"


# ---- at the same time ----


def test_a_second_caller_waits_for_the_first(server, sandbox):
    key = new_key()
    command = "echo x >> /data/f; until test -e /data/go; do sleep 0.05; done; cat /data/f"
    with contextlib.ExitStack() as stack:
        callers = [stack.enter_context(begun(server, sandbox, command, key)) for _ in range(5)]
        assert wait_until(lambda: server.download(sandbox, "/data/f").status == 200)
        server.upload(sandbox, "/data/go", b"")
        answers = [Answer(caller.getresponse()) for caller in callers]
    assert {answer.body for answer in answers} == {answers[0].body}
    assert sorted(is_replay(answer) for answer in answers) == [False, True, True, True, True]
    assert answers[0].json["stdout"] == "x\n"


def test_many_at_once_make_one(server):
    key, name = new_key(), new_key()
    answers = []

    def create():
        answers.append(post(server, "/v1/sandboxes/create", {"name": name}, key))

    threads = [threading.Thread(target=create) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status for answer in answers} == {200}
    assert len({answer.body for answer in answers}) == 1
    assert sum(not is_replay(answer) for answer in answers) == 1


def descriptors(server) -> int:
    text = server.call("GET", "/metrics").body.decode()
    return int(text.split("\nprocess_open_fds ")[1].split()[0])


def test_who_waits_and_goes_away_is_gone(start, mark):
    server = start("--ephemeral")
    sandbox, key = server.create(), new_key()
    with begun(server, sandbox, f"sleep {mark}", key):
        assert wait_until(lambda: sleepers(mark))
        before = descriptors(server)
        with contextlib.ExitStack() as stack:
            for _ in range(5):
                stack.enter_context(begun(server, sandbox, f"sleep {mark}", key))
            assert wait_until(lambda: descriptors(server) >= before + 10)
        assert wait_until(lambda: descriptors(server) <= before)
        assert len(sleepers(mark)) == 1


def test_stopping_ends_the_wait(start, mark):
    server = start("--ephemeral", "--grace=0")
    sandbox, key = server.create(), new_key()
    with begun(server, sandbox, f"sleep {mark}", key) as first:
        assert wait_until(lambda: sleepers(mark))
        before = descriptors(server)
        with begun(server, sandbox, f"sleep {mark}", key) as second:
            assert wait_until(lambda: descriptors(server) >= before + 2)
            stopping = threading.Thread(target=server.stop)
            stopping.start()
            assert Answer(first.getresponse()).json["status"] == "error"
            answer = Answer(second.getresponse())
            # It may see the end of the run first.
            assert answer.status == 503 or answer.json["status"] == "error"
            stopping.join()


def test_what_a_stop_kept_from_being_made_is_made_later(start, directories):
    """Nothing was wrong with the requests that were waiting: their keys are free."""
    state = str(directories.new())
    server = start("--state", state, "--grace", "0")
    keys = [new_key() for _ in range(40)]
    with stopped_keeper(server), contextlib.ExitStack() as stack:
        connections = [stack.enter_context(contextlib.closing(server.connection())) for _ in keys]
        for connection, key in zip(connections, keys, strict=True):
            server.send(connection, "POST", "/v1/sandboxes/create", {}, {"Idempotency-Key": key})
        # Each is about to be made, or waits for its turn.
        time.sleep(0.5)
        server.stop()
        answers = [Answer(connection.getresponse()) for connection in connections]
        assert {(answer.status, answer.error["message"]) for answer in answers} == {(503, "the server is stopping")}
    server = start("--state", state)
    answers = [post(server, "/v1/sandboxes/create", {}, key) for key in keys]
    assert [answer.status for answer in answers] == [200] * len(keys), answers[0].body
    assert len(server.list()) == len(keys)


# ---- a client that goes away ----


@pytest.mark.parametrize("again", ["application/json", "text/event-stream"])
def test_who_comes_back_finds_its_command(server, sandbox, again):
    key = new_key()
    command = "echo x >> /data/f; until test -e /data/go; do sleep 0.05; done; echo done"
    with begun(server, sandbox, command, key):
        assert wait_until(lambda: server.download(sandbox, "/data/f").status == 200)
    time.sleep(0.5)
    with begun(server, sandbox, command, key, again) as second:
        time.sleep(0.2)
        server.upload(sandbox, "/data/go", b"")
        answer = Answer(second.getresponse())
    assert is_replay(answer)
    result = answer.json if again != STREAM else events(answer)[-1][1]
    assert (result["status"], result["stdout"]) == ("completed", "done\n")
    assert server.output(sandbox, "cat /data/f") == "x\n"


@pytest.mark.skipif(not os.environ.get("SBX_FULL"), reason="it waits for 35 seconds; SBX_FULL=1 does")
def test_who_does_not_come_back_has_its_command_killed(start):
    """After 30 seconds, unless somebody waits for it; at once without a key, and when it was a stream."""
    server = start("--ephemeral")
    sandbox, marks = server.create(), {name: marker() for name in ["plain", "stream", "awaited", "no key"]}
    keys = {name: new_key() for name in marks}
    with contextlib.ExitStack() as stack:
        with contextlib.ExitStack() as gone:
            for name in ["plain", "stream", "awaited"]:
                accept = STREAM if name == "stream" else "application/json"
                gone.enter_context(begun(server, sandbox, f"sleep {marks[name]}", keys[name], accept))
            path = f"/v1/sandboxes/{sandbox['id']}/execute"
            connection = server.connection()
            server.send(connection, "POST", path, {"command": f"sleep {marks['no key']}"})
            assert wait_until(lambda: all(sleepers(mark) for mark in marks.values()))
            connection.close()
        started = time.monotonic()
        stack.enter_context(begun(server, sandbox, f"sleep {marks['awaited']}", keys["awaited"]))
        assert wait_until(lambda: not sleepers(marks["no key"]) and not sleepers(marks["stream"]))
        assert sleepers(marks["plain"])
        assert wait_until(lambda: not sleepers(marks["plain"]), timeout=60)
        assert time.monotonic() - started > 20
        time.sleep(2)
        assert sleepers(marks["awaited"])
        assert execute(server, sandbox, f"sleep {marks['plain']}", keys["plain"]).json["status"] == "error"


# ---- another request ----


def test_another_request(server, sandbox):
    key = new_key()
    assert execute(server, sandbox, "echo x >> /data/f", key).status == 200
    base = f"/v1/sandboxes/{sandbox['id']}"
    headers = {"Idempotency-Key": key}
    others = [
        execute(server, sandbox, "echo y >> /data/f", key),
        execute(server, sandbox, "echo x >> /data/f", key, timeout=3),
        post(server, f"{base}/execute?a=b", {"command": "echo x >> /data/f"}, key),
        post(server, "/v1/sandboxes/sbx-other/execute", {"command": "echo x >> /data/f"}, key),
        post(server, "/v1/sandboxes/create", {"command": "echo x >> /data/f"}, key),
        server.call("DELETE", f"{base}/delete", {"command": "echo x >> /data/f"}, headers),
        server.call("POST", f"{base}/upload", form("/data/f", b"")[1], {**headers, **form("/data/f", b"")[0]}),
    ]
    for answer in others:
        assert (answer.status, answer.error["type"]) == (422, "validation_error")
        assert answer.error["field"] == "Idempotency-Key"
    assert server.output(sandbox, "cat /data/f") == "x\n"
    assert is_replay(execute(server, sandbox, "echo x >> /data/f", key)), "it is still the first one's"


def test_another_request_while_the_first_one_runs(server, sandbox, mark):
    key = new_key()
    with begun(server, sandbox, f"sleep {mark}", key):
        assert wait_until(lambda: sleepers(mark))
        assert execute(server, sandbox, "true", key).status == 422


def test_query_is_compared_as_it_is_meant(server):
    key = new_key()
    first = post(server, "/v1/sandboxes/create?a=%62&c", {}, key)
    assert same(first, post(server, "/v1/sandboxes/create?%61=b&c", {}, key))
    for query in ["?a=b", "?a=b&c=d", "?c&a=b", "?ab&c", ""]:
        assert post(server, f"/v1/sandboxes/create{query}", {}, key).status == 422


# ---- the key itself ----


@pytest.mark.parametrize("key", ["", "x" * 256, "a\tb", "ä", "a\x7fb"], ids=short)
def test_unusable_key(server, key):
    answer = server.call("POST", "/v1/sandboxes/create", {}, {"Idempotency-Key": key.encode("latin-1")})
    assert (answer.status, answer.error["field"]) == (422, "Idempotency-Key")


@pytest.mark.parametrize("key", ["x", "x" * 255, "a b", "!~\"'\\%", "0" * 255], ids=short)
def test_usable_key(server, key):
    key = key[:1] + new_key() if len(key) < 2 else key
    first = post(server, "/v1/sandboxes/create", {}, key)
    assert first.status == 200
    assert same(first, post(server, "/v1/sandboxes/create", {}, key))


def test_two_keys_at_once(server):
    head = f"POST /v1/sandboxes/create HTTP/1.1\r\nHost: localhost\r\nx-api-key: {server.key}\r\n"
    answer = server.raw(f"{head}Idempotency-Key: a\r\nIdempotency-Key: a\r\nContent-Length: 0\r\n\r\n".encode())
    assert answer.startswith(b"HTTP/1.1 422 ")


def test_reading_has_no_use_for_one(server):
    key = new_key()
    for path in ["/v1/sandboxes/list", "/v1/sandboxes/list?page=2", "/v1/health"]:
        for value in [key, "", "x" * 300]:
            answer = server.call("GET", path, headers={"Idempotency-Key": value})
            assert answer.status == 200
            assert not is_replay(answer)


# ---- what is not remembered ----


def test_a_refused_request_leaves_its_key_free(server, sandbox):
    key = new_key()
    base = f"/v1/sandboxes/{sandbox['id']}"
    refused = [
        post(server, f"{base}/execute", {"command": 1}, key),
        post(server, f"{base}/execute", {}, key),
        post(server, f"{base}/execute", "{", key, **{"Content-Type": "application/json"}),
        post(server, f"{base}/execute", "{}", key, **{"Content-Type": "text/plain"}),
        post(server, f"{base}/execute", {"command": "true", "working_dir": "/nothing"}, key),
        post(server, f"{base}/execute", {"command": "true"}, key, **{"x-api-key": "wrong"}),
        post(server, f"{base}/execute", {"command": "true"}, key, Origin="http://localhost"),
        post(server, f"{base}/nothing", {"command": "true"}, key),
        server.call("POST", f"{base}/upload", form(None, b"x")[1], {**form(None, b"x")[0], "Idempotency-Key": key}),
    ]
    assert [answer.status for answer in refused] == [422, 422, 400, 415, 422, 401, 403, 404, 422]
    assert not is_replay(execute(server, sandbox, "true", key))


def test_too_much_at_once_leaves_the_key_free(start, mark):
    server = start("--ephemeral", "--max-running=1", "--max-wait=0")
    sandbox, key = server.create(), new_key()
    with begun(server, sandbox, f"sleep {mark}", new_key()) as busy:
        assert wait_until(lambda: sleepers(mark))
        assert execute(server, sandbox, "echo x", key).status == 429
        server.call("DELETE", f"/v1/sandboxes/{sandbox['id']}/delete")
        assert Answer(busy.getresponse()).status == 200
    other = server.create()
    assert execute(server, other, "echo x", key).json["stdout"] == "x\n"


@pytest.mark.skipif(not IS_ROOT, reason="only root can mount a small disk")
def test_full_disk(start, directories):
    """A key that cannot be noted is no key: nothing is done then. For some there is room in the file as it is."""
    state = directories.new()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m,mode=700", "tmpfs", state], check=True)
    try:
        server = start("--state", str(state))
        sandbox = server.create()
        server.execute(sandbox, "cat /dev/zero > /data/large; cat /dev/zero > /data/rest; rm -f /tmp/*")
        server.execute(sandbox, "rm /data/large; cat /dev/zero > /data/large; cat /dev/zero > /data/rest")
        answer, tries = None, 0
        while tries < 100 and (tries == 0 or answer.status == 200):
            tries += 1
            answer = execute(server, sandbox, "echo x", new_key())
        assert tries > 20
        if answer.status != 200:
            assert (answer.status, answer.error["type"]) == (507, "insufficient_storage")
            assert "nothing was done" in answer.error["message"]
        server.output(sandbox, "rm /data/large /data/rest")
        key = new_key()
        assert same(execute(server, sandbox, "echo y", key), execute(server, sandbox, "echo y", key))
        assert server.stop() == 0
    finally:
        subprocess.run(["umount", "--lazy", state], check=True)


# ---- streams ----


def events(answer: Answer) -> list[tuple[str, dict]]:
    assert answer.status == 200, answer.body
    assert answer.headers["Content-Type"] == "text/event-stream"
    found = []
    for block in answer.body.decode().removesuffix("\n\n").split("\n\n"):
        kind, data = block.split("\n")
        found.append((kind.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found


def output_of(found, name: str) -> bytes:
    pieces = [data for kind, data in found if kind == name]
    assert all(len(piece["data"]) <= 4 * 16384 for piece in pieces)
    return b"".join(
        base64.b64decode(piece["data"]) if piece["encoding"] == "base64" else piece["data"].encode() for piece in pieces
    )


OUTPUTS = {
    "text": ("printf 'one\\ntwo\\n'; printf err >&2; exit 4", b"one\ntwo\n", b"err"),
    "nothing": ("true", b"", b""),
    "nul": ("printf 'a\\0b\\r'", b"a\0b\r", b""),
    "bytes": ("printf '\\377\\0\\303\\251' >&2; echo \\303", None, b"\xff\0\xc3\xa9"),
    "characters": ("for i in $(seq 5000); do printf 'äöü€'; done", "äöü€".encode() * 5000, b""),
}


@pytest.mark.parametrize("first", ["application/json", STREAM])
@pytest.mark.parametrize("name", OUTPUTS)
def test_stream_of_what_has_run(server, sandbox, first, name):
    command, out, err = OUTPUTS[name]
    key = new_key()
    before = execute(server, sandbox, f"echo x >> /data/f; {command}", key, first)
    again = execute(server, sandbox, f"echo x >> /data/f; {command}", key, STREAM)
    assert is_replay(again)
    assert again.headers["Cache-Control"] == "no-store"
    found = events(again)
    kinds = [kind for kind, _ in found]
    assert (kinds[0], kinds[-1]) == ("started", "result")
    assert set(kinds[1:-1]) <= {"stdout", "stderr"}
    document = before.json if first != STREAM else events(before)[-1][1]
    assert found[-1][1] == document
    assert found[0][1] == {"id": document["id"], "created_at": document["created_at"]}
    assert out is None or output_of(found, "stdout") == out
    assert output_of(found, "stderr") == err
    if first == STREAM:
        assert output_of(found, "stdout") == output_of(events(before), "stdout")
    plain = execute(server, sandbox, f"echo x >> /data/f; {command}", key)
    assert plain.json == document
    assert server.output(sandbox, "cat /data/f") == "x\n"


def test_stream_of_what_runs(server, sandbox):
    key = new_key()
    command = "echo x >> /data/f; until test -e /data/go; do sleep 0.05; done; echo done"
    with begun(server, sandbox, command, key, STREAM) as first, begun(server, sandbox, command, key, STREAM) as second:
        assert wait_until(lambda: server.download(sandbox, "/data/f").status == 200)
        server.upload(sandbox, "/data/go", b"")
        answers = [Answer(first.getresponse()), Answer(second.getresponse())]
    assert sorted(is_replay(answer) for answer in answers) == [False, True]
    assert events(answers[0])[-1] == events(answers[1])[-1]
    assert output_of(events(answers[0]), "stdout") == output_of(events(answers[1]), "stdout") == b"done\n"
    assert server.output(sandbox, "cat /data/f") == "x\n"


def test_stream_that_was_cut_is_not_taken_for_whole(server, sandbox):
    key = new_key()
    command = "head -c 200000 /dev/zero | tr '\\0' a"
    whole = execute(server, sandbox, command, key, STREAM)
    assert len(output_of(events(whole), "stdout")) == 200_000
    answer = execute(server, sandbox, command, key, STREAM)
    assert (answer.status, answer.error["type"]) == (409, "conflict")
    assert "--max-output" in answer.error["message"]
    assert execute(server, sandbox, command, key).json == events(whole)[-1][1]


def test_stream_that_fails_before_its_start(server, sandbox):
    key = new_key()
    assert execute(server, sandbox, "true", key, STREAM, working_dir="/nothing").status == 422
    assert events(execute(server, sandbox, "true", key, STREAM))[-1][1]["exit_code"] == 0


# ---- uploads ----


def upload(server, sandbox, path, data, key, boundary="frontier") -> Answer:
    headers, body = form(path, data, boundary)
    headers["Idempotency-Key"] = key
    return server.call("POST", f"/v1/sandboxes/{sandbox['id']}/upload", body, headers)


def test_upload(server, sandbox):
    key, data = new_key(), os.urandom(300_000)
    first = upload(server, sandbox, "/data/f", data, key)
    assert first.status == 200
    server.output(sandbox, "echo other > /data/f")
    assert same(first, upload(server, sandbox, "/data/f", data, key, "another-boundary"))
    assert server.output(sandbox, "cat /data/f") == "other\n", "it is not written again"
    for path, other in [("/data/f", data[:-1]), ("/data/f", data + b"x"), ("/data/g", data), ("/data/f", b"")]:
        answer = upload(server, sandbox, path, other, key)
        assert (answer.status, answer.error["field"]) == (422, "Idempotency-Key")
    assert server.output(sandbox, "cat /data/f; ls /data") == "other\nf\n"
    assert server.download(sandbox, "/data/g").status == 404


def test_upload_to_what_is_gone(server):
    sandbox, key = server.create(), new_key()
    first = upload(server, sandbox, "/data/f", b"x", key)
    server.call("DELETE", f"/v1/sandboxes/{sandbox['id']}/delete")
    assert same(first, upload(server, sandbox, "/data/f", b"x", key))
    assert upload(server, sandbox, "/data/f", b"x", new_key()).status == 404


def archive(**files: bytes) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    return packed.getvalue()


def test_archive(server, sandbox):
    key = new_key()
    headers = {"Content-Type": "application/x-tar", "Idempotency-Key": key}
    path = f"/v1/sandboxes/{sandbox['id']}/upload?path=/data/d"
    first = server.call("POST", path, archive(f=b"one", g=b"two"), headers)
    assert first.status == 200
    server.output(sandbox, "echo other > /data/d/f")
    assert same(first, server.call("POST", path, archive(f=b"one", g=b"two"), headers))
    assert server.call("POST", path, archive(f=b"one", g=b"2"), headers).status == 422
    assert server.call("POST", path + "e", archive(f=b"one", g=b"two"), headers).status == 422
    assert server.output(sandbox, "cat /data/d/f; ls /data") == "other\nd\n"


@pytest.mark.parametrize("size", [10, 5_000_000], ids=["small", "large"])
def test_archive_that_fails_on_its_way_is_carried_out_again(server, sandbox, size):
    """Whether all of it has come in by then or not."""
    key = new_key()
    headers = {"Content-Type": "application/x-tar", "Idempotency-Key": key}
    path = f"/v1/sandboxes/{sandbox['id']}/upload?path=/data/d"
    body = archive(**{"a": b"first", "closed/b": b"second", "c": b"x" * size})
    server.output(sandbox, "mkdir -p /data/d/closed; chmod 555 /data/d/closed")
    for _ in range(2):
        answer = server.call("POST", path, body, headers)
        assert (answer.status, answer.headers["Idempotency-Replayed"]) == (403, None), answer.body
    server.output(sandbox, "chmod 755 /data/d/closed; echo other > /data/d/a")
    first = server.call("POST", path, body, headers)
    assert (first.status, first.headers["Idempotency-Replayed"]) == (200, None), first.body
    assert server.output(sandbox, "cat /data/d/a /data/d/closed/b") == "firstsecond"
    assert same(first, server.call("POST", path, body, headers))


def test_upload_that_was_cut_short_leaves_the_key_free(server, sandbox):
    key = new_key()
    headers, body = form("/data/f", b"x" * 1000)
    connection = server.connection()
    connection.putrequest("POST", f"/v1/sandboxes/{sandbox['id']}/upload")
    for name, value in {**headers, "x-api-key": server.key, "Idempotency-Key": key}.items():
        connection.putheader(name, value)
    connection.putheader("Content-Length", str(len(body)))
    connection.endheaders()
    connection.send(body[:500])
    connection.close()
    again = upload(server, sandbox, "/data/f", b"x" * 1000, key)
    assert again.status == 200
    assert not is_replay(again)
    assert server.download(sandbox, "/data/f").body == b"x" * 1000


def digest(method: str, route: str, sandbox: str, *parts: bytes) -> bytes:
    """As a request is known in the database: by the SHA-256 of its parts, each after its length."""
    found = hashlib.sha256()
    for part in (method.encode(), route.encode(), sandbox.encode(), *parts):
        found.update(len(part).to_bytes(8, sys.byteorder) + part)
    return found.digest()


def test_requests_are_known_by_their_sha256(start):
    server = start("--ephemeral")
    sandbox, expected = server.create(), {}
    for size in [*range(50, 70), *range(110, 135), 1_000_003]:
        data = os.urandom(size)
        upload(server, sandbox, "/data/f", data, f"upload {size}")
        parts = sandbox["id"], b"/data/f", hashlib.sha256(data).digest()
        expected[f"upload {size}"] = digest("POST", "/v1/sandboxes/{id}/upload", *parts)
        body = b'{"command": 1, "x": "' + b"x" * (size % 128) + b'"}'
        post(server, "/v1/sandboxes/x/execute?a=%62", body, f"x {size}", **{"Content-Type": "application/json"})
        body = body.replace(b"1", b'"true"')
        post(server, "/v1/sandboxes/x/execute?a=%62", body, f"x {size}", **{"Content-Type": "application/json"})
        expected[f"x {size}"] = digest("POST", "/v1/sandboxes/{id}/execute", "x", b"a", b"b", body)
    with contextlib.closing(sqlite3.connect(server.state / "requests.db")) as database:
        assert dict(database.execute("SELECT key, digest FROM requests")) == expected


# ---- how long and how much ----


def change(state, statement: str, *values) -> int:
    with contextlib.closing(sqlite3.connect(state / "requests.db")) as database, database:
        return database.execute(statement, values).rowcount


def rows(state) -> int:
    with contextlib.closing(sqlite3.connect(state / "requests.db")) as database:
        return database.execute("SELECT count(*) FROM requests").fetchone()[0]


def test_a_day(start, directories):
    state, keys = directories.new(), [new_key() for _ in range(3)]
    server = start("--state", str(state))
    for key in keys:
        post(server, "/v1/sandboxes/create", {}, key)
    server.stop()
    day = 24 * 3600 * 1000
    assert change(state, "UPDATE requests SET created_ms = created_ms - ? WHERE key = ?", day + 1, keys[0]) == 1
    assert change(state, "UPDATE requests SET created_ms = created_ms - ? WHERE key = ?", day - 60_000, keys[1]) == 1
    server = start("--state", str(state))
    assert rows(state) == 2
    assert not is_replay(post(server, "/v1/sandboxes/create", {}, keys[0]))
    assert is_replay(post(server, "/v1/sandboxes/create", {}, keys[1]))
    # While it runs they go as others come; one that is looked for is gone already.
    change(state, "UPDATE requests SET created_ms = 1000")
    assert not is_replay(post(server, "/v1/sandboxes/create", {}, keys[2]))
    for _ in range(2):
        post(server, "/v1/sandboxes/create", {}, new_key())
    assert rows(state) == 3


def test_a_run_of_more_than_a_day_is_no_other_request(start, directories, mark):
    """Its row goes before it ends; whoever comes then does not get its place, nor its answer."""
    state, old, young = directories.new(), new_key(), new_key()
    server = start("--state", str(state))
    sandbox = server.create()
    with begun(server, sandbox, f"until test -e /data/{mark}; do sleep 0.05; done; echo old", old) as connection:
        assert wait_until(lambda: rows(state) == 1)
        assert change(state, "UPDATE requests SET created_ms = 1000") == 1
        assert execute(server, sandbox, "echo young", young).json["stdout"] == "young\n"
        assert rows(state) == 1
        server.upload(sandbox, f"/data/{mark}", b"")
        assert Answer(connection.getresponse()).json["stdout"] == "old\n"
    again = execute(server, sandbox, "echo young", young)
    assert is_replay(again)
    assert again.json["stdout"] == "young\n"


def test_an_answer_that_is_too_large(start):
    server = start("--ephemeral", "--max-output=100000000")
    sandbox, key = server.create(), new_key()
    command = "echo x >> /data/f; head -c 34000000 /dev/zero | tr '\\0' a"
    assert len(execute(server, sandbox, command, key).json["stdout"]) == 34_000_000
    for accept in ["application/json", STREAM]:
        answer = execute(server, sandbox, command, key, accept)
        assert (answer.status, answer.error["type"]) == (409, "conflict")
        assert "not kept" in answer.error["message"]
        assert answer.headers["X-Should-Retry"] == "false"
    assert server.output(sandbox, "cat /data/f") == "x\n"


def test_the_oldest_answers_make_room(start):
    server = start("--ephemeral", "--max-output=100000000")
    sandbox, keys = server.create(), [new_key() for _ in range(9)]
    small = new_key()
    assert execute(server, sandbox, "echo small", small).status == 200
    command = "echo x >> /data/f; head -c 31000000 /dev/zero | tr '\\0' a"
    for key in keys:
        assert execute(server, sandbox, command, key).status == 200
    assert [execute(server, sandbox, command, key).status for key in keys] == [409] + [200] * 8
    assert execute(server, sandbox, "echo small", small).status == 409
    assert server.output(sandbox, "wc -l < /data/f") == "9\n"


@pytest.mark.parametrize("content", [b"no database at all" * 1000, b""], ids=short)
def test_a_damaged_database_does_not_stop_the_server(start, directories, content):
    state, key = directories.new(), new_key()
    server = start("--state", str(state))
    first = post(server, "/v1/sandboxes/create", {}, key)
    server.stop()
    (state / "requests.db").write_bytes(content)
    server = start("--state", str(state))
    assert [sandbox["id"] for sandbox in server.list()] == [first.json["id"]]
    assert not is_replay(post(server, "/v1/sandboxes/create", {}, key))
    assert is_replay(post(server, "/v1/sandboxes/create", {}, key))
    assert server.stop() == 0
    assert (b"requests.db" in server.errors) == bool(content)


def test_what_was_open_when_the_machine_went_down_is_not_trusted(start, directories):
    state, key = directories.new(), new_key()
    server = start("--state", str(state))
    post(server, "/v1/sandboxes/create", {}, key)
    server.kill()
    assert change(state, "UPDATE opened SET boot = 'another'") == 1
    server = start("--state", str(state))
    assert not is_replay(post(server, "/v1/sandboxes/create", {}, key))
    assert server.stop() == 0
    assert b"requests.db" in server.errors
    # One that was closed in order is.
    assert change(state, "DELETE FROM opened") == 0
    server = start("--state", str(state))
    assert is_replay(post(server, "/v1/sandboxes/create", {}, key))


def test_only_the_server_can_read_it(start, directories):
    state = directories.new()
    server = start("--state", str(state))
    post(server, "/v1/sandboxes/create", {}, new_key())
    files = list(state.glob("requests.db*"))
    assert files
    assert all(file.stat().st_mode & 0o077 == 0 for file in files)


def test_replays_are_counted(start):
    server = start("--ephemeral")
    key = new_key()
    for _ in range(4):
        post(server, "/v1/sandboxes/create", {}, key)

    def count():
        text = server.call("GET", "/metrics").body.decode()
        return int(text.split("\nsandboxd_answers_replayed_total ")[1].split()[0])

    assert wait_until(lambda: count() == 3)
