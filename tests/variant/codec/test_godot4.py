"""The table has every type of Godot 4 once, by its number."""

from __future__ import annotations

import pytest

from wsclient import godot4
from wsclient.variant import GODOT_3, GODOT_4, encode
from wsclient.variant.codec.dialect import Layout, VariantType

ROWS = [pytest.param(row, id=row.python.__name__) for row in GODOT_4]


def test_the_rows_are_all_numbers_in_order() -> None:
    assert [row.code for row in GODOT_4] == list(range(39))


def test_no_class_is_in_two_rows() -> None:
    assert len({row.python for row in GODOT_4}) == 39


@pytest.mark.parametrize("row", ROWS)
def test_a_value_of_the_class_is_encoded_with_the_number(row: VariantType) -> None:
    value = row.python(1) if row.layout is Layout.OBJECT else row.python()

    assert encode(value, dialect=GODOT_4)[0] == row.code


@pytest.mark.parametrize("row", ROWS)
def test_the_class_is_exported_and_the_payload_described(row: VariantType) -> None:
    assert row.python.__module__ == "builtins" or row.python.__name__ in godot4.__all__
    assert row.payload


def test_a_class_of_both_versions_is_the_same_class() -> None:
    names = {row.python.__name__: row.python for row in GODOT_3}

    assert {row.python for row in GODOT_4 if names.get(row.python.__name__, row.python) is not row.python} == set()
