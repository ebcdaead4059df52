"""Compressed messages (RFC 7692).

The library must return the same as zlib does at once, or refuse it; and never more than the limit.
"""

from __future__ import annotations

import zlib
from itertools import takewhile
from typing import TYPE_CHECKING

from fuzz.model import Limits
from fuzz.targets.frames import receive
from fuzz.targets.pieces import in_pieces, split_off
from wsclient.protocol.connection import Connection, Role
from wsclient.protocol.deflate import Agreement, Direction

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fuzz.model import Told

__all__ = ["LIMITS", "check"]

LIMITS = Limits(size=20_000, fragments=8)
_TAIL = b"\x00\x00\xff\xff"  # RFC 7692 section 7.2.2
_LAST_BLOCK = b"\x01" + _TAIL  # empty, stored, and the last one (RFC 1951 section 3.2.4)


def check(data: bytes) -> int:
    """Builds and compresses frames as the input says; returns their number.

    The input has two bytes of choices, then for each frame two bytes and a payload: see `_frames`.
    """
    (choice, cut), rest = split_off(data, 2)
    direction = Direction(bool(choice & 1), 9 + (choice >> 1) % 7)
    frames = list(_frames(rest))
    stream = b"".join(map(_encoded, frames))
    expected = list(_inflated(frames, direction))
    whole, cut_up = (receive(_connection(direction), pieces) for pieces in ([stream], in_pieces(stream, cut)))
    try:
        assert cut_up == whole, f"{cut_up} in pieces, {whole} at once"
        _compare(whole, expected)
    except AssertionError:
        if not _reaches_too_far(frames, direction):
            raise
    return len(frames)


_Frame = tuple[int, bool, bool, bytes]
"""The opcode, whether it is compressed, whether it is final, and the payload."""


def _connection(direction: Direction) -> Connection:
    agreement = Agreement(of_server=direction)
    return Connection(
        Role.CLIENT,
        max_message_size=LIMITS.size,
        max_fragments=LIMITS.fragments,
        random_bytes=bytes,
        deflate=agreement,
    )


def _frames(data: bytes) -> Iterator[_Frame]:
    is_inside = False
    while len(data) >= 2:
        what, size = data[0], data[1] * (1 + (data[0] >> 6))
        payload, data = data[2 : 2 + size], data[2 + size :]
        if what & 8:  # well compressed, so that more than the first block is read
            payload = _deflated(payload * (1 + (what >> 5)))
        is_final = bool(what & 4)
        yield (0 if is_inside else 2 - (what & 1)), not is_inside and bool(what & 18), is_final, payload
        is_inside = not is_final


def _deflated(message: bytes) -> bytes:
    deflater = zlib.compressobj(1, zlib.DEFLATED, -9)
    return (deflater.compress(message) + deflater.flush(zlib.Z_SYNC_FLUSH))[: -len(_TAIL)]


def _encoded(frame: _Frame) -> bytes:
    opcode, is_compressed, is_final, payload = frame
    size = len(payload)
    length = bytes((size,)) if size < 126 else b"\x7e" + size.to_bytes(2, "big")
    return bytes((is_final << 7 | is_compressed << 6 | opcode,)) + length + payload


def _inflated(frames: list[_Frame], direction: Direction) -> Iterator[Told]:
    """Yields the whole messages, each inflated at once.

    If something is wrong, ends with ("refused",).
    """
    stream = zlib.decompressobj(-15)
    opcode, is_compressed, count, payload = 0, False, 0, b""
    for each in frames:
        if each[0]:
            opcode, is_compressed, count, payload = each[0], each[1], 0, b""
        count += 1
        payload += each[3]
        if count > LIMITS.fragments:
            yield ("refused",)
            return
        if not each[2]:
            continue
        message: bytes | None = payload
        if is_compressed:
            if not direction.takes_context_over:
                stream = zlib.decompressobj(-15)
            message, stream = _inflate(stream, payload, stands_alone=not direction.takes_context_over)
        if message is None or len(message) > LIMITS.size or (opcode == 1 and not _is_text(message)):
            yield ("refused",)
            return
        yield ("text" if opcode == 1 else "binary", message)


def _inflate(stream: zlib._Decompress, payload: bytes, *, stands_alone: bool) -> tuple[bytes | None, zlib._Decompress]:
    """Returns a message and the stream for the next one.

    The message is None if it is corrupt or too long.
    """
    message = b""
    rest = payload
    if not payload:
        return b"", stream
    try:
        while rest:
            message += stream.decompress(rest, LIMITS.size + 1 - len(message) if len(message) <= LIMITS.size else 1)
            if len(message) > LIMITS.size:
                return None, stream
            rest = stream.unused_data
            if stream.eof:  # RFC 7692 section 7.2.3.5: another stream may follow the last block
                stream = zlib.decompressobj(-15)
                if not rest:
                    return message, stream
        if stands_alone:  # then the end of the stream shows whether a block has just ended
            is_whole = not stream.decompress(_TAIL + _LAST_BLOCK) and stream.eof
        else:  # at the end of a block the tail is an empty block without data; so is another one
            is_whole = not stream.decompress(_TAIL) and not stream.decompress(b"\x00" + _TAIL) and not stream.eof
    except zlib.error:
        return None, stream
    return (message if is_whole else None), stream


def _reaches_too_far(frames: list[_Frame], direction: Direction) -> bool:
    """Returns True if a message copies from outside of the agreed window.

    zlib refuses that, unless it created those bytes in the same call. The result may then depend on the cut.
    """
    return _fault(frames, direction, direction.window_bits) != _fault(frames, direction, 15)


def _fault(frames: list[_Frame], direction: Direction, window_bits: int) -> int:
    """Returns how many bytes zlib accepts with such a window.

    It is fed, and returns, one byte at a time.
    """
    stream, taken, is_compressed = zlib.decompressobj(-window_bits), 0, False
    for opcode, begins_compressed, is_final, payload in frames:
        is_compressed = begins_compressed if opcode else is_compressed
        for byte in payload + _TAIL * is_final if is_compressed else b"":
            rest = bytes((byte,))
            try:
                while stream.decompress(rest, 1) or stream.unconsumed_tail:
                    rest = stream.unconsumed_tail
            except zlib.error:
                return taken
            taken += 1
            if stream.eof:
                stream = zlib.decompressobj(-window_bits)
        if is_compressed and is_final and not direction.takes_context_over:
            stream = zlib.decompressobj(-window_bits)
    return -1


def _is_text(message: bytes) -> bool:
    try:
        message.decode()
    except UnicodeDecodeError:
        return False
    return True


def _compare(told: list[Told], wanted: list[Told]) -> None:
    """Checks that the delivered messages are those that were expected.

    A message may have been refused before all of it was there.
    """
    assert told, "no end was told"
    assert all(len(each[1]) <= LIMITS.size for each in told[:-1] if isinstance(each[1], bytes))
    whole = list(takewhile(lambda each: each[0] != "refused", wanted))
    assert told[:-1] == whole, f"{told} instead of {wanted}"
    assert told[-1] in (("lost",), ("refused", 1007), ("refused", 1009), ("refused", 1002)), told[-1]
    if wanted != whole:
        assert told[-1] != ("lost",), "a wrong message was taken"
