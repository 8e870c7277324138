"""What lives on in a sandbox between its commands, and what holds it: the init that is its first process."""

from __future__ import annotations

import base64
import os
import signal
import threading

import pytest
from harness import descendants, is_alive, processes_with, read_proc, sleepers, status_field, wait_until


def bubblewraps(server) -> list[int]:
    return [pid for pid in descendants(server.pid) if read_proc(pid, "cmdline").startswith(b"bwrap\0")]


def inits(server) -> list[int]:
    """The first process of each sandbox."""
    held = bubblewraps(server)
    return [pid for pid in descendants(server.pid) if int(status_field(pid, "PPid")[0]) in held]


def test_background_process_lives_until_its_sandbox_goes(any_server, mark):
    sandbox = any_server.create()
    assert any_server.output(sandbox, f"setsid sleep {mark} & sleep {mark} & echo begun") == "begun\n"
    any_server.output(sandbox, "true")
    assert wait_until(lambda: len(sleepers(mark)) == 2)
    assert any_server.output(sandbox, f"pgrep -f '^sleep {mark}' | wc -l") == "2\n", "later commands see them"
    any_server.call("DELETE", f"/v1/sandboxes/{sandbox['id']}/delete")
    assert processes_with(mark) == []


def test_background_process_can_go_on_writing(any_server, any_sandbox):
    """Nobody reads it any more, which must neither end nor stop who writes."""
    command = "(sleep 0.2; head -c 3000000 /dev/zero; head -c 3000000 /dev/zero >&2; echo $? > /tmp/done) & echo begun"
    assert any_server.output(any_sandbox, command) == "begun\n"
    assert wait_until(lambda: any_server.download(any_sandbox, "/tmp/done").body == b"0\n"), any_server.output(
        any_sandbox, "ps axf; cat /tmp/done /proc/*/wchan; true"
    )


def test_a_shared_server_process(server, sandbox):
    """What one command starts the next one can talk to."""
    program = "import http.server as h; h.HTTPServer(('127.0.0.1', 8000), h.SimpleHTTPRequestHandler).serve_forever()"
    server.output(sandbox, f'cd /data && echo found > page && (python3 -c "{program}" &)')
    fetch = "import urllib.request as u; print(u.urlopen('http://127.0.0.1:8000/page').read().decode(), end='')"
    result = {}

    def answers():
        result.update(server.execute(sandbox, f'python3 -c "{fetch}" 2>/dev/null'))
        return result["stdout"] == "found\n"

    assert wait_until(answers), result


def test_orphans_are_taken_in(any_server, any_sandbox):
    any_server.output(any_sandbox, "for i in 1 2 3 4 5 6 7 8 9 10; do (setsid sleep 0.05 &); done")
    # What the shell finds: the init, the command's supervisor, and itself.
    look = "echo /proc/[0-9]*"
    assert wait_until(lambda: len(any_server.output(any_sandbox, look).split()) == 3)


def test_commands_at_once(any_server, any_sandbox):
    results = {}

    def run(number):
        results[number] = any_server.execute(any_sandbox, f"sleep 0.2; echo {number}; exit {number}")

    threads = [threading.Thread(target=run, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {n: (r["exit_code"], r["stdout"]) for n, r in results.items()} == {n: (n, f"{n}\n") for n in range(20)}


def test_a_timeout_leaves_other_commands_alone(any_server, any_sandbox, mark):
    any_server.output(any_sandbox, f"setsid sleep {mark} & true")
    assert any_server.execute(any_sandbox, "sleep 100 & sleep 100", timeout=1)["status"] == "timeout"
    assert len(sleepers(mark)) == 1
    assert any_server.output(any_sandbox, "pgrep -f '^sleep 100' || echo none") == "none\n"


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP, signal.SIGTERM, signal.SIGSEGV])
def test_the_init_cannot_be_ended_from_inside(any_server, any_sandbox, number):
    any_server.execute(any_sandbox, f"kill -{int(number)} 1; kill -{int(number)} -1")
    assert any_server.output(any_sandbox, "echo alive") == "alive\n"
    assert any_server.call("GET", "/v1/sandboxes/list").status == 200


def test_the_init_shows_nothing(any_server, any_sandbox):
    for name in ("environ", "maps", "mem", "fd/3", "root", "cwd", "exe"):
        assert any_server.execute(any_sandbox, f"cat /proc/1/{name} > /dev/null || readlink /proc/1/{name}")[
            "exit_code"
        ]


def test_a_command_that_kills_its_supervisor(any_server, any_sandbox, mark):
    result = any_server.execute(any_sandbox, f"kill -9 $PPID; sleep {mark}")
    assert (result["status"], result["exit_code"]) == ("error", 137)
    assert any_server.output(any_sandbox, "echo alive") == "alive\n"


def test_a_command_that_stops_its_supervisor_still_has_a_timeout(any_server, any_sandbox, mark):
    result = any_server.execute(any_sandbox, f"kill -STOP $PPID; setsid sleep {mark} & sleep {mark}", timeout=1)
    assert result["status"] == "timeout"
    assert processes_with(mark) == []


