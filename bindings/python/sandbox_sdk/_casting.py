"""The body of an answer as a value of the type that was asked for."""

from __future__ import annotations

from sys import modules

from ._construct import construct_type
from ._exceptions import APIResponseValidationError
from ._native import Model, json_parse
from ._type_arguments import is_union, origin_of, unwrapped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["cast_body", "cast_event", "cast_value", "parse_json"]

_NoneType = type(None)


def cast_body(response: Any, cast_to: Any, *, strict: bool) -> Any:
    """Makes a value of an answer that has been read.

    Args:
      response: An answer of ours or of httpx.

      cast_to: The type: ``NoneType``, ``str``, ``bytes``, ``int``, ``float``, ``bool``, ``object``, a model of ours or
        of pydantic, ``dict``, ``list``, a union of these, ``httpx.Response``.

      strict: Whether models are validated, and other content types than JSON are errors.

    Raises:
      APIResponseValidationError: The answer is not of that type.

      TypeError, RuntimeError, ValueError: There is no such type to ask for.
    """
    if isinstance(cast_to, type) and issubclass(cast_to, Model):
        # What nearly everybody asks for. Its content type counts only where the body is no JSON, as below.
        try:
            data = json_parse(response.content)
        except ValueError:
            pass
        else:
            return cast_value(data, cast_to, response=response, strict=strict)
    cast_to = unwrapped(cast_to)
    if cast_to is _NoneType:
        return None
    if cast_to is str:
        return response.text
    if cast_to is bytes:
        return response.content
    if cast_to in (int, float, bool):
        return _scalar(response, cast_to)
    if isinstance(origin_of(cast_to), type) and _is_response(origin_of(cast_to)):
        return _as_response(response, cast_to)
    _refuse_unknown(cast_to)
    content_type = response.headers.get("content-type", "*").split(";")[0].strip()
    if not content_type.endswith("json"):
        return _cast_other_content(response, cast_to, content_type, strict)
    return cast_value(parse_json(response), cast_to, response=response, strict=strict)


def _cast_other_content(response: Any, cast_to: Any, content_type: str, strict: bool) -> Any:
    """Makes a value of an answer that does not say that it is JSON. It may be all the same."""
    is_model = _is_model(cast_to)
    if not strict and not is_model and (cast_to is object or is_union(cast_to)):
        return response.text
    try:
        if not strict or is_model:
            return cast_value(_json(response.content), cast_to, response=response, strict=strict)
    except _NoJson:
        # Somebody who asks for one of several types has not said what the answer is.
        if not strict and _names_several(cast_to):
            return response.text
    message = f"Expected Content-Type response header to be `application/json` but received `{content_type}` instead."
    raise APIResponseValidationError(response, response.text, message=message)


class _NoJson(Exception):
    """The text is no JSON."""


def _json(text: bytes) -> Any:
    try:
        return json_parse(text)
    except ValueError as error:
        raise _NoJson(str(error)) from error


def parse_json(response: Any) -> Any:
    """The body of an answer as JSON; an ``APIResponseValidationError`` where it is none."""
    try:
        return _json(response.content)
    except _NoJson as error:
        message = f"The answer is not JSON: {error}"
        raise APIResponseValidationError(response, response.text, message=message) from error.__cause__


def cast_event(data: str, cast_to: Any, *, response: Any, strict: bool) -> Any:
    """Makes a value of the data of an event, which is JSON, as ``cast_value`` does."""
    try:
        return cast_value(_json(data.encode("utf-8", "surrogatepass")), cast_to, response=response, strict=strict)
    except _NoJson as error:
        message = f"The event is not JSON: {error}"
        raise APIResponseValidationError(response, data, message=message) from error.__cause__


