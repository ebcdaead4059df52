"""The element types of typed containers, which only Godot 4 has.

They are encoded with the container, and limit the values in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from reprlib import repr as short_repr
from struct import Struct
from typing import TYPE_CHECKING, Any, Final

from wsclient.variant.codec.errors import VariantError
from wsclient.variant.codec.readers import read_text
from wsclient.variant.codec.text import decode_utf8, encode_utf8
from wsclient.variant.types.components import Components
from wsclient.variant.types.handles import EncodedObjectAsID
from wsclient.variant.types.integer_vectors import Rect2i, Vector2i, Vector3i, Vector4i
from wsclient.variant.types.node_path import NodePath
from wsclient.variant.types.shapes import Rect2
from wsclient.variant.types.string_name import StringName
from wsclient.variant.types.typed_containers import TypedArray, TypedDictionary
from wsclient.variant.types.vectors import Vector2, Vector3, Vector4

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from wsclient.variant.codec.dialect import Dialect
    from wsclient.variant.types.typed_containers import ElementType

__all__ = ["MISFIT", "ElementTypes", "StandIn", "fitted", "fitted_array", "fitted_dictionary"]

ID_CLASS: Final = "EncodedObjectAsID"
"""The base class of all objects, used unless full objects are allowed."""

ANCESTORS_OF_IDS: Final = frozenset({ID_CLASS, "RefCounted", "Object"})

MISFIT: Final = object()
"""Returned by `fitted` if an element type does not admit a value."""

_UNTYPED, _BUILT_IN, _CLASS, _SCRIPT = range(4)
_U32 = Struct("<I")


class StandIn:
    """An object that is encoded as another value."""

    __slots__ = ()

    value: object


class ElementTypes:
    """Reads and writes the element types of a dialect's typed containers."""

    def __init__(self, dialect: Dialect) -> None:
        self._classes: dict[int, type[Any]] = {row.code: row.python for row in dialect}
        self._codes = {python: code for code, python in self._classes.items()}

    def read(self, data: bytes, start: int, kind: int, allow_objects: bool) -> tuple[ElementType, int]:
        """Reads one element type, of the kind that the header says.

        Returns:
            The type, None if there is none, and the offset of its end.
        """
        if kind == _UNTYPED:
            return None, start
        if kind == _BUILT_IN:
            (code,) = _U32.unpack_from(data, start)
            return self._built_in(code, start), start + 4
        name, end = read_text(decode_utf8, data, start)
        if not allow_objects:
            return ID_CLASS, end
        if kind == _SCRIPT and not name.startswith("res://"):
            raise VariantError("ERR_INVALID_DATA", "a typed container whose script has no res:// path", start)
        return name or "Object", end

    def _built_in(self, code: int, start: int) -> ElementType:
        python = self._classes.get(code)
        if python is None:
            raise VariantError("ERR_INVALID_DATA", f"a typed container of type {code}, which is not a type", start)
        if python is EncodedObjectAsID:
            return ID_CLASS
        return None if python is type(None) else python

    def write(self, element_type: ElementType, full_objects: bool) -> tuple[int, bytes]:
        """Encodes an element type.

        Returns:
            Its kind, for the header, and its bytes.

        Raises:
            TypeError: the dialect has no such type.
        """
        if isinstance(element_type, str):
            name = encode_utf8(element_type if full_objects else ID_CLASS)
            kind = _SCRIPT if full_objects and element_type.startswith("res://") else _CLASS
            return kind, _U32.pack(len(name)) + name + bytes(-len(name) & 3)
        if element_type is None:
            return _UNTYPED, b""
        if element_type not in self._codes:
            raise TypeError(f"{element_type!r} is not a type for the elements of a typed container")
        return _BUILT_IN, _U32.pack(self._codes[element_type])


