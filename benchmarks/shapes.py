"""The data that the server sends, as blocks of frames.

They are created only once, so sending them costs almost nothing.
"""

from __future__ import annotations

import functools
import json
import random
import zlib
from dataclasses import dataclass
from struct import pack

__all__ = ["COMPRESSIBLE", "SHAPES", "Block", "Message", "block", "frame"]

KIB = 1024
MIB = 1024 * KIB

_BLOCK_BYTES = 256 * KIB
_BLOCK_MESSAGES = 4096


@dataclass(frozen=True, slots=True)
class Message:
    """A message, and how it is sent.

    Attributes:
        payload: the bytes; for text, in UTF-8.
        fragments: the number of frames.
        is_compressed: whether permessage-deflate is used, without context takeover.
    """

    payload: bytes
    is_text: bool = False
    fragments: int = 1
    is_compressed: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """Messages that are sent repeatedly, in one piece.

    Attributes:
        data: the frames of the messages.
        count: the number of messages.
    """

    data: bytes
    count: int


def _state(size: int) -> bytes:
    """Returns a game's state as JSON of exactly this size."""
    count = max(1, size // 45)
    entities = [{"id": i, "x": i * 37 % 1000 / 8, "y": i * 91 % 1000 / 8, "alive": i % 3 > 0} for i in range(count)]
    text = json.dumps(entities)[: size - 2]
    return json.dumps(text.replace('"', "'").ljust(size - 2)).encode()[:size]


#: Text of 1 KiB, typical of games, which compresses to about a quarter.
COMPRESSIBLE = _state(KIB)


def _mixed() -> list[Message]:
    """Returns messages of random sizes and kinds, the same in each run."""
    draw = random.Random(6455)
    sizes = [draw.randint(4, 300) for _ in range(_BLOCK_MESSAGES)]
    return [
        Message(_state(size), is_text=True) if draw.random() < 0.5 else Message(draw.randbytes(size)) for size in sizes
    ]


def _repeated(message: Message) -> list[Message]:
    size = max(len(message.payload), 1)
    return [message] * max(1, min(_BLOCK_MESSAGES, _BLOCK_BYTES // size))


def _binary(size: int) -> Message:
    return Message(bytes(i * 7 % 251 for i in range(min(size, 4096))) * (size // 4096 or 1))


def _ascii(size: int) -> Message:
    return Message(b"All work and no play makes a dull game. "[: min(size, 40)] * (size // 40 + 1), is_text=True)


def _whole(message: Message, size: int) -> Message:
    return Message(message.payload[:size], is_text=message.is_text)


_UMLAUTS = "Straßenbahnhöfe für Übermütige: schön, größer, ölig. ".encode()  # not ASCII, like most languages


def _umlauts(size: int) -> Message:
    return Message((_UMLAUTS * (size // len(_UMLAUTS) + 1))[:size].decode("utf-8", "ignore").encode(), is_text=True)


#: The shapes by name; `block` creates their bytes.
SHAPES = {
    **{f"binary-{size}": lambda size=size: _repeated(_binary(size)) for size in (16, 64, 64 * KIB, MIB)},
    "binary-16777216": lambda: [_binary(16 * MIB)],
    "json-64": lambda: _repeated(Message(_state(64), is_text=True)),
    "play": lambda: [_binary(64)] * 64 + [_binary(1000)] * 16,
    "unequal": lambda: [_binary(63), _binary(65)] * (_BLOCK_MESSAGES // 2),
    "mixed": _mixed,
    **{f"text-{size}": lambda size=size: _repeated(_whole(_ascii(size), size)) for size in (64 * KIB, MIB)},
    "text-16777216": lambda: [_whole(_ascii(16 * MIB), 16 * MIB)],
    "umlauts-16777216": lambda: [_umlauts(16 * MIB)],
    "fragments-16777216": lambda: [Message(_binary(16 * MIB).payload, fragments=4096)],
    "compressed": lambda: _repeated(Message(COMPRESSIBLE, is_text=True, is_compressed=True)),
}


@functools.cache
def block(shape: str) -> Block:
    """Returns the data for a shape, which is created only once."""
    messages = SHAPES[shape]()
    return Block(b"".join(map(_frames, messages)), len(messages))


def frame(first: int, payload: bytes) -> bytes:
    """Returns a frame as sent by a server (RFC 6455 section 5.2)."""
    size = len(payload)
    if size < 126:
        return bytes((first, size)) + payload
    return (pack(">BBH", first, 126, size) if size < 65536 else pack(">BBQ", first, 127, size)) + payload


@functools.cache
def _frames(message: Message) -> bytes:
    opcode = 1 if message.is_text else 2
    if message.is_compressed:
        deflate = zlib.compressobj(wbits=-15)
        # RFC 7692 section 7.2.1: remove the four bytes at the end of a flush.
        packed = deflate.compress(message.payload) + deflate.flush(zlib.Z_SYNC_FLUSH)
        return frame(0xC0 | opcode, packed[:-4])
    size = len(message.payload) // message.fragments
    parts = [message.payload[start : start + size] for start in range(0, len(message.payload), size or 1)] or [b""]
    last = len(parts) - 1
    return b"".join(
        frame((0x80 if index == last else 0) | (0 if index else opcode), part) for index, part in enumerate(parts)
    )
