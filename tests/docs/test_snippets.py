"""Tests that each Python snippet runs, and prints what its page says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.demos.conftest import serving
from tests.docs.snippets import NAMED_SERVER, Snippet, read_snippets, run
from tests.support.source import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
SNIPPETS = [
    snippet
    for page in PAGES
    for snippet in read_snippets(page.relative_to(ROOT).as_posix(), page.read_text(encoding="utf-8"))
]


@pytest.fixture(scope="module")
def echo_url() -> Iterator[str]:
    """The echo server that the pages name, on a free port."""
    with serving("demos.minimal.server", "0") as (url, _):
        yield url


@pytest.mark.parametrize("snippet", SNIPPETS, ids=str)
def test_a_snippet_runs_and_prints_the_documented_output(snippet: Snippet, echo_url: str) -> None:
    done = run(snippet, echo_url)

    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    if snippet.output:
        assert done.stdout.replace(echo_url, NAMED_SERVER) == snippet.output


def test_the_pages_have_snippets() -> None:
    assert len(SNIPPETS) > 30
    assert {snippet.page for snippet in SNIPPETS} >= {"README.md", "docs/index.md", "docs/howto/engines.md"}


@pytest.mark.parametrize(
    ("text", "snippets"),
    [
        pytest.param("```python\nx = 1\n```\n", [("x = 1\n", "")], id="without-output"),
        pytest.param("```python\nprint(1)\n```\n\n```text\n1\n```\n", [("print(1)\n", "1\n")], id="with-output"),
        pytest.param("```text\nhello\n```\n", [], id="no-python"),
        pytest.param("```python\na\n```\n\nWords.\n\n```text\n1\n```\n", [("a\n", "")], id="output-of-another"),
        pytest.param("```python\na\n```\n\n```python\nb\n```\n", [("a\n", ""), ("b\n", "")], id="two"),
    ],
)
def test_snippets_are_found(text: str, snippets: list[tuple[str, str]]) -> None:
    assert [(each.code, each.output) for each in read_snippets("page.md", text)] == snippets


def test_a_snippet_that_fails_is_noticed(echo_url: str) -> None:
    assert run(Snippet("page", 1, "client.no_such_member\n", ""), echo_url).returncode != 0