def fitted_array(array: TypedArray) -> TypedArray:
    """Returns an array with its elements converted to its type.

    Raises:
        TypeError: one has another type.
    """
    element_type = array.element_type
    if element_type is None or set(map(type, array)) == {element_type}:
        return array
    if isinstance(element_type, str):  # only the other side knows the classes of objects
        values = [item if item is None or isinstance(item, EncodedObjectAsID) else MISFIT for item in array]
    else:
        values = [fitted(item, element_type) for item in array]
    if MISFIT in values:
        index = values.index(MISFIT)
        raise _misfit(f"element {index} of a TypedArray", element_type, array[index])
    return TypedArray(values, element_type)


def fitted_dictionary(dictionary: TypedDictionary) -> TypedDictionary:
    """Returns a dictionary with its keys converted to their type.

    Values are not checked, as in the engine.

    Raises:
        TypeError: a key has another type.
    """
    key_type = dictionary.key_type
    if key_type is None or set(map(type, dictionary)) == {key_type}:
        return dictionary
    items: dict[Any, Any] = {}
    for key, value in dictionary.items():
        # If Python cannot hold a key, the object that stands for it stays as it was decoded.
        is_plain = isinstance(key, Components) or not isinstance(key, tuple | Mapping | StandIn)
        held = fitted(key, key_type) if is_plain else key
        if held is MISFIT:
            raise _misfit(f"key {short_repr(key)} of a TypedDictionary", key_type, key)
        items[held] = value
    return TypedDictionary(items, key_type, dictionary.value_type)


def _misfit(what: str, element_type: type[Any] | str, value: object) -> TypeError:
    name = element_type if isinstance(element_type, str) else element_type.__name__
    return TypeError(f"{what} of {name} is of type {type(value).__name__}")


def fitted(value: object, element_type: ElementType) -> object:
    """Returns a value as a container of this element type holds it.

    It is converted as the engine does. Returns MISFIT if it cannot be converted. Conversions between matrices, and
    between packed and plain arrays, are missing here: the engine never writes a container with such an element.
    """
    if element_type is None or type(value) is element_type:
        return value
    if isinstance(element_type, str):
        is_id = isinstance(value, EncodedObjectAsID)
        return value if value is None or (is_id and element_type in ANCESTORS_OF_IDS) else MISFIT
    for base in type(value).__mro__:
        convert = _CONVERSIONS.get((base, element_type))
        if convert is not None:
            return convert(value)
        if base is element_type:
            return value
    return MISFIT


def _whole(number: float, bits: int = 64) -> int:
    """Cuts off the fraction of a number.

    If it does not fit in this number of bits, the result is the lowest integer, as on the engine's CPUs.
    """
    lowest = -1 << bits - 1
    return int(number) if lowest <= number < -lowest else lowest


def _whole_components(kind: type[Any]) -> Callable[[Iterable[float]], object]:
    return lambda components: kind.from_components([_whole(number, 32) for number in components])


def _path(text: str) -> NodePath:
    try:
        return NodePath(text)
    except ValueError:
        return NodePath()


_CONVERSIONS: Final[dict[tuple[type[Any], type[Any]], Callable[[Any], object]]] = {
    (bool, int): int,
    (bool, float): float,
    (int, bool): bool,
    (int, float): float,
    (float, bool): bool,
    (float, int): _whole,
    (StringName, str): str.__str__,
    (str, StringName): StringName,
    (str, NodePath): _path,
    (StringName, NodePath): lambda _: MISFIT,
    (NodePath, str): str,
    (Vector2, Vector2i): _whole_components(Vector2i),
    (Vector2i, Vector2): Vector2.from_components,
    (Rect2, Rect2i): _whole_components(Rect2i),
    (Rect2i, Rect2): Rect2.from_components,
    (Vector3, Vector3i): _whole_components(Vector3i),
    (Vector3i, Vector3): Vector3.from_components,
    (Vector4, Vector4i): _whole_components(Vector4i),
    (Vector4i, Vector4): Vector4.from_components,
}
