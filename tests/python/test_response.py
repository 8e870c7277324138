"""Raw answers: what is made of a body, and how it is read."""

from __future__ import annotations

import asyncio
import inspect
import json
import pickle
from typing import Annotated, Any, Dict, Generic, List, Optional, TypeVar, Union  # noqa: UP035

import pytest
from sandbox_sdk import APIResponseValidationError, BaseModel
from sandbox_sdk._http import Request, Response
from sandbox_sdk._response import (
    APIResponse,
    AsyncAPIResponse,
    AsyncBinaryAPIResponse,
    AsyncResponseContextManager,
    AsyncStreamedBinaryAPIResponse,
    BaseAPIResponse,
    BinaryAPIResponse,
    MissingStreamClassError,
    ResponseContextManager,
    StreamAlreadyConsumed,
    StreamedBinaryAPIResponse,
    async_to_custom_raw_response_wrapper,
    async_to_custom_streamed_response_wrapper,
    async_to_raw_response_wrapper,
    async_to_streamed_response_wrapper,
    extract_response_type,
    to_custom_raw_response_wrapper,
    to_custom_streamed_response_wrapper,
    to_raw_response_wrapper,
    to_streamed_response_wrapper,
)

REQUEST = Request("GET", "http://h/a")


class Model(BaseModel):
    foo: str
    bar: int


class Other(BaseModel):
    a: str


class Caller:
    """As much of a client as an answer needs."""

    def __init__(self, strict: bool = False) -> None:
        self._strict_response_validation = strict


class Pieces:
    """A body of one byte at a time."""

    def __init__(self, content: bytes) -> None:
        self.left = content
        self.closed = 0

    def read(self, size: int) -> bytes:
        piece, self.left = self.left[:1], self.left[1:]
        return piece

    def close(self) -> None:
        self.closed += 1


class AsyncPieces(Pieces):
    async def aread(self, size: int) -> bytes:
        return self.read(size)

    async def aclose(self) -> None:
        self.close()


def answer(
    content: Any = b"",
    kind: type = APIResponse,
    *,
    to: Any = str,
    strict: bool = False,
    content_type: str | None = "application/json",
    body: Any = None,
    options: Any = None,
) -> Any:
    return kind(
        raw=Response(
            200,
            content=content if isinstance(content, (str, bytes)) else json.dumps(content),
            headers={"Content-Type": content_type} if content_type else {},
            request=REQUEST,
            body=body,
            elapsed=1,
        ),
        cast_to=to,
        client=Caller(strict),
        stream=False,
        stream_cls=None,
        options=options,
        retries_taken=2,
    )


# ---- parse ----


@pytest.mark.parametrize(
    ("content", "to", "value"),
    [
        (b"text", str, "text"),
        (b"\0\xff", bytes, b"\0\xff"),
        (b"5", int, 5),
        (b"1.5", float, 1.5),
        (b"true", bool, True),
        (b"TRUE", bool, True),
        (b"true\n", bool, False),
        (b"<html>", bool, False),
        (b"anything", type(None), None),
        (b'{"a": [1, null]}', object, {"a": [1, None]}),
        (b"null", object, None),
        (b'{"a": 1}', dict, {"a": 1}),
        (b'{"a": 1}', Dict[str, int], {"a": 1}),  # noqa: UP006
        (b'{"a": 1}', dict[str, object], {"a": 1}),
        (b"[1]", list, [1]),
        (b"[1]", List[int], [1]),  # noqa: UP006
        (b"[1]", list[int], [1]),
        (b"null", Optional[dict], None),
        (b'{"a": 1}', Optional[dict], {"a": 1}),
        (b'{"a": 1}', Annotated[dict, "of no matter"], {"a": 1}),
        (b"5", Annotated[Annotated[int, 1], 2], 5),
    ],
)
@pytest.mark.parametrize("strict", [False, True])
def test_what_a_body_is_made(content: bytes, to: Any, value: object, strict: bool) -> None:
    response = answer(content, strict=strict)
    assert response.parse(to=to) == value
    assert type(response.parse(to=to)) is type(value)
    assert answer(content, to=to).parse() == value
    assert asyncio.run(answer(content, AsyncAPIResponse).parse(to=to)) == value


