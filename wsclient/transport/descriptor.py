"""Descriptor: the descriptor that wakes a resting object."""

from __future__ import annotations

from typing import Final

__all__ = ["NOTHING", "SOON", "Descriptor"]

SOON: Final = 0.0
"""The end of a rest, in the past like -inf, if nothing announces when there is work, and a poll may find none."""


class Descriptor:
    """The descriptor that an object waits for. It needs no turn until this is ready.

    Compare by identity: the system reuses the number for another descriptor as soon as this one is closed.

    Attributes:
        fileno: the number; -1 if no descriptor wakes the object.
        for_writing: True to wait until it is writable, False until it is readable.
    """

    __slots__ = ("fileno", "for_writing")

    def __init__(self, fileno: int, *, for_writing: bool = False) -> None:
        self.fileno: Final = fileno
        self.for_writing: Final = for_writing


NOTHING: Final = Descriptor(-1)
"""The descriptor of an object that only a time or a call wakes."""
