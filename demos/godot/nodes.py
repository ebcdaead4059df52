"""The nodes that players and server share: on all sides they have the same paths, and the same marked members.

    root
    └─ Arena           the server's: who caught which star
       ├─ 1234567      a ship, named by the id of its player, who is its network master
       └─ 7654321

Their other halves are `server/arena.gd` and `server/ship.gd`.
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
    """A player's ship: its player sets `motion` at all others, in each frame.

    Args:
        peer_id: of the player.
        clock: seconds, from anywhere on.

    Attributes:
        ship: as we heard of it last; None while we know no name.
        seen_at: when that was.
    """

    def __init__(self, peer_id: int, clock: Callable[[], float] = time.perf_counter) -> None:
        super().__init__(str(peer_id))
        self.set_network_master(peer_id)
        self.ship: Ship | None = None
        self.seen_at = clock()
        self._clock = clock

    @puppet
    def introduce(self, name: object, hue: object) -> None:
        """Tells who flies it. Another player says so, and may say anything."""
        if isinstance(name, str) and 0 < len(name) <= MAX_NAME and name.isprintable() and isinstance(hue, int):
            self.ship = Ship(name, hue % 360)

    @property
    @puppet
    def motion(self) -> object:
        """Where it is, how fast, where it points, whether it pushes: `[Vector2, Vector2, radians, bool]`."""
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
    """Gives the part of a ship that changes in each frame, as it travels."""
    return [Vector2(ship.x, ship.y), Vector2(ship.vx, ship.vy), ship.heading, ship.thrust]


class Arena(Node):
    """What the server decides, and an echo of it.

    Args:
        clock: seconds, from anywhere on.

    Attributes:
        stars: how often each was caught.
        scores: how many each player caught, by id.
        round_trip: seconds that the last echo took, up to the frame that reads it. None while unknown.
    """

    stars = puppet([0] * STARS)
    scores: dict[int, int] = puppet({})

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        super().__init__("Arena")
        self.round_trip: float | None = None
        self._clock = clock
        for method in ("catch_star", "ping"):
            self.rpc_config(method, MultiplayerAPI.RPC_MODE_MASTER)  # the server's own: this side only calls them

    @puppet
    def pong(self, sent_at: float) -> None:
        """Answers `ping` of the server."""
        self.round_trip = self._clock() - sent_at