def test_models() -> None:
    content = {"foo": "x", "bar": 2, "more": {}}
    for to in (Model, Annotated[Model, "of no matter"], Optional[Model]):
        model = answer(content).parse(to=to)
        assert type(model) is Model
        assert (model.foo, model.bar, model.more) == ("x", 2, {})
    assert type(answer([content]).parse(to=list[Model])[0]) is Model
    assert type(answer({"a": content}).parse(to=dict[str, Model])["a"]) is Model
    assert type(answer({"a": "x"}).parse(to=Union[Model, Other])) is Other
    # It may be JSON although it does not say so.
    assert type(answer(content, content_type="text/plain").parse(to=Model)) is Model
    assert type(answer(content, content_type=None).parse(to=Model)) is Model


def test_a_type_alias() -> None:
    typing_extensions = pytest.importorskip("typing_extensions")
    alias = typing_extensions.TypeAliasType("Alias", Annotated[Model, 1])
    assert type(answer({"foo": "x", "bar": 1}).parse(to=alias)) is Model


def test_a_class_that_builds_itself() -> None:
    class Built(BaseModel):
        @classmethod
        def build(cls, *, response: Response, data: object) -> Any:
            return (cls, response.status_code, data)

    assert answer({"a": 1}).parse(to=Built) == (Built, 200, {"a": 1})


@pytest.mark.parametrize("content", [b"<html>", b"", b"null", b"[1]", b'"x"', b"5", b'{"foo": ', b"{} {}", b"\xff"])
@pytest.mark.parametrize("content_type", ["application/json", "text/html", None])
@pytest.mark.parametrize("strict", [False, True])
def test_what_is_no_model_is_an_error(content: bytes, content_type: str | None, strict: bool) -> None:
    with pytest.raises(APIResponseValidationError) as caught:
        answer(content, to=Model, content_type=content_type, strict=strict).parse()
    assert isinstance(caught.value, ValueError)
    assert caught.value.status_code == 200
    assert caught.value.response.content == content
    assert caught.value.request is REQUEST
    try:
        assert caught.value.body == json.loads(content)
    except ValueError:
        assert caught.value.body == caught.value.response.text


@pytest.mark.parametrize(
    ("content", "to"),
    [
        (b"<html>", dict),
        (b"null", dict),
        (b"[]", dict),
        (b"{}", list),
        (b"null", list[int]),
        (b"5", Optional[Model]),
        (b"<html>", Optional[Model]),
        (b"null", Union[Model, Other]),
        (b"[]", Union[Model, Other]),
        (b"<html>", int),
        (b"<html>", float),
        (b"", int),
    ],
)
@pytest.mark.parametrize("content_type", ["application/json", "text/html"])
def test_what_is_of_another_type_is_an_error(content: bytes, to: Any, content_type: str) -> None:
    with pytest.raises(APIResponseValidationError):
        answer(content, to=to, content_type=content_type).parse()


def test_broken_json_is_an_error_whatever_is_asked_for() -> None:
    for to in (object, dict, Union[Model, Other], Union[str, int]):
        with pytest.raises(APIResponseValidationError, match="not JSON"):
            answer(b'{"a": ', to=to).parse()


def test_text_where_anything_will_do() -> None:
    for to in (object, Union[Model, Other], Union[str, int]):
        assert answer(b"foo", content_type="application/text").parse(to=to) == "foo"
        with pytest.raises(APIResponseValidationError, match="`application/json` but received `application/text`"):
            answer(b"foo", content_type="application/text; charset=utf-8", strict=True).parse(to=to)


class Unsuitable:
    pass


@pytest.mark.parametrize("to", [Unsuitable, tuple, set, 5, "Model", lambda: None, Any])
def test_types_that_nothing_can_be_made(to: Any) -> None:
    with pytest.raises(RuntimeError, match="Unsupported type"):
        answer({}).parse(to=to)


