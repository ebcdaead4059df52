"""Godot 4's second kind of text."""

from __future__ import annotations

__all__ = ["StringName"]


class StringName(str):
    """A text that Godot 4 keeps once: names of methods, properties and groups, written `&"text"` in GDScript.

    It equals the `str` with the same text and has its hash, so that `values["name"]` finds either. Sent back, it is a
    StringName again.

    Source: Godot 4, StringName.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return f"StringName({super().__repr__()})"
