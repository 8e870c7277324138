"""Loaded only where the distribution ``avm_sdk`` is installed into the same environment, below this one's files."""

from __future__ import annotations

import warnings


def warn() -> None:
    """Says so where the package is imported, and what to do."""
    warnings.warn(
        "The distributions sandbox-sdk and avm_sdk are both installed here, and both own the package sandbox_sdk: "
        "whichever is removed takes files of the other with it. To keep sandbox-sdk: pip uninstall avm_sdk, then "
        "pip install --force-reinstall --no-deps sandbox-sdk",
        RuntimeWarning,
        stacklevel=3,
    )
