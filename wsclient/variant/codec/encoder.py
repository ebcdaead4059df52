"""Encodes values to bytes, as the engines' `var2bytes` and `var_to_bytes` do."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from itertools import chain
from reprlib import repr as short_repr
from struct import Struct
from typing import TYPE_CHECKING, Any, Final

from wsclient.variant.codec.dialect import MAX_NESTING, Layout
from wsclient.variant.codec.element_types import ElementTypes, StandIn, fitted_array, fitted_dictionary
from wsclient.variant.codec.errors import VariantError
from wsclient.variant.codec.godot3 import GODOT_3
from wsclient.variant.codec.godot4 import GODOT_4
from wsclient.variant.codec.uniform import LEAST, uniform_writer_for
from wsclient.variant.codec.writers import writer_for
from wsclient.variant.types.components import Components
from wsclient.variant.types.typed_containers import TypedArray, TypedDictionary

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence, Sized

    from wsclient.variant.codec.dialect import Dialect
    from wsclient.variant.codec.writers import Writer

__all__ = ["Encoder", "StandIn", "encode"]


def encode(
    value: object, *, max_size: int | None = None, full_objects: bool = False, dialect: Dialect = GODOT_3
) -> bytes:
    """Encodes a value as the engine does.

    Besides the types of the dialect it accepts their subclasses, such as enums of numbers and of texts; tuples as Array
    and any mapping as Dictionary; anything bytes-like as a byte array; and numpy's scalars.

    Args:
        value: the value.
        max_size: the maximum size of the result, in bytes; None for no limit.
        full_objects: if True, typed containers of objects name their class. Objects themselves are always sent as ids.
        dialect: the version of the engine that will read it: `GODOT_3` or `GODOT_4`.

    Raises:
        TypeError: something in the value is not a Variant; the text has its path, `["players"][3]["pos"]`.
        OverflowError: a number does not fit in 64 bits; the text has its path too.
        VariantError: the value is nested over 1024 deep, as a container in itself is, or exceeds `max_size`.
    """
    limit = sys.maxsize if max_size is None else max_size
    return _ENCODERS[dialect].encode(value, limit, full_objects)


class Encoder:
    """Encodes the values of one dialect."""

    def __init__(self, dialect: Dialect) -> None:
        rows = {row.python: row for row in dialect}
        array, dictionary = rows[list], rows[dict]
        self._containers: dict[type, int] = {list: array.code, tuple: array.code, dict: dictionary.code}
        self._writers: dict[type, Writer] = {
            row.python: writer_for(row) for row in dialect if row.python not in self._containers
        }
        self._uniform = {row.python: write for row in dialect if (write := uniform_writer_for(row)) is not None}
        self._name = dialect.name
        self._element_types: ElementTypes | None = None
        if array.layout is Layout.TYPED_ARRAY:
            self._element_types = ElementTypes(dialect)
            self._containers |= {TypedArray: array.code, TypedDictionary: dictionary.code}

    def encode(self, value: object, max_size: int, full_objects: bool = False) -> bytes:
        """Returns the bytes of a value; see the function `encode`."""
        write = self._writers.get(type(value))
        try:
            out = write(value) if write is not None else self._written(value, max_size, full_objects)
        except (TypeError, OverflowError) as problem:
            path = self._path_of_problem(value)
            raise type(problem)(f"cannot encode {path}: {problem}" if path else str(problem)) from None
        if len(out) > max_size:
            _check_limits(out, max_size, depth=0)
        return out

    def _written(self, value: object, max_size: int, full_objects: bool) -> bytes:
        """Encodes a value.

        Unfinished containers are kept in a list instead of on the stack, so that no depth can exhaust it.
        """
        out = bytearray()
        writer_of = self._writers.get
        outer: list[Iterator[Any]] = []
        pending: Iterator[Any] = iter((value,))
        while True:
            for item in pending:
                write = writer_of(type(item))
                if write is not None:
                    out += write(item)
                    continue
                kind, known = self._recognised(item)
                if kind in self._writers:
                    out += self._writers[kind](known)
                    continue
                out += self._head(kind, known, full_objects)
                if type(known) in _PLAIN_ARRAYS and (elements := self._uniformly(known)) is not None:
                    _check_limits(out, max_size, depth=len(outer) + 1)
                    out += elements
                    continue
                outer.append(pending)
                _check_limits(out, max_size, depth=len(outer) if known else 0)
                is_dictionary = kind is dict or kind is TypedDictionary
                pending = chain.from_iterable(known.items()) if is_dictionary else iter(known)
                break
            else:
                if not outer:
                    return bytes(out)
                pending = outer.pop()

    def _head(self, kind: type, container: TypedArray | TypedDictionary | Sized, full_objects: bool) -> bytes:
        """Encodes the header of a container and its count.

        The header of a typed container includes its element types.
        """
        code, types = self._containers[kind], self._element_types
        if types is None or not isinstance(container, TypedArray | TypedDictionary):
            return _HEAD.pack(code, len(container))
        if isinstance(container, TypedArray):
            flags, names = types.write(container.element_type, full_objects)
        else:
            flags, names = types.write(container.key_type, full_objects)
            more_flags, more_names = types.write(container.value_type, full_objects)
            flags, names = flags | more_flags << 2, names + more_names
        return _U32.pack(code | flags << 16) + names + _U32.pack(len(container))

    def _uniformly(self, values: Sequence[object]) -> bytearray | None:
        """Encodes all elements of an array at once, if they have one type that allows it."""
        if len(values) < LEAST:
            return None
        write = self._uniform.get(type(values[0]))
        return write(values) if write is not None and len(set(map(type, values))) == 1 else None

    def _recognised(self, value: object) -> tuple[type, Any]:
        """Finds how to encode a value whose type is not in the table.

        Returns:
            A type that has a writer or is a container, and the value for it.
        """
        while True:
            for base in type(value).__mro__:
                if base in self._writers or base in self._containers:
                    return base, _fitted(value) if base in _TYPED else value
                if base is Components:  # a tuple underneath, but of the other version of the engine
                    raise TypeError(f"type {type(value).__name__} is not a Variant of {self._name}")
            if isinstance(value, Mapping):
                return dict, value
            value = _plain(value)

    def _path_of_problem(self, value: object) -> str:
        """Returns the path of the first value that cannot be encoded.

        This is slow, and only needed for the message.
        """
        waiting: list[tuple[object, str]] = [(value, "")]
        while waiting:
            item, path = waiting.pop()
            try:
                kind, known = self._recognised(item)
                if kind in self._writers:
                    self._writers[kind](known)
                    continue
            except (TypeError, OverflowError):
                return path
            waiting.extend(reversed(list(_children(known, path))))
        return ""


_HEAD: Final = Struct("<II")
_U32: Final = Struct("<I")
_TYPED: Final = {TypedArray, TypedDictionary}
_PLAIN_ARRAYS: Final = {list, tuple}  # they have the same elements each time they are iterated


def _check_limits(out: bytes | bytearray, max_size: int, *, depth: int) -> None:
    if depth > MAX_NESTING:
        raise VariantError("ERR_INVALID_DATA", f"nested over {MAX_NESTING} deep; does it contain itself?", len(out))
    if len(out) > max_size:
        raise VariantError("ERR_OUT_OF_MEMORY", f"larger than {max_size} bytes", len(out))


def _fitted(container: object) -> object:
    if isinstance(container, TypedArray):
        return fitted_array(container)
    return fitted_dictionary(container) if isinstance(container, TypedDictionary) else container


def _plain(value: object) -> object:
    """Returns the plain value of a stand-in, a numpy scalar or a bytes-like object.

    Raises:
        TypeError: it is none of these.
    """
    name = f"{type(value).__module__}.{type(value).__qualname__}".removeprefix("builtins.")
    if isinstance(value, StandIn):
        return value.value
    if getattr(value, "shape", None) == () and hasattr(value, "item"):
        scalar: object = value.item()
        if type(scalar) is not type(value):  # numpy's long double has no plainer form
            return scalar
    try:
        view = memoryview(value)  # type: ignore[arg-type]  # it may have no buffer
    except TypeError:
        raise TypeError(f"type {name} is not a Variant") from None
    with view:
        if view.itemsize != 1:
            raise TypeError(f"type {name} is not a Variant; PoolIntArray, PoolRealArray and bytes can be made of it")
        return view.tobytes()


def _children(container: Iterable[object], path: str) -> Iterator[tuple[object, str]]:
    """Returns the values in a container with their paths, in the order of writing."""
    if not isinstance(container, Mapping):
        for index, item in enumerate(container):
            yield item, f"{path}[{index}]"
        return
    from json import dumps  # noqa: PLC0415 - only for messages, and takes two milliseconds

    for key, item in container.items():
        name = dumps(key, ensure_ascii=False) if isinstance(key, str) else short_repr(key)
        yield key, f"{path} key {name}".lstrip()
        yield item, f"{path}[{name}]"


_ENCODERS = {dialect: Encoder(dialect) for dialect in (GODOT_3, GODOT_4)}
