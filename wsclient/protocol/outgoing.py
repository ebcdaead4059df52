"""Prepares data to be sent: frame headers, and messages in several pieces."""

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
    "plain_frame",
]

PIECE = 64 * 1024
"""The bytes to write at a time. The system calls are few, and masking takes a fraction of a millisecond."""

LARGE_PIECE = 256 * 1024
"""The same if numpy masks. It is twenty times as fast, so that the system calls take most of the time."""

SMALL = 1024
"""Payloads up to this size are queued as whole frames and masked together; see `masking.LARGEST_WHOLE`."""

SHORT = 125
"""The largest payload whose header needs no extra field for the length."""

FIN, RSV1 = 0x80, 0x40
MASKED = 0x80
NO_KEY = bytes(KEY_SIZE)

DEFLATED_A_PIECE = 16 * 1024
"""The part of a large message to compress at a time, which takes a quarter of a millisecond."""


def header(first: int, length: int, masked: int) -> bytes:
    """Returns the bytes of a header before the masking key.

    The length is in its shortest form (RFC 6455 section 5.2).
    """
    if length <= SHORT:
        return bytes((first, masked | length))
    if length < 65536:
        return pack(">BBH", first, masked | 126, length)
    return pack(">BBQ", first, masked | 127, length)


@cache
def heads(first: int, masked: int) -> list[bytes]:
    """Returns the bytes before the payload of small frames, for each length.

    Most frames use these.
    """
    no_key = NO_KEY if masked else b""
    return [header(first, length, masked) + no_key for length in range(SMALL + 1)]


def plain_frame(payload: bytes, *, is_text: bool) -> bytes:
    """Returns the frame of a short message of a server, for many clients.

    Returns b"" if the message is not short.
    """
    size = len(payload)
    return b"" if size > SMALL else heads(FIN | (Opcode.TEXT if is_text else Opcode.BINARY), 0)[size] + payload


class LargeFrame:
    """A frame that is masked in pieces.

    So a large message does not block for long.
    """

    __slots__ = ("_head", "_mask", "_offset", "_payload")

    def __init__(self, head: bytes, payload: bytes) -> None:
        self._head = head
        self._payload = memoryview(payload)
        self._mask: LongMask | None = None
        self._offset = 0

    @property
    def remaining(self) -> int:
        """Returns how many bytes of payload are left."""
        return len(self._payload) - self._offset

    @property
    def has_begun(self) -> bool:
        """Returns True if some of the payload was returned."""
        return self._offset > 0

    def next_piece(self, keys: MaskingKeys | None) -> bytes | memoryview:
        """Returns the next piece of the payload, the first one with the header.

        The size of each piece except the last is a multiple of four.
        """
        size = LARGE_PIECE if self._offset and is_numpy_loaded() else PIECE
        piece = self._payload[self._offset : self._offset + size]
        is_first = not self._offset
        self._offset += len(piece)
        if keys is None:
            return self._head + piece if is_first else piece
        if self._mask is None:
            key = keys.take_one().to_bytes(KEY_SIZE)
            self._mask = LongMask(key)
            return self._mask.over(piece, self._head + key)
        return self._mask.over(piece)


class Deflating:
    """A large message that is compressed in parts when its turn comes."""

    __slots__ = ("_first", "_offset", "_payload")

    def __init__(self, first: int, payload: bytes) -> None:
        self._first = first
        self._payload = payload
        self._offset = 0

    def next_fragment(self, deflater: Deflater) -> tuple[int, bytes, int, int]:
        """Returns the next frame of the message as four values.

        These are the frame's first byte, its payload, how many bytes of the message it has, and how many are left.
        """
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
    """A message, or a fragment of one, that is sent in several frames.

    Args:
        first: the first byte of its first frame.
        payload: the payload of all frames.
        size: the payload of each frame except the last, in bytes.
    """

    __slots__ = ("_first", "_offset", "_payload", "_size")

    def __init__(self, first: int, payload: bytes, size: int) -> None:
        self._first = first
        self._payload = payload
        self._size = size
        self._offset = 0

    def next_frame(self) -> tuple[int, bytes, bool]:
        """Returns the next frame's first byte, its payload, and True if it is the last."""
        begin, end = self._offset, self._offset + self._size
        self._offset = end
        is_last = end >= len(self._payload)
        first = self._first & ~FIN if not begin else Opcode.CONTINUATION
        return first | (self._first & FIN if is_last else 0), self._payload[begin:end], is_last
