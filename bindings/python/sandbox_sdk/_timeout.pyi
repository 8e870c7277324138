"""To a type checker a Timeout is httpx's: either is taken wherever the other is."""

from httpx import Timeout as Timeout
from typing_extensions import TypeAlias

TimeoutTypes: TypeAlias = float | tuple[float | None, ...] | Timeout | None

def timeout_options(timeout: TimeoutTypes) -> dict[str, object]: ...
