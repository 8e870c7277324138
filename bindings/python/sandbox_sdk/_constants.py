"""The defaults of a client. The library has the same ones: these are for programs that want to read them."""

from ._lazy import lazy_names
from ._timeout import Timeout

__all__ = [
    "DEFAULT_MAX_RETRIES",
    "DEFAULT_TIMEOUT",
    "INITIAL_RETRY_DELAY",
    "MAX_RETRY_DELAY",
    "OVERRIDE_CAST_TO_HEADER",
    "RAW_RESPONSE_HEADER",
]

DEFAULT_TIMEOUT = Timeout(60, connect=5.0)
DEFAULT_MAX_RETRIES = 2
INITIAL_RETRY_DELAY = 0.5
MAX_RETRY_DELAY = 8.0

# How `with_raw_response` and `with_streaming_response` tell a method what is wanted. The second is never sent.
RAW_RESPONSE_HEADER = "X-Stainless-Raw-Response"
OVERRIDE_CAST_TO_HEADER = "____stainless_override_cast_to"

__getattr__, __dir__ = lazy_names(globals(), {"DEFAULT_CONNECTION_LIMITS": "._limits"})
