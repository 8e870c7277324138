"""The wheel that goes to users: what it promises, what is in it, and how large it is."""

from __future__ import annotations

import email
import os
import re
import subprocess
import zipfile
from pathlib import Path

from conftest import ROOT
from wheels import run

PACKAGES = ["curl", "json-c", "libarchive", "libmicrohttpd", "libseccomp", "nghttp2", "openssl", "sqlite3", "zlib"]
# What every glibc since 2.17 brings, and nothing else.
OF_GLIBC = {"libc.so.6", "libdl.so.2", "libm.so.6", "libpthread.so.0", "ld-linux-x86-64.so.2", "librt.so.1"}
MIB = 1 << 20


def binaries(folder: Path) -> list[Path]:
    return [folder / "sandbox_sdk/_native.abi3.so", folder / "sandbox_sdk/bin/sandboxd"]


def test_its_name_says_which_machines_it_is_for(wheel: Path) -> None:
    version = (ROOT / "VERSION").read_text().strip()
    assert wheel.name == f"sandbox_sdk-{version}-cp39-abi3-manylinux_2_28_x86_64.whl"


def test_it_needs_nothing_but_glibc(unpacked: Path) -> None:
    for binary in binaries(unpacked):
        dynamic = run("readelf", "-d", binary).stdout
        assert set(re.findall(r"NEEDED.*\[(.*)\]", dynamic)) <= OF_GLIBC, dynamic
        assert not re.search("RPATH|RUNPATH", dynamic)
        wanted = re.findall(r"GLIBC_(\d+)\.(\d+)", run("readelf", "--version-info", binary).stdout)
        assert max((int(major), int(minor)) for major, minor in wanted) <= (2, 28)


def test_it_is_hardened(unpacked: Path) -> None:
    extension, program = binaries(unpacked)
    for binary in (extension, program):
        assert "GNU_RELRO" in run("readelf", "-lW", binary).stdout
        assert "NOW" in run("readelf", "-d", binary).stdout
        stack = re.search(r"GNU_STACK.*", run("readelf", "-lW", binary).stdout)
        assert stack and "RWE" not in stack[0]
    assert re.search(r"Type:\s+DYN", run("readelf", "-h", program).stdout), "sandboxd is not position independent"


def test_the_extension_exports_only_its_entry_and_stays_loaded(unpacked: Path) -> None:
    extension = binaries(unpacked)[0]
    assert run("nm", "-D", "--defined-only", extension).stdout.split()[2::3] == ["PyInit__native"]
    assert "NODELETE" in run("readelf", "-d", extension).stdout


def test_nothing_of_the_machine_that_made_it_is_in_it(unpacked: Path) -> None:
    for path in (unpacked / "sandbox_sdk").rglob("*"):
        if path.is_file() and path.suffix != ".pyc":
            assert os.fsencode(ROOT) not in path.read_bytes(), path


def test_the_terms_of_all_that_is_inside(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        metadata = email.message_from_bytes(archive.read(name))
        files = {
            file: archive.read(name.replace("METADATA", f"licenses/{file}"))
            for file in metadata.get_all("License-File")
        }
    assert set(files) == {"LICENSE", *(f"licences/{package}.txt" for package in PACKAGES)}
    assert all(len(text) > 200 for text in files.values())
    assert "curl" in metadata["License-Expression"] and "LGPL-2.1-only" in metadata["License-Expression"]


def test_it_is_small(wheel: Path, unpacked: Path) -> None:
    """With the bytecode that an installer makes."""
    size = sum(path.stat().st_size for path in unpacked.rglob("*") if path.is_file())
    assert any(path.suffix == ".pyc" for path in unpacked.rglob("*"))
    assert size <= 12 * MIB, f"{size / MIB:.1f} MiB"
    assert wheel.stat().st_size <= 5 * MIB


def test_the_libraries_are_those_that_are_named(unpacked: Path) -> None:
    """As far as they say their version."""
    pins = (ROOT / "scripts/static/sources.txt").read_text()
    extension, program = (binary.read_bytes() for binary in binaries(unpacked))
    for name, binary, said in (
        ("curl", extension, "{}"),
        ("openssl", extension, "OpenSSL {} "),
        ("sqlite3", program, "{}"),
    ):
        version = re.search(rf"/{name}_([\d.]+)\.orig", pins)
        assert version and said.format(version[1]).encode() in binary, name


def test_its_tools_agree(wheel: Path) -> None:
    tools = ROOT / "build/wheel/tools/bin"
    shown = run(tools / "auditwheel", "show", wheel).stdout
    assert "manylinux_2_28_x86_64" in shown
    done = subprocess.run(
        [tools / "abi3audit", "--strict", "--assume-minimum-abi3", "3.9", wheel], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_program_starts_by_itself(unpacked: Path) -> None:
    version = (ROOT / "VERSION").read_text().strip()
    assert version in run(binaries(unpacked)[1], "--version").stdout


def test_the_source_distribution_has_nothing_that_was_built(sdist: Path) -> None:
    names = run("tar", "-tzf", sdist).stdout.split()
    inside = {name.split("/", 1)[1] for name in names}
    assert {"VERSION", "pyproject.toml", "lib/client.c", "bindings/python/native.i"} <= inside
    assert not [name for name in inside if name.startswith(("build/", ".venv/", ".git/"))]
