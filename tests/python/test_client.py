"""Making, changing, copying and closing a client."""

from __future__ import annotations

import asyncio
import contextlib
import math

import pytest
import sandbox_sdk
from recorder import Recorded, Recorder
from sandbox_sdk import APIConnectionError, AsyncSandboxSDK, Omit, SandboxSDK, SandboxSDKError, Timeout


def make(server: Recorder, **options: object) -> SandboxSDK:
    return SandboxSDK(**{"api_key": "test-key", "base_url": server.url, **options})


def test_a_missing_key_is_an_error_that_says_how_to_set_it() -> None:
    with pytest.raises(SandboxSDKError, match="SANDBOX_SDK_API_KEY") as caught:
        SandboxSDK()
    assert caught.value.code == "configuration"


def test_the_environment_gives_key_and_url(server: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANDBOX_SDK_API_KEY", "from-environment")
    monkeypatch.setenv("SANDBOX_SDK_BASE_URL", server.url)
    with SandboxSDK() as client:
        client.sandboxes.list()
    assert server.request.header("x-api-key") == "from-environment"


def test_a_key_of_the_environment_may_be_empty(server: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANDBOX_SDK_API_KEY", "")
    with SandboxSDK(base_url=server.url) as client, client.copy(max_retries=1) as copy:
        assert client.api_key == copy.api_key == ""
        client.sandboxes.list()
    assert server.request.header("x-api-key") == ""


def test_an_option_beats_the_environment(server: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANDBOX_SDK_API_KEY", "from-environment")
    monkeypatch.setenv("SANDBOX_SDK_BASE_URL", "http://127.0.0.1:1")
    with make(server) as client:
        client.sandboxes.list()
    assert server.request.header("x-api-key") == "test-key"


def test_the_request_says_who_sends_it(client: SandboxSDK, server: Recorder) -> None:
    import platform

    client.sandboxes.list()
    request = server.request
    assert request.header("User-Agent") == f"SandboxSDK/Python {sandbox_sdk.__version__}"
    assert request.header("X-Stainless-Lang") == "python"
    assert request.header("X-Stainless-Package-Version") == sandbox_sdk.__version__
    assert request.header("X-Stainless-Runtime") == platform.python_implementation()
    assert request.header("X-Stainless-Runtime-Version") == platform.python_version()
    assert request.header("X-Stainless-Async") == "false"


def test_default_headers_and_query_are_sent_and_removed(server: Recorder) -> None:
    with make(server, default_headers={"X-Team": "a", "X-Stainless-OS": Omit()}, default_query={"team": "a"}) as client:
        client.sandboxes.list(page=2)
        client.sandboxes.list(extra_headers={"x-team": "b"}, extra_query={"team": ["c", "d"]})
    first, second = server.requests
    assert first.header("X-Team") == "a"
    assert first.header("X-Stainless-OS") is None
    assert first.query == {"team": ["a"], "page": ["2"]}
    assert second.header("X-Team") == "b"
    assert second.query == {"team": ["c,d"]}


def test_options_can_be_set_on_a_living_client(client: SandboxSDK, server: Recorder) -> None:
    client.api_key = "other-key"
    client.max_retries = 5
    client.timeout = Timeout(7, read=3)
    client.sandboxes.list()
    assert server.request.header("x-api-key") == client.api_key == "other-key"
    assert server.request.header("x-stainless-read-timeout") == "3"
    assert client.max_retries == 5
    assert client.timeout == Timeout(7, read=3)
    client.base_url = "http://127.0.0.1:1/v9"
    assert client.base_url == "http://127.0.0.1:1/v9/"
    assert (client.base_url.host, client.base_url.port, client.base_url.path) == ("127.0.0.1", 1, "/v9/")


def test_setting_a_wrong_option_changes_nothing(client: SandboxSDK) -> None:
    before = client.base_url
    with pytest.raises(SandboxSDKError):
        client.base_url = "not a url"
    with pytest.raises(ValueError, match="timeout"):
        client.timeout = -1
    assert client.base_url == before
    assert client.timeout == sandbox_sdk.DEFAULT_TIMEOUT


def test_the_defaults(client: SandboxSDK, server: Recorder) -> None:
    with make(server) as fresh:
        assert fresh.max_retries == 2
        assert fresh.timeout == Timeout(60, connect=5)
    assert sandbox_sdk.DEFAULT_MAX_RETRIES == 2


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"api_key": 7}, TypeError, "`api_key` must be a str, not int"),
        ({"api_key": "a\0b"}, ValueError, "`api_key` holds a NUL"),
        ({"api_key": "a\r\nb"}, ValueError, "api_key"),
        ({"base_url": "ftp://example.com"}, SandboxSDKError, "base_url"),
        ({"timeout": -1}, ValueError, "`timeout` must not be negative"),
        ({"timeout": math.nan}, ValueError, "`timeout` must not be negative or NaN"),
        ({"timeout": "5"}, TypeError, "`timeout` must be a number of seconds"),
        ({"timeout": Timeout(5, read="x")}, TypeError, "`timeout.read` must be a number of seconds"),
        ({"max_retries": None}, TypeError, "max_retries cannot be None"),
        ({"max_retries": -1}, ValueError, "`max_retries` must be between 0"),
        ({"max_retries": 1.5}, TypeError, "`max_retries` must be an int, not float"),
        ({"default_headers": ["a"]}, TypeError, "`default_headers` must be a mapping"),
        ({"default_headers": {"X-A": 5}}, TypeError, "`X-A` must be a str, not int"),
        ({"default_headers": {"X-A": "a\nb"}}, ValueError, "X-A"),
        ({"default_headers": {"X-A": "a\0b"}}, ValueError, "`X-A` holds a NUL"),
        ({"default_query": "a=b"}, TypeError, "`default_query` must be a mapping"),
        ({"deadline": "soon"}, TypeError, "`deadline`"),
        ({"nonsense": 1}, TypeError, "nonsense"),
    ],
)
def test_a_wrong_option_is_named(server: Recorder, options: dict, error: type, words: str) -> None:
    with pytest.raises(error, match=words):
        make(server, **options)


