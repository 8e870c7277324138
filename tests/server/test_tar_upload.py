"""Tar archives unpacked in a sandbox, and nowhere else."""

from __future__ import annotations

import gzip
import io
import os
import re
import socket
import stat
import subprocess
import tarfile
import threading
import time
import urllib.parse
from pathlib import Path

import pytest
from harness import IS_ROOT, short, wait_until

TAR = "application/x-tar"


def entry(name, data: bytes | None = b"", kind=tarfile.REGTYPE, **fields) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    info.type = kind
    info.size = len(data) if kind == tarfile.REGTYPE else 0
    info.mode = 0o755 if kind == tarfile.DIRTYPE else 0o644
    for field, value in fields.items():
        setattr(info, field, value)
    return info, data


def archive(*entries, form=tarfile.PAX_FORMAT) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form, encoding="utf-8", errors="surrogateescape") as tar:
        for info, data in entries:
            tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


def link(name, target):
    return entry(name, kind=tarfile.SYMTYPE, linkname=target)


def hard_link(name, target):
    return entry(name, kind=tarfile.LNKTYPE, linkname=target)


def folder(name, mode=0o755):
    return entry(name, kind=tarfile.DIRTYPE, mode=mode)


def send(server, sandbox, body, path="/data/d", content_type=TAR):
    return server.call(
        "POST",
        f"/v1/sandboxes/{sandbox['id']}/upload?" + urllib.parse.urlencode({"path": path}),
        body,
        {"Content-Type": content_type},
    )


def pending(server, sandbox) -> list[Path]:
    return list((server.folder(sandbox) / "incoming").iterdir())


def refused(server, sandbox, body, status=422, **options):
    answer = send(server, sandbox, body, **options)
    assert answer.status == status, answer.body
    assert pending(server, sandbox) == []
    return answer.error["message"]


@pytest.mark.parametrize("form", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT, tarfile.USTAR_FORMAT])
def test_everything_that_travels(any_server, any_sandbox, form):
    server, sandbox = any_server, any_sandbox
    body = archive(
        folder("./"),
        folder("sub", 0o751),
        entry("sub/one", b"one", mode=0o640, mtime=1234567890),
        entry("nothing"),
        link("link", "sub/one"),
        link("absolute", "/etc/passwd"),
        hard_link("same", "sub/one"),
        folder("closed", 0o555),
        entry("closed/in", b"in"),
        entry("not/made/yet", b"x"),
        form=form,
    )
    answer = send(server, sandbox, body, "/data/new/d")
    assert answer.json == {"message": "Archive unpacked", "path": "/data/new/d", "size": 6, "entries": 9, "skipped": 0}
    assert server.output(
        sandbox,
        "cd /data/new/d; stat -c '%A %n %U' sub sub/one nothing closed not/made; stat -c %Y sub/one;"
        " readlink link absolute; cat link same closed/in; stat -c %h same; echo y > not/made/z",
    ) == (
        "drwxr-x--x sub sandbox\n-rw-r----- sub/one sandbox\n-rw-r--r-- nothing sandbox\ndr-xr-xr-x closed sandbox\n"
        "drwxr-xr-x not/made sandbox\n1234567890\nsub/one\n/etc/passwd\noneonein2\n"
    )
    if IS_ROOT:
        assert (server.root(sandbox) / "data/new/d/sub/one").stat().st_uid != 0


@pytest.mark.parametrize(
    "path", ["/data", "/data/", "/tmp", "/home/sandbox", ".", "sub/", "/data/to_tmp", "/data/none/.."]
)
def test_the_places_themselves(server, sandbox, path):
    server.output(sandbox, "ln -sfn /tmp /data/to_tmp; chmod 700 /data")
    assert send(server, sandbox, archive(folder(".", 0o777), entry("f", path.encode())), path).status == 200
    assert server.output(sandbox, f"cd ~; cat {path}/f; stat -c %a /data") == f"{path}700\n", "its mode stays"


@pytest.mark.parametrize("path", ["/", "/home", "/etc", "/usr/d", "/data/../d", "/home/other", "/data/etc", "/data/up"])
def test_other_places(server, sandbox, path):
    server.output(sandbox, "ln -s .. /data/up; ln -s /etc /data/etc")
    answer = send(server, sandbox, archive(entry("f", b"x")), path)
    assert answer.status in (403, 422)
    assert answer.error["field"] == "path"
    assert sorted(item.name for item in server.root(sandbox).iterdir()) == ["data", "home", "tmp"]


