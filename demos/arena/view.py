"""Draws a game: the ships with their trails, the stars, and the numbers on top."""

from __future__ import annotations

import math
from collections import defaultdict, deque
from typing import TYPE_CHECKING, NamedTuple

import pygame

from demos.arena import art, hud
from demos.arena.model import STARS, star_positions

if TYPE_CHECKING:
    from demos.arena.game import Game
    from demos.arena.hud import Status
    from demos.arena.model import Ship

__all__ = ["View"]

TRAIL_SECONDS = 2.2
TRAIL_STEP = 3.0  # units between two lights of a trail
BURST_SECONDS = 0.6
LOOK_AHEAD = 0.2  # seconds that a ship moves on without messages


class _Puff(NamedTuple):
    x: float
    y: float
    born_at: float
    power: float  # of the engine: 0 to 1


class View:
    """Draws a game on a surface of the arena's size.

    It stores the trails and the caught stars.
    """

    def __init__(self, screen: pygame.Surface) -> None:
        self._screen = screen
        self._trails: defaultdict[str, deque[_Puff]] = defaultdict(deque)
        self._stars = [0] * STARS
        self._bursts: deque[tuple[float, float, float]] = deque()

    def draw(self, game: Game, status: Status, *, now: float, frames_a_second: int) -> None:
        """Draws a frame. `now` is in seconds on the game's clock."""
        self._screen.blit(art.backdrop(), (0, 0))
        self._draw_stars(game.stars, now)
        ships = [(game.ship, 0.0), *((each.ship, now - each.seen_at) for each in game.others.values())]
        placed = [(ship, *_place(ship, age), age > hud.SECONDS_TO_LOSE) for ship, age in ships]
        for ship, x, y, is_lost in placed:
            self._draw_trail(ship, x, y, now, is_lost=is_lost)
        for ship, x, y, is_lost in reversed(placed):
            self._draw_ship(ship, x, y, is_lost=is_lost)
        hud.draw(self._screen, game, status, now=now, frames_a_second=frames_a_second)

    def _draw_stars(self, stars: list[int], now: float) -> None:
        for old, new, (x, y) in zip(self._stars, stars, star_positions(self._stars), strict=True):
            if old != new:
                self._bursts.append((x, y, now))
        self._stars = stars
        for index, (x, y) in enumerate(star_positions(stars)):
            pulse = 0.5 + 0.5 * math.sin(now * 3.0 + index)
            self._add(art.glow(42, 34, 26 + round(8 * pulse)), x, y)
            self._lay(art.sparkle(11 + round(3 * pulse)), x, y)
        while self._bursts and now - self._bursts[0][2] > BURST_SECONDS:
            self._bursts.popleft()
        for x, y, born_at in self._bursts:
            age = (now - born_at) / BURST_SECONDS
            self._lay(art.ring(round(12 + 44 * age), round(220 * (1 - age))), x, y)

    def _draw_trail(self, ship: Ship, x: float, y: float, now: float, *, is_lost: bool) -> None:
        trail = self._trails[ship.name]
        if not is_lost:
            _lengthen(trail, _Puff(x, y, now, 1.0 if ship.thrust else 0.5))
        while trail and now - trail[0].born_at > TRAIL_SECONDS:
            trail.popleft()
        for puff in trail:
            young = 1.0 - (now - puff.born_at) / TRAIL_SECONDS
            self._add(art.glow(ship.hue, 4 + round(8 * young), round(24 * young * puff.power)), puff.x, puff.y)

    def _draw_ship(self, ship: Ship, x: float, y: float, *, is_lost: bool) -> None:
        if not is_lost:
            self._add(art.glow(ship.hue, 44, 20), x, y)
        angle = round(ship.heading / math.tau * art.ANGLES) % art.ANGLES
        self._lay(art.ship(ship.hue, angle, thrust=ship.thrust and not is_lost, is_lost=is_lost), x, y)
        color = hud.QUIET if is_lost else art.tint(ship.hue, 84, 60)
        self._lay(hud.text(ship.name, 15, color), x, y + 30)

    def _lay(self, picture: pygame.Surface, x: float, y: float) -> None:
        self._screen.blit(picture, picture.get_rect(center=(x, y)))

    def _add(self, light: pygame.Surface, x: float, y: float) -> None:
        self._screen.blit(light, light.get_rect(center=(x, y)), special_flags=pygame.BLEND_ADD)


def _lengthen(trail: deque[_Puff], to: _Puff) -> None:
    """Adds lights at even distances, whatever the speed of the ship."""
    start = trail[-1] if trail else to
    steps = int(math.dist(start[:2], to[:2]) / TRAIL_STEP)
    if steps > 40:  # too far to have flown there
        trail.clear()
        steps = 0
    if not trail:
        trail.append(to)
    for step in range(1, steps + 1):
        part = step / steps
        trail.append(to._replace(x=start.x + (to.x - start.x) * part, y=start.y + (to.y - start.y) * part))


def _place(ship: Ship, age: float) -> tuple[float, float]:
    """Returns where a ship is now, if its speed has not changed since it was seen."""
    ahead = min(age, LOOK_AHEAD)
    return ship.x + ship.vx * ahead, ship.y + ship.vy * ahead
