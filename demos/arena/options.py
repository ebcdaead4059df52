"""What the command lines of the games have in common."""

from __future__ import annotations

import argparse

from demos.arena.messages import MAX_NAME

__all__ = ["add_player_options"]


def add_player_options(parser: argparse.ArgumentParser) -> None:
    """Adds how many play, and what you are called."""
    parser.add_argument("--players", type=_at_least_one, default=5, help="you and the bots (default: %(default)s)")
    parser.add_argument("--name", type=_name, default="Sam", help="yours (default: %(default)s)")


def _at_least_one(number: str) -> int:
    if int(number) < 1:
        raise argparse.ArgumentTypeError("at least 1: you")
    return int(number)


def _name(name: str) -> str:
    if not 0 < len(name) <= MAX_NAME or not name.isprintable():
        raise argparse.ArgumentTypeError(f"from 1 to {MAX_NAME} characters")
    return name
