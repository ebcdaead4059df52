"""Tests that pages are readable as plain Markdown.

Programs are in the pages, and pictures are in their places.
"""

from __future__ import annotations

import re

import pytest

from tests.docs.programs import PAGES, renewed
from tests.support.source import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
FRONT = sorted({path for link in re.findall(r"\]\(([^)#\s]+\.md)", README) if (path := ROOT / link).exists()})


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_program_on_a_page_is_as_its_file_has_it(page) -> None:
    text = page.read_text(encoding="utf-8")

    assert text == renewed(text), "python -m tests.docs.programs copies them in again"


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_each_page_has_its_programs_without_a_builder(page) -> None:
    assert "--8<--" not in page.read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_linked_picture_exists(page) -> None:
    pictures = re.findall(r"!\[[^\]]*\]\(([^)\s]+)\)", page.read_text(encoding="utf-8"))

    assert [picture for picture in pictures if not (page.parent / picture).is_file()] == []


@pytest.mark.parametrize("page", FRONT, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_page_linked_by_the_front_page_has_lines_only_for_the_builder(page) -> None:
    assert re.findall(r"^:::.*$", page.read_text(encoding="utf-8"), re.MULTILINE) == []


def test_a_program_that_differs_is_noticed() -> None:
    page = 'Words.\n\n```py title="tests/docs/__init__.py"\nold\n```\n\nMore.\n'

    assert renewed(page) == 'Words.\n\n```py title="tests/docs/__init__.py"\n\n```\n\nMore.\n'
