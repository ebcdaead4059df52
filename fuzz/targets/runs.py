"""Runs of frames, short and large, in either role.

Frames are taken many at a time, cut out once, or given memory of their own. A few bytes of input describe large data,
so that an input can contain frames of 64 KiB, or hundreds of frames.
"""

from __future__ import annotations

from itertools import accumulate, cycle, pairwise
from typing import TYPE_CHECKING, Final

from fuzz.model import Limits, read_stream
from fuzz.targets.frames import receive
from fuzz.targets.pieces import split_off
from wsclient.protocol.connection import Connection, Role
from wsclient.protocol.masking import mask

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["LIMITS", "SIZES", "check"]

LIMITS = Limits(size=140_000, fragments=40)

_MOST = 400_000  # bytes of one stream, and of a frame; arbitrary

SIZES: Final = (
    *(0, 1, 2, 5, 16, 60, 124, 125, 126, 127, 300, 1024, 1025, 4000, 16_383, 16_384, 65_535, 65_536, 65_537, 90_000),
    *(LIMITS.size - 1, LIMITS.size, LIMITS.size + 1),
)
"""The size of payloads."""

_OPCODES = (1, 2, 1, 2, 1, 2, 0, 9, 10, 2, 1, 0, 8, 2, 1, 3)
_CHARACTERS = (b"a", "é".encode(), "€".encode(), "\U0001f600".encode(), b"a", b"ab", b"\0", b"\xff")

# Bytes at a time. 0 means as many as the connection would read. A negative number means up to that many bytes before
# or after the start of the next frame, which cuts its header, or leaves the last bytes of its payload for later.
_PIECES = (0, 65_536, 263_168, 1400, 16_384, 700, -1, -1)


def check(data: bytes) -> int:
    """Builds runs of frames as the input says; returns the number of frames.

    The input has a byte of choices, then four bytes for each run: see `_run`.
    """
    (choice,), rest = split_off(data, 1)
    role = Role.SERVER if choice & 1 else Role.CLIENT
    frames = list(_frames(rest, is_masked=role is Role.SERVER))
    stream = b"".join(frames)
    seen = read_stream(stream, LIMITS, is_masked=role is Role.SERVER)
    connection = Connection(role, max_message_size=LIMITS.size, max_fragments=LIMITS.fragments, random_bytes=bytes)
    told = receive(connection, _pieces(frames, stream, connection, _PIECES[choice >> 1 & 7], choice >> 4))
    expected = [*seen.told]
    if not expected or expected[-1][0] not in ("close", "refused"):
        expected.append(("lost",))
    assert len(told) == len(expected), f"{len(told)} told instead of {len(expected)}"
    for number, (one, other) in enumerate(zip(told, expected, strict=True)):
        assert one == other, f"{str(one)[:80]} instead of {str(other)[:80]}, number {number}"
    assert connection.is_closed
    return seen.frames


def _pieces(frames: list[bytes], stream: bytes, connection: Connection, size: int, turn: int) -> Iterator[bytes]:
    """Yields all of the data in pieces.

    They have one size, except for the first, or are cut near the starts of frames.
    """
    if size < 0:
        ends = [end + turn - 11 for end in accumulate(map(len, frames)) if end + turn > 11]
        yield from (stream[start:end] for start, end in pairwise((0, *ends, len(stream))) if end > start)
        return
    start, end = 0, turn * 1001
    while start < len(stream):
        if end > start:
            yield stream[start:end]
        start, end = end, end + (size or connection.read_size)


def _frames(data: bytes, *, is_masked: bool) -> Iterator[bytes]:
    room = _MOST
    while len(data) >= 4:
        run, data = data[:4], data[4:]
        for frame in _run(*run, is_masked=is_masked):
            yield frame
            room -= len(frame)
            if room < 0:
                return


def _run(what: int, how: int, count: int, odd: int, *, is_masked: bool) -> Iterator[bytes]:
    """Yields frames that are equal, except for some of them.

    Args:
        what: the opcode, the characters, and a bit that is set if the frame is not final.
        how: determines the size.
        count: the number of frames.
        odd: determines how often a frame is different, and in what way; 0 for never.
        is_masked: True if they are masked.
    """
    opcode, characters, is_final = _OPCODES[what & 15], _CHARACTERS[what >> 4 & 7], what < 128
    size = SIZES[how % len(SIZES)]
    size -= size % len(characters) if how < 200 else 0  # usually whole characters
    plain = _frame(opcode, characters, size, is_final=is_final, is_masked=is_masked)
    if not odd:
        yield from [plain] * count
        return
    other = [(opcode ^ 3, characters, size), (opcode, b"b", size + 1), (opcode, b"\xc3", 1), (9, b"?", 3)][odd & 3]
    different = _frame(*other, is_final=is_final, is_masked=is_masked)
    if odd >= 0xF8:  # not in the shortest form
        different = bytes((different[0], is_masked << 7 | 127)) + size.to_bytes(8, "big") + different[2:]
    turns = cycle([plain] * (odd >> 2) + [different])
    yield from (next(turns) for _ in range(count))


def _frame(opcode: int, characters: bytes, size: int, *, is_final: bool, is_masked: bool) -> bytes:
    if opcode >= 8:
        size = min(size, 125)
    payload = (characters * (size // len(characters) + 1))[:size]
    if opcode == 8:
        payload = b"\x03\xe8" + payload[:100]
    size = len(payload)
    short = min(size, 126) if size < 65536 else 127
    length = b"" if size < 126 else size.to_bytes(2 if size < 65536 else 8, "big")
    head = bytes(((is_final or opcode >= 8) << 7 | opcode, is_masked << 7 | short)) + length
    return head + b"wxyz" + mask(payload, b"wxyz") if is_masked else head + payload
