"""The nodes that players and server share.

On all sides, they have the same paths and the same marked members.

    root
    └─ Arena           belongs to the server: which player caught which star
       ├─ 1234567      a ship, named after its player's id; the player is its network master
       └─ 7654321

The server's side is in `server/arena.gd` and `server/ship.gd`.
"""

from __future__ import annotations

import math
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from demos.arena.messages import MAX_NAME
from demos.arena.model import STARS, Ship
from wsclient import MultiplayerAPI, Node
from wsclient.rpc import puppet
from wsclient.variant import Vector2

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Arena", "ShipNode", "motion_of"]


class ShipNode(Node):
    """A player's ship. Its player sets `motion` on all other peers in each frame.

    Args:
        peer_id: the player's id.
        clock: returns the time in seconds, from any starting point.

    Attributes:
        ship: the last known state, or None until the name is known.
        seen_at: the time of that state.
    """

    def __init__(self, peer_id: int, clock: Callable[[], float] = time.perf_counter) -> None:
        super().__init__(str(peer_id))
        self.set_network_master(peer_id)
        self.ship: Ship | None = None
        self.seen_at = clock()
        self._clock = clock

    @puppet
    def introduce(self, name: object, hue: object) -> None:
        """Sets the name and the colour.

        Both come from another player and may have any value.
        """
        if isinstance(name, str) and 0 < len(name) <= MAX_NAME and name.isprintable() and isinstance(hue, int):
            self.ship = Ship(name, hue % 360)

    @property
    @puppet
    def motion(self) -> object:
        """Position, speed, direction and thrust: `[Vector2, Vector2, radians, bool]`."""
        if self.ship is None:
            return None
        return motion_of(self.ship)

    @motion.setter
    def motion(self, motion: object) -> None:
        match motion:
            case [Vector2() as place, Vector2() as speed, float() as heading, bool() as thrust] if self.ship:
                if all(map(math.isfinite, (*place, *speed, heading))):
                    self.ship = replace(
                        self.ship, x=place.x, y=place.y, vx=speed.x, vy=speed.y, heading=heading, thrust=thrust
                    )
                    self.seen_at = self._clock()


def motion_of(ship: Ship) -> list[object]:
    """Returns the part of a ship that changes in each frame, as it is sent."""
    return [Vector2(ship.x, ship.y), Vector2(ship.vx, ship.vy), ship.heading, ship.thrust]


class Arena(Node):
    """The state that the server decides, and an echo for the round trip.

    Args:
        clock: returns the time in seconds, from any starting point.

    Attributes:
        stars: how often each star was caught.
        scores: the number of stars each player has caught, by id.
        round_trip: seconds until a frame read the last echo, or None if unknown.
    """

    stars = puppet([0] * STARS)
    scores: dict[int, int] = puppet({})

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        super().__init__("Arena")
        self.round_trip: float | None = None
        self._clock = clock
        for method in ("catch_star", "ping"):
            self.rpc_config(method, MultiplayerAPI.RPC_MODE_MASTER)  # run on the server; only called here

    @puppet
    def pong(self, sent_at: float) -> None:
        """Called by the server in answer to `ping`."""
        self.round_trip = self._clock() - sent_at
