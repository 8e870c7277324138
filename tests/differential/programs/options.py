"""The constructor's options, the environment, and copies of a client."""

from __future__ import annotations

import math

from lab import KEY, Lab, program

from programs.answers import PAGE, SANDBOX


async def listed(lab: Lab, client, label: str = "listed") -> None:
    lab.answer(PAGE)
    await lab.attempt(label, lambda: client.sandboxes.list())


@program
async def no_key(lab: Lab) -> None:
    await lab.attempt("made", lambda: lab.client_class()())


@program(environment={"SANDBOX_SDK_API_KEY": "key-of-the-environment"})
async def key_of_the_environment(lab: Lab) -> None:
    client = lab.client(api_key=None)
    lab.note("key", client.api_key)
    await listed(lab, client)


@program(environment={"SANDBOX_SDK_API_KEY": ""})
async def empty_key_of_the_environment(lab: Lab) -> None:
    client = lab.client(api_key=None)
    lab.note("key", client.api_key)
    await listed(lab, client)


@program
async def copied_subclass_with_other_arguments(lab: Lab) -> None:
    class Tenant(lab.client_class()):
        def __init__(self, *, tenant, **given) -> None:
            super().__init__(**given)
            self.tenant = tenant

        def copy(self, **given):
            return super().copy(_extra_kwargs={"tenant": "other"}, **given)

    client = Tenant(tenant="one", api_key=KEY, base_url=lab.url, max_retries=0)
    copy = client.copy(timeout=9, default_headers={"X-More": "1"})
    lab.note("tenants", [client.tenant, copy.tenant, copy.timeout, copy.max_retries])
    await listed(lab, copy)
    await lab.result(client.close())


@program(environment={"SANDBOX_SDK_API_KEY": "key-of-the-environment"})
async def option_beats_environment(lab: Lab) -> None:
    await listed(lab, lab.client(api_key="given"))


@program(environment={"SANDBOX_SDK_BASE_URL": "http://127.0.0.1:9/of/the/environment"})
async def base_url_of_the_environment(lab: Lab) -> None:
    client = lab.client_class()(api_key=KEY)
    lab.note("base_url", client.base_url)
    await lab.result(client.close())
    lab.note("given", lab.client(base_url="http://127.0.0.1:9/given").base_url)


@program(
    {
        "bare": "http://example.com",
        "slash": "http://example.com/",
        "path": "http://example.com/api/v2",
        "path and slash": "https://example.com/api/",
        "port": "http://example.com:8080/x",
        "default port": "https://example.com:443/x",
        "capitals": "HTTP://EXAMPLE.com/Path",
        "address": "http://[::1]:8080",
    }
)
async def base_urls(lab: Lab, url) -> None:
    client = lab.client(base_url=url)
    lab.note("base_url", client.base_url)
    lab.note("text", str(client.base_url))
    lab.note("equal", client.base_url == str(client.base_url))


@program
async def base_url_with_a_path(lab: Lab) -> None:
    client = lab.client(base_url=f"{lab.url}/api/v2")
    await listed(lab, client)
    lab.answer({"a": 1})
    await lab.attempt("custom", lambda: client.get("/foo", cast_to=object))
    lab.answer({"a": 1})
    await lab.attempt("without a slash", lambda: client.get("foo", cast_to=object))


@program
async def set_on_a_living_client(lab: Lab) -> None:
    client = lab.client()
    client.api_key = "another"
    client.base_url = f"{lab.url}/else/where"
    client.timeout = 7
    client.max_retries = 1
    lab.note("now", [client.api_key, str(client.base_url), client.timeout, client.max_retries])
    await listed(lab, client)


@program
async def defaults(lab: Lab) -> None:
    client = lab.client_class()(api_key=KEY)
    lab.note("max_retries", client.max_retries)
    lab.note("timeout", client.timeout)
    lab.note("closed", client.is_closed())
    lab.note("default_query", client.default_query)
    lab.note("auth_headers", client.auth_headers)
    lab.note("custom_auth", client.custom_auth)
    lab.note("names", sorted(client.default_headers))
    await lab.result(client.close())


@program
async def constants(lab: Lab) -> None:
    sdk = lab.sdk
    lab.note("DEFAULT_TIMEOUT", sdk.DEFAULT_TIMEOUT)
    lab.note("DEFAULT_MAX_RETRIES", sdk.DEFAULT_MAX_RETRIES)
    lab.note("DEFAULT_CONNECTION_LIMITS", sdk.DEFAULT_CONNECTION_LIMITS)
    lab.note("__title__", sdk.__title__)
    lab.note("falsy", [bool(sdk.not_given), bool(sdk.NOT_GIVEN), bool(sdk.omit)])
    lab.note("repr", [repr(sdk.not_given), repr(sdk.NOT_GIVEN)])
    lab.note("aliases", [sdk.Client is sdk.SandboxSDK, sdk.AsyncClient is sdk.AsyncSandboxSDK])
    lab.note("NoneType", sdk.NoneType)


