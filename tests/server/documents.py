"""Whether an answer is what api/openapi.yaml, and for an error docs/server.md, says that it is."""

from __future__ import annotations

import json
import re
import urllib.parse
from functools import cache
from pathlib import Path

import yaml
from error_table import check_error
from openapi_schema_validator import OAS31Validator

ROOT = Path(__file__).resolve().parents[2]

# Of a longer page the rest is like the beginning, and checking it takes longer than making it.
ITEMS_CHECKED = 50


@cache
def api() -> dict:
    return yaml.safe_load((ROOT / "api/openapi.yaml").read_text())


def _only_the_known(node):
    """A schema that allows no field beyond those that it describes: clients ignore others, this server has none."""
    if isinstance(node, list):
        return [_only_the_known(each) for each in node]
    if not isinstance(node, dict):
        return node
    if "allOf" in node:
        parts = [_resolved(part) for part in node["allOf"]]
        node = {
            "type": "object",
            "properties": {name: field for part in parts for name, field in part.get("properties", {}).items()},
            "required": [name for part in parts for name in part.get("required", [])],
        }
    closed = {"additionalProperties": False} if isinstance(node.get("properties"), dict) else {}
    return {**closed, **{name: _only_the_known(value) for name, value in node.items()}}


def _resolved(node: dict) -> dict:
    if "$ref" not in node:
        return node
    return api()["components"]["schemas"][node["$ref"].rpartition("/")[2]]


@cache
def _schemas() -> dict:
    return {name: _only_the_known(schema) for name, schema in api()["components"]["schemas"].items()}


@cache
def _validator(reference: str) -> OAS31Validator:
    return OAS31Validator({"$ref": reference, "components": {"schemas": _schemas()}})


def _faults(document, reference: str) -> list[str]:
    return [
        f"{'.'.join(map(str, one.absolute_path))}: {one.message}" for one in _validator(reference).iter_errors(document)
    ]


def check(document, schema: str) -> None:
    """Fails unless the document is one of a schema of api/openapi.yaml."""
    assert _faults(document, f"#/components/schemas/{schema}") == [], f"not a {schema}"


# ---- whole answers ----


@cache
def _operations() -> list[tuple[str, re.Pattern, dict]]:
    """Method, path and operation; paths without an id come first, as the server takes them."""
    paths = sorted(api()["paths"].items(), key=lambda item: "{" in item[0])
    return [
        (method.upper(), re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path))), operation)
        for path, item in paths
        for method, operation in item.items()
        if method in ("get", "post", "delete")
    ]


def _operation(method: str, path: str) -> dict | None:
    """HEAD is GET without its body."""
    path = urllib.parse.urlsplit(path).path
    wanted = "GET" if method == "HEAD" else method
    # What is the path of an operation is no sandbox's that is called so.
    fixed = path in api()["paths"]
    for known, pattern, operation in _operations():
        if known == wanted and pattern.fullmatch(path) and (not fixed or pattern.pattern == re.escape(path)):
            return operation
    return None


def _check_error(answer, operation: dict | None) -> None:
    error = answer.error
    check(answer.json, "Error")
    check_error(operation and operation["operationId"], answer.status, error["type"])


def _check_success(method: str, answer, operation: dict) -> None:
    response = operation["responses"].get(str(answer.status))
    assert response is not None, f"api/openapi.yaml has no {answer.status} for {operation['operationId']}"
    kind = (answer.headers["Content-Type"] or "").split(";")[0]
    assert kind in response["content"], f"api/openapi.yaml has no {kind} for {operation['operationId']}"
    for name, header in response.get("headers", {}).items():
        assert name in answer.headers or not header.get("required"), f"the answer lacks {name}"
    if kind != "application/json" or method == "HEAD":
        return
    document = json.loads(answer.body)
    if isinstance(document, dict) and isinstance(document.get("data"), list):
        document["data"] = document["data"][:ITEMS_CHECKED]
    assert _faults(document, response["content"][kind]["schema"]["$ref"]) == [], operation["operationId"]


def check_answer(method: str, path: str, answer) -> None:
    """Fails unless the answer to a request is one that is documented."""
    if "X-Request-Id" not in answer.headers:
        assert answer.body.startswith(b"<html>"), "not a page of libmicrohttpd's, and without a number"
        assert answer.status >= 400
        return
    operation = _operation(method, path)
    if answer.status >= 400:
        if method != "HEAD":
            _check_error(answer, operation)
    elif operation:
        _check_success(method, answer, operation)
    else:
        assert (method, path) == ("GET", "/metrics"), f"api/openapi.yaml has no {method} {path}"
