"""Transports in pure Python, in the place of the network."""

from __future__ import annotations

import asyncio
import gc
import sys
import threading
import time
import weakref
from typing import Any

import pytest
import sandbox_sdk
import trio
from async_runners import in_every_loop
from sandbox_sdk import AsyncSandboxSDK, MockTransport, Response, SandboxSDK

URL = "http://nowhere.test"


def client_of(transport, **options) -> SandboxSDK:
    return SandboxSDK(**{"api_key": "k", "base_url": URL, "max_retries": 0, "transport": transport, **options})


def async_client_of(transport, **options) -> AsyncSandboxSDK:
    return AsyncSandboxSDK(**{"api_key": "k", "base_url": URL, "max_retries": 0, "transport": transport, **options})


class Body:
    """A body that is read while it comes."""

    def __init__(self, pieces) -> None:
        self.pieces = iter(pieces)
        self.closed = 0

    def read(self, size: int) -> bytes:
        return next(self.pieces, b"")

    def close(self) -> None:
        self.closed += 1


# ---- clients that wait ----


def test_a_function_answers_every_request() -> None:
    seen = []

    def handler(request):
        seen.append(request)
        return Response(200, json={"id": "a"}, headers={"X-Test": "b"})

    client = client_of(handler)
    assert client.sandboxes.create(name="x").id == "a"
    answer = client.sandboxes.with_raw_response.list(page=2)
    assert answer.headers["x-test"] == "b"
    created, listed = seen
    assert (created.method, str(created.url)) == ("POST", URL + "/v1/sandboxes/create")
    assert created.content == b'{"name":"x"}' and created.read() == created.content
    assert created.headers["x-api-key"] == "k" and created.headers["content-type"] == "application/json"
    assert str(listed.url) == URL + "/v1/sandboxes/list?page=2"
    assert listed.content == b"" and list(listed.iter_bytes()) == []
    assert created.extensions["timeout"] == {"connect": 5.0, "read": 60.0, "write": 60.0, "pool": 60.0}


def test_an_object_with_methods_is_closed_with_its_client() -> None:
    class Recorded(sandbox_sdk.Transport):
        closed = 0

        def handle_request(self, request):
            return Response(200, content=b"{}")

        def close(self) -> None:
            self.closed += 1

    transport = Recorded()
    with client_of(transport) as client:
        client.sandboxes.list()
    assert transport.closed == 1
    with pytest.raises(sandbox_sdk.APIConnectionError) as raised:
        client.sandboxes.list()
    assert raised.value.code == "closed"


def test_timeouts_of_a_call_and_the_deadline_reach_it() -> None:
    seen = []

    def handler(request):
        seen.append(request.extensions["timeout"])
        return Response(200, content=b"{}")

    client = client_of(handler, timeout=sandbox_sdk.Timeout(None, read=3))
    client.sandboxes.list()
    client.sandboxes.list(timeout=1.5)
    client.with_options(deadline=0.5).sandboxes.list()
    assert seen[0] == {"connect": None, "read": 3.0, "write": None, "pool": None}
    assert set(seen[1].values()) == {1.5}
    assert all(0 < seconds <= 0.5 for seconds in seen[2].values())


def test_retries_redirects_and_errors_are_above_it() -> None:
    answers = [
        Response(503, headers={"retry-after-ms": "1"}),
        Response(307, headers={"Location": "/elsewhere"}),
        Response(404, json={"message": "no"}),
    ]
    seen = []

    def handler(request):
        seen.append(request.url.path)
        return answers.pop(0)

    with pytest.raises(sandbox_sdk.NotFoundError) as raised:
        client_of(handler, max_retries=1).sandboxes.list()
    assert raised.value.body == {"message": "no"}
    assert seen == ["/v1/sandboxes/list"] * 2 + ["/elsewhere"]


def test_a_key_and_a_body_stay_with_their_origin() -> None:
    seen = []

    def handler(request):
        seen.append((str(request.url), request.headers.get("x-api-key"), request.is_elsewhere))
        return Response(302, headers={"Location": "http://other.test/"}) if len(seen) == 1 else Response(200, json={})

    client_of(handler).sandboxes.list()
    assert seen == [(URL + "/v1/sandboxes/list", "k", False), ("http://other.test/", None, True)]


