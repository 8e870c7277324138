"""The notebook of the examples runs, cell by cell, and shows what it says it shows."""

from __future__ import annotations

import ast
import json
from pathlib import Path

NOTEBOOK = Path(__file__).resolve().parents[2] / "examples/python/notebook.ipynb"


def run_cell(source: str, names: dict[str, object]) -> object:
    """Runs a cell as a notebook does; gives the value of the expression that it ends with."""
    tree = ast.parse(source)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, str(NOTEBOOK), "exec", dont_inherit=True), names)
    if last is None:
        return None
    return eval(compile(ast.Expression(last.value), str(NOTEBOOK), "eval", dont_inherit=True), names)


def test_the_notebook_runs_and_shows_tables_and_output() -> None:
    notebook = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    names: dict[str, object] = {"__name__": "notebook"}
    shown = {}
    for cell in notebook["cells"]:
        assert cell.keys() >= {"cell_type", "id", "metadata", "source"}
        if cell["cell_type"] == "code":
            assert cell["outputs"] == [] and cell["execution_count"] is None, "it is kept without what it shows"
            shown[cell["id"]] = run_cell("".join(cell["source"]), names)
    assert "<table" in shown["list"]._repr_html_()
    assert all(f"notebook-{number}" in shown["list"]._repr_html_() for number in range(3))
    assert "no such luck" in shown["run"]._repr_html_()
