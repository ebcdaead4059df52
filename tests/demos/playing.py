"""Plays the arena's games against a real server, until the test has seen enough."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

from demos.arena.model import Steering

if TYPE_CHECKING:
    from collections.abc import Callable

    from demos.arena.game import Game, Sighting

__all__ = ["PATIENCE", "is_at", "play"]

PATIENCE = 20.0  # seconds


def play(is_over: Callable[[], object], *games: Game, seconds: float = PATIENCE) -> None:
    """Plays frames of all games until `is_over`; fails after so many seconds."""
    too_late_at = time.monotonic() + seconds
    while not is_over():
        assert time.monotonic() < too_late_at, [game.others for game in games]
        for game in games:
            game.frame(1 / 60, Steering())
        time.sleep(0.002)


def is_at(seen: Sighting, x: float, y: float) -> bool:
    """Returns True if the ship was seen at this place."""
    return math.isclose(seen.ship.x, x) and math.isclose(seen.ship.y, y)
