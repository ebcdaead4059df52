"""Values are what they hold: compared by it, shown with it, and never changed."""

from __future__ import annotations

import copy
import pickle

import pytest

from wsclient.ground.value import Value


class Point(Value):
    x: float
    y: float = 0.0


class Place(Value):
    x: float
    y: float = 0.0


class Pixel(Point):
    colour: str = "black"


class Named(Value):
    """Has more than fields."""

    name: str

    @property
    def initial(self) -> str:
        return self.name[:1]


@pytest.mark.parametrize(
    "pixel",
    [
        pytest.param(Pixel(1.0, 0.0, "black"), id="by-position"),
        pytest.param(Pixel(x=1.0, y=0.0, colour="black"), id="by-name"),
        pytest.param(Pixel(1.0, colour="black"), id="both"),
        pytest.param(Pixel(1.0), id="defaults"),
        pytest.param(Pixel(x=1.0), id="defaults-by-name"),
    ],
)
def test_fields_are_passed_by_position_or_by_name(pixel):
    assert (pixel.x, pixel.y, pixel.colour) == (1.0, 0.0, "black")


@pytest.mark.parametrize(
    ("values", "named"),
    [
        pytest.param((), {}, id="missing"),
        pytest.param((), {"y": 1.0}, id="missing-by-name"),
        pytest.param((1.0, 2.0, 3.0), {}, id="too-many"),
        pytest.param((1.0,), {"x": 1.0}, id="twice"),
        pytest.param((1.0,), {"z": 1.0}, id="unknown"),
    ],
)
def test_oversized_values_are_refused(values, named):
    with pytest.raises(TypeError, match=r"^Point\.__init__\(\) "):
        Point(*values, **named)


def test_values_are_equal_when_they_are_of_one_class_and_hold_the_same():
    assert Point(1.0, 2.0) == Point(1.0, 2.0)
    assert Point(1.0, 2.0) != Point(1.0, 3.0)
    assert Point(1.0, 2.0) != Place(1.0, 2.0)
    assert Point(1.0, 2.0) != (1.0, 2.0)


def test_equal_values_are_one_key():
    assert {Point(1.0): "here"}[Point(1.0, 0.0)] == "here"
    assert len({Point(1.0), Place(1.0)}) == 2


def test_a_value_cannot_be_changed():
    point = Point(1.0)
    with pytest.raises(AttributeError, match="x cannot be set"):
        point.x = 2.0
    with pytest.raises(AttributeError, match="z cannot be set"):
        point.z = 2.0
    with pytest.raises(AttributeError, match="x cannot be deleted"):
        del point.x
    assert point == Point(1.0)


def test_a_replacement_differs_only_as_requested():
    assert Pixel(1.0, 2.0, "red").replace(y=3.0) == Pixel(1.0, 3.0, "red")
    with pytest.raises(TypeError):
        Point(1.0).replace(z=2.0)


def test_a_value_shows_its_fields():
    assert repr(Pixel(1.0)) == "Pixel(x=1.0, y=0.0, colour='black')"


@pytest.mark.parametrize("remade", [copy.copy, copy.deepcopy, lambda value: pickle.loads(pickle.dumps(value))])
def test_a_value_can_be_copied(remade):
    assert remade(Pixel(1.0)) == Pixel(1.0)


def test_a_value_is_taken_apart_by_its_fields():
    match Pixel(1.0, 2.0):
        case Pixel(x, y, colour):
            assert (x, y, colour) == (1.0, 2.0, "black")


def test_a_value_has_only_its_fields():
    assert not hasattr(Pixel(1.0), "__dict__")
    assert Pixel.__slots__ == ("colour",)


def test_a_value_may_have_more_than_fields():
    assert Named("Ada").initial == "A"
    assert Named.__doc__ == "Has more than fields."
