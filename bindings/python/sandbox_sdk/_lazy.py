"""Packages whose modules are loaded when one of their names is first used."""

from __future__ import annotations

from sys import modules

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Callable


def load_module(name: str) -> Any:
    """A module by its full name. (The package importlib would load more than is needed here.)"""
    __import__(name)
    return modules[name]


def lazy_names(
    namespace: dict[str, Any], homes: Mapping[str, str]
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """The ``__getattr__`` and ``__dir__`` of a package, or of a module in one, whose names are in other modules of it.

    ``homes`` has the module of each name, such as ``{"Sandbox": ".sandbox"}``; a name that stands for its own module
    has that module. A name is looked up once and is the package's own from then on.
    """
    package: str = namespace["__package__"]

    def find(name: str) -> Any:
        try:
            module_name = homes[name]
        except KeyError:
            raise AttributeError(f"module {namespace['__name__']!r} has no attribute {name!r}") from None
        module = load_module(package + module_name)
        value = module if module_name == "." + name else getattr(module, name)
        namespace[name] = value
        return value

    def names() -> list[str]:
        return sorted({*namespace, *homes})

    return find, names
