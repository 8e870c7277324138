"""Images: what `sandboxd image` takes in, what it refuses, and what is left when it is stopped."""

from __future__ import annotations

import bz2
import gzip
import itertools
import json
import lzma
import os
import shutil
import signal
import stat
import subprocess
import tarfile
from pathlib import Path

import pytest
from harness import BINARY, IS_ROOT, short, wait_until
from images import ARCHITECTURE, BUSYBOX, Executable, Layout, busybox_root, digest, entry, hard_link, link, saved, tar

SMALL = {"bin": None, "bin/sh": b"not a real one", "etc/os-release": b"NAME=small\n", "a/b/c": b"deep"}


COUNTER = itertools.count()


class Store:
    """A state directory with images in it."""

    def __init__(self, folder: Path):
        self.state = folder / "s"
        self.folder = folder

    def run(self, *arguments: str, data: bytes | None = None, **options) -> subprocess.CompletedProcess:
        return subprocess.run(
            [str(BINARY), "image", "--state", str(self.state), *arguments],
            input=data,
            capture_output=True,
            check=False,
            **options,
        )

    def file(self, data: bytes, name: str = "source.tar") -> str:
        path = self.folder / name
        path.write_bytes(data)
        return str(path)

    def add(self, name: str, source) -> dict:
        if isinstance(source, bytes):
            source = self.file(source)
        done = self.run("import", "--json", name, str(source))
        assert (done.returncode, done.stderr) == (0, b"")
        return json.loads(done.stdout)

    def refuse(self, name: str, source, code: int = 9) -> str:
        if isinstance(source, bytes):
            source = self.file(source)
        done = self.run("import", name, str(source))
        assert (done.returncode, done.stdout) == (code, b""), done
        lines = done.stderr.decode().splitlines()
        assert len(lines) == 1
        assert "; " in lines[0]
        assert self.left() == [], "a refused import leaves nothing"
        return lines[0]

    def names(self) -> list[str]:
        return sorted(image["name"] for image in json.loads(self.run("list", "--json").stdout))

    def left(self) -> list[str]:
        images = self.state / "bwrap/images"
        return [path.name for path in images.iterdir() if path.name.startswith(".")] if images.is_dir() else []

    def path(self, name: str) -> Path:
        return self.state / "bwrap/images" / name.replace("/", "%2F").replace(":", "%3A")

    def root(self, name: str) -> Path:
        return self.path(name) / "rootfs"


@pytest.fixture
def store(directories):
    return Store(directories.new())


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


@pytest.mark.parametrize("pack", [bytes, gzip.compress, bz2.compress, lzma.compress, "zstd"], ids=str)
def test_root_file_system(store, pack):
    if pack == "zstd":
        if not shutil.which("zstd"):
            pytest.skip("no zstd here")
        data = subprocess.run(["zstd", "-qc"], input=tar(SMALL), capture_output=True, check=True).stdout
    else:
        data = pack(tar(SMALL))
    added = store.add("small", data)
    assert added == {"name": "small:latest", "digest": None, "files": 4, "bytes": 29, "skipped": 0}
    root = store.root("small:latest")
    assert (root / "a/b/c").read_bytes() == b"deep"
    assert store.names() == ["small:latest"]
    assert store.left() == []


def test_standard_input(store):
    done = store.run("import", "piped", "-", data=gzip.compress(tar(SMALL)))
    assert (done.returncode, done.stderr) == (0, b"")
    assert store.names() == ["piped:latest"]


def test_places_that_every_sandbox_needs(store):
    store.add("small", tar({**SMALL, "tmp": link("/elsewhere"), "etc/hosts": link("/proc/x"), "home": b"a file"}))
    root = store.root("small:latest")
    for place in ["proc", "dev", "data", "tmp", "home", "home/sandbox", "run", "etc"]:
        assert stat.S_ISDIR((root / place).lstat().st_mode), place
    assert (root / "var/tmp").readlink() == Path("/tmp")
    for file in ["passwd", "group", "hosts", "hostname", "resolv.conf", "nsswitch.conf"]:
        assert stat.S_ISREG((root / "etc" / file).lstat().st_mode), file
        assert mode(root / "etc" / file) == 0o644


