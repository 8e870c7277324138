"""The defaults of a client. The library has the same ones: these are for programs that want to read them."""

from ._timeout import Timeout

__all__ = ["DEFAULT_MAX_RETRIES", "DEFAULT_TIMEOUT"]

DEFAULT_TIMEOUT = Timeout(60.0, connect=5.0)
DEFAULT_MAX_RETRIES = 2
