"""Random Variants of both versions that arrive as they were sent."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from wsclient.godot4 import Callable, Signal, StringName, TypedArray, TypedDictionary
from wsclient.variant import GODOT_3, GODOT_4, RID, EncodedObjectAsID, NodePath, Vector2
from wsclient.variant.types.component_pools import ComponentsPool
from wsclient.variant.types.components import Components
from wsclient.variant.types.number_pools import NumberPool
from wsclient.variant.types.string_pool import StringPool

floats32 = st.floats(width=32, allow_nan=False)
floats64 = st.floats(allow_nan=False)
ints32 = st.integers(-(2**31), 2**31 - 1)
ints64 = st.integers(-(2**63), 2**63 - 1)
numbers = {"f": floats32, "i": ints32, "d": floats64, "q": ints64}
# What the engines change on the way is left out: a NUL ends a text, a byte order mark at its start is dropped, and in
# Godot 4 a lone surrogate becomes U+FFFD.
kept = st.characters(codec="utf-8", exclude_characters="\0")
texts = st.text(kept, max_size=12).map(lambda text: text.lstrip("\ufeff"))
ids = st.integers(1, 2**64 - 1)


def components(kind: type[Components[Any]]) -> st.SearchStrategy[Any]:
    return st.tuples(*[numbers[kind.FORMAT]] * kind.WIDTH).map(kind.from_components)


def rows(width: int) -> st.SearchStrategy[list[tuple[float, ...]]]:
    return st.lists(st.tuples(*[floats32] * width), max_size=4)


def pools(kind: Any) -> st.SearchStrategy[Any]:
    """Values of a class of packed values; nothing for other classes."""
    if issubclass(kind, NumberPool):
        return st.lists(numbers[kind.TYPECODE], max_size=4).map(kind)
    if issubclass(kind, ComponentsPool):
        return rows(kind.ITEM.WIDTH).map(kind)
    return st.lists(texts, max_size=4).map(kind) if issubclass(kind, StringPool) else st.nothing()


def paths(*, keeps_root: bool) -> st.SearchStrategy[NodePath]:
    return st.builds(
        # A path without names arrives as relative in Godot 3.
        lambda names, subnames, absolute: NodePath.from_names(
            names, subnames, absolute=absolute and bool(names or subnames or keeps_root)
        ),
        st.lists(texts, max_size=3),
        st.lists(texts, max_size=3),
        st.booleans(),
    )


node_paths = paths(keeps_root=False)

COMPONENTS = tuple(row.python for row in GODOT_3 if issubclass(row.python, Components))
COMPONENTS_4 = tuple(row.python for row in GODOT_4 if issubclass(row.python, Components))

plain_leaves = st.one_of(
    st.none(), st.booleans(), ints64, floats64, texts, st.binary(max_size=9), ids.map(EncodedObjectAsID)
)
leaves = st.one_of(plain_leaves, *map(components, COMPONENTS), node_paths, st.just(RID()))
leaves_4 = st.one_of(
    plain_leaves,
    *map(components, COMPONENTS_4),
    paths(keeps_root=True),
    texts.map(StringName),
    st.integers(0, 2**64 - 1).map(RID),
    st.just(Callable()),
    st.builds(Signal, texts, ids),
)
typed_containers = st.one_of(
    st.lists(ints64, max_size=20).map(lambda values: TypedArray(values, int)),
    st.lists(texts.map(StringName), max_size=3).map(lambda values: TypedArray(values, StringName)),
    st.lists(st.none() | ids.map(EncodedObjectAsID), max_size=3).map(
        lambda values: TypedArray(values, EncodedObjectAsID)
    ),
    st.lists(components(Vector2), max_size=20).map(lambda values: TypedArray(values, Vector2)),
    st.dictionaries(texts, ints32, max_size=3).map(lambda items: TypedDictionary(items, str, int)),
    st.dictionaries(texts, st.none(), max_size=3).map(lambda items: TypedDictionary(items, None, EncodedObjectAsID)),
)


def variants_of(leaves: st.SearchStrategy[Any], unhashable: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Nested values of these."""
    keys = st.one_of(leaves, st.lists(leaves, max_size=3).map(tuple))

    def containers(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        return st.one_of(st.lists(values, max_size=5), st.dictionaries(keys, values, max_size=5))

    return st.recursive(st.one_of(leaves, unhashable), containers, max_leaves=25)


variants = variants_of(leaves, st.one_of([pools(row.python) for row in GODOT_3]))
variants_4 = variants_of(leaves_4, st.one_of(typed_containers, *[pools(row.python) for row in GODOT_4]))
variants_and_dialects = st.one_of(
    variants.map(lambda value: (value, GODOT_3)), variants_4.map(lambda value: (value, GODOT_4))
)