@pytest.mark.parametrize(
    ("raised", "kind", "attempts", "unknown"),
    [
        (ConnectionRefusedError("no"), sandbox_sdk.APIConnectionError, 2, False),
        (ConnectionResetError("gone"), sandbox_sdk.APIConnectionError, 1, True),
        (TimeoutError("slow"), sandbox_sdk.APITimeoutError, 1, True),
        (AssertionError("not mocked"), sandbox_sdk.APIConnectionError, 1, False),
        (ValueError("a\nb\0c"), sandbox_sdk.APIConnectionError, 1, True),
    ],
)
@pytest.mark.parametrize("asynchronous", [False, True])
def test_what_it_raises_is_the_cause(raised, kind, attempts, unknown, asynchronous) -> None:
    def handler(request):
        raise raised

    with pytest.raises(kind) as caught:
        if asynchronous:
            asyncio.run(_create(async_client_of(handler, max_retries=1)))
        else:
            client_of(handler, max_retries=1).sandboxes.create()
    error = caught.value
    assert type(error) is kind
    assert error.__cause__ is raised
    assert (error.attempts, error.outcome_unknown) == (attempts, unknown)
    assert "\n" not in error.detail and error.detail.startswith(type(raised).__name__)


async def _create(client: AsyncSandboxSDK) -> None:
    await client.sandboxes.create()


def test_a_cause_of_an_earlier_attempt_is_not_told() -> None:
    answers = [ConnectionRefusedError("no"), Response(400)]

    def handler(request):
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    with pytest.raises(sandbox_sdk.BadRequestError) as raised:
        client_of(handler, max_retries=1).sandboxes.create()
    assert raised.value.__cause__ is None


@pytest.mark.parametrize("returned", [None, 200, b"{}", {"id": "a"}])
def test_something_that_is_no_answer_is_a_type_error(returned) -> None:
    calls = []

    def handler(request):
        calls.append(request)
        return returned

    with pytest.raises(TypeError, match="a transport must return a Response, not "):
        client_of(handler, max_retries=2).sandboxes.list()
    with pytest.raises(TypeError, match="a transport must return a Response, not "):
        asyncio.run(_list(async_client_of(handler, max_retries=2)))
    assert len(calls) == 2


async def _list(client: AsyncSandboxSDK):
    return await client.sandboxes.list()


def test_a_coroutine_for_a_client_that_waits_is_no_answer() -> None:
    async def handler(request):
        return Response(200, json={})

    with pytest.raises(TypeError, match="not coroutine"):
        client_of(handler).sandboxes.list()


@pytest.mark.parametrize("transport", [3, "text", object()])
def test_something_that_is_no_transport_is_refused(transport) -> None:
    for make in (client_of, async_client_of):
        with pytest.raises(TypeError, match="`transport` must be a function, or have a method"):
            make(transport)


def test_answers_that_cannot_be_given() -> None:
    for bad in (Response(101), Response(600), Response(200, headers={"X-A": "a\r\nb: c"})):
        with pytest.raises(sandbox_sdk.APIConnectionError) as raised:
            client_of(lambda request, bad=bad: bad).sandboxes.list()
        assert isinstance(raised.value.__cause__, ValueError)


def test_a_body_shorter_than_it_says_is_a_lost_answer() -> None:
    with pytest.raises(sandbox_sdk.APIConnectionError) as raised:
        client_of(lambda request: Response(200, content=b"{}", headers={"Content-Length": "9"})).sandboxes.list()
    assert "cut short" in raised.value.detail


def test_a_streamed_body_is_read_as_it_is_asked_for_and_closed() -> None:
    given = []

    def pieces():
        for index in range(200):
            given.append(index)
            yield b"x" * 16384

    body = Body(pieces())
    client = client_of(lambda request: Response(200, body=body))
    with client.sandboxes.with_streaming_response.download("a", path="/x") as answer:
        assert len(next(answer.iter_bytes(16384))) == 16384
        assert len(given) < 100, "a slow reader is not sent more than it takes"
    del answer
    assert body.closed == 1
    assert (
        len(
            client_of(lambda request: Response(200, body=Body([b"ab", b"cd"])))
            .sandboxes.download("a", path="/x")
            .read()
        )
        == 4
    )


