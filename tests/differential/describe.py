"""Says what a value is, in words that are the same for both packages where the values are.

An object of ours that stands for one of httpx is described by what a program reads of it, as httpx's own is.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any

LONG = 4000
ADDRESS = re.compile(r" at 0x[0-9a-f]+")


def class_name(kind: type) -> str:
    """The name of a class, with its module where a program can import it from there."""
    module = kind.__module__
    public = module == "sandbox_sdk" or module.startswith("sandbox_sdk.types")
    return f"{module}.{kind.__qualname__}" if public else kind.__qualname__


def shortened(text: str) -> str:
    """Text that is too long to be read, by its beginning and its checksum."""
    if len(text) <= LONG:
        return text
    return f"{text[:200]}… {len(text)} characters, {hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()}"


def describe(value: Any) -> Any:
    """A value as JSON that says all that a program can tell of it."""
    if hasattr(value, "raw_path"):
        return DESCRIPTIONS["URL"](value)
    if value is None or isinstance(value, (bool, int, float, str, bytes, bytearray)):
        return shortened(repr(value))
    if isinstance(value, (list, tuple, set, frozenset)):
        items = sorted(value, key=repr) if isinstance(value, (set, frozenset)) else value
        return [type(value).__name__, *(describe(item) for item in items)]
    if type(value) is dict:
        return {"dict": [[describe(key), describe(item)] for key, item in value.items()]}
    if isinstance(value, type):
        return f"class {class_name(value)}"
    return describe_object(value)


def describe_object(value: Any) -> Any:
    """An object, by what is read of its kind."""
    from sandbox_sdk import BaseModel

    name = type(value).__name__
    if isinstance(value, BaseModel):
        return describe_model(value)
    if isinstance(value, BaseException):
        return describe_error(value)
    if name in ("Request", "Response", "Headers", "URL"):
        return DESCRIPTIONS[name](value)
    return shortened(ADDRESS.sub("", f"{name}: {value!r}"))


def describe_model(model: Any) -> dict[str, Any]:
    fields = {name: getattr(model, name) for name in type(model).model_fields}
    return {
        "model": class_name(type(model)),
        "fields": [[name, describe(value)] for name, value in fields.items()],
        "set": sorted(model.model_fields_set),
        "extra": describe(model.model_extra),
        "dict": describe(model.to_dict(warnings=False)),
        "repr": shortened(repr(model)),
        "str": shortened(str(model)),
    }


def describe_error(error: BaseException) -> dict[str, Any]:
    """An exception: what it can be caught as, what it says, and what hangs on it."""
    kinds = [kind for kind in type(error).__mro__ if kind not in (object, BaseException, Exception)]
    described: dict[str, Any] = {"error": [class_name(kind) for kind in kinds], "str": shortened(str(error))}
    if not any(kind.__module__.startswith("sandbox_sdk") for kind in kinds):
        return described
    described["args"] = describe(error.args)
    for name in ("message", "status_code", "body", "request", "response"):
        if hasattr(error, name):
            described[name] = describe(getattr(error, name))
    described["has a cause"] = error.__cause__ is not None
    described["shows its context"] = error.__context__ is not None and not error.__suppress_context__
    return described


def describe_response(response: Any) -> dict[str, Any]:
    return {
        "response": response.status_code,
        "reason": response.reason_phrase,
        "headers": describe_headers(response.headers),
        "url": str(response.url),
        "http_version": response.http_version,
        "repr": repr(response),
    }


def describe_request(request: Any) -> dict[str, Any]:
    return {"request": request.method, "url": str(request.url), "repr": repr(request)}


def describe_headers(headers: Any) -> list[list[str]]:
    return sorted([name.lower(), value] for name, value in headers.multi_items())


DESCRIPTIONS = {
    "Request": describe_request,
    "Response": describe_response,
    "Headers": lambda headers: {"headers": describe_headers(headers)},
    "URL": lambda url: {"url": str(url), "repr": repr(url)},
}
