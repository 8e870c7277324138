"""Attempts by files: links, devices, races, setuid bits, and trees that are hard to get rid of."""

from __future__ import annotations

import io
import os
import stat
import subprocess
import tarfile
import threading
from contextlib import closing
from pathlib import Path

import pytest
from harness import IS_ROOT, read_proc, status_field, wait_until
from hostile import FULL, SECRET, Outside, delete, inits, is_well, meanwhile, names, plant, python

TAR = {"Accept": "application/x-tar"}


@pytest.fixture
def outside(directories):
    return Outside(directories.new())


def download_tar(server, sandbox, path):
    return server.call("GET", f"/v1/sandboxes/{sandbox['id']}/download?path={path}", headers=TAR)


def follow_tar(server, sandbox, path, most: int = 1 << 30) -> int:
    """How many bytes have come, where it is left after so many: the paths of a deep tree alone are gigabytes."""
    with closing(server.connection(timeout=60)) as connection:
        server.send(connection, "GET", f"/v1/sandboxes/{sandbox['id']}/download?path={path}", None, TAR)
        response = connection.getresponse()
        assert response.status == 200
        got = 0
        while got < most and (piece := response.read(1 << 16)):
            got += len(piece)
    return got


def members_of(packed: bytes) -> list[tarfile.TarInfo]:
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        return archive.getmembers()


