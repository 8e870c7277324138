"""When a failed request is sent again, in words."""

from __future__ import annotations

from .model import Operation, Safety

ANY_FAILURE = (
    "a refused or lost connection, a timeout, an answer 408, 409, 429, 500 and above, or one with the "
    "header `x-should-retry: true`"
)
UNSAFE = (
    "Sent again after a refused connection, a request that surely was not sent, an answer 408, 409, 429, "
    "500 or 503, or one with the header `x-should-retry: true`. Not after a timeout, a lost connection, "
    "502 or 504: it may have been carried out, and the error says that the outcome is unknown."
)


def safety(operation: Operation) -> str:
    """The rule of an operation in a few sentences; arguments are named in backquotes."""
    if operation.safety is Safety.UNSAFE:
        return UNSAFE
    condition = f", where the `{operation.file.name}` can be read from its start once more" if operation.file else ""
    words = f"Sent again after {ANY_FAILURE}{condition}."
    if operation.safety is Safety.IDEMPOTENT and operation.method == "DELETE":
        words += " If the first request was carried out after all, the answer to the second is not_found."
    if operation.unsafe_when:
        words += f" With `{operation.unsafe_when}`: {UNSAFE[0].lower()}{UNSAFE[1:]}"
    return words


def c_safety(operation: Operation) -> str:
    """The same with the C function that tells."""
    return safety(operation).replace("says that the outcome is unknown", "says so (sbx_error_outcome_unknown())")
