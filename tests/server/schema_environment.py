"""Where schemathesis runs: a virtual environment of its own in build/schema."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "shared"))

from made_once import environment  # noqa: E402


def program() -> Path:
    """schemathesis, installed if it is not there yet."""
    python = environment(ROOT / "build" / "schema", Path(__file__).with_name("schema_requirements.txt"))
    return python.with_name("schemathesis")