@program
async def every_public_name(lab: Lab) -> None:
    names = [
        "APIConnectionError",
        "APIError",
        "APIResponseValidationError",
        "APIStatusError",
        "APITimeoutError",
        "AsyncClient",
        "AsyncSandboxSDK",
        "AsyncStream",
        "AuthenticationError",
        "BadRequestError",
        "BaseModel",
        "Client",
        "ConflictError",
        "DEFAULT_CONNECTION_LIMITS",
        "DEFAULT_MAX_RETRIES",
        "DEFAULT_TIMEOUT",
        "DefaultAioHttpClient",
        "DefaultAsyncHttpxClient",
        "DefaultHttpxClient",
        "InternalServerError",
        "NOT_GIVEN",
        "NoneType",
        "NotFoundError",
        "NotGiven",
        "Omit",
        "PermissionDeniedError",
        "ProxiesTypes",
        "RateLimitError",
        "RequestOptions",
        "SandboxSDK",
        "SandboxSDKError",
        "Stream",
        "Timeout",
        "Transport",
        "UnprocessableEntityError",
        "__title__",
        "__version__",
        "file_from_path",
        "not_given",
        "omit",
        "types",
        "APIResponse",
        "AsyncAPIResponse",
        "resources",
    ]
    lab.note("missing", [name for name in names if not hasattr(lab.sdk, name)])
    namespace: dict = {}
    exec("from sandbox_sdk import *", namespace)
    lab.note("by *", [name for name in names[:-3] if name not in namespace])


@program({"none": None, "number": 20, "float": 2.5, "zero": 0, "small": 0.001})
async def timeout_header(lab: Lab, timeout) -> None:
    client = lab.client(timeout=timeout)
    lab.note("timeout", client.timeout)
    if timeout in (0, 0.001):
        return
    await listed(lab, client)


@program
async def timeout_objects(lab: Lab) -> None:
    Timeout = lab.sdk.Timeout
    for label, timeout in {
        "one": Timeout(5),
        "parts": Timeout(60.0, read=5.0, write=10.0, connect=2.0),
        "none": Timeout(None),
        "some none": Timeout(5, read=None),
        "tuple": Timeout((1, 2, 3, 4)),
        "all parts": Timeout(connect=1, read=2, write=3, pool=4),
    }.items():
        client = lab.client(timeout=timeout)
        lab.note(label, [client.timeout, timeout.connect, timeout.read, timeout.write, timeout.pool, timeout.as_dict()])
        await listed(lab, client, f"{label} sent")
    lab.note("equal", [Timeout(5) == Timeout(5.0), Timeout(5) == Timeout(6), Timeout(5) == 5])
    for label, given in {"nothing": {}, "too little": {"read": 1}}.items():
        try:
            Timeout(**given)
        except ValueError:
            lab.note(label, "refused")
    await lab.attempt("copied", lambda: Timeout(Timeout(1, read=2)))


@program
async def timeout_of_httpx(lab: Lab) -> None:
    import httpx

    client = lab.client(timeout=httpx.Timeout(60.0, read=5.0, write=10.0, connect=2.0))
    lab.note("timeout", client.timeout)
    await listed(lab, client)
    lab.answer(PAGE)
    await lab.attempt("a call's own", lambda: client.sandboxes.list(timeout=httpx.Timeout(3)))
    lab.note("equal", client.timeout == httpx.Timeout(60.0, read=5.0, write=10.0, connect=2.0))


@program({"none": None, "number": 3, "float": 4.5, "not given": "not_given"})
async def timeout_of_a_call(lab: Lab, timeout) -> None:
    client = lab.client(timeout=20)
    lab.answer(PAGE)
    given = lab.sdk.not_given if timeout == "not_given" else timeout
    await lab.attempt("result", lambda: client.sandboxes.list(timeout=given))


@program
async def max_retries_none(lab: Lab) -> None:
    await lab.attempt("made", lambda: lab.client(max_retries=None))


@program
async def max_retries_unlimited(lab: Lab) -> None:
    client = lab.client(max_retries=1000)
    for _ in range(4):
        lab.answer({"error": "later"}, status=503, headers={"retry-after-ms": 1})
    await listed(lab, client)