def test_users_of_the_image_stay(store):
    passwd = b"root:x:0:0:root:/root:/bin/sh\npython:x:1000:1000::/:/bin/sh\nwww:x:33:33::/:/bin/sh"
    store.add("users", tar({**SMALL, "etc/passwd": passwd, "etc/group": b"ten:x:10001:\nsandbox:x:7:\n"}))
    etc = store.root("users:latest") / "etc"
    assert (etc / "passwd").read_text().splitlines() == [
        "root:x:0:0:root:/root:/bin/sh",
        "www:x:33:33::/:/bin/sh",
        "sandbox:x:1000:1000:sandbox:/home/sandbox:/bin/sh",
    ]
    assert (etc / "group").read_text().splitlines() == ["ten:x:10001:", "sandbox:x:1000:"]


def test_modes_owners_and_devices(store):
    odd = tarfile.TarInfo("")
    odd.mode, odd.uid, odd.gid = 0o6711, 12345, 12345
    secret = tarfile.TarInfo("")
    secret.mode = 0
    added = store.add(
        "modes",
        tar(
            {
                **SMALL,
                "setuid": odd,
                "secret": secret,
                "dev/null": entry(tarfile.CHRTYPE),
                "dev/sda": entry(tarfile.BLKTYPE),
                "fifo": entry(tarfile.FIFOTYPE),
            }
        ),
    )
    root = store.root("modes:latest")
    assert added["skipped"] == 3
    assert (mode(root / "setuid"), mode(root / "secret")) == (0o755, 0o644)
    assert (root / "setuid").stat().st_uid == os.geteuid()
    assert not (root / "fifo").exists()
    assert list((root / "dev").iterdir()) == []


@pytest.mark.parametrize(
    "entries",
    [
        {"../out": b"1"},
        {"a/../../out": b"1"},
        {"/../out": b"1"},
        {"a/..": None},
        {"h": hard_link("../../../out")},
        {"h": hard_link("/etc/hostname")},
        {"h": hard_link("missing")},
        {"l": link("/"), "h": hard_link("l/etc/hostname")},
        {"h": hard_link("bin")},
    ],
    ids=lambda entries: " ".join(entries),
)
def test_paths_that_lead_out(store, entries):
    store.refuse("out", tar({**SMALL, **entries}))
    assert not (store.folder / "out").exists()
    assert store.names() == []


def test_paths_that_stay_inside(store, directories):
    """Absolute ones begin at the root, and a link leads where it does in the sandbox."""
    outside = directories.new()
    entries = {
        "/absolute": b"1",
        "./dotted": b"2",
        str(outside): None,
        "out": link(str(outside)),
        "out/file": b"3",
        "up": link("../../../../../.."),
        "up/file2": b"4",
        "abs": link("/a"),
        "abs/d": b"5",
        "h": hard_link("/a/b/c"),
    }
    store.add("inside", tar({**SMALL, **entries}))
    root = store.root("inside:latest")
    assert list(outside.iterdir()) == []
    assert (root / str(outside).lstrip("/") / "file").read_bytes() == b"3"
    assert (root / "absolute").read_bytes() == b"1"
    assert (root / "dotted").read_bytes() == b"2"
    assert (root / "file2").read_bytes() == b"4"
    assert (root / "a/d").read_bytes() == b"5"
    assert (root / "h").stat().st_ino == (root / "a/b/c").stat().st_ino


def test_what_the_host_has_at_a_path_decides_nothing(store):
    """A directory in place of a link: one to a directory of the image stays, every other one is replaced."""
    entries = {"opt/only-here/f": b"f", "one": link("/opt/only-here"), "two": link("/proc/sys")}
    store.add("links", tar({**SMALL, **entries, "one/": None, "one/g": b"g", "two/": None}))
    root = store.root("links:latest")
    assert (root / "one").readlink() == Path("/opt/only-here")
    assert sorted(path.name for path in (root / "opt/only-here").iterdir()) == ["f", "g"]
    assert not (root / "two").is_symlink()
    assert (root / "two").is_dir()


