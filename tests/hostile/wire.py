"""Builds frames by hand, as servers may send them, right or wrong.

It also reads frames as clients have to send them.
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = [
    "BINARY",
    "CLOSE",
    "CONTINUATION",
    "PING",
    "PONG",
    "TEXT",
    "ClientFrame",
    "ClientFrames",
    "close",
    "frame",
]

CONTINUATION, TEXT, BINARY = 0, 1, 2
CLOSE, PING, PONG = 8, 9, 10


def frame(
    opcode: int,
    payload: bytes = b"",
    *,
    is_final: bool = True,
    rsv: int = 0,
    key: bytes = b"",
    form: int = 0,
    declares: int | None = None,
) -> bytes:
    """One frame of a server's, legal or not (RFC 6455 section 5.2).

    Args:
        opcode: 0-15.
        payload: as it is sent; with `key` it is masked.
        is_final: the FIN bit.
        rsv: the three reserved bits as a number; 4 is RSV1.
        key: four bytes to mask with; b"" for no mask.
        form: 126 or 127 to write the length in that form whether it needs it or not; what does not fit is cut off.
        declares: what the header says is the length; None for the truth.
    """
    length = len(payload) if declares is None else declares
    form = form or (length if length < 126 else 126 if length < 65536 else 127)
    size = {126: 2, 127: 8}.get(form, 0)
    extended = (length & (1 << 8 * size) - 1).to_bytes(size, "big")
    head = bytes((is_final << 7 | rsv << 4 | opcode, bool(key) << 7 | form))
    return head + extended + key + (_xor(payload, key) if key else payload)


def close(code: int | None = 1000, reason: bytes = b"") -> bytes:
    """A Close frame; None for one without a code."""
    return frame(CLOSE, b"" if code is None else code.to_bytes(2, "big") + reason)


class ClientFrame(NamedTuple):
    """One frame that the client sent."""

    opcode: int
    payload: bytes
    key: bytes
    is_final: bool
    rsv: int

    @property
    def close_code(self) -> int | None:
        """Returns the code of a Close frame; None if it has none."""
        return int.from_bytes(self.payload[:2], "big") if self.payload else None


class ClientFrames:
    """Reads what a client sends.

    It fails at the first thing that a client must not do.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()

    def read(self, data: bytes) -> list[ClientFrame]:
        """The frames that these bytes complete."""
        self._buffer += data
        frames = []
        while found := self._take():
            frames.append(found)
        return frames

    def _take(self) -> ClientFrame | None:
        buffer = self._buffer
        if len(buffer) < 2:
            return None
        form = buffer[1] & 0x7F
        assert buffer[1] & 0x80, "the client sent a frame without a mask"
        key_at = 2 + {126: 2, 127: 8}.get(form, 0)
        length = int.from_bytes(buffer[2:key_at], "big") if form > 125 else form
        start = key_at + 4
        if len(buffer) < start or len(buffer) < start + length:
            return None
        assert form < 126 or length >= {126: 126, 127: 65536}[form], "the client did not use the shortest form"
        key = bytes(buffer[key_at:start])
        found = ClientFrame(
            opcode=buffer[0] & 0x0F,
            payload=_xor(bytes(buffer[start : start + length]), key),
            key=key,
            is_final=bool(buffer[0] & 0x80),
            rsv=buffer[0] >> 4 & 7,
        )
        del buffer[: start + length]
        return found


def _xor(payload: bytes, key: bytes) -> bytes:
    size = len(payload)
    repeated = (key * (size // 4 + 1))[:size]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(repeated, "big")).to_bytes(size, "big")
