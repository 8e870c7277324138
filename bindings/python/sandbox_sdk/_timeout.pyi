"""To a type checker a Timeout is httpx's: either is taken wherever the other is."""

import httpx
from typing_extensions import TypeAlias

# Not imported by its name: where httpx is not installed it is still there, and anything.
Timeout: TypeAlias = httpx.Timeout
TimeoutTypes: TypeAlias = float | tuple[float | None, ...] | Timeout | None

def timeout_options(timeout: TimeoutTypes) -> dict[str, object]: ...
