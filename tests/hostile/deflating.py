"""Compresses messages as servers may send them (RFC 7692).

It also has connections on which servers may do so.
"""

from __future__ import annotations

import zlib
from functools import cache
from typing import TYPE_CHECKING

from tests.hostile.wire import BINARY, CONTINUATION, TEXT, frame

if TYPE_CHECKING:
    from tests.hostile.raw_server import RawServer
    from tests.hostile.scenario import Scene

__all__ = ["AGREED", "RSV1", "TAIL", "Compressor", "bomb", "deflated", "in_fragments", "open_compressed"]

MIB = 1024 * 1024
RSV1 = 4
TAIL = b"\x00\x00\xff\xff"  # RFC 7692 section 7.2.1
AGREED = "Sec-WebSocket-Extensions: permessage-deflate"


class Compressor:
    """The server's."""

    def __init__(self, bits: int = 15, level: int = 9) -> None:
        self._stream = zlib.compressobj(level, zlib.DEFLATED, -bits)

    def payload(self, message: bytes) -> bytes:
        """The payload of a compressed message."""
        return (self._stream.compress(message) + self._stream.flush(zlib.Z_SYNC_FLUSH)).removesuffix(TAIL)


def deflated(message: bytes, opcode: int = TEXT) -> bytes:
    """One compressed message in one frame, by a compressor of its own."""
    return frame(opcode, Compressor().payload(message), rsv=RSV1)


@cache
def bomb(size: int) -> bytes:
    """The payload of so many zeros."""
    stream = zlib.compressobj(9, zlib.DEFLATED, -15)
    parts = [stream.compress(bytes(min(MIB, size - at))) for at in range(0, size, MIB)]
    return b"".join([*parts, stream.flush(zlib.Z_SYNC_FLUSH)]).removesuffix(TAIL)


def in_fragments(payload: bytes, size: int) -> bytes:
    """Returns a compressed message in frames of that size, or in one if it fits."""
    if len(payload) <= size:
        return frame(BINARY, payload, rsv=RSV1)
    parts = [payload[at : at + size] for at in range(0, len(payload), size)]
    middle = [frame(CONTINUATION, part, is_final=False) for part in parts[1:-1]]
    first = frame(BINARY, parts[0], rsv=RSV1, is_final=False)
    return b"".join([first, *middle, frame(CONTINUATION, parts[-1])])


def open_compressed(scene: Scene, line: str = AGREED, *, behind: bytes = b"") -> RawServer:
    """Has them agree on compression; see `Scene.open`."""
    scene.client.compression = True
    return scene.open(line, behind=behind)
