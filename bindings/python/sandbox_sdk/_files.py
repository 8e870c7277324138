"""What may be given as the file of an upload and as the place of a download, in the library's terms.

Everything is streamed: nothing here reads a whole file.
"""

from __future__ import annotations

import io
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any, Callable

    from ._types import FileTypes

_PIECE = 1 << 16  # bytes
_CO_COROUTINE = 0x80  # of inspect, which takes long to import


def source_options(file: FileTypes, *, for_coroutines: bool = False) -> dict[str, Any]:
    """The file of an upload. In a client for coroutines it may be one that coroutines read."""
    if not isinstance(file, tuple):
        return content_options(file, for_coroutines=for_coroutines)
    if not 2 <= len(file) <= 3:
        raise ValueError("`file` as a tuple is (name, content) or (name, content, content type)")
    options = content_options(file[1], for_coroutines=for_coroutines)
    if file[0] is not None:
        options["filename"] = os.fsdecode(file[0])
    if len(file) == 3 and file[2] is not None:
        options["content_type"] = file[2]
    return options


def content_options(content: Any, *, for_coroutines: bool = False) -> dict[str, Any]:
    """Bytes, or where they come from."""
    if isinstance(content, bytes):
        return {"data": content}
    if isinstance(content, str):
        return {"data": content.encode()}
    if isinstance(content, (bytearray, memoryview)):
        return _buffer_options(memoryview(content).cast("B"))
    if isinstance(content, os.PathLike):
        return {"path": content}
    if isinstance(content, io.TextIOBase):
        raise TypeError('`file` is opened in text mode, which would change its bytes; open it in binary mode, "rb"')
    if is_read_by_coroutines(content):
        if not for_coroutines:
            raise TypeError(f"`file` is read by coroutines ({type(content).__name__}), which AsyncSandboxSDK does")
        from ._async_source import AsyncSource

        return {"read": AsyncSource(content)}
    if hasattr(content, "read"):
        return _reader_options(content)
    if hasattr(content, "__iter__") and not isinstance(content, dict):
        return _iterable_options(content)
    raise TypeError(
        "`file` must be bytes, a str, a path, a file opened in binary mode, an iterable of bytes or a tuple of a name"
        f" and one of these, not {type(content).__name__}"
    )


def _buffer_options(view: memoryview) -> dict[str, Any]:
    """Memory that is not bytes, handed over in slices: the stable ABI of CPython 3.9 cannot borrow it."""
    position = 0

    def read(size: int) -> bytes:
        nonlocal position
        chunk = bytes(view[position : position + size])
        position += len(chunk)
        return chunk

    def rewind() -> None:
        nonlocal position
        position = 0

    return {"read": read, "rewind": rewind, "total": len(view)}


def _reader_options(file: Any) -> dict[str, Any]:
    """An object with a read method: from where it stands to its end."""
    options: dict[str, Any] = {"read": file.read}
    name = getattr(file, "name", None)
    if isinstance(name, (str, bytes, os.PathLike)) and os.path.basename(os.fsdecode(name)):
        options["filename"] = os.path.basename(os.fsdecode(name))
    try:
        start = file.tell()
        end = file.seek(0, os.SEEK_END)
        file.seek(start)
    except (AttributeError, OSError, ValueError):
        return options  # a pipe, a socket: of unknown length, to be read once
    if isinstance(start, int) and isinstance(end, int):
        options["total"] = max(end - start, 0)
        options["rewind"] = lambda: file.seek(start)
    return options


def _iterable_options(chunks: Iterable[bytes]) -> dict[str, Any]:
    """An iterable of bytes, which can be gone through again where it is not its own iterator."""
    iterator: Iterator[bytes] = iter(chunks)

    def read(size: int) -> bytes:
        for chunk in iterator:
            if not isinstance(chunk, (bytes, bytearray, memoryview)):
                raise TypeError(f"`file` must be an iterable of bytes, but gave {type(chunk).__name__}")
            if len(chunk):  # an empty one is not the end
                return bytes(chunk)
        return b""

    def rewind() -> None:
        nonlocal iterator
        iterator = iter(chunks)

    return {"read": read} if iterator is chunks else {"read": read, "rewind": rewind}


