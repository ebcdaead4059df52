"""The messages between players and server: JSON, the same in both directions.

    {"ships": [["Ada", 200, 640.0, 360.0, 12.5, -3.0, 1.57, true, 4], ...], "stars": [3, 1, 4, 1, 5, 9]}
    {"echo": 12.345}

A player sends its own ship, and the server sends all ships. An echo is sent straight back to its sender.
"""

from __future__ import annotations

import json
import math
from dataclasses import astuple, dataclass

from demos.arena.model import STARS, Ship

__all__ = ["MAX_NAME", "BadMessage", "Echo", "Scene", "decode", "encode"]

MAX_SHIPS = 64
MAX_NAME = 12  # characters
LARGEST = 1_000_000


class BadMessage(ValueError):
    """Raised if data is not a message of this game."""


@dataclass(frozen=True, slots=True)
class Scene:
    """Ships, and how often each star was caught."""

    ships: list[Ship]
    stars: list[int]


@dataclass(frozen=True, slots=True)
class Echo:
    """A message that is sent back unchanged."""

    sent_at: float  # seconds, on the sender's clock


def encode(message: Scene | Echo) -> bytes:
    """Returns a message as bytes."""
    if isinstance(message, Echo):
        return json.dumps({"echo": message.sent_at}).encode()
    ships = [[round(part, 2) if type(part) is float else part for part in astuple(ship)] for ship in message.ships]
    return json.dumps({"ships": ships, "stars": message.stars}, separators=(",", ":")).encode()


def decode(packet: bytes | str) -> Scene | Echo:
    """Reads a message without trusting it.

    Raises:
        BadMessage: the data is not a message of this game.
    """
    try:
        match json.loads(packet):
            case {"echo": int() | float() as sent_at} if math.isfinite(sent_at):
                return Echo(sent_at)
            case {"ships": list(ships), "stars": list(stars)} if len(ships) <= MAX_SHIPS:
                return Scene([_ship(parts) for parts in ships], _stars(stars))
    except (ValueError, OverflowError, RecursionError) as error:
        raise BadMessage(f"not a message of this game: {error}") from error
    raise BadMessage("not a message of this game")


def _ship(parts: list[object]) -> Ship:
    match parts:
        case [str() as name, int() as hue, *numbers, bool() as thrust, int() as score] if len(numbers) == 5:
            if not (0 < len(name) <= MAX_NAME and name.isprintable()):
                raise BadMessage(f"a name has from 1 to {MAX_NAME} characters")
            x, y, vx, vy, heading = map(_number, numbers)
            return Ship(name, hue % 360, x, y, vx, vy, heading, thrust, min(score, LARGEST))
    raise BadMessage("a ship is not described in full")


def _number(value: object) -> float:
    if isinstance(value, int | float) and abs(value) < LARGEST:  # False for NaN
        return float(value)
    raise BadMessage("a number is none, or too large")


def _stars(counts: list[object]) -> list[int]:
    if len(counts) != STARS:
        raise BadMessage(f"{STARS} stars are wanted")
    return [_count(count) for count in counts]


def _count(count: object) -> int:
    if type(count) is not int or not 0 <= count < LARGEST:
        raise BadMessage("a star was caught 0 or more times")
    return count