@pytest.mark.parametrize("query", ["", "?path=", "?path=%00", "?path=" + "x" * 5000], ids=short)
def test_bad_query(server, sandbox, query):
    answer = server.call("POST", f"/v1/sandboxes/{sandbox['id']}/upload{query}", archive(), {"Content-Type": TAR})
    assert (answer.status, answer.error["field"]) == (422, "path")


def test_path_of_a_file(server, sandbox):
    server.upload(sandbox, "/data/d", b"file")
    assert send(server, sandbox, archive(entry("f"))).error["field"] == "path"
    assert server.download(sandbox, "/data/d").body == b"file"


def test_no_sandbox(server):
    assert send(server, {"id": "none"}, archive()).status == 404


def test_what_is_there_already(server, sandbox):
    server.output(
        sandbox,
        "mkdir -p /data/d/sub /data/d/full; cd /data/d; echo old > f; chmod 600 f; ln f /data/other;"
        " ln -s /data/other l; echo kept > sub/kept; chmod 700 sub; mkfifo fifo; ln -s sub to_sub; echo x > full/x",
    )
    body = archive(
        entry("f", b"new"),
        entry("l", b"no link"),
        folder("sub"),
        entry("sub/more", b"more"),
        entry("fifo", b"a file"),
        folder("to_sub"),
        entry("to_sub/through", b"through"),
    )
    assert send(server, sandbox, body).status == 200
    assert server.output(
        sandbox,
        "cd /data/d; cat f /data/other l sub/kept sub/more fifo sub/through; stat -c %a sub; readlink to_sub",
    ) == ("newold\nno linkkept\nmorea filethrough700\nsub\n")
    assert "entries before it" in refused(server, sandbox, archive(entry("f", b"x"), entry("full", b"x"), entry("g")))
    assert "1 entries" in refused(server, sandbox, archive(entry("a"), folder("f")))


def test_what_does_not_travel(server, sandbox):
    body = archive(
        entry("null", kind=tarfile.CHRTYPE, devmajor=1, devminor=3),
        entry("disk", kind=tarfile.BLKTYPE, devmajor=8, devminor=0),
        entry("fifo", kind=tarfile.FIFOTYPE),
        entry("f", b"x", mode=0o7755, uid=0, gid=0),
        folder("d", 0o7777),
    )
    answer = send(server, sandbox, body).json
    assert (answer["entries"], answer["skipped"]) == (2, 3)
    found = {item.name: item.stat() for item in (server.root(sandbox) / "data/d").iterdir()}
    assert {name: stat.S_IMODE(info.st_mode) for name, info in found.items()} == {"f": 0o755, "d": 0o777}
    assert len({info.st_uid for info in found.values()} | {server.folder(sandbox).stat().st_uid}) == 1


@pytest.mark.parametrize("name", ["../out", "d/../../out", "/data/out", "/etc/passwd", "..", "a/..", "//out"])
def test_names_that_lead_out(any_server, any_sandbox, name):
    server, sandbox = any_server, any_sandbox
    message = refused(server, sandbox, archive(entry("first"), entry(name, b"x"), entry("last")))
    assert name in message
    assert "1 entries" in message
    assert server.output(sandbox, "ls -A /data /data/d /tmp ~ | grep -c -e out -e last || true") == "0\n"


