"""Closing, blocks, garbage, concurrency, cancelling, mocks, logs and warnings."""

from __future__ import annotations

import asyncio
import gc
import logging
import threading

from lab import KEY, Lab, program

from programs.answers import EXECUTION, PAGE, SANDBOX


@program
async def block(lab: Lab) -> None:
    async with lab.entered(lab.client()) as client:
        lab.answer(PAGE)
        await lab.attempt("inside", lambda: client.sandboxes.list())
        lab.note("closed", client.is_closed())
    lab.note("closed after", client.is_closed())


@program
async def block_left_by_an_error(lab: Lab) -> None:
    client = lab.client()
    try:
        async with lab.entered(client):
            raise KeyError("mine")
    except KeyError:
        lab.note("closed", client.is_closed())


@program
async def used_after_close(lab: Lab) -> None:
    client = lab.client()
    await lab.result(client.close())
    lab.note("closed", client.is_closed())
    error = await lab.attempt("result", lambda: client.sandboxes.list())
    lab.note("kind", type(error).__name__)
    lab.note("sent", len(lab.server.requests))


@program
async def closed_twice(lab: Lab) -> None:
    client = lab.client()
    await lab.result(client.close())
    await lab.attempt("again", client.close)


@program
async def copy_closes_the_pool(lab: Lab) -> None:
    client = lab.client()
    copy = client.with_options(timeout=5)
    await lab.result(copy.close())
    lab.note("closed", [copy.is_closed(), client.is_closed()])


@program
async def dropped_copy_leaves_the_pool(lab: Lab) -> None:
    client = lab.client()
    copy = client.copy()
    del copy
    gc.collect()
    lab.note("closed", client.is_closed())
    lab.answer(PAGE)
    await lab.attempt("goes on", lambda: client.sandboxes.list())


@program
async def resources_are_kept(lab: Lab) -> None:
    client = lab.client()
    lab.note("same", client.sandboxes is client.sandboxes)
    lab.note("kinds", [type(client.sandboxes).__name__, type(client.sandboxes.with_raw_response).__name__])
    lab.note("streaming", type(client.sandboxes.with_streaming_response).__name__)
    lab.note("client", [type(client.with_raw_response).__name__, type(client.with_streaming_response).__name__])


@program
async def connections_are_kept(lab: Lab) -> None:
    client = lab.client()
    for _ in range(3):
        lab.answer(PAGE)
        await lab.result(client.sandboxes.list())
    lab.note("connections", len({request.connection for request in lab.server.requests}))


