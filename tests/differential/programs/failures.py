"""Errors by status and body, retries, redirects, and servers that break."""

from __future__ import annotations

import pickle

from lab import Lab, program

from programs.answers import DELETED, EXECUTION, PAGE, SANDBOX

STATUSES = (
    300,
    304,
    400,
    401,
    402,
    403,
    404,
    405,
    408,
    409,
    410,
    413,
    422,
    429,
    451,
    499,
    500,
    501,
    502,
    503,
    504,
    529,
    599,
)


@program({str(status): status for status in STATUSES})
async def status(lab: Lab, status) -> None:
    client = lab.client()
    lab.answer({"error": {"message": "because", "code": 7}}, status=status)
    await lab.attempt("result", lambda: client.sandboxes.list())


BODIES = {
    "object": {"json": {"message": "no", "n": [1, 2.5, None, True, "ü"]}},
    "list": {"json": [1, "two"]},
    "text in JSON": {"json": "just text"},
    "number": {"json": 12},
    "null": {"json": None},
    "empty object": {"json": {}},
    "empty": {"text": ""},
    "plain text": {"text": "it broke", "headers": {"Content-Type": "text/plain"}},
    "blanks around": {"text": "  it broke \n", "headers": {"Content-Type": "text/plain"}},
    "HTML": {"text": "<html><body>Bad gateway</body></html>", "headers": {"Content-Type": "text/html"}},
    "HTML with JSON inside": {"text": '{"a": 1}', "headers": {"Content-Type": "text/html"}},
    "broken JSON": {"text": '{"a": ', "headers": {"Content-Type": "application/json"}},
    "JSON with blanks": {"text": '\n {"a" : 1 } \n', "headers": {"Content-Type": "application/json"}},
    "bytes": {"base64": "AP/+gIE=", "headers": {"Content-Type": "application/octet-stream"}},
    "latin": {"base64": "6fjl", "headers": {"Content-Type": "text/plain; charset=iso-8859-1"}},
    "no content type": {"text": "bare"},
    "large": {"repeat": {"text": "0123456789", "times": 2000}},
    "many headers": {"json": {}, "headers": {"X-Request-Id": "req-1", "Set-Cookie": ["a=1", "b=2"], "X-Empty": ""}},
}


@program(BODIES)
async def error_body(lab: Lab, body) -> None:
    client = lab.client()
    lab.answer(status=400, **body)
    error = await lab.attempt("result", lambda: client.sandboxes.create(name="n"))
    lab.note("text", error.response.text)
    lab.note("content", error.response.content)
    lab.note("header", error.response.headers.get("x-request-id"))


@program
async def what_hangs_on_an_error(lab: Lab) -> None:
    client = lab.client()
    lab.answer({"message": "gone"}, status=404, headers={"X-One": "1"})
    error = await lab.attempt("result", lambda: client.sandboxes.delete("x", create_snapshot=True))
    response, request = error.response, error.request
    lab.note("same request", response.request is request or response.request.url == request.url)
    lab.note("json", response.json())
    lab.note("flags", [response.is_success, response.is_error, response.is_client_error, response.is_server_error])
    lab.note("method", request.method)
    lab.note("sent headers", sorted(name for name in request.headers if name not in ("accept-encoding", "connection")))
    lab.note("key", request.headers["X-API-Key"] if "x-api-key" in request.headers else None)
    lab.note("elapsed", response.elapsed.total_seconds() >= 0)
    lab.note("url parts", [request.url.host, request.url.path, request.url.scheme])


@program
async def caught_by_every_base(lab: Lab) -> None:
    sdk = lab.sdk
    client = lab.client()
    for status in (400, 404, 429, 500):
        lab.answer({}, status=status)
        try:
            await lab.result(client.sandboxes.list())
        except sdk.APIStatusError as error:
            lab.note(
                str(status),
                [isinstance(error, sdk.APIError), isinstance(error, sdk.SandboxSDKError), type(error).__name__],
            )


