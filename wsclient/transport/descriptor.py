"""Descriptor: what something rests on."""

from __future__ import annotations

from typing import Final

__all__ = ["NOTHING", "Descriptor"]


class Descriptor:
    """What something rests on: it needs no turn before this is ready.

    Its identity says which one it is; the system gives the same number to another one as soon as it is closed.

    Attributes:
        fileno: the number; -1 for something that no descriptor wakes.
        for_writing: True to wait until it can be written, False until it can be read.
    """

    __slots__ = ("fileno", "for_writing")

    def __init__(self, fileno: int, *, for_writing: bool = False) -> None:
        self.fileno: Final = fileno
        self.for_writing: Final = for_writing


NOTHING: Final = Descriptor(-1)
"""What something rests on that only a time or a call wakes."""