@program(only="sync", unordered=True)
async def threads(lab: Lab) -> None:
    client = lab.client()
    for _ in range(16):
        lab.answer(PAGE)
    results: list[str] = []

    def call(number: int) -> None:
        results.append(client.sandboxes.list(page=number).data[0].id)

    running = [threading.Thread(target=call, args=(number,)) for number in range(16)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    lab.note("results", results)


@program(only="async", unordered=True)
async def gathered(lab: Lab) -> None:
    client = lab.client()
    for _ in range(32):
        lab.answer(EXECUTION, delay=0.01)
    calls = [client.sandboxes.execute(f"sb-{number}", command="ls") for number in range(32)]
    lab.note("results", [run.stdout for run in await asyncio.gather(*calls)])


@program(only="async")
async def gathered_with_failures(lab: Lab) -> None:
    client = lab.client()
    for _ in range(4):
        lab.answer({"e": 1}, status=404)
    calls = [client.sandboxes.list() for _ in range(4)]
    results = await asyncio.gather(*calls, return_exceptions=True)
    lab.note("results", [type(result).__name__ for result in results])


@program(only="async")
async def cancelled(lab: Lab) -> None:
    client = lab.client()
    lab.answer(hang=True)
    task = asyncio.ensure_future(lab.result(client.sandboxes.list()))
    await asyncio.sleep(0.1)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        lab.note("cancelled", task.cancelled())
    lab.answer(PAGE)
    await lab.attempt("goes on", lambda: client.sandboxes.list())


@program(only="async")
async def cancelled_while_waiting_to_try_again(lab: Lab) -> None:
    client = lab.client(max_retries=1)
    lab.answer({}, status=500, headers={"retry-after": "30"})
    try:
        await asyncio.wait_for(client.sandboxes.list(), 0.2)
    except asyncio.TimeoutError:
        lab.note("requests", len(lab.server.requests))


@program(only="async")
async def timed_out_by_the_program(lab: Lab) -> None:
    client = lab.client()
    lab.answer(hang=True)
    try:
        await asyncio.wait_for(client.sandboxes.list(), 0.1)
    except asyncio.TimeoutError as error:
        lab.note("kind", type(error).__name__)


@program(only="async")
async def coroutines(lab: Lab) -> None:
    client = lab.client()
    call = client.sandboxes.list()
    lab.note("coroutine", asyncio.iscoroutine(call))
    lab.answer(PAGE)
    lab.note("result", await call)
    lab.note("function", asyncio.iscoroutinefunction(client.sandboxes.list))
    lab.note(
        "verbs", [asyncio.iscoroutinefunction(getattr(client, name)) for name in ("get", "post", "delete", "close")]
    )


@program(only="async")
async def under_any_loop(lab: Lab) -> None:
    """The header that tells the kind of loop."""
    client = lab.client()
    lab.answer(PAGE)
    response = await client.sandboxes.with_raw_response.list()
    lab.note("header", response.http_request.headers["X-Stainless-Async"])


@program({"info": logging.INFO, "warning": logging.WARNING})
async def logged(lab: Lab, level) -> None:
    logging.getLogger("sandbox_sdk").setLevel(level)
    client = lab.client(max_retries=2)
    lab.answer({}, status=503, headers={"retry-after-ms": 1})
    lab.answer({}, status=429, headers={"retry-after-ms": 1})
    lab.answer(PAGE)
    await lab.attempt("result", lambda: client.sandboxes.list())


@program(logs=logging.DEBUG)
async def logged_in_detail(lab: Lab) -> None:
    client = lab.client()
    lab.answer(SANDBOX)
    await lab.attempt("result", lambda: client.sandboxes.create(name="n"))


@program(logs=logging.DEBUG)
async def retry_logged_in_detail(lab: Lab) -> None:
    client = lab.client(max_retries=1)
    lab.answer({}, status=503, headers={"retry-after-ms": 1})
    lab.answer(PAGE)
    await lab.attempt("result", lambda: client.sandboxes.list())


@program(logs=logging.DEBUG)
async def failure_logged_in_detail(lab: Lab) -> None:
    client = lab.client()
    lab.answer({}, status=400)
    await lab.attempt("result", lambda: client.sandboxes.list())


@program({"info": "info", "debug": "debug", "other": "nonsense"}, only="sync")
async def nothing_logged_unless_asked(lab: Lab, _level) -> None:
    client = lab.client()
    lab.answer(PAGE)
    await lab.attempt("result", lambda: client.sandboxes.list())


@program(fresh=True, environment={"SANDBOX_SDK_LOG": "info"})
async def log_of_the_environment(lab: Lab) -> None:
    client = lab.client(max_retries=1)
    logger = logging.getLogger("sandbox_sdk")
    logger.setLevel(logging.NOTSET if logger.level == 0 else logging.INFO)
    lab.note("level", logger.level)
    lab.answer({}, status=503, headers={"retry-after-ms": 1})
    lab.answer(PAGE)
    await lab.attempt("result", lambda: client.sandboxes.list())


@program
async def mocked_with_respx(lab: Lab) -> None:
    """A program's tests mock httpx; nothing reaches the network."""
    import httpx
    import respx

    with respx.mock(base_url=lab.url) as mock:
        mock.delete("/v1/sandboxes/delete-all").mock(return_value=httpx.Response(200, json={"message": "mocked"}))
        client = lab.client()
        lab.note("result", (await lab.result(client.sandboxes.delete_all())).message)
        lab.note("calls", len(mock.calls))
        lab.note("method", mock.calls[0].request.method)
    lab.note("sent", len(lab.server.requests))


@program
async def mock_transport(lab: Lab) -> None:
    import httpx

    seen = []

    def handler(request):
        seen.append([request.method, request.url.path, request.headers["x-api-key"], request.content])
        return httpx.Response(200, json=SANDBOX)

    transport = httpx.MockTransport(handler)
    http = (httpx.AsyncClient if lab.asynchronous else httpx.Client)(transport=transport)
    client = lab.client(http_client=http)
    await lab.attempt("result", lambda: client.sandboxes.create(name="n"))
    lab.note("seen", seen)
    lab.note("sent", len(lab.server.requests))


@program
async def real_httpx_client(lab: Lab) -> None:
    import httpx

    kind = httpx.AsyncClient if lab.asynchronous else httpx.Client
    http = kind(headers={"X-Of-The-Client": "1"}, timeout=33)
    client = lab.client(http_client=http)
    lab.note("timeout", client.timeout)
    lab.answer(PAGE)
    await lab.attempt("result", lambda: client.sandboxes.list())
    await lab.result(client.close())
    lab.note("closed", http.is_closed)


@program
async def default_http_client(lab: Lab) -> None:
    sdk = lab.sdk
    kind = sdk.DefaultAsyncHttpxClient if lab.asynchronous else sdk.DefaultHttpxClient
    client = lab.client(http_client=kind(timeout=44.0))
    lab.note("timeout", client.timeout)
    lab.answer(PAGE)
    await lab.attempt("result", lambda: client.sandboxes.list())


@program
async def http_client_for_one_call(lab: Lab) -> None:
    sdk = lab.sdk
    kind = sdk.DefaultAsyncHttpxClient if lab.asynchronous else sdk.DefaultHttpxClient
    client = lab.client()
    other = client.with_options(http_client=kind())
    lab.answer(PAGE)
    await lab.attempt("result", lambda: other.sandboxes.list())
    await lab.result(other.close())
    lab.note("closed", [other.is_closed(), client.is_closed()])


@program(only="async")
async def aiohttp_client(lab: Lab) -> None:
    client = lab.client(http_client=lab.sdk.DefaultAioHttpClient())
    lab.answer(PAGE)
    lab.note("ids", [item.id for item in (await client.sandboxes.list()).data])


@program(only="sync")
async def resources_by_module(lab: Lab) -> None:
    import sandbox_sdk

    names = ("SandboxesResource", "AsyncSandboxesResource", "SandboxesResourceWithRawResponse")
    lab.note("names", [hasattr(sandbox_sdk.resources, name) for name in names])
    names = sorted(name for name in dir(sandbox_sdk.types) if name.endswith("Params"))
    lab.note("types", [name for name in names if name.startswith("Sandbox")])


@program(fresh=True, only="sync")
async def params_are_typed_dicts(lab: Lab) -> None:
    from sandbox_sdk import types

    for name in ("SandboxCreateParams", "SandboxExecuteParams", "SandboxListParams", "SandboxUploadParams"):
        kind = getattr(types, name)
        lab.note(name, [sorted({*kind.__required_keys__, *kind.__optional_keys__}), kind.__total__])


@program(only="sync")
async def clients_in_many_threads_at_once(lab: Lab) -> None:
    made: list[str] = []

    def make() -> None:
        with lab.sdk.SandboxSDK(api_key=KEY, base_url=lab.url) as client:
            made.append(client.api_key)

    running = [threading.Thread(target=make) for _ in range(4)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    lab.note("made", made)
