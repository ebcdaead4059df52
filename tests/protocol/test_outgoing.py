"""Tests messages that are sent in several pieces.

For how they are queued, see test_outbox.py.
"""

from __future__ import annotations

import pytest

from tests.hostile.wire import BINARY, CONTINUATION
from wsclient.protocol.outgoing import FIN, MASKED, PIECE, LargeFrame, Split, header, heads


@pytest.mark.parametrize(
    ("length", "form"),
    [
        pytest.param(0, "8200", id="none"),
        pytest.param(125, "827d", id="longest-of-7-bits"),
        pytest.param(126, "827e007e", id="shortest-of-16-bits"),
        pytest.param(65535, "827effff", id="longest-of-16-bits"),
        pytest.param(65536, "827f0000000000010000", id="shortest-of-64-bits"),
    ],
)
def test_a_header_has_the_length_in_its_shortest_form(length: int, form: str) -> None:
    assert header(FIN | BINARY, length, 0) == bytes.fromhex(form)


def test_a_stored_head_has_room_for_a_key_if_masked() -> None:
    assert heads(FIN | BINARY, 0)[5] == bytes.fromhex("8205")
    assert heads(FIN | BINARY, MASKED)[5] == bytes.fromhex("8285 00000000")


def test_a_large_frame_is_sent_in_pieces() -> None:
    frame = LargeFrame(b"head", bytes(PIECE + 1))
    assert (frame.has_begun, frame.remaining) == (False, PIECE + 1)

    assert frame.next_piece(None) == b"head" + bytes(PIECE)
    assert (frame.has_begun, frame.remaining) == (True, 1)
    assert frame.next_piece(None) == bytes(1)
    assert frame.remaining == 0


def test_a_split_message_ends_with_its_last_frame() -> None:
    split = Split(FIN | BINARY, b"abcde", 2)

    assert [split.next_frame() for _ in range(3)] == [
        (BINARY, b"ab", False),
        (CONTINUATION, b"cd", False),
        (FIN | CONTINUATION, b"e", True),
    ]


def test_a_split_fragment_that_is_not_the_last_leaves_the_message_open() -> None:
    split = Split(CONTINUATION, b"abc", 2)

    assert [split.next_frame() for _ in range(2)] == [(CONTINUATION, b"ab", False), (CONTINUATION, b"c", True)]
