"""Where a request ends and another one begins, what is a header and what is a path: each can be read in one way only.

Raw sockets, and one server for all: after each test it has to be as it was.
"""

from __future__ import annotations

import re

import pytest
from harness import short
from outside import LIST, MIB, head, post, say, statuses

pytestmark = pytest.mark.usefixtures("unchanged")


def second(server, path="/v1/volumes/create") -> bytes:
    """A request behind another one, which leaves a volume if it is carried out."""
    body = b'{"name": "smuggled"}'
    return post(server, f"Content-Length: {len(body)}", path=path) + body


def is_smuggled(server) -> bool:
    """And it is gone for the next test."""
    found = [
        one for one in server.call("GET", "/v1/volumes/list?page_size=1000").json["data"] if one["name"] == "smuggled"
    ]
    for volume in found:
        server.call("DELETE", f"/v1/volumes/{volume['id']}/delete")
    return bool(found)


# ---- where a body ends ----

GOOD_CHUNKS = [
    b"2\r\n{}\r\n0\r\n\r\n",
    b"0000000000000000000002\r\n{}\r\n0\r\n\r\n",
    b"2;a=b\r\n{}\r\n0;c\r\n\r\n",
    b"1\r\n{\r\n1\r\n}\r\n0\r\nx-api-key: wrong\r\nHost: example.com\r\nContent-Length: 5\r\n\r\n",
]


@pytest.mark.parametrize("chunks", GOOD_CHUNKS, ids=short)
def test_chunks_as_they_should_be(attacked, chunks):
    """What trailers say counts for nothing."""
    answer = say(
        attacked, post(attacked, "Transfer-Encoding: chunked", path="/v1/volumes/create") + chunks + head(attacked)
    )
    assert statuses(answer) == [200, 200]


@pytest.mark.parametrize(
    "chunks",
    [
        b"ZZ\r\n{}\r\n0\r\n\r\n",
        b"-2\r\n{}\r\n0\r\n\r\n",
        b"+2\r\n{}\r\n0\r\n\r\n",
        b"0x2\r\n{}\r\n0\r\n\r\n",
        b" 2\r\n{}\r\n0\r\n\r\n",
        b"2 \r\n{}\r\n0\r\n\r\n",
        b"\r\n{}\r\n0\r\n\r\n",
        b";\r\n{}\r\n0\r\n\r\n",
        b"2\r\n{}0\r\n\r\n",
        b"2\r\n{}XX0\r\n\r\n",
        b"2\r{}\r\n0\r\n\r\n",
        b'2;a="\r\n"\r\n{}\r\n0\r\n\r\n',
        b"2;" + b"a" * 300_000 + b"\r\n{}\r\n0\r\n\r\n",
        b"2\r\n{}\r\n0\r\n" + b"A: b\r\n" * 50_000 + b"\r\n",
        b"FFFFFFFFFFFFFFFF\r\n{}",
        b"FFFFFFFFFFFFFFFFFFFFFFFFFF\r\n{}",
        b"7FFFFFFFFFFFFFFF\r\n{}",
        b"2\r\n{}",
        b"2\r\n{}\r\n0\r\n",
    ],
    ids=short,
)
def test_broken_chunks(attacked, chunks):
    """Nothing is carried out: neither what they belong to nor what comes behind them."""
    before = len(attacked.list())
    answer = say(attacked, post(attacked, "Transfer-Encoding: chunked") + chunks + second(attacked))
    assert all(code >= 400 for code in statuses(answer)), answer
    assert len(attacked.list()) == before
    assert not is_smuggled(attacked)


@pytest.mark.parametrize(
    "length",
    [
        "+2",
        "-1",
        " 2 ,",
        "2,2",
        "2, 2",
        "0x2",
        "2 2",
        "",
        "1e1",
        "²",
        "2\x0b",
        "2.0",
        "18446744073709551616",
        "18446744073709551615",
        "9" * 1000,
    ],
    ids=short,
)
def test_lengths_that_are_none(attacked, length):
    answer = say(attacked, post(attacked, f"Content-Length: {length}") + b"{}" + second(attacked))
    assert set(statuses(answer)) <= {400, 413}
    assert not is_smuggled(attacked)