def test_later_entries_replace_earlier_ones(store):
    first = tar({**SMALL, "x": b"file", "y/z": b"1"})
    layout = Layout(store.folder / "layout")
    layout.image([first, tar({"x": None, "x/in": b"2", "y": b"file", "a/b/c": link("/bin/sh")})])
    store.add("replaced", layout.folder)
    root = store.root("replaced:latest")
    assert (root / "x/in").read_bytes() == b"2"
    assert (root / "y").read_bytes() == b"file"
    assert (root / "a/b/c").readlink() == Path("/bin/sh")


@pytest.mark.parametrize("form", ["directory", "tar", "tar.gz", "saved"])
def test_layers(store, form):
    config = {"Env": ["PATH=/opt/bin:/bin", "EMPTY=", "A=b=c"], "WorkingDir": "/app", "User": "nobody"}
    layers = [
        tar({**SMALL, "gone": b"1", "kept": b"1", "dir/gone": b"1", "opaque/old": b"1", "opaque/deep/old": b"1"}),
        tar({".wh.gone": b"", "dir/.wh.gone": b"", "opaque/new": b"2", "opaque/.wh..wh..opq": b"", "added": b"2"}),
        tar({"a/.wh.never": b"", "kept": b"3", "gone": b"back"}),
    ]
    if form == "saved":
        source = store.file(saved(layers, "team/app:1", config))
    else:
        layout = Layout(store.folder / "layout")
        manifest = layout.image(layers, config)
        source = layout.folder if form == "directory" else store.file(layout.tar())
        if form == "tar.gz":
            source = store.file(gzip.compress(layout.tar()))
    added = store.add("team/app:1", source)
    root = store.root("team/app:1")
    assert (root / "gone").read_bytes() == b"back"
    assert (root / "kept").read_bytes() == b"3"
    assert list((root / "dir").iterdir()) == []
    assert sorted(path.name for path in (root / "opaque").iterdir()) == ["new"]
    assert (root / "added").read_bytes() == b"2"
    assert not list(root.rglob(".wh.*"))
    assert sorted(path.name for path in store.path("team/app:1").iterdir()) == ["image.json", "rootfs"]
    document = json.loads((store.path("team/app:1") / "image.json").read_text())
    assert document["env"] == {"PATH": "/opt/bin:/bin", "EMPTY": "", "A": "b=c"}
    assert document["working_dir"] == "/app"
    assert added["digest"] == (None if form == "saved" else manifest["digest"])


def test_compressed_layers(store):
    layout = Layout(store.folder / "layout")
    layout.image([gzip.compress(tar({**SMALL, "gone": b""})), gzip.compress(tar({".wh.gone": b""}))])
    store.add("compressed", layout.folder)
    assert not (store.root("compressed:latest") / "gone").exists()
    packed = saved([tar(SMALL)], "compressed:2")
    store.add("compressed:2", packed)


@pytest.mark.parametrize("part", ["layer", "config", "manifest", "saved layer", "saved config"])
def test_damaged_parts(store, part):
    if part.startswith("saved"):
        good = saved([tar(SMALL)], "x:1")
        old, new = (b"not a real one", b"not a reaL one") if part == "saved layer" else (b'"linux"', b'"linuX"')
        assert "damaged" in store.refuse("x:1", good.replace(old, new)) or part == "saved config"
        return
    layout = Layout(store.folder / "layout")
    manifest = layout.image([tar(SMALL)])
    document = json.loads(layout.path(manifest).read_text())
    chosen = {"layer": document["layers"][0], "config": document["config"], "manifest": manifest}[part]
    content = bytearray(layout.path(chosen).read_bytes())
    content[-3] ^= 1
    layout.path(chosen).write_bytes(content)
    assert "damaged" in store.refuse("x", layout.folder)
    layout.path(chosen).unlink()
    store.refuse("x", layout.folder)


@pytest.mark.parametrize("name", ["../../../etc/passwd", "sha512:" + "0" * 128, "sha256:xyz", "sha256:" + "A" * 64, ""])
def test_names_of_parts_that_are_none(store, name):
    layout = Layout(store.folder / "layout")
    layout.image([tar(SMALL)])
    layout.manifests[0]["digest"] = name
    layout.write()
    store.refuse("x", layout.folder)


