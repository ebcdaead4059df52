"""The game loop: a frame is one `poll()`, one step of the game and one picture."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pygame

from demos.arena.art import HEIGHT, WIDTH
from demos.arena.autopilot import steer
from demos.arena.meters import Rate
from demos.arena.model import Steering
from demos.arena.view import View

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Callable

    from demos.arena.game import Game
    from demos.arena.hud import Status

__all__ = ["Window", "add_options", "has_display"]

FRAMES_A_SECOND = 60
LONGEST_STEP = 0.05  # seconds; a frame never moves the game further
SECONDS_WITHOUT_DISPLAY = 10.0

LEFT, RIGHT, UP = (pygame.K_LEFT, pygame.K_a), (pygame.K_RIGHT, pygame.K_d), (pygame.K_UP, pygame.K_w)


def has_display() -> bool:
    """Returns whether there is a screen for a window."""
    named = os.environ.get("SDL_VIDEODRIVER")
    hints = named, os.environ.get("DISPLAY"), os.environ.get("WAYLAND_DISPLAY")
    if named == "dummy" or (sys.platform not in {"win32", "darwin"} and not any(hints)):
        return False
    try:
        pygame.display.init()
    except pygame.error:
        return False
    return bool(named) or pygame.display.get_driver() not in {"dummy", "offscreen"}  # SDL's fallbacks


def add_options(parser: ArgumentParser, picture: str = "arena.png") -> None:
    """Adds the options of a window.

    `picture` is the file that is saved if there is no display.
    """
    parser.add_argument("--seconds", type=float, help="seconds to play (default: no limit; without a display 10)")
    parser.add_argument("--headless", action="store_true", help="without a window; prints a line a second")
    parser.add_argument("--screenshot", metavar="PATH", help=f"save the last frame (headless: {picture})")


@dataclass
class Window:
    """Plays a game with or without a screen.

    Attributes:
        seconds: how long to play, or None until it is closed, or `SECONDS_WITHOUT_DISPLAY`.
        headless: whether to play without a screen. True if there is none.
        screenshot: the file for the last frame; None saves none, or arena.png if there is no screen.
        keys: additional keys, and what they do.
        overlay: draws on top of everything else.
    """

    seconds: float | None = None
    headless: bool = False
    screenshot: str | None = None
    keys: dict[int, Callable[[], object]] = field(default_factory=dict)
    overlay: Callable[[pygame.Surface], object] = lambda screen: None  # noqa: ARG005 - draws nothing

    def __post_init__(self) -> None:
        self.headless = self.headless or not has_display()
        if self.headless:
            os.environ["SDL_VIDEODRIVER"] = "dummy"
            self.seconds = SECONDS_WITHOUT_DISPLAY if self.seconds is None else self.seconds
            self.screenshot = self.screenshot or "arena.png"

    def play(self, game: Game, status: Callable[[], Status], update: Callable[[], object] = lambda: None) -> None:
        """Plays until the game is over.

        Args:
            game: the game to play.
            status: returns the state of the connection.
            update: called at the start of each frame.
        """
        pygame.display.init()
        pygame.font.init()
        try:
            screen = pygame.display.set_mode((WIDTH, HEIGHT), 0 if self.headless else pygame.SCALED | pygame.RESIZABLE)
            pygame.display.set_caption("wsclient arena")
            self._run(screen, game, status, update)
            if self.screenshot:
                pygame.image.save(screen, self.screenshot)
                print(f"saved {self.screenshot}")
        finally:
            pygame.quit()

    def _run(
        self, screen: pygame.Surface, game: Game, status: Callable[[], Status], update: Callable[[], object]
    ) -> None:
        view = View(screen)
        frames = Rate()
        is_flown_by_hand = False
        started_at = told_at = due = before = time.perf_counter()
        while not self._is_closed():
            now = time.perf_counter()
            is_last = self.seconds is not None and now - started_at >= self.seconds
            frames.count(now)
            by_hand = _steering()
            is_flown_by_hand = is_flown_by_hand or by_hand != Steering()
            update()
            game.frame(min(now - before, LONGEST_STEP), by_hand if is_flown_by_hand else steer(game.ship, game.stars))
            view.draw(game, status(), now=time.perf_counter(), frames_a_second=frames.a_second(now))
            self.overlay(screen)
            pygame.display.flip()
            if self.headless and (is_last or now - told_at >= 1.0):
                told_at += 1.0
                print(_line(game, status(), now, now - started_at), flush=True)
            if is_last:
                return
            before = now
            due = max(due + 1 / FRAMES_A_SECOND, time.perf_counter())
            time.sleep(due - time.perf_counter() if due > time.perf_counter() else 0.0)

    def _is_closed(self) -> bool:
        for event in pygame.event.get():
            if event.type == pygame.QUIT:
                return True
            if event.type == pygame.KEYDOWN:
                if event.key == pygame.K_ESCAPE:
                    return True
                self.keys.get(event.key, lambda: None)()
        return False


def _steering() -> Steering:
    held = pygame.key.get_pressed()

    def is_held(keys: tuple[int, ...]) -> bool:
        return any(held[key] for key in keys)

    return Steering(turn=float(is_held(RIGHT)) - float(is_held(LEFT)), thrust=is_held(UP))


def _line(game: Game, status: Status, now: float, since: float) -> str:
    round_trip = "     -" if game.round_trip is None else f"{game.round_trip * 1e3:6.1f}"
    return (
        f"{since:3.0f} s  {1 + len(game.others)} pilots  round trip {round_trip} ms"
        f"  {game.received.a_second(now):3d} in  {game.sent.a_second(now):3d} out a second"
        f"  longest poll() {game.polls.longest_lately * 1e3:.3f} ms  {status.line}"
    )
