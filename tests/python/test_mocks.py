"""A mocked test never reaches the network: whatever library mocks httpx, and whenever the client was made.

Each program here runs in an interpreter of its own, with a trap in the place of the server: a connection to it is what
must not happen.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import strict

# What every program begins with. `every_way` makes a mocked `delete_all` in each way that there is.
BEGINNING = """
import asyncio, sys
import sandbox_sdk
from sandbox_sdk import AsyncSandboxSDK, DefaultAioHttpClient, DefaultAsyncHttpxClient, DefaultHttpxClient, SandboxSDK

URL = sys.argv[1]
OPTIONS = {"api_key": "k", "base_url": URL, "max_retries": 0}
PATH = "/v1/sandboxes/delete-all"
before = SandboxSDK(**OPTIONS)
async_before = AsyncSandboxSDK(**OPTIONS)
assert "httpx" not in sys.modules


def ways():
    yield before
    yield before.with_options(timeout=3)
    yield SandboxSDK(**OPTIONS)
    yield SandboxSDK(**OPTIONS, http_options={"max_connections": 3})
    yield SandboxSDK(**OPTIONS, http_client=DefaultHttpxClient(limits=sandbox_sdk.Limits()))
    import httpx

    yield SandboxSDK(**OPTIONS, http_client=httpx.Client())


def async_ways():
    yield async_before
    yield async_before.with_options(timeout=3)
    yield AsyncSandboxSDK(**OPTIONS)
    yield AsyncSandboxSDK(**OPTIONS, http_client=DefaultAsyncHttpxClient())
    yield AsyncSandboxSDK(**OPTIONS, http_client=DefaultAioHttpClient())
    import httpx

    yield AsyncSandboxSDK(**OPTIONS, http_client=httpx.AsyncClient())


def every_way(count):
    for client in ways():
        assert client.sandboxes.delete_all().deleted_count == count
        raw = client.sandboxes.with_raw_response.delete_all()
        assert raw.status_code == 200 and raw.parse().deleted_count == count
        with client.sandboxes.with_streaming_response.delete_all() as streamed:
            assert b"deleted_count" in streamed.read()
        assert client.delete(PATH, cast_to=dict)["deleted_count"] == count
        assert client.with_raw_response.sandboxes.delete_all().status_code == 200
    asyncio.run(every_async_way(count))


async def every_async_way(count):
    for client in async_ways():
        assert (await client.sandboxes.delete_all()).deleted_count == count
        raw = await client.sandboxes.with_raw_response.delete_all()
        assert raw.status_code == 200 and (await raw.parse()).deleted_count == count
        async with client.sandboxes.with_streaming_response.delete_all() as streamed:
            assert b"deleted_count" in await streamed.read()
        assert (await client.delete(PATH, cast_to=dict))["deleted_count"] == count


def cause_of(call):
    try:
        call()
    except sandbox_sdk.APIConnectionError as error:
        return error
    raise AssertionError("nothing was raised")


def async_cause_of(client):
    async def main():
        try:
            await client.sandboxes.list()
        except sandbox_sdk.APIConnectionError as error:
            return error
        raise AssertionError("nothing was raised")

    return asyncio.run(main())
"""


class Trap:
    """A listening socket that counts who connects, and answers nobody."""

    def __init__(self) -> None:
        self.connections = 0
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self) -> None:
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            self.connections += 1
            connection.close()


@pytest.fixture
def trap() -> Iterator[Trap]:
    made = Trap()
    yield made
    made.socket.close()


def run(program: str, trap: Trap, *arguments: str) -> None:
    done = subprocess.run(
        [*strict.PYTHON, "-c", BEGINNING + program, trap.url, *arguments],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-3000:]


def test_the_trap_sees_a_call_that_is_not_mocked(trap: Trap) -> None:
    run("import httpx\ncause_of(before.sandboxes.delete_all)", trap)
    assert trap.connections == 1


def test_respx(trap: Trap) -> None:
    run(
        """
import httpx, respx

