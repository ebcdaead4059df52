from __future__ import annotations

import logging

import pytest

from wsclient.protocol.events import BINARY, TEXT, CloseReceived, Ended, Messages, PingReceived, PongReceived
from wsclient.transport.trace import is_tracing, trace_received, trace_sent


def test_logs_each_message_and_control_frame(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "wsclient.frames")
    trace_sent("text", b"out")
    trace_received(
        [
            Messages([b"one", b"two"], TEXT * 2),
            Messages([b"\x00"], BINARY),
            PingReceived(b"i"),
            PongReceived(b"o"),
            CloseReceived(1000, "bye", is_answer=True),
            Ended(was_clean=True),
        ]
    )
    assert [record.getMessage() for record in caplog.records] == [
        "> text 3 bytes: out",
        "< text 3 bytes: one",
        "< text 3 bytes: two",
        r"< binary 1 bytes: \x00",
        "< ping 1 bytes: i",
        "< pong 1 bytes: o",
        "< close 1000 3 bytes: bye",
    ]
    assert {record.levelno for record in caplog.records} == {logging.DEBUG}


@pytest.mark.hostile("I01", "I04")
def test_shows_the_beginning_of_a_large_message_escaped(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "wsclient.frames")
    trace_sent("text", b"\x1b[31m" + b"x" * 1_000_000)
    assert caplog.messages == [r"> text 1000005 bytes: \x1b[31m" + "x" * 59 + "..."]


@pytest.mark.faults("D7")
@pytest.mark.parametrize(
    ("logger", "level", "expected"),
    [
        ("wsclient.frames", logging.DEBUG, True),
        ("wsclient.frames", 1, True),
        ("wsclient.frames", logging.INFO, False),
        ("wsclient", logging.DEBUG, False),
        ("", logging.NOTSET, False),  # as Kivy sets it
        ("", logging.DEBUG, False),
    ],
)
def test_only_a_level_of_its_own_makes_it_trace(
    caplog: pytest.LogCaptureFixture, logger: str, level: int, expected: bool
) -> None:
    caplog.set_level(level, logger)
    assert is_tracing() is expected
