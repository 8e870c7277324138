"""Everything that a case expects is compared: each deviation is found."""

from __future__ import annotations

import copy

import pytest
from harness import compare
from harness.cases import load, make_case
from harness.languages import BY_NAME, VERSION
from harness.server import Request

DEFAULTS = {
    "api_key": "secret-key",
    "client": {},
    "headers": {"Host": "h", "x-stainless-retry-count": "0", "x-stainless-read-timeout": "60"},
    "methods": {"POST": {"Idempotency-Key": {"matches": ".{4,}"}}},
}
C = BY_NAME["c"]
RAW = {
    "name": "one",
    "call": "sandboxes.create",
    "requests": [
        {"method": "POST", "path": "/p", "query": "a=1", "body": "{}", "headers": {"X-A": "1"}},
        {"again": True, "after": 0.1, "connection": "same"},
    ],
    "ok": {
        "json": {"id": "x", "n": 1},
        "fields": {"id": "x"},
        "presence": {"id": "present", "name": "null", "no": "absent"},
    },
}


def make_request(number: int, arrived: float, retries: int) -> Request:
    headers = [
        ("host", "h"),
        ("x-stainless-retry-count", str(retries)),
        ("X-Stainless-Read-Timeout", "60.0"),
        ("Idempotency-Key", "key-1"),
        ("X-A", "1"),
        ("Content-Length", "2"),
        *((name, value) for name, value in C.headers.items() if isinstance(value, str)),
        ("X-Stainless-Runtime", "libcurl"),
        ("X-Stainless-Runtime-Version", "7.88.1"),
    ]
    return Request(
        number, 1, "main", arrived, bytearray(), "POST", "/p?a=1", "HTTP/1.1", headers, b"{}", True, arrived + 0.01
    )


def good() -> tuple[dict, list[Request]]:
    answer = {
        "results": [
            {
                "ok": {
                    "json": {"id": "x", "n": 1.0},
                    "fields": {"id": "x"},
                    "presence": {"id": "present", "name": "null"},
                }
            }
        ]
    }
    return answer, [make_request(1, 10.0, 0), make_request(2, 10.12, 1)]


def differences(raw: dict, answer: dict, requests: list[Request], seconds: float = 0.2) -> list[str]:
    return compare.compare(make_case("t", raw, DEFAULTS), C, compare.Outcome(answer, requests, seconds))


def test_what_is_as_expected_has_no_difference():
    assert differences(RAW, *good()) == []


def set_header(request: Request, name: str, value: str | None) -> None:
    request.headers = [header for header in request.headers if header[0].lower() != name.lower()]
    if value is not None:
        request.headers.append((name, value))


REQUEST_DEVIATIONS = {
    "method": lambda requests: setattr(requests[0], "method", "PUT"),
    "path": lambda requests: setattr(requests[0], "target", "/q?a=1"),
    "query": lambda requests: setattr(requests[0], "target", "/p?a=2"),
    "version": lambda requests: setattr(requests[0], "version", "HTTP/1.0"),
    "listener": lambda requests: setattr(requests[0], "listener", "other"),
    "arrive whole": lambda requests: setattr(requests[0], "whole", False),
    "body": lambda requests: setattr(requests[0], "body", b"{ }"),
    "header x-a: expected": lambda requests: set_header(requests[0], "X-A", "2"),
    "header x-b: not expected": lambda requests: set_header(requests[0], "X-B", "1"),
    "header host": lambda requests: set_header(requests[0], "Host", None),
    "sent 2 times": lambda requests: requests[0].headers.append(("x-a", "1")),
    "content-length": lambda requests: set_header(requests[0], "Content-Length", None),
    "idempotency-key: expected": lambda requests: set_header(requests[1], "Idempotency-Key", "key-2"),
    "retry-count": lambda requests: set_header(requests[1], "x-stainless-retry-count", "0"),
    "waited": lambda requests: setattr(requests[1], "arrived", 10.05),
    "to 0.1 s": lambda requests: setattr(requests[1], "arrived", 11.0),
    "connection": lambda requests: setattr(requests[1], "connection", 2),
    "requests: expected 2, got 1": lambda requests: requests.pop(),
    "requests: expected 2, got 3": lambda requests: requests.append(make_request(3, 11, 2)),
    "user-agent": lambda requests: set_header(requests[0], "User-Agent", f"SandboxSDK/Lua {VERSION}"),
}


