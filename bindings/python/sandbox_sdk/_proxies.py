"""The shape of proxies in annotations, as httpx has had it."""

from __future__ import annotations

from typing import Union

TYPE_CHECKING = False
if TYPE_CHECKING:
    import httpx

__all__ = ["ProxiesDict", "ProxiesTypes"]

ProxiesDict = dict[str, Union[str, "httpx.Proxy", None]]
ProxiesTypes = Union[str, "httpx.Proxy", ProxiesDict]
