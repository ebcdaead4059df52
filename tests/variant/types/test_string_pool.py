"""Packed texts."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

from wsclient.variant import PoolStringArray


def test_it_is_a_sequence_that_can_be_changed() -> None:
    pool = PoolStringArray(["a", "b"])
    pool.append("c")
    pool[0] = "z"
    del pool[1]
    pool[1:] = ("d", "e")
    pool.insert(0, "first")

    assert (list(pool), len(pool), pool[-1], "d" in pool) == (["first", "z", "d", "e"], 4, "e", True)


def test_a_slice_has_its_type() -> None:
    assert PoolStringArray("abc"[i] for i in range(3))[1:] == PoolStringArray(["b", "c"])


def test_it_equals_its_own_type_only() -> None:
    assert PoolStringArray(["a"]) == PoolStringArray(("a",)) != PoolStringArray(["b"])
    assert PoolStringArray(["a"]) != ["a"]


def test_it_has_no_hash() -> None:
    with pytest.raises(TypeError, match="unhashable"):
        hash(PoolStringArray())


def test_its_text_is_the_code_that_makes_it() -> None:
    assert repr(PoolStringArray(["a", "b"])) == "PoolStringArray(['a', 'b'])"


def test_it_can_be_copied_and_pickled() -> None:
    pool = PoolStringArray(["a"])

    assert copy.deepcopy(pool) == pickle.loads(pickle.dumps(pool)) == pool


def test_a_copy_is_another_one() -> None:
    pool = PoolStringArray(["a"])
    for another in (copy.copy(pool), copy.deepcopy(pool), pool[:]):
        another[0] = "b"

    assert pool == PoolStringArray(["a"])


def test_one_text_is_not_a_sequence_of_texts() -> None:
    with pytest.raises(TypeError, match="one string is not a sequence of strings"):
        PoolStringArray("abc")


@pytest.mark.parametrize(
    "put",
    [
        pytest.param(lambda pool: PoolStringArray([1]), id="made"),
        pytest.param(lambda pool: pool.append(1), id="appended"),
        pytest.param(lambda pool: pool.insert(0, 1), id="inserted"),
        pytest.param(lambda pool: pool.__setitem__(0, 1), id="set"),
        pytest.param(lambda pool: pool.__setitem__(slice(1), [1]), id="set-as-a-slice"),
        pytest.param(lambda pool: pool.extend([1]), id="extended"),
    ],
)
def test_other_types_than_text_are_refused(put: Any) -> None:
    pool = PoolStringArray(["a"])

    with pytest.raises(TypeError, match="1 is not a string"):
        put(pool)

    assert pool == PoolStringArray(["a"])
