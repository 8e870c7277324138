"""What works, and what says what is missing, where httpx is not installed."""

from __future__ import annotations

import pytest
from recorder import Recorder

# Every import of these fails as if they were not there.
BEGINNING = """
import sys


class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("httpx", "httpcore", "httpx_aiohttp", "pydantic", "anyio"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


sys.meta_path.insert(0, Missing())
import sandbox_sdk
from sandbox_sdk import *

OPTIONS = {"api_key": "k", "base_url": sys.argv[1], "max_retries": 0}


def refused(make, *words):
    try:
        make()
    except ImportError as error:
        for word in words:
            assert word in str(error), error
    else:
        raise AssertionError("it was not refused")
"""


@pytest.mark.parametrize(
    "program",
    [
        # Every public name is there.
        "for name in sandbox_sdk.__all__: getattr(sandbox_sdk, name)",
        # The HTTP clients carry requests.
        "http_client = DefaultHttpxClient(timeout=3, limits=Limits(max_connections=2), headers={'X-Mine': '1'})\n"
        "with SandboxSDK(**OPTIONS, http_client=http_client) as client:\n"
        "    client.sandboxes.list()\n"
        "assert http_client.is_closed",
        "import asyncio\n"
        "async def main():\n"
        "    for kind in (DefaultAsyncHttpxClient, DefaultAioHttpClient):\n"
        "        async with AsyncSandboxSDK(**OPTIONS, http_client=kind()) as client:\n"
        "            await client.sandboxes.list()\n"
        "asyncio.run(main())",
        # What only httpx can do is refused by its name, with the way out.
        "refused(lambda: DefaultHttpxClient(transport=None, mounts={'all://': 1}),"
        " '`mounts` of DefaultHttpxClient', 'pip install sandbox-sdk[httpx]')\n"
        "import ssl\n"
        "refused(lambda: DefaultHttpxClient(verify=ssl.create_default_context()), '`verify`', 'sandbox-sdk[httpx]')\n"
        "refused(lambda: DefaultHttpxClient(cookies={'a': 'b'}), '`cookies`')\n"
        "refused(lambda: DefaultHttpxClient(event_hooks={'request': [print]}), '`event_hooks`')\n"
        "refused(lambda: DefaultHttpxClient(auth=print), '`auth`')\n"
        "refused(lambda: DefaultHttpxClient(http1=False, http2=True), '`http1`')\n"
        "refused(lambda: DefaultAsyncHttpxClient(mounts={'all://': 1}), '`mounts` of DefaultAsyncHttpxClient')\n"
        "refused(lambda: DefaultAioHttpClient(mounts={'all://': 1}), 'sandbox-sdk[aiohttp]')\n"
        "refused(lambda: DefaultHttpxClient().get('http://x.test'), 'client of its own', 'sandbox-sdk[httpx]')",
        "def derive():\n"
        "    class Mine(DefaultHttpxClient):\n"
        "        pass\n"
        "refused(derive, 'a subclass of DefaultHttpxClient', 'sandbox-sdk[httpx]')",
        # An argument that nobody knows.
        "refused(lambda: DefaultHttpxClient(nonsense=1), '`nonsense`')",
        # A transport in Python does not need it.
        "client = SandboxSDK(**OPTIONS, http_client=DefaultHttpxClient("
        "transport=MockTransport(lambda request: Response(200, json={'id': 'a'}))))\n"
        "assert client.sandboxes.create().id == 'a'",
        # A wrong kind is refused as ever.
        "try:\n"
        "    SandboxSDK(**OPTIONS, http_client=3)\n"
        "except TypeError as error:\n"
        "    assert 'Expected an instance of `httpx.Client` but got' in str(error)\n"
        "else:\n"
        "    raise AssertionError",
        "try:\n"
        "    SandboxSDK(**OPTIONS, http_client=DefaultAsyncHttpxClient())\n"
        "except TypeError as error:\n"
        "    assert 'Expected an instance of `httpx.Client` but got' in str(error)\n"
        "else:\n"
        "    raise AssertionError",
        # Timeouts are themselves.
        "import copy, pickle\n"
        "for made in (Timeout(5, read=1), Limits(max_connections=3)):\n"
        "    assert pickle.loads(pickle.dumps(made)) == made == copy.deepcopy(made)\n"
        "    assert isinstance(made, type(made))",
    ],
)
def test_without_httpx(program, run_python, server: Recorder) -> None:
    done = run_python(BEGINNING + program, server.url)
    assert done.returncode == 0, done.stderr


def test_the_block_is_one(run_python, server: Recorder) -> None:
    done = run_python(BEGINNING + "import httpx", server.url)
    assert "No module named 'httpx'" in done.stderr


def test_timeouts_are_copied_and_pickled_where_httpx_is_loaded() -> None:
    import copy
    import pickle

    import httpx
    import sandbox_sdk

    for made, kind in (
        (sandbox_sdk.Timeout(5, read=1), httpx.Timeout),
        (sandbox_sdk.Limits(max_connections=3), httpx.Limits),
    ):
        for again in (pickle.loads(pickle.dumps(made)), copy.copy(made), copy.deepcopy(made)):
            assert type(again) is type(made) and again == made
        assert isinstance(made, kind) and isinstance(made, type(made))
