"""A StringName is its text, and stays what it is."""

from __future__ import annotations

import copy
import pickle

import pytest

from wsclient.godot4 import StringName, bytes_to_var, var_to_bytes


def test_it_equals_the_text_and_has_its_hash() -> None:
    assert StringName("name") == "name"
    assert {"name": 1}[StringName("name")] == {StringName("name"): 1}["name"] == 1


def test_it_shows_what_it_is() -> None:
    assert repr(StringName("a'b")) == """StringName("a'b")"""
    assert f"{StringName('name')}" == "name"


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda it: pickle.loads(pickle.dumps(it))])
def test_a_copy_is_one_too(again: object) -> None:
    assert callable(again)
    assert repr(again(StringName("name"))) == "StringName('name')"


def test_it_is_sent_and_comes_back_as_one() -> None:
    value = {StringName("name"): [StringName("other"), "other"]}

    assert repr(bytes_to_var(var_to_bytes(value))) == repr(value)


def test_the_other_kind_of_the_same_key_replaces_its_value_as_in_the_engine() -> None:
    two = bytes.fromhex(
        "1b000000 02000000 04000000 01000000 61000000 02000000 01000000 15000000 01000000 61000000 02000000 02000000"
    )

    assert repr(bytes_to_var(two)) == "{'a': 2}"
    beside_another = bytes.fromhex("1b000000 03000000 03000000 0000003f 00000000") + two[8:]
    assert repr(bytes_to_var(beside_another)) == "{0.5: None, 'a': 2}"