with respx.mock(base_url=URL) as router:
    route = router.delete(PATH).mock(return_value=httpx.Response(200, json={"deleted_count": 3}))
    every_way(3)
    assert route.call_count == 6 * 5 + 6 * 4
    request = route.calls.last.request
    assert request.headers["x-api-key"] == "k" and request.headers["x-stainless-async"] == "async:asyncio"
    # What it has no answer for is what it says of that.
    for error in (cause_of(before.sandboxes.list), async_cause_of(async_before)):
        assert type(error) is sandbox_sdk.APIConnectionError and str(error) == "Connection error."
        assert type(error.__cause__).__name__ == "AllMockedAssertionError"
    router.get("/v1/sandboxes/list").mock(side_effect=httpx.ReadTimeout("slow"))
    for error in (cause_of(before.sandboxes.list), async_cause_of(async_before)):
        assert type(error) is sandbox_sdk.APITimeoutError and isinstance(error.__cause__, httpx.ReadTimeout)
    router.get("/v1/sandboxes/list").mock(side_effect=httpx.ConnectError("no"))
    for error in (cause_of(before.sandboxes.list), async_cause_of(async_before)):
        assert type(error) is sandbox_sdk.APIConnectionError and isinstance(error.__cause__, httpx.ConnectError)
    # The other way, by the client's own methods.
with respx.mock(base_url=URL, using="httpx") as router:
    router.delete(PATH).mock(return_value=httpx.Response(200, json={"deleted_count": 4}))
    every_way(4)
""",
        trap,
    )
    assert trap.connections == 0


def test_retries_and_bodies_over_respx(trap: Trap) -> None:
    run(
        """
import json, httpx, respx

client = before.with_options(max_retries=3)
with respx.mock(base_url=URL) as router:
    route = router.post("/v1/sandboxes/create").mock(side_effect=[
        httpx.Response(500, headers={"retry-after-ms": "1"}), httpx.ConnectError("no"),
        httpx.Response(200, json={"id": "a"})])
    raw = client.sandboxes.with_raw_response.create(name="x")
    assert raw.retries_taken == 2 and raw.parse().id == "a"
    assert [call.request.headers["x-stainless-retry-count"] for call in route.calls] == ["0", "1", "2"]
    assert len({call.request.headers["idempotency-key"] for call in route.calls}) == 1
    assert json.loads(route.calls.last.request.content) == {"name": "x"}
    upload = router.post("/v1/sandboxes/a/upload").mock(return_value=httpx.Response(200, json={}))
    client.sandboxes.upload("a", path="/x", file=b"bytes of mine")
    assert b"bytes of mine" in upload.calls.last.request.content
    router.get(path__startswith="/v1/sandboxes/a/download").mock(return_value=httpx.Response(200, content=b"back"))
    assert client.sandboxes.download("a", path="/x").read() == b"back"
    # Options that are set later count as well.
    client.api_key = "other"
    client.base_url = URL + "/deeper"
    client.max_retries = 0
    deeper = router.get("/deeper/v1/sandboxes/list").mock(return_value=httpx.Response(503))
    try:
        client.sandboxes.list()
    except sandbox_sdk.InternalServerError:
        pass
    assert deeper.call_count == 1 and deeper.calls.last.request.headers["x-api-key"] == "other"
    client.close()
    assert cause_of(client.sandboxes.list).code == "closed"
""",
        trap,
    )
    assert trap.connections == 0


def test_a_mock_that_has_ended_is_one_no_more(trap: Trap) -> None:
    run(
        """
import httpx, respx

for _ in range(3):
    with respx.mock(base_url=URL) as router:
        router.delete(PATH).mock(return_value=httpx.Response(200, json={"deleted_count": 3}))
        assert before.sandboxes.delete_all().deleted_count == 3
    assert "respx" not in repr(cause_of(before.sandboxes.delete_all).__cause__).lower()
""",
        trap,
    )
    assert trap.connections == 3


def test_what_respx_lets_pass_goes_where_the_client_s_own_connections_go(trap: Trap) -> None:
    run(
        """
import respx

proxied = SandboxSDK(api_key="k", base_url="http://nowhere.test", max_retries=0, http_options={"proxy": URL})
mapped = SandboxSDK(
    api_key="k", base_url="http://nowhere.test", max_retries=0, http_client=DefaultHttpxClient(proxy=URL)
)
with respx.mock(using="httpx") as router:
    router.route().pass_through()
    cause_of(proxied.sandboxes.list)
    cause_of(mapped.sandboxes.list)
""",
        trap,
    )
    assert trap.connections == 2


def test_vcr(trap: Trap, tmp_path: Path) -> None:
    cassette = tmp_path / "cassette.yaml"
    cassette.write_text(
        f"""