def upload_tar(server, sandbox, path, *members):
    """Each member is a name with the fields of its header, and the bytes of a file."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for name, fields, data in members:
            member = tarfile.TarInfo(name)
            member.mode = 0o777
            member.size = len(data)
            for field, value in fields.items():
                setattr(member, field, value)
            archive.addfile(member, io.BytesIO(data))
    return server.call(
        "POST",
        f"/v1/sandboxes/{sandbox['id']}/upload?path={path}",
        packed.getvalue(),
        {"Content-Type": "application/x-tar"},
    )


# ---- links and ".." ----

# What the link /data/l says, with {} for the directory on the host.
LINKS = [
    "{}",
    "/../../../../..{}",
    "../../../../../../../../../../..{}",
    "/proc/self/root{}",
    "/proc/1/root{}",
    "/proc/self/cwd/../../../..{}",
    "/dev/fd/../../../..{}",
    "/data/../tmp/../..{}",
]


@pytest.mark.parametrize("target", LINKS)
def test_an_upload_through_a_link_stays_inside(any_server, any_sandbox, outside, target):
    any_server.output(any_sandbox, f"ln -s {target.format(outside.folder)} /data/l; ln -s /data/l /data/m")
    for path in ("/data/l/new", "/data/l/secret", "/data/m/deep/new", "/data/l/../new"):
        answer = any_server.upload(any_sandbox, path, b"written")
        assert answer.status in (200, 403, 404, 422), answer.body
        assert outside.is_untouched(), path
    answer = upload_tar(any_server, any_sandbox, "/data/l", ("new", {}, b"written"))
    assert answer.status in (200, 403, 404, 422), answer.body
    answer = upload_tar(any_server, any_sandbox, "/data", ("l/new", {}, b"x"), ("m/deep/new", {}, b"x"))
    assert answer.status in (200, 403, 404, 422), answer.body
    assert outside.is_untouched()


@pytest.mark.parametrize("target", LINKS)
def test_a_download_through_a_link_stays_inside(any_server, any_sandbox, outside, target):
    any_server.output(any_sandbox, f"ln -s {target.format(outside.folder)} /data/l; ln -s /data/l/secret /data/m")
    for path in ("/data/l/secret", "/data/m", "/data/l/../secret", "/data/l"):
        answer = any_server.download(any_sandbox, path)
        assert answer.status in (403, 404, 422), answer.body
        assert SECRET not in answer.body
        assert SECRET not in download_tar(any_server, any_sandbox, path).body
    packed = download_tar(any_server, any_sandbox, "/data").body
    assert SECRET not in packed
    assert {member.type for member in members_of(packed)} == {tarfile.DIRTYPE, tarfile.SYMTYPE}


# What only the host has, with {} for the state directory and for the sandbox's id.
HOSTS = [
    "/etc/shadow",
    "/root/.bashrc",
    "/proc/1/environ",
    "/proc/self/mem",
    "/dev/zero",
    "/sys/kernel/uevent_seqnum",
    "/data/../../../../../../../../etc/shadow",
    "/data/../../state.db",
    "../../../../../../../../etc/hostname",
    "/tmp/../incoming",
    "{state}/key",
    "/data/{state}/key",
    "/var/lib/../../{state}/state.db",
    "//data//..//..//..//..//{state}//key",
    "/home/../../../../{state}/key",
]


@pytest.mark.parametrize("path", HOSTS)
def test_the_hosts_own_files_are_no_files_of_a_sandbox(any_server, any_sandbox, path):
    path = path.format(state=any_server.state)
    for ask in (any_server.download, lambda *a: download_tar(any_server, *a)):
        answer = ask(any_sandbox, path)
        assert answer.status in (403, 404, 422), answer.body[:100]
        assert any_server.key.encode() not in answer.body
    before = any_server.key
    assert any_server.upload(any_sandbox, path, b"mine").status in (200, 403, 404, 422)
    assert (any_server.state / "key").read_text().strip() == before
    assert is_well(any_server)


def test_a_link_to_another_sandbox(any_server, any_sandbox):
    other = any_server.create()
    any_server.upload(other, "/data/f", SECRET)
    for way in (f"../../../{other['id']}/root/data", f"{any_server.folder(other)}/root/data"):
        any_server.output(any_sandbox, f"ln -sfn {way} /data/l")
        assert any_server.download(any_sandbox, "/data/l/f").status in (403, 404, 422)
        any_server.upload(any_sandbox, "/data/l/f", b"overwritten")
        any_server.upload(any_sandbox, "/data/l/g", b"new")
        assert names(any_server.root(other) / "data") == ["f"]
        assert (any_server.root(other) / "data/f").read_bytes() == SECRET
        any_server.output(any_sandbox, "rm -rf /data/l")
    delete(any_server, other)


@pytest.mark.parametrize(
    "members",
    [
        [("../../../../../../../tmp/{}/new", {}, b"x")],
        [("{folder}/new", {}, b"x")],
        [("l", {"type": tarfile.SYMTYPE, "linkname": "{folder}"}, b""), ("l/new", {}, b"x")],
        [("l", {"type": tarfile.SYMTYPE, "linkname": "{folder}/secret"}, b""), ("l", {}, b"x")],
        [("h", {"type": tarfile.LNKTYPE, "linkname": "{folder}/secret"}, b""), ("h", {}, b"x")],
        [("h", {"type": tarfile.LNKTYPE, "linkname": "../../../../../../..{folder}/secret"}, b"")],
        [
            ("l", {"type": tarfile.SYMTYPE, "linkname": "{folder}/secret"}, b""),
            ("h", {"type": tarfile.LNKTYPE, "linkname": "l"}, b""),
            ("h", {}, b"x"),
        ],
        [
            ("l", {"type": tarfile.SYMTYPE, "linkname": "{folder}"}, b""),
            ("h", {"type": tarfile.LNKTYPE, "linkname": "l/secret"}, b""),
        ],
        [("l", {"type": tarfile.SYMTYPE, "linkname": "{folder}"}, b""), ("l", {"type": tarfile.DIRTYPE}, b"")],
    ],
    ids=["dots", "absolute", "link", "over a link", "hard link", "hard dots", "of a link", "through", "as directory"],
)
def test_an_archive_that_leads_out(any_server, any_sandbox, outside, members):
    place = {"folder": outside.folder}
    filled = [
        (
            name.format(outside.folder.name, **place),
            {key: value.format(**place) if isinstance(value, str) else value for key, value in fields.items()},
            data,
        )
        for name, fields, data in members
    ]
    mode = stat.S_IMODE(outside.folder.stat().st_mode)
    answer = upload_tar(any_server, any_sandbox, "/data/place", *filled)
    assert answer.status in (200, 403, 404, 422), answer.body
    assert outside.is_untouched()
    assert outside.secret.stat().st_nlink == 1
    assert stat.S_IMODE(outside.folder.stat().st_mode) == mode
    assert SECRET not in download_tar(any_server, any_sandbox, "/data").body


def test_hard_links_to_the_hosts_files(any_server, any_sandbox):
    before = {path: Path(path).stat().st_nlink for path in ("/usr/bin/env", "/usr/bin/su", "/etc/ld.so.cache")}
    for path in before:
        assert any_server.execute(any_sandbox, f"ln {path} /data/; ln {path} /tmp/; ln {path} /dev/shm/")["exit_code"]
    assert {path: Path(path).stat().st_nlink for path in before} == before


# ---- what is no file ----

ODD = {
    "fifo": "mkfifo /data/odd",
    "fifo with a writer": "mkfifo /data/odd; (setsid sh -c 'echo x > /data/odd' &)",
    "socket": "python3 -c \"import socket; socket.socket(socket.AF_UNIX).bind('/data/odd')\"",
    "device": "ln -s /dev/zero /data/odd",
    "terminal": "ln -s /dev/tty /data/odd",
    "own stdin": "ln -s /proc/self/fd/0 /data/odd",
    "directory": "mkdir /data/odd",
    "loop": "ln -s odd /data/odd",
    "link to itself through itself": "ln -s odd/odd /data/odd",
}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_what_is_no_file_is_not_downloaded(any_server, any_sandbox, odd):
    any_server.output(any_sandbox, odd)
    answer = any_server.download(any_sandbox, "/data/odd")
    assert answer.status in (403, 404, 422), answer.body
    packed = download_tar(any_server, any_sandbox, "/data").body
    kinds = {member.type for member in members_of(packed)}
    assert kinds <= {tarfile.DIRTYPE, tarfile.SYMTYPE}
    assert any_server.upload(any_sandbox, "/data/odd/beneath", b"x").status in (200, 403, 404, 422)
    assert any_server.upload(any_sandbox, "/data/odd", b"whole").status in (200, 422)
    place = any_server.root(any_sandbox) / "data/odd"
    assert place.is_dir() or (place.is_file() and not place.is_symlink() and place.read_bytes() == b"whole")


@pytest.mark.parametrize("kind", [tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE])
def test_devices_do_not_come_in_by_an_archive(any_server, any_sandbox, kind):
    answer = upload_tar(any_server, any_sandbox, "/data", ("d", {"type": kind, "devmajor": 1, "devminor": 1}, b""))
    assert answer.status == 200
    assert answer.json["skipped"] == 1
    assert names(any_server.root(any_sandbox) / "data") == []


@pytest.mark.parametrize("kind", ["c", "b"])
def test_devices_are_not_made(any_server, any_sandbox, kind):
    assert any_server.execute(any_sandbox, f"mknod -m 666 /data/d {kind} 1 1; mknod /dev/shm/d {kind} 8 0")["exit_code"]
    assert names(any_server.root(any_sandbox) / "data") == []


def test_a_lease_holds_up_nobody(any_server, any_sandbox):
    """The kernel makes who opens such a file wait for its holder."""
    code = (
        "import fcntl, os, signal, time\nsignal.signal(signal.SIGIO, signal.SIG_IGN)\n"
        "fd = os.open('/data/f', os.O_RDWR | os.O_CREAT)\nfcntl.fcntl(fd, fcntl.F_SETLEASE, fcntl.F_WRLCK)\n"
        "open('/data/ready', 'w')\ntime.sleep(60)\n"
    )
    any_server.upload(any_sandbox, "/tmp/lease.py", code.encode())
    any_server.output(any_sandbox, "python3 /tmp/lease.py & until [ -e /data/ready ]; do sleep 0.02; done")
    answer = any_server.download(any_sandbox, "/data/f")
    assert (answer.status, answer.error["type"]) == (409, "conflict")
    assert any_server.upload(any_sandbox, "/data/f", b"replaced").status == 200
    assert any_server.download(any_sandbox, "/data/f").body == b"replaced"


# ---- races ----

# Makes /data/d a directory and a link to a place of the host in turn, as often as it can.
SWAP = r"""
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
int main(int count, char **words) {
    mkdir("/data/d", 0777);
    mkdir("/data/d/deep", 0777);
    close(open("/data/d/secret", O_CREAT | O_WRONLY, 0666));
    symlink(words[1], "/data/l");
    for (;;)
        syscall(SYS_renameat2, AT_FDCWD, "/data/d", AT_FDCWD, "/data/l", 2);
}
"""


EXCHANGE = r"""
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
int main(void) {
    mkdir("/data/other", 0777);
    close(open("/data/other/kept", O_CREAT | O_WRONLY, 0666));
    close(open("/data/f", O_CREAT | O_WRONLY, 0666));
    for (;;)
        syscall(SYS_renameat2, AT_FDCWD, "/data/f", AT_FDCWD, "/data/other", 2);
}
"""


def test_a_file_that_becomes_a_directory_all_the_time(any_server, any_sandbox, mark):
    path = plant(any_server, any_sandbox, "exchange", EXCHANGE)
    any_server.output(any_sandbox, f"{path} > /dev/null 2>&1 & echo $! > /tmp/{mark}")
    statuses = set()
    for _ in range(4000 if FULL else 400):
        statuses.add(any_server.upload(any_sandbox, "/data/f", b"uploaded").status)
        statuses.add(upload_tar(any_server, any_sandbox, "/data", ("f", {}, b"packed")).status)
    any_server.output(any_sandbox, f"kill -9 $(cat /tmp/{mark})")
    assert statuses <= {200, 400, 409, 422}
    assert 200 in statuses
    assert list((any_server.folder(any_sandbox) / "incoming").iterdir()) == []
    assert any_server.output(any_sandbox, "ls /data/*/kept").split() in (["/data/f/kept"], ["/data/other/kept"])


@pytest.mark.parametrize("target", ["{}", "../../../../../../..{}"], ids=["absolute", "dots"])
def test_a_directory_that_becomes_a_link_all_the_time(any_server, any_sandbox, outside, target):
    path = plant(any_server, any_sandbox, "swap", SWAP)
    any_server.output(any_sandbox, f"{path} {target.format(outside.folder)} > /dev/null 2>&1 &")
    statuses, seen = set(), set()

    def attack(number):
        for i in range(400 if FULL else 25):
            answers = [
                any_server.upload(any_sandbox, "/data/d/secret", b"overwritten"),
                any_server.upload(any_sandbox, f"/data/d/deep/new-{number}-{i}", b"new"),
                upload_tar(any_server, any_sandbox, "/data/d", ("deep/x", {}, b"x"), ("y/z", {}, b"z")),
            ]
            for answer in (
                any_server.download(any_sandbox, "/data/d/secret"),
                any_server.download(any_sandbox, "/data/d/deep/../secret"),
                download_tar(any_server, any_sandbox, "/data/d"),
            ):
                answers.append(answer)
                seen.add(SECRET in answer.body)
            statuses.update(answer.status for answer in answers)

    threads = [threading.Thread(target=attack, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outside.is_untouched()
    assert seen == {False}
    assert 200 in statuses, "some have met the directory"
    assert statuses <= {200, 403, 404, 409, 422}, statuses


def test_a_file_that_becomes_shorter_while_it_is_sent(any_server, any_sandbox):
    any_server.output(any_sandbox, "head -c 30000000 /dev/zero > /data/f")
    code = "import os\nwhile True: os.truncate('/data/f', 10); os.truncate('/data/f', 30000000)\n"
    any_server.upload(any_sandbox, "/tmp/shorten.py", code.encode())
    any_server.output(any_sandbox, "python3 /tmp/shorten.py > /dev/null 2>&1 &")
    for _ in range(10):
        try:
            answer = any_server.download(any_sandbox, "/data/f")
            assert len(answer.body) in (10, 30000000)
            assert answer.body.strip(b"\0") == b""
        except Exception as error:  # the connection ends early: that is what is promised
            assert "IncompleteRead" in repr(error)
    assert is_well(any_server)


# ---- privileges left in files ----


def test_setuid_files_on_the_host(any_server, any_sandbox):
    any_server.output(any_sandbox, "cp /usr/bin/id /data/id; chmod 6777 /data/id; mkdir /data/d; chmod 7777 /data/d")
    info = (any_server.root(any_sandbox) / "data/id").stat()
    assert info.st_uid != 0, "it would be root's for whoever finds it"
    assert info.st_uid == any_server.folder(any_sandbox).stat().st_uid
    assert stat.S_IMODE(any_server.state.stat().st_mode) == 0o700, "nobody else gets there"
    packed = download_tar(any_server, any_sandbox, "/data").body
    assert [member for member in members_of(packed) if member.mode & 0o7000] == []
    fields = {"mode": 0o6755}
    upload_tar(any_server, any_sandbox, "/data/in", ("id", fields, b"x"), ("d", {**fields, "type": b"5"}, b""))
    for name in ("id", "d"):
        assert (any_server.root(any_sandbox) / "data/in" / name).stat().st_mode & 0o7000 == 0


@pytest.mark.parametrize(
    "command",
    ["su -c id", "passwd -d root", "mount -t tmpfs none /data", "umount /data", "chsh -s /bin/sh root", "newgrp root"],
)
def test_setuid_programs_of_the_host(any_server, any_sandbox, command):
    init = inits(any_server)[any_sandbox["id"]]
    mounts = read_proc(init, "mountinfo")
    any_server.output(any_sandbox, "echo kept > /data/kept")
    result = any_server.execute(any_sandbox, f"{command} < /dev/null && cat /etc/shadow", timeout=20)
    assert result["exit_code"] != 0
    assert "uid=0" not in result["stdout"]
    assert read_proc(init, "mountinfo") == mounts
    assert (any_server.root(any_sandbox) / "data/kept").read_text() == "kept\n"


def test_capabilities_in_files(any_server, any_sandbox):
    code = (
        "import os, shutil\nshutil.copy('/usr/bin/env', '/data/env')\n"
        "for value in (bytes.fromhex('0100000200002000000000000000000000000000'),\n"
        "              bytes.fromhex('010000030000200000000000000000000000000000000000')):\n"
        "    try: os.setxattr('/data/env', 'security.capability', value)\n"
        "    except OSError as error: print(error.errno)\n"
        "    try: os.setxattr('/data/env', 'trusted.x', b'x')\n"
        "    except OSError as error: print(error.errno)\n"
    )
    assert python(any_server, any_sandbox, code)["stdout"] == "1\n1\n1\n1\n"
    names = os.listxattr(any_server.root(any_sandbox) / "data/env")
    assert {"security.capability", "trusted.x"}.isdisjoint(names)


def test_owners_stay_the_sandboxs(any_server, any_sandbox):
    any_server.execute(any_sandbox, "touch /data/f; chown 0:0 /data/f; chown 65534 /data/f; chgrp 0 /data/f")
    info, owner = (any_server.root(any_sandbox) / "data/f").stat(), any_server.folder(any_sandbox).stat().st_uid
    assert (info.st_uid, info.st_gid) == (owner, owner)


# ---- what is hard to get rid of ----


def test_a_deep_tree(any_server, outside):
    sandbox = any_server.create()
    levels = 50_000 if FULL else 3_000
    code = f"import os\nos.chdir('/data')\nfor i in range({levels}): os.mkdir('directory'); os.chdir('directory')\n"
    assert python(any_server, sandbox, code)["exit_code"] == 0
    before = int(status_field(any_server.pid, "VmRSS")[0])
    assert follow_tar(any_server, sandbox, "/data/directory/directory") > levels * 1000
    assert int(status_field(any_server.pid, "VmRSS")[0]) < before + 32 * 1024
    delete(any_server, sandbox)


def test_a_tree_that_is_closed_to_its_owner(any_server):
    sandbox = any_server.create()
    any_server.output(
        sandbox,
        "mkdir -p /data/a/b/c /tmp/d/e '/data/new\nline' /data/-rf; touch /data/a/b/c/f; ln -s / /data/a/b/l;"
        "chmod 0 /data/a/b/c/f /data/a/b/c /data/a/b /data/a /tmp/d/e /tmp/d /data /tmp /home/sandbox",
    )
    assert any_server.download(sandbox, "/tmp/d").status in (403, 404, 422)
    assert any_server.upload(sandbox, "/tmp/f", b"x").status == 403
    delete(any_server, sandbox)


def test_many_files(any_server):
    sandbox = any_server.create()
    count = 1_000_000 if FULL else 10_000
    code = (
        "import os\n"
        f"for d in range({count // 1000}):\n"
        "    os.mkdir(f'/data/{d}')\n    os.chdir(f'/data/{d}')\n"
        "    for f in range(1000): os.close(os.open(str(f), os.O_CREAT | os.O_WRONLY))\n"
        "open('/tmp/made', 'w').close()\n"
    )
    any_server.upload(sandbox, "/tmp/many.py", code.encode())
    any_server.output(sandbox, "python3 /tmp/many.py > /dev/null 2>&1 &")
    assert wait_until((any_server.root(sandbox) / "tmp/made").exists, 900)
    delete(any_server, sandbox)


@pytest.mark.skipif(not IS_ROOT, reason="needs root to mount a small file system")
@pytest.mark.parametrize("option", ["size=24m", "size=50m,nr_inodes=2000"], ids=["bytes", "inodes"])
def test_a_full_disk(start, directories, option):
    folder = directories.new()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", option, "none", str(folder)], check=False)
    if mounted.returncode:
        pytest.skip("root may not mount anything here")
    try:
        state = folder / "state"
        state.mkdir(mode=0o700)
        server = start("--state", str(state))
        sandbox, other = server.create(), server.create()
        code = "import os\nfor i in range(3000): os.mkdir(f'/data/{i}')\n"
        python(server, sandbox, code if "inodes" in option else "")
        server.execute(sandbox, "cat /dev/zero > /data/full; cat /dev/zero > /tmp/full")
        assert server.upload(other, "/data/f", b"x" * 100_000).status in (200, 507)
        assert server.call("POST", "/v1/sandboxes/create", {}).status == 507
        assert server.output(other, "echo well") == "well\n"
        assert server.call("DELETE", f"/v1/sandboxes/{sandbox['id']}/delete").status == 200
        assert not server.folder(sandbox).exists()
        assert server.upload(other, "/data/f", b"x" * 100_000).status == 200
        assert is_well(server)
        server.stop()
    finally:
        subprocess.run(["umount", str(folder)], check=False)


def test_a_file_of_the_largest_size(any_server, any_sandbox):
    any_server.execute(any_sandbox, "truncate -s 7E /data/f; truncate -s 100G /data/f; truncate -s 10G /data/f")
    assert (any_server.root(any_sandbox) / "data/f").stat().st_size <= any_sandbox["storage"] << 30


def test_a_descriptor_is_no_way_into_an_upload(any_server, any_sandbox):
    with meanwhile(any_server, any_sandbox, "exec 5<> /data/f; echo held >&5; sleep 2; echo late >&5"):
        place = any_server.root(any_sandbox) / "data/f"
        assert wait_until(lambda: place.exists() and place.read_bytes() == b"held\n")
        assert any_server.upload(any_sandbox, "/data/f", b"new").status == 200
    assert place.read_bytes() == b"new"