@program
async def made_by_hand(lab: Lab) -> None:
    """Programs make errors themselves, in their tests."""
    import httpx

    sdk = lab.sdk
    request = httpx.Request("GET", "http://example.com/x")
    response = httpx.Response(404, request=request, json={"a": 1})
    lab.note("status", sdk.NotFoundError("gone", response=response, body={"a": 1}))
    lab.note("connection", sdk.APIConnectionError(request=request))
    lab.note("message", sdk.APIConnectionError(message="mine", request=request))
    lab.note("timeout", sdk.APITimeoutError(request))
    lab.note("timeout by keyword", sdk.APITimeoutError(request=request))
    lab.note("validation", sdk.APIResponseValidationError(response, {"a": 1}))
    lab.note("validation with message", sdk.APIResponseValidationError(response=response, body=None, message="m"))
    lab.note("api", sdk.APIError("m", request, body=None))
    lab.note("base", sdk.SandboxSDKError("m", 2))


@program
async def pickled_error(lab: Lab) -> None:
    client = lab.client()
    lab.answer({"message": "no"}, status=400)
    try:
        await lab.result(client.sandboxes.list())
    except lab.sdk.BadRequestError as error:
        try:
            lab.note("copy", str(pickle.loads(pickle.dumps(error))))
        except TypeError as failure:
            lab.note("copy", type(failure).__name__)


RETRIED = {
    "408": {"status": 408},
    "409": {"status": 409},
    "429": {"status": 429},
    "500": {"status": 500},
    "502": {"status": 502},
    "503": {"status": 503},
    "504": {"status": 504},
    "599": {"status": 599},
    "400 that says so": {"status": 400, "headers": {"x-should-retry": "true"}},
    "404 that says so": {"status": 404, "headers": {"x-should-retry": "true"}},
    "500 that says not": {"status": 500, "headers": {"x-should-retry": "false"}},
    "500 that says something else": {"status": 500, "headers": {"x-should-retry": "maybe"}},
    "400": {"status": 400},
    "422": {"status": 422},
    "499": {"status": 499},
}


@program(RETRIED)
async def retried(lab: Lab, answer) -> None:
    client = lab.client(max_retries=2)
    answer = {**answer, "headers": {**answer.get("headers", {}), "retry-after-ms": 2}}
    for _ in range(2):
        lab.answer({"e": 1}, **answer)
    lab.answer(PAGE)
    await lab.attempt("result", lambda: client.sandboxes.list())
    lab.note("requests", len(lab.server.requests))


@program({name: RETRIED[name] for name in ("408", "409", "429", "500", "503", "400 that says so", "500 that says not")})
async def retried_post(lab: Lab, answer) -> None:
    client = lab.client(max_retries=1)
    answer = {**answer, "headers": {**answer.get("headers", {}), "retry-after-ms": 2}}
    lab.answer({"e": 1}, **answer)
    lab.answer(EXECUTION)
    await lab.attempt("result", lambda: client.sandboxes.execute("sb-1", command="ls"))
    lab.note("requests", len(lab.server.requests))


@program({"502": 502, "504": 504})
async def gateway_failure_of_a_post(lab: Lab, status) -> None:
    client = lab.client(max_retries=1)
    lab.answer({"e": 1}, status=status, headers={"retry-after-ms": 2})
    lab.answer(EXECUTION)
    await lab.attempt("result", lambda: client.sandboxes.execute("sb-1", command="ls"))
    lab.note("requests", len(lab.server.requests))


@program(
    {
        "milliseconds": {"retry-after-ms": "5"},
        "fractional milliseconds": {"retry-after-ms": "5.5"},
        "seconds": {"retry-after": "0.01"},
        "milliseconds win": {"retry-after-ms": "5", "retry-after": "50"},
        "broken milliseconds": {"retry-after-ms": "soon", "retry-after": "0.01"},
    }
)
async def retry_after(lab: Lab, headers) -> None:
    client = lab.client(max_retries=1)
    lab.answer({}, status=429, headers=headers)
    lab.answer(PAGE)
    await lab.attempt("result", lambda: client.sandboxes.list())
    requests = lab.server.requests
    lab.note("waited a little", requests[1].arrived - requests[0].answered < 0.4)


