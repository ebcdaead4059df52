"""Collects the start of the page of a server that refuses.

It is enough to understand the page, and never more (RFC 9112 section 6).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wsclient.protocol.http11 import split_list

if TYPE_CHECKING:
    from wsclient.protocol.http11 import ResponseHead

__all__ = ["MAX_BODY_SIZE", "BodyPrefix"]

MAX_BODY_SIZE = 4096  # bytes to keep; reading stops there
MAX_CHUNK_LINE_SIZE = 256  # arbitrary; a size and its extensions
MAX_SIZE_DIGITS = 15  # of a chunk or a body: below 2**63 in hexadecimal and in decimal

_HEX_DIGITS = b"0123456789abcdefABCDEF"


class BodyPrefix:
    """Collects the start of a response's body as it arrives in pieces.

    If the framing is broken, the body ends there. The part before it is kept, since the status says enough.
    """

    def __init__(self, head: ResponseHead) -> None:
        self._content = bytearray()
        self._is_over = False
        self._left: int | None = None  # bytes left of the body or the chunk; None if it lasts until the connection ends
        self._chunks: bytearray | None = None  # not decoded yet; None if the body is not chunked
        self._is_chunk_ending = False
        self._choose_framing(head)

    @property
    def content(self) -> bytes:
        """Returns the received content, at most 4 KiB.

        Chunks are decoded, but other codings (gzip) are not.
        """
        return bytes(self._content)

    @property
    def is_complete(self) -> bool:
        """Returns True if no more bytes are needed."""
        return self._is_over or len(self._content) == MAX_BODY_SIZE

    def receive_data(self, data: bytes) -> None:
        """Takes received data. Ignores it if the body is complete."""
        if self._is_over:
            return
        if self._chunks is None:
            self._keep(data)
            self._is_over = self._left == 0
            return
        self._chunks += data
        while not self.is_complete and self._decode_step(self._chunks):
            pass

    def _choose_framing(self, head: ResponseHead) -> None:
        """Chooses how to find the end of the body (RFC 9112 section 6.3).

        Chunks win over a length. A body in another coding lasts until the end of the connection.
        """
        codings = [each.lower() for value in head.get_all("Transfer-Encoding") for each in split_list(value)]
        codings = [each for each in codings if each != "identity"]  # of RFC 2616: no coding
        lengths = {each for value in head.get_all("Content-Length") for each in split_list(value) or [""]}
        if head.status in (204, 304):
            self._is_over = True
        elif codings:
            if codings[-1] == "chunked":
                self._chunks = bytearray()
                self._left = 0
        elif lengths:
            self._left = _parse_length(lengths)
            self._is_over = self._left == 0

    def _keep(self, data: bytes | bytearray) -> None:
        """Adds data to the content, up to the limit."""
        mine = data[: self._left]
        self._content += mine[: MAX_BODY_SIZE - len(self._content)]
        if self._left is not None:
            self._left -= len(mine)

    def _decode_step(self, chunks: bytearray) -> bool:
        """Takes one line or a part of a chunk (RFC 9112 section 7.1).

        Returns False if more data has to arrive first.
        """
        if self._left:
            size = min(self._left, len(chunks))
            self._keep(chunks[:size])
            self._is_chunk_ending = self._left == 0
            del chunks[:size]
            return self._is_chunk_ending
        end = chunks.find(b"\r\n", 0, MAX_CHUNK_LINE_SIZE + 2)
        if end < 0:
            self._is_over = len(chunks) >= MAX_CHUNK_LINE_SIZE + 2
            return False
        line = bytes(chunks[:end])
        del chunks[: end + 2]
        if self._is_chunk_ending:
            self._is_chunk_ending = False
            self._is_over = bool(line)
        else:
            self._left = _parse_chunk_size(line)
            self._is_over = self._left == 0  # the last chunk, or a malformed one
        return True


def _parse_length(values: set[str]) -> int:
    """Returns the length of the body; 0 if there are two that differ.

    RFC 9112 section 6.3 calls that case unrecoverable.
    """
    text = min(values)
    is_number = len(values) == 1 and text.isascii() and text.isdigit() and len(text) <= MAX_SIZE_DIGITS
    return int(text) if is_number else 0


def _parse_chunk_size(line: bytes) -> int:
    """Returns the size of the next chunk.

    Returns 0 for the last chunk, and for a malformed size.
    """
    digits = line.partition(b";")[0].rstrip(b" \t")
    is_number = 1 <= len(digits) <= MAX_SIZE_DIGITS and not digits.translate(None, _HEX_DIGITS)
    return int(digits, 16) if is_number else 0