@pytest.mark.parametrize(
    "lines",
    [
        ["Transfer-Encoding : chunked"],
        ["Transfer-Encoding\t: chunked"],
        ["Transfer-Encoding\x0b: chunked"],
        ["Transfer-Encoding\0: chunked"],
        ["Transfer-Encoding: \x0bchunked"],
        ['Transfer-Encoding: "chunked"'],
        ["Transfer-Encoding: chunked, chunked"],
        ["Transfer-Encoding: chunked,"],
        ["Transfer-Encoding: chunked;q=1"],
        ["Transfer-Encoding: identity"],
        ["Transfer-Encoding:"],
        ["Transfer-Encoding:", " chunked"],
        ["Transfer-Encoding: chunked", " x"],
        ["Transfer-Encoding: x", "\tchunked"],
        ["X: y", " Transfer-Encoding: chunked"],
        ["X: y\rTransfer-Encoding: chunked"],
        ["Transfer-Encoding: chunked", "Content-Length : 4"],
        ["Transfer-Encoding: chunked", "Content-Length:", " 4"],
        ["Transfer-Encoding : chunked", "Content-Length: 4"],
        ["Transfer-Encoding:", " chunked", "Content-Length: 4"],
        ["Content-Length: 4", "Transfer-Encoding:", "\tchunked"],
        ["Content-Length: 4", "Content-Length : 40"],
        ["Content-Length: 4", " 0"],
        ["Content-Length: 0", "Transfer-Encoding: chunked"],
        [" Transfer-Encoding: chunked", "Content-Length: 4"],
        ["(Transfer-Encoding): chunked"],
        ["Content-Length 4"],
    ],
    ids=short,
)
def test_lengths_that_could_be_read_in_two_ways(attacked, lines):
    """What one reader takes for the body another one takes for the next request: nobody gets to choose."""
    answer = say(attacked, post(attacked, *lines) + b"2\r\n{}\r\n0\r\n\r\n" + second(attacked))
    assert set(statuses(answer)) == {400}, answer
    assert b"onnection: close" in answer
    assert not is_smuggled(attacked)


# ---- heads ----


@pytest.mark.parametrize(
    "line", ["A B: c", "A\0B: c", "A: c\rd", "A\t: c", "nocolon", "\x80: x", "A\x7f: x"], ids=short
)
def test_headers_that_are_none(attacked, line):
    assert set(statuses(say(attacked, head(attacked, "GET", LIST, line)))) == {400}


def test_a_value_over_two_lines_is_not_put_together(attacked):
    folded = head(attacked, "GET", LIST, "x-api-key:", f" {attacked.key}", key=False)
    assert statuses(say(attacked, folded)) == [401]


def test_lines_may_end_in_lf(attacked):
    """RFC 9112, section 2.2, lets a server take them."""
    assert statuses(say(attacked, head(attacked).replace(b"\r\n", b"\n"))) == [200]


@pytest.mark.parametrize(
    "data",
    [
        b"GET " + LIST.encode() + b"\r\n",
        b"GET " + LIST.encode() + b"\r\n\r\n",
        b"GET / HTTP/0.9\r\n\r\n",
        b"GET / HTTP/1\r\n\r\n",
        b"GET / HTTP/1.1.1\r\n\r\n",
        b"GET / http/1.1\r\n\r\n",
        b"GET / HTTPS/1.1\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0\4\0\0\0\0\0",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 500,
        b"\x05\x01\x00",
        b"\x00\x00\x00\x54\xffSMB",
        b"SSH-2.0-x\r\n",
        b"*1\r\n$4\r\nPING\r\n",
        b" " * 200_000,
        b"\r\n" * 100_000,
        b"G" * 200_000,
    ],
    ids=short,
)
def test_other_languages(attacked, data):
    """The connection ends, at once or with a page that says no."""
    assert all(code >= 400 for code in statuses(say(attacked, data)))


