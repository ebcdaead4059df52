"""Godot 4's vectors of integers."""

from __future__ import annotations

from typing import Any

import pytest

from wsclient.godot4 import Rect2i, Vector2, Vector2i, Vector3i, Vector4i, bytes_to_var, var_to_bytes

KINDS = (Vector2i, Vector3i, Vector4i)


@pytest.mark.parametrize("kind", KINDS)
def test_a_vector_has_integers(kind: Any) -> None:
    assert kind() == kind(*[0] * kind.WIDTH)
    assert repr(kind(*[1.9] * kind.WIDTH)) == f"{kind.__name__}({', '.join(['1'] * kind.WIDTH)})"


def test_fields_have_the_names_of_godot() -> None:
    assert [getattr(Vector4i(1, 2, 3, 4), name) for name in "xyzw"] == [1, 2, 3, 4]
    assert [getattr(Vector3i(1, 2, 3), name) for name in "xyz"] == [1, 2, 3]
    assert [getattr(Vector2i(1, 2), name) for name in "xy"] == [1, 2]


def test_arithmetic_is_component_by_component() -> None:
    assert Vector2i(1, 2) + Vector2i(3, 4) == Vector2i(4, 6)
    assert Vector2i(1, 2) - Vector2i(3, 5) == Vector2i(-2, -3)
    assert 3 * Vector2i(1, 2) == Vector2i(1, 2) * 3 == Vector2i(3, 6)
    assert Vector2i(2, 3) * Vector2i(4, 5) == Vector2i(8, 15)
    assert -Vector2i(1, -2) == Vector2i(-1, 2)


@pytest.mark.parametrize("other", [1.5, Vector2(1, 2), (1, 2), Vector3i(1, 2, 3)])
def test_other_types_have_no_place_in_it(other: Any) -> None:
    with pytest.raises(TypeError):
        Vector2i(1, 2) * other


def test_it_equals_no_vector_of_floats() -> None:
    assert Vector2i(1, 2) != Vector2(1, 2)


def test_a_rectangle_is_made_of_both() -> None:
    rectangle = Rect2i(Vector2i(1, 2), (3, 4))

    assert rectangle == Rect2i(1, 2, 3, 4)
    assert (rectangle.position, rectangle.size, rectangle.end) == (Vector2i(1, 2), Vector2i(3, 4), Vector2i(4, 6))
    assert Rect2i() == Rect2i(0, 0, 0, 0)


@pytest.mark.parametrize("count", [1, 40])
def test_numbers_too_large_for_32_bits_are_reported_with_their_path(count: int) -> None:
    assert (
        bytes_to_var(var_to_bytes([Vector2i(2**31 - 1, -(2**31))] * count)) == [Vector2i(2**31 - 1, -(2**31))] * count
    )
    with pytest.raises(OverflowError, match=rf"^cannot encode \[{count}\]: .* does not fit in 32 bits"):
        var_to_bytes([Vector2i()] * count + [Vector2i(2**31, 0)])
