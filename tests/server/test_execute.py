"""Commands: their results, limits and ends."""

from __future__ import annotations

import json
import re
import socket
import threading
import time
from pathlib import Path

import pytest
from harness import IS_ROOT, processes_with, sleepers, wait_until

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
LIMIT = 100_000  # the server's --max-output


def test_result_has_every_field(server, sandbox):
    result = server.execute(sandbox, "echo out; echo err >&2; exit 3")
    assert re.fullmatch("exec-[0-9a-f]{20}", result.pop("id"))
    created, completed = result.pop("created_at"), result.pop("completed_at")
    assert TIME.fullmatch(created)
    assert TIME.fullmatch(completed)
    assert created <= completed
    assert 0 <= result.pop("execution_time_ms") < 10_000
    assert result == {
        "status": "completed",
        "exit_code": 3,
        "stdout": "out\n",
        "stderr": "err\n",
        "stdout_truncated": False,
        "stderr_truncated": False,
        "stdout_invalid_utf8": False,
        "stderr_invalid_utf8": False,
    }


def test_execution_time(server, sandbox):
    assert 300 <= server.execute(sandbox, "sleep 0.3")["execution_time_ms"] < 3000


@pytest.mark.parametrize(
    ("command", "code"), [("true", 0), ("exit 255", 255), ("kill -9 $$", 137), ("kill -TERM $$", 143)]
)
def test_exit_code(server, sandbox, command, code):
    assert server.execute(sandbox, command)["exit_code"] == code


def test_exit_code_of_a_killed_child(server, sandbox):
    assert server.execute(sandbox, "sh -c 'kill -SEGV $$'")["exit_code"] == 139


def test_a_shell_runs_it(server, sandbox):
    command = "for i in 1 2 3; do echo $i; done | tac > /data/f && cat < /data/f; false || echo $((6 * 7)) '\"' \"'\""
    assert server.output(sandbox, command) == "3\n2\n1\n42 \" '\n"
    assert server.output(sandbox, "") == ""
    assert server.output(sandbox, "echo 'käse\u4e2d'\n# a comment\n") == "käse\u4e2d\n"
    assert server.output(sandbox, "--help; echo dashes") == "dashes\n"
    assert server.output(sandbox, "true " + "x" * 131_000) == ""


def test_standard_input_is_empty(server, sandbox):
    assert server.output(sandbox, "cat; echo end") == "end\n"


def test_environment(server):
    sandbox = server.create(env_vars={"A": "from create", "B": "from create", "HOME": "/data"})
    env = server.output(sandbox, "env", env={"B": "from execute", "C": "x=y z\n'\"$A", "lower": "ü"})
    for line in ("A=from create", "B=from execute", "C=x=y z\n'\"$A", "lower=ü", "HOME=/data", "USER=sandbox"):
        assert f"\n{line}\n" in "\n" + env
    assert "B=from create" in server.output(sandbox, "env"), "that of one command is for one command"


def test_environment_is_nothing_else(server, sandbox):
    names = sorted(line.split("=")[0] for line in server.output(sandbox, "env").splitlines())
    assert names == ["HOME", "LANG", "LOGNAME", "PATH", "PWD", "USER"]


def test_large_environment(server, sandbox):
    env = {f"V{i}": "x" * 100_000 for i in range(5)}
    assert server.output(sandbox, "env | wc -c", env=env).strip() > "500000"


def test_working_dir(server, sandbox):
    assert server.output(sandbox, "pwd") == "/home/sandbox\n"
    assert server.output(sandbox, "pwd", working_dir="/usr/bin") == "/usr/bin\n"
    server.output(sandbox, "mkdir '/data/a b'")
    assert server.output(sandbox, "pwd", working_dir="/data/a b") == "/data/a b\n"


def test_working_dir_that_is_closed(server, sandbox):
    server.output(sandbox, "mkdir -m 0 /data/closed")
    body = {"command": "true", "working_dir": "/data/closed"}
    answer = server.call("POST", f"/v1/sandboxes/{sandbox['id']}/execute", body)
    assert (answer.status, answer.error["field"]) == (422, "working_dir")


def test_a_command_that_says_what_the_engine_says(server, sandbox):
    """What a command writes is never taken for the engine's own complaint."""
    result = server.execute(sandbox, 'echo "bwrap: Can\'t chdir to /x" >&2; exit 1')
    assert (result["status"], result["exit_code"]) == ("completed", 1)


# ---- output ----


