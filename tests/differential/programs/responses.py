"""Raw and streaming responses, and what an answer is turned into."""

from __future__ import annotations

import typing

from lab import Lab, program

from programs.answers import OPERATIONS, PAGE, SANDBOX


def sent_headers(request) -> list:
    """The headers of a request, but for those that a rule would take away and that are not compared here."""
    left_out = (
        "accept-encoding",
        "host",
        "connection",
        "user-agent",
        "x-stainless-package-version",
        "idempotency-key",
        "content-length",
    )
    headers = [[name, value] for name, value in request.headers.items() if name not in left_out]
    return sorted([name, value.partition("boundary=")[0]] for name, value in headers)


@program(OPERATIONS)
async def raw(lab: Lab, operation) -> None:
    answer, call = operation
    client = lab.client()
    lab.answer(answer, headers={"X-One": "1", "Set-Cookie": ["a=1", "b=2"]})
    response = await lab.result(call(client.sandboxes.with_raw_response))
    lab.note("repr", response)
    lab.note("status", [response.status_code, response.method, str(response.url), response.http_version])
    lab.note("headers", response.headers)
    lab.note("looked up", [response.headers.get("X-ONE"), response.headers["x-one"], response.headers.get("nothing")])
    lab.note("many", response.headers.get_list("set-cookie"))
    lab.note("closed", response.is_closed)
    lab.note("retries", response.retries_taken)
    lab.note("elapsed", response.elapsed.total_seconds() > 0)
    lab.note("sent", sent_headers(response.http_request))
    parsed = await lab.attempt("parsed", response.parse)
    lab.note("same", await lab.result(response.parse()) is parsed)
    await lab.attempt("read", response.read)
    await lab.attempt("text", response.text)
    await lab.attempt("json", response.json)
    lab.note("http_response", response.http_response)
    await lab.result(response.close())


@program(OPERATIONS)
async def streaming(lab: Lab, operation) -> None:
    answer, call = operation
    client = lab.client()
    lab.answer(answer, headers={"X-One": "1"})
    async with lab.entered(call(client.sandboxes.with_streaming_response)) as response:
        lab.note("repr", response)
        lab.note("closed", response.is_closed)
        lab.note(
            "status", [response.status_code, response.method, response.headers.get("X-One"), response.retries_taken]
        )
        await lab.attempt("parsed", response.parse)
        lab.note("closed now", response.is_closed)
    lab.note("closed at the end", response.is_closed)


TEXT = "line one\nline zwei ü\r\n\nlast without an end"


async def opened(lab: Lab, use, **answer) -> None:
    client = lab.client()
    lab.answer(**({"text": TEXT, "headers": {"Content-Type": "text/plain; charset=utf-8"}} | answer))
    async with lab.entered(client.sandboxes.with_streaming_response.list()) as response:
        await use(response)
    lab.note("closed at the end", response.is_closed)


@program
async def streamed_lines(lab: Lab) -> None:
    async def use(response) -> None:
        lab.note("lines", await lab.all(response.iter_lines()))

    await opened(lab, use)


@program({"whole": None, "one": 1, "seven": 7, "large": 100000})
async def streamed_bytes(lab: Lab, size) -> None:
    async def use(response) -> None:
        pieces = await lab.all(response.iter_bytes(size))
        lab.note("joined", b"".join(pieces))
        lab.note("sizes", [len(piece) for piece in pieces] if size else None)

    await opened(lab, use)


@program({"whole": None, "one": 1, "seven": 7})
async def streamed_text(lab: Lab, size) -> None:
    async def use(response) -> None:
        pieces = await lab.all(response.iter_text(size))
        lab.note("joined", "".join(pieces))
        lab.note("sizes", [len(piece) for piece in pieces] if size else None)

    await opened(lab, use)


@program
async def streamed_raw(lab: Lab) -> None:
    async def use(response) -> None:
        http = response.http_response
        lab.note("raw", b"".join(await lab.all(http.aiter_raw() if lab.asynchronous else http.iter_raw())))

    await opened(lab, use)