def test_raw_answers_are_no_type_to_ask_for() -> None:
    with pytest.raises(RuntimeError, match="cast_to is `APIResponse`"):
        answer({}).parse(to=APIResponse[str])
    response = answer({})
    assert response.parse(to=Response) is response.http_response


def test_parsing_twice_gives_the_same_object() -> None:
    response = answer({"foo": "x", "bar": 1}, to=Model)
    assert response.parse() is response.parse()
    assert response.parse(to=Other) is response.parse(to=Other)
    assert response.parse() is not response.parse(to=Other)


def test_what_the_options_say_of_the_result() -> None:
    class Options:
        post_parser = staticmethod(lambda parsed: [parsed])

    assert answer(b"x", options=Options()).parse() == ["x"]


def test_models_of_pydantic() -> None:
    pydantic = pytest.importorskip("pydantic")

    class Theirs(pydantic.BaseModel):
        foo: str
        bar: int = 5

    for content_type in ("application/json", "text/plain"):
        model = answer({"foo": "x"}, content_type=content_type).parse(to=Theirs)
        assert (type(model), model.foo, model.bar) == (Theirs, "x", 5)
    assert answer([{"foo": "x"}]).parse(to=list[Theirs])[0] == Theirs(foo="x")
    assert answer(None).parse(to=Optional[Theirs]) is None
    assert type(answer({"foo": "x"}).parse(to=Optional[Theirs])) is Theirs
    assert answer([1]).parse(to=pydantic.RootModel[list[int]]).root == [1]
    for wrong in (b"<html>", b'{"bar": 1}', b"[]", b"null"):
        for strict in (False, True):
            with pytest.raises(APIResponseValidationError):
                answer(wrong, strict=strict).parse(to=Theirs)


def test_answers_of_httpx() -> None:
    httpx = pytest.importorskip("httpx")
    ours = answer(b"x")
    converted = ours.parse(to=httpx.Response)
    assert (type(converted), converted.content) == (httpx.Response, b"x")
    assert ours.parse(to=httpx.Response) is converted
    theirs = APIResponse(
        raw=httpx.Response(200, json={"foo": "x", "bar": 1}),
        cast_to=Model,
        client=Caller(),
        stream=False,
        stream_cls=None,
        options=None,
    )
    assert theirs.parse(to=httpx.Response) is theirs.http_response
    assert theirs.parse().foo == "x"
    assert theirs.json() == {"foo": "x", "bar": 1}

    class Sub(httpx.Response):
        pass

    with pytest.raises(ValueError, match="Subclasses of httpx"):
        ours.parse(to=Sub)
    streamed = httpx.Response(200, content=iter([b"a", b"b"]))
    consumed = APIResponse(raw=streamed, cast_to=str, client=None, stream=False, stream_cls=None, options=None)
    assert list(consumed.iter_bytes()) == [b"a", b"b"]
    with pytest.raises(StreamAlreadyConsumed):
        consumed.read()


# ---- reading ----


def test_what_an_answer_tells() -> None:
    response = answer(b"x")
    assert (response.status_code, response.method, response.http_version) == (200, "GET", "HTTP/1.1")
    assert (response.url, response.http_request) == ("http://h/a", REQUEST)
    assert response.headers["CONTENT-type"] == "application/json"
    assert (response.elapsed.total_seconds(), response.is_closed, response.retries_taken) == (1, True, 2)
    assert repr(response) == "<APIResponse [200 OK] type=<class 'str'>>"


def test_reading() -> None:
    content = '{"a": "ü"}'
    response = answer(body=Pieces(content.encode()))
    assert not response.is_closed
    assert response.json() == {"a": "ü"}
    assert (response.read(), response.text()) == (content.encode(), content)
    assert response.is_closed
    assert response.http_response._body.closed == 1
    assert list(response.iter_bytes(5)) == [b'{"a":', b' "\xc3\xbc"', b"}"]
    assert list(response.iter_text(5)) == ['{"a":', ' "ü"}']
    assert list(answer("a\nb").iter_lines()) == ["a", "b"]
    with pytest.raises(ValueError, match="Expecting value"):
        answer(b"<html>").json()


