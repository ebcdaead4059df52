"""Tests what all values made of floats have in common."""

from __future__ import annotations

import copy
import pickle
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.variant.strategies import COMPONENTS, components
from wsclient import variant
from wsclient.variant import Color, Plane, Quat, Rect2, Vector2

if TYPE_CHECKING:
    from wsclient.variant.types.components import Components

each_type = pytest.mark.parametrize("kind", COMPONENTS)


@each_type
def test_it_is_made_of_its_components(kind: Any) -> None:
    value = kind.from_components(range(kind.WIDTH))

    assert type(value) is kind
    assert [*value] == [float(number) for number in range(kind.WIDTH)]
    assert {type(component) for component in value} == {float}


@each_type
@pytest.mark.parametrize("extra", [-1, 1])
def test_another_number_of_components_is_refused(kind: Any, extra: int) -> None:
    with pytest.raises(ValueError, match=f"{kind.__name__} takes {kind.WIDTH} components, not {kind.WIDTH + extra}"):
        kind.from_components([1.0] * (kind.WIDTH + extra))


@each_type
def test_the_number_of_components_is_the_one_without_arguments(kind: Any) -> None:
    assert len(kind()) == kind.WIDTH


@given(st.sampled_from(COMPONENTS).flatmap(components))
def test_its_text_is_the_code_that_makes_it(value: Components) -> None:
    names = {name: getattr(variant, name) for name in variant.__all__} | {"inf": float("inf")}

    again = eval(repr(value), names)

    assert (type(again), repr(again)) == (type(value), repr(value))


@given(st.sampled_from(COMPONENTS).flatmap(components))
def test_it_can_be_copied_and_pickled(value: Components) -> None:
    for again in (copy.copy(value), copy.deepcopy(value), pickle.loads(pickle.dumps(value))):
        assert (type(again), again) == (type(value), value)


def test_it_equals_its_own_type_by_value() -> None:
    assert Vector2(1, 2) == Vector2(1.0, 2.0)
    assert Vector2(1, 2) != Vector2(1, 3)
    assert Quat(1, 2, 3, 4) != Color(1, 2, 3, 4)
    assert Vector2(1, 2) != (1.0, 2.0)
    assert not (1.0, 2.0) == Vector2(1, 2)  # noqa: SIM201, SIM300  # asked from the other side
    assert len({Vector2(1, 2), Vector2(1, 2), Vector2(2, 1), (1.0, 2.0)}) == 3


def test_it_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        Vector2(1, 2).x = 3  # type: ignore[misc]
    with pytest.raises(AttributeError):
        Vector2(1, 2).w = 3  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "make_longer",
    [
        pytest.param(lambda value: value + value, id="sum"),
        pytest.param(lambda value: value + (1.0,), id="sum-with-a-tuple"),  # noqa: RUF005  # that is the question
        pytest.param(lambda value: value * 2, id="product"),
        pytest.param(lambda value: 2 * value, id="product-from-the-left"),
    ],
)
@pytest.mark.parametrize("value", [Quat(), Rect2(), Plane(), Color()], ids=lambda value: type(value).__name__)
def test_it_does_not_become_longer_as_a_tuple_would(value: Any, make_longer: Any) -> None:
    with pytest.raises(TypeError, match="unsupported operand"):
        make_longer(value)


def test_arguments_may_be_numbers_and_sequences_of_numbers() -> None:
    assert Rect2.from_arguments([1, (2, 3), 4.0]) == Rect2(1, 2, 3, 4)