@program
async def streamed_and_read(lab: Lab) -> None:
    async def use(response) -> None:
        await lab.attempt("read", response.read)
        await lab.attempt("read again", response.read)
        await lab.attempt("text", response.text)
        lab.note("bytes after reading", b"".join(await lab.all(response.iter_bytes())))
        lab.note("lines after reading", await lab.all(response.iter_lines()))

    await opened(lab, use)


@program
async def streamed_twice(lab: Lab) -> None:
    async def use(response) -> None:
        await lab.all(response.iter_bytes())
        for label, call in {
            "read": response.read,
            "parse": response.parse,
            "again": lambda: lab.all(response.iter_bytes()),
        }.items():
            try:
                await lab.result(call())
            except Exception as error:
                lab.note(label, [type(error).__name__, str(error).replace(";", ".").split(".")[0]])

    await opened(lab, use)


@program
async def streamed_json(lab: Lab) -> None:
    async def use(response) -> None:
        await lab.attempt("json", response.json)
        await lab.attempt("parse", response.parse)

    await opened_json(lab, use)


async def opened_json(lab: Lab, use) -> None:
    client = lab.client()
    lab.answer(PAGE, chunked=7)
    async with lab.entered(client.sandboxes.with_streaming_response.list()) as response:
        await use(response)


@program
async def streamed_and_left(lab: Lab) -> None:
    """Leaving early gives the connection back; the client goes on."""
    client = lab.client()
    lab.answer(repeat={"text": "0123456789", "times": 100000}, headers={"Content-Type": "text/plain"})
    async with lab.entered(client.sandboxes.with_streaming_response.list()) as response:
        async for piece in lab.each(response.iter_bytes(10)):
            lab.note("piece", piece)
            break
    lab.note("closed", response.is_closed)
    lab.answer(PAGE)
    await lab.attempt("goes on", lambda: client.sandboxes.list())


@program
async def streamed_with_an_error_inside(lab: Lab) -> None:
    client = lab.client()
    lab.answer(text="x")
    try:
        async with lab.entered(client.sandboxes.with_streaming_response.list()) as response:
            raise KeyError("mine")
    except KeyError as error:
        lab.note("error", str(error))
    lab.note("closed", response.is_closed)


@program({"status": {"status": 404}, "server": {"status": 503, "headers": {"x-should-retry": "false"}}})
async def streamed_failure(lab: Lab, answer) -> None:
    client = lab.client()
    lab.answer({"message": "no"}, **answer)

    async def call() -> None:
        async with lab.entered(client.sandboxes.with_streaming_response.list()):
            lab.note("entered", True)

    await lab.attempt("result", call)


@program
async def raw_failure(lab: Lab) -> None:
    client = lab.client()
    lab.answer({"message": "no"}, status=422)
    await lab.attempt("result", lambda: client.sandboxes.with_raw_response.list())


@program
async def on_the_client(lab: Lab) -> None:
    client = lab.client()
    lab.answer(PAGE)
    response = await lab.result(client.with_raw_response.sandboxes.list())
    await lab.attempt("raw", response.parse)
    lab.answer(PAGE)
    async with lab.entered(client.with_streaming_response.sandboxes.list()) as response:
        await lab.attempt("streaming", response.parse)


@program
async def raw_response_header_of_a_verb(lab: Lab) -> None:
    client = lab.client()
    lab.answer({"a": 1})
    options = {"headers": {"X-Stainless-Raw-Response": "raw"}}
    response = await lab.result(client.get("/foo", cast_to=object, options=options))
    lab.note("kind", type(response).__name__)
    await lab.attempt("parsed", response.parse)


