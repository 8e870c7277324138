"""Names of types that programs import from ``_types`` for their annotations. Nothing here is needed to make a call."""

from __future__ import annotations

import os
from collections.abc import AsyncIterable, Iterable, Mapping
from typing import IO, Any, Callable, Optional, Protocol, Sequence, Set, Tuple, TypeVar, Union, runtime_checkable

from ._proxies import ProxiesDict as ProxiesDict
from ._proxies import ProxiesTypes as ProxiesTypes
from ._request_types import RequestOptions as RequestOptions
from ._timeout import Timeout as Timeout
from ._types import Omit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._http import Response

# Older Pythons cannot read the newer forms at run time.
# ruff: noqa: UP006, UP035
Headers = Mapping[str, Union[str, Omit]]
Query = Mapping[str, object]
Body = object
AnyMapping = Mapping[str, object]
FileContent = Union[IO[bytes], bytes, os.PathLike]
Base64FileInput = Union[IO[bytes], os.PathLike]
FileTypes = Union[
    FileContent,
    Tuple[Optional[str], FileContent],
    Tuple[Optional[str], FileContent, Optional[str]],
    Tuple[Optional[str], FileContent, Optional[str], Mapping[str, str]],
]
RequestFiles = Union[Mapping[str, FileTypes], Sequence[Tuple[str, FileTypes]]]
HttpxFileContent = Union[IO[bytes], bytes]
HttpxFileTypes = Union[
    HttpxFileContent,
    Tuple[Optional[str], HttpxFileContent],
    Tuple[Optional[str], HttpxFileContent, Optional[str]],
    Tuple[Optional[str], HttpxFileContent, Optional[str], Mapping[str, str]],
]
HttpxRequestFiles = Union[Mapping[str, HttpxFileTypes], Sequence[Tuple[str, HttpxFileTypes]]]
BinaryTypes = Union[bytes, bytearray, IO[bytes], Iterable[bytes]]
AsyncBinaryTypes = Union[bytes, bytearray, IO[bytes], AsyncIterable[bytes]]
IncEx = Union[Set[int], Set[str], Mapping[int, Any], Mapping[str, Any]]
PostParser = Callable[[Any], Any]
StrBytesIntFloat = Union[str, bytes, int, float]
SequenceNotStr = Sequence
ResponseT = TypeVar("ResponseT")
ModelT = TypeVar("ModelT")
T = TypeVar("T")


class HeadersLikeProtocol(Protocol):
    """Whatever headers can be looked up in."""

    def get(self, __key: str) -> str | None: ...


HeadersLike = Union[Headers, HeadersLikeProtocol]


@runtime_checkable
class ModelBuilderProtocol(Protocol):
    """A class that makes itself of an answer."""

    @classmethod
    def build(cls: type[T], *, response: Response, data: object) -> T: ...


@runtime_checkable
class InheritsGeneric(Protocol):
    """A class that was made from a generic one."""

    __orig_bases__: Any
