"""The shapes of options that programs import."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict, Union

from ._types import Omit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._types import Timeout
else:
    from ._timeout import Timeout

__all__ = ["RequestOptions"]


class RequestOptions(TypedDict, total=False):
    """What one request of the caller's own may have besides its body."""

    headers: Mapping[str, Union[str, Omit]]  # noqa: UP007
    max_retries: int
    timeout: Union[float, Timeout, None]  # noqa: UP007 -- read at run time, by Python 3.9 too
    params: Mapping[str, object]
    extra_json: Mapping[str, object]
    idempotency_key: str
    follow_redirects: bool
