"""Images made by the tests: tars, OCI layouts and what `docker save` writes."""

from __future__ import annotations

import hashlib
import io
import json
import platform
import tarfile
from pathlib import Path

ARCHITECTURE = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
BUSYBOX = Path("/bin/busybox")


class Executable(bytes):
    """The content of a file that can be run."""


def tar(entries: dict, mode: str = "w") -> bytes:
    """The name of each entry with its content: bytes, a TarInfo of its own, or None for a directory."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode, format=tarfile.PAX_FORMAT) as archive:
        for name, content in entries.items():
            info = content if isinstance(content, tarfile.TarInfo) else tarfile.TarInfo(name)
            info.name = name
            if isinstance(content, Executable):
                info.mode = 0o755
            if content is None:
                info.type, info.mode = tarfile.DIRTYPE, 0o755
            if isinstance(content, bytes):
                info.size = len(content)
            archive.addfile(info, io.BytesIO(content) if isinstance(content, bytes) else None)
    return buffer.getvalue()


def entry(kind: bytes, target: str = "", mode: int = 0o644) -> tarfile.TarInfo:
    info = tarfile.TarInfo("")
    info.type, info.linkname, info.mode = kind, target, mode
    return info


def link(target: str) -> tarfile.TarInfo:
    return entry(tarfile.SYMTYPE, target)


def hard_link(target: str) -> tarfile.TarInfo:
    return entry(tarfile.LNKTYPE, target)


def busybox_root(**more) -> bytes:
    """A root file system that a shell runs in."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        info = tarfile.TarInfo("bin/busybox")
        data = BUSYBOX.read_bytes()
        info.size, info.mode = len(data), 0o755
        archive.addfile(info, io.BytesIO(data))
        for applet in ("sh", "ls", "cat", "echo", "id", "touch", "mkdir", "env", "pwd", "sleep", "stat", "head"):
            info = tarfile.TarInfo(f"bin/{applet}")
            info.type, info.linkname = tarfile.SYMTYPE, "busybox"
            archive.addfile(info)
        for name, content in {"etc/os-release": b"NAME=small\n", **more}.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def digest(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


class Layout:
    """An OCI image layout in a directory."""

    def __init__(self, folder: Path):
        self.folder = folder
        (folder / "blobs/sha256").mkdir(parents=True)
        (folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
        self.manifests: list[dict] = []

    def blob(self, data: bytes, media_type: str = "application/octet-stream") -> dict:
        (self.folder / "blobs/sha256" / digest(data).removeprefix("sha256:")).write_bytes(data)
        return {"mediaType": media_type, "digest": digest(data), "size": len(data)}

    def image(self, layers: list[bytes], config: dict | None = None, machine: str = ARCHITECTURE, **index) -> dict:
        document = {"architecture": machine, "os": "linux", "config": config or {}}
        document["rootfs"] = {"type": "layers", "diff_ids": [digest(layer) for layer in layers]}
        manifest = {
            "schemaVersion": 2,
            "config": self.blob(json.dumps(document).encode(), "application/vnd.oci.image.config.v1+json"),
            "layers": [self.blob(layer, "application/vnd.oci.image.layer.v1.tar") for layer in layers],
        }
        found = self.blob(json.dumps(manifest).encode(), "application/vnd.oci.image.manifest.v1+json")
        self.manifests.append({**found, "platform": {"os": "linux", "architecture": machine}, **index})
        self.write()
        return found

    def write(self) -> None:
        (self.folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": self.manifests}))

    def path(self, descriptor: dict) -> Path:
        return self.folder / "blobs/sha256" / descriptor["digest"].removeprefix("sha256:")

    def tar(self) -> bytes:
        files = [path for path in sorted(self.folder.rglob("*")) if path.is_file()]
        return tar({str(path.relative_to(self.folder)): path.read_bytes() for path in files})


def saved(layers: list[bytes], tag: str, config: dict | None = None) -> bytes:
    """As `docker save` before Docker 25 writes it: the second layer is a link to a file of another one, say."""
    document = {"architecture": ARCHITECTURE, "os": "linux", "config": config or {}}
    document["rootfs"] = {"type": "layers", "diff_ids": [digest(layer) for layer in layers]}
    raw = json.dumps(document).encode()
    name = hashlib.sha256(raw).hexdigest() + ".json"
    manifest = [{"Config": name, "RepoTags": [tag], "Layers": [f"l{i}/layer.tar" for i in range(len(layers))]}]
    entries: dict = {f"real{i}/layer.tar": layer for i, layer in enumerate(layers)}
    entries |= {f"l{i}/layer.tar": link(f"../real{i}/layer.tar") for i in range(len(layers))}
    return tar({**entries, name: raw, "manifest.json": json.dumps(manifest).encode()})
