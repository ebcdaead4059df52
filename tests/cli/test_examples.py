"""Tests `wsclient examples`, which lists the demos or says how to get them."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from wsclient.cli.examples import examples

if TYPE_CHECKING:
    from pathlib import Path


def test_demos_next_to_the_package_are_listed() -> None:
    output = io.StringIO()
    examples(output)

    assert "python -m demos.arena\n" in output.getvalue()


def test_without_demos_it_says_where_to_find_them(tmp_path: Path) -> None:
    output = io.StringIO()
    examples(output, tmp_path / "wsclient")

    assert "pip download" in output.getvalue()
