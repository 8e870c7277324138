"""What one call adds: headers, query, body; and custom requests."""

from __future__ import annotations

import io
import os

from lab import Lab, program

from programs.answers import OPERATIONS, PAGE, SANDBOX, UPLOADED


@program(
    {
        "added": {"X-New": "1"},
        "overridden": {"Accept": "text/plain", "x-api-key": "other", "User-Agent": "mine/1"},
        "stainless": {"X-Stainless-OS": "Plan9", "x-stainless-retry-count": "9", "x-stainless-read-timeout": "1"},
        "empty": {"X-Empty": ""},
        "blanks inside": {"X-Blank": "a  b\tc"},
        "latin": {"X-Latin": "é"},
        "content type": {"Content-Type": "application/vnd.x+json"},
        "none at all": {},
    }
)
async def extra_headers(lab: Lab, headers) -> None:
    client = lab.client()
    lab.answer(SANDBOX)
    await lab.attempt("POST", lambda: client.sandboxes.create(name="n", extra_headers=headers))
    lab.answer(PAGE)
    await lab.attempt("GET", lambda: client.sandboxes.list(extra_headers=headers))


@program({"lower case": {"user-agent": "mine"}, "mixed case": {"X-API-KEY": "other", "ACCEPT": "text/plain"}})
async def headers_in_another_case(lab: Lab, headers) -> None:
    client = lab.client()
    lab.answer(PAGE)
    await lab.attempt("result", lambda: client.sandboxes.list(extra_headers=headers))


@program(
    {
        name: name
        for name in (
            "x-api-key",
            "Content-Type",
            "X-Stainless-Lang",
            "X-Stainless-Package-Version",
            "X-Stainless-OS",
            "X-Stainless-Arch",
            "X-Stainless-Runtime",
            "X-Stainless-Runtime-Version",
            "X-Stainless-Async",
            "x-stainless-retry-count",
            "x-stainless-read-timeout",
        )
    }
)
async def removed_header(lab: Lab, name) -> None:
    client = lab.client()
    lab.answer(SANDBOX)
    await lab.attempt("result", lambda: client.sandboxes.create(name="n", extra_headers={name: lab.sdk.Omit()}))


@program({"Accept": "Accept", "User-Agent": "User-Agent"})
async def removed_header_that_httpx_has_too(lab: Lab, name) -> None:
    client = lab.client()
    lab.answer(SANDBOX)
    await lab.attempt("result", lambda: client.sandboxes.create(name="n", extra_headers={name: lab.sdk.omit}))


@program
async def headers_of_wrong_types(lab: Lab) -> None:
    client = lab.client()
    for label, value in {"number": 1, "null": None, "list": ["a"]}.items():
        try:
            await lab.result(client.sandboxes.list(extra_headers={"X-Wrong": value}))
        except Exception as error:
            lab.note(label, [isinstance(error, (TypeError, ValueError)), len(lab.server.requests)])
    lab.note("sent", len(lab.server.requests))


@program(OPERATIONS)
async def extra_query(lab: Lab, operation) -> None:
    answer, call = operation
    client = lab.client()
    lab.answer(answer)
    query = {"a": "b c", "list": [1, True, None, "x,y"], "deep": {"x": {"y": 1}, "z": [2]}, "t": True, "none": None}
    await lab.attempt("result", lambda: call(client.sandboxes, extra_query=query))


@program(
    {
        "reserved": {"q": "a+b&c=d;e/f?g:h@i!$'()*,"},
        "unicode": {"ü": "漢"},
        "numbers": {"i": 10**30, "f": 1.0, "n": -0.5, "e": 1e22},
        "empty": {"a": "", "b": [], "c": {}},
        "brackets": {"a[b]": 1, "a[]": [1, 2]},
        "tuple": {"t": (1, 2)},
        "list of mappings": {"l": [{"a": 1}]},
        "list of lists": {"l": [[1, 2], [3]]},
        "tilde": {"a~b": "~-._"},
    }
)
async def query_formats(lab: Lab, query) -> None:
    client = lab.client()
    lab.answer(PAGE)
    await lab.attempt("result", lambda: client.sandboxes.list(extra_query=query))


@program(
    {
        "merged": {"region": "eu", "name": "wins"},
        "null": {"name": None},
        "deep": {"resources": {"cpus": 9}, "list": [1, 2.5, True, None, "x", {"a": {}}]},
        "empty": {},
    }
)
async def extra_body(lab: Lab, body) -> None:
    client = lab.client()
    lab.answer(SANDBOX)
    await lab.attempt("result", lambda: client.sandboxes.create(name="n", resources={"cpus": 1}, extra_body=body))


