"""Tests that reports of other players about their ships are checked."""

from __future__ import annotations

import math

import pytest

from demos.arena.model import Ship
from demos.godot.nodes import Arena, ShipNode, motion_of
from wsclient.testing import FakeClock
from wsclient.variant import Vector2, decode, encode

GRACE = Ship("Grace", 288, x=100.0, y=200.0, vx=-3.0, vy=4.0, heading=0.5, thrust=True)


def _introduced():
    clock = FakeClock()
    node = ShipNode(7, clock)
    node.introduce("Grace", 288)
    clock.advance(1.0)
    return node, clock


def test_a_ship_moves_as_its_player_steers():
    node, clock = _introduced()

    node.motion = decode(encode(motion_of(GRACE)))

    assert node.ship == GRACE
    assert node.seen_at == clock()
    assert node.motion == motion_of(GRACE)


def test_a_ship_without_a_name_does_not_count_yet():
    node = ShipNode(7)

    node.motion = motion_of(GRACE)

    assert node.ship is None
    assert node.motion is None


def test_a_ship_is_its_players():
    assert ShipNode(7).get_network_master() == 7


@pytest.mark.parametrize(
    "motion",
    [
        pytest.param(None, id="nothing"),
        pytest.param([Vector2(), Vector2(), 0.5], id="too-short"),
        pytest.param([Vector2(), Vector2(), "north", True], id="no-number"),
        pytest.param([Vector2(math.nan, 0), Vector2(), 0.5, True], id="nowhere"),
        pytest.param([Vector2(), Vector2(math.inf, 0), 0.5, True], id="too-fast"),
        pytest.param([Vector2(), Vector2(), math.nan, True], id="no-heading"),
    ],
)
def test_an_invalid_motion_changes_nothing(motion):
    node, clock = _introduced()
    before = node.ship

    node.motion = motion

    assert node.ship == before
    assert node.seen_at == clock() - 1.0


@pytest.mark.parametrize(
    ("name", "hue"),
    [
        pytest.param("", 1, id="empty"),
        pytest.param("A" * 13, 1, id="long"),
        pytest.param("A\nB", 1, id="two-lines"),
        pytest.param(5, 1, id="number"),
        pytest.param("Ada", "red", id="hue"),
    ],
)
def test_an_unprintable_name_is_not_a_name(name, hue):
    node = ShipNode(7)

    node.introduce(name, hue)

    assert node.ship is None


def test_the_round_trip_is_as_long_as_the_echo_took():
    clock = FakeClock()
    arena = Arena(clock)

    arena.pong(clock() - 0.25)

    assert arena.round_trip == 0.25
