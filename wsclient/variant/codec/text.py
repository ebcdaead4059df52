"""Text as Godot 3 writes and reads it: UTF-8, with the engine's own idea of what is valid (godot-wire.md 1.4)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

__all__ = ["decode_text", "encode_text"]

BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"

# Above U+10FFFF, or longer than needed, of which the engine refuses only the longest; surrogates are left to Python.
# A pattern, because a peer could send millions of them.
_IRREGULAR: Final = re.compile(
    rb"""
      \xe0 (?: \x80 [\x90-\xbf] | [\x81-\x9f] [\x80-\xbf] )
    | \xf0 (?: \x80 [\x88-\xbf] | [\x81-\x8f] [\x80-\xbf] ) [\x80-\xbf]
    | (?: \xf4 [\x90-\xbf] | [\xf5-\xf7] [\x80-\xbf] ) [\x80-\xbf]{2}
    | \xf8 (?: \x80 [\x84-\xbf] | [\x81-\xbf] [\x80-\xbf] ) [\x80-\xbf]{2}
    | [\xf9-\xfb] [\x80-\xbf]{4}
    | \xfc (?: \x80 [\x82-\xbf] | [\x81-\xbf] [\x80-\xbf] ) [\x80-\xbf]{3}
    | \xfd [\x80-\xbf]{5}
    """,
    re.VERBOSE,
)


def encode_text(text: str) -> bytes:
    """Gives the UTF-8 of a text; a lone surrogate becomes three bytes, as in Godot 3.2."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def decode_text(data: bytes) -> str:
    """Reads UTF-8 as Godot 3 does.

    The first NUL ends it, a byte order mark at the start is dropped. Surrogates, overlong forms and those of five and
    six bytes are taken; what is above U+10FFFF, which Python cannot hold, is read as U+FFFD.

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
        regular = _IRREGULAR.sub(lambda found: _regular(found[0]), data)
        return regular.decode("utf-8", "surrogatepass")


@lru_cache(maxsize=4096)
def _regular(sequence: bytes) -> bytes:
    """Gives the same code point as it should have been written."""
    code = sequence[0] & (0xFF >> (len(sequence) + 1))
    for byte in sequence[1:]:
        code = code << 6 | byte & 0x3F
    return encode_text(chr(code) if code <= 0x10FFFF else "\ufffd")
