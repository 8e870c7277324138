"""What ``functools.wraps`` does, without its import, which takes longer than the call that is wrapped."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

__all__ = ["wraps"]

_KEPT = ("__module__", "__name__", "__qualname__", "__doc__", "__annotations__")


def wraps(function: Any) -> Callable[[Any], Any]:
    """Makes a wrapper look like the function that it wraps: in help, signatures and tracebacks."""

    def look_like(wrapper: Any) -> Any:
        for name in _KEPT:
            if hasattr(function, name):
                setattr(wrapper, name, getattr(function, name))
        wrapper.__wrapped__ = function
        return wrapper

    return look_like
