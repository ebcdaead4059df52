"""The scenes of a hostile server, one per row.

Each has the bytes that the server sends, and how it behaves.
"""

from __future__ import annotations

import random
import zlib
from dataclasses import dataclass
from itertools import repeat
from typing import TYPE_CHECKING

from benchmarks.shapes import KIB, MIB, frame

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = ["SCENES", "Scene"]

_FIN, _CONTINUATION, _TEXT, _BINARY, _PING, _RSV1 = 0x80, 0, 1, 2, 9, 0x40
_CHUNK = 64 * KIB


@dataclass(frozen=True)
class Scene:
    """One row.

    Attributes:
        words: a description of what the server does.
        ends: the expected end: the code of the Close that the client sends, "clean" if the server closes normally,
            "error" if the attempt fails, "full" if reading pauses, "deaf" if the client's own queue fills.
        stream: the bytes after the server's reply.
        is_compressed: whether permessage-deflate is used.
        head: the server's reply, or None for a valid one.
        pause: seconds between two pieces of the stream.
        is_deaf: whether it reads nothing after the request.
    """

    words: str
    ends: str
    stream: Callable[[], Iterable[bytes]] = tuple
    is_compressed: bool = False
    head: Callable[[], bytes] | None = None
    pause: float = 0.0
    is_deaf: bool = False


