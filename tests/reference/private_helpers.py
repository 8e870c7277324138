"""A pytest plugin: stands in for the private helpers of ``avm_sdk`` that its own tests call.

It is on the tests' side alone; the package knows nothing of it. A helper that only helps a test has a stand-in below. A
test that is about a private helper itself cannot say anything about ours: what it imports becomes a `Missing`, which
leaves the test out, by the helper's name, when it is used.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import json
import os
import sys
import threading
import time
import types
import typing
from email.utils import format_datetime, parsedate_to_datetime
from fnmatch import fnmatchcase
from typing import Any

import httpx
import pytest
import sandbox_sdk
from sandbox_sdk import _models

LEFT_OUT: dict[str, str] = json.loads(os.environ.get("TESTS_LEFT_OUT", "{}"))
PRISM = "Prism tests are disabled"
AIOHTTP = "aiohttp client is not compatible with respx_mock"


class Missing:
    """A private helper that ours does not have. Whoever uses it is left out."""

    name = ""

    def __init__(self, *_: Any, **__: Any) -> None:
        pytest.skip(f"needs {self.name}")

    def __class_getitem__(cls, _: Any) -> type[Missing]:
        return cls

    @staticmethod
    def called(module: str, name: str) -> type[Missing]:
        return type(name, (Missing,), {"name": f"{module}.{name}", "__module__": module})


def origin_is(*kinds: Any) -> Any:
    return lambda kind: (typing.get_origin(kind) or kind) in kinds


def is_union_type(kind: Any) -> bool:
    return typing.get_origin(kind) in (typing.Union, getattr(types, "UnionType", typing.Union))


def is_annotated_type(kind: Any) -> bool:
    return hasattr(kind, "__metadata__")


def extract_type_arg(kind: Any, index: int) -> Any:
    return kind.__origin__ if is_annotated_type(kind) and index == 0 else typing.get_args(kind)[index]


def asyncify(function: Any) -> Any:
    async def call(*arguments: Any, **named: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(None, lambda: function(*arguments, **named))

    return call


def request_options(*, query: Any = None, extra_query: Any = None, **given: Any) -> dict[str, Any]:
    """The arguments of an operation that are not its own, as options of a request."""
    names = {"extra_headers": "headers", "extra_body": "extra_json", "timeout": "timeout"}
    options = {names[name]: value for name, value in given.items()}
    if query is not None or extra_query is not None:
        options["params"] = {**(query or {}), **(extra_query or {})}
    return options


STAND_INS: dict[str, dict[str, Any]] = {
    "sandbox_sdk._utils": {
        "asyncify": asyncify,
        "extract_type_arg": extract_type_arg,
        "is_annotated_type": is_annotated_type,
        "is_dict": lambda value: isinstance(value, dict),
        "is_list": lambda value: isinstance(value, list),
        "is_list_type": origin_is(list),
        "is_sequence_type": origin_is(typing.get_origin(typing.Sequence[int])),
        "is_type_alias_type": lambda kind: type(kind).__name__ == "TypeAliasType",
        "is_union_type": is_union_type,
    },
    "sandbox_sdk._compat": {
        "PYDANTIC_V1": False,
        "field_outer_type": lambda field: field.annotation,
        "get_model_fields": lambda model: model.model_fields,
        "model_dump": lambda model, **options: model.model_dump(**options),
        "model_json": lambda model, **options: model.model_dump_json(**options),
        "parse_obj": lambda model, value: model.model_validate(value),
    },
    "sandbox_sdk._base_client": {
        "FinalRequestOptions": _models.FinalRequestOptions,
        "get_platform": lambda: sandbox_sdk.SandboxSDK(api_key="key").platform_headers()["X-Stainless-OS"],
        "HTTPX_DEFAULT_TIMEOUT": httpx.Timeout(5.0),
        "make_request_options": request_options,
    },
    "sandbox_sdk._files": {},
    "sandbox_sdk._qs": {},
    "sandbox_sdk._models": {},
}


NO_TIME = 7654321.0


def captured_request(client: Any, options: Any, *, retries_taken: int = 0) -> Any:
    """In the place of the private ``_build_request``: the request that the client sends for these options.

    A phase that may take no time at all ends before there is a request: such a one has a time of its own meanwhile.
    """
    given = client.timeout
    phases = {} if isinstance(given, (int, float, type(None))) else given.as_dict()
    without = {phase: NO_TIME if seconds == 0 else seconds for phase, seconds in phases.items()}
    request = sent_request(
        client.copy(timeout=httpx.Timeout(**without)) if NO_TIME in without.values() else client, options
    )
    told = request.extensions["timeout"]
    request.extensions["timeout"] = {name: 0 if seconds == NO_TIME else seconds for name, seconds in told.items()}
    return request


def sent_request(client: Any, options: Any) -> Any:
    """The request of httpx that a client sends."""
    seen: list[Any] = []

    def answer(request: Any) -> Any:
        seen.append(request)
        return httpx.Response(200, json={})

    async def answer_later(request: Any) -> Any:
        await request.aread()
        return answer(request)

    asynchronous = "Async" in type(client).__mro__[-2].__name__ or hasattr(client, "__aenter__")
    if not asynchronous:
        client.copy(http_client=httpx.Client(transport=httpx.MockTransport(answer)), max_retries=0).request(
            object, options
        )
        return seen[0]

    async def send() -> None:
        http = httpx.AsyncClient(transport=httpx.MockTransport(answer_later))
        await client.copy(http_client=http, max_retries=0).request(object, options)

    thread = threading.Thread(target=asyncio.run, args=(send(),))
    thread.start()
    thread.join()
    return seen[0]


def waited(client: Any, remaining_retries: int, options: Any, headers: Any = None) -> float:
    """In the place of the private ``_calculate_retry_timeout``: how long a client waits after an answer with headers.

    The test stops Python's clock; the library has one of its own, by which a date in the headers is moved.
    """
    before = options.get_max_retries(client.max_retries) - remaining_retries
    waits: list[float] = []

    def answer(request: Any) -> Any:
        is_the_one = request.headers["x-stainless-retry-count"] == str(before)
        given = {"retry-after": in_real_time(headers["retry-after"])} if is_the_one else {"retry-after-ms": "0.001"}
        return httpx.Response(429, headers=given)

    def see(attempt: Any) -> None:
        if attempt.number == before + 1:
            waits.append(attempt.wait)
            own.close()  # that is enough: nobody waits

    enough = options.model_copy()
    enough.max_retries = before + 1
    transport = sandbox_sdk.MockTransport(answer)
    own = sandbox_sdk.SandboxSDK(api_key="key", base_url=client.base_url, transport=transport, on_attempt=see)
    with own, contextlib.suppress(sandbox_sdk.APIConnectionError):
        own.request(object, enough)
    return waits[0]


def in_real_time(retry_after: str) -> str:
    """A date by the test's clock as one by the machine's; any other text as it is."""
    try:
        date = parsedate_to_datetime(retry_after)
    except (TypeError, ValueError):
        return retry_after
    # Dates have whole seconds: one just begins.
    time.sleep(1 - time.clock_gettime(time.CLOCK_REALTIME) % 1)
    moved = date.timestamp() - time.time() + int(time.clock_gettime(time.CLOCK_REALTIME))
    return format_datetime(type(date).fromtimestamp(moved, date.tzinfo), usegmt=True)


def detour(client: Any) -> Any:
    """In the place of the private ``_client``: the client of httpx that a mocked client's requests go through."""
    return next(iter(client._caller.detours.values())).adapter.owner.client


