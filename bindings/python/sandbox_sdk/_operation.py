"""One operation of the API, as the generated resources name it."""

from __future__ import annotations

from ._lazy import load_module
from ._native import operation_find

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Operation:
    """An operation's handle and what decodes its answer, both found when it is first called."""

    __slots__ = ("class_name", "handle", "model", "module_name", "name")

    def __init__(self, name: str, module_name: str = "", class_name: str = "") -> None:
        self.name = name
        self.module_name = module_name
        self.class_name = class_name
        self.handle: Any = None
        self.model: Any = None

    def model_class(self) -> Any:
        """The class of the model; None where the answer is bytes."""
        if not self.class_name:
            return None
        return getattr(load_module("sandbox_sdk.types." + self.module_name), self.class_name)

    def load(self) -> Any:
        """Finds both."""
        model_class = self.model_class()
        if model_class is not None:
            self.model = model_class._decoder()
        self.handle = operation_find(self.name)
        return self.handle