def test_links_do_not_lead_out(any_server, any_sandbox, directories):
    server, sandbox = any_server, any_sandbox
    outside = directories.new()
    outside.chmod(0o777)
    (outside / "secret").write_text("secret")
    (outside / "secret").chmod(0o666)
    up = "../" * 20
    for target in (str(outside), f"{up}{outside}", "/proc/self/root" + str(outside), "/proc/1/cwd"):
        # The place of the same name in the sandbox is another one.
        for through in (entry("l/f", b"escaped"), folder("l/d"), link("l/s", "x"), hard_link("l/h", "f")):
            answer = send(server, sandbox, archive(entry("f", b"x"), link("l", target), through))
            assert answer.status in (403, 422), (target, through[0].name, answer.body)
    server.output(sandbox, f"mkdir -p {outside}" if str(outside).startswith("/tmp/") else ":")
    assert send(server, sandbox, archive(link("l", str(outside)), entry("l/f", b"inside"))).status == 200
    assert server.output(sandbox, f"cat {outside}/f") == "inside", "it ends at the sandbox's root"
    for target in ("l/secret", "l/../secret", f"{up}{outside}/secret", str(outside / "secret"), "s"):
        refused(
            server,
            sandbox,
            archive(link("s", str(outside / "secret")), link("l", str(outside)), hard_link("h", target)),
        )
    assert [item.name for item in outside.iterdir()] == ["secret"]
    assert (outside / "secret").read_text() == "secret"
    assert (outside / "secret").stat().st_nlink == 1


def test_modes_do_not_reach_out(any_server, any_sandbox, directories):
    """Of a directory whose mode is set at the end, and which is a link by then."""
    server, sandbox = any_server, any_sandbox
    outside = directories.new()
    owner = server.folder(sandbox).stat().st_uid
    if IS_ROOT:
        os.chown(outside, owner, owner)
    outside.chmod(0o700)
    for entries in (
        [folder("d", 0o500), entry("f"), link("l", str(outside)), folder("l", 0o777)],
        [link("l", str(outside)), folder("l", 0o577)],
        [link("l", str(outside)), folder("l/.", 0o577)],
    ):
        refused(server, sandbox, archive(*entries))
    assert stat.S_IMODE(outside.stat().st_mode) == 0o700


def test_links_that_change_while_they_are_followed(any_server, any_sandbox, directories):
    server, sandbox = any_server, any_sandbox
    outside = directories.new()
    outside.chmod(0o777)
    race = (
        "import ctypes, os, time\nlibc = ctypes.CDLL(None)\nend = time.time() + 2\n"
        f"os.makedirs('/data/d/a', exist_ok=True)\nos.symlink('{outside}', '/data/d/l')\n"
        "while time.time() < end:\n"
        "    assert libc.renameat2(-100, b'/data/d/a', -100, b'/data/d/l', 2) == 0  # RENAME_EXCHANGE\n"
    )
    results = []
    thread = threading.Thread(target=lambda: results.append(server.execute(sandbox, f'python3 -c "{race}"')))
    thread.start()
    body = archive(
        entry("a/f", b"mine"), entry("x"), folder("a/new", 0o500), entry("y"), link("a/s", "t"), entry("l/g")
    )
    statuses = set()
    assert wait_until(lambda: len(list(server.root(sandbox).glob("data/d/*"))) == 2)
    while thread.is_alive():
        statuses.add(send(server, sandbox, body).status)
    assert results[0]["exit_code"] == 0, results
    assert 422 in statuses, "the link was met"
    assert list(outside.iterdir()) == []
    assert pending(server, sandbox) == []


def test_names_of_any_bytes(server, sandbox):
    names = [
        b"a b",
        b"\xff\xfe",
        "ü中".encode(),
        b"new\nline",
        b"-rf",
        b"x" * 255,
        b"\\",
        b"*",
        b"y" * 200 + b"/" + b"z" * 200,
    ]
    for form in (tarfile.PAX_FORMAT, tarfile.GNU_FORMAT):
        body = archive(
            *(entry(os.fsdecode(name), b"<" + name + b">") for name in names), link("far", "t" * 3000), form=form
        )
        assert send(server, sandbox, body).json["entries"] == len(names) + 1
        for name in names:
            assert server.download(sandbox, b"/data/d/" + name).body == b"<" + name + b">"
        assert server.output(sandbox, "readlink /data/d/far; rm -r /data/d") == "t" * 3000 + "\n"


def test_names_that_are_too_long(server, sandbox):
    for name in ("x" * 256, "/".join("x" * 2100), "x/" * 2046 + "f"):
        message = refused(server, sandbox, archive(entry("first"), entry(name)))
        assert "too long" in message
        assert "1 entries" in message