def test_a_streamed_body_may_break() -> None:
    problem = OSError("disk")

    def pieces():
        yield b"{"
        raise problem

    with pytest.raises(sandbox_sdk.APIConnectionError) as raised:
        client_of(lambda request: Response(200, body=Body(pieces()))).sandboxes.list()
    assert raised.value.__cause__ is problem


def test_an_upload_is_read_in_pieces_and_what_its_source_raises_comes_out() -> None:
    sizes = []

    def handler(request):
        sizes.extend(len(piece) for piece in request.iter_bytes())
        with pytest.raises(RuntimeError):
            list(request.iter_bytes())
        return Response(200, content=b"{}")

    client = client_of(handler)
    client.sandboxes.upload("a", path="/x", file=b"x" * 3_000_000)
    assert sum(sizes) > 3_000_000 and max(sizes) <= 65536

    class Mine(Exception):
        pass

    def source():
        yield b"x" * 100_000
        raise Mine

    with pytest.raises(Mine):
        client.sandboxes.upload("a", path="/x", file=source())


def test_a_compressed_answer_of_a_transport_is_given_as_its_headers_say() -> None:
    import gzip

    packed = gzip.compress(b'{"id": "a"}')
    client = client_of(lambda request: Response(200, content=packed, headers={"Content-Type": "application/json"}))
    with pytest.raises(sandbox_sdk.APIResponseValidationError):
        client.sandboxes.create()


@pytest.mark.parametrize("name", ["Content-Encoding", "content-encoding", b"Content-Encoding"])
@pytest.mark.parametrize("asynchronous", [False, True])
def test_a_plain_answer_s_content_is_decoded_whatever_the_case_of_its_headers(name, asynchronous) -> None:
    class Answer:
        status_code = 200
        headers = {name: "gzip", "Content-Length": "999", "X-Kept": "1"}
        content = b'{"id":"a"}'

    async def main() -> Any:
        async with async_client_of(lambda request: Answer()) as client:
            return await client.sandboxes.create(name="x")

    if asynchronous:
        assert asyncio.run(main()).id == "a"
    else:
        answer = client_of(lambda request: Answer()).sandboxes.with_raw_response.create(name="x")
        assert answer.parse().id == "a"
        assert answer.headers["x-kept"] == "1" and "content-encoding" not in answer.headers


def test_ctrl_c_and_exits_come_out_as_they_are() -> None:
    for kind in (KeyboardInterrupt, SystemExit):

        def handler(request, kind=kind):
            raise kind

        started = time.monotonic()
        client = client_of(handler, max_retries=5)
        with pytest.raises(kind):
            client.sandboxes.list()
        assert time.monotonic() - started < 0.4


def test_many_threads_share_one() -> None:
    client = client_of(lambda request: Response(200, json={"id": request.content.decode()}))
    results = []

    def work(number: int) -> None:
        for _ in range(20):
            results.append((number, client.sandboxes.create(name=str(number)).id))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 160
    assert all(body == f'{{"name":"{number}"}}' for number, body in results)


def test_copies_share_it_or_have_their_own() -> None:
    client = client_of(lambda request: Response(200, json={"id": "first"}))
    copy = client.with_options(timeout=2)
    other = client.with_options(transport=lambda request: Response(200, json={"id": "second"}))
    del client
    gc.collect()
    assert copy.sandboxes.create().id == "first"
    assert other.sandboxes.create().id == "second"


def test_a_transport_that_leads_back_to_its_client_is_no_leak() -> None:
    class Owner:
        def __init__(self, make) -> None:
            self.client = make(self.answer)

        def answer(self, request):
            return Response(200, json={})

    for make in (client_of, async_client_of):
        owner = Owner(make)
        if make is client_of:
            owner.client.sandboxes.list()
        gone = weakref.ref(owner)
        del owner
        gc.collect()
        assert gone() is None


def test_exchanges_leave_nothing_behind() -> None:
    import tracemalloc

    client = client_of(MockTransport(lambda request: Response(200, json={"id": "a"})))

    def failing(request):
        raise ValueError("no")

    broken = client_of(failing)
    tracemalloc.start()
    try:
        sizes = []
        for _ in range(3):
            for _ in range(300):
                client.sandboxes.list()
                with pytest.raises(sandbox_sdk.APIConnectionError):
                    broken.sandboxes.list()
            gc.collect()
            sizes.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
    assert sizes[2] - sizes[1] < 20_000


