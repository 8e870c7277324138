"""A client with a server of its own."""

from __future__ import annotations

from ._client import SandboxSDK

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def local(**options: Any) -> SandboxSDK:
    """Starts a server of one's own on this machine and makes a client of it: ``SandboxSDK.local``.

    The server and all that it keeps is gone when the client is closed, or when this process ends, however that comes.
    """
    return SandboxSDK.local(**options)
