"""The answer to a download."""

from __future__ import annotations

from . import _native
from ._http import URL, Headers, Request, charset

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import Iterator
    from datetime import timedelta
    from typing import Any

__all__ = ["BinaryAPIResponse"]


class BinaryAPIResponse:
    """A file's bytes and how they came. They are in memory, unless the download was told where else to put them."""

    def __init__(self, response: Any) -> None:
        self._response = response
        self._content: bytes | None = None

    @property
    def content(self) -> bytes:
        """The bytes; empty where they went elsewhere."""
        if self._content is None:
            self._content = _native.response_body(self._response)
        return self._content

    def read(self) -> bytes:
        """The bytes; empty where they went elsewhere."""
        return self.content

    def text(self) -> str:
        """The bytes as text, in the character set that the answer names, else UTF-8."""
        return self.content.decode(charset(self.headers.get("content-type")), "replace")

    def json(self) -> object:
        """The bytes decoded as JSON; a ValueError where they are not."""
        import json

        return json.loads(self.content)

    def iter_bytes(self, chunk_size: int | None = None) -> Iterator[bytes]:
        """The bytes in pieces of a size."""
        content = self.content
        size = chunk_size or max(len(content), 1)
        return (content[start : start + size] for start in range(0, len(content), size))

    def write_to_file(self, file: str | os.PathLike[str]) -> None:
        """Writes the bytes to a file on this machine.

        ``download(..., into=path)`` does so while they come, without holding them in memory.
        """
        with open(file, "wb") as opened:
            opened.write(self.content)

    @property
    def num_bytes_downloaded(self) -> int:
        """How many bytes came, wherever they went."""
        return _native.response_size(self._response)

    @property
    def status_code(self) -> int:
        return _native.response_status(self._response)

    @property
    def headers(self) -> Headers:
        count = _native.response_headers_count(self._response)
        return Headers([_native.response_header_at(self._response, index) for index in range(count)])

    @property
    def http_request(self) -> Request:
        return Request(self.method, self.url)

    @property
    def method(self) -> str:
        return _native.response_method(self._response)

    @property
    def url(self) -> URL:
        return URL(_native.response_url(self._response))

    @property
    def elapsed(self) -> timedelta:
        """How long the call took, retries and waits included."""
        from datetime import timedelta

        return timedelta(seconds=_native.response_elapsed(self._response))

    @property
    def retries_taken(self) -> int:
        return _native.response_attempts(self._response) - 1

    def __repr__(self) -> str:
        return f"<BinaryAPIResponse [{self.status_code}] {self.num_bytes_downloaded} bytes>"
