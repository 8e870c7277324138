"""Makes the text of every output from its template."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jinja2

from . import c_types, examples, mcp_tools, naming, python_types, safety, text
from .c_symbols import check_symbols
from .formatters import FORMATTERS
from .model import Api
from .outputs import OUTPUTS

TEMPLATES = Path(__file__).parent / "templates"
MARK = "by scripts/generate; do not edit."  # in one of the first lines of every generated file
MARKED_LINES = 3


def generated(source: str = "api/openapi.yaml") -> str:
    """The line that says from what a file was made and by which command."""
    return f"Generated from {source} {MARK}"


def environment() -> jinja2.Environment:
    """Jinja with the filters and globals that templates use; a name that does not exist is an error."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        extensions=["jinja2.ext.do"],
    )
    for module in (naming, text, safety, c_types, python_types, examples, mcp_tools):
        made.filters.update(public_functions(module))
    made.globals["generated"] = generated
    return made


def public_functions(module: Any) -> dict[str, Any]:
    """The functions that a module defines for others."""
    return {
        name: value
        for name, value in vars(module).items()
        if callable(value) and not name.startswith("_") and getattr(value, "__module__", "") == module.__name__
    }


def render(api: Api, root: Path) -> Iterator[tuple[Path, str]]:
    """Each generated file's place in the tree and its text; `root` has the settings of the formatters."""
    check_symbols(api)
    templates = environment()
    for output in OUTPUTS:
        for item in output.each(api):
            destination = Path(output.destination.format(**item))
            rendered = templates.get_template(output.template).render(api=api, **item)
            formatted = FORMATTERS[output.formatter](rendered, destination, root)
            if MARK not in "\n".join(formatted.splitlines()[:MARKED_LINES]):
                raise ValueError(f"{output.template}: the file does not say what it was generated from")
            yield destination, formatted