def test_reading_in_coroutines() -> None:
    async def read() -> None:
        content = '{"a": "ü"}'
        response = answer(kind=AsyncAPIResponse, body=AsyncPieces(content.encode()), to=dict)
        assert await response.parse() == {"a": "ü"}
        assert await response.json() == {"a": "ü"}
        assert (await response.read(), await response.text()) == (content.encode(), content)
        assert response.http_response._body.closed == 1
        assert [piece async for piece in response.iter_bytes(5)] == [b'{"a":', b' "\xc3\xbc"', b"}"]
        assert [piece async for piece in response.iter_text(5)] == ['{"a":', ' "ü"}']
        lines = answer(kind=AsyncAPIResponse, body=AsyncPieces(b"a\r\nb"))
        assert [line async for line in lines.iter_lines()] == ["a", "b"]
        with pytest.raises(StreamAlreadyConsumed):
            await lines.read()
        closed = answer(kind=AsyncAPIResponse, body=AsyncPieces(b"a\r\nb"))
        await closed.close()
        assert closed.is_closed

    asyncio.run(read())


def test_a_body_that_has_gone_by() -> None:
    response = answer(body=Pieces(b"abc"))
    assert b"".join(response.iter_bytes()) == b"abc"
    for again in (response.read, response.text, response.json, response.parse):
        with pytest.raises(StreamAlreadyConsumed, match="already been streamed") as caught:
            again()
    assert type(caught.value.__cause__).__name__ == "StreamConsumed"
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
    closed = answer(body=Pieces(b"abc"))
    closed.close()
    with pytest.raises(RuntimeError, match="closed"):
        closed.read()


def test_files(tmp_path) -> None:
    target = tmp_path / "file"
    answer(b"abc", BinaryAPIResponse, to=bytes).write_to_file(target)
    assert target.read_bytes() == b"abc"
    answer(body=Pieces(b"defg"), kind=StreamedBinaryAPIResponse).stream_to_file(str(target), chunk_size=3)
    assert target.read_bytes() == b"defg"
    asyncio.run(answer(b"hi", AsyncBinaryAPIResponse).write_to_file(target))
    assert target.read_bytes() == b"hi"
    asyncio.run(answer(body=AsyncPieces(b"jk"), kind=AsyncStreamedBinaryAPIResponse).stream_to_file(target))
    assert target.read_bytes() == b"jk"
    assert answer(b"abc", BinaryAPIResponse).content == answer(b"abc", AsyncBinaryAPIResponse).content == b"abc"
    with pytest.raises(FileNotFoundError):
        answer(b"abc", BinaryAPIResponse).write_to_file(tmp_path / "no" / "file")


# ---- the wrappers ----


class Resource:
    """Methods like those of a resource."""

    def get(self, name: str, *, extra_headers: Any = None) -> Any:
        """Gets."""
        self.seen = (name, extra_headers)
        return answer(body=Pieces(b"abc"))

    async def aget(self, name: str, *, extra_headers: Any = None) -> Any:
        self.seen = (name, extra_headers)
        return answer(kind=AsyncAPIResponse, body=AsyncPieces(b"abc"))


RAW, OVERRIDE = "X-Stainless-Raw-Response", "____stainless_override_cast_to"


@pytest.mark.parametrize(
    ("wrap", "headers"),
    [
        (to_raw_response_wrapper, {RAW: "raw"}),
        (
            lambda method: to_custom_raw_response_wrapper(method, BinaryAPIResponse),
            {RAW: "raw", OVERRIDE: BinaryAPIResponse},
        ),
    ],
)
def test_raw_wrappers(wrap, headers) -> None:
    resource = Resource()
    own = {"X": "1"}
    wrapped = wrap(resource.get)
    assert isinstance(wrapped("n", extra_headers=own), APIResponse)
    assert resource.seen == ("n", {"X": "1", **headers})
    assert own == {"X": "1"}, "the caller's own headers are as they were"
    wrapped("n")
    assert resource.seen == ("n", headers)
    assert (wrapped.__name__, wrapped.__doc__) == ("get", "Gets.")
    assert list(inspect.signature(wrapped).parameters) == ["name", "extra_headers"]


