"""Defines the allowed names, values and sizes of HTTP fields.

See RFC 9110 section 5.
"""

from __future__ import annotations

__all__ = ["FIELD_VALUE", "MAX_HEADERS", "MAX_LINE_SIZE", "REDIRECTS", "TOKEN", "Headers", "is_field_value", "is_token"]

MAX_LINE_SIZE = 8192  # bytes, without the line end; for the first line and for each header
MAX_HEADERS = 128  # header lines of one message

REDIRECTS = (301, 302, 303, 307, 308)
"""The statuses of redirects that are followed (RFC 9110 section 15.4)."""

Headers = tuple[tuple[str, str], ...]
"""Names and values as written, in order of arrival. A name may repeat. Values are decoded as Latin-1."""

# RFC 9110 section 5.6.2. bytes.translate() deletes these from a text. If anything is left, it is illegal.
TOKEN = b"!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
FIELD_VALUE = bytes([0x09, *range(0x20, 0x7F), *range(0x80, 0x100)])  # RFC 9110 section 5.5


def is_token(text: bytes) -> bool:
    """Returns True if this is a token (RFC 9110 section 5.6.2), such as a field name."""
    return bool(text) and not text.translate(None, TOKEN)


def is_field_value(text: bytes) -> bool:
    """Returns True if a field may have this value (RFC 9110 section 5.5).

    It may have no control characters except the tab.
    """
    return not text.translate(None, FIELD_VALUE)