@pytest.mark.parametrize("said", REQUEST_DEVIATIONS)
def test_a_request_that_deviates_is_found(said):
    answer, requests = good()
    REQUEST_DEVIATIONS[said](requests)
    assert any(said in line for line in differences(RAW, answer, requests))


ANSWER_DEVIATIONS = {
    "result": lambda ok: ok.update(json={"id": "y", "n": 1}),
    "result: expected": lambda ok: ok.update(json={"id": "x", "n": True}),
    "field id": lambda ok: ok.update(fields={}),
    "presence of name": lambda ok: ok["presence"].pop("name"),
    "presence of no": lambda ok: ok["presence"].update(no="null"),
    "API key": lambda ok: ok.update(note="the secret-key"),
}


@pytest.mark.parametrize("said", ANSWER_DEVIATIONS)
def test_an_answer_that_deviates_is_found(said):
    answer, requests = good()
    ANSWER_DEVIATIONS[said](answer["results"][0]["ok"])
    assert any(said in line for line in differences(RAW, answer, requests))


def test_an_error_instead_of_a_success_is_found():
    requests = good()[1]
    assert "outcome" in differences(RAW, {"results": [{"error": {"code": "timeout"}}]}, requests)[0]
    assert "results" in differences(RAW, {"results": []}, requests)[0]
    assert "not made" in differences(RAW, {"client_error": {"code": "x"}}, requests)[0]


FAILING = {
    "name": "two",
    "call": "sandboxes.list",
    "requests": [],
    "seconds": [0.1, 0.3],
    "error": {
        "code": "not_found",
        "status": 404,
        "body": {"a": None},
        "attempts": 1,
        "outcome_unknown": False,
        "argument": {"matches": "a|b"},
        "lacks": ["hidden"],
        "message_has": ["Error"],
    },
}
ERROR = {
    "code": "not_found",
    "status": 404,
    "body": {"a": None},
    "message": 'Error code: 404 - {"a":null}',
    "attempts": 1,
    "outcome_unknown": False,
    "argument": "a",
}


def test_an_error_as_expected_has_no_difference():
    assert differences(FAILING, {"results": [{"error": ERROR}]}, []) == []


@pytest.mark.parametrize(
    "change",
    [
        {"code": "status"},
        {"status": 400},
        {"body": {"a": 0}},
        {"message": "Error code: 404"},
        {"message": "no"},
        {"attempts": 2},
        {"outcome_unknown": True},
        {"argument": "c"},
        {"detail": "what is hidden"},
    ],
)
def test_an_error_that_deviates_is_found(change):
    assert differences(FAILING, {"results": [{"error": {**ERROR, **change}}]}, [])


def test_a_success_instead_of_an_error_and_a_wrong_duration_are_found():
    assert "outcome" in differences(FAILING, {"results": [{"ok": {}}]}, [])[0]
    assert "seconds" in differences(FAILING, {"results": [{"error": ERROR}]}, [], seconds=0.05)[0]
    assert "seconds" in differences(FAILING, {"results": [{"error": ERROR}]}, [], seconds=0.8)[0]


def test_messages_differ_by_language_as_they_should():
    for language, message in (("c", 'Error code: 404 - {"a":null}'), ("python", "Error code: 404 - {'a': None}")):
        assert compare.expected_message(BY_NAME[language], FAILING["error"]) == message


def test_python_has_the_exception_class_of_the_code():
    got = {**ERROR, "message": "Error code: 404 - {'a': None}", "classes": ["NotFoundError", "APIStatusError"]}
    assert compare.compare_error(BY_NAME["python"], FAILING["error"], got) == []
    got["classes"] = ["APIStatusError"]
    assert "exception class" in compare.compare_error(BY_NAME["python"], FAILING["error"], got)[0]


def test_the_same_idempotency_key_in_two_calls_is_found():
    raw = copy.deepcopy(RAW)
    raw["requests"][1] = {**raw["requests"][0]}
    answer, requests = good()
    set_header(requests[1], "x-stainless-retry-count", "0")
    assert any("another call" in line for line in differences(raw, answer, requests))