@program
async def default_headers(lab: Lab) -> None:
    client = lab.client(default_headers={"X-One": "1", "user-agent": "mine", "X-Stainless-OS": "Plan9"})
    await listed(lab, client)
    lab.note("one", client.default_headers.get("X-One"))


@program
async def default_headers_removed(lab: Lab) -> None:
    Omit = lab.sdk.Omit
    client = lab.client(default_headers={"X-Stainless-Lang": Omit(), "Accept": Omit(), "User-Agent": Omit()})
    await listed(lab, client)


@program
async def default_query(lab: Lab) -> None:
    client = lab.client(default_query={"a": 1, "list": [1, 2], "deep": {"b": True}, "page": 9, "nothing": None})
    lab.note("default_query", client.default_query)
    await listed(lab, client)
    lab.answer(PAGE)
    await lab.attempt("overridden", lambda: client.sandboxes.list(page=3))
    lab.answer(PAGE)
    await lab.attempt("by the call", lambda: client.sandboxes.list(extra_query={"a": "other", "page": 4}))
    lab.answer(SANDBOX)
    await lab.attempt("on a POST", lambda: client.sandboxes.create())


@program
async def default_query_omitted(lab: Lab) -> None:
    client = lab.client(default_query={"a": 1, "b": 2})
    lab.answer(PAGE)
    await lab.attempt("omitted", lambda: client.sandboxes.list(extra_query={"a": lab.sdk.Omit()}))


@program
async def copies(lab: Lab) -> None:
    client = lab.client(default_headers={"X-A": "1"}, default_query={"q": "1"}, timeout=9, max_retries=0)
    merged = client.copy(default_headers={"X-B": "2"}, default_query={"r": "2"})
    replaced = client.with_options(set_default_headers={"X-C": "3"}, set_default_query={"s": "3"})
    other = client.with_options(api_key="other", timeout=3, max_retries=1, base_url=f"{lab.url}/copy")
    for label, one in {"first": client, "merged": merged, "replaced": replaced, "other": other}.items():
        lab.note(label, [one.api_key, str(one.base_url), one.timeout, one.max_retries, one.default_query])
        await listed(lab, one, f"{label} sent")
    lab.note("types", [type(merged) is type(client), merged is client])


@program
async def copies_that_make_no_sense(lab: Lab) -> None:
    client = lab.client()
    await lab.attempt("headers", lambda: client.copy(default_headers={}, set_default_headers={}))
    await lab.attempt("query", lambda: client.copy(default_query={}, set_default_query={}))
    await lab.attempt("unknown", lambda: client.copy(colour="red"))


@program
async def copy_of_what_was_set(lab: Lab) -> None:
    client = lab.client()
    client.max_retries = 3
    client.timeout = 11
    client.api_key = "set"
    client.base_url = f"{lab.url}/set"
    copy = client.with_options()
    lab.note("copy", [copy.max_retries, copy.timeout, copy.api_key, str(copy.base_url)])
    none = client.with_options(timeout=None)
    lab.note("none", none.timeout)
    await listed(lab, none)


@program
async def subclass(lab: Lab) -> None:
    """A program's own client has its name in the User-Agent, and its own way to authenticate."""

    class MyClient(lab.client_class()):
        @property
        def auth_headers(self):
            return {"Authorization": f"Bearer {self.api_key}"}

    async with lab.entered(MyClient(api_key=KEY, base_url=lab.url, max_retries=0)) as client:
        await listed(lab, client)
        lab.note("agent", client.user_agent.split("/")[0])
        lab.note("copy", type(client.copy()).__name__)


@program
async def subclass_with_more_headers(lab: Lab) -> None:
    class MyClient(lab.client_class()):
        @property
        def default_headers(self):
            return {**super().default_headers, "X-Mine": "1"}

        @property
        def default_query(self):
            return {**super().default_query, "mine": 1}

    async with lab.entered(MyClient(api_key=KEY, base_url=lab.url, max_retries=0)) as client:
        await listed(lab, client)


@program
async def keyword_only(lab: Lab) -> None:
    try:
        lab.client_class()("key")
    except TypeError as error:
        lab.note("refused", str(error).replace("Async", ""))


@program
async def wrong_http_client(lab: Lab) -> None:
    error = await lab.attempt("a text", lambda: lab.client(http_client="nonsense", timeout=5))
    lab.note("kind", isinstance(error, TypeError))


@program({"infinite": math.inf, "large": 10**6})
async def retries_without_end(lab: Lab, count) -> None:
    """Infinity is what the reference's own message advises; it then fails on it."""
    client = lab.client(max_retries=count)
    lab.note("max_retries", client.max_retries)