interactions:
- request: {{body: '', headers: {{}}, method: DELETE, uri: '{trap.url}/v1/sandboxes/delete-all'}}
  response:
    body: {{string: '{{"deleted_count": 9}}'}}
    content: '{{"deleted_count": 9}}'
    headers: {{Content-Type: [application/json]}}
    http_version: HTTP/1.1
    status: {{code: 200, message: OK}}
    status_code: 200
version: 1
"""
    )
    run(
        """
import vcr

with vcr.use_cassette(sys.argv[2], record_mode="none", allow_playback_repeats=True):
    every_way(9)
    for error in (cause_of(before.sandboxes.list), async_cause_of(async_before)):
        assert type(error.__cause__).__name__ == "CannotOverwriteExistingCassetteException"
""",
        trap,
        str(cassette),
    )
    assert trap.connections == 0


def test_plain_mock(trap: Trap) -> None:
    run(
        """
from unittest import mock
import httpx

def answer(*_, **__):
    return httpx.Response(200, json={"deleted_count": 5}, request=httpx.Request("DELETE", URL))

for target in ("httpx.Client.send", "httpx.HTTPTransport.handle_request"):
    with mock.patch(target, side_effect=answer) as mocked:
        assert before.sandboxes.delete_all().deleted_count == 5
        assert before.with_options(timeout=1).sandboxes.delete_all().deleted_count == 5
        assert mocked.call_count == 2
for target in ("httpx.AsyncClient.send", "httpx.AsyncHTTPTransport.handle_async_request"):
    with mock.patch(target, side_effect=answer) as mocked:
        assert asyncio.run(async_before.delete(PATH, cast_to=dict)) == {"deleted_count": 5}
        assert mocked.call_count == 1
# A mock of the one kind of client is none of the other.
with mock.patch("httpx.AsyncClient.send", side_effect=answer):
    assert cause_of(before.sandboxes.list).__cause__ is not None
""",
        trap,
    )
    assert trap.connections == 1


def test_a_mock_that_was_there_before_this_package(trap: Trap) -> None:
    program = """
import sys
import httpx, respx
with respx.mock(base_url=sys.argv[1]) as router:
    router.delete("/v1/sandboxes/delete-all").mock(return_value=httpx.Response(200, json={"deleted_count": 3}))
    from sandbox_sdk import SandboxSDK
    client = SandboxSDK(api_key="k", base_url=sys.argv[1], max_retries=0)
    assert client.sandboxes.delete_all().deleted_count == 3
"""
    done = subprocess.run(
        [*strict.PYTHON, "-c", program, trap.url],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert trap.connections == 0


def test_pytest_httpx(trap: Trap, tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        f"""
import asyncio
import httpx
import pytest
import sandbox_sdk
from sandbox_sdk import AsyncSandboxSDK, SandboxSDK

URL = {trap.url!r}
OPTIONS = {{"api_key": "k", "base_url": URL, "max_retries": 0}}
made_before = SandboxSDK(**OPTIONS)
PATH = "/v1/sandboxes/delete-all"

@pytest.fixture
def client():
    return SandboxSDK(**OPTIONS)

@pytest.mark.parametrize("number", range(2))
def test_sync(client, httpx_mock, number):
    for each in (client, made_before, client.with_options(timeout=2)):
        for _ in range(3):
            httpx_mock.add_response(method="DELETE", url=URL + PATH, json={{"deleted_count": 7}})
        assert each.sandboxes.delete_all().deleted_count == 7
        with each.sandboxes.with_streaming_response.delete_all() as streamed:
            assert streamed.read()
        assert each.delete(PATH, cast_to=dict) == {{"deleted_count": 7}}
    assert len(httpx_mock.get_requests()) == 9
    assert httpx_mock.get_requests()[0].headers["x-api-key"] == "k"

def test_async(httpx_mock):
    async def main():
        client = AsyncSandboxSDK(**OPTIONS)
        for _ in range(2):
            httpx_mock.add_response(method="DELETE", url=URL + PATH, json={{"deleted_count": 7}})
        assert (await client.sandboxes.delete_all()).deleted_count == 7
        async with client.sandboxes.with_streaming_response.delete_all() as streamed:
            assert await streamed.read()
    asyncio.run(main())

@pytest.mark.httpx_mock(assert_all_requests_were_expected=False)
def test_unmatched(client, httpx_mock):
    with pytest.raises(sandbox_sdk.APITimeoutError) as raised:
        client.sandboxes.list()
    assert isinstance(raised.value.__cause__, httpx.TimeoutException)

