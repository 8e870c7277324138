"""Directories out of a sandbox as tar archives."""

from __future__ import annotations

import io
import os
import re
import socket
import stat
import tarfile
import threading
import urllib.parse
from pathlib import Path

import pytest
from harness import IS_ROOT, status_field, wait_until

TAR = "application/x-tar"


def ask(server, sandbox, path, accept=TAR, method="GET"):
    return server.call(
        method,
        f"/v1/sandboxes/{sandbox['id']}/download?" + urllib.parse.urlencode({"path": path}),
        headers={"Accept": accept},
    )


def read(data: bytes) -> dict[str, tuple[tarfile.TarInfo, bytes | None]]:
    """What an archive has, by its names."""
    assert data[-1024:] == bytes(1024), "it has an end"
    entries = {}
    with tarfile.open(fileobj=io.BytesIO(data), encoding="utf-8", errors="surrogateescape") as archive:
        for member in archive:
            assert member.name not in entries
            entries[member.name] = (member, archive.extractfile(member).read() if member.isreg() else None)
    return entries


def get(server, sandbox, path) -> dict:
    answer = ask(server, sandbox, path)
    assert (answer.status, answer.headers["Content-Type"]) == (200, TAR), answer.body
    return read(answer.body)


def peak(server) -> int:
    """The most memory that it has taken, in KiB."""
    return int(status_field(server.pid, "VmHWM")[0])


def test_everything_that_travels(any_server, any_sandbox):
    server, sandbox = any_server, any_sandbox
    server.output(
        sandbox,
        "mkdir -p /data/d/sub/deep /data/d/empty; cd /data/d; printf one > one; printf two > sub/two; : > nothing;"
        " chmod 751 sub; chmod 640 one; ln -s sub/two link; ln -s nowhere dangling; ln -s /etc/passwd absolute;"
        " ln one sub/deep/same; touch -d @1234567890 one; ln -s d /data/to_d",
    )
    entries = get(server, sandbox, "/data/d")
    names = [
        ".",
        "absolute",
        "dangling",
        "empty",
        "link",
        "nothing",
        "one",
        "sub",
        "sub/deep",
        "sub/deep/same",
        "sub/two",
    ]
    assert sorted(entries) == names
    assert entries["one"][1] == b"one"
    assert (entries["one"][0].mode, entries["one"][0].mtime) == (0o640, 1234567890)
    assert entries["sub/two"][1] == b"two"
    assert entries["nothing"][1] == b""
    assert entries["sub"][0].mode == 0o751
    assert entries["empty"][0].isdir()
    assert {name: entries[name][0].linkname for name in ("link", "dangling", "absolute")} == {
        "link": "sub/two",
        "dangling": "nowhere",
        "absolute": "/etc/passwd",
    }
    assert entries["sub/deep/same"][0].islnk()
    assert entries["sub/deep/same"][0].linkname == "one"
    assert {entry.uid for entry, _ in entries.values()} == {0}, "no user of the host"
    assert sorted(get(server, sandbox, "/data/to_d")) == names, "a link to a directory is followed"


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/data", "/data"),
        ("/data/", "/data"),
        ("/data/x/..", "/data"),
        ("/tmp", "/tmp"),
        ("/tmp//", "/tmp"),
        ("/home/sandbox", "/home/sandbox"),
        ("/home/sandbox/.", "/home/sandbox"),
        (".", "/home/sandbox"),
    ],
)
def test_the_places_themselves(server, sandbox, path, place):
    for each in ("/data", "/tmp", "/home/sandbox"):
        server.output(sandbox, f"mkdir -p /data/x; echo {each} > {each}/file")
    assert get(server, sandbox, path)["file"][1].decode().strip() == place


@pytest.mark.parametrize(
    "path", ["/", "/home", "/data/..", "/etc", "/usr/bin", "/data/../home", "/proc/self", "/data/up", "/data/etc"]
)
def test_other_places(server, sandbox, path):
    server.output(sandbox, "ln -s .. /data/up; ln -s /etc /data/etc")
    answer = ask(server, sandbox, path)
    assert answer.status in (403, 404)
    assert answer.error["field"] == "path"


