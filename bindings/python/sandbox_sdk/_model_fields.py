"""The fields of a class of models: what its annotations and defaults say, and how answers are decoded by it."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

__all__ = ["MISSING", "Field", "FieldInfo", "fields_of"]


class _Missing:
    """Stands for a default that there is not."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "MISSING"

    def __reduce__(self) -> str:
        return "MISSING"

    def __deepcopy__(self, memo: Any) -> _Missing:
        return self


MISSING: Any = _Missing()


class FieldInfo:
    """What is known of one field.

    Attributes:
        name: what it is called in Python.
        alias: what it is called on the wire, where that differs.
        default: its value where none is given; ``MISSING`` where one is required.
        default_factory: makes the default, or ``None``.
        description: for people, or ``None``.
        exclude: whether it is left out of dumps.
        repr: whether it is shown.
    """

    __slots__ = (
        *("_annotation", "_resolved", "_unresolved", "alias", "check", "default", "default_factory", "description"),
        *("exclude", "metadata", "name", "owner", "repr", "serialization_alias", "title", "validation_alias"),
    )

    def __init__(
        self,
        default: Any = MISSING,
        *,
        default_factory: Callable[[], Any] | None = None,
        alias: str | None = None,
        validation_alias: str | None = None,
        serialization_alias: str | None = None,
        title: str | None = None,
        description: str | None = None,
        exclude: bool | None = None,
        repr: bool = True,
        metadata: list[Any] | None = None,
    ) -> None:
        if default is ...:
            default = MISSING
        if default is not MISSING and default_factory is not None:
            raise TypeError("a field has a default or a default_factory, not both")
        self.name = ""
        self.owner: Any = None
        self.default = default
        self.default_factory = default_factory
        self.alias = alias
        self.validation_alias = alias if validation_alias is None else validation_alias
        self.serialization_alias = alias if serialization_alias is None else serialization_alias
        self.title = title
        self.description = description
        self.exclude = bool(exclude)
        self.repr = repr
        self.metadata = metadata or []
        self._annotation: Any = None
        self._resolved: Any = MISSING
        self._unresolved = False
        self.check: Any = None
        """What notes values that do not fit, made when a model is first dumped (_dump_warnings.py)."""

    def bound(self, name: str, annotation: Any, owner: type) -> FieldInfo:
        """The same for a field of a class. The annotation is evaluated when it is first needed."""
        made = FieldInfo.__new__(FieldInfo)
        for slot in FieldInfo.__slots__:
            setattr(made, slot, getattr(self, slot))
        made.name, made.owner = name, owner
        made.metadata = list(self.metadata)
        made._annotation, made._resolved, made.check = annotation, MISSING, None
        return made

    @property
    def key(self) -> str:
        """Its name on the wire."""
        return self.alias or self.name

    @property
    def dump_key(self) -> str:
        """Its name in a dump by aliases."""
        return self.serialization_alias or self.name

    @property
    def annotation(self) -> Any:
        """The type, evaluated, without what ``Annotated`` adds, which is in ``metadata``.

        What cannot be evaluated is ``Any``: such a field's value stays as it came.
        """
        if self._resolved is MISSING:
            from ._annotations import resolve_field

            resolve_field(self)
        return self._resolved

    def is_required(self) -> bool:
        """Whether a value must be given to the constructor."""
        return self.default is MISSING and self.default_factory is None

    def get_default(self, *, call_default_factory: bool = False) -> Any:
        """The default; ``None`` where there is none. One that can be changed is copied."""
        if self.default_factory is not None:
            return self.default_factory() if call_default_factory else None
        return None if self.default is MISSING else own_default(self.default)

    def __repr__(self) -> str:
        parts = [f"annotation={self._annotation!r}", f"required={self.is_required()}"]
        if self.default is not MISSING:
            parts.append(f"default={self.default!r}")
        if self.alias is not None:
            parts.append(f"alias={self.alias!r}")
        return f"FieldInfo({', '.join(parts)})"