def test_an_exchange_that_is_over_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    from sandbox_sdk import _native
    from sandbox_sdk._transport import SyncTransport

    kept = []
    start = SyncTransport.start

    def keep(self, exchange, *rest):
        kept.append(exchange)
        return start(self, exchange, *rest)

    monkeypatch.setattr(SyncTransport, "start", keep)
    client_of(lambda request: Response(200, json={})).sandboxes.list()
    for use in (
        lambda: _native.exchange_read(kept[0], 1),
        lambda: _native.exchange_answer(kept[0], 200, []),
        lambda: _native.exchange_fail(kept[0], 1, "x"),
        lambda: _native.exchange_ready(kept[0]),
        lambda: _native.exchange_ready(None),
    ):
        with pytest.raises(ValueError):
            use()


# ---- clients for coroutines ----


def test_coroutines_answer_side_by_side() -> None:
    under_way = most = 0

    async def handler(request):
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.02)
        under_way -= 1
        return Response(200, json={"id": (await request.aread()).decode()})

    async def main() -> None:
        client = async_client_of(MockTransport(handler))
        made = await asyncio.gather(*(client.sandboxes.create(name=str(number)) for number in range(10)))
        assert [each.id for each in made] == [f'{{"name":"{number}"}}' for number in range(10)]
        assert most == 10

    asyncio.run(main())


def test_a_plain_function_answers_coroutines_as_well() -> None:
    client = async_client_of(MockTransport(lambda request: Response(200, json={"id": request.content.decode()})))
    assert asyncio.run(_made(client)) == '{"name":"x"}'


async def _made(client: AsyncSandboxSDK) -> str:
    return (await client.sandboxes.create(name="x")).id


def test_one_client_in_one_loop_after_another() -> None:
    client = async_client_of(MockTransport(lambda request: Response(200, json={"id": "a"})))
    for _ in range(3):
        assert asyncio.run(_made(client)) == "a"


def test_cancelling_a_call_cancels_the_task_of_its_exchange() -> None:
    told = []

    async def handler(request):
        told.append("started")
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            told.append("cancelled")
            raise

    async def main() -> None:
        client = async_client_of(handler)
        task = asyncio.create_task(client.sandboxes.list())
        while not told:
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.sleep(0.01)
        assert told == ["started", "cancelled"]
        with pytest.raises(sandbox_sdk.APITimeoutError):
            await client.sandboxes.list(timeout=0.05)
        await asyncio.sleep(0.01)
        assert told == ["started", "cancelled"] * 2
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(main())


def test_a_closed_client_ends_what_is_under_way() -> None:
    async def handler(request):
        await asyncio.sleep(30)

    async def main() -> None:
        client = async_client_of(handler)
        task = asyncio.create_task(client.sandboxes.list())
        await asyncio.sleep(0.01)
        await client.close()
        with pytest.raises(sandbox_sdk.APIConnectionError):
            await asyncio.wait_for(task, 5)

    asyncio.run(main())


def test_long_bodies_in_both_directions_go_in_pieces() -> None:
    class AsyncBody:
        def __init__(self) -> None:
            self.left = 100
            self.closed = 0

        async def aread(self, size: int) -> bytes:
            await asyncio.sleep(0)
            self.left -= 1
            return b"" if self.left < 0 else b"x" * 20_000

        async def aclose(self) -> None:
            self.closed += 1

    body = AsyncBody()
    sizes = []

    async def handler(request):
        if request.method == "GET":
            return Response(200, body=body)
        async for piece in request.aiter_bytes():
            sizes.append(len(piece))
        return Response(200, json={"id": "a"})

    async def source():
        for _ in range(40):
            await asyncio.sleep(0)
            yield b"y" * 50_000

    async def main() -> None:
        client = async_client_of(handler)
        await client.sandboxes.upload("a", path="/x", file=b"x" * 3_000_000)
        assert sum(sizes) > 3_000_000 and max(sizes) <= 65536
        sizes.clear()
        await client.sandboxes.upload("a", path="/x", file=source())
        assert sum(sizes) > 2_000_000
        answer = await client.sandboxes.download("a", path="/x")
        assert len(await answer.read()) == 2_000_000
        assert body.closed == 1
        body.left = 100
        async with client.sandboxes.with_streaming_response.download("a", path="/x") as streamed:
            async for _ in streamed.iter_bytes():
                break
            assert body.left > 50, "a slow reader is not sent more than it takes"
        await asyncio.sleep(0.01)
        assert body.closed == 2

    asyncio.run(main())


