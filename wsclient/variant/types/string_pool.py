"""Packed strings."""

from __future__ import annotations

from collections.abc import Iterable, MutableSequence
from typing import TYPE_CHECKING, ClassVar, Self, overload

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["PackedStringArray", "PoolStringArray", "StringPool"]


class StringPool(MutableSequence[str]):
    """A mutable sequence of strings.

    Raises:
        TypeError: an element is not a `str`.
    """

    __slots__ = ("_texts",)
    __hash__: ClassVar[None]  # type: ignore[assignment]  # mutable, so not hashable, as a list

    def __init__(self, texts: Iterable[str] = ()) -> None:
        if isinstance(texts, str):
            raise TypeError(f"one string is not a sequence of strings: {type(self).__name__}([{texts!r}])")
        self._texts = [_text(text) for text in texts]

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Self: ...
    def __getitem__(self, index: int | slice) -> str | Self:
        return type(self)(self._texts[index]) if isinstance(index, slice) else self._texts[index]

    @overload
    def __setitem__(self, index: int, value: str) -> None: ...
    @overload
    def __setitem__(self, index: slice, value: Iterable[str]) -> None: ...
    def __setitem__(self, index: int | slice, value: str | Iterable[str]) -> None:
        if isinstance(index, slice):
            self._texts[index] = type(self)(value)
        else:
            self._texts[index] = _text(value)

    def __delitem__(self, index: int | slice) -> None:
        del self._texts[index]

    def __len__(self) -> int:
        return len(self._texts)

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def insert(self, index: int, value: str) -> None:
        """Inserts a string before the one at `index`."""
        self._texts.insert(index, _text(value))

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and self._texts == other._texts

    def __copy__(self) -> Self:
        return type(self)(self)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._texts!r})"


class PoolStringArray(StringPool):
    """Packed strings: a mutable sequence.

    Source: Godot 3, PoolStringArray.
    """

    __slots__ = ()


class PackedStringArray(StringPool):
    """Packed strings: a mutable sequence.

    Source: Godot 4, PackedStringArray.
    """

    __slots__ = ()


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not a string")
    return value
