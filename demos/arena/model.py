"""The rules of the game: ships, walls, and stars to catch.

They do not depend on the network or the screen.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from random import Random
from typing import NamedTuple

__all__ = ["HEIGHT", "STARS", "WIDTH", "Ship", "Steering", "catch", "fly", "later_stars", "star_positions"]

WIDTH, HEIGHT = 1280, 620  # of the arena; one unit is one pixel
STARS = 6  # shown at any time

TURNING = 3.6  # radians a second
THRUST = 580.0  # units a second, each second
DRAG = 1.05  # fraction of the speed lost each second
BOUNCE = 0.6  # fraction of the speed kept at a wall
RADIUS = 16.0  # of a ship
REACH = 30.0  # the distance at which a star is caught


class Steering(NamedTuple):
    """How a player steers."""

    turn: float = 0.0  # from -1, left, to 1, right
    thrust: bool = False


@dataclass(frozen=True, slots=True)
class Ship:
    """A ship at one moment.

    Angles are in radians, clockwise from the right; `hue` is in degrees; speeds are per second.
    """

    name: str
    hue: int
    x: float = WIDTH / 2
    y: float = HEIGHT / 2
    vx: float = 0.0
    vy: float = 0.0
    heading: float = -math.pi / 2
    thrust: bool = False
    score: int = 0


def fly(ship: Ship, steering: Steering, seconds: float) -> Ship:
    """Returns the ship after some seconds.

    It turns, accelerates, slows down and bounces.
    """
    heading = math.remainder(ship.heading + steering.turn * TURNING * seconds, math.tau)
    push = THRUST * seconds if steering.thrust else 0.0
    kept = math.exp(-DRAG * seconds)
    vx = (ship.vx + push * math.cos(heading)) * kept
    vy = (ship.vy + push * math.sin(heading)) * kept
    x, vx = _bounce(ship.x + vx * seconds, vx, WIDTH)
    y, vy = _bounce(ship.y + vy * seconds, vy, HEIGHT)
    return replace(ship, x=x, y=y, vx=vx, vy=vy, heading=heading, thrust=steering.thrust)


def _bounce(position: float, speed: float, size: float) -> tuple[float, float]:
    if position < RADIUS:
        return RADIUS, abs(speed) * BOUNCE
    if position > size - RADIUS:
        return size - RADIUS, -abs(speed) * BOUNCE
    return position, speed


# Each star counts how often it was caught, and its position depends only on that count. Players with the same counts
# therefore see the same stars, and the higher of two counts is the newer one. No referee is needed.


def star_positions(stars: list[int]) -> list[tuple[float, float]]:
    """Returns the positions of the stars.

    Each has its own column of the arena, so that they are spread out.
    """
    column = (WIDTH - 200) / STARS
    return [
        (100 + column * (index + _lot(index, count, 0)), 130 + (HEIGHT - 190) * _lot(index, count, 1))
        for index, count in enumerate(stars)
    ]


def _lot(index: int, count: int, axis: int) -> float:
    return Random((count * STARS + index) * 2 + axis).random()


def catch(ship: Ship, stars: list[int]) -> tuple[Ship, list[int]]:
    """Adds a point to the ship for each star that it touches, and moves those stars."""
    caught = [math.hypot(x - ship.x, y - ship.y) < REACH for x, y in star_positions(stars)]
    if not any(caught):
        return ship, stars
    moved = [count + hit for count, hit in zip(stars, caught, strict=True)]
    return replace(ship, score=ship.score + sum(caught)), moved


def later_stars(one: list[int], other: list[int]) -> list[int]:
    """Merges the counts of two players."""
    return list(map(max, one, other))
