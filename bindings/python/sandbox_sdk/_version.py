"""The version of the package, which is the library's."""

from . import _native

__title__ = "sandbox_sdk"
__version__: str = _native.VERSION
