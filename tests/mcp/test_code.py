"""Scripts that call the API's operations."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
import time
from pathlib import Path

import pytest
from harness import IS_OTHER_BUILD, META, ROOT, Host, text_of


def run(host, code: str, **arguments: object) -> dict:
    return host.call("execute_code", code=code, **arguments)


def value(host, code: str, **arguments: object) -> object:
    result = run(host, code, **arguments)
    assert "structuredContent" in result, result
    return result["structuredContent"].get("result")


def failure(host, code: str, **arguments: object) -> str:
    result = run(host, code, **arguments)
    assert result["isError"] is True, result
    return text_of(result)


def workers(host) -> list[int]:
    """The processes of scripts, by their numbers."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
            words = (entry / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if int(fields[1]) == host.process.pid and b"--script-worker" in words:
            found.append(int(entry.name))
    return found


def wait_for_worker(host) -> int:
    until = time.monotonic() + 20
    while not (found := workers(host)):
        assert time.monotonic() < until
    return found[0]


def await_no_worker(host) -> None:
    until = time.monotonic() + 20
    while workers(host):
        assert time.monotonic() < until


def test_what_is_printed_and_returned(old):
    result = run(old, 'print("a", 1, nil, true, {b = 2}, {3, 4}) io = 1 print() return {list = {1, 2.5}, text = "é"}')
    assert result["structuredContent"] == {
        "output": 'a\t1\tnil\ttrue\t{"b":2}\t[3,4]\n\n',
        "result": {"list": [1, 2.5], "text": "é"},
        "calls": 0,
        "truncated": False,
    }
    assert "isError" not in result


def test_what_is_no_text_is_marked(old):
    result = run(old, r"print 'é\xff\xc3(\xe2\x82\xed\xa0\x80ü'")["structuredContent"]
    assert result["output"] == "é??(?????ü\n"
    cut = run(old, "print(('é'):rep(40000, 'x'))")["structuredContent"]
    assert cut["truncated"]
    assert cut["output"].startswith("éxéx")
    assert cut["output"].count("?") <= 1


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("return nil", None),
        ("return false", False),
        ("return 9007199254740993", 9007199254740993),
        ("return -0.5", -0.5),
        ("return {}", {}),
        ("return json.array {}", []),
        ("return json.decode '[]'", []),
        ("return {1, json.null, 3}", [1, None, 3]),
        ('return json.decode \'{"a": null, "b": [null]}\'', {"b": [None]}),
        ("return json.encode {a = 'x'}", '{"a":"x"}'),
        ("return 'a\\0b'", "a\0b"),
        ("return 1, 2", 1),
        ("", None),
        ("return string.format('%d %s', 1, 'x'):upper()", "1 X"),
        ("return table.concat({1, 2}, '-') .. math.max(1, 2) .. utf8.char(233)", "1-22é"),
        ("return load('return 1 + 1')()", 2),
        ("return load('return a', 'x', 't', {a = 5})()", 5),
        ("return select(2, load('x x')) ~= nil", True),
        ("return #client.sandboxes:list{}.data", 0),
        ("return #client.sandboxes:list().data", 0),
        (
            "local t = {} for i = 1, 3 do t[i] = coroutine.wrap(function() coroutine.yield(i) end)() end return t",
            [1, 2, 3],
        ),
    ],
)
def test_values(old, code, expected):
    assert value(old, code) == expected


def test_a_sandbox_from_its_making_to_its_end(old):
    told = value(
        old,
        r"""
        local sandbox = client.sandboxes:create { name = "of-a-script" }
        client.sandboxes:upload(sandbox.id, { path = "/data/bytes", file = "a\0\xff" })
        local run = client.sandboxes:execute(sandbox.id, { command = "wc -c < /data/bytes", env = { A = "b" } })
        local bytes = client.sandboxes:download(sandbox.id, { path = "/data/bytes" })
        client.sandboxes:upload { id = sandbox.id, path = "/data/empty", file = "" }
        local empty = client.sandboxes:download(sandbox.id, { path = "/data/empty" })
        client.sandboxes:delete(sandbox.id)
        local left = #client.sandboxes:list().data
        return { size = run.stdout, code = run.exit_code, same = bytes == "a\0\xff", empty = empty, left = left }
        """,
    )
    assert told == {"size": "3\n", "code": 0, "same": True, "empty": "", "left": 0}


