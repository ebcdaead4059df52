"""Godot 4's arrays and dictionaries that know the type of their elements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wsclient.variant.types.handles import EncodedObjectAsID

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["ElementType", "TypedArray", "TypedDictionary"]

ElementType = type[Any] | str | None
"""A class such as `int`, `str`, `Vector2` or `list`; for objects the name of their class, or the `res://` path of their
script; None for any type."""


class TypedArray(list[Any]):
    """An array with an element type, such as `Array[int]` in GDScript.

    It is equal to a list with the same elements.

        TypedArray([1, 2, 3], int)

    Elements are checked when it is encoded, as the engine checks them: an int becomes a float in an array of float, and
    a `str` a StringName in an array of StringName; any other element of a wrong type raises TypeError.

    Source: Godot 4, Array.
    """

    __slots__ = ("_element_type",)

    def __init__(self, values: Iterable[Any], element_type: ElementType) -> None:
        super().__init__(values)
        self._element_type = _named(element_type)

    @property
    def element_type(self) -> ElementType:
        """The type of the elements."""
        return self._element_type

    def __reduce__(self) -> tuple[type[TypedArray], tuple[list[Any], ElementType]]:
        return type(self), ([*self], self._element_type)

    def __reduce_ex__(self, _protocol: object) -> tuple[type[TypedArray], tuple[list[Any], ElementType]]:
        return self.__reduce__()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({super().__repr__()}, {_shown(self._element_type)})"


class TypedDictionary(dict[Any, Any]):
    """A dictionary with a type for its keys and one for its values.

    It is equal to a dict with the same items.

        TypedDictionary({"gold": 7}, str, int)

    Keys are checked when it is encoded, as the elements of a TypedArray are. Values are not checked, neither here nor
    in the engine.

    Source: Godot 4, Dictionary.
    """

    __slots__ = ("_key_type", "_value_type")

    def __init__(
        self,
        items: Mapping[Any, Any] | Iterable[tuple[Any, Any]],
        key_type: ElementType = None,
        value_type: ElementType = None,
    ) -> None:
        super().__init__(items)
        self._key_type = _named(key_type)
        self._value_type = _named(value_type)

    @property
    def key_type(self) -> ElementType:
        """The type of the keys."""
        return self._key_type

    @property
    def value_type(self) -> ElementType:
        """The type of the values."""
        return self._value_type

    def __reduce__(self) -> tuple[type[TypedDictionary], tuple[dict[Any, Any], ElementType, ElementType]]:
        return type(self), ({**self}, self._key_type, self._value_type)

    def __reduce_ex__(
        self, _protocol: object
    ) -> tuple[type[TypedDictionary], tuple[dict[Any, Any], ElementType, ElementType]]:
        return self.__reduce__()

    def __repr__(self) -> str:
        types = f"{_shown(self._key_type)}, {_shown(self._value_type)}"
        return f"{type(self).__name__}({super().__repr__()}, {types})"


def _named(element_type: ElementType) -> ElementType:
    """Returns an element type in its usual form.

    Objects, and ids of objects, are named by their class; the type of nil means any type.
    """
    if element_type is EncodedObjectAsID:
        return "EncodedObjectAsID"
    return None if element_type is type(None) else element_type


def _shown(element_type: ElementType) -> str:
    return element_type.__name__ if isinstance(element_type, type) else repr(element_type)
