"""Progress of uploads and downloads."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
import sandbox_sdk
from sandbox_sdk import Session

SIZE = 3 << 20


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    with sandbox_sdk.local() as client, client.sandboxes.session() as made:
        yield made


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class FakeBar:
    """What of tqdm is used."""

    made: list[FakeBar] = []

    def __init__(self, **given: object) -> None:
        self.given = given
        self.n = 0
        self.total: int | None = None
        self.closed = False
        FakeBar.made.append(self)

    def update(self, by: int) -> None:
        self.n += by

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def bars(monkeypatch: pytest.MonkeyPatch) -> list[FakeBar]:
    module = ModuleType("tqdm")
    module.tqdm = FakeBar  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "tqdm", module)
    FakeBar.made = []
    return FakeBar.made


def test_a_callable_is_told(session: Session, tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(bytes(SIZE))
    told: list[tuple[int, int | None]] = []
    session.upload(tmp_path / "large", "/tmp/large", progress=lambda done, total: told.append((done, total)))
    assert len(told) > 2
    assert told == sorted(told)
    assert told[-1] == (SIZE, SIZE)
    told.clear()
    session.download("/tmp/large", tmp_path / "back", progress=lambda done, total: told.append((done, total)))
    assert told == sorted(told)
    assert told[-1] == (SIZE, SIZE)


def test_nobody_knows_how_long_an_archive_will_be(session: Session, tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "f").write_bytes(bytes(SIZE))
    told: list[tuple[int, int | None]] = []
    session.upload(tmp_path / "d", "/tmp/d", progress=lambda done, total: told.append((done, total)))
    assert {total for _, total in told} == {None}
    assert told[-1][0] > SIZE
    told.clear()
    session.download("/tmp/d", tmp_path / "back", progress=lambda done, total: told.append((done, total)))
    assert told[-1][0] == told[-1][1] > SIZE


def test_true_is_a_bar_on_a_terminal(
    session: Session, tmp_path: Path, bars: list[FakeBar], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "large").write_bytes(bytes(SIZE))
    monkeypatch.setattr(sys, "stderr", Terminal())
    session.upload(f"{tmp_path}/large", "/tmp/large", progress=True)
    session.download("/tmp/large", tmp_path / "back", progress=True)
    with pytest.raises(sandbox_sdk.NotFoundError):
        session.download("/tmp/nowhere", tmp_path / "back", progress=True)
    assert [bar.given["desc"] for bar in bars] == ["large", "large", "nowhere"]
    assert [bar.n for bar in bars] == [SIZE, SIZE, 0]
    assert [bar.total for bar in bars[:2]] == [SIZE, SIZE]
    assert all(bar.closed for bar in bars)
    assert all(bar.given["file"] is sys.stderr for bar in bars)


def test_true_is_nothing_elsewhere(
    session: Session, tmp_path: Path, bars: list[FakeBar], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "small").write_bytes(b"x")
    for stderr in (io.StringIO(), None):
        monkeypatch.setattr(sys, "stderr", stderr)
        session.upload(tmp_path / "small", "/tmp/small", progress=True)
    assert not bars
    # Not installed.
    monkeypatch.setitem(sys.modules, "tqdm", None)
    monkeypatch.setattr(sys, "stderr", Terminal())
    session.upload(tmp_path / "small", "/tmp/small", progress=True)
    assert sys.stderr.getvalue() == ""


def test_none_and_false_are_no_progress(session: Session, tmp_path: Path) -> None:
    (tmp_path / "small").write_bytes(b"x")
    for progress in (None, False):
        session.upload(tmp_path / "small", "/tmp/small", progress=progress)
    with pytest.raises(TypeError, match="`progress` must be a callable, True or None, not str"):
        session.upload(tmp_path / "small", "/tmp/small", progress="yes")  # type: ignore[arg-type]
