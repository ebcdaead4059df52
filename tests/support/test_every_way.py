from __future__ import annotations

import pytest

from tests.support.every_way import EVERY_SPLIT_UP_TO, every_way, splits


def lines(pieces: list[bytes]) -> list[bytes]:
    """A decoder that is right: lines, wherever the pieces end."""
    return b"".join(pieces).split(b"\n")[:-1]


def lines_of_each_piece(pieces: list[bytes]) -> list[bytes]:
    """A decoder that forgets what it had when a piece ends."""
    return [line for piece in pieces for line in piece.split(b"\n")[:-1]]


def lines_unless_cut_at_the_end(pieces: list[bytes]) -> list[bytes]:
    """A decoder that misses a newline which comes alone."""
    return lines([piece for piece in pieces if piece != b"\n"])


def last_line_only(pieces: list[bytes]) -> list[bytes]:
    """A decoder that lets what comes later take the place of what it had."""
    return lines(pieces)[-1:]


def test_returns_the_result_for_the_whole() -> None:
    assert every_way(lines, b"one\ntwo\nrest", tail=b"\nthree\n") == [b"one", b"two"]


@pytest.mark.parametrize(
    ("feed", "data", "tail"),
    [
        pytest.param(lines_of_each_piece, b"one\n", b"", id="forgets"),
        pytest.param(lines_unless_cut_at_the_end, b"one\n", b"", id="misses-a-byte-alone"),
        pytest.param(lines_of_each_piece, b"\n", b"a\n", id="forgets-in-the-tail"),
        pytest.param(last_line_only, b"one\n", b"two\n", id="replaces"),
    ],
)
def test_a_decoder_that_depends_on_the_pieces_is_found(feed, data: bytes, tail: bytes) -> None:
    with pytest.raises(AssertionError):
        every_way(feed, data, tail=tail)


@pytest.mark.parametrize("length", [0, 1, 2, 3, EVERY_SPLIT_UP_TO, EVERY_SPLIT_UP_TO + 1, 5000, 70_000])
def test_every_way_of_splitting_keeps_every_byte(length: int) -> None:
    data = (bytes(range(251)) * 300)[:length]

    ways = list(splits(data))

    assert all(b"".join(pieces) == data for pieces in ways)
    assert ways[0] == [data[index : index + 1] for index in range(length)]
    assert len(ways) <= EVERY_SPLIT_UP_TO + 10


def test_a_short_case_is_split_at_every_byte() -> None:
    assert [pieces for pieces in splits(b"abcd") if len(pieces) == 2] == [
        [b"a", b"bcd"],
        [b"ab", b"cd"],
        [b"abc", b"d"],
    ]
