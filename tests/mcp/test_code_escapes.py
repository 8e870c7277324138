"""Scripts that try to get out, to stay, or to take all there is."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from account import wait_until
from harness import IS_OTHER_BUILD, PROGRAM, Host, text_of
from test_code import await_no_worker

CONFINED = PROGRAM.parent / "mcp-confined"
TIME = "the script was ended at its time limit"
MEMORY = "not enough memory|for want of memory|too large|" + TIME

# Each is given two seconds, and says what it has to end with: its failure, or what it returns as text.
ATTEMPTS = {
    # ---- for ever ----
    "an endless loop": ("while true do end", TIME),
    "goto": ("::again:: goto again", TIME),
    "a tail call": ("local function f() return f() end f()", TIME),
    "pcall in a loop": ("while true do pcall(error, 'x') end", TIME),
    "pcall around a loop": ("repeat pcall(function() while true do end end) until false", TIME),
    "coroutines": ("while true do coroutine.wrap(function() coroutine.yield() end)() end", TIME),
    "a coroutine that never yields": ("coroutine.wrap(function() while true do end end)()", TIME),
    "a pattern": ("return (('a'):rep(100000)):find(('.-'):rep(20) .. 'b')", TIME),
    "gsub": ("return (('a'):rep(1e6)):gsub('a', function() local x = ('a'):rep(1e5):gsub('a', 'b') end)", TIME),
    "a comparator": ("table.sort({1, 2, 3}, function() while true do end end)", TIME),
    "a comparator that lies": (
        "local t = {} for i = 1, 1e5 do t[i] = i % 7 end "
        "while true do pcall(table.sort, t, function() return true end) end",
        TIME,
    ),
    "a finalizer": ("setmetatable({}, {__gc = function() while true do end end}) while true do local t = {} end", TIME),
    "a finalizer that comes again": (
        "local m = {} m.__gc = function(o) setmetatable(o, m) end for i = 1, 1e9 do setmetatable({}, m) end",
        f"{TIME}|{MEMORY}",
    ),
    "a closing value": ("local x <close> = setmetatable({}, {__close = function() while true do end end})", TIME),
    "__tostring of an error": ("error(setmetatable({}, {__tostring = function() while true do end end}))", TIME),
    "__index": (
        "local t = setmetatable({}, {__index = function(t, k) return t[k + 1] end}) return t[1]",
        "stack overflow|" + TIME,
    ),
    "a reader of load": ("load(function() return 'x = 1 ' end)", f"{TIME}|{MEMORY}"),
    "tasks that never wait": ("parallel({1, 2}, function() while true do coroutine.yield() end end)", TIME),
    "a call in a finalizer": (
        "setmetatable({}, {__gc = function() client.sandboxes:list() end}) "
        "for i = 1, 1e6 do local t = {} end return 'went on'",
        "went on",
    ),
    # ---- everything ----
    "string.rep": ("return #('x'):rep(1 << 30)", MEMORY),
    "string.rep beyond all": ("return ('x'):rep(math.maxinteger)", "too large"),
    "string.rep with a separator": ("return ('x'):rep(1 << 20, ('y'):rep(1 << 12))", MEMORY),
    "doubling": ("local s = 'x' while true do s = s .. s end", MEMORY),
    "a table": ("local t = {} while true do t[#t + 1] = {} end", MEMORY),
    "a table of one key": ("local t = {} for i = 1, 1e9 do t[i << 20] = i end", MEMORY),
    "table.concat": ("local t = {} for i = 1, 1e5 do t[i] = ('x'):rep(1000) end return #table.concat(t)", MEMORY),
    "table.move": ("table.move({}, 1, math.maxinteger - 1, 2)", "too many elements|" + TIME),
    "table.unpack": ("return table.unpack({}, 1, 1e8)", "too many results"),
    "string.byte": ("return (('x'):rep(1e7)):byte(1, -1)", "too long|stack overflow"),
    "string.pack": ("return #string.pack('!16 j x', 1):rep(1e9)", MEMORY),
    "string.format": ("return string.format('%99999d', 1)", "invalid conversion"),
    "memory again and again": (
        "while true do pcall(function() local t = {} while true do t[#t + 1] = ('x'):rep(1e5) end end) end",
        MEMORY,
    ),
    "json.encode again and again": (
        "local t = {} for i = 1, 1e5 do t[i] = 'x' end for i = 1, 50 do t = {t, t} end "
        "while true do pcall(json.encode, t) end",
        MEMORY,
    ),
    "json.decode again and again": (
        "local s = '[' .. ('1,'):rep(1e6) .. '1]' while true do pcall(json.decode, s) end",
        MEMORY,
    ),
    "coroutines without end": ("local t = {} while true do t[#t + 1] = coroutine.create(print) end", MEMORY),
    "tasks without end": (
        "local t = {} for i = 1, 1e6 do t[i] = i end return #parallel(t, function() end)",
        f"1000000|{MEMORY}",
    ),
    # ---- deep ----
    "recursion": ("local function f() return 1 + f() end return f()", f"stack overflow|{MEMORY}"),
    "coroutines within coroutines": (
        "local function f() return coroutine.wrap(f)() end return f()",
        "C stack overflow",
    ),
    "parallel within parallel": (
        "local function f() return parallel({1}, f) end return f()",
        "C stack overflow|" + MEMORY,
    ),
    "a pattern that is nested": ("return ('x'):find(('('):rep(1000))", "too many captures|malformed|too complex"),
    "code that is nested": ("return load(('('):rep(100000) .. '1' .. (')'):rep(100000)) == nil", "True"),
    "a value within itself": ("local t = {} t.t = t return t", "within itself, or nests too deep"),
    "JSON that is nested": ("return json.decode(('['):rep(100000))", "json.decode: "),
    "metatables in a circle": (
        "local a, b = {}, {} setmetatable(a, {__index = b}) setmetatable(b, {__index = a}) return a.x",
        "'__index' chain too long",
    ),
    # ---- out ----
    "what Lua has elsewhere": (
        "return tostring(os) .. tostring(io) .. tostring(debug) .. tostring(package) .. tostring(require) .. "
        "tostring(dofile) .. tostring(loadfile) .. tostring(collectgarbage) .. tostring(loadstring) .. tostring(warn)",
        "^(nil){10}$",
    ),
    "string.dump": ("return tostring(string.dump) .. tostring(getmetatable('').__index.dump)", "^nilnil$"),
    "bytecode": ("return select(2, load('\\27Lua\\x54\\0\\x19\\x93\\r\\n\\x1a\\n'))", "attempt to load a binary chunk"),
    "bytecode by name": ("return select(2, load('\\27Lua', 'x', 'b'))", "attempt to load a binary chunk"),
    "bytecode from a function": (
        "local parts = {'\\27', 'Lua'} "
        "return select(2, load(function() return table.remove(parts, 1) end, 'x', 'bt', {}))",
        "attempt to load a binary chunk",
    ),
    "functions of the process": ("return tostring(send) .. tostring(receive) .. tostring(process)", "^nilnilnil$"),
    "the client's options": (
        "return tostring(client.api_key) .. tostring(client.base_url) .. "
        "tostring(client.request) .. tostring(client.get)",
        "^(nil){4}$",
    ),
    "another URL": ("client.sandboxes:list { base_url = 'http://127.0.0.1:1' }", "base_url"),
    "headers": ("client.sandboxes:list { extra_headers = { ['x-api-key'] = 'other' } }", "extra_headers"),
    "another path": ("client.sandboxes:delete '../volumes/list'", "there is nothing at a path"),
    "a query in a path": ("client.sandboxes:delete 'x?y=1#z'", 'there is no sandbox "x'),
    "a NUL in a path": ("client.sandboxes:delete 'x\\0y'", "sandboxes.delete: "),
    "a file of the server's machine": (
        "client.sandboxes:upload('x', { path = '/data/x', file = { path = '/etc/passwd' } })",
        "file: it is a string",
    ),
    "an operation that is none": ("client.sandboxes:become_root {}", "method 'become_root'"),
    "the runtime's own tools": (
        "table.insert = nil table.remove = nil coroutine.yield = nil coroutine.running = print next = nil ipairs = nil "
        "return #parallel({1, 2, 3}, function(n) return client.sandboxes:list() end)",
        "^3$",
    ),
    "globals in a trap": ("setmetatable(_G, {__index = error, __newindex = error}) return x", "x"),
    "a task's coroutine": (
        "local task parallel({1, 2}, function(n) if n == 1 then task = coroutine.running() client.sandboxes:list() "
        "else return coroutine.close(task) end end)",
        "dead coroutine|cannot",
    ),
    "another environment": ("local _ENV = {} return print", "^None$"),
    # ---- much to say ----
    "printing without end": ("while true do print(('x'):rep(1000)) end", TIME),
    "printing much": ("print(('x'):rep(30e6)) return 'printed'", "printed"),
    "returning many": ("local t = {} for i = 1, 32768 do t[i] = {} end return t", "this is too much"),
    "sending many": (
        "local t = {} for i = 1, 32768 do t[i] = {} end client.sandboxes:create { metadata = t }",
        "this is too much",
    ),
    "returning the most": ("local t = {} for i = 1, 32700 do t[i] = {} end return t", r"^\[{}, {}"),
    "returning much": ("return ('x'):rep(5e6)", "this is too much"),
    "sending much": ("client.sandboxes:create { name = ('x'):rep(5e6) }", "this is too much"),
    "uploading much": ("client.sandboxes:upload('x', { path = '/x', file = ('x'):rep(5e6) })", "this is too much"),
    "raising much": ("error(('x'):rep(30e6))", "^script:1: xxx"),
    "raising what is no text": ("error('\\xff\\xfe', 0)", r"^\?\?$"),
    "raising what raises": ("error(setmetatable({}, {__tostring = function() error 'again' end}))", "an error|again"),
    "raising what is none": ("error(setmetatable({}, {__tostring = function() return 1 end}))", "^1$"),
    "a name for the module": ("error(setmetatable({}, {__name = ('x'):rep(1e6)}))", "^xxx"),
}


@pytest.fixture(scope="module")
def server():
    with Host("--local") as made:
        made.shake_hands()
        yield made


@pytest.fixture(scope="module")
def results(server) -> dict[str, dict]:
    """What became of each, four at a time."""
    left, under_way, ended = list(ATTEMPTS), {}, {}
    while left or under_way:
        while left and len(under_way) < 4:
            name = left.pop(0)
            arguments = {"code": ATTEMPTS[name][0], "timeout": 2}
            under_way[server.request("tools/call", {"name": "execute_code", "arguments": arguments})] = name
        answer = server.message()
        ended[under_way.pop(answer["id"])] = answer["result"]
    return ended


@pytest.mark.parametrize("name", ATTEMPTS)
def test_attempt(results, name):
    result = results[name]
    said = text_of(result) if result.get("isError") else str(result["structuredContent"].get("result"))
    assert re.search(ATTEMPTS[name][1], said), said[:300]
    assert len(said) < 400_000


def test_the_server_is_as_before(server, results):
    assert len(results) == len(ATTEMPTS)
    assert "result" in server.ask("ping")
    await_no_worker(server)
    if not IS_OTHER_BUILD:
        status = Path(f"/proc/{server.process.pid}/status").read_text()
        peak = int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) >> 10
        assert peak < 100, "MiB"


def test_all_of_them_leave_nothing(server):
    def descriptors() -> int:
        return len(list(Path(f"/proc/{server.process.pid}/fd").iterdir()))

    before = descriptors()
    for _ in range(20):
        server.call("execute_code", code="error 'x'")
        server.call("execute_code", code="return ('x'):rep(1e6)")
    assert wait_until(lambda: descriptors() == before), "an answer may be there before all is closed"


def calls_of_the_system() -> list[str]:
    return subprocess.run([CONFINED, "list"], capture_output=True, text=True, check=True).stdout.splitlines()


@pytest.mark.parametrize("name", calls_of_the_system() if CONFINED.exists() else ["the program is missing"])
def test_system_call_ends_the_process(name):
    done = subprocess.run([CONFINED, name], capture_output=True, timeout=20, check=False)
    assert done.returncode == -31, done
    assert done.stdout == b""


def test_memory_is_limited():
    assert subprocess.run([CONFINED, "32 MiB"], timeout=20, check=False).returncode == 0
    if not IS_OTHER_BUILD:
        assert subprocess.run([CONFINED, "1 GiB"], timeout=20, check=False).returncode == 4