def test_the_example_of_the_documentation(old):
    page = (ROOT / "docs/mcp.md").read_text()
    result = run(old, page.partition("```lua\n")[2].partition("```")[0])
    lines = result["structuredContent"]["output"].split("\n")
    assert [line.split("\t")[0] for line in lines if line] == ["red", "green", "blue"]
    assert (result["structuredContent"]["result"], result["structuredContent"]["calls"]) == (0, 10)


def test_errors_of_the_api_are_raised(old):
    told = value(
        old,
        """
        local success, failure = pcall(function() return client.sandboxes:execute("nothing", { command = "true" }) end)
        return { success, failure.code, failure.status, failure.retryable, failure.operation, tostring(failure) }
        """,
    )
    assert told[:5] == [False, "not_found", 404, False, "sandboxes.execute"]
    assert told[5] == 'script:2: sandboxes.execute: there is no sandbox "nothing"'
    assert failure(old, "\n\nclient.sandboxes:delete 'nothing'").startswith("script:3: sandboxes.delete: ")


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("x x", "script:1: syntax error near 'x'"),
        ("\nerror 'because'", "script:2: because"),
        ("error({})", "table: 0x"),
        ("error()", "nil"),
        ("error('', 0)", "an error without words"),
        ("local t = nil; return t.x", "script:1: attempt to index a nil value (local 't')"),
        ("return print", "what the script returns: a function cannot be JSON"),
        ("return {1, 2, x = 3}", "what the script returns: a table mixes positions with other keys, or has holes"),
        ("return {[2] = 1}", "what the script returns: a table mixes names with other keys, or has holes"),
        ("return 0/0", "what the script returns: a number is not finite"),
        ("return '\\xff'", "what the script returns: a string is not UTF-8 text"),
        ("json.decode '{'", "json.decode: "),
        ("client.sandboxes.create { name = 'x' }", "script:1: call it with a colon: client.sandboxes:create({…})"),
        (
            "client.sandboxes:execute('x', 'ls')",
            "script:1: client.sandboxes:execute(id, {…}): arguments are in a table",
        ),
        ("client.sandboxes:execute('x', {})", "command: it is missing"),
        ("client.sandboxes:create { nmae = 'x' }", "nmae"),
        ("client.sandboxes:create { name = print }", "sandboxes.create: a function cannot be JSON"),
        ("client.sandboxes:upload('x', { path = '/data/x' })", "file: the content of the file is missing"),
        ("client.sandboxes:upload('x', { path = '/data/x', file = {} })", "file: it is a string, not a table"),
        ("client.things:list()", "attempt to index a nil value (field 'things')"),
        ("parallel(1, print)", "parallel: it is given a list and a function"),
    ],
)
def test_failures_say_what_and_where(old, code, words):
    assert words in failure(old, code)


def test_what_was_printed_before_a_failure(old):
    assert failure(old, "print 'before' error 'because'") == "script:1: because\n\nIt had printed:\nbefore\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({}, "code: it is missing"),
        ({"code": 1}, "code: it is a string"),
        ({"code": "return 1", "timeout": 0}, "timeout: it is an integer from 1 to 600"),
        ({"code": "return 1", "timeout": 601}, "timeout: it is an integer from 1 to 600"),
        ({"code": "return 1", "timeout": "1"}, "timeout: it is an integer from 1 to 600"),
        ({"code": "-" * (4 << 20) + "--"}, "code: it is longer than 4 MiB"),
    ],
    ids=lambda given: str(given)[:40],
)
def test_wrong_arguments(old, arguments, words):
    result = old.call("execute_code", **arguments)
    assert result["isError"] and words in text_of(result)


# ---- many at once ----

MAKE = 'local id = client.sandboxes:create { name = "many" }.id\n'


def test_parallel_calls_run_side_by_side(old):
    code = """
        return parallel({ 5, 4, 3, 2, 1 }, function(n, index)
            return client.sandboxes:execute(id, { command = "sleep 0." .. n .. "; echo " .. index }).stdout
        end)
    """
    value(old, MAKE)
    started = time.monotonic()
    assert value(old, "local id = client.sandboxes:list().data[1].id\n" + code) == [f"{i}\n" for i in range(1, 6)]
    assert time.monotonic() - started < 1.5, "one after the other they take that long"