def test_failure(client, httpx_mock):
    httpx_mock.add_exception(httpx.ReadError("gone"))
    with pytest.raises(sandbox_sdk.APIConnectionError) as raised:
        client.sandboxes.delete_all()
    assert isinstance(raised.value.__cause__, httpx.ReadError) and raised.value.outcome_unknown
"""
    )
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(tmp_path), str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=tmp_path,
        env=environment,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    assert "5 passed" in done.stdout
    assert trap.connections == 0


def test_a_program_without_httpx_never_loads_what_looks_for_mocks(run_python, server) -> None:
    done = run_python(
        "import sys\n"
        "from sandbox_sdk import SandboxSDK\n"
        "SandboxSDK(api_key='k', base_url=sys.argv[1]).sandboxes.list()\n"
        "assert not [name for name in sys.modules if 'httpx' in name or 'mocks' in name]",
        server.url,
    )
    assert done.returncode == 0, done.stderr


def test_sessions_and_pages(trap: Trap) -> None:
    run(
        """
import httpx, respx


def answer(request):
    if request.method == "DELETE":
        return httpx.Response(200, json={})
    if request.url.path.endswith("execute"):
        return httpx.Response(200, json={"stdout": "hi", "stderr": "", "exit_code": 0})
    one = {"id": "a", "status": "running"}
    return httpx.Response(200, json={**one, "data": [one], "pagination": {"page": 1, "total_pages": 1}})


async def main():
    async with async_before.sandboxes.session(image="x") as session:
        assert (await session.run("echo hi")).stdout == "hi"
    assert [each.id async for each in async_before.sandboxes.each()] == ["a"]


with respx.mock(base_url=URL) as router:
    route = router.route().mock(side_effect=answer)
    with before.sandboxes.session(image="x") as session:
        assert session.run("echo hi").stdout == "hi"
    assert [each.id for each in before.sandboxes.each()] == ["a"]
    half = route.call_count
    asyncio.run(main())
    assert route.call_count == 2 * half
    assert [call.request.method for call in route.calls].count("DELETE") == 2
""",
        trap,
    )
    assert trap.connections == 0


# ---- aiohttp ----

# What the programs below begin with. `every_way_over_aiohttp` makes a mocked `delete_all` in each way that there is.
OVER_AIOHTTP = """
import aiohttp
from unittest import mock

over_aiohttp = AsyncSandboxSDK(**OPTIONS, http_client=DefaultAioHttpClient())


def ways_over_aiohttp():
    yield over_aiohttp
    yield over_aiohttp.with_options(timeout=3)
    yield async_before.with_options(http_client=DefaultAioHttpClient())
    yield AsyncSandboxSDK(**OPTIONS, http_client=DefaultAioHttpClient())
    yield AsyncSandboxSDK(**OPTIONS, http_client=DefaultAioHttpClient(local_address="127.0.0.1"))
    yield AsyncSandboxSDK(**OPTIONS, http_client=DefaultAioHttpClient(), http_options={"max_connections": 3})
    yield AsyncSandboxSDK(**OPTIONS, transport=print).with_options(http_client=DefaultAioHttpClient())


async def every_way_over_aiohttp(count):
    made = []
    for client in ways_over_aiohttp():
        assert (await client.sandboxes.delete_all()).deleted_count == count
        raw = await client.sandboxes.with_raw_response.delete_all()
        assert raw.status_code == 200 and (await raw.parse()).deleted_count == count
        async with client.sandboxes.with_streaming_response.delete_all() as streamed:
            assert b"deleted_count" in await streamed.read()
        assert (await client.delete(PATH, cast_to=dict))["deleted_count"] == count
        made.append(client)
    for client in made:
        await client.close()
"""

# Every import of these fails as if they were not there.
WITHOUT = """
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in sys.argv[2:]:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


sys.meta_path.insert(0, Missing())
"""


def test_aioresponses(trap: Trap) -> None:
    run(
        OVER_AIOHTTP
        + """
from aioresponses import aioresponses

assert "httpx" not in sys.modules
with aioresponses() as mocked:
    mocked.delete(URL + PATH, payload={"deleted_count": 3}, repeat=True)
    asyncio.run(every_way_over_aiohttp(3))
    (calls,) = mocked.requests.values()
    assert len(calls) == 7 * 4
    headers = calls[-1].kwargs["headers"]
    assert headers["x-api-key"] == "k" and headers["x-stainless-async"] == "async:asyncio"
