"""Flies a ship to the stars.

Bots use it, and so does your own ship until you steer it.
"""

from __future__ import annotations

import math
from zlib import crc32

from demos.arena.model import STARS, Ship, Steering, star_positions

__all__ = ["steer"]

TASTE = 420.0  # units of detour for a ship's favourite star, so that the ships spread out
FORESIGHT = 0.25  # seconds of drift to allow for


def steer(ship: Ship, stars: list[int]) -> Steering:
    """Turns towards the favourite star, and thrusts when it is ahead."""
    favourite = crc32(ship.name.encode()) % STARS
    places = star_positions(stars)
    target = min(
        range(STARS),
        key=lambda index: math.dist(places[index], (ship.x, ship.y)) + TASTE * min((index - favourite) % STARS, 2),
    )
    x, y = places[target]
    # Aim from the point where the ship's own speed will take it.
    wanted = math.atan2(y - ship.y - ship.vy * FORESIGHT, x - ship.x - ship.vx * FORESIGHT)
    off = math.remainder(wanted - ship.heading, math.tau)
    return Steering(turn=max(-1.0, min(1.0, off * 3.0)), thrust=abs(off) < 0.8)
