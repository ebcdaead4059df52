"""Random Variants that arrive as they were sent."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from wsclient.variant import (
    AABB,
    RID,
    Basis,
    Color,
    EncodedObjectAsID,
    NodePath,
    Plane,
    PoolColorArray,
    PoolIntArray,
    PoolRealArray,
    PoolStringArray,
    PoolVector2Array,
    PoolVector3Array,
    Quat,
    Rect2,
    Transform,
    Transform2D,
    Vector2,
    Vector3,
)

floats32 = st.floats(width=32, allow_nan=False)
ints32 = st.integers(-(2**31), 2**31 - 1)
# What the engine changes on the way is left out: a NUL ends a text, a byte order mark at its start is dropped.
texts = st.text(st.characters(exclude_characters="\0"), max_size=12).map(lambda text: text.lstrip("\ufeff"))


def rows(width: int) -> st.SearchStrategy[list[tuple[float, ...]]]:
    return st.lists(st.tuples(*[floats32] * width), max_size=4)


def components(kind: Any) -> st.SearchStrategy[Any]:
    return st.tuples(*[floats32] * kind.WIDTH).map(kind.from_components)


COMPONENTS = (Vector2, Rect2, Vector3, Transform2D, Plane, Quat, AABB, Basis, Transform, Color)

node_paths = st.builds(
    # A path that leads nowhere arrives as relative.
    lambda names, subnames, absolute: NodePath.from_names(
        names, subnames, absolute=absolute and bool(names or subnames)
    ),
    st.lists(texts, max_size=3),
    st.lists(texts, max_size=3),
    st.booleans(),
)
pools = st.one_of(
    st.lists(ints32, max_size=4).map(PoolIntArray),
    st.lists(floats32, max_size=4).map(PoolRealArray),
    st.lists(texts, max_size=4).map(PoolStringArray),
    rows(2).map(PoolVector2Array),
    rows(3).map(PoolVector3Array),
    rows(4).map(PoolColorArray),
)
hashable_leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    texts,
    st.binary(max_size=9),
    st.one_of([components(kind) for kind in COMPONENTS]),
    node_paths,
    st.just(RID()),
    st.integers(1, 2**64 - 1).map(EncodedObjectAsID),
)
keys = st.one_of(hashable_leaves, st.lists(hashable_leaves, max_size=3).map(tuple))


def containers(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.lists(values, max_size=5), st.dictionaries(keys, values, max_size=5))


variants = st.recursive(st.one_of(hashable_leaves, pools), containers, max_leaves=25)