def test_parallel_within_parallel_and_other_coroutines(old):
    told = value(
        old,
        MAKE
        + """
        local function echo(word)
            return (client.sandboxes:execute(id, { command = "echo " .. word }).stdout:gsub("\\n", ""))
        end
        local nested = parallel({ "a", "b" }, function(outer)
            return parallel({ 1, 2, 3 }, function(inner)
                coroutine.yield() -- lets the others go first
                return echo(outer .. inner)
            end)
        end)
        local sorted = { 3, 1, 2 }
        table.sort(sorted, function(a, b) return echo(a) < echo(b) end)
        local own = coroutine.wrap(function() coroutine.yield(echo "own") end)()
        local within = parallel({ 1 }, function() return coroutine.wrap(function() return echo "within" end)() end)
        return { nested, sorted, own, within }
        """,
    )
    assert told == [[["a1", "a2", "a3"], ["b1", "b2", "b3"]], [1, 2, 3], "own", ["within"]]


def test_calls_and_tasks_in_finalizers(old):
    """They come in the midst of anything: of an answer that is being received, and between two tasks."""
    code = """
        local number, wrong, metatable = 0, 0, {}
        local function list()
            local answer = client.sandboxes:list()
            wrong = wrong + ((type(answer) == "table" and #answer.data == 2) and 0 or 1)
        end
        metatable.__gc = function(object)
            number = number + 1
            if number <= 300 then
                (WHAT)
            end
            setmetatable(object, metatable)
        end
        for name = 1, 2 do pcall(client.sandboxes.create, client.sandboxes, { name = "s" .. name }) end
        for i = 1, 50 do setmetatable({}, metatable) end
        for i = 1, 300 do list() end
        local done = parallel({ 1, 2 }, function(n)
            for i = 1, 20000 do local garbage = { coroutine.yield() } end
            return n
        end)
        return { number >= 300, wrong, #done }
    """
    for what in ("list()", "parallel({ 1, 2 }, function() coroutine.yield() coroutine.yield() end)"):
        assert value(old, code.replace("(WHAT)", what)) == [True, 0, 2]


def test_parallel_raises_the_first_error_when_all_have_ended(old):
    assert value(
        old,
        """
        local done = {}
        local success, failure = pcall(parallel, { 1, 2, 3, 4 }, function(n)
            client.sandboxes:list()
            if n % 2 == 0 then error("number " .. n, 0) end
            done[#done + 1] = n
        end)
        return { success, failure, #done }
        """,
    ) == [False, "number 2", 2]
    assert value(old, "return parallel({}, print)") == {}


def test_many_calls(old):
    told = run(
        old, "return #parallel(table.pack(('x'):rep(200):byte(1, -1)), function() return client.sandboxes:list() end)"
    )
    assert told["structuredContent"]["calls"] == 200
    assert told["structuredContent"]["result"] == 200
    assert "a script may make 1000 calls" in failure(old, "while true do client.sandboxes:list() end")


# ---- what is offered ----


def test_operations_are_described(old):
    described = value(old, "return describe()")
    assert len(described) >= 12
    assert all(set(each) == {"name", "summary"} for each in described)
    told = value(old, "return describe 'sandboxes.execute'")
    assert {"id", "command", "env"} <= set(told["arguments"])
    assert {"stdout", "exit_code"} <= set(told["answer"]["properties"])
    assert set(value(old, "return describe 'sandboxes.upload'")["arguments"]) == {"id", "path", "file"}


def test_only_what_is_offered_can_be_called():
    with Host("--local", "--tools", "code", "--operation", "sandboxes.list") as host:
        host.shake_hands()
        assert [tool["name"] for tool in host.ask("tools/list")["result"]["tools"]] == ["execute_code"]
        assert value(host, "return #client.sandboxes:list().data") == 0
        assert [each["name"] for each in value(host, "return describe()")] == ["sandboxes.list"]
        assert "there is no operation sandboxes.create" in failure(host, "return describe 'sandboxes.create'")
        assert "not offered by this server" in failure(host, "client.sandboxes:create {}")


@pytest.mark.parametrize("options", [(), ("--tools", "code"), ("--tool", "execute_code")])
def test_a_script_that_only_reads(account, options):
    with account.host() as host:
        host.call("write_file", sandbox="there", path="/data/x", content="kept")
    with account.host("--read-only", *options) as host:
        code = """
            local sandbox = client.sandboxes:list {}.data[1]
            return client.sandboxes:download(client.sandboxes:get(sandbox.id).id, { path = "/data/x" })
        """
        assert value(host, code) == "kept"
        offered = ["sandboxes.list", "sandboxes.get", "sandboxes.download", "volumes.list"]
        assert [each["name"] for each in value(host, "return describe()")] == offered
        for call in (
            "client.sandboxes:create {}",
            "client.sandboxes:delete_all {}",
            'client.sandboxes:delete "there"',
            'client.sandboxes:execute("there", { command = "true" })',
            'client.sandboxes:upload("there", { path = "/data/x", file = "" })',
            'client.volumes:create { name = "v", size = "1Gi" }',
        ):
            assert "not offered by this server" in failure(host, call)
    assert account.names() == ["there"]


