"""How models look in a notebook. All that comes from a server is escaped."""

from __future__ import annotations

from html import escape

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# How much of a list and of a text is shown.
_MOST_ROWS = 100
_MOST_TEXT = 10_000
_CELL = ' style="text-align: left; vertical-align: top; white-space: pre-wrap"'


def model_html(model: Any) -> str:
    """A model: a list as a table of its items, a command's result with its output, any other as a table of fields."""
    fields = dict(model)
    items = fields.get("data")
    if isinstance(items, list) and all(hasattr(item, "model_fields_set") for item in items):
        return _list_html(type(model).__name__, items, fields.get("pagination"))
    if "stdout" in fields and "exit_code" in fields:
        return _execution_html(fields)
    rows = "".join(f"<tr><th{_CELL}>{_text(name)}</th>{_cell(value)}</tr>" for name, value in fields.items())
    return f"<table><caption>{_text(type(model).__name__)}</caption><tbody>{rows}</tbody></table>"


def _list_html(name: str, items: list[Any], pagination: Any) -> str:
    columns: dict[str, None] = {}
    shown = items[:_MOST_ROWS]
    for item in shown:
        columns.update(dict.fromkeys(field for field, value in item if value is not None))
    head = "".join(f"<th{_CELL}>{_text(column)}</th>" for column in columns)
    rows = "".join(
        "<tr>" + "".join(_cell(getattr(item, column, None)) for column in columns) + "</tr>" for item in shown
    )
    caption = f"{name}: {len(items)}"
    total = getattr(pagination, "total_items", None)
    if isinstance(total, (int, float)) and total != len(items):
        caption += f" of {total:.0f}"
    if len(shown) < len(items):
        caption += f", the first {len(shown)} are shown"
    return f"<table><caption>{_text(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _execution_html(fields: dict[str, Any]) -> str:
    heading = f"exit code {fields.get('exit_code')}"
    if fields.get("status") not in (None, "completed"):
        heading += f", {fields['status']}"
    if fields.get("execution_time_ms") is not None:
        heading += f", {fields['execution_time_ms']} ms"
    parts = [f"<div><b>{_text(heading)}</b></div>"]
    for name, style in (("stdout", ""), ("stderr", ' style="color: #b00"')):
        if fields.get(name):
            parts.append(f"<pre{style}>{_text(fields[name])}</pre>")
    return "<div>" + "".join(parts) + "</div>"


def _cell(value: Any) -> str:
    return f"<td{_CELL}>{'' if value is None else _text(value)}</td>"


def _text(value: Any) -> str:
    text = value if isinstance(value, str) else repr(value)
    if len(text) > _MOST_TEXT:
        text = f"{text[:_MOST_TEXT]}… {len(text) - _MOST_TEXT} more characters"
    return escape(text)