def file_from_path(path: str) -> tuple[str, bytes]:
    """A file's name and its bytes, as the file of an upload.

    A ``pathlib.Path`` as the file is streamed; this reads all of it into memory.
    """
    with open(path, "rb") as file:
        return os.path.basename(path), file.read()


def is_read_by_coroutines(content: Any) -> bool:
    """Whether it is an async iterable, or has an async ``read`` method."""
    if hasattr(content, "__aiter__"):
        return True
    code = getattr(getattr(content, "read", None), "__code__", None)
    return bool(getattr(code, "co_flags", 0) & _CO_COROUTINE)


def form_parts(fields: Any, files: Any, *, for_coroutines: bool = False) -> list[dict[str, Any]]:
    """The parts of a multipart form: fields, which may be nested, and files, a mapping or pairs of names and files."""
    parts = [{"name": _quotable(name), "text": text.encode()} for name, text in _form_fields("", fields or {})]
    pairs: Any = files.items() if hasattr(files, "items") else files or ()
    parts += (_file_part(name, file, for_coroutines) for name, file in pairs)
    return parts


def _file_part(name: str, file: Any, for_coroutines: bool) -> dict[str, Any]:
    """A file: its content, or a tuple of name, content, type and headers. What has no name is as fields are."""
    part: dict[str, Any] = {"name": _quotable(name)}
    if isinstance(file, tuple) and len(file) == 4:
        part["headers"], file = file[3] or {}, file[:3]
    source = source_options(file, for_coroutines=for_coroutines)
    if isinstance(file, tuple) and not file[0] and "path" not in source and not is_read_by_coroutines(file[1]):
        part["text"] = _whole(source)
        if "content_type" in source:
            part["content_type"] = source["content_type"]
        return part
    filename = source.get("filename") or ("upload" if "path" not in source else os.path.basename(source["path"]))
    if "content_type" not in source:
        source["content_type"] = _type_by_name(filename)
    source["filename"] = _quotable(filename)
    part["source"] = source
    return part


def _whole(source: dict[str, Any]) -> bytes:
    """All bytes of a source: a field is not streamed."""
    data: bytes | None = source.get("data")
    return b"".join(iter(lambda: source["read"](_PIECE), b"")) if data is None else data


def _quotable(name: Any) -> Any:
    """A name as it stands in a part's head but for its quotes, which the library sees to: as httpx writes it."""
    if not isinstance(name, str) or (name.isprintable() and "\\" not in name):
        return name
    written = name.replace("\\", "\\\\")
    return "".join(f"%{ord(letter):02X}" if letter < " " and letter != "\x1b" else letter for letter in written)


def _type_by_name(name: str) -> str:
    """The content type that the name of a file suggests."""
    import mimetypes

    return mimetypes.guess_type(name)[0] or "application/octet-stream"


def _form_fields(name: str, value: Any) -> Iterator[tuple[str, str]]:
    """Fields as names and texts: what is nested has its keys in brackets, and each element of a list is a field."""
    if hasattr(value, "items"):
        for key, member in value.items():
            yield from _form_fields(f"{name}[{key}]" if name else str(key), member)
    elif isinstance(value, (list, tuple)):
        for element in value:
            yield from _form_fields(f"{name}[]", element)
    elif value is not None:
        yield name, {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)


def sink_options(into: Any) -> dict[str, Any]:
    """The place of a download."""
    if isinstance(into, (str, os.PathLike)):
        return {"path": into}
    if isinstance(into, io.TextIOBase):
        raise TypeError('`into` is opened in text mode, which would change the bytes; open it in binary mode, "wb"')
    if hasattr(into, "write"):
        return {"write": _whole_writer(into.write)}
    if callable(into):
        return {"write": into}
    raise TypeError(
        f"`into` must be a path, a file opened in binary mode or a callable that takes bytes, not {type(into).__name__}"
    )


def _whole_writer(write: Callable[[bytes], Any]) -> Callable[[bytes], None]:
    """A write method that takes all of its bytes: a raw file may take fewer at a time."""

    def write_all(data: bytes) -> None:
        written = write(data)
        while isinstance(written, int) and written < len(data):
            data = data[written:]
            written = write(data)

    return write_all


file_from_path.__module__ = "sandbox_sdk"