@pytest.mark.parametrize(
    "lines",
    [
        ["A: b"] * 10_000,
        ["A: " + "b" * MIB],
        ["A" * MIB + ": b"],
        [f"A{i}: b" for i in range(10_000)],
        ["Cookie: a=b"] * 9000,
    ],
    ids=short,
)
def test_floods_of_headers(attacked, lines):
    assert statuses(say(attacked, head(attacked, "GET", LIST, *lines))) in ([431], [])


def test_many_headers_that_fit(attacked):
    assert statuses(say(attacked, head(attacked, "GET", LIST, *[f"A{i}: b" for i in range(500)]))) == [200]


def test_a_long_method(attacked):
    for length in (20, 10_000, 60_000):
        answer = say(attacked, head(attacked, "M" * length))
        assert statuses(answer) in ([405], [431])
        assert len(answer) < 2000


# ---- paths ----


@pytest.mark.parametrize(
    "path",
    [
        "/v1/sandboxes/%",
        "/v1/sandboxes/%zz",
        "/v1/sandboxes/" + "%" * 10_000,
        "/v1/sandboxes/" + "%41" * 10_000,
        "/v1/sandboxes/%252e%252e%252flist",
        "/v1/sandboxes/%2e%2e",
        "/v1/sandboxes/..%5clist",
        "/v1/sandboxes/..;/list",
        "/v1/sandboxes/%c0%ae%c0%ae",
        "/v1/sandboxes/%c0%af",
        "/v1/sandboxes/%e0%80%af",
        "/v1/sandboxes/%f8%80%80%80%af",
        "/v1/sandboxes/%ff%fe",
        "/v1/sandboxes/%ed%a0%80",
        "/v1/sandboxes/%u002f",
        "/v1/sandboxes/%0d%0aX-A:%20b",
        "/v1/sandboxes/\u00ff",
        "/v1/sandboxes/../sandboxes/list",
        "/v1/./sandboxes/list",
        "/v1//sandboxes/list",
        "/V1/sandboxes/list",
        "/v1/sandboxes/list%20",
        "/v1/sandboxes/list%23",
        "/v1/sandboxes/" + "/" * 10_000,
        "/" + "a" * 100_000,
        "/v1/sandboxes/x" + "?" * 10_000,
    ],
    ids=short,
)
def test_tricks_in_paths(attacked, path):
    answer = attacked.call("GET", "/nothing")  # that this itself is documented
    assert answer.status == 404
    answer = say(attacked, head(attacked, "GET", path))
    assert statuses(answer) == [404], answer[:300]
    assert b"\r\nX-A:" not in answer
    answer.partition(b"\r\n\r\n")[2].decode("utf-8")


@pytest.mark.parametrize(
    "query",
    [
        "page=%",
        "page=%zz",
        "page=%00",
        "page=1%00",
        "page=1&page=x",
        "page=" + "9" * 1000,
        "page=%c0%b1",
        "page=0x1",
        "page=+1",
        "page=%201",
        "page[]=",
        "page_size=1e3",
        "page=1;2",
        "page=¹",
    ],
    ids=short,
)
def test_tricks_in_numbers(attacked, query):
    answer = say(attacked, head(attacked, "GET", f"{LIST}?{query}"))
    assert statuses(answer) in ([200], [422])


def test_many_arguments(attacked):
    query = "&".join(f"a{i}=b" for i in range(9000))
    assert statuses(say(attacked, head(attacked, "GET", f"{LIST}?{query}"))) in ([200], [414], [431], [])


# ---- one behind the other ----


def test_a_hundred_at_once(attacked):
    """In their order, also where one of them is refused; and what is no request ends it."""
    sent = [head(attacked, "GET", f"/v1/sandboxes/number-{i}") for i in range(100)]
    answers = re.findall(rb"there is no sandbox \\?\"?number-(\d+)", say(attacked, b"".join(sent)))
    assert [int(number) for number in answers] == list(range(100))
    refused = [*sent[:50], head(attacked, "BREW"), *sent[51:]]
    assert statuses(say(attacked, b"".join(refused))) == [404] * 50 + [405] + [404] * 49
    broken = [*sent[:50], b"nonsense\r\n\r\n", *sent[51:]]
    assert statuses(say(attacked, b"".join(broken))) in ([404] * 50, [404] * 50 + [400])
