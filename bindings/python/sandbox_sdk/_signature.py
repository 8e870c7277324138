"""What the constructor of a class of models takes, for ``help()``, editors and ``inspect``."""

from __future__ import annotations

from inspect import Parameter, Signature, signature
from typing import Annotated, Any

from ._model_fields import fields_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._model_fields import FieldInfo

__all__ = ["signature_of"]


class _Factory:
    """Stands for a default that is made anew for each instance."""

    def __repr__(self) -> str:
        return "<factory>"


_FACTORY = _Factory()


def signature_of(cls: type) -> Signature:
    """The fields by the names that they are given by, and whatever else the class and its own constructor take."""
    _, *own = signature(cls.__init__).parameters.values()  # type: ignore[misc]
    taken = {parameter.name: parameter for parameter in own if parameter.kind is not Parameter.VAR_KEYWORD}
    others = [parameter for parameter in own if parameter.kind is Parameter.VAR_KEYWORD]
    if others:  # else a constructor of the class's own has said all
        for name, info in fields_of(cls).items():
            parameter = _parameter(info)
            if name not in taken:
                taken.setdefault(parameter.name, parameter)
        if cls.model_config.get("extra") == "allow":  # type: ignore[attr-defined]
            extra = others[0]
            if extra.name == "values":
                extra = extra.replace(name="extra_data", annotation=Any)
            while extra.name in taken:
                extra = extra.replace(name=f"{extra.name}_")
            taken[extra.name] = extra
    return Signature(list(taken.values()), return_annotation=None)


def _parameter(info: FieldInfo) -> Parameter:
    annotation: Any = info.annotation
    if info.metadata:
        annotation = Annotated[(annotation, *info.metadata)]
    default: Any = Parameter.empty
    if info.default_factory is not None:
        default = _FACTORY
    elif not info.is_required():
        default = info.default
    name = info.key if info.key.isidentifier() else info.name
    return Parameter(name, Parameter.KEYWORD_ONLY, annotation=annotation, default=default)
