"""Reference: the base of everything that is freed with its last reference."""

from __future__ import annotations

from wsclient.core.object import Object

__all__ = ["Reference"]


class Reference(Object):
    """Godot's reference-counted object.

    Python counts references itself, so this class has no members of its own. It is in the hierarchy so that
    `is_class("Reference")` returns the same as in Godot.
    """
