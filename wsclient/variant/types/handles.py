"""Handles of things that exist only on the other side."""

from __future__ import annotations

__all__ = ["RID", "Callable", "EncodedObjectAsID", "Signal"]


class RID:
    """A resource of one of the engine's servers.

    Godot 4 sends the id. Godot 3 sends none, so all of them arrive empty.

    Source: Godot 3 and 4, RID.

    Raises:
        OverflowError: the id does not fit in 64 bits.
    """

    __slots__ = ("_id",)

    def __init__(self, id: int = 0) -> None:  # the name is Godot's
        self._id = _unsigned(id)

    def get_id(self) -> int:
        """Returns the id, an unsigned integer of 64 bits; 0 if the RID is empty."""
        return self._id

    def is_valid(self) -> bool:
        """Returns True unless it is empty."""
        return self._id != 0

    def __eq__(self, other: object) -> bool:
        return type(other) is RID and self._id == other._id

    def __hash__(self) -> int:
        return hash((RID, self._id))

    def __repr__(self) -> str:
        return f"RID({self._id or ''})"


class EncodedObjectAsID:
    """The id of an object on the other side.

    Only the id is sent, and it stays the same when it is sent back.

    Source: Godot 3 and 4, EncodedObjectAsID.

    Raises:
        OverflowError: the id does not fit in 64 bits.
    """

    __slots__ = ("_object_id",)
    __match_args__ = ("object_id",)

    def __init__(self, object_id: int) -> None:
        self._object_id = _unsigned(object_id)

    @property
    def object_id(self) -> int:
        """The id, an unsigned integer of 64 bits. No object is 0, and arrives as `None`."""
        return self._object_id

    def __eq__(self, other: object) -> bool:
        return isinstance(other, EncodedObjectAsID) and self._object_id == other._object_id

    def __hash__(self) -> int:
        return hash((EncodedObjectAsID, self._object_id))

    def __repr__(self) -> str:
        return f"EncodedObjectAsID(object_id={self._object_id})"


class Callable:
    """A function on the other side.

    None of its contents are sent: it always arrives empty, and all are equal.

    Source: Godot 4, Callable.
    """

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return type(other) is Callable

    def __hash__(self) -> int:
        return hash(Callable)

    def __repr__(self) -> str:
        return "Callable()"


class Signal:
    """A signal of an object on the other side: its name, and the id of the object.

    Source: Godot 4, Signal.

    Raises:
        OverflowError: the id does not fit in 64 bits.
    """

    __slots__ = ("_name", "_object_id")
    __match_args__ = ("name", "object_id")

    def __init__(self, name: str = "", object_id: int = 0) -> None:
        self._name = name
        self._object_id = _unsigned(object_id)

    @property
    def name(self) -> str:
        """The name of the signal; "" if it is empty."""
        return self._name

    @property
    def object_id(self) -> int:
        """The id of the object, an unsigned integer of 64 bits; 0 if there is none."""
        return self._object_id

    def __eq__(self, other: object) -> bool:
        return type(other) is Signal and (self._name, self._object_id) == (other._name, other._object_id)

    def __hash__(self) -> int:
        return hash((Signal, self._name, self._object_id))

    def __repr__(self) -> str:
        return f"Signal({self._name!r}, object_id={self._object_id})"


def _unsigned(number: int) -> int:
    if not 0 <= number < 1 << 64:
        raise OverflowError(f"{number} is not an unsigned 64-bit number")
    return number
