"""Tests the report line by line.

Nothing in it can control a terminal (hostile.md I01).
"""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime

import pytest

from wsclient.cli.report import JsonReport, PlainReport, painter
from wsclient.cli.round_trips import RoundTrips
from wsclient.ground.error import Error
from wsclient.websocket.connection_failure import ConnectionFailure
from wsclient.websocket.connection_statistics import ConnectionStatistics

NOW = datetime(2026, 1, 2, 3, 4, 5, 678_900, tzinfo=UTC)
FAILURE = ConnectionFailure(
    stage="handshake", error=Error.ERR_BUSY, message="The server answered 503.", http_status=503
)
STATISTICS = ConnectionStatistics(
    **dict.fromkeys(ConnectionStatistics._fields, 0) | {"longest_poll": 0.5, "silence": -1.0}
)

STEERING = [
    pytest.param("\x1b[31mred", "\\x1b[31mred", id="colour"),
    pytest.param("\x1b]0;title\x07", "\\x1b]0;title\\x07", id="window-title"),
    pytest.param("a\rb\nc", "a\\rb\\nc", id="lines"),
    pytest.param("\x9b31m", "\\x9b31m", id="one-byte-csi"),
    pytest.param("\u202eabc", "\\u202eabc", id="right-to-left"),
    pytest.param("\x7f\x00", "\\x7f\\x00", id="del-and-nul"),
]

EVENTS = [
    pytest.param(
        lambda report: report.opened("192.0.2.1", 80, ""),
        "* connected to 192.0.2.1 port 80",
        {"event": "opened", "host": "192.0.2.1", "port": 80, "protocol": ""},
        id="opened",
    ),
    pytest.param(
        lambda report: report.opened("", 0, "chat\x1b"),
        "* connected, subprotocol chat\\x1b",
        {"event": "opened", "host": "", "port": 0, "protocol": "chat\x1b"},
        id="opened-and-gone",
    ),
    pytest.param(
        lambda report: report.received("w\u00f6rld"),
        "<      6 text   w\u00f6rld",
        {"event": "received", "size": 6, "text": "w\u00f6rld"},
        id="text",
    ),
    pytest.param(
        lambda report: report.received(""),
        "<      0 text",
        {"event": "received", "size": 0, "text": ""},
        id="empty",
    ),
    pytest.param(
        lambda report: report.received(b"\x00\xff"),
        "<      2 binary 00 ff",
        {"event": "received", "size": 2, "base64": "AP8="},
        id="binary",
    ),
    pytest.param(
        lambda report: report.received(bytes(33)),
        "<     33 binary " + " ".join(["00"] * 32) + " ...",
        {"event": "received", "size": 33, "base64": "A" * 44},
        id="long-binary",
    ),
    pytest.param(
        lambda report: report.sent("hi"),
        ">      2 text   hi",
        {"event": "sent", "size": 2, "text": "hi"},
        id="sent",
    ),
    pytest.param(
        lambda report: report.round_trip(3, 0.0125),
        "* round trip 3: 12.500 ms",
        {"event": "round_trip", "number": 3, "seconds": 0.0125},
        id="round-trip",
    ),
    pytest.param(
        lambda report: report.failed(FAILURE),
        "! The server answered 503.",
        {
            "event": "failed",
            "stage": "handshake",
            "error": "ERR_BUSY",
            "message": "The server answered 503.",
            "hint": "",
            "http_status": 503,
        },
        id="failed",
    ),
    pytest.param(
        lambda report: report.closed(4000, "bye\n", is_clean=True),
        "* closed: code 4000, bye\\n",
        {"event": "closed", "clean": True, "code": 4000, "reason": "bye\n"},
        id="closed",
    ),
    pytest.param(
        lambda report: report.closed(1006, "", is_clean=False),
        "! lost: no Close frame",
        {"event": "closed", "clean": False, "code": 1006, "reason": ""},
        id="lost",
    ),
    pytest.param(
        lambda report: report.closed(1005, "", is_clean=True),
        "* closed: no code",
        {"event": "closed", "clean": True, "code": 1005, "reason": ""},
        id="closed-without-a-code",
    ),
    pytest.param(
        lambda report: report.round_trips({"count": 2, "minimum": 0.001}),
        "* 2 round trips in ms: minimum 1.000",
        {"event": "round_trips", "count": 2, "minimum": 0.001},
        id="round-trips",
    ),
    pytest.param(
        lambda report: report.round_trips(RoundTrips().summary()),
        "* no round trip was measured",
        {"event": "round_trips"},
        id="no-round-trips",
    ),
]


def plain(act) -> list[str]:
    lines: list[str] = []
    act(PlainReport(lambda line, style: lines.append(line), lambda: NOW))
    return lines


def as_json(act) -> str:
    stream = io.StringIO()
    act(JsonReport(stream, lambda: NOW))
    return stream.getvalue()


@pytest.mark.parametrize(("act", "line", "event"), EVENTS)
def test_shows_a_line_for_each_event(act, line, event):
    assert plain(act) == [f"03:04:05.678 {line}"]


@pytest.mark.parametrize(("act", "line", "event"), EVENTS)
def test_writes_an_object_for_each_event(act, line, event):
    assert json.loads(as_json(act)) == {"time": "2026-01-02T03:04:05.678+00:00", **event}
    assert as_json(act).count("\n") == 1


def test_shows_each_statistic():
    lines = plain(lambda report: report.statistics(STATISTICS))

    assert len(lines) == len(ConnectionStatistics._fields)
    assert lines[0] == "03:04:05.678 * messages received: 0"
    assert "03:04:05.678 * longest poll: 500.000 ms" in lines
    assert "03:04:05.678 * silence: -" in lines
    assert json.loads(as_json(lambda report: report.statistics(STATISTICS)))["longest_poll"] == 0.5


@pytest.mark.hostile("I01")
@pytest.mark.parametrize(("message", "shown"), STEERING)
def test_text_of_a_server_cannot_control_the_terminal(message, shown):
    (line,) = plain(lambda report: report.received(message))

    assert line.endswith(f" text   {shown}")
    assert line.isprintable()


@pytest.mark.hostile("I01")
@pytest.mark.parametrize(("message", "shown"), STEERING)
def test_text_of_a_server_cannot_control_the_terminal_in_json(message, shown):
    written = as_json(lambda report: report.received(message))

    assert written.isascii()
    assert written.rstrip("\n").isprintable()
    assert json.loads(written)["text"] == message


def test_a_long_message_is_cut_only_on_the_screen():
    message = "x" * 20_000
    (line,) = plain(lambda report: report.received(message))

    assert line.endswith("x...")
    assert len(line) < 11_000
    assert json.loads(as_json(lambda report: report.received(message)))["text"] == message


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_pipe_gets_no_colours():
    stream = io.StringIO()
    painter(stream)("12:00 < [red]x[/red]", "green")

    assert stream.getvalue() == "12:00 < [red]x[/red]\n"


def test_without_rich_a_terminal_shows_no_colours(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "rich.console", None)
    stream = Terminal()
    painter(stream)("line", "green")

    assert stream.getvalue() == "line\n"


def test_with_rich_a_terminal_shows_colours_and_the_same_line(monkeypatch):
    pytest.importorskip("rich")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    stream = Terminal()
    line = "12:00 < [red]x[/red] " + "y" * 300
    painter(stream)(line, "green")

    assert stream.getvalue() == f"\x1b[32m{line}\x1b[0m\n"
