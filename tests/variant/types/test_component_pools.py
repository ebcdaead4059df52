"""Packed vectors and colours: sequences of one type, and tables to numpy."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.variant.strategies import rows
from wsclient import variant
from wsclient.variant import Color, PoolColorArray, PoolVector2Array, PoolVector3Array, Vector2, Vector3

each_kind = pytest.mark.parametrize("kind", [PoolVector2Array, PoolVector3Array, PoolColorArray])
A, B, C = Vector2(1, 2), Vector2(3, 4), Vector2(5, 6)


@pytest.mark.parametrize(
    ("pool", "item"),
    [
        pytest.param(PoolVector2Array([(1, 2)]), Vector2(1, 2), id="vector2"),
        pytest.param(PoolVector3Array([(1, 2, 3)]), Vector3(1, 2, 3), id="vector3"),
        pytest.param(PoolColorArray([(1, 2, 3, 4)]), Color(1, 2, 3, 4), id="color"),
    ],
)
def test_its_elements_have_their_type(pool: Any, item: Any) -> None:
    assert pool[0] == item
    assert list(pool) == [item]


@each_kind
def test_the_bytes_of_an_element_are_reported(kind: Any) -> None:
    assert len(kind([kind.ITEM()]).to_wire()) == kind.ITEM_SIZE


CHANGES: dict[str, Any] = {
    "get": lambda sequence, index, _part, _new: sequence[index],
    "set": lambda sequence, index, _part, new: sequence.__setitem__(index, new[0]),
    "delete": lambda sequence, index, _part, _new: sequence.__delitem__(index),
    "insert": lambda sequence, index, _part, new: sequence.insert(index, new[0]),
    "get-part": lambda sequence, _index, part, _new: list(sequence[part]),
    "set-part": lambda sequence, _index, part, new: sequence.__setitem__(part, new[1:]),
    "delete-part": lambda sequence, _index, part, _new: sequence.__delitem__(part),
    "extend": lambda sequence, _index, _part, new: sequence.extend(new),
}


@given(st.data())
@pytest.mark.parametrize("change", CHANGES)
def test_it_changes_as_a_list_does(change: str, data: st.DataObject) -> None:
    vectors = [Vector2(*row) for row in data.draw(rows(2))]
    pool, model = PoolVector2Array(vectors), [*vectors]
    index, bounds = st.integers(-6, 6), st.none() | st.integers(-6, 6)
    part = slice(data.draw(bounds), data.draw(bounds), data.draw(st.sampled_from([None, 2, -1])))
    arguments = data.draw(index), part, [A, *(Vector2(*row) for row in data.draw(rows(2)))]

    def outcome(sequence: Any) -> object:
        try:
            return CHANGES[change](sequence, *arguments)
        except (IndexError, ValueError) as problem:
            return type(problem)

    assert outcome(pool) == outcome(model)
    assert list(pool) == model
    assert len(pool) == len(model)


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda pool: pool[1:], id="slice"),
        pytest.param(lambda pool: copy.deepcopy(pool[1:]), id="deep-copy"),
        pytest.param(lambda pool: pickle.loads(pickle.dumps(pool[1:])), id="pickle"),
        pytest.param(lambda pool: eval(repr(pool[1:]), vars(variant)), id="text"),
        pytest.param(lambda pool: type(pool).from_wire(pool[1:].to_wire()), id="wire"),
        pytest.param(lambda pool: type(pool)(pool[1:]), id="made-of-another"),
    ],
)
def test_what_is_made_of_it_has_its_type(make: Any) -> None:
    made = make(PoolVector2Array([A, B, C]))

    assert (type(made), made) == (PoolVector2Array, PoolVector2Array([B, C]))


def test_a_copy_is_another_one() -> None:
    pool = PoolVector2Array([A])
    for another in (copy.copy(pool), copy.deepcopy(pool), pool[:], PoolVector2Array(pool)):
        another[0] = B

    assert pool == PoolVector2Array([A])


def test_it_equals_its_own_type_only() -> None:
    assert PoolVector2Array([A]) != PoolVector2Array([B])
    assert PoolVector2Array([A]) != [A]
    assert PoolVector2Array() != PoolVector3Array()


@each_kind
def test_it_has_no_hash(kind: Any) -> None:
    with pytest.raises(TypeError, match="unhashable"):
        hash(kind())


@each_kind
def test_an_element_with_another_number_of_floats_is_refused(kind: Any) -> None:
    pool = kind([kind.ITEM()])

    with pytest.raises(ValueError, match=f"{kind.ITEM.__name__} takes {kind.ITEM.WIDTH} components"):
        pool.append([1.0] * (kind.ITEM.WIDTH - 1))

    assert len(pool) == 1


def test_floats_are_rounded_to_32_bits() -> None:
    assert list(PoolVector2Array([(0.1, 1e300)])) == [Vector2(0.10000000149011612, float("inf"))]


def test_floats_travel_in_little_endian() -> None:
    assert PoolVector2Array([(0.5, -2)]).to_wire().hex() == "0000003f000000c0"


@each_kind
def test_numpy_sees_a_table_of_the_same_memory(kind: Any) -> None:
    numpy = pytest.importorskip("numpy")
    pool = kind([kind.ITEM(), kind.ITEM()])
    table = numpy.asarray(pool)

    table[1] = range(kind.ITEM.WIDTH)

    assert (table.shape, table.dtype) == ((2, kind.ITEM.WIDTH), numpy.float32)
    assert pool[1] == kind.ITEM.from_components(range(kind.ITEM.WIDTH))
    assert numpy.asarray(kind()).shape == (0, kind.ITEM.WIDTH)


def test_while_numpy_sees_it_its_length_is_fixed() -> None:
    numpy = pytest.importorskip("numpy")
    pool = PoolVector2Array([A])
    table = numpy.asarray(pool)

    with pytest.raises(BufferError):
        pool.append(B)
    pool[0] = C

    assert table.tolist() == [[5, 6]]


@pytest.mark.parametrize("dtype", ["f4", "f8", "i4", ">f4"])
@pytest.mark.parametrize("count", [0, 1, 3])
def test_it_is_made_of_a_table_of_numpy(dtype: str, count: int) -> None:
    numpy = pytest.importorskip("numpy")
    table = numpy.arange(2 * count, dtype=dtype).reshape(count, 2)

    assert [*PoolVector2Array(table)] == [Vector2(*row) for row in table.tolist()]
    assert [*PoolVector2Array(table[::-1])] == [Vector2(*row) for row in table[::-1].tolist()]


def test_a_table_of_another_width_is_refused() -> None:
    numpy = pytest.importorskip("numpy")

    with pytest.raises(ValueError, match="Vector2 takes 2 components, not 3"):
        PoolVector2Array(numpy.zeros((2, 3), "f4"))
