"""The whole runner, with drivers made for the test."""

from __future__ import annotations

import json
import sys

import pytest
from harness import columns, drivers, main, report, runner
from harness.cases import make_case

GOOD = """
import json, sys, urllib.request
for line in sys.stdin:
    case = json.loads(line)
    got = json.load(urllib.request.urlopen(case["client"]["base_url"] + "/x"))
    print(json.dumps({"results": [{"ok": {"json": got}}]}), flush=True)
"""
DEFAULTS = {
    "api_key": "secret-key",
    "client": {"base_url": "${main_url}"},
    "headers": {
        "Host": "${main_host}",
        "Connection": "close",
        "Accept-Encoding": "identity",
        "User-Agent": {"matches": ".+"},
        "X-Stainless-Lang": None,
        "X-Stainless-Runtime": None,
        "X-Stainless-Runtime-Version": None,
    },
    "methods": {"GET": {"User-Agent": {"matches": ".+"}}},
}


@pytest.fixture
def one_case(monkeypatch):
    """A suite of one case, which the good driver passes; only the language's own headers are left out."""
    raw = {
        "name": "one",
        "call": "sandboxes.list",
        "typed": False,
        "server": [{"json": {"a": 1}}],
        "requests": [
            {
                "method": "GET",
                "path": "/x",
                "headers": {
                    "User-Agent": {"matches": ".+"},
                    "X-Stainless-Lang": None,
                    "X-Stainless-Runtime": None,
                    "X-Stainless-Runtime-Version": None,
                    "X-Stainless-Async": None,
                },
            }
        ],
        "ok": {"json": {"a": 1}},
    }
    monkeypatch.setattr(main, "load", lambda: [make_case("topic", raw, DEFAULTS)])
    monkeypatch.setattr(main, "FEWEST_CASES", 1)


def run(monkeypatch, tmp_path, capsys, source: str, *more: str) -> tuple[int, str]:
    script = tmp_path / "driver.py"
    script.write_text(source, encoding="utf-8")
    commands = {name: [sys.executable, str(script)] for name in ("c", "python", "lua 5.1", "lua jit")}
    monkeypatch.setattr(drivers, "commands", lambda *_: commands)
    status = main.main(["--languages", "c,python", *more])
    return status, capsys.readouterr().out


def test_all_is_well(one_case, monkeypatch, tmp_path, capsys):
    status, out = run(monkeypatch, tmp_path, capsys, GOOD)
    assert (status, out.splitlines()[-1]) == (0, "2 passed, 0 failed")
    assert "topic: one" in out and out.count("✓") == 2


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (GOOD.replace('"/x"', '"/y"'), "path: expected /x, got /y"),
        (GOOD.replace('{"json": got}', '{"json": 0}'), "result: expected"),
        ("raise SystemExit('broken')", "broken"),
        ("import sys\nfor line in sys.stdin: print('no json', flush=True)", "no json"),
    ],
)
def test_a_driver_that_errs_fails(one_case, monkeypatch, tmp_path, capsys, source, said):
    status, out = run(monkeypatch, tmp_path, capsys, source)
    assert status == 1 and out.splitlines()[-1].startswith("0 passed, ")
    assert said in out and "✗ topic: one [python]" in out


@pytest.mark.parametrize("entry", ["sync", "async"])
def test_each_entry_of_python_counts(one_case, monkeypatch, tmp_path, capsys, entry):
    source = GOOD.replace('"/x"', f'("/y" if case["entry"] == "{entry}" else "/x")')
    status, out = run(monkeypatch, tmp_path, capsys, source)
    assert (status, out.splitlines()[-1]) == (1, "1 passed, 1 failed")
    assert f"through the {entry} entry:" in out and "path: expected /x, got /y" in out


def test_lua_has_a_column_for_each_entry_of_each_version(one_case, monkeypatch, tmp_path, capsys):
    source = GOOD.replace('"/x"', '("/y" if case["entry"] == "coroutines" else "/x")')
    status, out = run(monkeypatch, tmp_path, capsys, source, "--languages", "c,lua", "--lua", "5.1,jit")
    assert (status, out.splitlines()[-1]) == (1, "3 passed, 2 failed")
    assert out.splitlines()[0].split() == ["c", "lua", "5.1", "lua", "5.1", "lua", "jit", "lua", "jit"]
    assert out.splitlines()[1].split() == ["blocking", "coroutines"] * 2
    assert "✗ topic: one [lua jit coroutines]" in out
    assert "lua 5.1 blocking: 1 of 1 cases passed" in out and "lua 5.1 coroutines: 0 of 1 cases passed" in out


