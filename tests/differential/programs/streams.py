"""Server-sent events."""

from __future__ import annotations

import json
import typing

from lab import Lab, program

from programs.answers import PAGE

TYPE = {"Content-Type": "text/event-stream"}


def stream_class(lab: Lab) -> typing.Any:
    return lab.sdk.AsyncStream if lab.asynchronous else lab.sdk.Stream


async def stream(lab: Lab, text: str, kind: typing.Any = object, *, split: int | None = None) -> typing.Any:
    """An open stream over these events."""
    client = lab.client()
    answer = {"text": text, "headers": TYPE}
    if split:
        answer["chunked"] = split
    lab.answer(**answer)
    call = client.get("/events", cast_to=kind, stream=True, stream_cls=stream_class(lab)[kind])
    return await lab.result(call)


def events(*values: object) -> str:
    return "".join(f"data: {json.dumps(value, ensure_ascii=False)}\n\n" for value in values)


SCRIPTS = {
    "one": events({"a": 1}),
    "several": events({"a": 1}, [1, 2], "text", 5, None, True),
    "CRLF": 'data: {"a": 1}\r\n\r\ndata: {"a": 2}\r\n\r\n',
    "CR": 'data: {"a": 1}\r\rdata: {"a": 2}\r\r',
    "several lines": 'data: {\ndata: "a": 1\ndata: }\n\n',
    "comments": ': ping\n\ndata: {"a": 1}\n: more\n\n',
    "names": 'event: tick\ndata: {"a": 1}\nid: 7\nretry: 10\n\n',
    "no space": 'data:{"a": 1}\n\n',
    "unknown field": 'colour: red\ndata: {"a": 1}\n\n',
    "unicode": events({"a": "ü😀漢\u2028"}),
    "nothing": "",
    "no blank line at the end": 'data: {"a": 1}\n\ndata: {"a": 2}\n',
}


@program(SCRIPTS)
async def decoded(lab: Lab, text) -> None:
    opened = await stream(lab, text)
    lab.note("kind", type(opened).__name__)
    try:
        async for item in lab.each(opened):
            lab.note("item", item)
    except Exception as error:
        lab.note("error", type(error).__name__)


@program({str(size): size for size in (1, 2, 3, 5)})
async def split(lab: Lab, size) -> None:
    opened = await stream(lab, events({"a": "ü😀"}, {"b": [1, 2]}), split=size)
    lab.note("items", await lab.all(opened))


@program
async def models(lab: Lab) -> None:
    class Tick(lab.sdk.BaseModel):
        n: int
        word: typing.Optional[str] = None

    opened = await stream(lab, events({"n": 1}, {"n": "2", "word": "two"}, {"x": 3}), Tick)
    lab.note("items", await lab.all(opened))


@program
async def one_by_one(lab: Lab) -> None:
    opened = await stream(lab, events(1, 2))
    for label in ("first", "second"):
        lab.note(label, await lab.result(opened.__anext__() if lab.asynchronous else next(opened)))
    try:
        await lab.result(opened.__anext__() if lab.asynchronous else next(opened))
    except (StopIteration, StopAsyncIteration):
        lab.note("end", True)


@program
async def in_a_block(lab: Lab) -> None:
    opened = await stream(lab, events(1, 2, 3))
    async with lab.entered(opened) as entered:
        lab.note("same", entered is opened)
        async for item in lab.each(entered):
            lab.note("item", item)
            break
    lab.note("closed", opened.response.is_closed)


@program
async def closed_early(lab: Lab) -> None:
    client = lab.client()
    lab.answer(text=events(1, 2, 3), headers=TYPE)
    opened = await lab.result(client.get("/events", cast_to=object, stream=True, stream_cls=stream_class(lab)[object]))
    await lab.result(opened.close())
    lab.note("closed", opened.response.is_closed)
    lab.answer(PAGE)
    await lab.attempt("goes on", lambda: client.sandboxes.list())


@program
async def left_and_gone_on_with(lab: Lab) -> None:
    """A loop that is left early leaves the stream where it is, for another loop."""
    opened = await stream(lab, events(1, 2, 3))
    async for item in lab.each(opened):
        lab.note("first", item)
        break
    lab.note("closed", opened.response.is_closed)
    lab.note("others", await lab.all(opened))
    lab.note("closed at its end", opened.response.is_closed)


@program
async def read_to_the_end(lab: Lab) -> None:
    opened = await stream(lab, events(1))
    await lab.all(opened)
    lab.note("closed", opened.response.is_closed)
    lab.note("status", opened.response.status_code)


@program
async def broken_json(lab: Lab) -> None:
    opened = await stream(lab, 'data: {"a": \n\n')
    try:
        await lab.all(opened)
    except Exception as error:
        lab.note("a ValueError", isinstance(error, ValueError))
    lab.note("closed", opened.response.is_closed)


@program
async def without_a_class(lab: Lab) -> None:
    client = lab.client()
    lab.answer(text=events(1), headers=TYPE)
    error = await lab.attempt("result", lambda: client.get("/events", cast_to=object, stream=True))
    lab.note("kind", isinstance(error, TypeError))


@program
async def own_class(lab: Lab) -> None:
    class Mine(stream_class(lab)[object]):
        pass

    client = lab.client()
    lab.answer(text=events({"a": 1}), headers=TYPE)
    opened = await lab.result(client.post("/events", cast_to=object, body={"q": 1}, stream=True, stream_cls=Mine))
    lab.note("kind", type(opened).__name__)
    lab.note("items", await lab.all(opened))


@program
async def failure_instead_of_events(lab: Lab) -> None:
    client = lab.client()
    lab.answer({"message": "no"}, status=400)
    call = lambda: client.get("/events", cast_to=object, stream=True, stream_cls=stream_class(lab)[object])  # noqa: E731
    await lab.attempt("result", call)


@program
async def raw_stream(lab: Lab) -> None:
    client = lab.client()
    lab.answer(text=events({"a": 1}), headers=TYPE)
    options = {"headers": {"X-Stainless-Raw-Response": "stream"}}
    kind = stream_class(lab)[object]
    response = await lab.result(client.get("/events", cast_to=object, stream=True, stream_cls=kind, options=options))
    lab.note("kind", type(response).__name__)
    opened = await lab.result(response.parse())
    lab.note("items", await lab.all(opened))


@program(only="sync")
async def events_by_hand(lab: Lab) -> None:
    from sandbox_sdk._streaming import ServerSentEvent, SSEDecoder

    made = ServerSentEvent(event="e", data='{"a": 1}', id="7", retry=3)
    lab.note("event", [made.event, made.data, made.id, made.retry, made.json(), repr(made)])
    lab.note("empty", [repr(ServerSentEvent()), ServerSentEvent(event="").event])
    text = b"event: a\ndata: 1\n\nid: 3\ndata: 2\ndata: 3\n\n"
    lab.note("decoded", [repr(event) for event in SSEDecoder().iter_bytes(iter([text[:5], text[5:]]))])