def test_parts_by_links_that_lead_out(store, directories):
    layer = tar(SMALL)
    elsewhere = directories.new() / "layer"
    elsewhere.write_bytes(layer)
    layout = Layout(store.folder / "layout")
    layout.image([layer])
    path = layout.folder / "blobs/sha256" / digest(layer).removeprefix("sha256:")
    path.unlink()
    path.symlink_to(elsewhere)
    store.refuse("x", layout.folder)


def test_choice_of_the_platform(store):
    layout = Layout(store.folder / "layout")
    layout.image([tar({**SMALL, "which": b"foreign"})], machine="s390x")
    layout.image([tar({**SMALL, "which": b"mine"})])
    layout.image([tar({"x": b""})], machine="unknown", platform={"os": "unknown", "architecture": "unknown"})
    store.add("multi", layout.folder)
    assert (store.root("multi:latest") / "which").read_bytes() == b"mine"
    layout.manifests = layout.manifests[:1]
    layout.write()
    assert ARCHITECTURE in store.refuse("foreign", layout.folder)
    del layout.manifests[0]["platform"]
    layout.write()
    assert "s390x" in store.refuse("foreign", layout.folder), "its configuration says it, too"


def test_index_in_an_index(store):
    layout = Layout(store.folder / "layout")
    layout.image([tar(SMALL)])
    for _ in range(3):
        inner = layout.blob((layout.folder / "index.json").read_bytes(), "application/vnd.oci.image.index.v1+json")
        layout.manifests = [inner]
        layout.write()
    store.add("nested", layout.folder)
    for _ in range(3):
        layout.manifests = [layout.blob((layout.folder / "index.json").read_bytes())]
        layout.write()
    store.refuse("too-deep", layout.folder)


def test_choice_among_several_images(store):
    layout = Layout(store.folder / "layout")
    for number in "12":
        layout.image(
            [tar({**SMALL, "which": number.encode()})],
            annotations={"org.opencontainers.image.ref.name": f"v{number}"},
        )
    store.add("app:v2", layout.folder)
    assert (store.root("app:v2") / "which").read_bytes() == b"2"
    assert "app:v3" in store.refuse("app:v3", layout.folder)


@pytest.mark.parametrize(
    "data",
    [b"", b"this is no tar at all " * 100, gzip.compress(b"neither is this"), tar(SMALL)[:700], tar({})],
    ids=["empty", "text", "gzip", "cut", "no files"],
)
def test_no_archive(store, data):
    store.refuse("x", data)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"manifests": []}', '{"manifests": [1, null]}', "{'a': 1}", "[" * 100]
)
def test_malformed_index(store, text):
    layout = Layout(store.folder / "layout")
    (layout.folder / "index.json").write_text(text)
    store.refuse("x", layout.folder)


@pytest.mark.parametrize("text", ["", "[]", "{}", "[1]", '[{"Config": 1}]', '[{"Config": "../x", "Layers": []}]'])
def test_malformed_saved_manifest(store, text):
    store.refuse("x", tar({"manifest.json": text.encode()}))


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Upper",
        "a b",
        "a-",
        "a..b",
        "a//b",
        "/a",
        "a/",
        "a:",
        "a:b:c",
        "a@sha256:0",
        ".a",
        "..",
        "a/../b",
        "a:-x",
        "é",
    ],
)
def test_bad_names(store, name):
    store.refuse(name, tar(SMALL))
    assert not (store.state / "bwrap/images").exists()


@pytest.mark.parametrize(
    "name", ["a:" + "t" * 129, "a" * 200, "/".join("a" * 90), "a___b", "host:99x/a", "a%2Fb"], ids=short
)
def test_more_bad_names(store, name):
    store.refuse(name, tar(SMALL))


@pytest.mark.parametrize(
    ("name", "complete"),
    [
        ("python:3.12", "python:3.12"),
        ("avmcodes/avm-default-sandbox", "avmcodes/avm-default-sandbox:latest"),
        ("registry.example:5000/team/a_b/c--d__e.f:V1.0-rc_1", "registry.example:5000/team/a_b/c--d__e.f:V1.0-rc_1"),
        ("localhost/x", "localhost/x:latest"),
        ("a", "a:latest"),
    ],
)
def test_names(store, name, complete):
    assert store.add(name, "host")["name"] == complete
    assert store.names() == [complete]
    assert store.run("remove", name).returncode == 0
    assert store.names() == []


