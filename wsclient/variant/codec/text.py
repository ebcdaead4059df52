"""UTF-8 as the engines write and read it: lenient in Godot 3, strict in Godot 4."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

__all__ = ["decode_text", "decode_utf8", "encode_text", "encode_utf8"]

BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"

MAX_IRREGULAR = 65_536
"""The most irregular sequences in one string. Arbitrary; no engine writes them, and each takes time."""

# Few texts need these patterns; `re` compiles them then, because that takes a tenth of the time of importing this room.

# Code points above U+10FFFF, or sequences longer than needed, of which the engine refuses only the longest. Python
# handles surrogates.
_IRREGULAR: Final = rb"""
      \xe0 (?: \x80 [\x90-\xbf] | [\x81-\x9f] [\x80-\xbf] )
    | \xf0 (?: \x80 [\x88-\xbf] | [\x81-\x8f] [\x80-\xbf] ) [\x80-\xbf]
    | (?: \xf4 [\x90-\xbf] | [\xf5-\xf7] [\x80-\xbf] ) [\x80-\xbf]{2}
    | \xf8 (?: \x80 [\x84-\xbf] | [\x81-\xbf] [\x80-\xbf] ) [\x80-\xbf]{2}
    | [\xf9-\xfb] [\x80-\xbf]{4}
    | \xfc (?: \x80 [\x82-\xbf] | [\x81-\xbf] [\x80-\xbf] ) [\x80-\xbf]{3}
    | \xfd [\x80-\xbf]{5}
    """

_SURROGATES: Final = "[\ud800-\udfff]"


def encode_text(text: str) -> bytes:
    """Returns the UTF-8 of a string for Godot 3.

    A lone surrogate becomes three bytes, as in 3.2.
    """
    try:
        return text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def encode_utf8(text: str) -> bytes:
    """Returns the UTF-8 of a string for Godot 4.

    A lone surrogate becomes U+FFFD, as in the engine.
    """
    try:
        return text.encode()
    except UnicodeEncodeError:
        return re.sub(_SURROGATES, "\ufffd", text).encode()


def decode_text(data: bytes) -> str:
    """Decodes UTF-8 as Godot 3 does.

    The first NUL ends the string, and a byte order mark at the start is dropped. Surrogates, overlong forms and
    those of five and six bytes are accepted; code points above U+10FFFF, which Python cannot hold, are read as U+FFFD.

    Raises:
        UnicodeDecodeError: it is not valid for the engine either, or irregular more often than `MAX_IRREGULAR`.
    """
    data = _without_mark_and_rest(data)
    try:
        return data.decode()
    except UnicodeDecodeError:
        regular = re.sub(_IRREGULAR, lambda found: _regular(found[0]), data, count=MAX_IRREGULAR, flags=re.VERBOSE)
        return regular.decode("utf-8", "surrogatepass")


def decode_utf8(data: bytes) -> str:
    """Decodes UTF-8 as Godot 4 does.

    The first NUL ends the string, and a byte order mark at the start is dropped.

    Raises:
        UnicodeDecodeError: it is not valid UTF-8.
    """
    return _without_mark_and_rest(data).decode()


def _without_mark_and_rest(data: bytes) -> bytes:
    if data[:3] == BYTE_ORDER_MARK:
        data = data[3:]
    return data[: data.index(0)] if 0 in data else data


@lru_cache(maxsize=4096)
def _regular(sequence: bytes) -> bytes:
    """Returns the regular form of the same code point."""
    code = sequence[0] & (0xFF >> (len(sequence) + 1))
    for byte in sequence[1:]:
        code = code << 6 | byte & 0x3F
    return encode_text(chr(code) if code <= 0x10FFFF else "\ufffd")
