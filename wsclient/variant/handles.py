"""What stands for something that lives on the other side, and means nothing here."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["RID", "EncodedObjectAsID"]


@dataclass(frozen=True, slots=True)
class RID:
    """A server's resource. Its id never travels: whatever was sent arrives empty, and all are equal.

    Source: Godot 3, RID.
    """


@dataclass(frozen=True, slots=True)
class EncodedObjectAsID:
    """An object of the other side, of which only the id travels. Sent back, it keeps its id.

    Source: Godot 3, EncodedObjectAsID.

    Attributes:
        object_id: 64 bits, unsigned. 0 is no object, and arrives as `None`.

    Raises:
        OverflowError: the id has no place in 64 bits.
    """

    object_id: int

    def __post_init__(self) -> None:
        if not 0 <= self.object_id < 1 << 64:
            raise OverflowError(f"{self.object_id} is no unsigned 64-bit number")
