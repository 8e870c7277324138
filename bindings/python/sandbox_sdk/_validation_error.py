"""What is wrong with a value, and where."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["Problem", "ValidationError", "ValidationFailed", "validation_error"]


class Problem:
    """One thing that is wrong: its kind and words are pydantic's."""

    __slots__ = ("context", "input", "kind", "message", "place")

    def __init__(self, kind: str, message: str, value: Any, context: dict[str, Any] | None = None) -> None:
        self.kind = kind
        self.message = message
        self.input = value
        self.context = context
        self.place: tuple[Any, ...] = ()


class ValidationFailed(Exception):
    """Goes up through what is being checked; each part adds where it stands."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__()
        self.problems = problems

    @classmethod
    def of(cls, kind: str, message: str, value: Any, **context: Any) -> ValidationFailed:
        """One problem of a value."""
        return cls([Problem(kind, message, value, context or None)])

    def within(self, part: Any) -> list[Problem]:
        """The problems as those of a part."""
        for problem in self.problems:
            problem.place = (part, *problem.place)
        return self.problems


class ValidationError(ValueError):
    """A value does not fit its type.

    In a program that has loaded pydantic, pydantic's own error of this name is raised instead.
    """

    def __init__(self, title: str, problems: list[Problem]) -> None:
        super().__init__(title, problems)
        self.title = title
        self._problems = problems

    def errors(self, **_options: Any) -> list[dict[str, Any]]:
        """Each problem as a dict: ``type``, ``loc``, ``msg``, ``input``, and ``ctx`` where there is more to say."""
        return [
            {
                "type": problem.kind,
                "loc": problem.place,
                "msg": problem.message,
                "input": problem.input,
                **({"ctx": problem.context} if problem.context else {}),
            }
            for problem in self._problems
        ]

    def error_count(self) -> int:
        """How many problems there are."""
        return len(self._problems)

    def __str__(self) -> str:
        count = len(self._problems)
        lines = [f"{count} validation error{'' if count == 1 else 's'} for {self.title}"]
        for problem in self._problems:
            if problem.place:
                lines.append(".".join(str(part) for part in problem.place))
            shown = repr(problem.input)
            if len(shown) > 50:
                shown = f"{shown[:25]}...{shown[-24:]}"
            kind = f"type={problem.kind}, input_value={shown}, input_type={type(problem.input).__name__}"
            lines.append(f"  {problem.message} [{kind}]")
        return "\n".join(lines)

    def __repr__(self) -> str:
        return str(self)


def validation_error(title: str, problems: list[Problem]) -> Exception:
    """What to raise: pydantic's own error where a program has it loaded, and so may wait for it."""
    core = sys.modules.get("pydantic_core")
    if core is None:
        return ValidationError(title, problems)
    error: Exception = core.ValidationError.from_exception_data(title, [_line(core, problem) for problem in problems])
    return error


def _line(core: Any, problem: Problem) -> dict[str, Any]:
    line = {"type": problem.kind, "loc": problem.place, "input": problem.input}
    if problem.context:
        line["ctx"] = problem.context
    try:
        core.ValidationError.from_exception_data("", [line])
    except (KeyError, TypeError, ValueError):
        line["type"] = core.PydanticCustomError(problem.kind, problem.message.replace("{", "{{").replace("}", "}}"))
        line.pop("ctx", None)
    return line
