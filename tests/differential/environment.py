"""Where the real ``avm_sdk`` 1.2.0 and ours are run: made once, kept in build/compat, made anew when a pin changes.

One virtual environment holds the packages that both run beside (httpx, pydantic, pytest …) and neither of the two.
Which ``sandbox_sdk`` a program gets is said by PYTHONPATH alone, so that nothing else differs.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "shared"))

from made_once import made_once, make_environment, run  # noqa: E402

FOLDER = ROOT / "build" / "compat"
PINS = (ROOT / "bench" / "requirements.txt", Path(__file__).with_name("requirements.txt"))
REFERENCE = "avm_sdk==1.2.0"
SOURCE_ARCHIVE = "avm_sdk-1.2.0.tar.gz"
SOURCE_SUM = "f67bd7781150b3870f5e72461462790e96107c15be45af5b6ff22e356f9ae66f"


@dataclass(frozen=True)
class Environment:
    """The interpreter, and the folders that hold the two packages and the reference's sources."""

    python: Path
    reference: Path
    ours: Path
    source: Path

    def variables(self, package: str) -> dict[str, str]:
        """The environment of a process that gets the `reference` or `ours`, and nothing that a person has set."""
        kept = {
            name: value for name, value in os.environ.items() if name in ("HOME", "LANG", "LC_ALL", "PATH", "TMPDIR")
        }
        folder = {"reference": self.reference, "ours": self.ours}[package]
        return {
            **kept,
            "PYTHONPATH": str(folder),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONHASHSEED": "0",
            "SSL_CERT_FILE": str(FOLDER / "one-certificate.pem"),
        }


def neighbours() -> list[str]:
    """The pinned requirements of both files, but for the real package itself."""
    lines = [line.split("#")[0].strip() for path in PINS for line in path.read_text(encoding="utf-8").splitlines()]
    return [line for line in lines if line and not line.startswith("avm_sdk")]


def install(python: Path, reference: Path) -> None:
    """The neighbours into a virtual environment, the real package into a folder of its own."""
    pip = make_environment(python.parents[1])
    run(*pip, "install", "--no-deps", *neighbours())
    run(*pip, "install", "--no-deps", "--target", reference, REFERENCE)


def write_one_certificate(python: Path) -> None:
    """A file with one authority. No program speaks TLS, and reading all of them takes httpx 0.1 s for each client."""
    found = subprocess.run(
        [python, "-c", "import certifi; print(certifi.contents())"], capture_output=True, text=True, check=True
    )
    end = "-----END CERTIFICATE-----\n"
    (FOLDER / "one-certificate.pem").write_text(found.stdout.split(end)[0] + end, encoding="utf-8")


def fetch_source(python: Path, source: Path) -> None:
    """The reference's source distribution, which holds its tests and its README: the one whose checksum is known."""
    downloads = FOLDER / "downloads"
    archive = downloads / SOURCE_ARCHIVE
    if not archive.is_file() or hashlib.sha256(archive.read_bytes()).hexdigest() != SOURCE_SUM:
        shutil.rmtree(downloads, ignore_errors=True)
        wanted = downloads / "requirements.txt"
        downloads.mkdir(parents=True)
        wanted.write_text(f"{REFERENCE} --hash=sha256:{SOURCE_SUM}\n", encoding="utf-8")
        pip = [python, "-m", "pip", "--disable-pip-version-check", "--no-input"]
        run(*pip, "download", "--no-deps", "--no-binary", "avm_sdk", "--require-hashes", "-d", downloads, "-r", wanted)
    with tarfile.open(archive) as opened:
        members = opened.getmembers()
        if any(Path(member.name).is_absolute() or ".." in Path(member.name).parts for member in members):
            raise RuntimeError(f"{SOURCE_ARCHIVE} holds paths outside of its own folder")
        opened.extractall(source, members)


def link_ours(ours: Path) -> None:
    """A folder with our package alone: that which this interpreter has installed."""
    found = importlib.util.find_spec("sandbox_sdk")
    if found is None or not found.submodule_search_locations:
        raise RuntimeError("our sandbox_sdk is not installed here; run this through scripts/run")
    ours.mkdir(parents=True, exist_ok=True)
    link = ours / "sandbox_sdk"
    target = Path(next(iter(found.submodule_search_locations))).resolve()
    if not (link.is_symlink() and link.resolve() == target):
        # In one step: another suite may do the same at this moment.
        made = link.with_name(f"sandbox_sdk-{os.getpid()}")
        made.symlink_to(target)
        made.replace(link)


def prepare() -> Environment:
    """The environment, made if it is not there yet."""
    made = Environment(FOLDER / "venv" / "bin" / "python", FOLDER / "reference", FOLDER / "ours", FOLDER / "source")

    def make() -> None:
        for folder in (made.reference, made.source):
            shutil.rmtree(folder, ignore_errors=True)
        install(made.python, made.reference)
        fetch_source(made.python, made.source)
        write_one_certificate(made.python)

    made_once(FOLDER, "\n".join([*neighbours(), REFERENCE, SOURCE_SUM]), make)
    link_ours(made.ours)
    return made


def source_folder(environment: Environment) -> Path:
    """The unpacked source distribution."""
    return environment.source / SOURCE_ARCHIVE[: -len(".tar.gz")]


if __name__ == "__main__":
    print(prepare())
