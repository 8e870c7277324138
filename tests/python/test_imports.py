"""What the package loads: time is measured by the benchmarks, here it is by the modules."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import sandbox_sdk

# Loading one of these costs more than the whole package.
HEAVY = {
    *("asyncio", "collections", "ctypes", "dataclasses", "datetime", "email", "enum", "functools", "http", "importlib"),
    *("inspect", "json", "logging", "pathlib", "platform", "re", "socket", "ssl", "subprocess", "threading", "typing"),
    *("urllib", "uuid", "warnings"),
}

PROGRAM = """
import sys
for name in list(sys.modules):
    if name not in sys.builtin_module_names and name.split(".")[0] in HEAVY:
        del sys.modules[name]
before = set(sys.modules)
STEPS
import json
print(json.dumps(sorted(loaded - before)))
"""


def loaded_by(run_python, steps: str, *arguments: str) -> set[str]:
    program = PROGRAM.replace("HEAVY", repr(HEAVY)).replace("STEPS", steps + "\nloaded = set(sys.modules)")
    # The development mode loads more.
    done = run_python(program, *arguments, strict=False)
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout))


def of_others(modules: set[str]) -> set[str]:
    return {name for name in modules if name.split(".")[0] not in ("sandbox_sdk", "__future__", "_native")} - {
        name for name in modules if name.startswith("swig_runtime_data")
    }


def test_importing_and_constructing_loads_little(run_python) -> None:
    modules = loaded_by(run_python, "from sandbox_sdk import SandboxSDK\nSandboxSDK(api_key='k')")
    assert of_others(modules) == set()
    assert {name for name in modules if name.startswith("sandbox_sdk")} == {
        "sandbox_sdk",
        "sandbox_sdk._base_client",
        "sandbox_sdk._caller",
        "sandbox_sdk._client",
        "sandbox_sdk._client_resources",
        "sandbox_sdk._constants",
        "sandbox_sdk._lazy",
        "sandbox_sdk._native",
        "sandbox_sdk._resource",
        "sandbox_sdk._timeout",
        "sandbox_sdk._types",
    }


def test_a_call_loads_what_it_needs_only(run_python, server) -> None:
    steps = (
        "from sandbox_sdk import SandboxSDK\n"
        "client = SandboxSDK(api_key='k', base_url=sys.argv[1])\n"
        "before |= set(sys.modules)\n"
        "client.sandboxes.execute('i', command='x').exit_code"
    )
    modules = loaded_by(run_python, steps, server.url)
    assert of_others(modules) == set()
    assert modules == {
        "sandbox_sdk._model_fields",
        "sandbox_sdk._models",
        "sandbox_sdk._operation",
        "sandbox_sdk._plans",
        "sandbox_sdk._typing_names",
        "sandbox_sdk.resources",
        "sandbox_sdk._sandboxes_comfort",
        "sandbox_sdk.resources.sandboxes",
        "sandbox_sdk.types",
        "sandbox_sdk.types.sandbox_execute_response",
    }


def test_every_public_name_is_there_and_in_the_stub() -> None:
    package = Path(sandbox_sdk.__file__).parent
    for folder, names in (
        (package, sandbox_sdk.__all__),
        *(
            (package / part.__name__.rsplit(".")[-1], part.__all__)
            for part in (sandbox_sdk.types, sandbox_sdk.resources)
        ),
    ):
        tree = ast.parse((folder / "__init__.pyi").read_text())
        imported = {alias.asname for node in tree.body if isinstance(node, ast.ImportFrom) for alias in node.names}
        # What is imported by no other name is the stub's own.
        named = {node.target.id for node in tree.body if isinstance(node, ast.AnnAssign)}
        assert (imported - {None}) | named == set(names)
    for name in sandbox_sdk.__all__:
        assert getattr(sandbox_sdk, name) is not None or name == "NoneType"
    assert set(sandbox_sdk.__all__) <= set(dir(sandbox_sdk))
    assert (package / "py.typed").exists()


def test_star_import(run_python) -> None:
    done = run_python("from sandbox_sdk import *\nprint(SandboxSDK, NotFoundError, omit, __version__)")
    assert done.returncode == 0, done.stderr


def test_the_version_is_the_libraries() -> None:
    from importlib.metadata import version

    assert sandbox_sdk.__version__ == version("sandbox-sdk") == sandbox_sdk._native.version()
    assert sandbox_sdk.__title__ == "sandbox_sdk"
