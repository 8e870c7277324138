"""Upload and download: whole files, in their place, and never outside of the sandbox."""

from __future__ import annotations

import hashlib
import os
import re
import socket
import stat
import threading
import time
from pathlib import Path

import pytest
from harness import IS_ROOT, form, short, wait_until

EVERY_BYTE = bytes(range(256)) + b"\r\n--frontier\r--\r\n\0"


def post_form(server, sandbox, headers, body):
    return server.call("POST", f"/v1/sandboxes/{sandbox['id']}/upload", body, headers)


def pending(server, sandbox) -> list[Path]:
    return list((server.folder(sandbox) / "incoming").iterdir())


def test_upload_and_download(any_server, any_sandbox):
    server, sandbox = any_server, any_sandbox
    for data in (EVERY_BYTE, b"", b"\0", b"\r\n", os.urandom(300_000)):
        boundary = "frontier2"
        headers, body = form("/data/file", data, boundary)
        assert post_form(server, sandbox, headers, body).json == {
            "message": "File uploaded",
            "path": "/data/file",
            "size": len(data),
        }
        assert server.output(sandbox, "sha256sum < /data/file")[:64] == hashlib.sha256(data).hexdigest()
        answer = server.download(sandbox, "/data/file")
        assert (answer.status, answer.body) == (200, data)
        assert answer.headers["Content-Type"] == "application/octet-stream"
        assert answer.headers["Content-Length"] == str(len(data))


def test_uploaded_file_belongs_to_the_sandbox(any_server, any_sandbox):
    server, sandbox = any_server, any_sandbox
    assert server.upload(sandbox, "/data/new/dirs/f", b"x").status == 200
    owner = server.folder(sandbox).stat().st_uid
    for path in ("new", "new/dirs", "new/dirs/f"):
        assert (server.root(sandbox) / "data" / path).stat().st_uid == owner
        assert path == "new/dirs/f" or stat.S_IMODE((server.root(sandbox) / "data" / path).stat().st_mode) == 0o755
    assert stat.S_IMODE((server.root(sandbox) / "data/new/dirs/f").stat().st_mode) == 0o644
    assert server.output(sandbox, "cd /data && stat -c %U new new/dirs/f && echo y >> new/dirs/f && rm -r new") == (
        "sandbox\nsandbox\n"
    )
    if IS_ROOT:
        assert owner != 0


@pytest.mark.parametrize("place", ["/data", "/tmp", "/home/sandbox"])
def test_writable_places(server, sandbox, place):
    assert server.upload(sandbox, f"{place}/file", place.encode()).status == 200
    assert server.output(sandbox, f"cat {place}/file") == place
    assert server.download(sandbox, f"{place}/file").body == place.encode()


def test_relative_paths_are_of_the_home_directory(server, sandbox):
    assert server.upload(sandbox, "notes/a.txt", b"relative").json["path"] == "notes/a.txt"
    assert server.output(sandbox, "cat ~/notes/a.txt") == "relative"
    assert server.download(sandbox, "notes/a.txt").body == b"relative"
    assert server.download(sandbox, "./notes/../notes/a.txt").body == b"relative"


def test_odd_names(server, sandbox):
    for name in ("a b", "ü\u4e2d", "-rf", "a\nb", "%2e", "a+b&c=d", "'", "x" * 255):
        path = f"/data/{name}"
        assert server.upload(sandbox, path, name.encode()).json["path"] == path
        assert server.download(sandbox, path).body == name.encode()


def test_upload_replaces(server, sandbox):
    server.output(sandbox, "echo old > /data/f; chmod 600 /data/f; ln /data/f /data/other")
    assert server.upload(sandbox, "/data/f", b"new").status == 200
    assert server.output(sandbox, "cat /data/f; cat /data/other") == "newold\n", "replaced, not written into"


