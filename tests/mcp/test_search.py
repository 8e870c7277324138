"""What a search finds, beside what SQLite's FTS5 finds with the same ranking and stems, and what it costs."""

from __future__ import annotations

import re
import sqlite3
import subprocess
from collections import defaultdict
from pathlib import Path

import pytest
from harness import IS_OTHER_BUILD, PROGRAM, ROOT, Host

PAGES = {path.name: path.read_text(encoding="utf-8") for path in sorted((ROOT / "docs").glob("*.md"))}
DOCS = "docs://sandbox-sdk/"
MOST = 20
CLOSE = 0.01  # FTS5 takes a few signs for words


@pytest.fixture(scope="module")
def searched():
    with Host("--tools", "docs") as host:
        host.shake_hands()
        yield host


def search(host: Host, query: str, limit: int = MOST) -> list[dict]:
    return host.call("search_docs", query=query, limit=limit)["structuredContent"]["found"]


def sections(text: str) -> list[str]:
    """Each with its heading; a block of code has none."""
    begins, in_code = [0], False
    for end in re.finditer("\n", text):
        if text.startswith("```", end.end()):
            in_code = not in_code
        elif not in_code and text.startswith("#", end.end()):
            begins.append(end.end())
    return [text[begin:end] for begin, end in zip(begins, [*begins[1:], None])]


def heading(section: str) -> str:
    return section.partition("\n")[0].lstrip("# ")


# The same by FTS5


@pytest.fixture(scope="module")
def index():
    made = sqlite3.connect(":memory:")
    made.execute(
        "CREATE VIRTUAL TABLE all_sections USING fts5(uri UNINDEXED, heading, body, tokenize = 'porter unicode61')"
    )
    for name, text in PAGES.items():
        rows = [(DOCS + name, heading(section), section) for section in sections(text)]
        made.executemany("INSERT INTO all_sections VALUES (?, ?, ?)", rows)
    yield made
    made.close()


def scores(index: sqlite3.Connection, words: list[str]) -> list[tuple[tuple[str, str], float]]:
    """Of what has all of the words, or else of what has any of them: the best first."""
    sql = (
        "SELECT uri, heading, -bm25(all_sections, 0, 4, 1) FROM all_sections WHERE all_sections MATCH ? ORDER BY 3 DESC"
    )
    for between in (" ", " OR "):
        found = index.execute(sql, [between.join(f'"{word}"' for word in words)]).fetchall()
        if found:
            break
    return [((uri, title), score) for uri, title, score in found]


def queries() -> list[list[str]]:
    """Headings, whose words have to be different ones, and words."""
    titles = {heading(section) for text in PAGES.values() for section in sections(text)}
    made = [list({word[:4].lower(): word for word in re.findall("[A-Za-z]+", title)}.values()) for title in titles]
    words = sorted({word for text in PAGES.values() for word in re.findall("[A-Za-z]{3,}", text)})
    return [query for query in sorted(made) if 1 <= len(query) <= 16] + [[word] for word in words[::7]]


def test_it_ranks_as_fts5_does(searched, index):
    for words in queries():
        expected = scores(index, words)
        known = defaultdict(list)
        for key, score in expected:
            known[key].append(score)
        found = search(searched, " ".join(words))
        assert len(found) == min(MOST, len(expected)), words
        for each, (_, score) in zip(found, expected):
            of_this = known[(each["uri"], each["heading"])]
            assert any(abs(one - score) <= CLOSE * score for one in of_this), (words, each["heading"])


BEGINNINGS = "b ba bat bathom by sky stay conn cann tripp hopp fil fizz troubl agre siz relig commun y ay yay oa pro"
ENDINGS = """
    s es ies sses ss eed ed ing ated ating bled bling ized izing y ational tional enci anci izer logi bli alli entli
    eli ousli ization ation ator alism iveness fulness ousness aliti iviti biliti icate ative alize iciti ical ful ness
    al ance ence er ic able ible ant ement ment ent sion tion ion ou ism ate iti ous ive ize e ll lle ee
"""


def test_stems_are_those_of_fts5():
    endings = ["", *ENDINGS.split()]
    words = {begin + end + more for begin in BEGINNINGS.split() for end in endings for more in endings}
    words |= {word.lower() for text in PAGES.values() for word in re.findall("[A-Za-z]+", text)}
    listed = sorted(word for word in words if "yy" not in word)  # which is a double consonant to FTS5 alone
    stems = subprocess.run(
        [PROGRAM.parent / "mcp-stems"], input="\n".join(listed), capture_output=True, text=True, check=True
    )
    made = sqlite3.connect(":memory:")
    made.execute("CREATE VIRTUAL TABLE words USING fts5(word, tokenize = 'porter ascii')")
    made.executemany("INSERT INTO words(rowid, word) VALUES (?, ?)", enumerate(listed))
    made.execute("CREATE VIRTUAL TABLE stems USING fts5vocab(words, instance)")
    expected = dict(made.execute("SELECT doc, term FROM stems"))
    assert dict(enumerate(stems.stdout.split())) == expected


# The part that is shown


def words_of(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text)


@pytest.mark.parametrize("query", ["upload", "timeout", "proxies", "the", "idempotency key", "python lua c"])
def test_snippets_are_parts_of_the_sections(searched, query):
    found = search(searched, query)
    assert found
    for each in found:
        page = PAGES[each["uri"].removeprefix(DOCS)]
        snippet = each["snippet"]
        part = snippet.removeprefix(" … ").removesuffix(" … ")
        section = next(one for one in sections(page) if heading(one) == each["heading"] and part in one)
        assert snippet.startswith(" … ") != section.startswith(part)
        assert snippet.endswith(" … ") != section.endswith(part)
        assert len(words_of(part)) <= 42  # some signs are words to Python
        assert any(word[:4] in part.lower() for word in query.split())


def test_letters_are_small_and_capital(searched):
    assert search(searched, "UPLOAD") == search(searched, "upload") == search(searched, "Uploading") != []


# What it costs


def anonymous_kib(host: Host) -> int:
    status = Path(f"/proc/{host.process.pid}/status").read_text(encoding="utf-8")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("RssAnon"))


@pytest.mark.skipif(IS_OTHER_BUILD, reason="other builds keep what was freed")
def test_it_leaves_no_memory_behind():
    with Host("--tools", "docs") as host:
        host.shake_hands()
        before = anonymous_kib(host)
        for query in ("upload a file", "timeout", "how is a sandbox broken?"):
            assert search(host, query)
        assert anonymous_kib(host) - before < 512
