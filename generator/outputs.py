"""The files that are generated: from which template, to which place, in whose format."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from .model import Api
from .python_types import model_modules, params_modules


def once(api: Api) -> Iterable[dict[str, Any]]:
    """One file for the whole API."""
    return [{}]


def each_resource(api: Api) -> Iterable[dict[str, Any]]:
    """One file a resource, which the template and the destination see as `resource`."""
    return [{"resource": resource} for resource in api.resources]


def each_model_module(api: Api) -> Iterable[dict[str, Any]]:
    """One file a module of Python models, which is seen as `module`."""
    return [{"module": module} for module in model_modules(api)]


def each_params_module(api: Api) -> Iterable[dict[str, Any]]:
    """One file a module of Python dicts of arguments, which is seen as `module`."""
    return [{"module": module} for module in params_modules(api)]


@dataclass(frozen=True)
class Output:
    """One template and where what it gives goes."""

    template: str  # in templates/
    destination: str  # from the root of the tree, a format string over what `each` gives
    formatter: str  # a key of formatters.FORMATTERS
    each: Callable[[Api], Iterable[dict[str, Any]]] = once


PYTHON = "bindings/python/sandbox_sdk"

OUTPUTS = (
    Output("c/status.h.j2", "include/sandbox_sdk/status.h", "c"),
    Output("c/models.h.j2", "include/sandbox_sdk/models.h", "c"),
    Output("c/resource.h.j2", "include/sandbox_sdk/{resource.name}.h", "c", each_resource),
    Output("c/call_results.h.j2", "include/sandbox_sdk/call_results.h", "c"),
    Output("c/call_results.c.j2", "lib/generated/call_results.c", "c"),
    Output("c/resources.h.j2", "include/sandbox_sdk/resources.h", "c"),
    Output("c/model_descriptors.h.j2", "lib/generated/model_descriptors.h", "c"),
    Output("c/known_names.c.j2", "lib/generated/known_names.c", "c"),
    Output("c/models.c.j2", "lib/generated/models.c", "c"),
    Output("c/operation_index.h.j2", "lib/generated/operation_index.h", "c"),
    Output("c/typed_arguments.h.j2", "lib/generated/typed_arguments.h", "c"),
    Output("c/operations.c.j2", "lib/generated/operations.c", "c"),
    Output("c/resource.c.j2", "lib/generated/{resource.name}.c", "c", each_resource),
    Output("lua/resource.lua.j2", "bindings/lua/sandbox_sdk/resources/{resource.name}.lua", "lua", each_resource),
    Output("lua/resources.lua.j2", "bindings/lua/sandbox_sdk/resources.lua", "lua"),
    Output("lua/types.lua.j2", "bindings/lua/sandbox_sdk/types.lua", "lua"),
    Output("mcp/operation_tools.c.j2", "programs/mcp/generated/operation_tools.c", "c"),
    Output("python/error_classes.py.j2", f"{PYTHON}/_error_classes.py", "python"),
    Output("python/client_resources.py.j2", f"{PYTHON}/_client_resources.py", "python"),
    Output("python/async_client_resources.py.j2", f"{PYTHON}/_async_client_resources.py", "python"),
    Output("python/client_responses.py.j2", f"{PYTHON}/_client_responses.py", "python"),
    Output("python/resources.py.j2", f"{PYTHON}/resources/__init__.py", "python"),
    Output("python/resources.pyi.j2", f"{PYTHON}/resources/__init__.pyi", "python"),
    Output("python/resource.py.j2", PYTHON + "/resources/{resource.name}.py", "python", each_resource),
    Output("python/async_resource.py.j2", PYTHON + "/resources/_async_{resource.name}.py", "python", each_resource),
    Output(
        "python/resource_responses.py.j2", PYTHON + "/resources/_{resource.name}_responses.py", "python", each_resource
    ),
    Output("python/types.py.j2", f"{PYTHON}/types/__init__.py", "python"),
    Output("python/types.pyi.j2", f"{PYTHON}/types/__init__.pyi", "python"),
    Output("python/model.py.j2", PYTHON + "/types/{module.name}.py", "python", each_model_module),
    Output("python/params.py.j2", PYTHON + "/types/{module.name}.py", "python", each_params_module),
    Output("tests/model_checks.c.j2", "tests/fuzz/generated/model_checks.c", "c"),
    Output("tests/model_checks.h.j2", "tests/fuzz/generated/model_checks.h", "c"),
    Output("tests/typed_calls.c.j2", "tests/unit/generated/typed_calls.c", "c"),
    Output("tests/typed_calls.h.j2", "tests/unit/generated/typed_calls.h", "c"),
    Output("docs/errors.md.j2", "docs/errors.md", "markdown"),
    Output("docs/reference.md.j2", "docs/reference.md", "markdown"),
)
