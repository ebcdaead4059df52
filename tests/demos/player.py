"""Runs one of the tutorial's games in a process of its own, and tells what became of it.

    python -m tests.demos.player STEP SECONDS NAME,NAME [ARGS...]

The window is closed after so many seconds; then the game's globals of these names are printed, as JSON.
"""

from __future__ import annotations

import json
import runpy
import sys

import pygame


def main(step: str, seconds: str, names: str, *args: str) -> None:
    sys.argv = [step, *args]
    pygame.init()
    pygame.time.set_timer(pygame.QUIT, int(float(seconds) * 1000), loops=1)
    game = runpy.run_module(f"demos.tutorial.{step}", run_name="__main__")
    print(json.dumps({name: game[name] for name in filter(None, names.split(","))}, default=tuple))


if __name__ == "__main__":
    main(*sys.argv[1:])