def test_lua_makes_custom_requests_through_a_stream_too():
    raw = {"name": "one", "requests": [], "ok": {}}
    blocking, coroutines = columns.columns(["lua"], ["5.4"])
    custom = {**raw, "request": {"url": "x"}}
    entries = {
        "operation": runner.entries_of(make_case("topic", {**raw, "call": "x"}, {}), blocking),
        "request": runner.entries_of(make_case("topic", custom, {}), blocking),
        "in coroutines": runner.entries_of(make_case("topic", custom, {}), coroutines),
        "not a stream": runner.entries_of(make_case("topic", {**custom, "stream": False}, {}), coroutines),
    }
    assert entries == {
        "operation": ["blocking"],
        "request": ["blocking", "blocking stream"],
        "in coroutines": ["coroutines", "coroutines stream"],
        "not a stream": ["coroutines"],
    }


def test_a_column_that_no_case_is_meant_for_is_marked():
    case = make_case("topic", {"name": "one", "call": "x", "requests": [], "ok": {}, "languages": ["c"]}, {})
    lines = report.table([case], ["c", "python"], {}).splitlines()
    assert [line.split()[-1] for line in lines[1:]] == [report.NOT_MEANT]
    assert report.totals([case], ["c"], {}) == "c: 0 of 0 cases passed"


def test_what_a_column_cannot_say_is_left_out():
    raw = {"name": "one", "call": "x", "requests": [], "ok": {}}
    shown = columns.columns(["python", "lua"], ["jit", "5.4"])
    meant = {
        needs: [column.name for column in shown if runner.is_meant(make_case("topic", more, {}), column, False)]
        for needs, more in (("integers", {**raw, "needs": "integers"}), ("ipv6", {**raw, "needs": "ipv6"}))
    }
    assert meant == {"integers": ["python", "lua 5.4 blocking", "lua 5.4 coroutines"], "ipv6": []}


def test_a_driver_that_ends_badly_fails(one_case, monkeypatch, tmp_path, capsys):
    status, out = run(monkeypatch, tmp_path, capsys, GOOD + "\nsys.exit('a leak was found')")
    assert (status, out.splitlines()[-1]) == (1, "2 passed, 2 failed")
    assert "a leak was found" in out


def test_nothing_that_ran_is_a_failure(one_case, monkeypatch, tmp_path, capsys):
    status, out = run(monkeypatch, tmp_path, capsys, GOOD, "--case", "no such case")
    assert (status, out.splitlines()[-1]) == (1, "0 passed, 1 failed")


def test_too_few_cases_are_a_failure(one_case, monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(main, "FEWEST_CASES", 2)
    status, out = run(monkeypatch, tmp_path, capsys, GOOD)
    assert (status, out.splitlines()[-1]) == (1, "2 passed, 1 failed")


def test_a_case_that_names_what_there_is_not_fails(one_case, monkeypatch, tmp_path, capsys):
    raw = {"name": "one", "call": "x", "requests": [], "ok": {}, "client": {"base_url": "${nowhere_url}"}}
    monkeypatch.setattr(main, "load", lambda: [make_case("topic", raw, DEFAULTS)])
    status, out = run(monkeypatch, tmp_path, capsys, GOOD)
    assert status == 1 and "nowhere_url" in out


def test_a_driver_that_hangs_is_ended(one_case, monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(drivers, "ANSWER_SECONDS", 0.5)
    status, out = run(monkeypatch, tmp_path, capsys, "import time\ntime.sleep(60)")
    assert status == 1 and "no answer within" in out


def test_the_environment_is_clean_but_for_what_a_case_sets(monkeypatch):
    monkeypatch.setenv("SANDBOX_SDK_API_KEY", "mine")
    monkeypatch.setenv("https_proxy", "http://proxy")
    monkeypatch.setenv("KEPT", "yes")
    environment = drivers.clean_environment({"http_proxy": "http://of.case", "KEPT": None})
    assert not {"SANDBOX_SDK_API_KEY", "https_proxy", "KEPT"} & set(environment)
    assert environment["http_proxy"] == "http://of.case"


def test_a_case_with_an_environment_gets_a_process_of_its_own(tmp_path):
    script = tmp_path / "driver.py"
    script.write_text(
        "import json, os, sys\n"
        "for line in sys.stdin: print(json.dumps([os.getpid(), os.environ.get('A')]), flush=True)",
        encoding="utf-8",
    )
    known = drivers.Drivers({"c": [sys.executable, str(script)]})
    first, second = known.ask("c", {}, None), known.ask("c", {}, None)
    own = known.ask("c", {}, {"A": "1"})
    assert first == second and own[0] != first[0] and (first[1], own[1]) == (None, "1")
    assert known.end() == {}


def test_expectations_are_not_told_to_the_driver():
    step = runner.driver_step(
        {
            "call": "x",
            "ok": {"fields": {"b": 1}, "presence": {"a": "null"}},
            "upload": {"from": "memory", "text": "abc"},
        }
    )
    assert json.loads(json.dumps(step)) == {
        "call": "x",
        "read": ["a", "b"],
        "upload": {"from": "memory", "bytes": "YWJj"},
    }
