"""Tests the display of a running swarm."""

from __future__ import annotations

import io
import sys

import pytest

from wsclient.cli.swarm_report import Second
from wsclient.cli.swarm_view import open_view

SECOND = Second(
    at=3.0, connecting=1, open=42, failed=0, messages_in=7.0, messages_out=8.0, errors=0, p50=1.0, p95=2.0, p99=3.0,
    longest=4.0, cpu=0.9, missed_frames=0,
)  # fmt: skip


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown(stream: io.StringIO) -> str:
    with open_view(stream) as show:
        show(SECOND)
    return stream.getvalue()


def test_a_pipe_shows_the_end_only() -> None:
    assert shown(io.StringIO()) == ""


def test_without_rich_there_is_a_line_each_second(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rich.console", None)

    line, words, end = shown(Terminal()).split("\n")
    assert line.startswith("    3 s  42 open")
    assert "it uses 90% of a core" in words
    assert end == ""


def test_with_rich_there_is_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("rich")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")

    table = shown(Terminal())
    assert "p99" in table
    assert "42" in table
