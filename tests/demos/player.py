"""Runs a game of the tutorial in its own process, and reports the result.

    python -m tests.demos.player STEP CONDITION NAME,NAME [ARGS...]

The window is closed in the first frame in which the condition, an expression, is true of the game's globals, and at the
latest after half a minute; then the globals of these names are printed, as JSON.
"""

from __future__ import annotations

import json
import runpy
import sys

import pygame

PATIENCE = 30_000  # milliseconds


def main(step: str, condition: str, names: str, *args: str) -> None:
    sys.argv = [step, *args]
    pygame.init()
    pygame.time.set_timer(pygame.QUIT, PATIENCE, loops=1)
    flip = pygame.display.flip

    def show_and_look() -> None:
        flip()
        if eval(condition, sys._getframe(1).f_globals):  # a test's own
            pygame.event.post(pygame.Event(pygame.QUIT))

    pygame.display.flip = show_and_look
    game = runpy.run_module(f"demos.tutorial.{step}", run_name="__main__")
    print(json.dumps({name: game[name] for name in filter(None, names.split(","))}, default=tuple))


if __name__ == "__main__":
    main(*sys.argv[1:])
