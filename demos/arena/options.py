"""Options that the command lines of the games share."""

from __future__ import annotations

import argparse

from demos.arena.messages import MAX_NAME

__all__ = ["add_player_options"]


def add_player_options(parser: argparse.ArgumentParser) -> None:
    """Adds the options for the number of players and your name."""
    parser.add_argument(
        "--players", type=_at_least_one, default=5, help="how many, bots included (default: %(default)s)"
    )
    parser.add_argument("--name", type=_name, default="Sam", help="your name (default: %(default)s)")


def _at_least_one(number: str) -> int:
    if int(number) < 1:
        raise argparse.ArgumentTypeError("at least 1: you")
    return int(number)


def _name(name: str) -> str:
    if not 0 < len(name) <= MAX_NAME or not name.isprintable():
        raise argparse.ArgumentTypeError(f"from 1 to {MAX_NAME} characters")
    return name