def test_name_is_taken(store):
    store.add("x", tar(SMALL))
    assert "image remove x:latest" in store.refuse("x:latest", tar(SMALL))


def test_remove(store):
    assert store.run("remove", "x").returncode == 9
    store.add("x", tar(SMALL))
    store.add("x:2", tar(SMALL))
    assert store.run("remove", "x").returncode == 0
    assert store.names() == ["x:2"]
    assert store.left() == []


def test_list(store):
    assert store.run("list").stdout == b""
    store.add("x", tar(SMALL))
    store.add("h", "host")
    text = store.run("list").stdout.decode()
    assert len(text.splitlines()) == 2
    assert "this machine's /usr" in text


@pytest.mark.parametrize(
    "arguments", [[], ["import", "x"], ["import"], ["list", "x"], ["drop", "x"], ["remove"]], ids=str
)
def test_usage(store, arguments):
    assert store.run(*arguments).returncode == 2


def test_source_is_not_there(store):
    store.refuse("x", store.folder / "nowhere")
    store.refuse("x", store.folder)


def test_killed_import(store, start):
    """What it leaves is no image, and goes at the next start; an import that is running is left alone."""
    data = tar({**SMALL, "big": b"x" * (1 << 20)})
    process = subprocess.Popen(
        [str(BINARY), "image", "--state", str(store.state), "import", "slow", "-"], stdin=subprocess.PIPE
    )
    process.stdin.write(data[: 1 << 19])
    process.stdin.flush()
    assert wait_until(lambda: store.left() and any(store.state.glob("bwrap/images/.*/rootfs/a/b/c")))
    server = start("--state", str(store.state))
    assert len(store.left()) == 1, "it is still running"
    server.stop()
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert store.names() == []
    assert len(store.left()) == 1
    start("--state", str(store.state))
    assert store.left() == []


@pytest.mark.skipif(not IS_ROOT, reason="needs root to mount a small disk")
def test_full_disk(store):
    store.state.mkdir(mode=0o700)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m,mode=700", "none", str(store.state)], check=True)
    try:
        line = store.refuse("x", tar({**SMALL, "big": b"x" * (4 << 20)}), 6)
        assert "does not fit" in line
        layout = Layout(store.folder / "layout")
        layout.image([tar({**SMALL, "big": b"x" * (4 << 20)})])
        assert "does not fit" in store.refuse("y", layout.folder, 6)
        assert store.names() == []
    finally:
        subprocess.run(["umount", str(store.state)], check=True)


@pytest.mark.skipif(not IS_ROOT, reason="needs root to mount a small disk")
@pytest.mark.parametrize(
    ("options", "content", "reason"),
    [
        ("size=100m", {"big": bytes(90 << 20)}, "less than 20 MiB"),
        ("size=100m", {f"f{i}": bytes(100 << 10) for i in range(900)}, "less than 20 MiB"),
        ("size=200m,nr_inodes=5000", {f"f{i}": b"" for i in range(5000)}, "less than 100 more files"),
    ],
    ids=["one file", "many files", "empty files"],
)
def test_the_floor_stays(store, start, options, content, reason):
    """Whoever uploads meanwhile finds no full disk."""
    store.state.mkdir(mode=0o700)
    subprocess.run(["mount", "-t", "tmpfs", "-o", options + ",mode=700", "none", str(store.state)], check=True)
    try:
        server = start("--state", str(store.state), "--disk-floor", "20")
        sandbox = server.create()
        archive = store.folder / "bomb.tar.gz"
        archive.write_bytes(gzip.compress(tar(content), 1))
        importing = subprocess.Popen(
            [BINARY, "image", "--state", str(store.state), "--disk-floor", "20", "import", "x", str(archive)],
            stderr=subprocess.PIPE,
        )
        seen = set()
        while importing.poll() is None:
            seen.add(server.upload(sandbox, "/data/file", b"x").status)
        assert reason in importing.stderr.read().decode()
        assert importing.returncode == 6
        assert seen == {200}
        assert store.left() == []
        server.stop()
    finally:
        subprocess.run(["umount", "-l", str(store.state)], check=True)


