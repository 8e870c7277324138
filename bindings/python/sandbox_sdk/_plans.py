"""How answers and dicts become models of a class, and dicts again: what the native types are told of its fields."""

from __future__ import annotations

import sys

from ._model_fields import fields_of, is_changeable, is_generated
from ._native import Model, Plan

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Union

    from ._model_fields import FieldInfo

    Kind = tuple[int, bool, Union[type, None]]

__all__ = ["make_plan"]

# Those of native/plan.h.
ANY, INTEGER, NUMBER, BOOLEAN, MODEL, MODELS, OTHER, STRING, STRINGS = range(9)

_BY_NAME = {
    "str": STRING,
    "object": ANY,
    "List[str]": STRINGS,
    "int": INTEGER,
    "float": NUMBER,
    "bool": BOOLEAN,
}


def make_plan(cls: Any) -> Plan:
    """The plan of a class of models."""
    fields, defaults = [], {}
    for name, info in fields_of(cls).items():
        kind, optional, nested = _kind_as_written(info) if is_generated(info.owner) else _kind_as_evaluated(info)
        fresh = is_changeable(info.default)
        alone = not hasattr(cls, name)
        fields.append((name, info.key, info.dump_key, kind, optional, alone, fresh, info.exclude, nested))
        defaults[name] = None if fresh else info.get_default()
    config = cls.model_config
    by_name = bool(config.get("populate_by_name") or config.get("validate_by_name"))
    return Plan(cls, tuple(fields), defaults, _is_plain(cls), by_name, cls._extra_field is not None)


def _is_plain(cls: Any) -> bool:
    """Whether a check makes of valid fields what is made without one."""
    from ._models import BaseModel

    return (
        cls.model_config.get("extra") == "allow"
        and cls.__init__ is BaseModel.__init__
        and cls.model_post_init is BaseModel.model_post_init
        and cls._extra_field is None
        and not any(info.default_factory or info.metadata for info in fields_of(cls).values())
        and all(info.alias == info.validation_alias for info in fields_of(cls).values())
    )


def _kind_as_written(info: FieldInfo) -> Kind:
    """What kind of field it is, whether it is a union with ``None``, and the class of the models in it.

    Of a generated class: its annotations are read as they are written, since evaluating one loads ``typing``.
    """
    annotation: str = info._annotation
    optional = annotation.startswith("Optional[")
    if optional:
        annotation = annotation[len("Optional[") : -1]
    if annotation in _BY_NAME:
        return _BY_NAME[annotation], optional, None
    if annotation.startswith("Literal["):
        return ANY, optional, None
    many = annotation.startswith("List[")
    nested = vars(sys.modules[info.owner.__module__]).get(annotation[len("List[") : -1] if many else annotation)
    if isinstance(nested, type) and issubclass(nested, Model):
        return (MODELS if many else MODEL), optional, nested
    return OTHER, False, None


def _kind_as_evaluated(info: FieldInfo) -> Kind:
    """The same of a class that a program defines."""
    from ._annotations import without_none

    type_, optional = without_none(info.annotation)
    if info._unresolved or info.metadata:
        return OTHER, False, None
    kind, nested = _kind_of_type(type_)
    return kind, optional and kind != OTHER, nested


def _kind_of_type(type_: Any) -> tuple[int, type | None]:
    from typing import Any, get_args, get_origin

    from ._annotations import is_literal

    scalars = {str: STRING, object: ANY, Any: ANY, int: INTEGER, float: NUMBER, bool: BOOLEAN}
    if (isinstance(type_, type) and type_ in scalars) or type_ is Any:
        return scalars[type_], None
    if is_literal(get_origin(type_)):
        return ANY, None
    many = get_origin(type_) is list
    inner = get_args(type_)[0] if many else type_
    if many and inner is str:
        return STRINGS, None
    if isinstance(inner, type) and issubclass(inner, Model) and not _constructs_itself(inner):
        return (MODELS if many else MODEL), inner
    return OTHER, None


def _constructs_itself(cls: Any) -> bool:
    """Whether a class has its own way to be made of an answer."""
    from ._models import BaseModel

    return cls.construct.__func__ is not BaseModel.construct.__func__  # type: ignore[attr-defined]
