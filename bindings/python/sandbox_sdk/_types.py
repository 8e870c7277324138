"""The marks for an argument that is not given, and the shapes of arguments."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import AsyncIterable, Iterable, Mapping, Sequence
    from typing import IO, Any, Literal, Optional, Protocol, TypeVar, Union

    import httpx

    from ._timeout import Timeout as Timeout
    from ._url import URL as OwnURL

    ResponseT = TypeVar("ResponseT")

    # What may be given as a URL besides text: ours, or httpx's.
    URL = Union[OwnURL, httpx.URL]

    Headers = Mapping[str, Union[str, "Omit"]]
    Query = Mapping[str, object]
    Body = object
    FileContent = Union[bytes, bytearray, memoryview, str, "os.PathLike[str]", IO[bytes], Iterable[bytes]]
    FileTypes = Union[
        FileContent,
        tuple[Optional[str], FileContent],
        tuple[Optional[str], FileContent, Optional[str]],
    ]
    # What an upload of a client for coroutines may be made of as well.
    AsyncFileContent = Union[FileContent, AsyncIterable[bytes], "AsyncReader"]
    AsyncFileTypes = Union[
        AsyncFileContent,
        tuple[Optional[str], AsyncFileContent],
        tuple[Optional[str], AsyncFileContent, Optional[str]],
    ]

    class AsyncReader(Protocol):
        """A file that coroutines read."""

        async def read(self, size: int, /) -> bytes: ...

    BinaryTypes = Union[bytes, bytearray, IO[bytes], Iterable[bytes]]
    AsyncBinaryTypes = Union[BinaryTypes, AsyncIterable[bytes]]
    FormFileTypes = Union[FileTypes, tuple[Optional[str], FileContent, Optional[str], Mapping[str, str]]]
    RequestFiles = Union[Mapping[str, FormFileTypes], Sequence[tuple[str, FormFileTypes]]]
    from ._request_types import RequestOptions as RequestOptions


__all__ = ["NOT_GIVEN", "NoneType", "NotGiven", "Omit", "not_given", "omit"]

NoneType = type(None)


class NotGiven:
    """Stands for an option that was not given where ``None`` has a meaning of its own.

    ``timeout=None`` waits for ever; ``timeout=not_given`` takes the client's timeout.
    """

    __slots__ = ()

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "NOT_GIVEN"


class Omit:
    """Stands for something that is left out of the request: an argument that is not sent, or a header that is removed.

    ``client.sandboxes.list(extra_headers={"X-Stainless-OS": Omit()})`` sends the request without that header.
    """

    __slots__ = ()

    def __bool__(self) -> Literal[False]:
        return False


for _class in (NotGiven, Omit):
    _class.__module__ = "sandbox_sdk"

not_given = NotGiven()
NOT_GIVEN = not_given
omit = Omit()


def __getattr__(name: str) -> Any:
    """What is made when it is first asked for: it needs the module ``typing``, which takes long to load."""
    if name.startswith("_"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name == "Transport":
        from ._transport import Transport

        return Transport
    from . import _type_names

    try:
        return getattr(_type_names, name)
    except AttributeError:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None
