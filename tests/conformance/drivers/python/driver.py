"""The Python driver of the conformance suite: one JSON line in for each case, one out.

The same code calls both clients: what one of them answers the other answers when it is awaited.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import inspect
import io
import json
import re
import sys
from collections.abc import AsyncIterator, Coroutine, Iterator
from pathlib import Path
from typing import Any

from sandbox_sdk import AsyncSandboxSDK, Omit, SandboxSDK, SandboxSDKError, Timeout

# The contract's name where Python has another one.
RENAMED = {"strict_response_validation": "_strict_response_validation"}
PHASES = {"connect_timeout": "connect", "read_timeout": "read", "write_timeout": "write", "pool_timeout": "pool"}
NOT_GIVEN_AS_NULL = ("api_key", "base_url")
CALL_OPTIONS = {"headers": "extra_headers", "query": "extra_query", "body": "extra_body", "timeout": "timeout"}


async def settled(value: Any) -> Any:
    """A value, which the client for coroutines gives as something to await."""
    return await value if inspect.isawaitable(value) else value


def without_a_loop(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """Runs a coroutine that has nothing to wait for."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        return end.value
    raise RuntimeError("the client that waits has left something to be awaited")


def headers_of(headers: dict) -> dict:
    return {name: Omit() if value is None else value for name, value in headers.items()}


def client_options(given: dict) -> dict:
    options: dict[str, Any] = {}
    for name, value in given.items():
        if name in PHASES or (name in NOT_GIVEN_AS_NULL and value is None):
            continue
        options[RENAMED.get(name, name)] = headers_of(value) if name == "default_headers" else value
    phases = {PHASES[name]: value for name, value in given.items() if name in PHASES}
    if phases:
        options["timeout"] = Timeout(60, **{"connect": 5, **phases})
    return options


def copy_options(given: dict) -> dict:
    """Python says by the name of the option whether headers and query are replaced."""
    options = client_options(given)
    for name in ("default_headers", "default_query"):
        if options.pop(f"replace_{name}", False):
            options[f"set_{name}"] = options.pop(name)
    return options


def pieces(data: bytes) -> Iterator[bytes]:
    for start in range(0, len(data), 1000):
        yield data[start : start + 1000]


async def async_pieces(data: bytes) -> AsyncIterator[bytes]:
    for piece in pieces(data):
        await asyncio.sleep(0)
        yield piece


@contextlib.contextmanager
def uploaded(upload: dict, is_async: bool) -> Iterator[Any]:
    """The file of an upload as Python gives it."""
    data = base64.b64decode(upload.get("bytes", ""))
    with contextlib.ExitStack() as opened:
        content: Any = data
        if upload["from"] == "path":
            content = Path(upload["path"])
        elif upload["from"] == "descriptor":
            content = opened.enter_context(Path(upload["path"]).open("rb"))
        elif upload["from"] == "callback":
            content = async_pieces(data) if is_async else pieces(data)
        if "filename" in upload or "content_type" in upload:
            content = (upload.get("filename"), content, upload.get("content_type"))
        yield content


@contextlib.contextmanager
def downloaded(download: dict, received: io.BytesIO) -> Iterator[Any]:
    """The destination of a download as Python gives it."""
    if download["to"] == "path":
        yield download["path"]
    elif download["to"] == "descriptor":
        with Path(download["path"]).open("wb") as opened:
            yield opened
    else:
        yield received.write


def plain(value: Any) -> Any:
    """A field's value as JSON has it."""
    if hasattr(value, "to_dict"):
        return value.to_dict()
    if isinstance(value, list):
        return [plain(element) for element in value]
    return value


def presence_of(model: Any, name: str) -> str:
    if name not in model.model_fields_set:
        return "absent"
    return "null" if getattr(model, name) is None else "present"


async def success(answer: Any, step: dict, received: io.BytesIO) -> dict:
    if not hasattr(answer, "to_dict"):
        return {"bytes": base64.b64encode(received.getvalue() or await settled(answer.read())).decode()}
    return {
        "json": answer.to_dict(),
        "fields": {name: plain(getattr(answer, name)) for name in step["read"]},
        "presence": {name: presence_of(answer, name) for name in step["read"]},
    }


