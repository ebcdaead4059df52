"""Escapes text from strangers.

Escaped text cannot control a terminal, break a log line or mislead a reader.
"""

from __future__ import annotations

__all__ = ["escape"]


def escape(text: str | bytes, limit: int = 200) -> str:
    r"""Makes text from a peer safe to show in an error message, a log or a terminal.

    Characters that are not printable (control characters, line breaks, invisible and direction-changing ones, lone
    surrogates) are written as in a Python string: "\x1b", "\n", "\u202e".

    Args:
        text: bytes are decoded as UTF-8; bytes that are not UTF-8 are written as "\xff".
        limit: the maximum number of characters to show. "..." marks the cut.
    """
    # Read no more than can be shown: a hostile reason may be long, and a character has 1-4 bytes.
    start = text[: 4 * limit + 4].decode("utf-8", "backslashreplace") if isinstance(text, bytes) else text[: limit + 1]
    if not start.isprintable():
        start = "".join(char if char.isprintable() else _written_out(char) for char in start)
    return start if len(start) <= limit else start[:limit] + "..."


def _written_out(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")