def _many(one: bytes, count: int) -> Iterator[bytes]:
    """Yields copies of the same bytes, in pieces of about 64 KiB."""
    at_once = max(1, _CHUNK // len(one))
    piece = one * at_once
    yield from repeat(piece, count // at_once)
    yield one * (count % at_once)


def _in_pieces(data: bytes) -> Iterator[bytes]:
    return (data[start : start + _CHUNK] for start in range(0, len(data), _CHUNK))


def _whole(opcode: int, payload: bytes) -> Callable[[], Iterator[bytes]]:
    return lambda: _in_pieces(frame(_FIN | opcode, payload))


def _fragments(opcode: int, payload: bytes, size: int) -> Iterator[bytes]:
    parts = [payload[start : start + size] for start in range(0, len(payload), size)]
    frames = [frame(opcode if not index else _CONTINUATION, part) for index, part in enumerate(parts)]
    frames[-1] = bytes((frames[-1][0] | _FIN,)) + frames[-1][1:]
    return _in_pieces(b"".join(frames))


def _deflated(size: int, *, unit: bytes = bytes(1)) -> bytes:
    deflater = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = unit * (MIB // len(unit))
    pieces = [deflater.compress(block[: min(MIB, size - start)]) for start in range(0, size, MIB)]
    return (b"".join(pieces) + deflater.flush(zlib.Z_SYNC_FLUSH))[:-4]


def _compressed(payload: bytes) -> bytes:
    return frame(_FIN | _RSV1 | _BINARY, payload)


def _tiny_compressed() -> Iterator[bytes]:
    return _many(_compressed(_deflated(1)), 100_000)


def _empty_blocks() -> bytes:
    """Returns empty blocks of ten bits each (RFC 1951 section 3.2.3).

    They are not final, have the fixed code, and consist of the end of a block.
    """
    four = sum(0b010 << 10 * index for index in range(4)).to_bytes(5, "little")
    return four * (MIB // len(four)) + bytes(1)


def _repeated(unit: bytes, size: int) -> bytes:
    return (unit * (size // len(unit) + 1))[:size]


def _ascii() -> bytes:
    return _repeated(b"All work and no play makes a dull game. ", 16 * MIB)


def _other_text() -> bytes:
    return _repeated("\u6c34\u706b\u98a8\u571f".encode(), 16 * MIB - 1)[: (16 * MIB - 1) // 3 * 3]


def _list_head() -> bytes:
    line = b"Connection: " + b"," * 8000 + b"\r\n"
    return b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n" + line * 100 + b"\r\n"


def _noise() -> Iterator[bytes]:
    return iter([random.Random(1).randbytes(MIB)] * 10)


SCENES = {
    # Many and small
    "flood-binary": Scene(
        "a million messages of two bytes", "clean", lambda: _many(frame(_FIN | _BINARY, b"hi"), 10**6)
    ),
    "flood-empty": Scene("half a million empty messages", "clean", lambda: _many(frame(_FIN | _TEXT, b""), 500_000)),
    "flood-mixed": Scene(
        "300,000 messages, text and binary in turn",
        "clean",
        lambda: _many(frame(_FIN | _TEXT, "\u00fc".encode()) + frame(_FIN | _BINARY, b"x"), 150_000),
    ),
    "flood-sizes": Scene(
        "200,000 messages of any size to 300 bytes",
        "clean",
        lambda: _in_pieces(b"".join(frame(_FIN | _BINARY, bytes(index * 37 % 300)) for index in range(200_000))),
    ),
    "pings": Scene("200,000 pings of 125 bytes", "clean", lambda: _many(frame(_FIN | _PING, bytes(125)), 200_000)),
    "pings-between": Scene(
        "pings between the fragments of a message",
        "clean",
        lambda: [
            frame(_TEXT, b"a"),
            *_many(frame(_CONTINUATION, b"b") + frame(_FIN | _PING, b"?"), 60_000),
            frame(_FIN, b"c"),
        ],
    ),
    "fragments-of-one": Scene(
        "fragments of one byte without end", "1009", lambda: [frame(_BINARY, b"a"), *_many(frame(0, b"b"), 70_000)]
    ),
    "fragments-empty": Scene(
        "empty fragments without end", "1009", lambda: [frame(_TEXT, b""), *_many(frame(0, b""), 70_000)]
    ),
    "fragments-512": Scene(
        "8,000 fragments of 512 bytes", "clean", lambda: _fragments(_BINARY, bytes(8000 * 512), 512)
    ),
    "noise": Scene("10 MiB of noise", "1002", _noise),
    # Large
    "16M-binary": Scene("16 MiB, binary", "clean", _whole(_BINARY, bytes(16 * MIB))),
    "16M-ascii": Scene("16 MiB of text, ASCII", "clean", lambda: _in_pieces(frame(_FIN | _TEXT, _ascii()))),
    "16M-other": Scene("16 MiB of text, Chinese", "clean", lambda: _in_pieces(frame(_FIN | _TEXT, _other_text()))),
    "16M-fragments": Scene("16 MiB of text in 65,536 fragments", "clean", lambda: _fragments(_TEXT, _ascii(), 256)),
    "16M-and-one": Scene("a message of one byte over the limit", "1009", _whole(_BINARY, bytes(16 * MIB + 1))),
    "drip": Scene(
        "64 KiB of a message, one byte at a time",
        "clean",
        lambda: (bytes((byte,)) for byte in frame(_FIN | _TEXT, bytes(b"drip" * 1000))),
        pause=50e-6,
    ),
    # Compressed
    "bomb": Scene("200 MiB in a frame of 204 KB", "1009", lambda: [_compressed(_deflated(200 * MIB))], True),
    "bomb-at-the-limit": Scene("16 MiB in a frame of 16 KB", "clean", lambda: [_compressed(_deflated(16 * MIB))], True),
    "compressed-tiny": Scene("100,000 compressed messages of a byte", "clean", _tiny_compressed, True),
    "empty-blocks": Scene(
        "1 MiB of compressed blocks with nothing in them",
        "clean",
        lambda: _in_pieces(_compressed(_empty_blocks())),
        True,
    ),
    # Before the connection is open
    "long-head": Scene("a reply of 800 KB of commas", "error", head=_list_head),
    "endless-line": Scene(
        "a reply that is one line without end", "error", head=lambda: b"HTTP/1.1 " + bytes(b"1" * MIB)
    ),
    # Silence
    "unread": Scene(
        "messages that the game does not read", "full", lambda: repeat(frame(_FIN | _BINARY, bytes(4096)) * 16, 10**6)
    ),
    "deaf": Scene("reads nothing of what the game sends", "deaf", is_deaf=True),
}
"""The scenes by name, which is also the path of the URL."""
