"""The library's log goes to Python's logger ``sandbox_sdk``. This module is loaded when there is something to log."""

from __future__ import annotations

import logging
import os

from . import _native

_LEVELS = {_native.LOG_INFO: logging.INFO, _native.LOG_DEBUG: logging.DEBUG}

logger = logging.getLogger("sandbox_sdk")


def write(level: int, message: str) -> None:
    """Takes one line; the native module calls this."""
    logger.log(_LEVELS[level], "%s", message)


def wanted_level() -> int:
    """How much of the log the program's own settings ask for. Asked before every call; mostly it is nothing."""
    if not logger.isEnabledFor(logging.INFO):
        return _native.LOG_OFF
    return _native.LOG_DEBUG if logger.isEnabledFor(logging.DEBUG) else _native.LOG_INFO


def _set_up() -> None:
    """What ``SANDBOX_SDK_LOG`` asks for: a handler, where the program has none, and the level."""
    level = {"debug": logging.DEBUG, "info": logging.INFO}.get(os.environ.get("SANDBOX_SDK_LOG", ""))
    if level:
        logging.basicConfig(
            format="[%(asctime)s - %(name)s:%(lineno)d - %(levelname)s] %(message)s", datefmt="%Y-%m-%d %H:%M:%S"
        )
        logger.setLevel(level)


_set_up()