def test_the_floor_of_a_layout(store):
    layout = Layout(store.folder / "layout")
    layout.image([tar({**SMALL, "big": b"x" * (4 << 20)})])
    free = os.statvfs(store.folder).f_bavail * os.statvfs(store.folder).f_frsize >> 20
    done = store.run("--disk-floor", str(free + 1000), "import", "x", str(layout.folder))
    assert done.returncode == 6
    assert b"--disk-floor" in done.stderr
    assert store.names() == []


def test_many_at_once(store):
    """Of two imports of one name one wins, whole."""
    source = store.file(tar({**SMALL, **{f"f{i}": b"x" * 1000 for i in range(300)}}))
    command = [str(BINARY), "image", "--state", str(store.state), "import", "same", source]
    running = [subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for _ in range(4)]
    codes = sorted(process.wait() for process in running)
    assert codes == [0, 9, 9, 9]
    assert len(list(store.root("same:latest").glob("f*"))) == 300
    assert store.left() == []


# ---- in a server ----


@pytest.mark.parametrize("name", ["nothing/here", "nothing:1", "No Name", "", "../x", "x" * 500])
def test_unknown_image(server, name):
    answer = server.call("POST", "/v1/sandboxes/create", {"image": name})
    assert (answer.status, answer.error["type"], answer.error["field"]) == (404, "not_found", "image")
    if name.startswith("nothing"):
        assert f"sandboxd image import {name} FILE" in answer.error["message"]


def test_name_for_the_host(start, directories):
    """Programs that name an image run with this machine's own programs where that is asked for."""
    server = start("--state", str(directories.new()))
    server.import_image("avmcodes/avm-default-sandbox")
    for name in ("avmcodes/avm-default-sandbox", "avmcodes/avm-default-sandbox:latest"):
        assert server.output(server.create(image=name), "echo works") == "works\n"
    assert server.call("POST", "/v1/sandboxes/create", {"image": "avmcodes/avm-default-sandbox:2"}).status == 404


def test_image_in_use_is_not_removed(start, directories):
    server = start("--state", str(directories.new()))
    server.import_image("used")
    sandbox = server.create(image="used")
    command = [str(BINARY), "image", "--state", str(server.state), "remove", "used:latest"]
    done = subprocess.run(command, capture_output=True, check=False)
    assert (done.returncode, b"1 sandboxes use" in done.stderr) == (9, True)
    server.call("DELETE", f"/v1/sandboxes/{sandbox['id']}/delete")
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    assert server.call("POST", "/v1/sandboxes/create", {"image": "used"}).status == 404


# ---- running in one ----

needs_busybox = pytest.mark.skipif(not BUSYBOX.is_file(), reason="needs busybox-static: scripts/setup installs it")


@pytest.fixture
def imported(any_server, directories):
    """Imports into a server's state."""

    def add(name: str, data: bytes) -> str:
        name = f"{name}-{next(COUNTER)}"
        path = directories.new()
        path.chmod(0o755)
        (path / "source").write_bytes(data)
        any_server.import_image(name, str(path / "source"))
        return name

    return add


@needs_busybox
def test_sandbox_of_an_image(any_server, imported):
    sandbox = any_server.create(image=imported("small", busybox_root()))
    assert any_server.output(sandbox, "cat /etc/os-release; ls /; pwd; id -u; id -un") == (
        "NAME=small\nbin\ndata\ndev\netc\nhome\nproc\nrun\ntmp\nvar\n/home/sandbox\n1000\nsandbox\n"
    )


@needs_busybox
def test_root_of_an_image_is_read_only(any_server, imported):
    sandbox = any_server.create(image=imported("readonly", busybox_root()))
    for path in ("/x", "/etc/x", "/bin/x", "/run/x", "/home/x", "/dev/x", "/etc/passwd", "/etc/resolv.conf"):
        result = any_server.execute(sandbox, f"echo 1 > {path}")
        assert (result["exit_code"], "ead-only file system" in result["stderr"]) == (1, True), path
    for path in ("/data/x", "/tmp/x", "/home/sandbox/x", "/var/tmp/y", "/dev/shm/x"):
        assert any_server.output(sandbox, f"echo 1 > {path}; cat {path}") == "1\n"
    other = any_server.create()
    assert any_server.output(other, "ls /data /tmp") == "/data:\n\n/tmp:\n"


