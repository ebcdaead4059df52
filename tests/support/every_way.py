"""Runs a case of a decoder: whole, in pieces, and followed by more data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["every_way", "splits"]

Result = TypeVar("Result")

# Above it, "every split in two" would cost more than it finds: the splits there are near both ends and evenly between.
EVERY_SPLIT_UP_TO = 512


def every_way(feed: Callable[[list[bytes]], Result], data: bytes, *, tail: bytes = b"") -> Result:
    """Decodes `data` cut in many ways, and asserts that the results are equal.

    It passes the data in one piece, byte by byte, and split in two anywhere.

    Args:
        feed: makes a new decoder, passes it the pieces one by one, and returns the results. It has to flatten what the
            decoder may group freely (a run of messages), because the results are compared with `==`.
        data: the bytes of the case.
        tail: more bytes to add. Cutting anywhere must not matter there either, and where results are
            sequences, those of `data` alone must come first and unchanged.

    Returns:
        The result for `data` alone, which the test compares with the right one.
    """
    whole = feed([data])
    for pieces in splits(data):
        assert feed(pieces) == whole, f"{data.hex(' ')} decodes differently as {_shown(pieces)}"
    if tail:
        _with_tail(feed, data, tail, whole)
    return whole


def splits(data: bytes) -> Iterator[list[bytes]]:
    """Returns the ways to cut `data` that a test of a decoder should try.

    They are single bytes, two pieces, and an empty piece in between.
    """
    yield [data[index : index + 1] for index in range(len(data))]
    for index in _cuts(len(data)):
        yield [data[:index], data[index:]]
    middle = len(data) // 2
    yield [b"", data[:middle], b"", data[middle:]]


def _cuts(length: int) -> Sequence[int]:
    if length <= EVERY_SPLIT_UP_TO:
        return range(1, length)
    near = EVERY_SPLIT_UP_TO // 4
    evenly = range(near, length - near, max(1, (length - 2 * near) // (2 * near)))
    return [*range(1, near), *evenly, *range(length - near, length)]


def _with_tail(feed: Callable[[list[bytes]], Result], data: bytes, tail: bytes, whole: Result) -> None:
    longer = feed([data, tail])
    for pieces in splits(data + tail):
        assert feed(pieces) == longer, f"{data.hex(' ')} before {tail.hex(' ')} decodes differently as {_shown(pieces)}"
    assert feed([data + tail]) == longer, f"{data.hex(' ')} and {tail.hex(' ')} decode differently in one piece"
    if isinstance(whole, Sequence) and isinstance(longer, Sequence):
        assert longer[: len(whole)] == whole, f"{tail.hex(' ')} behind {data.hex(' ')} changes what came before it"


def _shown(pieces: list[bytes]) -> str:
    return " | ".join(piece.hex(" ") for piece in pieces)
