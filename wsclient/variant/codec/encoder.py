"""Values to bytes, as Godot 3's `var2bytes` and `put_var` (godot-wire.md part 1)."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from itertools import chain
from reprlib import repr as short_repr
from struct import Struct
from typing import TYPE_CHECKING, Any

from wsclient.variant.codec.errors import VariantError
from wsclient.variant.codec.type_code import GODOT_3, MAX_NESTING, Layout
from wsclient.variant.codec.uniform import LEAST, uniform_writer_for
from wsclient.variant.codec.writers import writer_for

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from wsclient.variant.codec.type_code import VariantType
    from wsclient.variant.codec.writers import Writer

__all__ = ["StandIn", "encode"]


def encode(value: object, *, max_size: int | None = None) -> bytes:
    """Encodes a value as Godot 3 does.

    Beside the types of the table (`type_code.GODOT_3`) it takes their subclasses, enums of numbers and texts among
    them, tuples and any mapping as Array and Dictionary, anything bytes-like as PoolByteArray, and numpy's scalars.

    Args:
        value: what to encode.
        max_size: most bytes that the result may have; None for no limit.

    Raises:
        TypeError: something in the value is no Variant; the text names its path, `["players"][3]["pos"]`.
        OverflowError: a number has no place in 64 bits; the text names its path too.
        VariantError: nested over 1024 deep, as what contains itself is, or over `max_size`.
    """
    return _GODOT_3.encode(value, sys.maxsize if max_size is None else max_size)


class StandIn:
    """Something that is encoded as another value."""

    __slots__ = ()

    value: object


class _Encoder:
    """The encoder of one numbering."""

    def __init__(self, table: Sequence[VariantType]) -> None:
        codes = {row.layout: row.code for row in table}
        array, dictionary = codes[Layout.ARRAY], codes[Layout.DICTIONARY]
        self._containers: dict[type, int] = {list: array, tuple: array, dict: dictionary}
        self._writers: dict[type, Writer] = {
            row.python: writer_for(row) for row in table if row.python not in self._containers
        }
        self._uniform = {row.python: write for row in table if (write := uniform_writer_for(row)) is not None}

    def encode(self, value: object, max_size: int) -> bytes:
        write = self._writers.get(type(value))
        try:
            out = write(value) if write is not None else self._written(value, max_size)
        except (TypeError, OverflowError) as problem:
            path = self._path_of_problem(value)
            raise type(problem)(f"cannot encode {path}: {problem}" if path else str(problem)) from None
        _check_limits(out, max_size, depth=0)
        return out

    def _written(self, value: object, max_size: int) -> bytes:
        """Writes a value with a list of what is half written, not with recursion: no depth can exhaust the stack."""
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
                out += _HEAD.pack(self._containers[kind], len(known))
                if type(known) in _PLAIN_ARRAYS and (elements := self._uniformly(known)) is not None:
                    _check_limits(out, max_size, depth=len(outer) + 1)
                    out += elements
                    continue
                outer.append(pending)
                _check_limits(out, max_size, depth=len(outer) if known else 0)
                pending = chain.from_iterable(known.items()) if kind is dict else iter(known)
                break
            else:
                if not outer:
                    return bytes(out)
                pending = outer.pop()

    def _uniformly(self, values: Sequence[object]) -> bytearray | None:
        """Encodes the elements of an array at once, where all are of one type for which that can be done."""
        if len(values) < LEAST:
            return None
        write = self._uniform.get(type(values[0]))
        return write(values) if write is not None and len(set(map(type, values))) == 1 else None

    def _recognised(self, value: object) -> tuple[type, Any]:
        """Finds what to encode a value as whose type is not in the table.

        Returns:
            A type that has a writer or is a container, and the value for it.
        """
        while True:
            for base in type(value).__mro__:
                if base in self._writers or base in self._containers:
                    return base, value
            if isinstance(value, Mapping):
                return dict, value
            value = _plain(value)

    def _path_of_problem(self, value: object) -> str:
        """Finds the first value that cannot be encoded: slow, and only needed to tell where it is."""
        waiting = [(value, "")]
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


_HEAD = Struct("<II")
_PLAIN_ARRAYS = {list, tuple}  # of which it is known what they give when asked twice


def _check_limits(out: bytes | bytearray, max_size: int, *, depth: int) -> None:
    if depth > MAX_NESTING:
        raise VariantError("ERR_INVALID_DATA", f"nested over {MAX_NESTING} deep; does it contain itself?", len(out))
    if len(out) > max_size:
        raise VariantError("ERR_OUT_OF_MEMORY", f"larger than {max_size} bytes", len(out))


def _plain(value: object) -> object:
    """Gives the plain value of what stands for one: a stand-in, a scalar of numpy, anything bytes-like.

    Raises:
        TypeError: it is none of them.
    """
    name = f"{type(value).__module__}.{type(value).__qualname__}".removeprefix("builtins.")
    if isinstance(value, StandIn):
        return value.value
    if getattr(value, "shape", None) == () and hasattr(value, "item"):
        scalar: object = value.item()
        if type(scalar) is not type(value):  # numpy's long double has no plainer form
            return scalar
    try:
        view = memoryview(value)  # type: ignore[arg-type]  # whether it has a buffer is the question
    except TypeError:
        raise TypeError(f"type {name} is no Variant") from None
    if view.itemsize != 1:
        raise TypeError(f"type {name} is no Variant; PoolIntArray, PoolRealArray and bytes can be made of it")
    return view.tobytes()


def _children(container: Iterable[object], path: str) -> Iterator[tuple[object, str]]:
    """Gives what is in a container, in the order in which it is written, each with its path."""
    if not isinstance(container, Mapping):
        for index, item in enumerate(container):
            yield item, f"{path}[{index}]"
        return
    from json import dumps  # noqa: PLC0415 - for messages alone, and takes two milliseconds

    for key, item in container.items():
        name = dumps(key, ensure_ascii=False) if isinstance(key, str) else short_repr(key)
        yield key, f"{path} key {name}".lstrip()
        yield item, f"{path}[{name}]"


_GODOT_3 = _Encoder(GODOT_3)
