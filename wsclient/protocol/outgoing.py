"""Data that waits to be sent: frame headers, and messages that leave in more than one piece."""

from __future__ import annotations

from functools import cache
from struct import pack
from typing import TYPE_CHECKING

from wsclient.protocol.frames import Opcode
from wsclient.protocol.masking import KEY_SIZE, LongMask, MaskingKeys, is_numpy_loaded

if TYPE_CHECKING:
    from wsclient.protocol.compression import Deflater

__all__ = [
    "FIN",
    "LARGE_PIECE",
    "MASKED",
    "NO_KEY",
    "PIECE",
    "RSV1",
    "SHORT",
    "SMALL",
    "Deflating",
    "LargeFrame",
    "Split",
    "header",
    "heads",
]

PIECE = 64 * 1024
"""Bytes to write at a time: few enough system calls, and never more than a fraction of a millisecond of masking."""

LARGE_PIECE = 256 * 1024
"""The same if numpy masks, which is twenty times as fast: then the system calls dominate the cost."""

SMALL = 1024
"""Payloads up to this size are queued as whole frames and masked together; see `masking.LARGEST_WHOLE`."""

SHORT = 125
"""The largest payload whose header has no field of its own for the length."""

FIN, RSV1 = 0x80, 0x40
MASKED = 0x80
NO_KEY = bytes(KEY_SIZE)

DEFLATED_A_PIECE = 16 * 1024
"""The part of a large message that is compressed at a time: a quarter of a millisecond."""


def header(first: int, length: int, masked: int) -> bytes:
    """Returns the bytes before the masking key, the length in its shortest form (RFC 6455 section 5.2)."""
    if length <= SHORT:
        return bytes((first, masked | length))
    if length < 65536:
        return pack(">BBH", first, masked | 126, length)
    return pack(">BBQ", first, masked | 127, length)


@cache
def heads(first: int, masked: int) -> list[bytes]:
    """Returns the bytes before the payload of a small frame, for each length: most frames take theirs from here."""
    no_key = NO_KEY if masked else b""
    return [header(first, length, masked) + no_key for length in range(SMALL + 1)]


class LargeFrame:
    """A frame that is masked piece by piece, so that a large message does not block for long."""

    __slots__ = ("_head", "_mask", "_offset", "_payload")

    def __init__(self, head: bytes, payload: bytes) -> None:
        self._head = head
        self._payload = memoryview(payload)
        self._mask: LongMask | None = None
        self._offset = 0

    @property
    def remaining(self) -> int:
        """Bytes of payload that were not returned yet."""
        return len(self._payload) - self._offset

    @property
    def has_begun(self) -> bool:
        """True if some of it was."""
        return self._offset > 0

    def next_piece(self, keys: MaskingKeys | None) -> bytes | memoryview:
        """Returns the next piece of the payload, the first with the header. All but the last are multiples of four."""
        size = LARGE_PIECE if self._offset and is_numpy_loaded() else PIECE
        piece = self._payload[self._offset : self._offset + size]
        is_first = not self._offset
        self._offset += len(piece)
        if keys is None:
            return self._head + piece if is_first else piece
        if self._mask is None:
            key = keys.take_one().to_bytes(KEY_SIZE, "little")
            self._mask = LongMask(key)
            return self._mask.over(piece, self._head + key)
        return self._mask.over(piece)


class Deflating:
    """A large message that is compressed part by part when its turn comes."""

    __slots__ = ("_first", "_offset", "_payload")

    def __init__(self, first: int, payload: bytes) -> None:
        self._first = first
        self._payload = payload
        self._offset = 0

    def next_fragment(self, deflater: Deflater) -> tuple[int, bytes, int, int]:
        """Returns a frame's first byte and payload, how many bytes of the message it has, and how many are left."""
        size, offset = len(self._payload), self._offset
        # RFC 7692 section 6.1: RSV1 on the first fragment only.
        first = Opcode.CONTINUATION if offset else self._first | RSV1
        if size <= DEFLATED_A_PIECE:
            return FIN | first, deflater.deflate(self._payload, rest=0), size, 0
        end = min(offset + DEFLATED_A_PIECE, size)
        self._offset = end
        payload = deflater.deflate(memoryview(self._payload)[offset:end], rest=size - end)
        return first if end < size else FIN | first, payload, end - offset, size - end


class Split:
    """A message, or a fragment of one, that leaves in several frames.

    Args:
        first: the first byte of its first frame.
        payload: of all of them.
        size: bytes, the payload of each frame but the last.
    """

    __slots__ = ("_first", "_offset", "_payload", "_size")

    def __init__(self, first: int, payload: bytes, size: int) -> None:
        self._first = first
        self._payload = payload
        self._size = size
        self._offset = 0

    def next_frame(self) -> tuple[int, bytes, bool]:
        """Returns the next frame's first byte and payload, and whether it is the last."""
        begin, end = self._offset, self._offset + self._size
        self._offset = end
        is_last = end >= len(self._payload)
        first = self._first & ~FIN if not begin else Opcode.CONTINUATION
        return first | (self._first & FIN if is_last else 0), self._payload[begin:end], is_last
