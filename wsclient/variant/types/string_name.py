"""StringName: Godot 4's second kind of string."""

from __future__ import annotations

__all__ = ["StringName"]


class StringName(str):
    """A string that Godot 4 stores only once, written `&"text"` in GDScript.

    The names of methods, properties and groups are StringNames. One is equal to the `str` with the same text and has
    its hash, so `values["name"]` finds either. Sent back, it is a StringName again.

    Source: Godot 4, StringName.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return f"StringName({super().__repr__()})"
