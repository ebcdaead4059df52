"""Tests that each row of the hostile suite has a test.

A test that names a row names one that exists.
"""

from __future__ import annotations

import ast
from functools import cache
from typing import TYPE_CHECKING

import pytest

from tests.hostile.fault_rows import FAULTS
from tests.hostile.rows import LATER, ROWS
from tests.support.source import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator


def marked_rows(text: str, mark: str = "hostile") -> Iterator[str]:
    """Returns the rows that the tests in this source are marked with."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(f"mark.{mark}"):
            yield from (str(ast.literal_eval(argument)) for argument in node.args)


@cache
def tried_rows(mark: str = "hostile") -> frozenset[str]:
    """Returns all rows that some test is marked with."""
    paths = (ROOT / "tests").rglob("test_*.py")
    return frozenset(row for path in paths for row in marked_rows(path.read_text(encoding="utf-8"), mark))


def test_every_fault_is_tried_and_every_mark_names_one() -> None:
    assert tried_rows("faults") == FAULTS.keys()


def test_every_row_is_tried() -> None:
    assert {row: ROWS[row] for row in sorted(ROWS.keys() - LATER.keys() - tried_rows())} == {}


def test_postponed_rows_are_not_tried_yet() -> None:
    assert sorted(tried_rows() & LATER.keys()) == []


def test_no_test_names_a_row_that_is_not_there() -> None:
    assert sorted(tried_rows() - ROWS.keys()) == []


def test_only_rows_are_postponed() -> None:
    assert sorted(LATER.keys() - ROWS.keys()) == []


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        pytest.param("@pytest.mark.hostile('A01')\ndef test_x(): ...", ["A01"], id="function"),
        pytest.param("@mark.hostile('A01', 'B02')\nclass TestX: ...", ["A01", "B02"], id="class-with-two"),
        pytest.param("pytestmark = pytest.mark.hostile('A01')", ["A01"], id="module"),
        pytest.param("# pytest.mark.hostile('A01')", [], id="comment"),
        pytest.param("@pytest.mark.parametrize('A01', [])\ndef test_x(): ...", [], id="another-mark"),
    ],
)
def test_finds_the_rows_that_a_source_is_marked_with(text: str, rows: list[str]) -> None:
    assert list(marked_rows(text)) == rows
