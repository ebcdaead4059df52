"""Flies a ship to the stars: what bots do, and your own ship until you take the stick."""

from __future__ import annotations

import math
from zlib import crc32

from demos.arena.model import STARS, Ship, Steering, star_positions

__all__ = ["steer"]

TASTE = 420.0  # units that a pilot goes out of its way for the star of its liking: so they spread
FORESIGHT = 0.25  # seconds of its own drift that it reckons with


def steer(ship: Ship, stars: list[int]) -> Steering:
    """Turns to the star that it likes most, and pushes when that lies ahead."""
    favourite = crc32(ship.name.encode()) % STARS
    places = star_positions(stars)
    target = min(
        range(STARS),
        key=lambda index: math.dist(places[index], (ship.x, ship.y)) + TASTE * min((index - favourite) % STARS, 2),
    )
    x, y = places[target]
    # Aims at where the ship has to go from where its own speed takes it.
    wanted = math.atan2(y - ship.y - ship.vy * FORESIGHT, x - ship.x - ship.vx * FORESIGHT)
    off = math.remainder(wanted - ship.heading, math.tau)
    return Steering(turn=max(-1.0, min(1.0, off * 3.0)), thrust=abs(off) < 0.8)