def test_upload_path_after_file(server, sandbox):
    body = (
        b'--b1\r\nContent-Disposition: form-data; name="file"; filename="x"\r\nContent-Type: text/plain\r\n\r\ndata\r\n'
        b'--b1\r\nContent-Disposition: form-data; name="other"\r\n\r\nignored\r\n'
        b"--b1\r\nContent-Disposition: form-data\r\n\r\nnameless\r\n"
        b"--b1\r\ncontent-disposition:form-data; name=path\r\n\r\n/data/late\r\n--b1--"
    )
    answer = post_form(server, sandbox, {"Content-Type": 'multipart/form-data; charset=x; boundary="b1"; y=z'}, body)
    assert answer.status == 200, answer.body
    assert server.download(sandbox, "/data/late").body == b"data"


def test_upload_split_at_every_byte(server, sandbox):
    headers, body = form("/data/bytes", EVERY_BYTE[:40] + EVERY_BYTE[-20:], "frontier2")
    answer = post_form(server, sandbox, headers, (body[i : i + 1] for i in range(len(body))))
    assert answer.status == 200, answer.body
    assert server.download(sandbox, "/data/bytes").body == EVERY_BYTE[:40] + EVERY_BYTE[-20:]


def test_upload_split_in_two_at_every_place(server, sandbox):
    data = b"\r\n--fr\r\r\n--frontier"
    headers, body = form("/data/halves", data, "frontier2")
    for place in range(1, len(body)):
        assert post_form(server, sandbox, headers, iter([body[:place], body[place:]])).json["size"] == len(data)
    assert server.download(sandbox, "/data/halves").body == data


@pytest.mark.parametrize(
    "path", ["", "/", "/data", "/data/", "/data/dir", "/data/.", "/data/..", ".", "..", "/home/sandbox", "a/"]
)
def test_upload_to_a_directory(server, sandbox, path):
    server.output(sandbox, "mkdir -p /data/dir")
    answer = server.upload(sandbox, path, b"x")
    assert answer.status in (403, 422)
    assert answer.error["field"] == "path"
    assert pending(server, sandbox) == []


@pytest.mark.parametrize(
    "path",
    [
        "/f",
        "/etc/f",
        "/usr/f",
        "/home/f",
        "/home/other/f",
        "/new/dir/f",
        "/data/../f",
        "/tmp/../etc/f",
        "/data/../home/f",
    ],
)
def test_upload_outside_of_the_writable_places(server, sandbox, path):
    answer = server.upload(sandbox, path, b"x")
    assert (answer.status, answer.error["type"]) == (403, "permission_denied")
    assert sorted(entry.name for entry in server.root(sandbox).iterdir()) == ["data", "home", "tmp"]
    assert [entry.name for entry in (server.root(sandbox) / "home").iterdir()] == ["sandbox"]
    assert pending(server, sandbox) == []


@pytest.mark.parametrize(
    "path", [b"/data/a\0b", b"\0", b"x" * 5000, b"/data/" + b"x" * 256, b"/data/file/below"], ids=short
)
def test_upload_to_an_impossible_path(server, sandbox, path):
    server.upload(sandbox, "/data/file", b"")
    answer = server.upload(sandbox, path, b"x")
    assert (answer.status, answer.error["field"]) == (422, "path")
    assert pending(server, sandbox) == []


@pytest.mark.parametrize(
    ("parts", "field"), [(("/data/f", None), "file"), ((None, b"x"), "path"), ((None, None), "path")]
)
def test_upload_with_a_part_missing(server, sandbox, parts, field):
    headers, body = form(*parts)
    answer = post_form(server, sandbox, headers, body)
    assert (answer.status, answer.error["type"], answer.error["field"]) == (422, "validation_error", field)
    assert pending(server, sandbox) == []


@pytest.mark.parametrize("name", ["path", "file"])
def test_upload_with_a_part_twice(server, sandbox, name):
    part = f'--b1\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n/data/x\r\n'
    answer = post_form(
        server, sandbox, {"Content-Type": "multipart/form-data; boundary=b1"}, (part * 2 + "--b1--").encode()
    )
    assert (answer.status, answer.error["field"]) == (422, name)