@program
async def extra_body_where_there_is_none(lab: Lab) -> None:
    client = lab.client()
    lab.answer(PAGE)
    await lab.attempt("GET", lambda: client.sandboxes.list(extra_body={"a": 1}))
    lab.answer(OPERATIONS["delete_all"][0])
    await lab.attempt("DELETE", lambda: client.sandboxes.delete_all(extra_body={"a": 1}))


@program
async def omit_in_extra_body(lab: Lab) -> None:
    client = lab.client()
    lab.answer(SANDBOX)
    await lab.attempt(
        "result", lambda: client.sandboxes.create(name="n", image="i", extra_body={"name": lab.sdk.Omit()})
    )


@program
async def extra_body_of_wrong_types(lab: Lab) -> None:
    client = lab.client()
    for label, body in {"list": [1], "text": "x", "number": 1}.items():
        try:
            await lab.result(client.sandboxes.create(name="n", extra_body=body))
        except Exception as error:
            lab.note(label, [isinstance(error, (TypeError, RuntimeError)), len(lab.server.requests)])


VERBS = ("get", "post", "put", "patch", "delete")


@program({verb: verb for verb in VERBS})
async def verb(lab: Lab, verb) -> None:
    client = lab.client()
    lab.answer({"ok": True, "verb": verb})
    await lab.attempt("object", lambda: getattr(client, verb)("/foo/bar", cast_to=object))


@program({verb: verb for verb in VERBS if verb != "get"})
async def verb_with_body(lab: Lab, verb) -> None:
    client = lab.client()
    for body in ({"a": [1, None, {"b": "ü"}]}, [1, 2], "text", 5, 1.5, True, {}, []):
        lab.answer({"ok": True})
        await lab.attempt(f"{body!r}", lambda body=body: getattr(client, verb)("/foo", cast_to=object, body=body))


@program({verb: verb for verb in VERBS if verb != "get"})
async def verb_with_content(lab: Lab, verb) -> None:
    client = lab.client()
    lab.answer({"ok": True})
    await lab.attempt("bytes", lambda: getattr(client, verb)("/foo", cast_to=object, content=b"\x00raw\xff"))
    lab.answer({"ok": True})
    options = {"headers": {"Content-Type": "text/plain"}}
    await lab.attempt("typed", lambda: getattr(client, verb)("/foo", cast_to=object, content=b"raw", options=options))
    await lab.attempt("both", lambda: getattr(client, verb)("/foo", cast_to=object, content=b"raw", body={"a": 1}))


@program({verb: verb for verb in VERBS if verb != "get"})
async def bytes_as_body(lab: Lab, verb) -> None:
    """Deprecated: there is a warning that points at the program."""
    client = lab.client()
    lab.answer({"ok": True})
    lab.note("result", await lab.result(getattr(client, verb)("/foo", cast_to=object, body=b"raw")))


@program
async def content_as_file_object(lab: Lab) -> None:
    client = lab.client()
    if not lab.asynchronous:
        lab.answer({"ok": True})
        await lab.attempt("file", lambda: client.post("/foo", cast_to=object, content=io.BytesIO(b"in a file")))
        lab.answer({"ok": True})
        await lab.attempt("iterator", lambda: client.post("/foo", cast_to=object, content=iter([b"one", b"two"])))
    else:

        async def pieces():
            yield b"one"
            yield b"two"

        lab.answer({"ok": True})
        await lab.attempt("iterator", lambda: client.post("/foo", cast_to=object, content=pieces()))


@program(
    {
        "relative": "foo",
        "absolute path": "/foo",
        "query": "/foo?a=1",
        "query and slash": "/foo/?a=1&b=c%20d",
        "deep": "/foo//bar/./baz",
        "space": "/foo bar",
        "unicode": "/ü",
        "encoded": "/a%2Fb%20c",
        "empty": "",
        "slash": "/",
        "fragment": "/foo#part",
    }
)
async def verb_paths(lab: Lab, path) -> None:
    client = lab.client()
    lab.answer({"ok": True})
    await lab.attempt("result", lambda: client.get(path, cast_to=object))


@program
async def verb_with_absolute_url(lab: Lab) -> None:
    client = lab.client(base_url=f"{lab.url}/base")
    lab.answer({"ok": True})
    await lab.attempt("same origin", lambda: client.get(f"{lab.url}/elsewhere?x=1", cast_to=object))


@program
async def verb_to_another_origin(lab: Lab) -> None:
    client = lab.client()
    lab.answer({"ok": True})
    await lab.attempt("result", lambda: client.get(f"{lab.other_url}/foo", cast_to=object))


