"""The table has every type of Godot 3 once, by its number."""

from __future__ import annotations

import pytest

from wsclient import variant
from wsclient.variant import GODOT_3, TypeCode, encode
from wsclient.variant.codec.dialect import Layout, VariantType

WITH_A_VALUE = [pytest.param(row, id=row.code.name) for row in GODOT_3 if isinstance(row.code, TypeCode)]


def test_the_rows_are_all_numbers_in_order() -> None:
    assert [row.code for row in GODOT_3] == list(TypeCode) == list(range(27))


def test_no_class_is_in_two_rows() -> None:
    assert len({row.python for row in GODOT_3}) == 27


@pytest.mark.parametrize("row", WITH_A_VALUE)
def test_a_value_of_the_class_is_encoded_with_the_number(row: VariantType) -> None:
    value = row.python(1) if row.layout is Layout.OBJECT else row.python()

    assert encode(value)[0] == row.code


@pytest.mark.parametrize("row", WITH_A_VALUE)
def test_the_class_is_exported_and_the_payload_described(row: VariantType) -> None:
    assert row.python.__module__ == "builtins" or row.python.__name__ in variant.__all__
    assert row.payload
