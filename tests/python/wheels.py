"""What tests of a wheel need: the CPythons that are here, and a program that uses most of the package."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VERSIONS = range(9, 14)

SMOKE = """
import sys
import sandbox_sdk

assert sandbox_sdk.__file__.startswith(sys.prefix), sandbox_sdk.__file__
with sandbox_sdk.SandboxSDK(api_key="k", base_url=sys.argv[1], max_retries=0) as client:
    made = client.sandboxes.create(name="a", resources={"cpus": 2, "big": 2**64 - 1}, extra_headers={"X-A": "b"})
    assert (made.id, made.text, made.cpu, made.name, made.more) == ("a", "\\0\\u20ac", 1.0, None, [1, None])
    client.sandboxes.upload("i", path="/a", file=(bytes([number]) * 1000 for number in range(256)))
    assert client.sandboxes.download("i", path="/a").json()["id"] == "a"
    try:
        client.sandboxes.create(resources={"a": [object()]})
    except TypeError as error:
        assert "`resources.a[0]`" in str(error)
try:
    client.sandboxes.list()
except sandbox_sdk.APIConnectionError as error:
    assert "closed" in str(error)
with sandbox_sdk.local() as client:
    sandbox = client.sandboxes.create()
    assert client.sandboxes.execute(sandbox.id, command="echo $((6 * 7))").stdout == "42\\n"
    try:
        client.sandboxes.delete("missing")
    except sandbox_sdk.NotFoundError as error:
        assert error.status_code == 404
print("%d.%d" % sys.version_info[:2])
"""

# In one that has a lock of its own, and where there are such in one that shares the main one's: CPython itself lets the
# latter load what it likes.
SUBINTERPRETERS = """
import sys
try:
    import _interpreters as interpreters
except ImportError:
    import _xxsubinterpreters as interpreters
from sandbox_sdk import __version__

def assert_refused():
    for kind in ([(), ("legacy",)] if sys.version_info >= (3, 13) else [()]):
        made = interpreters.create(*kind)
        failed = interpreters.run_string(made, '''if True:
            try:
                from sandbox_sdk import SandboxSDK
            except ImportError as error:
                message = str(error)
            assert message == "module sandbox_sdk._native does not support loading in subinterpreters", message
        ''')
        assert failed is None, failed
        interpreters.destroy(made)

assert_refused()
from sandbox_sdk import SandboxSDK
assert SandboxSDK(api_key="k").api_key == "k"
assert_refused()
print(SandboxSDK(api_key="k").api_key)
"""


def run(*command: object, **options: object) -> subprocess.CompletedProcess[str]:
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=300, **options)
    assert done.returncode == 0, f"{' '.join(map(str, command))}\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
    return done


def pip(*arguments: object) -> subprocess.CompletedProcess[str]:
    """The pip of this environment, whose other tools are found first."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, "PATH": path}
    return run(sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments, env=environment)


def interpreters() -> Iterator[tuple[int, Path]]:
    """Each CPython of the versions that the wheel is for, wherever one is installed."""
    found: dict[int, Path] = {sys.version_info[1]: Path(sys.executable)}
    folders = [Path(folder) for folder in os.environ.get("PATH", "").split(os.pathsep) if folder]
    folders += sorted(Path.home().glob(".pyenv/versions/*/bin"))
    for folder in folders:
        for minor in VERSIONS:
            if minor not in found and is_cpython(folder / f"python3.{minor}", minor):
                found[minor] = folder / f"python3.{minor}"
    yield from sorted(found.items())


def is_cpython(program: Path, minor: int) -> bool:
    question = "import sys, venv; print(sys.implementation.name, sys.version_info[1])"
    if not os.access(program, os.X_OK):
        return False
    done = subprocess.run([program, "-I", "-c", question], capture_output=True, text=True)
    return done.stdout.split() == ["cpython", str(minor)]
