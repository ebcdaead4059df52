"""Packed numbers: sequences of one type, over the buffer protocol."""

from __future__ import annotations

import copy
import pickle
from array import array
from typing import Any

import pytest

from wsclient.variant import PoolIntArray, PoolRealArray
from wsclient.variant.types.number_pools import little_endian

each_kind = pytest.mark.parametrize("kind", [PoolIntArray, PoolRealArray])


@each_kind
def test_it_is_a_sequence_that_can_be_changed(kind: Any) -> None:
    pool = kind([1, 2])
    pool.append(3)
    pool[0] = 7
    del pool[1]

    assert (list(pool), len(pool), pool[-1], 3 in pool) == ([7, 3], 2, 3, True)


@each_kind
@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda pool: pool[1:], id="slice"),
        pytest.param(lambda pool: pool[:0] + type(pool)([2, 3]), id="sum"),
        pytest.param(lambda pool: copy.copy(pool[1:]), id="copy"),
        pytest.param(lambda pool: copy.deepcopy(pool[1:]), id="deep-copy"),
        pytest.param(lambda pool: pickle.loads(pickle.dumps(pool[1:])), id="pickle"),
        pytest.param(lambda pool: pickle.loads(pickle.dumps(pool[1:], 2)), id="old-pickle"),
        pytest.param(lambda pool: eval(repr(pool[1:]), {type(pool).__name__: type(pool)}), id="text"),
        pytest.param(lambda pool: type(pool).from_wire(pool[1:].to_wire()), id="wire"),
    ],
)
def test_what_is_made_of_it_has_its_type(kind: Any, make: Any) -> None:
    made = make(kind([1, 2, 3]))

    assert (type(made), made) == (kind, kind([2, 3]))


@each_kind
def test_a_copy_is_another_one(kind: Any) -> None:
    pool = kind([1])
    for another in (copy.copy(pool), copy.deepcopy(pool), pool[:], pool + kind()):
        another[0] = 2

    assert pool == kind([1])


def test_it_equals_its_own_type_only() -> None:
    assert PoolIntArray([1, 2]) == PoolIntArray((1, 2)) != PoolIntArray([2, 1])
    assert PoolIntArray([1]) != PoolRealArray([1])
    assert PoolIntArray([1]) != [1]
    assert PoolIntArray([1]) != array("i", [1])


@each_kind
def test_it_has_no_hash(kind: Any) -> None:
    with pytest.raises(TypeError, match="unhashable"):
        hash(kind())


@each_kind
def test_numpy_sees_the_same_memory(kind: Any) -> None:
    numpy = pytest.importorskip("numpy")
    pool = kind([1, 2, 3])
    seen = numpy.asarray(pool)

    seen[0] = 9

    assert pool == kind([9, 2, 3])
    assert seen.dtype == {PoolIntArray: numpy.int32, PoolRealArray: numpy.float32}[kind]


@each_kind
def test_memory_is_seen_without_a_copy(kind: Any) -> None:
    pool = kind([1, 2, 3])
    view = memoryview(pool)

    view[0] = 9 if kind is PoolIntArray else 9.0

    assert (pool[0], view.itemsize, view.format) == (9, 4, kind.TYPECODE)


@each_kind
@pytest.mark.parametrize(
    "data", [b"\1\2", bytearray(b"\1\2"), memoryview(b"\1\2")], ids=lambda data: type(data).__name__
)
def test_bytes_are_numbers_like_others(kind: Any, data: Any) -> None:
    assert kind(data) == kind([1, 2])


@pytest.mark.parametrize("number", [2**31, -(2**31) - 1])
def test_an_integer_over_32_bits_is_refused(number: int) -> None:
    with pytest.raises(OverflowError):
        PoolIntArray([number])


def test_a_float_is_no_integer() -> None:
    with pytest.raises(TypeError):
        PoolIntArray([1.5])  # type: ignore[list-item]


def test_floats_are_rounded_to_32_bits() -> None:
    assert list(PoolRealArray([0.1, 1e300, -1e300])) == [0.10000000149011612, float("inf"), float("-inf")]


def test_numbers_travel_in_little_endian() -> None:
    assert PoolIntArray([1, -2]).to_wire().hex() == "01000000feffffff"
    assert PoolRealArray([0.5]).to_wire().hex() == "0000003f"


@pytest.mark.parametrize("byteorder", ["little", "big"])
def test_on_a_big_endian_machine_bytes_are_swapped(byteorder: str) -> None:
    numbers = array("i", [0x01020304])

    given = little_endian(numbers, byteorder=byteorder)

    assert given[0] == {"little": 0x01020304, "big": 0x04030201}[byteorder]
    assert little_endian(given, byteorder=byteorder) == numbers == array("i", [0x01020304])
