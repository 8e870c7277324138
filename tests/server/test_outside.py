"""What strangers, pages, broken clients and floods from outside do to a server: it goes on, and nothing of them stays.

Raw sockets, and one server for all: after each test it has to be as it was. What one request says that it should not
is in test_access.py, test_requests.py and test_framing.py.
"""

from __future__ import annotations

import contextlib
import os
import resource
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from harness import form, short, wait_until
from outside import CREATE, LIST, MIB, SLACK, dial, head, is_alone, memory, post, reset, say, statuses

FULL = bool(os.environ.get("SBX_FULL"))
GIB = 1024 * MIB

pytestmark = pytest.mark.usefixtures("unchanged")


# ---- pages in a browser ----


@pytest.mark.parametrize("site", ["cross-site", "same-site", "same-origin", "", "NONE"])
@pytest.mark.parametrize("path", [LIST, "/v1/health", "/metrics"])
def test_a_page_without_an_origin_is_refused(attacked, site, path):
    """A browser's own header tells what a picture, a form or a frame of a page is."""
    answer = attacked.call("GET", path, headers={"Sec-Fetch-Site": site})
    assert (answer.status, answer.error["type"]) == (403, "forbidden")


def test_what_a_person_types_is_no_page(attacked):
    assert attacked.call("GET", "/v1/health", headers={"Sec-Fetch-Site": "none", "x-api-key": None}).status == 200