@needs_busybox
def test_files_of_a_sandbox_of_an_image(any_server, imported):
    sandbox = any_server.create(image=imported("files", busybox_root()))
    assert any_server.upload(sandbox, "/data/f", b"up").status == 200
    assert any_server.output(sandbox, "cat /data/f; echo down > ~/g") == "up"
    assert any_server.download(sandbox, "g").body == b"down\n"


@needs_busybox
def test_environment_and_working_directory(any_server, imported, directories):
    layout = Layout(directories.new() / "layout")
    config = {"Env": ["PATH=/opt/bin:/bin", "FROM=image", "A=image", "B=image"], "WorkingDir": "/app"}
    layout.image(
        [busybox_root(), tar({"app/file": b"here", "opt/bin/hello": Executable(b"#!/bin/sh\necho hi\n")})], config
    )
    sandbox = any_server.create(image=imported("config", layout.tar()), env_vars={"A": "sandbox", "B": "sandbox"})
    said = any_server.output(sandbox, "pwd; cat file; echo; hello; echo $FROM $A $B $HOME", env={"B": "command"})
    assert said == "/app\nhere\nhi\nimage sandbox command /home/sandbox\n"
    assert any_server.output(sandbox, "pwd", working_dir="/tmp") == "/tmp\n"


def test_image_without_a_shell(any_server, imported):
    sandbox = any_server.create(image=imported("no-shell", tar({"bin/true": b"x"})))
    answer = any_server.call("POST", f"/v1/sandboxes/{sandbox['id']}/execute", {"command": "true"})
    assert answer.status == 409
    assert "/bin/sh" in answer.error["message"]
    assert any_server.upload(sandbox, "/data/f", b"1").status == 200


@pytest.mark.parametrize("content", [b"\x7fELF nothing", b""], ids=["no program", "empty"])
def test_image_with_a_shell_that_does_not_run(any_server, imported, content):
    sandbox = any_server.create(image=imported("bad-shell", tar({"bin/sh": Executable(content)})))
    answer = any_server.call("POST", f"/v1/sandboxes/{sandbox['id']}/execute", {"command": "true"})
    assert (answer.status, "/bin/sh" in answer.error["message"]) == (409, True)


@needs_busybox
def test_hostile_links_in_an_image(any_server, imported, directories):
    """They lead where they lead in the sandbox, also where something is mounted on them."""
    outside = directories.new()
    outside.chmod(0o777)
    entries = {
        "x": None,
        "home": link(str(outside)),
        "data": link("/etc"),
        "tmp": link("../../../../tmp"),
        "proc": link("/"),
    }
    layout = Layout(directories.new() / "layout")
    layout.image([busybox_root(), tar(entries)])
    sandbox = any_server.create(image=imported("hostile", layout.tar()))
    assert any_server.output(sandbox, "touch ~/a /data/b /tmp/c; ls /data /tmp ~; ls /proc/1 | head -1") == (
        "/data:\nb\n\n/home/sandbox:\na\n\n/tmp:\nc\narch_status\n"
    )
    assert list(outside.iterdir()) == []


@needs_busybox
def test_image_survives_a_restart(start, directories):
    state = directories.new()
    server = start("--state", str(state))
    source = directories.new() / "source"
    source.write_bytes(busybox_root())
    server.import_image("lasting", str(source))
    sandbox = server.create(image="lasting")
    server.output(sandbox, "echo kept > /data/f")
    server.kill()
    server = start("--state", str(state))
    assert server.output(sandbox, "cat /data/f /etc/os-release") == "kept\nNAME=small\n"
    server.stop()
    shutil.rmtree(state / "bwrap/images/lasting%3Alatest")
    server = start("--state", str(state))
    answer = server.call("POST", f"/v1/sandboxes/{sandbox['id']}/execute", {"command": "true"})
    assert (answer.status, "import it again" in answer.error["message"]) == (500, True)
    assert server.download(sandbox, "/data/f").body == b"kept\n"