def Field(default: Any = MISSING, **options: Any) -> Any:
    """Says more of a field than its default: ``name: str = Field(alias="fullName")``.

    Args:
        default: its value where none is given; without one the field is required.
        **options: of ``FieldInfo``: ``default_factory``, ``alias``, ``validation_alias``, ``serialization_alias``,
            ``title``, ``description``, ``exclude``, ``repr``.
    """
    return FieldInfo(default, **options)


_UNCHANGING = (str, int, float, bool, bytes, tuple, frozenset, type(None), type)


def is_changeable(value: Any) -> bool:
    """Whether a default has to be copied for each instance."""
    return value is not MISSING and not isinstance(value, _UNCHANGING)


def own_default(value: Any) -> Any:
    """A default for one instance: a copy where it could be changed."""
    if not is_changeable(value):
        return value
    import copy

    return copy.deepcopy(value)


def prepare_class(cls: type) -> None:
    """Takes the fields' defaults off a new class and keeps them apart: no instance finds them instead of its own."""
    own: dict[str, FieldInfo] = {}
    annotations = _own_annotations(cls)
    for name, annotation in annotations.items():
        if name == "__pydantic_extra__":
            cls._extra_field = FieldInfo().bound(name, annotation, cls)  # type: ignore[attr-defined]
        if name.startswith("_") or _is_class_variable(annotation):
            continue
        default = cls.__dict__.get(name, MISSING)
        if default is not MISSING:
            delattr(cls, name)
        if default is MISSING or isinstance(default, _UNCHANGING):
            info = FieldInfo(default)
        elif isinstance(default, FieldInfo):
            info = default
        else:
            from ._foreign_fields import field_of

            info = field_of(cls, name, default)
        own[name] = info.bound(name, annotation, cls)
    cls._own_fields = own  # type: ignore[attr-defined]
    if not cls.__module__.startswith("sandbox_sdk."):
        from ._foreign_fields import check_class

        check_class(cls, annotations)


def is_generated(cls: type) -> bool:
    """Whether the generator wrote a class. Such annotations are read as text: evaluating them loads ``typing``."""
    return cls.__module__.startswith("sandbox_sdk.types.")


def _own_annotations(cls: type) -> dict[str, Any]:
    annotations = cls.__dict__.get("__annotations__")  # noqa: RUF063 - of the class itself, without loading typing
    if annotations is None and sys.version_info >= (3, 14):
        annotations = cls.__annotations__
    return annotations or {}


def _is_class_variable(annotation: Any) -> bool:
    if isinstance(annotation, str):
        return annotation.startswith(("ClassVar", "typing.ClassVar", "t.ClassVar"))
    return "ClassVar" in repr(getattr(annotation, "__origin__", annotation))


def fields_of(cls: type) -> dict[str, FieldInfo]:
    """The fields of a class by their names: those of its bases first, each in the order of its declaration."""
    found = cls.__dict__.get("_all_fields")
    if found is None:
        found = {}
        for base in reversed(cls.__mro__):
            own = base.__dict__.get("_own_fields")
            if own is None:
                own = _foreign_annotations(base)
            found.update(own)
        # A property comes before what is in an instance: a field that has its name is none.
        found = {name: info for name, info in found.items() if not hasattr(getattr(cls, name, None), "__set__")}
        cls._all_fields = found  # type: ignore[attr-defined]
    return found


def forget(cls: type) -> None:
    """Lets a class's annotations be evaluated again."""
    for info in fields_of(cls).values():
        if info._unresolved:
            info._resolved = MISSING
    cls._plan = None  # type: ignore[attr-defined]


def _foreign_annotations(base: type) -> dict[str, FieldInfo]:
    """The fields that a class beside the models brings: a mixin with annotations."""
    if base.__module__ in ("builtins", "typing", "sandbox_sdk", "sandbox_sdk._native"):
        return {}
    return {
        name: FieldInfo(base.__dict__.get(name, MISSING)).bound(name, annotation, base)
        for name, annotation in _own_annotations(base).items()
        if not name.startswith("_") and not _is_class_variable(annotation)
    }
