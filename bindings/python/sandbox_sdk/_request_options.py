"""What is known of a request before it is sent, for programs and tests that look at it."""

from __future__ import annotations

from ._constants import RAW_RESPONSE_HEADER
from ._types import NotGiven, not_given

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["FinalRequestOptions"]


class FinalRequestOptions:
    """A request's method, URL and all that a caller may say of it. What was not said is as here below."""

    method: str
    url: str
    params: Any
    headers: Any = not_given
    max_retries: int | NotGiven = not_given
    timeout: Any = not_given
    files: Any = None
    idempotency_key: str | None = None
    post_parser: Any = not_given
    follow_redirects: bool | None = None
    content: Any = None
    json_data: Any = None
    extra_json: Any = None

    def __init__(self, *, method: str, url: str, **options: Any) -> None:
        """Makes the options of a request; a TypeError for an option that there is not."""
        self.params = {}
        for name, value in {"method": method, "url": url, **options}.items():
            if name not in FinalRequestOptions.__annotations__:
                raise TypeError(f"a request has no option {name!r}")
            setattr(self, name, value)

    @classmethod
    def construct(cls, _fields_set: set[str] | None = None, **values: Any) -> FinalRequestOptions:
        """The same without a check; members of mappings that stand for "not given" are left out."""
        made = cls.__new__(cls)
        made.params = {}
        for name, value in values.items():
            setattr(made, name, _without_not_given(value))
        return made

    model_construct = construct

    def get_max_retries(self, max_retries: int) -> int:
        """How many retries there are, by a client's number where the request has none of its own."""
        return max_retries if isinstance(self.max_retries, NotGiven) else self.max_retries

    def _strip_raw_response_header(self) -> None:
        """Takes away the header by which a caller asks for the raw answer."""
        if not isinstance(self.headers, NotGiven) and self.headers.get(RAW_RESPONSE_HEADER):
            self.headers = {name: value for name, value in self.headers.items() if name != RAW_RESPONSE_HEADER}

    def model_copy(self, *, deep: bool = False) -> FinalRequestOptions:
        """A copy; with ``deep`` of what is in it as well."""
        from copy import deepcopy

        made = type(self).__new__(type(self))
        made.__dict__.update(deepcopy(self.__dict__) if deep else self.__dict__)
        return made

    def __eq__(self, other: object) -> bool:
        return self.__dict__ == other.__dict__ if isinstance(other, FinalRequestOptions) else NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        shown = (f"{name}={getattr(self, name)!r}" for name in self.__annotations__ if hasattr(self, name))
        return f"FinalRequestOptions({', '.join(shown)})"


def _without_not_given(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return {name: member for name, member in value.items() if not isinstance(member, NotGiven)}
