"""Tests of a program that uses sandboxes, with respx in the place of the network: nothing can be deleted.

scripts/run python -m pytest examples/python/respx_test.py
"""

import httpx
import pytest
import respx
from sandbox_sdk import SandboxSDK


def clean_up(client: SandboxSDK) -> int:
    """The program: deletes all sandboxes and tells how many there were."""
    return client.sandboxes.delete_all().deleted_count


@pytest.fixture
def client() -> SandboxSDK:
    return SandboxSDK(api_key="test", base_url="http://sandboxes.test", max_retries=1)


@respx.mock
def test_it_tells_how_many_there_were(client: SandboxSDK) -> None:
    route = respx.delete("http://sandboxes.test/v1/sandboxes/delete-all")
    route.mock(return_value=httpx.Response(200, json={"deleted_count": 2, "deleted_ids": ["a", "b"]}))
    assert clean_up(client) == 2
    assert route.calls.last.request.headers["x-api-key"] == "test"


@respx.mock
def test_it_is_tried_again_where_the_server_is_busy(client: SandboxSDK) -> None:
    busy = httpx.Response(503, headers={"retry-after-ms": "1"})
    answers = [busy, httpx.Response(200, json={"deleted_count": 0, "deleted_ids": []})]
    route = respx.delete("http://sandboxes.test/v1/sandboxes/delete-all").mock(side_effect=answers)
    assert clean_up(client) == 0
    assert route.call_count == 2