HEAD = b'--b1\r\nContent-Disposition: form-data; name="file"\r\n'


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"garbage",
        b"--b1",
        b"--b1\r\n",
        b"--b1x\r\n",
        HEAD,
        HEAD + b"\r\ndata",
        HEAD + b"\r\ndata\r\n--b1",
        HEAD + b"\r\ndata\r\n--b1-",
        HEAD + b"\r\ndata\r\n--b1 x\r\n--b1--",
        HEAD + b"\r\ndata--b1--",
        HEAD + b"X: " + b"y" * 10_000 + b"\r\n\r\ndata\r\n--b1--",
        HEAD + b"X: y\r\n" * 100 + b"\r\ndata\r\n--b1--",
        HEAD + b"X: \0\r\n\r\ndata\r\n--b1--",
        HEAD + b"Content-Transfer-Encoding: base64\r\n\r\nZGF0YQ==\r\n--b1--",
    ],
    ids=short,
)
def test_malformed_form(server, sandbox, body):
    answer = post_form(server, sandbox, {"Content-Type": "multipart/form-data; boundary=b1"}, body)
    assert (answer.status, answer.error["type"]) == (400, "invalid_request")
    assert pending(server, sandbox) == []


@pytest.mark.parametrize("boundary", [None, "", "x" * 71])
def test_unusable_boundary(server, sandbox, boundary):
    content_type = "multipart/form-data" + ("" if boundary is None else f"; boundary={boundary}")
    answer = post_form(server, sandbox, {"Content-Type": content_type}, form("/data/f", b"x")[1])
    assert (answer.status, answer.error["type"]) == (400, "invalid_request")


def test_upload_to_no_sandbox(server):
    assert server.upload({"id": "none"}, "/data/f", b"x").status == 404


def upload_head(server, sandbox, length) -> bytes:
    return (
        f"POST /v1/sandboxes/{sandbox['id']}/upload HTTP/1.1\r\nHost: localhost\r\nx-api-key: {server.key}\r\n"
        f"Content-Type: multipart/form-data; boundary=frontier\r\nContent-Length: {length}\r\n\r\n"
    ).encode()


@pytest.mark.parametrize("cut", [10, 60, 120, 200, 5000, -1])
def test_upload_cut_short_leaves_nothing(server, sandbox, cut):
    server.upload(sandbox, "/data/f", b"before")
    _, body = form("/data/f", b"x" * 10_000)
    with socket.create_connection((server.host, server.port)) as connection:
        connection.sendall(upload_head(server, sandbox, len(body)) + body[:cut])
        assert wait_until(lambda: len(pending(server, sandbox)) == 1)
    assert wait_until(lambda: pending(server, sandbox) == [])
    assert server.download(sandbox, "/data/f").body == b"before"


def test_upload_is_not_seen_before_it_is_whole(server, sandbox):
    _, body = form("/data/slow", b"x" * 10_000)
    with socket.create_connection((server.host, server.port)) as connection:
        connection.sendall(upload_head(server, sandbox, len(body)) + body[:-20])
        assert wait_until(lambda: len(pending(server, sandbox)) == 1)
        assert server.output(sandbox, "ls -A / /data /tmp ~ | grep -c -e slow -e put; true") == "0\n"
        assert server.download(sandbox, "/data/slow").status == 404
        connection.sendall(body[-20:])
        assert b" 200 " in connection.recv(4096)
    assert len(server.download(sandbox, "/data/slow").body) == 10_000


def test_sandbox_deleted_during_an_upload(server):
    sandbox = server.create()
    _, body = form("/data/f", b"x" * 100_000)
    with socket.create_connection((server.host, server.port)) as connection:
        connection.sendall(upload_head(server, sandbox, len(body)) + body[:-20])
        assert wait_until(lambda: len(pending(server, sandbox)) == 1)
        assert server.call("DELETE", f"/v1/sandboxes/{sandbox['id']}/delete").status == 200, "does not wait for it"
        connection.sendall(body[-20:])
        assert b" 404 " in connection.recv(4096)
    assert not server.folder(sandbox).exists()