def test_a_file_of_a_root_is_uploaded(tmp_path):
    (tmp_path / "source").write_text("of this machine")
    with Host("--local", "--root", str(tmp_path)) as host:
        host.shake_hands()
        assert "local" in value(host, "return describe('sandboxes.upload').arguments")
        code = f"""
            local id = client.sandboxes:create {{}}.id
            client.sandboxes:upload(id, {{ path = "/data/copied", ["local"] = "{tmp_path}/source" }})
            return client.sandboxes:download(id, {{ path = "/data/copied" }})
        """
        assert value(host, code) == "of this machine"
        assert "in no folder that --root names" in failure(host, code.replace(f"{tmp_path}/source", "/etc/passwd"))


def test_the_tool_says_that_it_changes_things(old):
    tools = {tool["name"]: tool for tool in old.ask("tools/list")["result"]["tools"]}
    hints = tools["execute_code"]["annotations"]
    assert (hints["readOnlyHint"], hints["destructiveHint"]) == (False, True)


# ---- beside others ----


def test_others_are_served_while_scripts_run(old):
    running = [old.request("tools/call", call_of("while true do end", 3)) for _ in range(4)]
    started = time.monotonic()
    for _ in range(20):
        assert "result" in old.ask("ping")
    assert "4 scripts run already" in failure(old, "return 1")
    assert time.monotonic() - started < 2.5
    answers = [old.message() for _ in running]
    assert sorted(answer["id"] for answer in answers) == running
    assert all("time limit" in text_of(answer["result"]) for answer in answers)
    assert value(old, "return 1") == 1
    await_no_worker(old)


def test_a_process_that_takes_long_to_end_keeps_nobody_waiting(old):
    """A tracer holds it up, as the system does while it takes back what the process had."""
    request = old.request("tools/call", call_of("while true do end", 1))
    worker = wait_for_worker(old)
    with traced_to_its_end(worker):
        assert "time limit" in text_of(old.answer(request)["result"])
        assert "result" in old.ask("ping")
        assert value(old, "return 1") == 1
        assert worker in workers(old)
    await_no_worker(old)


@contextlib.contextmanager
def traced_to_its_end(pid: int):
    """It is stopped where it has been killed and has not ended, and ends afterwards."""
    seize, options_exit, detach = 0x4206, 0x40, 17  # PTRACE_SEIZE, PTRACE_O_TRACEEXIT, PTRACE_DETACH
    libc = ctypes.CDLL(None, use_errno=True)
    libc.ptrace.argtypes = [ctypes.c_long] * 4
    assert libc.ptrace(seize, pid, 0, options_exit) == 0, os.strerror(ctypes.get_errno())
    try:
        yield
    finally:
        os.waitpid(pid, 0)
        libc.ptrace(detach, pid, 0, 0)


def call_of(code: str, timeout: int = 60) -> dict:
    return {"name": "execute_code", "arguments": {"code": code, "timeout": timeout}}


def test_a_cancelled_script_ends_with_its_command(old):
    identity = old.call("execute_code", code=MAKE + "return id")["structuredContent"]["result"]
    request = old.request("tools/call", call_of(f"client.sandboxes:execute('{identity}', {{command = 'sleep 987'}})"))
    commands = {"id": identity, "command": "cat /proc/[0-9]*/comm"}
    until = time.monotonic() + 20
    while "sleep" not in old.call("execute_sandboxes", **commands)["structuredContent"]["stdout"].split():
        assert time.monotonic() < until
    old.notify("notifications/cancelled", {"requestId": request})
    while "sleep" in old.call("execute_sandboxes", **commands)["structuredContent"]["stdout"].split():
        assert time.monotonic() < until
    await_no_worker(old)


@pytest.mark.parametrize("seconds", [0, 0, 0, 0, 0.002, 0.004, 0.5])
def test_a_script_ends_with_its_server(old, seconds):
    old.request("tools/call", call_of("while true do end"))
    worker = wait_for_worker(old)
    time.sleep(seconds)
    os.kill(old.process.pid, signal.SIGKILL)
    until = time.monotonic() + 10
    while Path(f"/proc/{worker}").exists() and "Z" not in Path(f"/proc/{worker}/stat").read_text():
        assert time.monotonic() < until, "it lives on"
        time.sleep(0.05)


