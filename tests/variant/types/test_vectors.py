"""Vectors: fields, unpacking, arithmetic."""

from __future__ import annotations

import operator
from typing import Any

import pytest

from wsclient.variant import Vector2, Vector3


def test_fields_are_godots() -> None:
    flat, deep = Vector2(1, 2), Vector3(3, 4, 5)

    assert (flat.x, flat.y) == (1.0, 2.0)
    assert (deep.x, deep.y, deep.z) == (3.0, 4.0, 5.0)


def test_zero_is_the_default() -> None:
    assert Vector2() == Vector2(0, 0)
    assert Vector3(y=1) == Vector3(0, 1, 0)


def test_pygame_takes_it_and_returns_it() -> None:
    pygame = pytest.importorskip("pygame")
    vector = Vector2(1.5, -2)

    assert Vector2(*pygame.Vector2(*vector)) == vector
    assert pygame.Vector2(vector) == pygame.Vector2(1.5, -2)


@pytest.mark.parametrize(
    ("operation", "left", "right", "result"),
    [
        pytest.param(operator.add, Vector2(1, 2), Vector2(3, 5), Vector2(4, 7), id="sum"),
        pytest.param(operator.sub, Vector3(1, 2, 3), Vector3(3, 5, 7), Vector3(-2, -3, -4), id="difference"),
        pytest.param(operator.mul, Vector2(1, 2), 3, Vector2(3, 6), id="times-a-number"),
        pytest.param(operator.mul, 0.5, Vector2(1, 2), Vector2(0.5, 1), id="a-number-times"),
        pytest.param(operator.mul, Vector3(1, 2, 3), Vector3(2, 3, 4), Vector3(2, 6, 12), id="times-a-vector"),
        pytest.param(operator.truediv, Vector2(1, 2), 2, Vector2(0.5, 1), id="by-a-number"),
        pytest.param(operator.truediv, Vector2(1, 2), Vector2(2, 8), Vector2(0.5, 0.25), id="by-a-vector"),
    ],
)
def test_arithmetic_is_by_component(operation: Any, left: Any, right: Any, result: Any) -> None:
    assert operation(left, right) == result


@pytest.mark.parametrize(
    ("operation", "left", "right"),
    [
        pytest.param(operator.add, Vector2(), Vector3(), id="sum-of-two-kinds"),
        pytest.param(operator.add, Vector2(), 1, id="sum-with-a-number"),
        pytest.param(operator.add, Vector2(), (1.0, 2.0), id="sum-with-a-tuple"),
        pytest.param(operator.sub, Vector2(), 1, id="difference-to-a-number"),
        pytest.param(operator.mul, Vector2(), "2", id="times-a-text"),
        pytest.param(operator.mul, Vector2(), Vector3(), id="product-of-two-kinds"),
        pytest.param(operator.truediv, Vector2(), None, id="by-nothing"),
        pytest.param(operator.truediv, 1, Vector2(), id="a-number-by"),
    ],
)
def test_senseless_values_are_refused(operation: Any, left: Any, right: Any) -> None:
    with pytest.raises(TypeError, match=r"unsupported operand|can't multiply"):
        operation(left, right)


def test_it_can_be_negated_and_measured() -> None:
    assert -Vector3(1, -2, 3) == Vector3(-1, 2, -3)
    assert Vector2(3, 4).length() == 5.0
    assert Vector3(2, 3, 6).length() == 7.0