def test_sparse_files(server, sandbox, directories):
    """As GNU tar writes them, in both of its ways."""
    place = directories.new()
    with (place / "holes").open("wb") as file:
        file.seek(3_000_000)
        file.write(b"middle")
        file.truncate(9_000_000)
    for options in ("--format=gnu", "--format=pax"):
        body = subprocess.run(
            ["tar", "-C", place, options, "-Scf", "-", "holes"], capture_output=True, check=True
        ).stdout
        assert len(body) < 100_000
        assert send(server, sandbox, body).json["size"] == 9_000_000
        assert server.download(sandbox, "/data/d/holes").body == (place / "holes").read_bytes()
        assert int(server.output(sandbox, "stat -c %b /data/d/holes; rm /data/d/holes")) * 512 < 200_000


@pytest.mark.parametrize("pieces", [1, 7, 512, 100_000])
def test_split_anywhere(server, sandbox, pieces):
    data = os.urandom(3000)
    body = archive(entry("one", data), folder("sub"), entry("sub/two", data), form=tarfile.GNU_FORMAT)
    answer = send(server, sandbox, (body[i : i + pieces] for i in range(0, len(body), pieces)))
    assert answer.json["entries"] == 3
    assert server.download(sandbox, "/data/d/sub/two").body == data


def broken() -> dict[str, bytes]:
    whole = archive(entry("one", b"x" * 2000), entry("two", b"y" * 2000), form=tarfile.USTAR_FORMAT)
    assert whole[2560:2563] == b"two"
    return {
        "cut in the second file": whole[:4000],
        "cut in the second header": whole[:2800],
        "wrong checksum": whole[:2570] + b"x" + whole[2571:],
        "goes on after its end": whole + b"x" * (1 << 21),
    }


@pytest.mark.parametrize("name", broken())
def test_broken_archives_say_how_far_they_came(server, sandbox, name):
    message = refused(server, sandbox, broken()[name])
    assert ("2 entries" if "end" in name else "1 entries") in message
    names = server.output(sandbox, "ls -A /data/d").split()
    assert names == (["one", "two"] if "end" in name else ["one"]), "whole or not at all"


@pytest.mark.parametrize(
    "body", [b"", b"garbage" * 1000, gzip.compress(archive(entry("f"))), b"PK\x03\x04" + bytes(1000)], ids=short
)
def test_what_is_no_archive(server, sandbox, body):
    assert "0 entries" in refused(server, sandbox, body)
    assert server.output(sandbox, "ls -A /data/d") == ""


def test_empty_archives(server, sandbox):
    for body in (bytes(1024), archive(), archive(folder("."))):
        assert send(server, sandbox, body).json["entries"] == 0
    assert server.output(sandbox, "ls -dA /data/d") == "/data/d\n"


def test_more_than_the_storage(server):
    sandbox = server.create(resources={"storage": 1})
    body = archive(entry("small", b"x"), form=tarfile.GNU_FORMAT)[:1024]
    huge, _ = entry("huge")
    huge.size = (1 << 30) + 1
    answer = send(server, sandbox, body + huge.tobuf(tarfile.GNU_FORMAT) + bytes(4096))
    assert (answer.status, answer.error["type"]) == (413, "request_too_large")
    assert "1 entries" in answer.error["message"]
    server.call("DELETE", f"/v1/sandboxes/{sandbox['id']}/delete")


def test_empty_entries_count_too(server):
    sandbox = server.create(resources={"storage": 1})
    one = folder("same")[0].tobuf(tarfile.USTAR_FORMAT)
    answer = send(server, sandbox, one * (1 << 18) + one)
    assert answer.status == 413
    assert f"{1 << 18} entries" in answer.error["message"]
    server.call("DELETE", f"/v1/sandboxes/{sandbox['id']}/delete")


def test_encoded_body(server, sandbox):
    answer = server.call(
        "POST",
        f"/v1/sandboxes/{sandbox['id']}/upload?path=/data",
        gzip.compress(archive()),
        {"Content-Type": TAR, "Content-Encoding": "gzip"},
    )
    assert answer.status == 415


def test_other_types(server, sandbox):
    for content_type in ("application/tar", "application/x-tarx", "application/gzip", "text/plain"):
        assert send(server, sandbox, archive(), content_type=content_type).status == 415
    assert send(server, sandbox, archive(), content_type="Application/X-Tar; v=1").status == 200