def test_nul_bytes(server, sandbox):
    answer = server.call("POST", f"/v1/sandboxes/{sandbox['id']}/execute", {"command": "printf 'a\\0b\\001\\177'"})
    assert b'"stdout":"a\\u0000b\\u0001' in answer.body
    assert answer.json["stdout"] == "a\0b\x01\x7f"
    assert answer.json["stdout_invalid_utf8"] is False


@pytest.mark.parametrize(
    ("octal", "text"),
    [
        (r"\377", "\ufffd"),
        (r"a\200b", "a\ufffdb"),
        (r"\303", "\ufffd"),
        (r"\303(", "\ufffd("),
        (r"\300\257", "\ufffd\ufffd"),
        (r"\355\240\200", "\ufffd\ufffd\ufffd"),
        (r"\364\220\200\200", "\ufffd\ufffd\ufffd\ufffd"),
        (r"\342\202\254\342\202", "€\ufffd\ufffd"),
        (r"\360\237\230\200", None),
    ],
)
def test_invalid_utf8(server, sandbox, octal, text):
    result = server.execute(sandbox, f"printf '{octal}' >&2")
    assert result["stderr"] == (text or "\U0001f600")
    assert result["stderr_invalid_utf8"] is (text is not None)
    assert result["stdout_invalid_utf8"] is False


def test_output_within_the_limit(server, sandbox):
    result = server.execute(sandbox, f"head -c {LIMIT} /dev/zero | tr '\\0' x")
    assert (len(result["stdout"]), result["stdout_truncated"]) == (LIMIT, False)


