"""The rules: how ships fly, and how stars are caught."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demos.arena.autopilot import steer
from demos.arena.model import HEIGHT, STARS, WIDTH, Ship, Steering, catch, fly, later_stars, star_positions

SHIP = Ship("Ada", 200)
counts = st.lists(st.integers(0, 10_000), min_size=STARS, max_size=STARS)


def test_thrust_pushes_forward():
    moved = fly(SHIP, Steering(thrust=True), 0.1)

    assert moved.vy < 0 < HEIGHT / 2 - moved.y
    assert moved.vx == pytest.approx(0.0)
    assert moved.thrust


def test_turning_to_the_right_is_clockwise():
    assert fly(SHIP, Steering(turn=1.0), 0.1).heading > SHIP.heading


@given(
    st.lists(st.tuples(st.floats(-1, 1), st.booleans(), st.floats(0, 0.05)), max_size=60),
    st.floats(0, WIDTH),
    st.floats(0, HEIGHT),
)
def test_no_ship_leaves_the_arena(moves, x, y):
    ship = Ship("Ada", 200, x=x, y=y, vx=500.0, vy=-500.0)
    for turn, thrust, seconds in moves:
        ship = fly(ship, Steering(turn, thrust), seconds)
        assert 0 < ship.x < WIDTH
        assert 0 < ship.y < HEIGHT
        assert abs(ship.heading) <= math.pi


@given(counts)
def test_stars_shine_inside_the_arena_and_move_when_caught(stars):
    for x, y in star_positions(stars):
        assert 0 < x < WIDTH
        assert 0 < y < HEIGHT
    moved = [count + 1 for count in stars]
    assert all(one != other for one, other in zip(star_positions(stars), star_positions(moved), strict=True))


def test_touching_a_star_scores_a_point_and_moves_it():
    stars = [0] * STARS
    x, y = star_positions(stars)[2]

    ship, after = catch(Ship("Ada", 200, x=x + 5, y=y - 5), stars)

    assert ship.score == 1
    assert after == [0, 0, 1, 0, 0, 0]


@given(counts, counts, counts)
def test_players_agree_on_the_stars_in_any_order_of_news(one, other, third):
    assert later_stars(one, other) == later_stars(other, one)
    assert later_stars(later_stars(one, other), third) == later_stars(one, later_stars(other, third))
    assert later_stars(one, one) == one


def test_the_autopilot_catches_stars():
    ship, stars = SHIP, [0] * STARS
    for _ in range(20 * 60):
        ship, stars = catch(fly(ship, steer(ship, stars), 1 / 60), stars)

    assert ship.score >= 5
    assert ship.score == sum(stars)
