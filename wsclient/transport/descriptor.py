"""Descriptor: the descriptor that something waits for while it rests."""

from __future__ import annotations

from typing import Final

__all__ = ["NOTHING", "Descriptor"]


class Descriptor:
    """The descriptor that something waits for: it needs no turn until this is ready.

    Compare by identity: the system reuses the number for another descriptor as soon as this one is closed.

    Attributes:
        fileno: the number; -1 for something that no descriptor wakes.
        for_writing: True to wait until it can be written, False until it can be read.
    """

    __slots__ = ("fileno", "for_writing")

    def __init__(self, fileno: int, *, for_writing: bool = False) -> None:
        self.fileno: Final = fileno
        self.for_writing: Final = for_writing


NOTHING: Final = Descriptor(-1)
"""The descriptor of something that only a time or a call wakes."""