@pytest.mark.parametrize("which", [bubblewraps, inits])
def test_a_sandbox_whose_init_was_killed_is_broken(start, which, mark):
    """As the kernel does it when memory runs out."""
    server = start("--ephemeral")
    sandbox, other = server.create(), server.create()
    server.upload(sandbox, "/data/file", b"kept")
    waiting = {}
    thread = threading.Thread(target=lambda: waiting.update(server.execute(sandbox, f"sleep {mark}")))
    thread.start()
    assert wait_until(lambda: sleepers(mark))
    folder = server.folder(sandbox).name
    (victim,) = [pid for pid in which(server) if folder in mounts(pid) or folder in mounts(child_of(server, pid))]
    os.kill(victim, signal.SIGKILL)
    thread.join()
    assert (waiting["status"], waiting["exit_code"]) == ("error", 137)
    assert wait_until(lambda: not is_alive(victim))
    answer = server.call("POST", f"/v1/sandboxes/{sandbox['id']}/execute", {"command": "true"})
    assert (answer.status, answer.error["type"]) == (409, "conflict")
    assert wait_until(lambda: server.list()[0]["status"] == "broken")
    assert {one["id"]: one["status"] for one in server.list()} == {sandbox["id"]: "broken", other["id"]: "running"}
    assert server.download(sandbox, "/data/file").body == b"kept"
    assert server.output(other, "echo fine") == "fine\n"
    assert server.call("DELETE", f"/v1/sandboxes/{sandbox['id']}/delete").status == 200
    assert [one["id"] for one in server.list()] == [other["id"]]


def child_of(server, pid) -> int:
    return next((one for one in descendants(server.pid) if status_field(one, "PPid") == [str(pid)]), pid)


def mounts(pid) -> str:
    return read_proc(pid, "mountinfo").decode()


def test_sandboxes_sleep_after_a_restart(start, directories):
    state = directories.new()
    server = start("--state", str(state))
    sandbox = server.create(env_vars={"NAME": "value"})
    server.output(sandbox, "echo kept > file; sleep 1000 &")
    server.kill()
    again = start("--state", str(state))
    assert bubblewraps(again) == []
    assert [one["status"] for one in again.list()] == ["running"]
    assert again.output(sandbox, "cat file; echo $NAME; pgrep sleep || echo alone") == "kept\nvalue\nalone\n"
    assert len(bubblewraps(again)) == 1


def test_first_commands_at_once_after_a_restart(start, directories):
    state = directories.new()
    server = start("--state", str(state))
    sandbox = server.create()
    server.stop()
    again = start("--state", str(state))
    threads = [threading.Thread(target=lambda: again.output(sandbox, "true")) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(bubblewraps(again)) == 1


# ---- standard input ----


@pytest.mark.parametrize("text", ["", "one line\n", "ä€𝄞", "x" * 500_000], ids=lambda text: str(len(text)))
def test_input(any_server, any_sandbox, text):
    result = any_server.execute(any_sandbox, "tee /data/input | wc -c", stdin=text)
    assert result["stdout"] == f"{len(text.encode())}\n"
    assert any_server.download(any_sandbox, "/data/input").body == text.encode()


def test_input_of_bytes(server, sandbox):
    for data in (b"", b"\0\xff\r\n", bytes(range(256)) * 1000):
        result = server.execute(sandbox, "cat > /data/input", stdin_base64=base64.b64encode(data).decode())
        assert result["stdin_bytes"] == len(data)
        assert server.download(sandbox, "/data/input").body == data
    assert server.execute(sandbox, "cat", stdin="ä")["stdin_bytes"] == 2
    assert server.execute(sandbox, "cat", stdin="")["stdin_bytes"] == 0
    assert "stdin_bytes" not in server.execute(sandbox, "cat", stdin=None)


@pytest.mark.parametrize(
    "params",
    [{"stdin_base64": "x"}, {"stdin_base64": "eHg"}, {"stdin_base64": 1}, {"stdin": "x", "stdin_base64": "eA=="}],
)
def test_bad_input(server, sandbox, params):
    answer = server.call("POST", f"/v1/sandboxes/{sandbox['id']}/execute", {"command": "touch /data/run", **params})
    assert (answer.status, answer.error["field"]) == (422, "stdin_base64")
    assert server.download(sandbox, "/data/run").status == 404


def test_without_input_there_is_none(any_server, any_sandbox):
    assert any_server.output(any_sandbox, "wc -c; readlink /proc/self/fd/0") == "0\n/dev/null\n"


def test_input_that_nobody_reads(any_server, any_sandbox):
    assert any_server.output(any_sandbox, "exec true", stdin="x" * 500_000) == ""
    assert any_server.output(any_sandbox, "head -c 5", stdin="x" * 500_000) == "xxxxx"


def test_input_of_a_command_that_answers_meanwhile(any_server, any_sandbox):
    """Both pipes are full at once: nobody may wait for the other."""
    assert any_server.execute(any_sandbox, "cat", stdin="y" * 900_000)["stdout"].startswith("y" * 90_000)


def test_input_with_a_timeout(any_server, any_sandbox):
    assert any_server.execute(any_sandbox, "sleep 100", stdin="x" * 500_000, timeout=1)["status"] == "timeout"
