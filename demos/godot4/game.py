"""One player's game on a Godot 4 server.

Ships are spawned, the world is synchronized, and stars are caught by RPC.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from demos.arena.game import FORGOTTEN_AFTER, SECONDS_BETWEEN_ECHOES, Game, Sighting
from demos.arena.hud import Status
from demos.arena.model import Ship, Steering, catch, fly, later_stars
from demos.godot4.nodes import Arena, ShipNode
from wsclient.godot4 import Node, SceneMultiplayer, WebSocketMultiplayerPeer

if TYPE_CHECKING:
    from collections.abc import Callable

    from wsclient import Error

__all__ = ["CountingPeer", "Godot4Game"]

SERVER = 1


class CountingPeer(WebSocketMultiplayerPeer):
    """Counts the packets that go through it."""

    def __init__(self) -> None:
        super().__init__()
        self.packets_received = self.packets_sent = 0

    def _get_packet(self) -> bytes:
        self.packets_received += 1
        return super()._get_packet()

    def _put_packet(self, packet: bytes) -> Error:
        self.packets_sent += 1
        return super()._put_packet(packet)


class Godot4Game(Game):
    """Joins a Godot 4 server and flies the ship that is spawned there.

    Call `frame()` once per frame.

    Args:
        url: the server's URL.
        ship: the player's own ship.
        clock: returns the time in seconds, from any starting point.

    Attributes:
        multiplayer: the session.
        arena: the game's node, which contains the ships.
    """

    def __init__(self, url: str, ship: Ship, *, clock: Callable[[], float] = time.perf_counter) -> None:
        self._counting = CountingPeer()
        super().__init__(self._counting, ship, clock=clock)
        self.arena = Arena(clock)
        self.multiplayer = SceneMultiplayer()
        self._url = url
        self._trouble = ""
        self._joined_with: list[int] | None = None
        self._join()

    def _join(self) -> None:
        root = Node("root")  # as in the scene tree of a Godot game
        root.add_child(self.arena)
        self.multiplayer.root_node = root
        self.multiplayer.connection_failed.connect(self._on_end)
        self.multiplayer.server_disconnected.connect(self._on_end)
        if self._counting.create_client(self._url):
            self._on_end()  # the attempt was refused
        else:
            self.multiplayer.multiplayer_peer = self._counting

    def leave(self) -> None:
        """Ends the session."""
        self.multiplayer.multiplayer_peer = None
        self._counting.close()
        self._counting.poll()

    @property
    def own(self) -> ShipNode | None:
        """The node of our own ship, or None until the server has spawned it."""
        found = self.arena.ships.get_node_or_null(str(self.multiplayer.get_unique_id()))
        return found if isinstance(found, ShipNode) else None

    def frame(self, seconds: float, steering: Steering) -> None:
        """Receives messages, moves the ship by `seconds`, and sends its state."""
        self._poll()
        self._look_around()
        before = self.stars
        self.ship, self.stars = catch(fly(self.ship, steering, seconds), before)
        own = self.own
        if own is not None:
            own.show(self.ship)  # the synchronizer sends it in one of the next polls
            self._call_server(before)

    def status(self) -> Status:
        """Returns the state of the connection in words."""
        if self._trouble:
            return Status(False, "no connection", self._trouble)
        if self.own is not None:
            return Status(True, f"joined {self._url}, a Godot 4 server")
        return Status(False, f"joining {self._url}")

    def _on_end(self) -> None:
        self._trouble = str(self._counting.last_error or "The server has ended the game.")
        self.round_trip = None

    # Each frame

    def _poll(self) -> None:
        work_before, before = time.thread_time(), self._clock()
        received, sent = self._counting.packets_received, self._counting.packets_sent
        self.multiplayer.poll()
        now = self._clock()
        self.polls.add(now - before, time.thread_time() - work_before)
        for _ in range(self._counting.packets_received - received):
            self.received.count(now)
        for _ in range(self._counting.packets_sent - sent):
            self.sent.count(now)

    def _look_around(self) -> None:
        now, scores, own = self._clock(), self.arena.scores, self.own
        self.others = {}
        for node in self.arena.ships.get_children():
            ship = node.seen(scores.get(int(node.name), 0)) if isinstance(node, ShipNode) and node is not own else None
            if isinstance(node, ShipNode) and ship is not None and now - node.seen_at < FORGOTTEN_AFTER:
                self.others[ship.name] = Sighting(ship, node.seen_at)
        if own is not None:
            self._follow_server(own, scores)

    def _follow_server(self, own: ShipNode, scores: dict[int, int]) -> None:
        """Applies the server's decision on each star.

        Until it arrives, the game uses its own guess.
        """
        if self._joined_with is None:
            self._joined_with = self.stars = list(self.arena.stars)  # ignores stars caught while alone
        self.stars = later_stars(self.stars, self.arena.stars)
        self.ship = replace(self.ship, score=scores.get(int(own.name), 0))
        self.round_trip = self.arena.round_trip

    def _call_server(self, stars_before: list[int]) -> None:
        for star, (before, after) in enumerate(zip(stars_before, self.stars, strict=True)):
            if before != after:
                self.arena.catch_star.rpc_id(SERVER, star, before)
        if (now := self._clock()) >= self._echo_due_at:
            self._echo_due_at = now + SECONDS_BETWEEN_ECHOES
            self.arena.ping.rpc_id(SERVER, now)
