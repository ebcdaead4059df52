"""What stands for something that lives on the other side, and means nothing here."""

from __future__ import annotations

__all__ = ["RID", "EncodedObjectAsID"]


class RID:
    """A server's resource. Its id never travels: whatever was sent arrives empty, and all are equal.

    Source: Godot 3, RID.
    """

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return type(other) is RID

    def __hash__(self) -> int:
        return hash(RID)

    def __repr__(self) -> str:
        return "RID()"


class EncodedObjectAsID:
    """An object of the other side, of which only the id travels. Sent back, it keeps its id.

    Source: Godot 3, EncodedObjectAsID.

    Raises:
        OverflowError: the id has no place in 64 bits.
    """

    __slots__ = ("_object_id",)
    __match_args__ = ("object_id",)

    def __init__(self, object_id: int) -> None:
        if not 0 <= object_id < 1 << 64:
            raise OverflowError(f"{object_id} is no unsigned 64-bit number")
        self._object_id = object_id

    @property
    def object_id(self) -> int:
        """64 bits, unsigned. 0 is no object, and arrives as `None`."""
        return self._object_id

    def __eq__(self, other: object) -> bool:
        return isinstance(other, EncodedObjectAsID) and self._object_id == other._object_id

    def __hash__(self) -> int:
        return hash((EncodedObjectAsID, self._object_id))

    def __repr__(self) -> str:
        return f"EncodedObjectAsID(object_id={self._object_id})"
