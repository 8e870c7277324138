"""The ``Link`` header (RFC 8288)."""

from __future__ import annotations

import re

__all__ = ["parse_links"]

_LINK = re.compile(r'\s*<([^>]*)>((?:[^",]|"(?:\\.|[^"\\])*")*)(?:,|$)')
_PARAMETER = re.compile(r';\s*([^\s=;]+)\s*=\s*("(?:\\.|[^"\\])*"|[^\s;]*)')


def parse_links(header: str | None) -> list[dict[str, str]]:
    """Each link with its ``url`` and its parameters by name."""
    links = []
    for url, parameters in _LINK.findall(header or ""):
        link = {"url": url.strip()}
        for name, value in _PARAMETER.findall(parameters):
            link[name] = re.sub(r"\\(.)", r"\1", value[1:-1]) if value.startswith('"') else value
        links.append(link)
    return links
