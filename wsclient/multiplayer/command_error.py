"""CommandError: raised for a malformed packet of any version of Godot."""

from __future__ import annotations

from wsclient.ground.escape import escape

__all__ = ["CommandError", "shown"]

_MAX_SHOWN = 80


class CommandError(ValueError):
    """Raised when a packet is malformed; the text says how.

    Log it, count it and ignore the packet.
    """


def shown(text: str) -> str:
    """Returns a peer's text in quotes, for a log line.

    It is shortened to a line, and its control characters are escaped.
    """
    return f"'{escape(text, _MAX_SHOWN)}'"
