"""UnsentLog: remembers which sent messages have not been sent completely."""

from __future__ import annotations

from collections import deque

__all__ = ["UnsentLog"]

_FIN = 0x80
_FIRST_CONTROL = 8  # of the opcodes; RFC 6455 section 5.2
_MASK_BIT = 0x80
_KEY_SIZE = 4


class UnsentLog:
    """Remembers messages until their last byte is sent, so that they can be resent.

    It reads the headers of the outgoing frames. Even if a message was compressed or split into frames, the n-th frame
    that ends a message is the end of the n-th message.
    """

    __slots__ = ("_ends", "_fragments", "_is_end", "_made", "_messages", "_missing", "_taken")

    def __init__(self) -> None:
        self._messages: deque[tuple[bytes, bool]] = deque()  # not known to have left
        self._ends: deque[int] = deque()  # for the first of them, the index after its last byte, as far as it was made
        self._fragments: list[bytes] = []
        self._made = 0  # bytes
        self._taken = 0
        self._missing = 0  # of the frame that was begun
        self._is_end = False  # True if that frame ends a message

    def add(self, payload: bytes, *, is_text: bool, is_final: bool = True) -> None:
        """Remembers a message, or a fragment of one.

        The final fragment completes the message. A message that is incomplete at the end of the connection is
        forgotten: its rest cannot be sent.
        """
        if self._fragments or not is_final:
            self._fragments.append(payload)
            if not is_final:
                return
            payload = b"".join(self._fragments)
            self._fragments = []
        self._messages.append((payload, is_text))

    def made(self, piece: bytes | memoryview) -> None:
        """Reads bytes that will be sent.

        A piece begins where the last one ended, and no frame header is split.
        """
        at, size = 0, len(piece)
        while at < size:
            if self._missing:
                step = min(self._missing, size - at)
                self._missing -= step
                at += step
                if self._missing:
                    break
            else:
                at = self._read_head(piece, at)
            if not self._missing and self._is_end:
                self._ends.append(self._made + at)
        self._made += size

    def taken(self, count: int, undelivered: int) -> None:
        """Called when the stream has taken bytes.

        Args:
            count: how many more bytes it has taken.
            undelivered: how many of all the bytes it took are not sent yet.
        """
        self._taken += count
        self._forget(self._taken - undelivered)

    def unsent(self, undelivered: int) -> list[tuple[bytes, bool]]:
        """Returns the messages that were not sent completely, and if each is text."""
        self._forget(self._taken - undelivered)
        return list(self._messages)

    def _forget(self, left: int) -> None:
        ends, messages = self._ends, self._messages
        while ends and ends[0] <= left:
            ends.popleft()
            messages.popleft()

    def _read_head(self, piece: bytes | memoryview, at: int) -> int:
        """Reads the header of a frame. Returns the index of its payload."""
        first, second = piece[at], piece[at + 1]
        self._is_end = bool(first & _FIN) and first & 0x0F < _FIRST_CONTROL
        size, more = second & 0x7F, 0
        if size > 125:
            more = 2 if size == 126 else 8
            size = int.from_bytes(piece[at + 2 : at + 2 + more], "big")
        self._missing = size
        return at + 2 + more + (_KEY_SIZE if second & _MASK_BIT else 0)
