"""The nodes that players and server share: on all sides they have the same paths, and the same marked methods.

    root
    └─ Arena           the server's: who caught which star
       ├─ Sync         keeps that equal at all
       ├─ Ships
       │  ├─ 1234567   a ship, named by the id of its player, who has the authority over it
       │  └─ 7654321
       └─ Spawner      makes ships as the server makes them

Their other halves are the scenes in `server/`: which properties travel, and what is spawned, is read from there.
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
    """Makes the synchronizer of a scene, with the properties that the game's own has."""
    made = MultiplayerSynchronizer("Sync")
    made.replication_config = GAME.replication(scene, "Sync")
    made.replication_interval = 1 / SYNCS_A_SECOND
    return made


class ShipNode(Node):
    """A player's ship. Its player changes the properties, and at all others they follow.

    Attributes:
        seen_at: when we heard of it last.
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
        """Takes over what the player's own ship does; the synchronizer tells the others."""
        self.place, self.speed = Vector2(ship.x, ship.y), Vector2(ship.vx, ship.vy)
        self.heading, self.thrust = ship.heading, ship.thrust
        self.pilot, self.hue = ship.name, ship.hue

    def seen(self, score: int) -> Ship | None:
        """Returns the ship as we heard of it last; None if that makes no sense: another player may say anything."""
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
    """What the server decides, and an echo of it.

    Args:
        clock: seconds, from anywhere on.

    Attributes:
        stars: how often each was caught.
        scores: how many each player caught, by id.
        round_trip: seconds that the last echo took, up to the frame that reads it. None while unknown.
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
        """Is the server's: here it is only called."""

    @rpc("any_peer")
    def ping(self, sent_at: float) -> None:
        """Is the server's too."""

    @rpc
    def pong(self, sent_at: float) -> None:
        """Answers `ping` of the server."""
        self.round_trip = self._clock() - sent_at
