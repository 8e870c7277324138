"""How models look in a notebook."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from recorder import Recorder
from sandbox_sdk import BaseModel, SandboxSDK
from sandbox_sdk.types import SandboxExecuteResponse, SandboxListResponse

HOSTILE = "<script>alert('x')</script>&amp;\"quoted\""


class Page(HTMLParser):
    """Reads HTML: which elements there are, and the text in them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.text: list[str] = []
        self.feed(html)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def test_a_list_is_a_table(server: Recorder, client: SandboxSDK) -> None:
    sandbox = {"id": "sbx-1", "name": HOSTILE, "status": "running", "unknown": {"a": HOSTILE}}
    server.answer({"data": [sandbox, {"id": "sbx-2"}], "pagination": {"page": 1, "total_items": 7}})
    page = Page(client.sandboxes.list()._repr_html_())
    assert page.tags.count("tr") == 3
    assert "script" not in page.tags
    assert "SandboxListResponse: 2 of 7" in page.text
    assert {"id", "name", "status", "unknown", "sbx-1", "sbx-2", HOSTILE} <= set(page.text)


def test_an_empty_list(server: Recorder, client: SandboxSDK) -> None:
    server.answer({"data": [], "pagination": {"page": 1}})
    assert "SandboxListResponse: 0" in Page(client.sandboxes.list()._repr_html_()).text


def test_a_long_list_is_cut() -> None:
    many = SandboxListResponse.construct(data=[{"id": f"sbx-{number}"} for number in range(150)], pagination=None)
    page = Page(many._repr_html_())
    assert page.tags.count("tr") == 101
    assert "SandboxListResponse: 150, the first 100 are shown" in page.text


def test_a_result_shows_what_the_command_wrote() -> None:
    result = SandboxExecuteResponse.construct(
        exit_code=3, status="timeout", stdout="a\n" + HOSTILE, stderr=HOSTILE, execution_time_ms=12
    )
    page = Page(result._repr_html_())
    assert page.tags.count("pre") == 2
    assert "script" not in page.tags
    assert "exit code 3, timeout, 12 ms" in page.text
    assert "a\n" + HOSTILE in page.text
    quiet = Page(SandboxExecuteResponse.construct(exit_code=0, status="completed", stdout="", stderr="")._repr_html_())
    assert quiet.text == ["exit code 0"]


def test_endless_output_is_cut() -> None:
    html = SandboxExecuteResponse.construct(exit_code=0, stdout="x" * 1_000_000, stderr="")._repr_html_()
    assert len(html) < 20_000
    assert "990000 more characters" in html


@pytest.mark.parametrize("value", [None, "text", 5, 1.5, [HOSTILE], {"a": 1}])
def test_any_other_model_is_a_table_of_its_fields(value: object) -> None:
    class Mine(BaseModel):
        name: str
        data: object = None

    page = Page(Mine.construct(name=HOSTILE, data=value, exit_code=1)._repr_html_())
    assert page.tags.count("tr") == 3
    assert HOSTILE in page.text
    assert "Mine" in page.text