class Casts:
    """What an answer can be asked for as; made where the package is."""

    @staticmethod
    def of(lab: Lab, name: str) -> typing.Any:
        import httpx

        BaseModel = lab.sdk.BaseModel

        class Inner(BaseModel):
            a: int

        class Outer(BaseModel):
            inner: Inner
            many: typing.Optional[typing.List[Inner]] = None

        known = {
            "object": object,
            "dict": dict,
            "list": list,
            "str": str,
            "bytes": bytes,
            "int": int,
            "float": float,
            "bool": bool,
            "NoneType": type(None),
            "dict of objects": typing.Dict[str, object],
            "dict of int": typing.Dict[str, int],
            "list of int": typing.List[int],
            "union": typing.Union[Inner, Outer],
            "optional": typing.Optional[Inner],
            "model": Inner,
            "nested model": Outer,
            "list of models": typing.List[Inner],
            "dict of models": typing.Dict[str, Inner],
            "sandbox": lab.sdk.types.Sandbox,
            "httpx.Response": httpx.Response,
            "literal": typing.Literal["a", "b"],
            "any": typing.Any,
            "tuple": tuple,
            "unknown class": Casts,
            "pydantic": Casts.pydantic_model(),
        }
        return known[name]

    @staticmethod
    def pydantic_model() -> type:
        import pydantic

        class Foreign(pydantic.BaseModel):
            a: int = 0

        return Foreign

    NAMES = [
        "object",
        "dict",
        "list",
        "str",
        "bytes",
        "int",
        "float",
        "bool",
        "NoneType",
        "dict of objects",
        "dict of int",
        "list of int",
        "union",
        "optional",
        "model",
        "nested model",
        "list of models",
        "dict of models",
        "sandbox",
        "httpx.Response",
        "any",
    ]


BODIES = {
    "object": {"json": {"a": 1, "inner": {"a": "2"}, "many": [{"a": 3}], "x": None}},
    "array": {"json": [1, 2, 3]},
    "text": {"text": "7", "headers": {"Content-Type": "text/plain"}},
    "null": {"json": None},
}


@program({f"{name} of {body}": (name, BODIES[body]) for name in Casts.NAMES for body in ("object", "text")})
async def cast_to(lab: Lab, case) -> None:
    name, answer = case
    client = lab.client()
    lab.answer(**answer)
    await lab.attempt("result", lambda: client.get("/foo", cast_to=Casts.of(lab, name)))


@program(
    {
        f"{name} of {body}": (name, BODIES[body])
        for name in ("object", "dict", "list", "str")
        for body in ("array", "null")
    }
)
async def cast_to_of_other_json(lab: Lab, case) -> None:
    name, answer = case
    client = lab.client()
    lab.answer(**answer)
    await lab.attempt("result", lambda: client.get("/foo", cast_to=Casts.of(lab, name)))


@program({"pydantic": "pydantic"})
async def cast_to_a_model_of_pydantic(lab: Lab, name) -> None:
    client = lab.client()
    lab.answer({"a": 5})
    await lab.attempt("result", lambda: client.get("/foo", cast_to=Casts.of(lab, name)))


@program({"unknown class": "unknown class", "tuple": "tuple"})
async def cast_to_what_cannot_be(lab: Lab, name) -> None:
    client = lab.client()
    lab.answer({"a": 5})
    error = await lab.result(swallowed(lab, client, Casts.of(lab, name)))
    lab.note("kind", type(error).__name__)


async def swallowed(lab: Lab, client, kind) -> object:
    try:
        return await lab.result(client.get("/foo", cast_to=kind))
    except Exception as error:
        return error


@program(
    {
        name: name
        for name in ("object", "dict", "str", "bytes", "model", "nested model", "list of models", "httpx.Response")
    }
)
async def parse_to(lab: Lab, name) -> None:
    client = lab.client()
    lab.answer(**BODIES["object"])
    response = await lab.result(client.sandboxes.with_raw_response.list())
    await lab.attempt("result", lambda: response.parse(to=Casts.of(lab, name)))
    await lab.attempt("its own", response.parse)


@program({"list of sandboxes": PAGE["data"], "broken": {"data": 5}, "strings": {"data": ["a"], "pagination": "p"}})
async def strict(lab: Lab, body) -> None:
    client = lab.client(_strict_response_validation=True)
    lab.answer(body)
    error = await lab.result(strictly(lab, client))
    lab.note("kind", type(error).__name__)
    lab.note("body", getattr(error, "body", None))
    lab.note("cause", error.__cause__ is not None)


async def strictly(lab: Lab, client) -> object:
    try:
        return await lab.result(client.sandboxes.list())
    except Exception as error:
        return error