@pytest.mark.parametrize(
    "wrap",
    [
        async_to_raw_response_wrapper,
        lambda method: async_to_custom_raw_response_wrapper(method, AsyncBinaryAPIResponse),
    ],
)
def test_async_raw_wrappers(wrap) -> None:
    resource = Resource()
    assert isinstance(asyncio.run(wrap(resource.aget)("n")), AsyncAPIResponse)
    assert resource.seen[1][RAW] == "raw"


@pytest.mark.parametrize(
    "wrap",
    [
        to_streamed_response_wrapper,
        lambda method: to_custom_streamed_response_wrapper(method, StreamedBinaryAPIResponse),
    ],
)
def test_streamed_wrappers(wrap) -> None:
    resource = Resource()
    manager = wrap(resource.get)("n")
    assert isinstance(manager, ResponseContextManager)
    assert not hasattr(resource, "seen"), "nothing is sent before the block is entered"
    with manager as response:
        assert resource.seen[1][RAW] == "stream"
        assert next(response.iter_bytes()) == b"a"
    assert response.http_response._body.closed == 1
    with pytest.raises(KeyError), wrap(resource.get)("n") as response:
        raise KeyError
    assert response.http_response._body.closed == 1


@pytest.mark.parametrize(
    "wrap",
    [
        async_to_streamed_response_wrapper,
        lambda method: async_to_custom_streamed_response_wrapper(method, AsyncStreamedBinaryAPIResponse),
    ],
)
def test_async_streamed_wrappers(wrap) -> None:
    async def use() -> None:
        resource = Resource()
        manager = wrap(resource.aget)("n")
        assert isinstance(manager, AsyncResponseContextManager)
        async with manager as response:
            assert resource.seen[1][RAW] == "stream"
            assert await response.iter_bytes().__anext__() == b"a"
        assert response.http_response._body.closed == 1
        with pytest.raises(KeyError):
            async with wrap(resource.aget)("n") as response:
                raise KeyError
        assert response.http_response._body.closed == 1

    asyncio.run(use())


def test_a_call_that_fails_in_a_streamed_wrapper() -> None:
    def fail(**_: Any) -> None:
        raise KeyError("no")

    with pytest.raises(KeyError, match="no"), to_streamed_response_wrapper(fail)():
        raise AssertionError("entered")


# ---- types ----

T = TypeVar("T")


class Own(APIResponse[list[str]]):
    pass


class OwnGeneric(APIResponse[T], Generic[T]):
    pass


class OwnGenericToo(AsyncAPIResponse[T]):
    pass


def test_the_type_of_an_answer() -> None:
    for kind in (BaseAPIResponse, APIResponse, AsyncAPIResponse):
        assert extract_response_type(kind[str]) is str
        name = f"{kind.__module__}.{kind.__qualname__}"
        with pytest.raises(RuntimeError, match=f"Expected type <class '{name}'> to have a type argument at index 0"):
            extract_response_type(kind)
    assert extract_response_type(Own) == list[str]
    assert extract_response_type(OwnGeneric[bytes]) is bytes
    assert extract_response_type(OwnGenericToo[bytes]) is bytes
    for binary in (BinaryAPIResponse, AsyncBinaryAPIResponse, StreamedBinaryAPIResponse):
        assert extract_response_type(binary) is bytes
    with pytest.raises(RuntimeError, match="Could not resolve"):
        extract_response_type(int)


def test_a_stream_without_a_class() -> None:
    response = APIResponse(raw=Response(200), cast_to=str, client=Caller(), stream=True, stream_cls=None, options=None)
    with pytest.raises(MissingStreamClassError, match="`stream_cls` argument was not given"):
        response.parse()