def test_a_multipart_body_is_compared_byte_for_byte():
    spec = {"method": "POST", "parts": [{"name": "f", "filename": "x", "type": "t/t", "text": "a\0"}]}
    request = make_request(1, 1, 0)
    set_header(request, "Content-Type", "multipart/form-data; boundary=B")
    request.body = (
        b'--B\r\nContent-Disposition: form-data; name="f"; filename="x"\r\nContent-Type: t/t\r\n\r\na\0\r\n--B--\r\n'
    )
    assert compare.compare_body(C, spec, request) == []
    request.body += b"\r\n"
    assert compare.compare_body(C, spec, request)


def test_files_are_compared_where_they_lie(tmp_path):
    path = tmp_path / "result"
    assert compare.compare_ok({"file": {"path": str(path), "text": "abc"}}, {})
    assert compare.no_file({"no_file": str(path)}) == []
    path.write_bytes(b"abc")
    assert compare.compare_ok({"file": {"path": str(path), "text": "abc"}}, {}) == []
    assert compare.no_file({"no_file": str(path)})


def test_what_is_known_of_an_answer_is_compared():
    got = {"status": 203, "method": "GET", "headers": [["A", "1"], ["b", "2"], ["a", "3"]]}
    assert compare.compare_ok({"status": 203, "method": "GET"}, got) == []
    assert compare.compare_ok({"status": 200}, got)
    assert compare.compare_ok({"url": "http://x/"}, got)
    assert compare.compare_ok({"headers": [["A", "1"], ["a", "3"]]}, got) == []
    assert compare.compare_ok({"headers": [["a", "3"], ["A", "1"]]}, got)
    assert compare.compare_ok({"headers": [["A", "1"]]}, got)


def test_the_cases_that_there_are_can_be_read():
    assert len(load()) > 200


def test_only_a_language_without_ordered_maps_may_send_members_in_another_order():
    spec, request = {"method": "POST", "body": '{"a":1,"b":2}'}, make_request(1, 1, 0)
    request.body = b'{"b":2,"a":1}'
    assert compare.compare_body(C, spec, request)
    assert compare.compare_body(BY_NAME["lua"], spec, request) == []
    request.body = b'{"b":2, "a":1}'
    assert compare.compare_body(BY_NAME["lua"], spec, request)
    assert not compare.same_query(C, "a=1&b=2", "b=2&a=1")
    assert compare.same_query(BY_NAME["lua"], "a=1&b=2", "b=2&a=1")
    assert not compare.same_query(BY_NAME["lua"], "a=1&b=2", "b=2&a=2")


def test_an_array_may_hold_members_in_another_order_there_too():
    spec, request = {"method": "POST", "body": '[1,{"a":1,"b":2}]'}, make_request(1, 1, 0)
    request.body = b'[1,{"b":2,"a":1}]'
    assert compare.compare_body(C, spec, request)
    assert compare.compare_body(BY_NAME["lua"], spec, request) == []
    request.body = b'[{"b":2,"a":1},1]'
    assert compare.compare_body(BY_NAME["lua"], spec, request)


def test_a_part_may_have_its_headers_in_another_order_there_too():
    spec = {"method": "POST", "parts": [{"name": "f", "text": "a", "headers": {"X-A": "1", "X-B": "2"}}]}
    request = make_request(1, 1, 0)
    set_header(request, "Content-Type", "multipart/form-data; boundary=B")
    head = b'--B\r\nContent-Disposition: form-data; name="f"\r\n'
    request.body = head + b"X-B: 2\r\nX-A: 1\r\n\r\na\r\n--B--\r\n"
    assert compare.compare_body(C, spec, request)
    assert compare.compare_body(BY_NAME["lua"], spec, request) == []
    request.body = head + b"X-B: 1\r\nX-A: 2\r\n\r\na\r\n--B--\r\n"
    assert compare.compare_body(BY_NAME["lua"], spec, request)


def test_only_a_request_that_may_stop_need_not_be_whole():
    raw = copy.deepcopy(RAW)
    answer, requests = good()
    requests[0].whole, requests[0].body = False, b"{"
    assert differences(raw, answer, requests)
    raw["requests"][0]["may_stop"] = True
    assert differences(raw, answer, requests) == []