@pytest.mark.parametrize(
    "kind", ["text/plain", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded", "application/json"]
)
@pytest.mark.parametrize("path", [CREATE, "/v1/sandboxes/x/execute", "/v1/sandboxes/x/upload"])
def test_a_form_of_a_page_changes_nothing(attacked, path, kind):
    """What a page can post without asking has no key, and no answer says that another origin may read it."""
    answer = attacked.call("POST", path, b'{"command": "true", "x": "=', {"Content-Type": kind, "x-api-key": None})
    assert answer.status == 401
    assert not [name for name in answer.headers if name.lower().startswith("access-control-")]


@pytest.mark.parametrize("path", ["*", LIST, "/v1/health"])
def test_no_preflight_succeeds(attacked, path):
    asked = ["Access-Control-Request-Method: POST", "Access-Control-Request-Headers: x-api-key"]
    for lines in ([], asked, [*asked, "Access-Control-Request-Private-Network: true"]):
        for key in (True, False):
            answer = say(attacked, head(attacked, "OPTIONS", path, *lines, "Connection: close", key=key))
            assert statuses(answer)[0] >= 400
            assert b"access-control" not in answer.lower()


@pytest.mark.parametrize(
    "host",
    [
        "localhost.:80",
        "me@localhost",
        "localhost:80@example.com",
        "localhost#example.com",
        "localhost/",
        "localhost?",
        "[::1%25lo]",
        "[::1%lo]",
        "[::1]x",
        "[0:0:0:0:0:0:0:1]",
        "2130706433",
        "0x7f.1",
        "127.0.0.1.",
        "localhost:-1",
        "localhost: 80",
        "localhost\tx",
        "local\u00adhost",
        "%6cocalhost",
        "http://localhost",
        "x" * 60_000,
    ],
    ids=short,
)
def test_names_that_could_lead_elsewhere(attacked, host):
    assert statuses(say(attacked, head(attacked, host=host))) == [403]


@pytest.mark.parametrize(
    "lines",
    [
        ["Host: localhost"],
        ["Host: example.com"],
        ["Host : example.com"],
        [" Host: example.com"],
        ["Host"],
        ["X-Forwarded-Host: localhost", "Host: evil"],
    ],
    ids=short,
)
def test_one_name_and_no_more(attacked, lines):
    codes = statuses(say(attacked, head(attacked, "GET", LIST, *lines)))
    assert codes in ([400], [401], [403])


@pytest.mark.parametrize(
    "target",
    ["http://example.com" + LIST, "http://localhost@example.com" + LIST, "//example.com" + LIST, "example.com:80", "*"],
)
def test_the_target_names_no_other_host(attacked, target):
    """Whatever stands there, it is not taken for this server's path."""
    for method in ("GET", "CONNECT", "TRACE", "OPTIONS"):
        answer = say(attacked, head(attacked, method, target))
        assert statuses(answer) == [404]
        assert attacked.key.encode() not in answer, "nothing is echoed"


# ---- keys ----


@pytest.mark.parametrize(
    "lines",
    [
        ["x-api-key: <key>", "x-api-key: <key>"],
        ["x-api-key: <key>", "X-API-KEY: "],
        ["x-api-key: <key>,<key>"],
        ["x-api-key: Bearer <key>"],
        ["x-api-key : <key>"],
        ["x_api_key: <key>"],
        ["x-api-key:", " <key>"],
        ["Cookie: x-api-key=<key>"],
        ["Authorization: Bearer <key>"],
        ["Authorization: Basic <key>"],
        ["Proxy-Authorization: <key>"],
        ["x-api-key: " + "x" * 100_000],
    ],
    ids=short,
)
def test_the_key_comes_once_and_in_its_own_header(attacked, lines):
    lines = [line.replace("<key>", attacked.key) for line in lines]
    for path in (LIST, f"{LIST}?x-api-key={attacked.key}&api_key={attacked.key}&key={attacked.key}"):
        answer = say(attacked, head(attacked, "GET", path, *lines, key=False))
        assert statuses(answer)[0] in (400, 401)
        assert attacked.key.encode() not in answer


# ---- much ----


def pour(server, start: bytes, piece: bytes, limit: int) -> tuple[int, int, bytes]:
    """Sends pieces until the server ends the connection: how many bytes, its highest memory, and the answer."""
    sent, highest, answer = 0, 0, b""
    with dial(server, 30) as connection:
        connection.sendall(start)
        with contextlib.suppress(ConnectionError):
            while sent < limit:
                connection.sendall(piece)
                sent += len(piece)
                if sent % (16 * MIB) < len(piece):
                    highest = max(highest, memory(server))
        if sent < limit:
            with contextlib.suppress(ConnectionError):
                answer = connection.recv(65536)
    return sent, highest, answer


CHUNK = b"100000\r\n" + b" " * MIB + b"\r\n"


@pytest.mark.parametrize(
    "path", [CREATE, "/v1/sandboxes/x/execute", "/v1/volumes/create", "/v1/sandboxes/x/delete", LIST]
)
def test_an_endless_body_is_not_taken(attacked, path):
    """10 GiB in chunks: what is read stays below the bound that docs/server.md has, and is not kept."""
    before = memory(attacked)
    method = {"list": "GET", "delete": "DELETE"}.get(path.rpartition("/")[2], "POST")
    start = head(attacked, method, path, "Content-Type: application/json", "Transfer-Encoding: chunked")
    sent, highest, _ = pour(attacked, start, CHUNK, 10 * GIB)
    assert sent < 80 * MIB
    assert highest < before + SLACK


@pytest.mark.parametrize("path", [CREATE, "/v1/sandboxes/ID/upload"])
def test_a_body_of_10_gib_is_refused_at_once(attacked, path):
    sandbox = attacked.create(resources={"storage": 1})
    headers, body = form("/data/x", b"")
    kind = headers["Content-Type"] if "upload" in path else "application/json"
    start = post(attacked, f"Content-Length: {10 * GIB}", path=path.replace("ID", sandbox["id"]), kind=kind)
    with dial(attacked) as connection:
        connection.sendall(start + (body[:-20] if "upload" in path else b"{"))
        assert statuses(connection.recv(65536)) == [413]
    attacked.call("DELETE", f"/v1/sandboxes/{sandbox['id']}/delete")


def test_an_upload_over_the_storage(attacked):
    """In chunks nobody knows before: it ends at the sandbox's storage, and what was written is gone."""
    sandbox = attacked.create(resources={"storage": 1})
    before = memory(attacked)
    headers, body = form("/data/x", b"")
    start = post(
        attacked,
        "Transfer-Encoding: chunked",
        path=f"/v1/sandboxes/{sandbox['id']}/upload",
        kind=headers["Content-Type"],
    )
    begin = body[: body.rindex(b"\r\n--")]
    limit = 10 * GIB if FULL else 256 * MIB
    sent, highest, answer = pour(attacked, start + b"%x\r\n%s\r\n" % (len(begin), begin), CHUNK, limit)
    assert highest < before + SLACK
    if FULL:
        assert sent < GIB + 80 * MIB
        assert statuses(answer) in ([413], [])
    assert wait_until(lambda: not list((attacked.root(sandbox) / "data").iterdir()))
    attacked.call("DELETE", f"/v1/sandboxes/{sandbox['id']}/delete")


# ---- many ----


def test_strangers_do_not_keep_out_who_has_the_key(attacked):
    """More connections than there are places (4096): new ones of who has the key come through all the time."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = min(5000, hard - 300)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted + 300), hard))
    known = attacked.connection()
    attacked.send(known, "GET", LIST)
    assert known.getresponse().read()
    opened = []
    try:
        for number in range(wanted):
            opened.append(dial(attacked))
            opened[-1].sendall(b"GET / HTTP/1.1\r\nHost: lo"[: number % 25])
            if number % 250 == 0:
                assert attacked.call("GET", LIST).status == 200
                attacked.send(known, "GET", LIST)
                answer = known.getresponse()
                assert (answer.status, bool(answer.read())) == (200, True)
    finally:
        for connection in [*opened, known]:
            connection.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_storms_of_resets(attacked):
    beginnings = [b"", b"G", head(attacked)[:-2], head(attacked), post(attacked, "Content-Length: 10") + b"{}"]

    def storm(number: int) -> None:
        for turn in range(250):
            connection = dial(attacked)
            connection.sendall(beginnings[(number + turn) % len(beginnings)])
            reset(connection)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(storm, range(4)))
    assert attacked.call("GET", LIST).status == 200


def test_an_upload_cut_at_each_byte(attacked):
    """It is there whole, or not at all, and nothing else is."""
    sandbox = attacked.create()
    headers, body = form("/data/cut", b"0123456789")
    request = post(
        attacked,
        f"Content-Length: {len(body)}",
        path=f"/v1/sandboxes/{sandbox['id']}/upload",
        kind=headers["Content-Type"],
    )
    whole = request + body
    folder = attacked.root(sandbox) / "data"
    for at in range(len(request) - 30, len(whole)):
        connection = dial(attacked)
        connection.sendall(whole[:at])
        reset(connection)
    assert wait_until(lambda: is_alone(attacked), 20)
    assert [entry.name for entry in folder.iterdir()] == []
    assert attacked.upload(sandbox, "/data/cut", b"0123456789").status == 200
    assert [entry.name for entry in folder.iterdir()] == ["cut"]
    attacked.call("DELETE", f"/v1/sandboxes/{sandbox['id']}/delete")


# ---- slow ----


def last(server, start: bytes, piece: bytes, limit: float = 50) -> float:
    """For how many seconds a connection that says this, and then a little every half second, is kept."""
    started = time.monotonic()
    with dial(server) as connection, contextlib.suppress(ConnectionError):
        connection.sendall(start)
        connection.settimeout(0.5)
        while time.monotonic() - started < limit:
            connection.sendall(piece)
            with contextlib.suppress(TimeoutError):
                if not connection.recv(65536):
                    break
    return time.monotonic() - started


def test_dragging_on_in_chunks_has_an_end(attacked):
    """In a size, an extension, the data or the trailers; test_access.py has headers and bodies with a length."""
    begin = post(attacked, "Transfer-Encoding: chunked")
    cases = {
        "size": (begin, b"0"),
        "extension": (begin + b"2;", b"a"),
        "data": (begin + b"fffff\r\n", b" "),
        "chunks": (begin, b"1\r\n \r\n"),
        "trailers": (begin + b"2\r\n{}\r\n0\r\n", b"A: b\r\n"),
        "a stranger's": (begin.replace(attacked.key.encode(), b"wrong"), b"1\r\n \r\n"),
    }
    with ThreadPoolExecutor(len(cases)) as pool:
        lasted = {name: pool.submit(last, attacked, *case) for name, case in cases.items()}
    for name, future in lasted.items():
        assert future.result() < (20 if "stranger" in name else 45), name
    assert lasted["chunks"].result() > 20, "who has the key has time enough"
