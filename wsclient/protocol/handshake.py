"""Functions that both sides of the opening handshake need (RFC 6455 section 4)."""

from __future__ import annotations

from binascii import b2a_base64
from typing import TYPE_CHECKING

from wsclient.ground.escape import escape
from wsclient.protocol.fields import MAX_LINE_SIZE
from wsclient.protocol.http11 import split_list

try:
    from _sha1 import sha1  # type: ignore[import-not-found] # the one of hashlib; but hashlib loads OpenSSL for it, which takes 2 ms
except ImportError:  # a Python that was built without
    from hashlib import sha1

if TYPE_CHECKING:
    from wsclient.protocol.fields import Headers

__all__ = ["KEY_SIZE", "VERSION", "accept_key", "elements", "encoded_key", "has_element", "join_head", "shown"]

GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455 section 1.3

VERSION = "13"
"""The version of the protocol (RFC 6455 section 4.1)."""

KEY_SIZE = 16
"""The size of a key, in bytes (RFC 6455 section 4.1)."""


def encoded_key(key: bytes) -> str:
    """Encodes a key for Sec-WebSocket-Key."""
    return b2a_base64(key, newline=False).decode("ascii")


def accept_key(key: str) -> str:
    """Returns the Sec-WebSocket-Accept that answers a Sec-WebSocket-Key.

    See RFC 6455 section 4.2.2, item 5.4.
    """
    return encoded_key(sha1((key + GUID).encode("latin-1"), usedforsecurity=False).digest())


def join_head(lines: list[str], headers: Headers) -> bytes:
    """Returns the head of a message: its lines, further headers, and the empty line."""
    return "\r\n".join([*lines, *map(": ".join, headers), "", ""]).encode()


def elements(values: list[str]) -> list[str]:
    """Returns the elements of a list, which may span several fields.

    See RFC 9110 section 5.3.
    """
    return [element for value in values for element in split_list(value)]


def has_element(values: list[str], wanted: str) -> bool:
    """Returns True if such a list has an element, given in lower case.

    Returns False for a list that is longer than a line may be.
    """
    if len(values) == 1 and values[0].lower() == wanted:
        return True
    if sum(map(len, values)) > MAX_LINE_SIZE:  # no real list is that long, and searching it takes milliseconds
        return False
    return wanted in (element.lower() for element in elements(values))


def shown(values: list[str]) -> str:
    """Returns the values of a header, safe to show."""
    return f"'{escape(', '.join(values), 80)}'" if values else "none"