def test_what_an_upload_s_source_raises_comes_out_of_the_call() -> None:
    class Mine(Exception):
        pass

    async def source():
        yield b"x" * 100_000
        raise Mine

    async def handler(request):
        await request.aread()
        return Response(200, json={})

    async def main() -> None:
        with pytest.raises(Mine):
            await async_client_of(handler).sandboxes.upload("a", path="/x", file=source())

    asyncio.run(main())


def test_the_transport_of_a_closed_async_client_is_closed() -> None:
    class Closing(sandbox_sdk.AsyncTransport):
        closed = 0

        async def handle_async_request(self, request):
            return Response(200, json={})

        async def aclose(self) -> None:
            self.closed += 1

    async def main() -> None:
        transport = Closing()
        async with async_client_of(transport) as client:
            await client.sandboxes.list()
        assert transport.closed == 1

    asyncio.run(main())


def test_nothing_of_it_loads_httpx(run_python) -> None:
    done = run_python(
        "import sys\n"
        "from sandbox_sdk import MockTransport, Response, SandboxSDK\n"
        "transport = MockTransport(lambda request: Response(200, json={'id': 'a'}))\n"
        "client = SandboxSDK(api_key='k', transport=transport)\n"
        "assert client.sandboxes.create().id == 'a'\n"
        "assert not {'httpx', 'asyncio', 'pydantic', 'logging'} & set(sys.modules), sys.modules.keys()"
    )
    assert done.returncode == 0, done.stderr


if sys.version_info >= (3, 11):

    def test_a_task_group_with_one_failure_ends_the_others() -> None:
        async def handler(request):
            if b"bad" in await request.aread():
                return Response(400)
            return await asyncio.sleep(30)

        async def main() -> None:
            client = async_client_of(handler)
            with pytest.raises(BaseException, match="unhandled errors in a TaskGroup"):
                async with asyncio.TaskGroup() as group:
                    group.create_task(client.sandboxes.create(name="good"))
                    group.create_task(client.sandboxes.create(name="bad"))

        asyncio.run(main())


# ---- every event loop ----


@in_every_loop
def test_it_runs_in_every_kind_of_loop(run) -> None:
    import anyio

    states = []

    async def handler(request):
        states.append(request.method)
        if request.method == "GET":
            try:
                await anyio.sleep(30)
            except BaseException as stopped:
                states.append(type(stopped).__name__)
                raise
        body = await request.aread()
        await anyio.sleep(0.001)
        return Response(200, json={"id": str(len(body))})

    async def main() -> None:
        client = async_client_of(MockTransport(handler))
        assert int((await client.sandboxes.create(name="x")).id) == 12
        await client.sandboxes.upload("a", path="/x", file=b"x" * 3_000_000)
        with pytest.raises(sandbox_sdk.APITimeoutError):
            await client.sandboxes.list(timeout=0.05)
        with anyio.move_on_after(0.05):
            await client.sandboxes.list()
        await anyio.sleep(0.01)
        assert [state for state in states if state not in ("POST", "GET")] == [states[-1]] * 2
        await client.close()

    run(main)


def test_an_answer_in_pieces_that_is_not_taken_to_its_end_is_closed_at_once() -> None:
    closed, held = [], []

    async def endless() -> Any:
        try:
            while True:
                yield b"piece" * 100_000  # more than anybody takes
        finally:
            closed.append(True)

    class Endless:
        status_code = 200
        headers = {"content-type": "application/octet-stream"}

        def aiter_bytes(self) -> Any:
            held.append(endless())  # so that nothing but a close ends it
            return held[0]

    async def main() -> None:
        transport = MockTransport(lambda request: Endless())
        async with AsyncSandboxSDK(api_key="k", base_url="http://h.test", transport=transport) as client:
            async with client.sandboxes.with_streaming_response.download("a", path="/x"):
                await trio.sleep(0.05)
            await trio.sleep(0.05)
            assert closed == [True]

    trio.run(main)
