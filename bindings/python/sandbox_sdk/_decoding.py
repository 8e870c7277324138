"""Bytes that come in pieces, given out as pieces of a size, as text and as lines."""

from __future__ import annotations

import codecs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["Chunker", "LineDecoder", "content_charset", "is_known_charset", "text_decoder"]

# Python's own codecs that no text on the web is in; most fail on bytes that are none of theirs.
_NO_CHARSETS = {"idna", "mbcs", "oem", "punycode", "raw-unicode-escape", "undefined", "unicode-escape"}
# What ends a line for str.splitlines().
_LINE_ENDS = "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"


def content_charset(content_type: str | None) -> str | None:
    """The character set that a content type names, in lower case, whether it is known or not."""
    for parameter in (content_type or "").split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip("\"'").lower() or None
    return None


def is_known_charset(name: str | None) -> bool:
    """Whether Python can decode text of a character set."""
    try:
        codec = codecs.lookup(name or "")
    except (LookupError, ValueError):
        return False
    return codec._is_text_encoding and codec.name not in _NO_CHARSETS


def text_decoder(charset: str) -> codecs.IncrementalDecoder:
    """A decoder that is fed bytes; what is no character becomes U+FFFD."""
    return codecs.getincrementaldecoder(charset)("replace")


class Chunker:
    """Gives bytes or text out in pieces of a size; the last may be shorter. Without a size they stay as they came."""

    def __init__(self, size: int | None, empty: Any) -> None:
        """``empty`` is ``b""`` or ``""``, after what will come."""
        if size is not None and size < 1:
            raise ValueError(f"`chunk_size` must be at least 1, not {size}")
        self._size = size
        self._empty = empty
        self._pieces: list[Any] = []
        self._length = 0

    def feed(self, piece: Any) -> list[Any]:
        """Adds a piece; gives those that are full."""
        if self._size is None:
            return [piece] if piece else []
        self._pieces.append(piece)
        self._length += len(piece)
        if self._length < self._size:
            return []
        whole = self._empty.join(self._pieces)
        end = self._length - self._length % self._size
        self._pieces, self._length = [whole[end:]], self._length - end
        return [whole[start : start + self._size] for start in range(0, end, self._size)]

    def flush(self) -> list[Any]:
        """Gives what is left."""
        rest = self._empty.join(self._pieces)
        self._pieces, self._length = [], 0
        return [rest] if rest else []


class LineDecoder:
    """Takes lines out of text, at every end that ``str.splitlines`` knows, wherever the text was cut."""

    def __init__(self) -> None:
        self._open: list[str] = []  # the pieces of the line that has not ended
        self._after_return = False  # a CR came last; a LF may follow

    def feed(self, text: str) -> list[str]:
        """Adds text; gives the lines that have ended, without their ends."""
        if self._after_return:
            text = "\r" + text
        self._after_return = text.endswith("\r")
        if self._after_return:
            text = text[:-1]
        if not text:
            return []
        lines = text.splitlines()
        ended = text[-1] in _LINE_ENDS
        if len(lines) == 1 and not ended:
            self._open.append(text)
            return []
        lines[0] = "".join(self._open) + lines[0]
        self._open = [] if ended else [lines.pop()]
        return lines

    def flush(self) -> list[str]:
        """Gives the last line, where there was text after the last end."""
        if not self._open and not self._after_return:
            return []
        line = "".join(self._open)
        self._open, self._after_return = [], False
        return [line]
