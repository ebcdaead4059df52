"""Text as Godot 3 writes and reads it: UTF-8, with the engine's own idea of what is valid (godot-wire.md 1.4)."""

from __future__ import annotations

import codecs

__all__ = ["decode_text", "encode_text"]

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
ABOVE_UNICODE = "\ufffd"
"""What stands for a code point above U+10FFFF, which Python cannot hold."""


def encode_text(text: str) -> bytes:
    """Gives the UTF-8 of a text; a lone surrogate becomes three bytes, as in Godot 3.2."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def decode_text(data: bytes) -> str:
    """Reads UTF-8 as Godot 3 does.

    The first NUL ends it, a byte order mark at the start is dropped, surrogates and the old forms of five and six bytes
    are taken.

    Raises:
        UnicodeDecodeError: Godot would refuse it too.
    """
    if data[:3] == BYTE_ORDER_MARK:
        data = data[3:]
    if 0 in data:
        data = data[: data.index(0)]
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("utf-8", _LENIENT)


_LENIENT = "wsclient.variant.lenient"


def _read_as_godot(error: UnicodeError) -> tuple[str, int]:
    """Reads one sequence that Python refuses: an error handler of the codec."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    start, length = error.start, _sequence_length(error.object[error.start])
    sequence = error.object[start : start + length]
    if not _is_sequence(sequence, length):
        raise error
    code = sequence[0] & (0xFF >> (length + 1))
    for byte in sequence[1:]:
        code = code << 6 | byte & 0x3F
    return chr(code) if code <= 0x10FFFF else ABOVE_UNICODE, start + length


def _sequence_length(lead: int) -> int:
    """Tells how many bytes a lead byte announces; 0 for one that cannot lead."""
    if lead < 0xC2 or lead >= 0xFE:  # 0xC0 and 0xC1 would be overlong
        return 0
    return next(length for length in range(2, 7) if not lead & 0x80 >> length)


def _is_sequence(sequence: bytes, length: int) -> bool:
    """Whether the bytes go on as announced. Of what is overlong, only the longest is refused, as in the engine."""
    if length == 0 or len(sequence) < length or any(byte & 0xC0 != 0x80 for byte in sequence[1:]):
        return False
    first_bits = sequence[0] & (0xFF >> (length + 1)) | sequence[1] & 0x3F
    return length == 2 or first_bits != 0 or (sequence[2] & 0x7F) >> (7 - length) != 0


codecs.register_error(_LENIENT, _read_as_godot)