@program(
    {"too long": {"retry-after": "61"}, "nothing": {}, "zero": {"retry-after": "0"}, "nonsense": {"retry-after": "x"}}
)
async def backoff(lab: Lab, headers) -> None:
    client = lab.client(max_retries=1)
    lab.answer({}, status=429, headers=headers)
    lab.answer(PAGE)
    await lab.attempt("result", lambda: client.sandboxes.list())
    requests = lab.server.requests
    lab.note("waited half a second", 0.37 <= requests[1].arrived - requests[0].answered < 1.0)


@program
async def retries_used_up(lab: Lab) -> None:
    client = lab.client(max_retries=3)
    for _ in range(4):
        lab.answer({"n": 1}, status=503, headers={"retry-after-ms": 1})
    await lab.attempt("result", lambda: client.sandboxes.delete("sb-1"))
    lab.note("requests", len(lab.server.requests))


@program
async def retries_of_a_copy(lab: Lab) -> None:
    client = lab.client()
    lab.answer({}, status=500, headers={"retry-after-ms": 1})
    lab.answer(DELETED)
    await lab.attempt("result", lambda: client.with_options(max_retries=1).sandboxes.delete("sb-1"))


@program
async def retries_taken(lab: Lab) -> None:
    client = lab.client(max_retries=4)
    for _ in range(3):
        lab.answer({}, status=500, headers={"retry-after-ms": 1})
    lab.answer(PAGE)
    response = await lab.result(client.sandboxes.with_raw_response.list())
    lab.note("retries_taken", response.retries_taken)
    lab.note("header", response.http_request.headers["x-stainless-retry-count"])


@program({"omitted": None, "own": "42"})
async def retry_count_header(lab: Lab, value) -> None:
    client = lab.client(max_retries=1)
    lab.answer({}, status=500, headers={"retry-after-ms": 1})
    lab.answer(PAGE)
    header = {"x-stainless-retry-count": lab.sdk.Omit() if value is None else value}
    await lab.attempt("result", lambda: client.sandboxes.list(extra_headers=header))


@program
async def refused(lab: Lab) -> None:
    client = lab.client(base_url=lab.unused_url)
    await lab.attempt("result", lambda: client.sandboxes.list())


@program
async def refused_and_tried_again(lab: Lab) -> None:
    client = lab.client(base_url=lab.unused_url, max_retries=1)
    await lab.attempt("result", lambda: client.sandboxes.create())


@program({"GET": "list", "POST": "create"})
async def connection_lost(lab: Lab, operation) -> None:
    """The server goes away without an answer."""
    client = lab.client()
    lab.answer(reset=True)
    await lab.attempt("result", lambda: getattr(client.sandboxes, operation)())


@program
async def connection_lost_and_tried_again(lab: Lab) -> None:
    client = lab.client(max_retries=1)
    lab.answer(close=True)
    lab.answer(PAGE)
    await lab.attempt("result", lambda: client.sandboxes.list())
    lab.note("requests", len(lab.server.requests))


@program
async def connection_lost_under_a_post(lab: Lab) -> None:
    client = lab.client(max_retries=1)
    lab.answer(close=True)
    lab.answer(SANDBOX)
    await lab.attempt("result", lambda: client.sandboxes.create())
    lab.note("requests", len(lab.server.requests))


@program
async def read_timeout(lab: Lab) -> None:
    client = lab.client(timeout=0.6)
    lab.answer(hang=True)
    await lab.attempt("result", lambda: client.sandboxes.list())


@program
async def timeout_of_one_call(lab: Lab) -> None:
    client = lab.client()
    lab.answer(hang=True)
    await lab.attempt("result", lambda: client.sandboxes.list(timeout=0.6))


@program
async def timeout_and_tried_again(lab: Lab) -> None:
    client = lab.client(timeout=0.6, max_retries=1)
    lab.answer(hang=True)
    lab.answer(PAGE)
    await lab.attempt("result", lambda: client.sandboxes.list())
    lab.note("requests", len(lab.server.requests))


