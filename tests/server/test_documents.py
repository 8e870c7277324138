"""Every answer of these tests is compared with the documents (harness.Server.call): what is not in them is found."""

from __future__ import annotations

import http.client
import json
from types import SimpleNamespace

import documents
import pytest
from error_table import ANSWERED_BY, EVERY, documented_errors
from harness import Answer

DOWNLOAD = "/v1/sandboxes/x/download?path=a"
DELETED = {"id": "x", "message": "deleted"}


def answer(status: int, body=None, **headers: str) -> Answer:
    lines = http.client.HTTPMessage()
    for name, value in {"X_Request_Id": "r", "Content_Type": "application/json", **headers}.items():
        lines[name.replace("_", "-")] = value
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(SimpleNamespace(status=status, headers=lines, read=lambda: text))


def error(kind: str, **more) -> dict:
    return {"error": {"type": kind, "message": "a cause", **more}}


@pytest.mark.parametrize(
    ("method", "path", "given"),
    [
        ("DELETE", "/v1/sandboxes/x/delete", answer(200, DELETED)),
        ("DELETE", "/v1/sandboxes/x/delete", answer(404, error("not_found"))),
        ("GET", "/nothing", answer(404, error("not_found"))),
        ("GET", "/nothing", answer(405, error("method_not_allowed"))),
        ("GET", "/nothing", answer(401, error("authentication_error"))),
        ("GET", "/v1/sandboxes/create", answer(405, error("method_not_allowed"))),
        ("GET", DOWNLOAD, answer(416, error("range_not_satisfiable"))),
        ("POST", "/v1/sandboxes/create", answer(422, error("validation_error", field="name"))),
        ("GET", DOWNLOAD, answer(200, b"\0", Content_Type="application/octet-stream")),
        ("HEAD", DOWNLOAD, answer(200, b"", Content_Type="application/octet-stream")),
        ("HEAD", DOWNLOAD, answer(404, b"")),
        ("GET", "/metrics", answer(200, b"", Content_Type="text/plain")),
    ],
)
def test_what_is_documented(method, path, given):
    documents.check_answer(method, path, given)


@pytest.mark.parametrize(
    ("method", "path", "given"),
    [
        ("DELETE", "/v1/sandboxes/x/delete", answer(200, {"id": "x"})),
        ("DELETE", "/v1/sandboxes/x/delete", answer(200, {**DELETED, "new": 1})),
        ("DELETE", "/v1/sandboxes/x/delete", answer(200, {**DELETED, "storage_deleted": "yes"})),
        ("DELETE", "/v1/sandboxes/x/delete", answer(200, [])),
        ("DELETE", "/v1/sandboxes/x/delete", answer(201, DELETED)),
        ("DELETE", "/v1/sandboxes/x/delete", answer(200, DELETED, Content_Type="text/plain")),
        ("DELETE", "/v1/sandboxes/x/delete", answer(418, error("teapot"))),
        ("DELETE", "/v1/sandboxes/x/delete", answer(404, error("conflict"))),
        ("DELETE", "/v1/sandboxes/x/delete", answer(404, {"error": {"type": "not_found"}})),
        ("DELETE", "/v1/sandboxes/x/delete", answer(404, error("not_found"), Content_Type="text/html")),
        ("DELETE", "/v1/sandboxes/x/delete", answer(405, error("method_not_allowed"))),
        ("POST", "/v1/sandboxes/create", answer(416, error("range_not_satisfiable"))),
        ("POST", "/v1/sandboxes/create", answer(429, error("rate_limited"))),
        ("GET", "/v1/sandboxes/list", answer(404, error("not_found"))),
        ("GET", "/v1/health", answer(422, error("validation_error", field="name"))),
        ("GET", "/nothing", answer(422, error("validation_error", field="name"))),
        ("GET", "/v1/sandboxes/x/delete", answer(200, DELETED)),
        ("GET", "/nothing", answer(200, DELETED)),
        ("GET", "/v1/sandboxes/list", answer(200, {"data": [{}], "pagination": None})),
        ("GET", DOWNLOAD, answer(206, b"a", Content_Type="application/octet-stream")),
        ("GET", DOWNLOAD, answer(200, b"a", Content_Type="text/html")),
    ],
)
def test_what_is_not(method, path, given):
    with pytest.raises((AssertionError, KeyError)):
        documents.check_answer(method, path, given)


def test_each_error_and_each_operation_is_in_the_table():
    assert set(ANSWERED_BY) == set().union(*documented_errors().values())
    items = documents.api()["paths"].values()
    known = {each["operationId"] for item in items for each in item.values() if "operationId" in each}
    assert known == EVERY
    assert all(operations <= EVERY for operations in ANSWERED_BY.values())