""",
        trap,
    )
    assert trap.connections == 0


def test_what_aioresponses_answers_badly(trap: Trap) -> None:
    run(
        OVER_AIOHTTP
        + """
from aioresponses import aioresponses


async def main():
    with aioresponses() as mocked:
        # What it has no answer for is what it says of that.
        try:
            await over_aiohttp.sandboxes.list()
        except sandbox_sdk.APIConnectionError as error:
            assert "Connection refused: GET" in str(error.__cause__), error.__cause__
        mocked.get(URL + "/v1/sandboxes/list", exception=aiohttp.ServerTimeoutError("slow"))
        try:
            await over_aiohttp.sandboxes.list()
        except sandbox_sdk.APITimeoutError as error:
            assert "slow" in str(error.__cause__)
        # Retries, bodies and later options are the library's, as over every transport.
        client = over_aiohttp.with_options(max_retries=2)
        url = URL + "/v1/sandboxes/create"
        mocked.post(url, status=500, headers={"retry-after-ms": "1"})
        mocked.post(url, payload={"id": "a"})
        raw = await client.sandboxes.with_raw_response.create(name="x")
        assert raw.retries_taken == 1 and (await raw.parse()).id == "a"
        assert b'"name":"x"' in list(mocked.requests.values())[-1][-1].kwargs["data"].replace(b" ", b"")
        client.api_key = "other"
        mocked.get(URL + "/v1/sandboxes/list", status=503, headers={"x-should-retry": "false"})
        try:
            await client.sandboxes.list()
        except sandbox_sdk.InternalServerError:
            pass
        assert list(mocked.requests.values())[0][-1].kwargs["headers"]["x-api-key"] == "other"
        await client.close()
        try:
            await client.sandboxes.list()
        except sandbox_sdk.APIConnectionError as error:
            assert error.code == "closed"


asyncio.run(main())
""",
        trap,
    )
    assert trap.connections == 0


def test_aiohttp_that_is_not_mocked_carries_nothing(trap: Trap) -> None:
    run(
        OVER_AIOHTTP
        + """
from aioresponses import aioresponses

async_cause_of(over_aiohttp)
assert not [name for name in sys.modules if name.startswith(("httpx", "httpcore"))]
for _ in range(2):
    with aioresponses() as mocked:
        mocked.delete(URL + PATH, payload={"deleted_count": 3})
        assert asyncio.run(over_aiohttp.sandboxes.delete_all()).deleted_count == 3
# A mock that has ended is one no more, and one of aiohttp is none of the other clients'.
with mock.patch("httpx_aiohttp.AiohttpTransport.get_client", side_effect=AssertionError):
    assert "Assertion" not in repr(async_cause_of(over_aiohttp).__cause__)
with aioresponses():
    async_cause_of(async_before)
    async_cause_of(AsyncSandboxSDK(**OPTIONS, http_client=DefaultAsyncHttpxClient()))
# Nor has it to do with a transport of the program's own.
own = sandbox_sdk.MockTransport(lambda request: sandbox_sdk.Response(200, json={"deleted_count": 8}))
with aioresponses():
    over_own = AsyncSandboxSDK(**OPTIONS, http_client=DefaultAioHttpClient(transport=own))
    assert asyncio.run(over_own.sandboxes.delete_all()).deleted_count == 8
asyncio.run(over_aiohttp.close())
""",
        trap,
    )
    assert trap.connections == 4


def test_what_aioresponses_lets_pass_goes_over_aiohttp(trap: Trap) -> None:
    run(
        OVER_AIOHTTP
        + """
from aioresponses import aioresponses

with aioresponses(passthrough=[URL]):
    error = async_cause_of(over_aiohttp)
    assert isinstance(error.__cause__.__cause__, aiohttp.ClientError), error.__cause__.__cause__
asyncio.run(over_aiohttp.close())
""",
        trap,
    )
    assert trap.connections == 2  # aiohttp itself sends a GET once more


@pytest.mark.parametrize(
    "target",
    [
        "aiohttp.ClientSession.request",
        "aiohttp.ClientSession._request",
        "aiohttp.TCPConnector.connect",
        "aiohttp.TCPConnector._create_connection",
        "aiohttp.TCPConnector._resolve_host",
        "httpx_aiohttp.AiohttpTransport.handle_async_request",
    ],
)
def test_plain_mocks_of_aiohttp(trap: Trap, target: str) -> None:
    run(
        OVER_AIOHTTP
        + """