def test_large_files_in_constant_memory(server, sandbox):
    size = 64 * 1024 * 1024
    piece = os.urandom(1024 * 1024)

    def peak():
        return int(re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{server.pid}/status").read_text())[1])

    before = peak()
    headers, body = form("/data/large", b"MARK")
    start, end = body.split(b"MARK")
    headers["Content-Length"] = str(len(start) + size + len(end))
    pieces = (part for parts in ([start], (piece for _ in range(64)), [end]) for part in parts)
    assert post_form(server, sandbox, headers, pieces).json["size"] == size
    connection = server.connection()
    server.send(connection, "GET", f"/v1/sandboxes/{sandbox['id']}/download?path=/data/large")
    response = connection.getresponse()
    assert response.getheader("Content-Length") == str(size)
    for _ in range(64):
        assert response.read(len(piece)) == piece
    connection.close()
    assert peak() - before < 8_000


def test_file_larger_than_the_storage(server):
    sandbox = server.create(resources={"storage": 1})
    server.output(sandbox, "truncate -s 1073741824 /data/f")
    result = server.execute(sandbox, "truncate -s 1073741825 /data/f; echo $?; stat -c %s /data/f")
    assert result["stdout"] == "153\n1073741824\n", "ended by SIGXFSZ"
    server.call("DELETE", f"/v1/sandboxes/{sandbox['id']}/delete")


# ---- ways out ----


def test_links_do_not_lead_out_of_an_upload(any_server, any_sandbox, directories):
    server, sandbox = any_server, any_sandbox
    outside = directories.new()
    outside.chmod(0o777)
    up = "/.." * 20
    server.output(
        sandbox,
        f"cd /data; ln -s {outside} abs; ln -s ..{up}{outside} rel; ln -s {outside}/target file;"
        " ln -s /proc/self/root proc; ln -s /etc etc; ln -s loop loop; ln -s nowhere dangling; ln -s /tmp inside",
    )
    for path in ("abs/f", "rel/f", "proc/tmp/f", "etc/passwd", "loop/f", "dangling/f", "abs/new/f", f"..{up}/etc/f"):
        answer = server.upload(sandbox, f"/data/{path}", b"escaped")
        assert answer.status in (403, 422), (path, answer.body)
    assert server.upload(sandbox, f"/data/..{up}{outside}/f", b"ends at the sandbox's root").status == 200
    assert server.output(sandbox, f"cat {outside}/f") == "ends at the sandbox's root"
    assert server.upload(sandbox, "/data/file", b"replaces the link").status == 200
    assert server.output(sandbox, "cat /data/file; readlink /data/file || echo no link") == "replaces the linkno link\n"
    assert server.upload(sandbox, "/data/inside/f", b"follows").status == 200
    assert server.output(sandbox, "cat /tmp/f") == "follows"
    assert list(outside.iterdir()) == []
    assert pending(server, sandbox) == []


def test_links_do_not_lead_out_of_a_download(any_server, any_sandbox, directories):
    server, sandbox = any_server, any_sandbox
    secret = directories.new() / "secret"
    secret.write_text("secret")
    secret.chmod(0o644)
    secret.parent.chmod(0o755)
    up = "../" * 20
    server.output(
        sandbox,
        f"cd /data; ln -s {secret} abs; ln -s {up}{secret} rel; ln -s {secret.parent} dir; ln -s /etc/passwd passwd;"
        " ln -s /proc/self/environ environ; ln -s /proc/1/root/etc/shadow root; ln -s loop loop; echo fine > f;"
        " ln -s f ok",
    )
    for path in ("abs", "rel", "dir/secret", f"{up}{secret}", "passwd", "environ", "root", "loop", "../../../state.db"):
        answer = server.download(sandbox, f"/data/{path}")
        assert answer.status in (403, 404, 422), (path, answer.body)
        assert b"root:" not in answer.body
    assert server.download(sandbox, "/data/ok").body == b"fine\n"
    assert server.download(sandbox, "/data/../data/../../data/f").body == b"fine\n"


def test_links_that_change_while_they_are_followed(any_server, any_sandbox, directories):
    """The sandbox exchanges a directory for a link out again and again while files are sent through it."""
    server, sandbox = any_server, any_sandbox
    outside = directories.new()
    outside.chmod(0o777)
    (outside / "f").write_text("secret")
    (outside / "f").chmod(0o666)
    race = (
        "import ctypes, os, time\nlibc = ctypes.CDLL(None)\nend = time.time() + 2\n"
        f"os.makedirs('/data/a/d', exist_ok=True)\nos.symlink('{outside}', '/data/a/l')\n"
        "while time.time() < end:\n"
        "    assert libc.renameat2(-100, b'/data/a/d', -100, b'/data/a/l', 2) == 0  # RENAME_EXCHANGE\n"
    )
    results = []
    thread = threading.Thread(target=lambda: results.append(server.execute(sandbox, f'python3 -c "{race}"')))
    thread.start()
    statuses = set()
    while thread.is_alive():
        statuses.add(server.upload(sandbox, "/data/a/d/f", b"mine").status)
        answer = server.download(sandbox, "/data/a/d/f")
        assert answer.body == b"mine" or answer.status in (403, 404, 422), answer.body
    assert results[0]["exit_code"] == 0, results
    assert 422 in statuses, "the link was met"
    assert 200 in statuses
    assert [entry.name for entry in outside.iterdir()] == ["f"]
    assert (outside / "f").read_text() == "secret"


@pytest.mark.parametrize(
    "path", ["/etc/passwd", "/usr/bin/env", "/proc/self/status", "/", "/state.db", "/database", "/tmpx/f"]
)
def test_download_outside_of_the_served_places(server, sandbox, path):
    answer = server.download(sandbox, path)
    assert answer.status in (403, 422)
    assert answer.error["field"] == "path"


def test_download_of_what_is_no_file(server, sandbox):
    server.output(
        sandbox,
        "cd /data; mkdir dir; mkfifo fifo; python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind(\"socket\")'",
    )
    begun = time.monotonic()
    for name in ("dir", "fifo", "socket", "dir/", "."):
        answer = server.download(sandbox, f"/data/{name}")
        assert (answer.status, answer.error["field"]) == (422, "path"), name
    assert time.monotonic() - begun < 2, "a FIFO does not hang a download"


def test_download_of_what_is_not_there(server, sandbox):
    for path in ("/data/none", "/data/none/below", "none", "/tmp/x"):
        answer = server.download(sandbox, path)
        assert (answer.status, answer.error["type"]) == (404, "not_found")
    assert server.download({"id": "none"}, "/data/f").status == 404


@pytest.mark.parametrize(
    "query", ["", "?path=", "?path", "?path=%00", "?path=/data/f%00", "?path=" + "x" * 5000], ids=short
)
def test_bad_download_query(server, sandbox, query):
    server.upload(sandbox, "/data/f", b"x")
    answer = server.call("GET", f"/v1/sandboxes/{sandbox['id']}/download{query}")
    assert (answer.status, answer.error["field"]) == (422, "path")


def test_permissions_of_the_sandbox_hold(any_server, any_sandbox):
    """Files are touched as the sandbox's user, not as the server's."""
    server, sandbox = any_server, any_sandbox
    server.output(
        sandbox, "cd /data; echo x > unreadable; chmod 0 unreadable; mkdir -m 555 readonly; mkdir -m 0 closed"
    )
    assert server.download(sandbox, "/data/unreadable").error["type"] == "permission_denied"
    for path in ("readonly/f", "closed/f", "readonly/new/f"):
        assert server.upload(sandbox, f"/data/{path}", b"x").error["type"] == "permission_denied"
    assert pending(server, sandbox) == []


def test_file_that_shrinks_during_its_download(server, sandbox):
    """The length was promised: the client must be able to tell that the file is not whole."""
    server.output(sandbox, "head -c 50000000 /dev/zero > /data/f")
    with socket.create_connection((server.host, server.port)) as connection:
        request = f"GET /v1/sandboxes/{sandbox['id']}/download?path=/data/f HTTP/1.1\r\nHost: localhost\r\n"
        connection.sendall(f"{request}x-api-key: {server.key}\r\n\r\n".encode())
        received = len(connection.recv(4096))
        server.output(sandbox, ": > /data/f")
        connection.settimeout(10)
        try:
            while piece := connection.recv(65536):
                received += len(piece)
        except ConnectionResetError:
            pass
    assert received < 50_000_000
    assert server.call("GET", "/v1/sandboxes/list").status == 200
