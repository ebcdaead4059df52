"""The nodes that players and server share.

On all sides, they have the same paths and the same marked members.

    root
    └─ Arena           belongs to the server: which player caught which star
       ├─ Sync         synchronizes that state
       ├─ Ships
       │  ├─ 1234567   a ship, named after its player's id; the player has authority over it
       │  └─ 7654321
       └─ Spawner      creates the ships that the server spawns

The server's side is in `server/`. Its scenes define what is spawned and which properties are synchronized.
"""

from __future__ import annotations

import math
import time
from pathlib import Path
from typing import TYPE_CHECKING

from demos.arena.messages import MAX_NAME
from demos.arena.model import STARS, Ship
from wsclient.godot4 import MultiplayerSpawner, MultiplayerSynchronizer, Node, Project, Vector2, rpc

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["PROJECT", "Arena", "ShipNode"]

PROJECT = Path(__file__).parent / "server"
GAME = Project(PROJECT)
SYNCS_A_SECOND = 30


def _synchronizer(scene: str) -> MultiplayerSynchronizer:
    """Returns the synchronizer of a scene, with the properties from the game's files."""
    made = MultiplayerSynchronizer("Sync")
    made.replication_config = GAME.replication(scene, "Sync")
    made.replication_interval = 1 / SYNCS_A_SECOND
    return made


class ShipNode(Node):
    """A player's ship.

    Its player changes the properties, and all other peers receive them.

    Attributes:
        seen_at: the time of the last known state.
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        super().__init__("Ship")
        self.place, self.speed = Vector2(), Vector2()
        self.heading, self.thrust = 0.0, False
        self.pilot, self.hue = "", 0
        self.seen_at = clock()
        self._clock = clock
        self.add_child(_synchronizer("ship.tscn")).synchronized.connect(self._on_synchronized)

    def _enter_tree(self) -> None:
        self.set_multiplayer_authority(int(self.name))

    def show(self, ship: Ship) -> None:
        """Copies the state of the player's own ship.

        The synchronizer sends it to the others.
        """
        self.place, self.speed = Vector2(ship.x, ship.y), Vector2(ship.vx, ship.vy)
        self.heading, self.thrust = ship.heading, ship.thrust
        self.pilot, self.hue = ship.name, ship.hue

    def seen(self, score: int) -> Ship | None:
        """Returns the last known state, or None if it is not valid.

        Other players may send any value.
        """
        match [self.place, self.speed, self.heading, self.thrust, self.pilot, self.hue]:
            case [
                Vector2() as place,
                Vector2() as speed,
                float() as heading,
                bool() as thrust,
                str() as name,
                int() as hue,
            ]:
                if (
                    all(map(math.isfinite, (*place, *speed, heading)))
                    and 0 < len(name) <= MAX_NAME
                    and name.isprintable()
                ):
                    return Ship(name, hue % 360, place.x, place.y, speed.x, speed.y, heading, thrust, score)
        return None

    def _on_synchronized(self) -> None:
        self.seen_at = self._clock()


class Arena(Node):
    """The state that the server decides, and an echo for the round trip.

    Args:
        clock: returns the time in seconds, from any starting point.

    Attributes:
        stars: how often each star was caught.
        scores: the number of stars each player has caught, by id.
        round_trip: seconds until a frame read the last echo, or None if unknown.
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        super().__init__("Arena")
        self.stars = [0] * STARS
        self.scores: dict[int, int] = {}
        self.round_trip: float | None = None
        self._clock = clock
        self.add_child(_synchronizer("main.tscn"))
        self.ships = self.add_child(Node("Ships"))
        spawner = self.add_child(MultiplayerSpawner("Spawner"))
        spawner.spawn_path = "../Ships"
        for _scene in GAME.spawn_list("main.tscn", "Spawner"):  # one: ship.tscn
            spawner.add_spawnable_scene(lambda: ShipNode(clock))

    @rpc("any_peer")
    def catch_star(self, star: int, caught: int) -> None:
        """Runs on the server; this side only calls it."""

    @rpc("any_peer")
    def ping(self, sent_at: float) -> None:
        """Runs on the server; this side only calls it."""

    @rpc
    def pong(self, sent_at: float) -> None:
        """Called by the server in answer to `ping`."""
        self.round_trip = self._clock() - sent_at
