"""Models as dicts and as JSON text."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from ._model_fields import MISSING, fields_of
from ._native import Model, json_print

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

    from ._models import BaseModel

__all__ = ["Dump", "SerializationError", "json_text"]


_MOST_INDENT = 80  # of the library's own printer


class SerializationError(ValueError):
    """A value is nothing that JSON has."""


class Dump:
    """How models are dumped."""

    def __init__(
        self,
        *,
        json: bool,
        by_alias: bool,
        exclude_unset: bool,
        exclude_defaults: bool,
        exclude_none: bool,
        fallback: Callable[[Any], Any] | None,
        text: bool = False,
    ) -> None:
        self.json = json
        self.by_alias = by_alias
        self.exclude_unset = exclude_unset
        self.exclude_defaults = exclude_defaults
        self.exclude_none = exclude_none
        self.fallback = fallback
        self.text = text
        """Whether it becomes text, which has neither NaN nor infinities."""
        self.note_misfits: Callable[[Any, Any, list[Any]], None] | None = None
        self.misfits: list[Any] = []

    def run(self, model: BaseModel, include: Any, exclude: Any, warnings: Any) -> dict[str, Any]:
        """A model as a dict. ``warnings`` is what ``model_dump`` is given."""
        simple = NotImplemented if self.text else self.simple(model, include, exclude, warnings)
        if simple is not NotImplemented:
            return simple  # type: ignore[no-any-return]
        if not warnings or warnings == "none":
            return self.model(model, include, exclude)
        from ._dump_warnings import note_misfits, warning_text

        self.note_misfits = note_misfits
        dumped = self.model(model, include, exclude)
        if self.misfits and warnings == "error":
            raise SerializationError(warning_text(self.misfits))
        if self.misfits:
            from ._dump_warnings import warn_caller

            warn_caller(warning_text(self.misfits))
        return dumped

    def simple(self, model: BaseModel, include: Any, exclude: Any, warnings: Any) -> Any:
        """The same by the native types, as most models are; NotImplemented where it is not that simple."""
        if include is not None or exclude is not None or self.exclude_defaults:
            return NotImplemented
        check = bool(warnings) and warnings != "none"
        return type(model)._answer_plan().dump(model, self.by_alias, self.exclude_unset, self.exclude_none, check)

    def run_text(self, model: BaseModel, include: Any, exclude: Any, warnings: Any, indent: int | None) -> str:
        """A model as JSON text; characters outside ASCII are as they are."""
        simple = self.simple(model, include, exclude, warnings)
        if simple is not NotImplemented and indent != 0 and (indent or 0) <= _MOST_INDENT:
            # It may still hold a number or text that has no place in strict JSON.
            with suppress(ValueError):
                return json_print(simple, indent or 0)
        return json_text(self.run(model, include, exclude, warnings), indent, ensure_ascii=False)

    def model(self, model: BaseModel, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        """One model."""
        dumped = {}
        for name, value, info in self.wanted_fields(model):
            chosen, included, excluded = _choose(include, exclude, name)
            if chosen:
                if self.note_misfits is not None and info is not None:
                    self.note_misfits(info, value, self.misfits)
                key = info.dump_key if info is not None and self.by_alias else name
                dumped[key] = self.value(value, included, excluded)
        return dumped

    def wanted_fields(self, model: BaseModel) -> list[tuple[str, Any, Any]]:
        """The name, value and info of each field that is dumped, unless told otherwise by its name."""
        fields = fields_of(type(model))
        given = model.model_fields_set if self.exclude_unset else fields
        wanted: list[tuple[str, Any, Any]] = []
        for name, value in model.__dict__.items():
            info = fields.get(name)
            if info is None or info.exclude or name not in given or (self.exclude_none and value is None):
                continue
            if self.exclude_defaults and info.default is not MISSING and info.default == value:
                continue
            wanted.append((name, value, info))
        for name, value in model.model_extra.items():
            if not (self.exclude_none and value is None):
                wanted.append((name, value, None))
        return wanted

    def value(self, value: Any, include: Any = None, exclude: Any = None) -> Any:
        """Whatever may be in a field."""
        kind = type(value)
        if kind is str or kind is int or kind is bool or value is None:
            return value
        if kind is float:
            return None if self.text and value - value != 0 else value  # NaN and the infinities
        if isinstance(value, Model):
            return self.model(value, include, exclude)  # type: ignore[arg-type]
        if isinstance(value, Mapping):
            return self.mapping(value, include, exclude)
        if isinstance(value, (list, tuple, set, frozenset)):
            return self.collection(value, include, exclude)
        return self.other(value)

    def mapping(self, values: Mapping[Any, Any], include: Any, exclude: Any) -> dict[Any, Any]:
        """A dict, or another mapping."""
        dumped = {}
        for key, value in values.items():
            chosen, included, excluded = _choose(include, exclude, key)
            if chosen:
                dumped[self.key(key) if self.json else key] = self.value(value, included, excluded)
        return dumped

    def key(self, key: Any) -> str:
        """A name of a JSON object."""
        if isinstance(key, bool):
            return "true" if key else "false"
        if key is None:
            return "None"
        return key if isinstance(key, str) else str(self.value(key))

    def collection(self, values: Any, include: Any, exclude: Any) -> Any:
        """A list, tuple or set: JSON has only lists."""
        dumped = []
        for index, value in enumerate(values):
            chosen, included, excluded = _choose_index(include, exclude, index, len(values))
            if chosen:
                dumped.append(self.value(value, included, excluded))
        if self.json or isinstance(values, list):
            return dumped
        kind = next(kind for kind in (tuple, set, frozenset) if isinstance(values, kind))
        return kind(dumped)

    def other(self, value: Any) -> Any:
        """A value of a type that JSON does not have."""
        if hasattr(type(value), "model_dump"):
            return value.model_dump(
                mode="json" if self.json else "python",
                by_alias=self.by_alias,
                exclude_unset=self.exclude_unset,
                exclude_defaults=self.exclude_defaults,
                exclude_none=self.exclude_none,
            )
        if hasattr(type(value), "__dataclass_fields__"):
            return self.mapping({name: getattr(value, name) for name in type(value).__dataclass_fields__}, None, None)
        if not self.json:
            return value
        from ._json_values import json_value

        converted = json_value(value)
        if converted is not MISSING:
            return self.value(converted)
        if self.fallback is not None:
            return self.value(self.fallback(value))
        raise SerializationError(f"Unable to serialize unknown type: {type(value)}")


def _choose(include: Any, exclude: Any, key: Any) -> tuple[bool, Any, Any]:
    """Whether a member is wanted, and what is wanted and unwanted of it."""
    if exclude is not None and key in exclude and _all_of(exclude, key):
        return False, None, None
    if include is not None and key not in include:
        return False, None, None
    return True, _part(include, key), _part(exclude, key)


def _choose_index(include: Any, exclude: Any, index: int, count: int) -> tuple[bool, Any, Any]:
    """The same of an element, which may be named by its distance from the end, or by ``"__all__"``."""
    if include is None and exclude is None:
        return True, None, None
    return _choose(_by_index(include, index, count), _by_index(exclude, index, count), index)


def _by_index(names: Any, index: int, count: int) -> Any:
    if names is None:
        return None
    for name in (index, index - count, "__all__"):
        if name in names:
            return {index: names[name] if isinstance(names, Mapping) else True}
    return {}


def _all_of(names: Any, key: Any) -> bool:
    """Whether a set, or a mapping to True or further names, means all of a member."""
    return not isinstance(names, Mapping) or names[key] in (True, ...)


def _part(names: Any, key: Any) -> Any:
    if not isinstance(names, Mapping) or key not in names or _all_of(names, key):
        return None
    return names[key]


def json_text(value: Any, indent: int | None, *, ensure_ascii: bool) -> str:
    """JSON text as pydantic writes it: one line without spaces, or indented."""
    import json

    if indent != 0 and (indent or 0) <= _MOST_INDENT:
        # Half a surrogate pair and what is nested very deep are not the library's to print.
        with suppress(ValueError):
            text = json_print(value, indent or 0)
            return escaped(text) if ensure_ascii else text
    separators = (",", ":") if indent is None else (",", ": ")
    return json.dumps(value, indent=indent, separators=separators, ensure_ascii=ensure_ascii)


def escaped(text: str) -> str:
    """JSON text of the letters of ASCII; others there are within strings only."""
    import json
    import re

    return re.sub(r"[^\0-\x7f]+", lambda found: json.dumps(found[0])[1:-1], text)