def cast_value(data: Any, cast_to: Any, *, response: Any, strict: bool) -> Any:
    """Makes a value of a type of decoded JSON, which came with a response."""
    cast_to = unwrapped(cast_to)
    if cast_to is object:
        return data
    is_own = isinstance(cast_to, type) and issubclass(cast_to, Model)
    if not (isinstance(data, dict) if is_own else _fits(data, cast_to)):
        kind = "null" if data is None else type(data).__name__
        message = f"The answer is {kind} where {getattr(cast_to, '__name__', cast_to)} is expected."
        raise APIResponseValidationError(response, data, message=message)
    if data is None:
        return None
    build = getattr(cast_to, "build", None) if is_own else None
    if callable(build):
        return build(response=response, data=data)
    try:
        if not is_own and isinstance(cast_to, type) and _is_pydantic(cast_to):
            return cast_to.model_validate(data)  # type: ignore[attr-defined]
        if strict:
            from ._validate import validate_type

            return validate_type(type_=cast_to, value=data)
        return construct_type(type_=cast_to, value=data)
    except ValueError as error:
        raise APIResponseValidationError(response, data) from error


def _scalar(response: Any, cast_to: Any) -> Any:
    if cast_to is bool:
        return response.text.lower() == "true"
    try:
        return cast_to(response.text)
    except ValueError as error:
        raise APIResponseValidationError(response, response.text, message=str(error)) from error


def _is_response(kind: type) -> bool:
    from ._http import Response

    httpx = modules.get("httpx")
    return issubclass(kind, Response) or (httpx is not None and issubclass(kind, httpx.Response))


def _as_response(response: Any, cast_to: Any) -> Any:
    from ._http import Response

    if cast_to is Response and isinstance(response, Response):
        return response
    if cast_to is not modules["httpx"].Response:
        raise ValueError("Subclasses of httpx.Response cannot be passed to `cast_to`")
    return response.to_httpx() if isinstance(response, Response) else response


def _refuse_unknown(cast_to: Any) -> None:
    """Raises unless JSON can be made a value of the type."""
    from ._response import APIResponse

    origin = origin_of(cast_to)
    if origin is APIResponse:
        raise RuntimeError("Unexpected state - cast_to is `APIResponse`")
    known = origin in (object, list, dict) or is_union(cast_to)
    if not known and not (isinstance(origin, type) and _is_model(origin)):
        from ._models import BaseModel

        raise RuntimeError(
            f"Unsupported type, expected {cast_to} to be a subclass of {BaseModel}, {dict}, {list}, typing.Union,"
            f" {_NoneType}, {str} or <class 'httpx.Response'>."
        )


def _is_any(type_: Any) -> bool:
    return type_ is getattr(modules.get("typing"), "Any", None)


def _is_model(type_: Any) -> bool:
    """Whether a type is a model, ours or pydantic's, or a union that has one."""
    if is_union(type_):
        return any(_is_model(unwrapped(variant)) for variant in type_.__args__)
    origin = origin_of(type_)
    return isinstance(origin, type) and (issubclass(origin, Model) or _is_pydantic(origin))


def _names_several(type_: Any) -> bool:
    """Whether a type is a union of more than one type and null."""
    return is_union(type_) and sum(variant is not _NoneType for variant in type_.__args__) > 1


def _fits(data: Any, type_: Any) -> bool:
    """Whether decoded JSON is, from the outside, what a type is made of: what is within is the models' business."""
    type_ = unwrapped(type_)
    if type_ is object or _is_any(type_):
        return True
    if is_union(type_):
        return any(_fits(data, variant) for variant in type_.__args__)
    if type_ is _NoneType or data is None:
        return type_ is _NoneType and data is None
    origin = origin_of(type_)
    if origin in (dict, list):
        return isinstance(data, origin)
    if _is_model(origin):
        # A model of pydantic may be of another type than an object: of that of its root.
        return isinstance(data, dict) or getattr(origin, "__pydantic_root_model__", False)
    return True


def _is_pydantic(kind: type) -> bool:
    pydantic = modules.get("pydantic")
    return pydantic is not None and issubclass(kind, pydantic.BaseModel)
