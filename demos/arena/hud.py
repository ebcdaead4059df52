"""The text and the numbers on the screen."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import pygame

from demos.arena.art import FINER, HEIGHT, WIDTH, tint

if TYPE_CHECKING:
    from demos.arena.connection import Connection
    from demos.arena.game import Game

__all__ = ["Status", "draw", "status_of", "text"]

BRIGHT, QUIET = pygame.Color(236, 240, 255), pygame.Color(140, 152, 190)
GOOD, BAD, BAR = pygame.Color(104, 219, 158), pygame.Color(255, 142, 122), pygame.Color(108, 176, 255)
PANEL, EDGE, ALARM = (12, 17, 38, 190), (130, 155, 235, 46), (255, 142, 122, 150)
MARGIN = 20
SECONDS_TO_LOSE = 0.5  # without messages before a ship is shown as lost
BARS = 120  # in the chart, one for each frame
CHART_TOP = 0.001  # seconds; the height of the chart
TOO_LONG = 0.002  # seconds; an eighth of a frame


class Status(NamedTuple):
    """The state of the connection in words."""

    is_connected: bool
    line: str
    trouble: str = ""  # a sentence for the middle of the screen, if there is a problem


def status_of(connection: Connection) -> Status:
    """Returns the state of a connection in words."""
    return Status(connection.is_open, connection.line, connection.why)


def draw(screen: pygame.Surface, game: Game, status: Status, *, now: float, frames_a_second: int) -> None:
    """Draws the text, the numbers and the chart."""
    _draw_title(screen, status)
    _draw_pilots(screen, game, now)
    _draw_numbers(screen, game, now, frames_a_second)
    if status.trouble:
        _draw_trouble(screen, status.trouble)


def _draw_title(screen: pygame.Surface, status: Status) -> None:
    line = text(status.line, 15, QUIET)
    area = _panel(screen, MARGIN, MARGIN, max(250, line.get_width() + 56), 70)
    screen.blit(text("wsclient arena", 24, BRIGHT), (area.x + 18, area.y + 15))
    pygame.draw.aacircle(screen, GOOD if status.is_connected else BAD, (area.x + 24, area.y + 51), 5)
    screen.blit(line, (area.x + 38, area.y + 45))


def _draw_pilots(screen: pygame.Surface, game: Game, now: float) -> None:
    lost = {name for name, each in game.others.items() if now - each.seen_at > SECONDS_TO_LOSE}
    pilots = sorted([game.ship, *(each.ship for each in game.others.values())], key=lambda ship: -ship.score)
    area = _panel(screen, WIDTH - MARGIN - 220, MARGIN, 220, 48 + 26 * len(pilots))
    _caption(screen, "PILOTS", area.x + 18, area.y + 17)
    for row, ship in enumerate(pilots):
        y = area.y + 42 + 26 * row
        is_lost = ship.name in lost
        color = QUIET if is_lost else BRIGHT
        pygame.draw.aacircle(screen, tint(ship.hue, 66, 15 if is_lost else 82), (area.x + 24, y + 5), 6)
        name = screen.blit(text(ship.name, 16, color), (area.x + 40, y))
        if ship is game.ship:
            screen.blit(text("you", 13, QUIET), (name.right + 8, y + 1.5))
        score = text(str(ship.score), 16, color)
        screen.blit(score, (area.right - 18 - score.get_width(), y))


def _draw_numbers(screen: pygame.Surface, game: Game, now: float, frames_a_second: int) -> None:
    round_trip = "-" if game.round_trip is None else f"{game.round_trip * 1e3:.1f} ms"
    received, sent = game.received.a_second(now), game.sent.a_second(now)
    numbers = (
        ("ROUND TRIP OF AN ECHO", round_trip),
        ("MESSAGES A SECOND", f"{received} in  {sent} out"),
        ("FRAMES A SECOND", f"{frames_a_second}"),
        ("LONGEST POLL(), LAST SECOND", f"{game.polls.longest_lately * 1e3:.2f} ms"),
    )
    area = _panel(screen, MARGIN, HEIGHT - MARGIN - 74, WIDTH - 2 * MARGIN, 74)
    for (caption, number), x in zip(numbers, (22, 214, 416, 578), strict=True):
        _caption(screen, caption, area.x + x, area.y + 17)
        screen.blit(text(number, 24, BRIGHT), (area.x + x, area.y + 38))
    _draw_chart(screen, list(game.polls.recent), pygame.Rect(area.right - 22 - 3 * BARS, area.y + 16, 3 * BARS, 44))


def _draw_chart(screen: pygame.Surface, times: list[float], area: pygame.Rect) -> None:
    """Draws a bar for each frame's `poll()`."""
    pygame.draw.line(screen, (52, 62, 102), area.bottomleft, area.bottomright)
    for index, seconds in enumerate(reversed(times[-BARS:])):
        height = max(1, round(min(seconds / CHART_TOP, 1.0) * area.height))
        color = BAD if seconds > TOO_LONG else BAR
        screen.fill(color, (area.right - 3 * (index + 1), area.bottom - height, 2, height))
    label = text("POLL() IN EACH FRAME", 12, QUIET)
    screen.blit(label, (area.right - label.get_width(), area.y + 6))
    pygame.draw.line(screen, (52, 62, 102), area.topleft, area.topright)
    screen.blit(text("1 ms", 12, QUIET), (area.x, area.y + 6))


def _draw_trouble(screen: pygame.Surface, trouble: str) -> None:
    words = text(trouble, 18, BRIGHT)
    area = _panel(screen, (WIDTH - words.get_width()) // 2 - 24, 118, words.get_width() + 48, 46, edge=ALARM)
    screen.blit(words, (area.x + 24, area.y + 17))


def _panel(
    screen: pygame.Surface, x: int, y: int, width: int, height: int, edge: tuple[int, int, int, int] = EDGE
) -> pygame.Rect:
    return screen.blit(_pane(width, height, edge), (x, y))


@lru_cache(maxsize=64)
def _pane(width: int, height: int, edge: tuple[int, int, int, int]) -> pygame.Surface:
    pane = pygame.Surface((width * FINER, height * FINER), pygame.SRCALPHA)
    pygame.draw.rect(pane, PANEL, pane.get_rect(), border_radius=12 * FINER)
    pygame.draw.rect(pane, edge, pane.get_rect(), width=FINER, border_radius=12 * FINER)
    return pygame.transform.smoothscale(pane, (width, height))


def _caption(screen: pygame.Surface, words: str, x: int, y: int) -> None:
    screen.blit(text(words, 12, QUIET), (x, y))


def text(words: str, size: int, color: pygame.Color) -> pygame.Surface:
    """Returns the picture of a line, which is drawn only once."""
    return _written(words, size, color.r, color.g, color.b)


@lru_cache(maxsize=512)
def _written(words: str, size: int, red: int, green: int, blue: int) -> pygame.Surface:
    large = _font(size * FINER).render(words, True, (red, green, blue))
    return pygame.transform.smoothscale(large, (large.get_width() / FINER, large.get_height() / FINER))


@lru_cache(maxsize=16)
def _font(size: int) -> pygame.Font:
    return pygame.Font(None, size)
