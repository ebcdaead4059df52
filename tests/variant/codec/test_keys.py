"""A dictionary's keys: any value in Godot, what has a hash in Python."""

from __future__ import annotations

import copy
import pickle
from itertools import product
from math import isnan, nan
from typing import Any

import pytest

from wsclient.variant import (
    Color,
    DictionaryKey,
    FrozenDictionary,
    NodePath,
    PoolIntArray,
    PoolVector2Array,
    Rect2,
    Vector2,
    decode,
    encode,
)
from wsclient.variant.codec.keys import MAX_SAME_HASH, dictionary_of


def deep(levels: int) -> object:
    value: object = 1
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("key", "held"),
    [
        pytest.param(None, None, id="null"),
        pytest.param("a", "a", id="text"),
        pytest.param(Vector2(-1, -2), Vector2(-1, -2), id="vector"),
        pytest.param([], (), id="empty-array"),
        pytest.param([1, [2.5, "x"]], (1, (2.5, "x")), id="array"),
        pytest.param({}, FrozenDictionary(), id="empty-dictionary"),
        pytest.param({"a": [1, {}]}, FrozenDictionary({"a": (1, FrozenDictionary())}), id="dictionary"),
        pytest.param(PoolIntArray([1]), DictionaryKey(PoolIntArray([1])), id="pool"),
        pytest.param([PoolIntArray([1])], (DictionaryKey(PoolIntArray([1])),), id="pool-in-an-array"),
        pytest.param(deep(4), ((((1,),),),), id="deep"),
        pytest.param(deep(6), ((((DictionaryKey([[1]]),),),),), id="too-deep-for-tuples"),
    ],
)
def test_a_key_is_held_as(key: object, held: object) -> None:
    result = dictionary_of([key, "value"])

    assert repr(result) == repr({held: "value"})
    assert result[held] == "value"


@pytest.mark.parametrize(
    "keys",
    [
        pytest.param([1, 1.0, True], id="numbers"),
        pytest.param([True, 1.0, 1], id="numbers-backwards"),
        pytest.param([0, False, -0.0], id="zeros"),
        pytest.param([[1], [1.0], [True]], id="arrays"),
        pytest.param([{"a": 1}, {"a": 1.0}], id="dictionaries"),
        pytest.param(["a", NodePath("a"), b"a"], id="texts"),
        pytest.param([Vector2(), Rect2(), Color(0, 0, 0, 0)], id="vectors"),
        pytest.param([PoolIntArray(), PoolVector2Array()], id="pools"),
    ],
)
def test_keys_that_are_several_to_godot_stay_several(keys: list[object]) -> None:
    pairs = [part for number, key in enumerate(keys) for part in (key, number)]

    result = dictionary_of(pairs)

    assert list(result.values()) == list(range(len(keys)))
    # And they go back as they came.
    sent = b"".join(encode(part) for part in pairs)
    assert encode(result)[8:] == sent
    assert encode(decode(encode(result)))[8:] == sent


def test_the_first_of_keys_that_are_one_to_python_is_the_plain_one() -> None:
    result = dictionary_of([1, "int", 1.0, "float"])

    assert result[1] == "int"
    assert result[DictionaryKey(1.0)] == "float"


@pytest.mark.parametrize(
    "key",
    ["a", 1, 1.5, -0.0, nan, None, True, Vector2(1, 2), [1, [2]], {"a": [1]}, PoolIntArray([1]), deep(6)],
    ids=repr,
)
def test_a_repeated_key_keeps_its_place_and_takes_the_last_value(key: Any) -> None:
    again = float("nan") if key != key else copy.deepcopy(key)  # noqa: PLR0124  # what only NaN is

    result = dictionary_of([key, 1, "other", 2, again, 3])

    assert list(result.values()) == [3, 2]


def test_not_a_number_can_be_looked_up() -> None:
    result = dictionary_of([float("nan"), 1])

    assert result[nan] == 1
    assert isnan(next(iter(result)))


def test_keys_with_one_hash_do_not_all_meet_in_the_dictionary() -> None:
    # -1 and -2 have the same hash, and so have all tuples of them: 2^10 keys that a dictionary would compare with
    # each other.
    keys = [list(key) for key in product((-1, -2), repeat=10)]

    result = dictionary_of([part for number, key in enumerate(keys) for part in (key, number)])

    assert list(result.values()) == list(range(1024))
    assert sum(isinstance(key, tuple) for key in result) == MAX_SAME_HASH
    assert [decode(encode(key)) for key in result] == keys
    assert len({hash(key) for key in result}) > 1000


def test_honest_keys_with_one_hash_stay_plain() -> None:
    keys = [Rect2(*key) for key in product((-1, -2), repeat=4)]

    result = dictionary_of([part for key in keys for part in (key, None)])

    assert list(result) == keys


def test_a_stand_in_equals_only_one_of_the_same_value() -> None:
    assert DictionaryKey(1.0) == DictionaryKey(1.0)
    assert DictionaryKey(1.0) != DictionaryKey(1)
    assert DictionaryKey(1.0) != 1.0
    assert hash(DictionaryKey([1])) == hash(DictionaryKey([1]))
    assert repr(DictionaryKey([1])) == "DictionaryKey([1])"


def test_a_stand_in_is_for_variants_only() -> None:
    with pytest.raises(TypeError, match="type set is not a Variant"):
        DictionaryKey({1})


def test_a_frozen_dictionary_is_a_mapping_that_has_a_hash() -> None:
    frozen = FrozenDictionary({"a": 1, "b": 2})

    assert (dict(frozen), len(frozen), frozen["b"], "c" in frozen) == ({"a": 1, "b": 2}, 2, 2, False)
    assert frozen == FrozenDictionary([("b", 2), ("a", 1)])
    assert hash(frozen) == hash(FrozenDictionary([("b", 2), ("a", 1)]))
    assert frozen != {"a": 1, "b": 2}
    assert frozen != FrozenDictionary({"a": 1})
    assert eval(repr(frozen), {"FrozenDictionary": FrozenDictionary}) == frozen


def test_unhashable_values_cannot_be_frozen() -> None:
    with pytest.raises(TypeError, match="unhashable"):
        FrozenDictionary({"a": []})


@pytest.mark.parametrize("key", [DictionaryKey(PoolIntArray([1])), FrozenDictionary({"a": 1})], ids=repr)
def test_it_can_be_copied_and_pickled(key: object) -> None:
    assert copy.copy(key) == copy.deepcopy(key) == pickle.loads(pickle.dumps(key)) == key


def test_a_hash_is_not_pickled_for_it_is_another_one_in_another_process() -> None:
    for key in (DictionaryKey("a"), FrozenDictionary({"a": 1})):
        assert str(hash(key)).encode() not in pickle.dumps(key, protocol=0)