def test_a_directory_is_a_422_to_who_does_not_ask_for_tar(server, sandbox):
    for accept in (
        "*/*",
        "application/*",
        "application/octet-stream",
        "application/x-tar;q=0",
        "x-tar",
        "application/x-tarx",
    ):
        answer = ask(server, sandbox, "/data", accept)
        assert (answer.status, answer.error["field"]) == (422, "path"), accept
    for accept in ("application/x-tar;q=0.1, */*", "text/html, Application/X-Tar", "application/x-tar; v=1"):
        assert ask(server, sandbox, "/data", accept).headers["Content-Type"] == TAR, accept


def test_a_file_stays_a_file(server, sandbox):
    server.upload(sandbox, "/data/f", b"file")
    answer = ask(server, sandbox, "/data/f")
    assert (answer.body, answer.headers["Content-Type"]) == (b"file", "application/octet-stream")
    assert ask(server, sandbox, "/data/none").status == 404
    assert ask(server, sandbox, "/data/f/").status == 422


def test_head(server, sandbox):
    answer = ask(server, sandbox, "/data", method="HEAD")
    assert (answer.status, answer.headers["Content-Type"], answer.body) == (200, TAR, b"")


def test_what_does_not_travel(server, sandbox):
    server.output(
        sandbox,
        "cd /data; mkfifo fifo; python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind(\"socket\")'; echo x > f;"
        " chmod 7755 f; mkdir d; chmod 3777 d",
    )
    entries = get(server, sandbox, "/data")
    assert sorted(entries) == [".", "d", "f"]
    assert (entries["f"][0].mode, entries["d"][0].mode) == (0o755, 0o777), "neither setuid, setgid nor sticky"


@pytest.mark.skipif(not IS_ROOT, reason="only root can make a device")
def test_devices_do_not_travel(server, sandbox):
    os.mknod(server.root(sandbox) / "data/null", 0o666 | stat.S_IFCHR, os.makedev(1, 3))
    assert sorted(get(server, sandbox, "/data")) == ["."]


def test_names_of_any_bytes(server, sandbox):
    names = [b"a b", b"\xff\xfe", "ü中".encode(), b"new\nline", b"-rf", b"x" * 255, b"\\", b"*", b"\x01"]
    folder = os.fsencode(server.root(sandbox) / "data")
    server.output(sandbox, "mkdir /data/" + "y" * 200)
    for name in names:
        server.upload(sandbox, b"/data/" + name, b"<" + name + b">")
        assert Path(os.fsdecode(folder + b"/" + name)).exists()
    server.upload(sandbox, "/data/" + "y" * 200 + "/" + "z" * 200, b"long")
    server.output(sandbox, "cd /data; ln -s " + "t" * 3000 + " far; ln " + "x" * 255 + " " + "y" * 200 + "/hard")
    entries = {os.fsencode(name): value for name, value in get(server, sandbox, "/data").items()}
    for name in names:
        member, data = entries[name]
        assert data == b"<" + name + b">" or member.islnk()
    assert entries[b"y" * 200 + b"/" + b"z" * 200][1] == b"long"
    assert entries[b"far"][0].linkname == "t" * 3000
    linked = [entry.linkname for entry, _ in entries.values() if entry.islnk()]
    assert linked in (["x" * 255], ["y" * 200 + "/hard"])


def open_files(server) -> int:
    return len(list(Path(f"/proc/{server.pid}/fd").iterdir()))


def test_deep_trees(any_server, any_sandbox):
    """Deeper than any path may be long, and than there are descriptors."""
    server, sandbox = any_server, any_sandbox
    depth = 6000
    make = (
        f"import os\nos.chdir('/data')\nfor i in range({depth}):\n    os.mkdir('d'); os.chdir('d')\n"
        "    if i % 100 == 0: open('f', 'w').write(str(i))\n"
    )
    server.output(sandbox, f'python3 -c "{make}"')
    before = open_files(server)
    entries = get(server, sandbox, "/data")
    assert len(entries) == 1 + depth + depth // 100
    assert entries["/".join("d" * 5901) + "/f"][1] == b"5900"
    assert wait_until(lambda: open_files(server) <= before)