def call_arguments(step: dict) -> tuple[list, dict]:
    """Positional and keyword arguments of the method."""
    keywords = dict(step.get("arguments", {}))
    positional = [keywords.pop("id")] if "id" in keywords else []
    for name, value in step.get("options", {}).items():
        if name in CALL_OPTIONS:
            keywords[CALL_OPTIONS[name]] = headers_of(value) if name == "headers" else value
        elif name == "idempotency_key":
            keywords.setdefault("extra_headers", {})["Idempotency-Key"] = value
    return positional, keywords


async def call(client: SandboxSDK | AsyncSandboxSDK, step: dict) -> dict:
    of_client = {name: step["options"][name] for name in ("max_retries", "deadline") if name in step.get("options", {})}
    if of_client:
        client = client.with_options(**of_client)
    resource, method = step["call"].split(".")
    positional, keywords = call_arguments(step)
    received = io.BytesIO()
    with contextlib.ExitStack() as files:
        if "upload" in step:
            keywords["file"] = files.enter_context(uploaded(step["upload"], isinstance(client, AsyncSandboxSDK)))
        if "download" in step:
            keywords["into"] = files.enter_context(downloaded(step["download"], received))
        answer = await settled(getattr(getattr(client, resource), method)(*positional, **keywords))
        return {"ok": await success(answer, step, received)}


def missing_or_unknown(error: TypeError) -> dict:
    """Python's own error for an argument that a method does not have, or needs."""
    named = re.search(r"'(\w+)'", str(error))
    return {
        "code": "invalid_argument",
        "message": str(error),
        "argument": named[1] if named else None,
        "attempts": 0,
        "outcome_unknown": False,
        "classes": ["TypeError"],
    }


def failure(error: Exception) -> dict:
    if isinstance(error, TypeError):
        return missing_or_unknown(error)
    if not isinstance(error, SandboxSDKError):
        return {"code": None, "message": repr(error), "classes": [type(error).__name__]}
    request = getattr(error, "request", None)
    return {
        "code": error.code,
        "status": getattr(error, "status_code", None),
        "message": str(error),
        "detail": error.detail,
        "argument": getattr(error, "argument", None),
        "body": getattr(error, "body", None),
        "url": str(request.url) if request is not None else None,
        "attempts": error.attempts,
        "retryable": error.retryable,
        "outcome_unknown": error.outcome_unknown,
        "retry_after": error.retry_after,
        "classes": [kind.__name__ for kind in type(error).__mro__],
    }


class Run:
    """The clients of a case: the first one, and the current one."""

    def __init__(self, kind: type[SandboxSDK | AsyncSandboxSDK], options: dict) -> None:
        self.first = self.current = kind(**client_options(options))

    async def step(self, step: dict) -> dict:
        try:
            return await self.do(step)
        except Exception as error:
            return {"error": failure(error)}

    async def do(self, step: dict) -> dict:
        if "call" in step:
            return await call(self.current, step)
        if "with_options" in step:
            self.current = self.current.with_options(**copy_options(step["with_options"]))
        elif "set" in step:
            for name, value in step["set"].items():
                setattr(self.current, name, value)
        elif "close" in step:
            await settled(self.current.close())
        else:
            self.current = self.first
        return {}


async def answer(case: dict) -> dict:
    try:
        run = Run(AsyncSandboxSDK if case["entry"] == "async" else SandboxSDK, case["client"])
    except Exception as error:
        return {"client_error": failure(error)}
    results = [await run.step(step) for step in case["steps"]]
    await settled(run.first.close())
    return {"results": results}


def main() -> None:
    for line in sys.stdin:
        case = json.loads(line)
        run = asyncio.run if case["entry"] == "async" else without_a_loop
        print(json.dumps(run(answer(case))), flush=True)


if __name__ == "__main__":
    main()