@program
async def verb_options(lab: Lab) -> None:
    client = lab.client(default_query={"d": 1}, default_headers={"X-D": "1"})
    lab.answer({"ok": True})
    options = {
        "headers": {"X-Mine": "1", "X-D": lab.sdk.Omit()},
        "params": {"a": [1, 2], "b": {"c": "d"}},
        "timeout": 7,
        "extra_json": {"more": 1},
        "max_retries": 1,
    }
    await lab.attempt("result", lambda: client.post("/foo", cast_to=object, body={"a": 1}, options=options))
    lab.answer({}, status=503, headers={"retry-after-ms": 1, "x-should-retry": "true"})
    lab.answer({"ok": True})
    await lab.attempt("tried again", lambda: client.get("/foo", cast_to=object, options={"max_retries": 1}))


@program
async def params_and_a_query_in_the_path(lab: Lab) -> None:
    client = lab.client()
    lab.answer({"ok": True})
    await lab.attempt("result", lambda: client.get("/foo?a=1", cast_to=object, options={"params": {"b": 2}}))


@program
async def files_as_mapping(lab: Lab) -> None:
    client = lab.client()
    lab.answer(UPLOADED)
    options = {"headers": {"Content-Type": "multipart/form-data"}}
    files = {"file": ("a.txt", b"hello", "text/plain")}
    await lab.attempt(
        "result", lambda: client.post("/up", cast_to=object, body={"k": "v"}, files=files, options=options)
    )


@program(
    {
        "bytes": b"raw \x00\xff",
        "named": ("name.bin", b"raw"),
        "named and typed": ("name.txt", b"raw", "text/x-mine"),
        "with headers": ("name.txt", b"raw", "text/plain", {"X-Part": "1"}),
        "unicode name": ("ünï.txt", b"raw"),
        "quoted name": ('a"b\\c.txt', b"raw"),
        "no name": (None, b"raw"),
        "known type": ("page.html", b"<p>"),
        "empty": ("empty.bin", b""),
    }
)
async def files(lab: Lab, file) -> None:
    client = lab.client()
    lab.answer(UPLOADED)
    options = {"headers": {"Content-Type": lab.sdk.omit}}
    await lab.attempt("result", lambda: client.post("/up", cast_to=object, files={"f": file}, options=options))


@program
async def several_files(lab: Lab) -> None:
    client = lab.client()
    lab.answer(UPLOADED)
    options = {"headers": {"Content-Type": "multipart/form-data"}}
    files = [("f[]", ("one.txt", b"1")), ("f[]", ("two.txt", b"2"))]
    body = {"list": [1, 2], "deep": {"a": True, "b": None}, "text": "ü"}
    await lab.attempt("result", lambda: client.post("/up", cast_to=object, body=body, files=files, options=options))


@program
async def files_from_disk(lab: Lab) -> None:
    import pathlib
    import tempfile

    client = lab.client()
    options = {"headers": {"Content-Type": "multipart/form-data"}}
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "data.txt")
        path.write_bytes(b"from the disk")
        lab.answer(UPLOADED)
        await lab.attempt("path", lambda: client.post("/up", cast_to=object, files={"f": path}, options=options))
        lab.answer(UPLOADED)
        named = ("other.txt", path)
        await lab.attempt("named", lambda: client.post("/up", cast_to=object, files={"f": named}, options=options))
        lab.answer(UPLOADED)
        made = lab.sdk.file_from_path(str(path))
        lab.note("file_from_path", made)
        await lab.attempt("made", lambda: client.post("/up", cast_to=object, files={"f": made}, options=options))
        with open(path, "rb") as opened:
            lab.answer(UPLOADED)
            call = client.post("/up", cast_to=object, files={"f": ("o.txt", opened)}, options=options)
            await lab.attempt("opened", lambda: call)


@program
async def files_of_wrong_types(lab: Lab) -> None:
    client = lab.client()
    for label, files in {"text": "x", "number": 1, "list of numbers": [1]}.items():
        try:
            await lab.result(client.post("/up", cast_to=object, files=files))
        except Exception as error:
            lab.note(label, isinstance(error, (TypeError, RuntimeError)))


@program
async def request_ids_of_the_environment(lab: Lab) -> None:
    """Nothing of the environment gets into a request but what is documented."""
    os.environ["SANDBOX_SDK_CUSTOM_HEADERS"] = "X-Env: 1"
    try:
        client = lab.client()
        lab.answer(PAGE)
        await lab.attempt("result", lambda: client.sandboxes.list())
    finally:
        del os.environ["SANDBOX_SDK_CUSTOM_HEADERS"]