@program
async def timeout_of_a_post(lab: Lab) -> None:
    client = lab.client(timeout=0.6, max_retries=1)
    lab.answer(hang=True)
    lab.answer(SANDBOX)
    await lab.attempt("result", lambda: client.sandboxes.create())
    lab.note("requests", len(lab.server.requests))


@program
async def body_cut_short(lab: Lab) -> None:
    client = lab.client()
    lab.answer(PAGE, cut_body_after=20)
    try:
        await lab.result(client.sandboxes.list())
    except Exception as error:
        lab.note("raised", type(error).__name__)


@program
async def garbage(lab: Lab) -> None:
    client = lab.client()
    lab.answer(raw="this is not HTTP\r\n\r\n")
    await lab.attempt("result", lambda: client.sandboxes.list())


@program({"301": 301, "302": 302, "303": 303, "307": 307, "308": 308})
async def redirected_get(lab: Lab, status) -> None:
    client = lab.client()
    lab.answer({}, status=status, headers={"Location": "/moved?x=1"})
    lab.answer(PAGE)
    await lab.attempt("result", lambda: client.sandboxes.list(page=2))


@program({"301": 301, "302": 302, "303": 303, "307": 307, "308": 308})
async def redirected_post(lab: Lab, status) -> None:
    client = lab.client()
    lab.answer({}, status=status, headers={"Location": f"{lab.url}/moved"})
    lab.answer(SANDBOX)
    await lab.attempt("result", lambda: client.sandboxes.create(name="n"))


@program
async def redirected_delete(lab: Lab) -> None:
    client = lab.client()
    lab.answer({}, status=307, headers={"Location": "/moved"})
    lab.answer(DELETED)
    await lab.attempt("result", lambda: client.sandboxes.delete("sb-1"))


@program
async def redirected_to_another_origin(lab: Lab) -> None:
    client = lab.client()
    lab.answer({}, status=302, headers={"Location": f"{lab.other_url}/moved"})
    lab.answer(PAGE)
    await lab.attempt("result", lambda: client.sandboxes.list())


@program
async def redirect_not_followed(lab: Lab) -> None:
    client = lab.client()
    lab.answer({"a": 1}, status=302, headers={"Location": "/moved"})
    await lab.attempt("result", lambda: client.get("/foo", cast_to=object, options={"follow_redirects": False}))


@program
async def redirect_without_location(lab: Lab) -> None:
    client = lab.client()
    lab.answer({"a": 1}, status=302)
    await lab.attempt("result", lambda: client.sandboxes.list())


@program
async def redirected_for_ever(lab: Lab) -> None:
    client = lab.client()
    for _ in range(40):
        lab.answer({}, status=302, headers={"Location": "/again"})
    error = await lab.attempt("result", lambda: client.sandboxes.list())
    lab.note("kind", type(error).__name__)


@program
async def redirect_seen_in_the_response(lab: Lab) -> None:
    client = lab.client()
    lab.answer({}, status=302, headers={"Location": "/moved"})
    lab.answer(PAGE)
    response = await lab.result(client.sandboxes.with_raw_response.list())
    lab.note("url", str(response.url))
    lab.note("asked", str(response.http_request.url))
    lab.note("history", [item.status_code for item in response.http_response.history])


@program
async def cookies(lab: Lab) -> None:
    client = lab.client()
    lab.answer(PAGE, headers={"Set-Cookie": ["session=abc; Path=/", "theme=dark; Path=/v1"]})
    lab.answer(PAGE)
    lab.answer({"ok": True})
    await lab.attempt("first", lambda: client.sandboxes.list())
    await lab.attempt("second", lambda: client.sandboxes.list())
    await lab.attempt("other path", lambda: client.get("/foo", cast_to=object))


@program
async def interim_answers(lab: Lab) -> None:
    client = lab.client()
    lab.answer(PAGE, interim=[103, 102])
    await lab.attempt("result", lambda: client.sandboxes.list())


@program
async def body_of_the_request_of_an_error(lab: Lab) -> None:
    client = lab.client()
    lab.answer({"message": "gone"}, status=404)
    error = await lab.attempt("result", lambda: client.sandboxes.delete("x", create_snapshot=True))
    lab.note("content", error.request.content)