def test_a_sandboxs_permissions_hold(any_server, any_sandbox):
    server, sandbox = any_server, any_sandbox
    server.output(
        sandbox, "mkdir -p /data/d/readonly /data/d/closed; chmod 555 /data/d/readonly; chmod 0 /data/d/closed"
    )
    for name in ("readonly/f", "closed/f"):
        answer = send(server, sandbox, archive(entry("first"), entry(name, b"x")))
        assert (answer.status, answer.error["type"]) == (403, "permission_denied")
        assert "1 entries" in answer.error["message"]
    assert pending(server, sandbox) == []


def begin(server, sandbox, body):
    connection = socket.create_connection((server.host, server.port), timeout=20)
    connection.sendall(
        f"POST /v1/sandboxes/{sandbox['id']}/upload?path=/data/d HTTP/1.1\r\nHost: localhost\r\n"
        f"x-api-key: {server.key}\r\nContent-Type: {TAR}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    )
    return connection


def threads(server) -> int:
    return len(list(Path(f"/proc/{server.pid}/task").iterdir()))


def test_upload_that_is_cut_leaves_whole_files(server, sandbox):
    body = archive(entry("one", b"x" * 10_000), entry("two", b"y" * 200_000), form=tarfile.USTAR_FORMAT)
    before = threads(server)
    with begin(server, sandbox, body) as connection:
        connection.sendall(body[:100_000])
        assert wait_until(lambda: len(pending(server, sandbox)) == 1)
        assert server.output(sandbox, "ls -A /data/d") == "one\n", "as it comes"
    assert wait_until(lambda: pending(server, sandbox) == [])
    assert server.output(sandbox, "ls -A /data/d; wc -c < /data/d/one") == "one\n10000\n"
    assert wait_until(lambda: threads(server) <= before)


def test_sandbox_that_is_deleted_meanwhile(server):
    sandbox = server.create()
    body = archive(*(entry(str(number), b"x" * 5000) for number in range(200)), form=tarfile.USTAR_FORMAT)
    with begin(server, sandbox, body) as connection:
        connection.sendall(body[:100_000])
        assert wait_until(lambda: len(pending(server, sandbox)) == 1)
        assert server.call("DELETE", f"/v1/sandboxes/{sandbox['id']}/delete").status == 200, "does not wait for it"
        connection.sendall(body[100_000:])
        assert b" 404 " in connection.recv(4096)
    assert not server.folder(sandbox).exists()


def test_in_constant_memory(server, sandbox):
    def peak():
        return int(re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{server.pid}/status").read_text())[1])

    piece = os.urandom(1 << 20)
    info, _ = entry("large")
    info.size = 64 << 20
    many = archive(*(entry(f"d{number % 50}/{number}", b"x") for number in range(5000)), form=tarfile.USTAR_FORMAT)
    before = peak()
    pieces = (part for parts in ([info.tobuf(tarfile.USTAR_FORMAT)], [piece] * 64, [many]) for part in parts)
    assert send(server, sandbox, pieces).json == {
        "message": "Archive unpacked",
        "path": "/data/d",
        "size": (64 << 20) + 5000,
        "entries": 5001,
        "skipped": 0,
    }
    assert peak() - before < 8_000


def test_there_and_back(any_server, any_sandbox):
    """What comes out of one directory and goes into another is the same."""
    server, sandbox = any_server, any_sandbox
    server.output(
        sandbox,
        "mkdir -p /data/a/sub/deep /data/a/empty; cd /data/a; head -c 100000 /dev/urandom > one; cp one sub/two;"
        " ln one sub/deep/hard; ln -s ../one sub/link; chmod 711 sub; chmod 500 empty; touch -d @1000000000 one",
    )
    got = server.call("GET", f"/v1/sandboxes/{sandbox['id']}/download?path=/data/a", headers={"Accept": TAR})
    begun = time.monotonic()
    assert send(server, sandbox, got.body, "/data/b").status == 200
    assert time.monotonic() - begun < 60
    show = "find . -printf '%p %y %m %n %l %s\\n' | sort; find . -type f | sort | xargs sha256sum"
    assert server.output(sandbox, f"cd /data/a; {show}") == server.output(sandbox, f"cd /data/b; {show}")
