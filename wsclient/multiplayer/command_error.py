"""CommandError: a packet that breaks its format, whichever Godot's it is."""

from __future__ import annotations

from wsclient.ground.escape import escape

__all__ = ["CommandError", "shown"]

_MAX_SHOWN = 80


class CommandError(ValueError):
    """Raised for a packet that breaks the format; the text says how. Log it, count it and ignore it."""


def shown(text: str) -> str:
    """Returns a peer's text in quotes for a log line: without control characters, and no longer than a line."""
    return f"'{escape(text, _MAX_SHOWN)}'"