@program
async def strict_and_right(lab: Lab) -> None:
    client = lab.client(_strict_response_validation=True)
    lab.answer(PAGE)
    await lab.attempt("list", lambda: client.sandboxes.list())
    lab.answer({**SANDBOX, "disk_size": 10})
    await lab.attempt("created", lambda: client.sandboxes.create())
    lab.answer(SANDBOX)
    await lab.attempt("without a field", lambda: client.sandboxes.create())


@program
async def strict_text(lab: Lab) -> None:
    client = lab.client(_strict_response_validation=True)
    lab.answer(text="hello", headers={"Content-Type": "text/plain"})
    await lab.attempt("object", lambda: client.get("/foo", cast_to=object))


CONTENT_TYPES = ("application/json; charset=utf-8", "application/problem+json", "application/text", "text/html")


@program({name: name for name in CONTENT_TYPES})
async def json_by_another_content_type(lab: Lab, name) -> None:
    client = lab.client()
    lab.answer(json=PAGE, headers={"Content-Type": name})
    await lab.attempt("model", lambda: client.sandboxes.list())
    lab.answer(json={"a": 1}, headers={"Content-Type": name})
    await lab.attempt("object", lambda: client.get("/foo", cast_to=object))


@program({"HTML": "<html>hi</html>", "empty": "", "broken": '{"data": [', "plain": "hello"})
async def not_json_where_a_model_was_asked_for(lab: Lab, text) -> None:
    client = lab.client()
    lab.answer(text=text, headers={"Content-Type": "text/html"})
    await lab.attempt("result", lambda: client.sandboxes.list())


@program({"broken": '{"data": [', "single quotes": "{'data': 1}", "NaN": '{"data": NaN}', "two": "{} {}", "empty": ""})
async def broken_json(lab: Lab, text) -> None:
    client = lab.client()
    lab.answer(text=text, headers={"Content-Type": "application/json"})
    error = await lab.result(strictly(lab, client))
    lab.note("kind", type(error).__name__)
    lab.note("a ValueError", isinstance(error, ValueError))


@program({"null": None, "array": [1], "text": "hello", "number": 5, "boolean": True})
async def other_json_where_a_model_was_asked_for(lab: Lab, body) -> None:
    client = lab.client()
    lab.answer(json=body)
    await lab.attempt("result", lambda: client.sandboxes.list())


@program
async def no_content(lab: Lab) -> None:
    client = lab.client()
    lab.answer(status=204)
    await lab.attempt("None", lambda: client.delete("/foo", cast_to=type(None)))
    lab.answer(status=204)
    await lab.attempt("str", lambda: client.delete("/foo", cast_to=str))


@program({"201": 201, "202": 202, "203": 203, "206": 206, "226": 226})
async def other_successes(lab: Lab, status) -> None:
    client = lab.client()
    lab.answer(PAGE, status=status)
    await lab.attempt("result", lambda: client.sandboxes.list())


@program(
    {
        "latin": ("caf\xe9".encode("latin-1"), "text/plain; charset=iso-8859-1"),
        "unknown": (b"caf\xc3\xa9", "text/plain; charset=x-no"),
    }
)
async def encodings(lab: Lab, case) -> None:
    import base64

    body, content_type = case
    client = lab.client()
    lab.answer(base64=base64.b64encode(body).decode(), headers={"Content-Type": content_type})
    await lab.attempt("text", lambda: client.get("/foo", cast_to=str))


@program({"gzip": "gzip", "deflate": "deflate"})
async def compressed(lab: Lab, encoding) -> None:
    import base64
    import gzip
    import json
    import zlib

    data = json.dumps(PAGE).encode()
    body = gzip.compress(data) if encoding == "gzip" else zlib.compress(data)
    headers = {"Content-Type": "application/json", "Content-Encoding": encoding}
    client = lab.client()
    lab.answer(base64=base64.b64encode(body).decode(), headers=headers)
    await lab.attempt("result", lambda: client.sandboxes.list())
    lab.answer(base64=base64.b64encode(body).decode(), headers=headers)
    async with lab.entered(client.sandboxes.with_streaming_response.list()) as response:
        lab.note("decoded", b"".join(await lab.all(response.iter_bytes())) == data)


