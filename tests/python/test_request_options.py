"""What is known of a request before it is sent."""

from __future__ import annotations

import pytest
from sandbox_sdk import not_given
from sandbox_sdk._models import FinalRequestOptions


def test_what_was_not_said() -> None:
    options = FinalRequestOptions(method="get", url="/x")
    assert (options.method, options.url, options.params, options.json_data, options.files) == (
        "get",
        "/x",
        {},
        None,
        None,
    )
    assert options.headers is options.timeout is options.max_retries is options.post_parser is not_given
    assert (options.follow_redirects, options.idempotency_key, options.content, options.extra_json) == (None,) * 4
    assert options.get_max_retries(7) == 7
    assert FinalRequestOptions(method="get", url="/x", max_retries=0).get_max_retries(7) == 0
    assert options.params is not FinalRequestOptions(method="get", url="/x").params
    with pytest.raises(TypeError, match="nonsense"):
        FinalRequestOptions(method="get", url="/x", nonsense=1)


def test_construct_leaves_out_what_is_not_given() -> None:
    made = FinalRequestOptions.construct(
        method="post", url="/x", headers={"a": "b", "c": not_given}, params={"p": not_given}, json_data={"d": 1}
    )
    assert (made.headers, made.params, made.json_data) == ({"a": "b"}, {}, {"d": 1})
    assert made == FinalRequestOptions.model_construct(**vars(made))
    assert "method='post'" in repr(made)


def test_the_header_of_raw_answers_is_taken_away() -> None:
    given = {"X-Stainless-Raw-Response": "raw", "a": "b"}
    options = FinalRequestOptions.construct(method="get", url="/x", headers=given)
    options._strip_raw_response_header()
    assert options.headers == {"a": "b"}
    assert "X-Stainless-Raw-Response" in given
    bare = FinalRequestOptions(method="get", url="/x")
    bare._strip_raw_response_header()
    assert bare.headers is not_given


def test_copies() -> None:
    options = FinalRequestOptions(method="post", url="/x", json_data={"a": [1]})
    shallow, deep = options.model_copy(), options.model_copy(deep=True)
    shallow.url = "/y"
    assert options.url == "/x"
    assert shallow.json_data is options.json_data
    assert deep == options
    assert deep.json_data is not options.json_data
