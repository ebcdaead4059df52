"""What one side must read from the bytes of the other, to check the library.

It follows RFC 6455 in the simplest way. It shares no code and no idea with the library: all data is there from the
start, and each frame is read in turn.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import cycle
from operator import xor

__all__ = ["Limits", "Seen", "Told", "read_stream"]

Told = tuple[object, ...]
"""One of ("text", payload), ("binary", payload), ("ping", payload), ("pong", payload), ("close", code, reason) and
("refused", code). The last two end the stream."""

_DATA, _CONTROL = (0, 1, 2), (8, 9, 10)


@dataclass(frozen=True)
class Limits:
    """The limits of one message."""

    size: int
    fragments: int


@dataclass
class Seen:
    """The contents of a stream.

    Attributes:
        told: the contents, in order.
        frames: the number of frames that were started.
        is_inside: True if the stream ends inside a message.
    """

    told: list[Told] = field(default_factory=list)
    frames: int = 0
    is_inside: bool = False


class _Refused(Exception):
    def __init__(self, code: int) -> None:
        self.code = code


@dataclass
class _Message:
    """The data message that is being assembled."""

    opcode: int = 0  # 0: there is no message
    payload: bytes = b""
    size: int = 0  # according to the headers
    fragments: int = 0


def read_stream(data: bytes, limits: Limits, *, is_masked: bool) -> Seen:
    """Reads a whole stream.

    Args:
        data: the received bytes, which may end anywhere.
        limits: the limits of one message.
        is_masked: True if frames must be masked (RFC 6455 section 5.1).
    """
    seen, message = Seen(), _Message()
    rest = memoryview(data)
    try:
        while len(rest) >= 2 and not (seen.told and seen.told[-1][0] == "close"):
            rest = _read_frame(rest, seen, message, limits, is_masked=is_masked)
    except _Refused as refused:
        seen.told.append(("refused", refused.code))
    seen.is_inside = message.opcode != 0
    return seen


def _read_frame(data: memoryview, seen: Seen, message: _Message, limits: Limits, *, is_masked: bool) -> memoryview:
    """Reads one frame, as far as it is there; returns the bytes after it."""
    is_final, reserved, opcode = data[0] >= 128, data[0] >> 4 & 7, data[0] & 15
    short = data[1] % 128
    if opcode not in _DATA + _CONTROL or reserved or (data[1] >= 128) != is_masked:
        raise _Refused(1002)
    if opcode in _CONTROL and (short > 125 or not is_final):
        raise _Refused(1002)
    size_of_length = {126: 2, 127: 8}.get(short, 0)
    head_size = 2 + size_of_length + (4 if is_masked else 0)
    if len(data) >= 2 + size_of_length:
        length = int.from_bytes(data[2 : 2 + size_of_length], "big") if size_of_length else short
        if length < {126: 126, 127: 65536}.get(short, 0) or length >= 2**63:
            raise _Refused(1002)
    if len(data) < head_size:
        return data[:0]
    seen.frames += 1
    payload = bytes(data[head_size : head_size + length])
    if is_masked:
        key = data[head_size - 4 : head_size]
        payload = bytes(map(xor, payload, cycle(key)))
    is_whole = len(payload) == length
    if opcode in _DATA:
        _take_data(opcode, length, payload, seen, message, limits, is_end=is_final and is_whole)
    elif is_whole:
        _take_control(opcode, payload, seen)
    return data[head_size + length :] if is_whole else data[:0]


def _take_data(
    opcode: int, length: int, payload: bytes, seen: Seen, message: _Message, limits: Limits, *, is_end: bool
) -> None:
    if (opcode == 0) != (message.opcode != 0):
        raise _Refused(1002)
    if opcode:
        message.opcode, message.payload, message.size, message.fragments = opcode, b"", 0, 0
    message.fragments += 1
    message.size += length
    if message.fragments > limits.fragments or message.size > limits.size:
        raise _Refused(1009)
    message.payload += payload
    if message.opcode == 1 and not _may_be_text(message.payload, is_whole=is_end):
        raise _Refused(1007)
    if is_end:
        seen.told.append(("text" if message.opcode == 1 else "binary", message.payload))
        message.opcode = 0


def _may_be_text(data: bytes, *, is_whole: bool) -> bool:
    """Returns True if this is UTF-8, or its beginning if more may follow."""
    for missing in (b"",) if is_whole else (b"", *_ENDINGS):
        try:
            (data + missing).decode()
        except UnicodeDecodeError:
            continue
        return True
    return False


# The bytes that can complete a character that was cut: one, two or three. After some first bytes they must not be the
# lowest, or not the highest.
_ENDINGS = [low * count for count in (1, 2, 3) for low in (b"\x80", b"\xbf")]
_ENDINGS += [b"\x80" + b"\x80" * count for count in (1, 2)] + [b"\xbf" + b"\x80" * count for count in (1, 2)]


def _take_control(opcode: int, payload: bytes, seen: Seen) -> None:
    if opcode != 8:
        seen.told.append(("ping" if opcode == 9 else "pong", payload))
        return
    if not payload:
        seen.told.append(("close", 1005, ""))
        return
    code = int.from_bytes(payload[:2], "big")
    if len(payload) == 1 or not (code in (*range(1000, 1004), *range(1007, 1015)) or 3000 <= code < 5000):
        raise _Refused(1002)
    try:
        reason = payload[2:].decode()
    except UnicodeDecodeError:
        raise _Refused(1007) from None
    seen.told.append(("close", code, reason.removesuffix("\0")))  # Godot 3 ends the reason with a NUL