@program
async def own_response_class(lab: Lab) -> None:
    response_class = lab.sdk.AsyncAPIResponse if lab.asynchronous else lab.sdk.APIResponse

    class Mine(response_class[bytes]):
        def size(self) -> int:
            return int(self.headers["content-length"])

    client = lab.client()
    lab.answer(text="12345")
    response = await lab.result(client.get("/foo", cast_to=Mine))
    lab.note("kind", type(response).__name__)
    lab.note("size", response.size())
    await lab.attempt("parsed", response.parse)


@program
async def download(lab: Lab) -> None:
    import pathlib
    import tempfile

    client = lab.client()
    lab.answer(all_bytes=4, headers={"Content-Type": "application/octet-stream", "X-One": "1"})
    response = await lab.result(client.sandboxes.download("sb-1", path="/data/a b.bin"))
    lab.note("kind", type(response).__name__)
    lab.note("status", [response.status_code, response.headers["x-one"], response.is_closed])
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "copy.bin")
        await lab.result(response.write_to_file(path))
        lab.note("written", path.read_bytes() == bytes(range(256)) * 4)
        await lab.result(response.write_to_file(str(path)))
        lab.note("again", path.stat().st_size)
    await lab.attempt("read", response.read)
    lab.note("bytes", b"".join(await lab.all(response.iter_bytes(100))) == bytes(range(256)) * 4)
    await lab.attempt("parse", response.parse)


@program
async def download_of_text(lab: Lab) -> None:
    client = lab.client()
    lab.answer(json={"a": "ü"})
    response = await lab.result(client.sandboxes.download("sb-1", path="/x"))
    await lab.attempt("text", response.text)
    await lab.attempt("json", response.json)
    lab.note("lines", await lab.all(response.iter_lines()))


@program
async def download_streamed_to_a_file(lab: Lab) -> None:
    import pathlib
    import tempfile

    client = lab.client()
    lab.answer(all_bytes=400)
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "copy.bin")
        async with lab.entered(client.sandboxes.with_streaming_response.download("sb-1", path="/x")) as response:
            lab.note("kind", type(response).__name__)
            await lab.result(response.stream_to_file(path, chunk_size=1000))
        lab.note("written", path.read_bytes() == bytes(range(256)) * 400)


@program
async def download_raw(lab: Lab) -> None:
    client = lab.client()
    lab.answer(all_bytes=1)
    response = await lab.result(client.sandboxes.with_raw_response.download("sb-1", path="/x"))
    lab.note("kind", type(response).__name__)
    await lab.attempt("read", response.read)


@program
async def download_with_own_accept(lab: Lab) -> None:
    client = lab.client()
    lab.answer(all_bytes=1)
    response = await lab.result(client.sandboxes.download("sb-1", path="/x", extra_headers={"Accept": "text/plain"}))
    lab.note("read", await lab.result(response.read()))


@program
async def download_that_fails(lab: Lab) -> None:
    client = lab.client()
    lab.answer({"message": "no such file"}, status=404)
    await lab.attempt("result", lambda: client.sandboxes.download("sb-1", path="/x"))


@program({"plain": "/data/file.txt", "odd": "/data/ü x&y=z?#%.txt", "relative": "a/../b", "empty": ""})
async def download_paths(lab: Lab, path) -> None:
    client = lab.client()
    lab.answer(text="x")
    response = await lab.result(client.sandboxes.download("sb-1", path=path))
    lab.note("read", await lab.result(response.read()))


@program(
    {"bytes": b"\x00\xff raw", "text": "text", "pair": ("name.txt", b"x"), "triple": ("n.txt", b"x", "text/plain")}
)
async def upload(lab: Lab, file) -> None:
    from programs.answers import UPLOADED

    client = lab.client()
    lab.answer(UPLOADED)
    await lab.attempt("result", lambda: client.sandboxes.upload("sb-1", path="/data/x", file=file))


@program
async def upload_with_extra_body(lab: Lab) -> None:
    from programs.answers import UPLOADED

    client = lab.client()
    lab.answer(UPLOADED)
    body = {"mode": "0644", "list": [1, 2], "deep": {"a": True}}
    await lab.attempt("result", lambda: client.sandboxes.upload("sb-1", path="/data/x", extra_body=body))
