"""Tests that the promises name tests that exist.

Each row of the hostile suite belongs to a promise.
"""

from __future__ import annotations

import re

import pytest

from tests.hostile.rows import LATER, ROWS
from tests.support.source import ROOT

PAGE = (ROOT / "docs" / "promises.md").read_text(encoding="utf-8")
PATHS = re.findall(r"`((?:tests|fuzz|benchmarks)/[\w/.]*)`", PAGE)


def rows_in(text: str) -> set[str]:
    """Names the rows in a text: "A04-A07" is four."""
    found = set()
    for letter, first, last in re.findall(r"\b([A-J])(\d\d)(?:-[A-J](\d\d))?", text):
        found |= {f"{letter}{number:02}" for number in range(int(first), int(last or first) + 1)}
    return found


def test_every_row_is_part_of_a_promise() -> None:
    assert sorted(ROWS.keys() - LATER.keys() - rows_in(PAGE)) == []


def test_every_row_that_is_named_is_there() -> None:
    assert sorted(rows_in(PAGE) - ROWS.keys()) == []


@pytest.mark.parametrize("path", PATHS)
def test_every_file_that_is_named_is_there(path: str) -> None:
    assert (ROOT / path).exists()


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        pytest.param("A04-A07, B01", {"A04", "A05", "A06", "A07", "B01"}, id="range"),
        pytest.param("a row such as C03", {"C03"}, id="one"),
        pytest.param("RFC 6455, UTF-8, G10", {"G10"}, id="other-numbers"),
    ],
)
def test_reads_rows(text: str, rows: set[str]) -> None:
    assert rows_in(text) == rows
