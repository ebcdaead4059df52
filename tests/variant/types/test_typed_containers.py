"""Tests that typed arrays and dictionaries remember their element types.

They are lists and dicts.
"""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

from wsclient.godot4 import EncodedObjectAsID, TypedArray, TypedDictionary, Vector2

CONTAINERS = [
    pytest.param(TypedArray([1, 2], int), "TypedArray([1, 2], int)", id="array"),
    pytest.param(TypedArray([], "res://a.gd"), "TypedArray([], 'res://a.gd')", id="array-of-a-script"),
    pytest.param(TypedDictionary({"a": 1}, str), "TypedDictionary({'a': 1}, str, None)", id="dictionary"),
    pytest.param(TypedDictionary({}, None, Vector2), "TypedDictionary({}, None, Vector2)", id="dictionary-of-vectors"),
]


@pytest.mark.parametrize(("container", "shown"), CONTAINERS)
def test_it_shows_its_types(container: Any, shown: str) -> None:
    assert repr(container) == shown


@pytest.mark.parametrize(("container", "shown"), CONTAINERS)
@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda it: pickle.loads(pickle.dumps(it))])
def test_a_copy_remembers_them(container: Any, shown: str, again: Any) -> None:
    assert repr(again(container)) == shown
    assert again(container) is not container


def test_it_equals_a_plain_one_with_the_same_elements() -> None:
    assert TypedArray([1, 2], int) == [1, 2]
    assert TypedDictionary({"a": 1}, str, int) == {"a": 1}


def test_ids_of_objects_are_known_by_the_name_of_their_class() -> None:
    assert TypedArray([], EncodedObjectAsID).element_type == "EncodedObjectAsID"
    types = TypedDictionary({}, int, EncodedObjectAsID)
    assert (types.key_type, types.value_type) == (int, "EncodedObjectAsID")
