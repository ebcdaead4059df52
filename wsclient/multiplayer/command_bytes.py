"""Bytes that the packets of both versions of Godot have in common."""

from __future__ import annotations

from wsclient.multiplayer.command_error import CommandError

__all__ = ["c_string", "require"]


def c_string(text: str) -> bytes:
    """Returns a text in UTF-8, with the NUL that ends it.

    Raises:
        ValueError: the text contains a NUL, or is not valid UTF-8.
    """
    if "\0" in text:
        raise ValueError(f"a NUL in {text!r}")
    return text.encode() + b"\0"


def require(packet: bytes, size: int, command: str) -> None:
    """Raises CommandError if a packet is too short for its command."""
    if len(packet) < size:
        raise CommandError(f"{command} of {len(packet)} bytes, at least {size} are needed")