def test_infinite_retries_stay_infinite(server: Recorder) -> None:
    with make(server, max_retries=math.inf) as client:
        assert client.max_retries == math.inf


def test_a_copy_merges_or_replaces_headers_and_query(server: Recorder) -> None:
    with make(server, default_headers={"X-A": "1", "X-B": "1"}, default_query={"a": 1, "b": 1}) as client:
        client.with_options(default_headers={"x-b": "2"}, default_query={"b": 2}).sandboxes.list()
        client.copy(set_default_headers={"X-C": "3"}, set_default_query={}).sandboxes.list()
        client.copy(set_default_headers={}).sandboxes.list()
        client.sandboxes.list()
    merged, replaced, emptied, untouched = server.requests
    assert (merged.header("X-A"), merged.header("X-B"), merged.query) == ("1", "2", {"a": ["1"], "b": ["2"]})
    assert (replaced.header("X-A"), replaced.header("X-C"), replaced.query) == (None, "3", {})
    assert (emptied.header("X-A"), emptied.header("X-B")) == (None, None)
    assert (untouched.header("X-B"), untouched.query) == ("1", {"a": ["1"], "b": ["1"]})


@pytest.mark.parametrize("what", ["headers", "query"])
def test_a_copy_cannot_merge_and_replace(client: SandboxSDK, what: str) -> None:
    with pytest.raises(ValueError, match="mutually exclusive"):
        client.copy(**{f"default_{what}": {}, f"set_default_{what}": {}})


def test_a_copy_shares_connections_and_has_its_own_options(server: Recorder) -> None:
    with make(server) as client:
        client.sandboxes.list()
        copy = client.with_options(api_key="copied", timeout=9, max_retries=7, deadline=30)
        copy.sandboxes.list()
        assert (copy.timeout, copy.max_retries) == (9, 7)
        assert (client.api_key, client.max_retries) == ("test-key", 2)
        assert client.sandboxes is not copy.sandboxes
    assert server.connections == 1
    assert [request.header("x-api-key") for request in server.requests] == ["test-key", "copied"]


def test_a_copy_is_of_the_same_class_and_keeps_its_attributes(server: Recorder) -> None:
    class Mine(SandboxSDK):
        def __init__(self, tenant: str, **options: object) -> None:
            super().__init__(**options)
            self.tenant = tenant

    with Mine("a", api_key="k", base_url=server.url) as client:
        copy = client.with_options(max_retries=0)
        assert type(copy) is Mine
        assert copy.tenant == "a"
        copy.sandboxes.list()
    assert server.request.header("User-Agent").startswith("Mine/Python ")


def test_a_subclass_authenticates_in_its_own_way(server: Recorder) -> None:
    class Bearer(SandboxSDK):
        @property
        def auth_headers(self) -> dict[str, str]:
            return {"Authorization": f"Bearer {self.api_key}", "x-api-key": Omit()}

    with Bearer(api_key="token", base_url=server.url) as client:
        client.sandboxes.list()
        client.sandboxes.list(extra_headers={"authorization": "Basic x"})
        client.api_key = "new"
        client.with_options(max_retries=0).sandboxes.list()
    assert [request.header("Authorization") for request in server.requests] == ["Bearer token", "Basic x", "Bearer new"]
    assert [request.header("x-api-key") for request in server.requests] == [None, None, None]


class Proving(SandboxSDK):
    """Proves who asks in its own way."""

    @property
    def auth_headers(self) -> dict[str, str]:
        return {"Authorization": "Bearer own", "X-Token": "own-token"}


class Defaulting(SandboxSDK):
    """The same, and a header that proves nothing, by the defaults."""

    @property
    def default_headers(self) -> dict[str, object]:
        return {**super().default_headers, "authorization": "Bearer own", "cookie": "a=own", "X-Plain": "1"}