with mock.patch(sys.argv[2], side_effect=AssertionError("mocked")) as mocked:
    assert "mocked" in repr(async_cause_of(over_aiohttp).__cause__)
    assert mocked.call_count == 1
asyncio.run(over_aiohttp.close())
""",
        trap,
        target,
    )
    assert trap.connections == 0


def test_aioresponses_that_was_there_before_this_package(trap: Trap) -> None:
    program = """
import asyncio, sys
from aioresponses import aioresponses

async def main():
    with aioresponses() as mocked:
        mocked.delete(sys.argv[1] + "/v1/sandboxes/delete-all", payload={"deleted_count": 3})
        from sandbox_sdk import AsyncSandboxSDK, DefaultAioHttpClient
        made = AsyncSandboxSDK(api_key="k", base_url=sys.argv[1], max_retries=0, http_client=DefaultAioHttpClient())
        async with made as client:
            assert (await client.sandboxes.delete_all()).deleted_count == 3

asyncio.run(main())
"""
    done = subprocess.run(
        [*strict.PYTHON, "-c", program, trap.url],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0 and not strict.without_slow_callbacks(done.stderr), done.stderr
    assert trap.connections == 0


@pytest.mark.parametrize("missing", ["httpx_aiohttp", "httpx"])
def test_a_mock_of_aiohttp_without_the_extra_is_refused(trap: Trap, missing: str) -> None:
    run(
        WITHOUT
        + OVER_AIOHTTP
        + """
from aioresponses import aioresponses


def refused(*words):
    for client in (over_aiohttp, over_aiohttp.with_options(timeout=2)):
        for call in (client.sandboxes.delete_all, client.sandboxes.with_raw_response.delete_all):
            try:
                asyncio.run(call())
            except ImportError as error:
                for word in (*words, "needs the package " + sys.argv[2], "pip install sandbox-sdk[aiohttp]"):
                    assert word in str(error), error
            else:
                raise AssertionError("it was not refused")


with aioresponses() as mocked:
    mocked.delete(URL + PATH, payload={"deleted_count": 3}, repeat=True)
    refused("aiohttp.client.ClientSession._request", "aioresponses.core")
    if sys.argv[2] != "httpx":
        # What only looks on at httpx lets requests pass.
        import httpx

        real_send = httpx.AsyncClient.send
        with mock.patch("httpx.AsyncClient.send", lambda *given, **options: real_send(*given, **options)):
            refused("aiohttp.client.ClientSession._request", "aioresponses.core")
with mock.patch("aiohttp.TCPConnector.connect"):
    refused("aiohttp.connector.TCPConnector.connect", "unittest.mock")
""",
        trap,
        missing,
    )
    assert trap.connections == 0


def test_sessions_pages_and_files_over_aioresponses(trap: Trap) -> None:
    run(
        OVER_AIOHTTP
        + """
import re
from aioresponses import aioresponses


async def main():
    with aioresponses() as mocked:
        one = {"id": "a", "status": "running"}
        mocked.post(URL + "/v1/sandboxes/create", payload=one)
        page = {"data": [one], "pagination": {"page": 1, "total_pages": 1}}
        mocked.get(re.compile(".*/list"), payload=page, repeat=True)
        mocked.post(re.compile(".*/execute"), payload={"stdout": "hi", "stderr": "", "exit_code": 0})
        mocked.post(re.compile(".*/upload"), payload={})
        mocked.get(re.compile(".*/download"), body=b"back")
        mocked.get(re.compile(".*/a($|[?])"), payload=one, repeat=True)
        mocked.delete(re.compile(".*/a"), payload={})
        async with over_aiohttp.sandboxes.session(image="x") as session:
            assert (await session.run("echo hi")).stdout == "hi"
            await over_aiohttp.sandboxes.upload("a", path="/x", file=b"bytes of mine")
            assert await (await over_aiohttp.sandboxes.download("a", path="/x")).read() == b"back"
        assert [each.id async for each in over_aiohttp.sandboxes.each()] == ["a"]
    await over_aiohttp.close()


asyncio.run(main())
""",
        trap,
    )
    assert trap.connections == 0