def test_a_host_that_closes_the_input_ends_scripts(old):
    old.request("tools/call", call_of("while true do end"))
    wait_for_worker(old)
    started = time.monotonic()
    status, said, _ = old.end()
    assert (status, said) == (0, b"")
    assert time.monotonic() - started < 3


def test_what_it_prints_is_progress(host):
    request = host.request(
        "tools/call",
        call_of("print 'first' client.sandboxes:list()") | {"_meta": META | {"progressToken": "p"}},
        modern=True,
    )
    told = host.message()
    assert told["method"] == "notifications/progress"
    assert told["params"]["message"] == "first\n"
    assert host.answer(request)["result"]["structuredContent"]["output"] == "first\n"


def test_a_host_that_does_not_read_is_told_no_progress(old):
    """What it has not read stays in the server: of that there is no end as long as a script prints."""
    identity = old.call("create_sandboxes")["structuredContent"]["id"]
    old.call("execute_sandboxes", id=identity, command="head -c 8000000 /dev/zero | tr '\\0' x > /data/large")
    printing = call_of("while true do print(('x'):rep(4000)) end", 6) | {"_meta": {"progressToken": "p"}}
    printing = old.request("tools/call", printing)
    numbers = [old.message()["params"]["progress"]]
    large = [old.request("resources/read", {"uri": f"sandbox://{identity}/data/large"}) for _ in range(2)]
    time.sleep(4)
    while (message := old.message()).get("id") != printing:
        if "params" in message:
            numbers.append(message["params"]["progress"])
        else:
            large.remove(message["id"])
    assert large == []
    assert max(second - first for first, second in zip(numbers, numbers[1:])) > 10


# ---- the process ----


def test_the_process_has_nothing(old):
    """No variable, no descriptor but its socket, no key, no privilege; another system call is its end."""
    old.request("tools/call", call_of("while true do end", 5))
    worker = Path(f"/proc/{wait_for_worker(old)}")
    until = time.monotonic() + 3
    while "Seccomp:\t2" not in (worker / "status").read_text():
        assert time.monotonic() < until
    status = dict(line.split(":\t", 1) for line in (worker / "status").read_text().splitlines() if ":\t" in line)
    assert status["NoNewPrivs"].strip() == "1"
    assert (worker / "environ").read_bytes() == b""
    assert sorted(entry.name for entry in (worker / "fd").iterdir()) == ["0", "1", "2"]
    assert (worker / "fd/0").readlink().name.startswith("socket:")
    assert {str((worker / f"fd/{number}").readlink()) for number in (1, 2)} == {"/dev/null"}
    limits = (worker / "limits").read_text()
    for name in ("Max core file size", "Max file size", "Max open files"):
        assert f"{name:<26}0 " in limits, name
    assert workers(old) != []


def test_a_killed_process_is_told(old):
    request = old.request("tools/call", call_of("while true do end"))
    os.kill(wait_for_worker(old), signal.SIGKILL)
    assert "process has ended" in text_of(old.answer(request)["result"])
    assert value(old, "return 1") == 1


@pytest.mark.skipif(IS_OTHER_BUILD, reason="AddressSanitizer reserves more addresses than any limit")
def test_a_process_that_cannot_be_started():
    """The server lives on, and so do those that it belongs to."""
    with Host(environment={"SANDBOX_SDK_API_KEY": "key"}, session=True) as host:
        host.shake_hands()
        assert value(host, "return 1") == 1
        taken = int(Path(f"/proc/{host.process.pid}/statm").read_text().split()[0]) * resource.getpagesize()
        unlimited = resource.prlimit(host.process.pid, resource.RLIMIT_AS)
        resource.prlimit(host.process.pid, resource.RLIMIT_AS, (taken, unlimited[1]))
        assert "no process could be started" in failure(host, "return 1")
        resource.prlimit(host.process.pid, resource.RLIMIT_AS, unlimited)
        assert value(host, "return 1") == 1


def test_it_is_not_for_people():
    with Host("--script-worker") as host:
        status, said, errors = host.end()
    assert (status, said) == (2, b"")
    assert errors == "sandbox-sdk-mcp: --script-worker is what it starts for a script by itself\n"
