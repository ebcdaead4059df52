"""Dictionary keys that Python cannot hold as they are.

In Godot any value can be a key, and 1 and 1.0 are different keys.
"""

from __future__ import annotations

import sys
from collections.abc import Hashable, Iterator, Mapping
from functools import partial, reduce
from math import isnan, nan
from operator import xor
from typing import TYPE_CHECKING, Any, Final

from wsclient.variant.codec.dialect import Dialect
from wsclient.variant.codec.element_types import StandIn
from wsclient.variant.codec.encoder import Encoder
from wsclient.variant.codec.godot3 import GODOT_3
from wsclient.variant.codec.godot4 import GODOT_4
from wsclient.variant.types.components import Components
from wsclient.variant.types.string_name import StringName

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["DictionaryKey", "FrozenDictionary", "dictionary_of"]

MAX_DEPTH = 4
"""The depth to which containers become a tuple or FrozenDictionary. Arbitrary; Python compares them by recursion."""

MAX_SAME_HASH = 16
"""The most keys in a dictionary with the same hash. Each new one is compared with all of them, so a peer could choose
keys that take minutes. Rectangles of -1 and -2, which have one hash, need 16; any more is arbitrary."""


class DictionaryKey(StandIn):
    """Stands for a key that Python cannot hold. It is encoded as the value.

    A decoded dictionary contains one for a key that is a pool, which has no hash; for `1.0` if `1` or `True` is a key
    too, because these are equal in Python but not in Godot; and for keys that are too deep, or too similar, to be
    hashed safely.

    Two are equal if their values have the same bytes. The value must not be changed.

    Attributes:
        value: the value.
    """

    __slots__ = ("_hash", "value")

    def __init__(self, value: object) -> None:
        self.value: object = value
        self._hash = hash(_identity(value))

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, DictionaryKey)
            and self._hash == other._hash
            and _identity(self.value) == _identity(other.value)
        )

    def __hash__(self) -> int:
        return self._hash

    def __reduce__(self) -> tuple[type[DictionaryKey], tuple[object]]:
        return type(self), (self.value,)  # the hash differs in another process

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.value!r})"


class FrozenDictionary(Mapping[Any, Any]):
    """A dictionary as the key of a dictionary: an immutable mapping, hashed by value."""

    __slots__ = ("_hash", "_items")

    def __init__(self, items: Mapping[Any, Any] | Iterable[tuple[Any, Any]] = ()) -> None:
        self._items = dict(items)
        # Stored, so that if each of many is a key of the next, the outermost does not hash them all again.
        # Not computed from a set of the pairs, which would compare those that have the same hash.
        self._hash = hash((len(self._items), reduce(xor, map(hash, self._items.items()), 0)))

    def __getitem__(self, key: object) -> object:
        return self._items[key]

    def __iter__(self) -> Iterator[object]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FrozenDictionary) and self._hash == other._hash and self._items == other._items

    def __hash__(self) -> int:
        return self._hash

    def __reduce__(self) -> tuple[type[FrozenDictionary], tuple[dict[object, object]]]:
        return type(self), (self._items,)  # the hash differs in another process

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._items!r})"


def dictionary_of(pairs: list[object]) -> dict[object, object]:
    """Makes a dictionary from alternating keys and values.

    A repeated key keeps its place, and its last value counts. An Array becomes a tuple, a Dictionary becomes a
    `FrozenDictionary`, and a key that Python cannot hold together with the others becomes a `DictionaryKey`.
    """
    keys: list[Any] = pairs[::2]
    values = pairs[1::2]
    try:
        "".join(keys)  # only strings can be joined: this takes a tenth of the time of checking each type
        are_texts = True
    except TypeError:
        are_texts = False
    if are_texts or _NEVER_ALIKE.issuperset(map(type, keys)):
        return dict(zip(keys, values))  # noqa: B905 - both are halves of one list
    result: dict[object, object] = {}
    by_hash: dict[int, list[object]] = {}
    for key, value in zip(keys, values, strict=True):
        hashable = _hashable(key, MAX_DEPTH)
        result[_told_apart(hashable, by_hash.setdefault(hash(hashable), []))] = value
    return result


_NEVER_ALIKE: Final = frozenset({str, StringName, int})
"""The types of most keys. Two are equal only if they are the same key, and nobody can choose them to share a hash."""


def _hashable(value: object, depth: int) -> object:
    if type(value) is list and depth:
        return tuple(_hashable(item, depth - 1) for item in value)
    if type(value) is dict and depth:
        return FrozenDictionary((key, _hashable(item, depth - 1)) for key, item in value.items())
    if isinstance(value, float) and isnan(value):
        return nan  # one key to Godot, and to Python if it is always the same object
    return value if isinstance(value, Hashable) else DictionaryKey(value)


def _told_apart(key: object, alike: list[object]) -> object:
    """Returns the key to use if the dictionary has keys with the same hash.

    These are the keys in `alike`.
    """
    for other in alike:
        if other is key or other == key:
            return other if _is_same(other, key) else DictionaryKey(key)
    if len(alike) >= MAX_SAME_HASH:
        return DictionaryKey(key)
    alike.append(key)
    return key


def _is_same(key: object, other: object) -> bool:
    """Returns True if two keys that are equal in Python are one key in Godot too."""
    if isinstance(key, str) and isinstance(other, str):
        return True
    if type(key) is not type(other):
        return False
    return (
        not isinstance(key, tuple | FrozenDictionary)
        or isinstance(key, Components)
        or _identity(key) == _identity(other)
    )


_EVERY_TYPE = Dialect(
    "every type",
    *GODOT_4,
    *(row.replace(code=row.code + 64) for row in GODOT_3 if row.python not in {each.python for each in GODOT_4}),
)

_identity = partial(Encoder(_EVERY_TYPE).encode, max_size=sys.maxsize)
"""Returns bytes that differ if two values of either version differ."""