PROOFS = ("x-api-key", "authorization", "x-token", "cookie")


def proofs(request: Recorded) -> dict[str, str]:
    return {name: value for name in PROOFS if (value := request.header(name)) is not None}


@pytest.mark.parametrize(
    ("kind", "sent"),
    [
        (Proving, {"authorization": "Bearer own", "x-token": "own-token"}),
        (Defaulting, {"x-api-key": "k", "authorization": "Bearer own", "cookie": "a=own"}),
    ],
)
def test_what_a_subclass_proves_itself_by_stays_with_its_server(server: Recorder, kind: type, sent: dict) -> None:
    with contextlib.closing(Recorder()) as other, kind(api_key="k", base_url=server.url, max_retries=0) as client:
        server.answer({}, status=307, headers={"Location": other.url + "/final"})
        server.answer({})
        client.get("/redirected", cast_to=object)
        client.get(other.url + "/elsewhere", cast_to=object)
        client.get(other.url, cast_to=object, options={"headers": {"x-token": "mine", "Authorization": "Basic mine"}})
        client.sandboxes.list(extra_headers={"Authorization": "Basic mine"})
        assert proofs(server.requests[0]) == sent
        assert [proofs(request) for request in other.requests[:2]] == [{}, {}]
        assert proofs(other.requests[2]) == {"x-token": "mine", "authorization": "Basic mine"}
        assert proofs(server.requests[1]) == {**sent, "authorization": "Basic mine"}
        if kind is Defaulting:
            assert [request.header("X-Plain") for request in other.requests] == ["1", "1", "1"]


def test_a_started_session_of_a_subclass_proves_itself_in_each_request(server: Recorder) -> None:
    class Asynchronous(AsyncSandboxSDK):
        auth_headers = Proving.auth_headers

    async def main() -> None:
        async with Asynchronous(api_key="k", base_url=server.url) as client:
            session = await client.sandboxes.session(name="s")
            session.keep()

    server.answer({"id": "a", "status": "pending"})
    server.answer({"data": [{"id": "a", "status": "running"}]})
    asyncio.run(main())
    assert [request.path for request in server.requests] == ["/v1/sandboxes/create", "/v1/sandboxes/list"]
    assert {tuple(proofs(request).items()) for request in server.requests} == {
        (("authorization", "Bearer own"), ("x-token", "own-token"))
    }


def test_a_copy_of_a_subclass_may_have_other_arguments(server: Recorder) -> None:
    class Tenant(SandboxSDK):
        def __init__(self, *, tenant: str, **options: object) -> None:
            super().__init__(**options)
            self.tenant = tenant

        def copy(self, **options: object) -> Tenant:
            return super().copy(_extra_kwargs={"tenant": self.tenant + "!"}, **options)

    with Tenant(tenant="a", api_key="k", base_url=server.url, timeout=7, max_retries=0) as client:
        copy = client.copy(max_retries=5, default_headers={"X-More": "1"})
        copy.sandboxes.list()
        assert (copy.tenant, copy.max_retries, copy.timeout, copy.api_key) == ("a!", 5, 7, "k")
        assert server.request.header("X-More") == "1"
        assert copy.copy().tenant == "a!!"
    assert copy.is_closed()


def test_closing_is_for_good_and_can_be_repeated(client: SandboxSDK, server: Recorder) -> None:
    assert not client.is_closed()
    client.close()
    client.close()
    assert client.is_closed()
    with pytest.raises(APIConnectionError, match="closed") as caught:
        client.sandboxes.list()
    assert caught.value.code == "closed"
    assert isinstance(caught.value.__cause__, RuntimeError)
    assert caught.value.request.url.path == "/v1/sandboxes/list"
    assert server.requests == []


def test_closing_a_copy_closes_what_it_shares(client: SandboxSDK) -> None:
    client.with_options(max_retries=1).close()
    assert client.is_closed()
    with pytest.raises(APIConnectionError, match="closed"):
        client.sandboxes.list()


def test_leaving_a_with_block_closes(server: Recorder) -> None:
    with make(server) as client:
        pass
    assert client.is_closed()


def test_a_resource_is_made_once_and_can_be_patched(client: SandboxSDK, server: Recorder, monkeypatch) -> None:
    assert client.sandboxes is client.sandboxes
    monkeypatch.setattr(client.sandboxes, "delete_all", lambda: "patched")
    assert client.sandboxes.delete_all() == "patched"
    assert server.requests == []


def test_a_client_does_not_show_its_key(client: SandboxSDK) -> None:
    assert "test-key" not in repr(client) + repr(vars(client)) + repr(client.sandboxes)


def test_the_client_is_also_called_client() -> None:
    assert sandbox_sdk.Client is SandboxSDK
    assert SandboxSDK.__module__ == "sandbox_sdk"