def test_many_files_in_constant_memory(server, sandbox):
    def peak():
        return int(re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{server.pid}/status").read_text())[1])

    server.output(sandbox, "cd /data; seq 10000 | split -l 1 -a 5 - file; head -c 100000000 /dev/zero > large")
    before = peak()
    connection = server.connection()
    server.send(connection, "GET", f"/v1/sandboxes/{sandbox['id']}/download?path=/data", headers={"Accept": TAR})
    with tarfile.open(fileobj=connection.getresponse(), mode="r|") as archive:
        sizes = [member.size for member in archive]
    connection.close()
    assert len(sizes) == 10_002
    assert max(sizes) == 100_000_000
    assert peak() - before < 8_000


def test_a_sandboxs_permissions_hold(any_server, any_sandbox):
    """A file that cannot be read ends the connection: what is not whole is not taken for whole."""
    server, sandbox = any_server, any_sandbox
    server.output(sandbox, "cd /data; mkdir closed d; echo x > d/secret; chmod 0 d/secret closed")
    for path in ("/data/d", "/data"):
        with pytest.raises(Exception, match="IncompleteRead"):
            ask(server, sandbox, path)
    assert ask(server, sandbox, "/data/closed").error["type"] == "permission_denied"
    server.output(sandbox, "chmod 700 /data/closed /data/d/secret")
    assert len(get(server, sandbox, "/data")) == 4


# ---- changes meanwhile ----


def open_slowly(server, sandbox, path="/data"):
    """A download whose client has taken only its first bytes, with the buffers between them full."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.connect((server.host, server.port))
    connection.settimeout(20)
    connection.sendall(
        f"GET /v1/sandboxes/{sandbox['id']}/download?path={path} HTTP/1.1\r\nHost: localhost\r\nAccept: {TAR}\r\n"
        f"x-api-key: {server.key}\r\nConnection: close\r\n\r\n".encode()
    )
    first = connection.recv(1024)
    assert b" 200 " in first
    return connection, first


def drain(connection, first) -> tuple[bytes, bool]:
    """The archive, as far as it came, and whether the answer says that it is whole."""
    answer = first
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * 1024 * 1024)
    try:
        while piece := connection.recv(65536):
            answer += piece
    except ConnectionResetError:
        pass
    connection.close()
    body, data = answer.partition(b"\r\n\r\n")[2], b""
    while body:
        size, _, body = body.partition(b"\r\n")
        length = int(size or b"0", 16)
        if length == 0:
            return data, True
        data, body = data + body[:length], body[length + 2 :]
    return data, False


def fill(server, sandbox):
    server.output(
        sandbox, "mkdir -p /data/a/b /data/z; head -c 12000000 /dev/zero > /data/a/large; echo x > /data/a/b/x"
    )


def test_file_that_shrinks(server, sandbox):
    fill(server, sandbox)
    connection, first = open_slowly(server, sandbox)
    server.output(sandbox, ": > /data/a/large")
    data, whole = drain(connection, first)
    assert not whole
    assert len(data) < 12_000_000


def test_file_that_grows_is_cut_at_its_first_size(server, sandbox):
    fill(server, sandbox)
    connection, first = open_slowly(server, sandbox)
    server.output(sandbox, "echo more >> /data/a/large")
    data, whole = drain(connection, first)
    assert whole
    assert len(read(data)["a/large"][1]) == 12_000_000


def test_directories_that_move_while_they_are_read(server, sandbox):
    """What is open is moved out of the archive's directory: nothing of the place where it is now comes with it."""
    server.output(sandbox, "mkdir -p /tmp/other/place /data/top; echo secret > /tmp/other/secret")
    server.output(sandbox, "cd /data/top; mkdir $(seq 9)")
    names = [entry.name for entry in (server.root(sandbox) / "data/top").iterdir()]
    moved = names[len(names) // 2]  # some come before it, and some after it
    server.output(sandbox, f"cd /data/top/{moved}; mkdir sub; head -c 12000000 /dev/zero > large")
    connection, first = open_slowly(server, sandbox)
    server.output(sandbox, f"mv /data/top/{moved} /tmp/other/place")
    data, whole = drain(connection, first)
    assert whole
    entries = read(data)
    assert not [name for name in entries if "secret" in name or "place" in name]
    assert {f"top/{moved}/large", *(f"top/{name}" for name in names)} <= set(entries), "all that is still there"


def test_entries_that_vanish_are_left_out(server, sandbox):
    fill(server, sandbox)
    connection, first = open_slowly(server, sandbox)
    server.output(sandbox, "rm -r /data/a /data/z")
    data, whole = drain(connection, first)
    assert whole
    assert len(read(data)["a/large"][1]) == 12_000_000, "it was open"


def test_sandbox_that_is_deleted_meanwhile(server):
    sandbox = server.create()
    fill(server, sandbox)
    connection, first = open_slowly(server, sandbox)
    assert server.call("DELETE", f"/v1/sandboxes/{sandbox['id']}/delete").status == 200, "does not wait for it"
    _, whole = drain(connection, first)
    assert not whole


def test_links_exchanged_for_directories(any_server, any_sandbox, directories):
    server, sandbox = any_server, any_sandbox
    outside = directories.new()
    outside.chmod(0o755)
    (outside / "secret").write_text("SECRET")
    (outside / "secret").chmod(0o644)
    race = (
        "import ctypes, os, time\nlibc = ctypes.CDLL(None)\nend = time.time() + 2\n"
        "os.makedirs('/data/a/d/e', exist_ok=True)\nopen('/data/a/d/f', 'w').write('mine')\n"
        f"os.symlink('{outside}', '/data/a/l')\nos.symlink('{outside}/secret', '/data/a/m')\nopen('/data/a/f', 'w')\n"
        "while time.time() < end:\n"
        "    assert libc.renameat2(-100, b'/data/a/d', -100, b'/data/a/l', 2) == 0  # RENAME_EXCHANGE\n"
        "    assert libc.renameat2(-100, b'/data/a/f', -100, b'/data/a/m', 2) == 0\n"
    )
    results = []
    thread = threading.Thread(target=lambda: results.append(server.execute(sandbox, f'python3 -c "{race}"')))
    thread.start()
    seen = set()
    while thread.is_alive():
        answer = ask(server, sandbox, "/data/a")
        if answer.status == 200:
            assert b"SECRET" not in answer.body
            seen |= {(name, entry.type) for name, (entry, _) in read(answer.body).items()}
        else:
            assert answer.status == 404, "before it was made"
    assert results[0]["exit_code"] == 0, results
    assert ("d/f", tarfile.REGTYPE) in seen
    assert ("l", tarfile.SYMTYPE) in seen
    assert {"f", "m"} & {name for name, kind in seen if kind == tarfile.REGTYPE}
    assert not [name for name, _ in seen if "secret" in name]


def test_more_hard_links_than_are_remembered(start):
    """A sandbox can have any number of files with two names: the server's memory does not grow with them."""
    server = start("--ephemeral")
    sandbox = server.create()
    server.output(sandbox, "mkdir /data/d /data/other")
    data = server.root(sandbox) / "data"
    for i in range(10_000):
        (data / "d" / str(i)).touch()
        os.link(data / "d" / str(i), data / "other" / str(i))
    (data / "d/0").write_text("content")
    os.link(data / "d/0", data / "d/same")
    before = peak(server)
    entries = get(server, sandbox, "/data/d")
    assert len(entries) == 10_002
    assert peak(server) - before < 16_000
    for name in ["0", "same"]:
        member, content = entries[name]
        assert content == b"content" or member.linkname in ("0", "same")
