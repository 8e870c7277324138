"""When a failed request is sent again, in words."""

from __future__ import annotations

from .model import Operation, Safety

SENT_AGAIN = "A request that fails in a way that may pass is sent again"
UNSAFE = (
    "To do it twice could do harm, so a request is sent again only where it was surely not sent or where the server "
    "asks for it with its answer: after a timeout, a lost connection, 502 or 504 it is not, and the error says that "
    "the outcome is unknown"
)


def safety(operation: Operation) -> str:
    """The rule of an operation in one or two sentences; arguments are named in backquotes."""
    if operation.safety is Safety.UNSAFE:
        return f"{UNSAFE}."
    if operation.safety is Safety.SAFE and operation.file:
        words = f"{SENT_AGAIN} where the `{operation.file.name}` can be read from its start once more."
    elif operation.safety is Safety.SAFE:
        words = f"{SENT_AGAIN}."
    else:
        words = f"{SENT_AGAIN}; where the first was carried out after all, the second is answered with not_found."
    if operation.unsafe_when:
        words += f" With `{operation.unsafe_when}` the rule is another. {UNSAFE}."
    return words


def c_safety(operation: Operation) -> str:
    """The same with the C function that tells."""
    return safety(operation).replace("says that the outcome is unknown", "says so (sbx_error_outcome_unknown())")