def stand_in(module_name: str, names: dict[str, Any]) -> None:
    """Adds what our module lacks, and a Missing for whatever else is asked of it."""
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError:
        module = types.ModuleType(module_name)
        sys.modules[module_name] = module
    for name, value in names.items():
        if not hasattr(module, name):
            setattr(module, name, value)
    own = getattr(module, "__getattr__", None)

    def look_up(name: str) -> Any:
        if own is not None:
            with contextlib.suppress(AttributeError):
                return own(name)
        if name.startswith("__"):
            raise AttributeError(name)
        return Missing.called(module_name, name)

    module.__getattr__ = look_up  # type: ignore[method-assign]


def install() -> None:
    """Puts the stand-ins where the tests import from."""
    for module_name, names in STAND_INS.items():
        stand_in(module_name, names)
    from sandbox_sdk import _base_client

    base = getattr(_base_client, "BaseClient", None)
    if not isinstance(base, type) or issubclass(base, Missing) or hasattr(base, "_build_request"):
        return
    own = {"_build_request": captured_request, "_calculate_retry_timeout": waited, "_client": property(detour)}
    for name, value in own.items():
        setattr(base, name, value)
    for kind in (sandbox_sdk.DefaultHttpxClient, sandbox_sdk.DefaultAsyncHttpxClient):
        # The mounts of the client of httpx that it stands for.
        kind._mounts = property(lambda client: client.real()._mounts)


install()  # before the tests' conftest.py is read, which imports some of them


def without_skips(item: Any, reason: str) -> None:
    """Takes the marks by which a test ships skipped off it."""
    item.own_markers[:] = [
        mark for mark in item.own_markers if not (mark.name == "skip" and mark.kwargs.get("reason") == reason)
    ]


@pytest.hookimpl(hookwrapper=True)
def pytest_collection_modifyitems(items: list[Any]) -> Any:
    """The tests that need a mock server ship skipped; here there is one. Those of aiohttp can be mocked with ours.

    A test that is left out runs all the same, and passes by no means: one that does is to be taken off the list.
    """
    yield
    for item in items:
        without_skips(item, PRISM)
        if sandbox_sdk.__version__ != "1.2.0":
            without_skips(item, AIOHTTP)
        name = item.nodeid.replace("tests/", "", 1).replace(".py::", ".").replace("::", ".").replace("/", ".")
        reason = next(
            (why for pattern, why in LEFT_OUT.items() if fnmatchcase(name, pattern.replace("[", "[[]"))), None
        )
        if reason is not None:
            item.add_marker(pytest.mark.xfail(reason=f"needs {reason}", strict=True))
