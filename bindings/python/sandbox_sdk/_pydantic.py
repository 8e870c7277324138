"""Models of this package as the types of fields in pydantic's models. Only pydantic itself brings anybody here."""

from __future__ import annotations

from pydantic_core import core_schema

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ._models import BaseModel

__all__ = ["core_schema_of", "json_schema_of"]


def core_schema_of(cls: type[BaseModel]) -> Any:
    """How pydantic makes and dumps a model of this package: by the model's own methods."""
    from ._validate import State, check

    def validate(value: Any) -> Any:
        from ._validation_error import ValidationFailed, validation_error

        try:
            return check(cls, value, State())
        except ValidationFailed as failed:
            raise validation_error(cls.__name__, failed.problems) from None

    def dump(model: Any, info: Any) -> Any:
        return model.model_dump(
            mode=info.mode,
            include=info.include,
            exclude=info.exclude,
            by_alias=info.by_alias,
            exclude_unset=info.exclude_unset,
            exclude_defaults=info.exclude_defaults,
            exclude_none=info.exclude_none,
        )

    serialization = core_schema.plain_serializer_function_ser_schema(dump, info_arg=True)
    return core_schema.no_info_plain_validator_function(validate, serialization=serialization)


def json_schema_of(cls: type[BaseModel], handler: Any) -> dict[str, Any]:
    """The JSON schema of a model: pydantic makes it of the fields' types."""
    from pydantic import TypeAdapter

    from ._model_fields import MISSING, fields_of

    properties, required = {}, []
    for name, info in fields_of(cls).items():
        schema = {"title": (info.title or name.replace("_", " ").title()), **TypeAdapter(info.annotation).json_schema()}
        if info.description:
            schema["description"] = info.description
        if info.default is not MISSING:
            schema["default"] = info.default
        properties[info.key] = schema
        if info.is_required():
            required.append(info.key)
    schema = {"title": cls.__name__, "type": "object", "additionalProperties": True, "properties": properties}
    if cls.__doc__:
        schema["description"] = cls.__doc__.strip()
    return {**schema, **({"required": required} if required else {})}