def test_output_beyond_the_limit(server, sandbox):
    result = server.execute(sandbox, f"yes | head -c {LIMIT + 5_000_000}; echo small >&2")
    assert result["stdout"] == "y\n" * (LIMIT // 2) + "\n[truncated: 5000000 more bytes]"
    assert (result["stdout_truncated"], result["stderr_truncated"]) == (True, False)
    assert result["stderr"] == "small\n"
    assert (result["status"], result["exit_code"]) == ("completed", 0)


def test_limit_does_not_cut_a_character(server, sandbox):
    result = server.execute(sandbox, f"printf xy; yes € | tr -d '\\n' | head -c {LIMIT + 200}")
    assert result["stdout_invalid_utf8"] is False
    assert result["stdout"].startswith("xy€€€")
    kept, marker = result["stdout"].rsplit("\n", 1)
    assert len(kept.encode()) + int(re.search(r"\d+", marker)[0]) == LIMIT + 202


def test_endless_output_needs_no_memory(server, sandbox):
    def resident():
        return int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{server.pid}/status").read_text())[1])

    before = resident()
    result = server.execute(sandbox, "cat /dev/zero & yes >&2", timeout=2)
    assert result["status"] == "timeout"
    assert resident() - before < 20_000


def test_closed_streams(server, sandbox):
    assert server.execute(sandbox, "exec 1>&- 2>&-; sleep 0.2; exit 7")["exit_code"] == 7


def test_dev_stdout_can_be_opened(server, sandbox):
    assert (
        server.output(sandbox, "echo one > /dev/stdout; echo two > /proc/self/fd/1; echo 3 | tee /dev/stderr")
        == "one\ntwo\n3\n"
    )


# ---- ends ----


def test_timeout(any_server, any_sandbox, mark):
    begun = time.monotonic()
    result = any_server.execute(any_sandbox, f"echo so far; echo err >&2; sleep {mark}", timeout=1)
    assert 1 <= time.monotonic() - begun < 3
    assert (result["status"], result["exit_code"]) == ("timeout", 124)
    assert (result["stdout"], result["stderr"]) == ("so far\n", "err\n")
    assert 1000 <= result["execution_time_ms"] < 3000
    assert sleepers(mark) == []


TREE = """
trap '' TERM HUP INT
setsid sleep {0} &
(setsid sh -c 'sleep {0} & sleep {0}' &)
nohup sleep {0} > /dev/null 2>&1 < /dev/null &
python3 -c '
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for fd in range(3): os.close(fd)
        os.execvp("sleep", ["sleep", "{0}"])
    os._exit(0)
' &
sleep {0} | sleep {0} &
"""


def test_timeout_ends_the_whole_tree(any_server, any_sandbox, mark):
    seen = []
    thread = threading.Thread(
        target=lambda: seen.append(any_server.execute(any_sandbox, TREE.format(mark) + f"sleep {mark}", timeout=2))
    )
    thread.start()
    assert wait_until(lambda: len(sleepers(mark)) == 8), len(sleepers(mark))
    thread.join()
    assert seen[0]["status"] == "timeout"
    assert processes_with(mark) == [], "gone when the answer is there"


def test_background_process_does_not_keep_the_answer(server, sandbox, mark):
    begun = time.monotonic()
    assert server.output(sandbox, f"sleep {mark} & echo begun") == "begun\n"
    assert time.monotonic() - begun < 2


def send_execute(server, sandbox, command) -> socket.socket:
    body = json.dumps({"command": command}).encode()
    connection = socket.create_connection((server.host, server.port))
    head = (
        f"POST /v1/sandboxes/{sandbox['id']}/execute HTTP/1.1\r\nHost: localhost\r\nx-api-key: {server.key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    connection.sendall(head.encode() + body)
    return connection


@pytest.mark.parametrize("how", ["close", "reset", "half close"])
def test_client_that_goes_away_ends_its_command(server, sandbox, mark, how):
    connection = send_execute(server, sandbox, TREE.format(mark) + f"sleep {mark}")
    assert wait_until(lambda: len(sleepers(mark)) == 8)
    if how == "reset":
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    if how == "half close":
        connection.shutdown(socket.SHUT_WR)
    else:
        connection.close()
    assert wait_until(lambda: processes_with(mark) == [], 2)
    connection.close()


def test_client_of_a_unix_socket_that_goes_away(start, directories, mark):
    server = start("--ephemeral", "--unix-socket", str(directories.new() / "socket"))
    sandbox = server.create()
    connection = server.connection()
    server.send(connection, "POST", f"/v1/sandboxes/{sandbox['id']}/execute", {"command": f"sleep {mark}"})
    assert wait_until(lambda: sleepers(mark))
    connection.close()
    assert wait_until(lambda: processes_with(mark) == [], 2)


def test_long_command_on_an_idle_connection(server, sandbox):
    """A connection is not idle while its command runs, and is kept after it."""
    connection = server.connection()
    for i in range(3):
        server.send(connection, "POST", f"/v1/sandboxes/{sandbox['id']}/execute", {"command": f"sleep 0.4; echo {i}"})
        assert json.loads(connection.getresponse().read())["stdout"] == f"{i}\n"
    connection.close()


# ---- many ----


def test_many_commands_at_once(server):
    sandboxes = [server.create() for _ in range(3)]
    results = {}

    def run(number):
        connection = server.connection()
        for turn in range(3):
            command = {"command": f"sleep 0.1; echo {number} {turn}; echo {number} >> /data/log"}
            server.send(connection, "POST", f"/v1/sandboxes/{sandboxes[number % 3]['id']}/execute", command)
            results[number, turn] = json.loads(connection.getresponse().read())["stdout"]
        connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == {(n, t): f"{n} {t}\n" for n in range(24) for t in range(3)}
    assert [server.output(one, "wc -l < /data/log") for one in sandboxes] == ["24\n"] * 3


def test_commands_run_side_by_side(server, sandbox):
    begun = time.monotonic()
    threads = [threading.Thread(target=lambda: server.execute(sandbox, "sleep 1")) for _ in range(8)]
    for thread in threads:
        thread.start()
    assert server.call("GET", "/v1/sandboxes/list").status == 200
    assert time.monotonic() - begun < 1, "nor do they hold up others"
    for thread in threads:
        thread.join()
    assert time.monotonic() - begun < 4


def test_files_stay_between_commands(server, sandbox):
    server.output(sandbox, "echo d > /data/f; echo t > /tmp/f; echo h > ~/f; mkdir -p /data/x/y; chmod 700 /data/x")
    assert server.output(sandbox, "cat /data/f /tmp/f /home/sandbox/f; ls -d /data/x/y") == "d\nt\nh\n/data/x/y\n"


@pytest.mark.skipif(not IS_ROOT, reason="only root sees the descriptors of a server that cannot be traced")
def test_no_descriptors_are_lost(server, sandbox):
    def count():
        return len(list(Path(f"/proc/{server.pid}/fd").iterdir()))

    server.output(sandbox, "true")
    before = count()
    for _ in range(20):
        server.execute(sandbox, "echo x")
        server.upload(sandbox, "/data/f", b"x")
        server.upload(sandbox, "/nowhere/f", b"x")
        server.download(sandbox, "/data/f")
        server.call("POST", f"/v1/sandboxes/{sandbox['id']}/execute", {"command": "true", "working_dir": "/nowhere"})
    assert server.execute(sandbox, "sleep 9", timeout=1)["status"] == "timeout"
    assert wait_until(lambda: count() <= before)
