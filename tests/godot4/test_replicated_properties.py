from __future__ import annotations

import pytest

from wsclient.godot4 import Color, NodePath, Vector2
from wsclient.godot4.node import Node
from wsclient.godot4.replicated_properties import MissingPropertyError, ReplicatedProperties


class Weapon(Node):
    def __init__(self, name: str = "") -> None:
        super().__init__(name)
        self.heat = 0.5
        self.color = Color(1, 0.5, 0, 1)


class Tank(Node):
    def __init__(self) -> None:
        super().__init__("Tank")
        self.position = Vector2(1, 2)
        self.ammo = {"left": 3}
        self.weapon = self.add_child(Node("Turret")).add_child(Weapon("Weapon"))


def properties(*paths):
    return ReplicatedProperties(map(NodePath, paths))


ALL = (".:position", ".:ammo", "Turret/Weapon:heat", ".:position:y", ".:ammo:left", "Turret/Weapon:color:g")


def test_reads_in_order():
    assert properties(*ALL).read(Tank()) == [Vector2(1, 2), {"left": 3}, 0.5, 2.0, 3, 0.5]


def test_sets_in_order():
    tank = Tank()
    properties(*ALL).write(tank, [Vector2(3, 4), {"left": 1, "right": 2}, 0.25, 7, 9, 0.75])
    assert (tank.position, tank.ammo) == (Vector2(3, 7), {"left": 9, "right": 2})
    assert (tank.weapon.heat, tank.weapon.color) == (0.25, Color(1, 0.75, 0, 1))


def test_a_property_of_a_property_of_an_object_is_set_there():
    tank = Tank()
    properties(".:weapon:heat").write(tank, [0.75])
    assert tank.weapon.heat == 0.75


def test_a_property_that_is_not_there_yet_is_made():
    tank = Tank()
    properties(".:new").write(tank, [1])
    assert properties(".:new").read(tank) == [1]


def test_a_removed_node_is_left_out():
    tank = Tank()
    properties("Gone:heat", ".:position").write(tank, [1, Vector2()])
    assert tank.position == Vector2()


@pytest.mark.parametrize("path", [".:none", "Gone:heat", ".:ammo:none", ".:position:q"])
def test_reading_a_missing_property_is_an_error(path):
    with pytest.raises(MissingPropertyError, match=path):
        properties(path).read(Tank())


def test_fewer_values_set_the_first():
    tank = Tank()
    properties(".:position", ".:ammo").write(tank, [Vector2()])
    assert (tank.position, tank.ammo) == (Vector2(), {"left": 3})


def test_some_are_chosen_by_a_mask():
    chosen = properties(".:position", ".:ammo", "Turret/Weapon:heat").chosen(0b101)
    assert chosen.count == 2
    assert chosen.read(Tank()) == [Vector2(1, 2), 0.5]


class Careful(Node):
    """A node that wants to know what is set."""

    def __init__(self) -> None:
        super().__init__()
        self._speed = 0

    @property
    def speed(self):
        return self._speed

    @speed.setter
    def speed(self, speed):
        self._speed = abs(speed)


@pytest.mark.parametrize(
    "paths",
    [
        pytest.param([".:position", ":ammo"], id="of-the-root"),
        pytest.param([".:position"], id="one"),
        pytest.param([], id="none"),
        pytest.param([".:position", "Turret/Weapon:heat"], id="of-another-node"),
        pytest.param([".:position:x", ".:ammo"], id="within-a-value"),
        pytest.param([".:class", ".:a b", ".:\ufb01"], id="names-that-are-none-in-python"),
    ],
)
def test_assigning_does_what_writing_does(paths):
    one, other = Tank(), Tank()
    values = [7.0 + number for number in range(len(paths))]
    properties(*paths).write(one, values)
    properties(*paths).assign(other, values)
    assert properties(*paths).read(other) == properties(*paths).read(one) == values


def test_assigning_calls_the_properties_of_a_class():
    node = Careful()
    properties(".:speed", ".:other").assign(node, [-5, 1])
    assert (node.speed, node.other) == (5, 1)


def test_assigning_too_few_values_sets_nothing():
    tank = Tank()
    with pytest.raises(ValueError, match="unpack"):
        properties(".:position", ".:ammo").assign(tank, [5])
    assert tank.position == Vector2(1, 2)
