"""One player's game on a Godot 3 server: the arena's game over RPC."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from demos.arena.game import FORGOTTEN_AFTER, SECONDS_BETWEEN_ECHOES, Game, Sighting
from demos.arena.hud import Status
from demos.arena.model import Ship, Steering, catch, fly, later_stars
from demos.godot.nodes import Arena, ShipNode, motion_of
from wsclient import MultiplayerAPI, Node, WebSocketClient

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["GodotGame"]

SERVER = WebSocketClient.TARGET_PEER_SERVER


class GodotGame(Game):
    """Joins a Godot 3 server and flies one ship there.

    Call `frame()` once per frame.

    Args:
        client: a client that is not connected yet.
        url: the server's URL.
        ship: the player's own ship.
        clock: returns the time in seconds, from any starting point.

    Attributes:
        multiplayer: the RPC session over the client.
        arena: the game's node, which contains the ships.
    """

    def __init__(
        self, client: WebSocketClient, url: str, ship: Ship, *, clock: Callable[[], float] = time.perf_counter
    ) -> None:
        super().__init__(client, ship, clock=clock)
        self.arena = Arena(clock)
        self.multiplayer = MultiplayerAPI()
        self._client = client
        self._url = url
        self._trouble = ""
        self._own: ShipNode | None = None
        self._counted = client.get_statistics()
        self._join()

    def _join(self) -> None:
        root = Node("root")  # as in the scene tree of a Godot game
        root.add_child(self.arena)
        self.multiplayer.root_node = root
        self.multiplayer.connected_to_server.connect(self._on_connected)
        self.multiplayer.connection_failed.connect(self._on_end)
        self.multiplayer.server_disconnected.connect(self._on_end)
        self.multiplayer.network_peer_connected.connect(self._on_peer_connected)
        self.multiplayer.network_peer_disconnected.connect(self._on_peer_disconnected)
        if self._client.connect_to_url(self._url, gd_mp_api=True):
            self._on_end()  # the attempt was refused
        else:
            self.multiplayer.network_peer = self._client

    def frame(self, seconds: float, steering: Steering) -> None:
        """Receives messages, moves the ship by `seconds`, and sends its state."""
        self._poll()
        self._look_around()
        before = self.stars
        self.ship, self.stars = catch(fly(self.ship, steering, seconds), before)
        if self._own is not None:
            self._send_state(self._own, before)
        self._count_messages()

    def status(self) -> Status:
        """Returns the state of the connection in words."""
        if self._own is not None:
            return Status(True, f"joined {self._url}, a Godot 3 server")
        if self._trouble:
            return Status(False, "no connection", self._trouble)
        return Status(False, f"joining {self._url}")

    # Players that join and leave

    def _on_connected(self) -> None:
        self.stars = self.arena.stars  # stars that we caught while alone do not count
        self._own = self._add_ship(self.multiplayer.get_network_unique_id())

    def _on_peer_connected(self, peer_id: int) -> None:
        if peer_id == SERVER:
            return
        self._add_ship(peer_id)
        if self._own is not None:
            self._own.rpc_id(peer_id, "introduce", self.ship.name, self.ship.hue)

    def _on_peer_disconnected(self, peer_id: int) -> None:
        ship = self.arena.get_node_or_null(str(peer_id))
        if ship is not None:
            self.arena.remove_child(ship)

    def _on_end(self) -> None:
        self._trouble = str(self._client.last_error or "The server has ended the game.")
        self._own = self.round_trip = None

    def _add_ship(self, peer_id: int) -> ShipNode:
        return self.arena.add_child(ShipNode(peer_id, self._clock))

    # Each frame

    def _poll(self) -> None:
        work_before, before = time.thread_time(), self._clock()
        self.multiplayer.poll()
        self.polls.add(self._clock() - before, time.thread_time() - work_before)

    def _look_around(self) -> None:
        now, scores = self._clock(), self.arena.scores
        ships = [ship for ship in self.arena.get_children() if isinstance(ship, ShipNode) and ship is not self._own]
        self.others = {
            node.ship.name: Sighting(replace(node.ship, score=scores.get(int(node.name), 0)), node.seen_at)
            for node in ships
            if node.ship is not None and now - node.seen_at < FORGOTTEN_AFTER
        }
        # The server decides which player caught a star. Until its answer arrives, the game uses its own guess.
        self.stars = later_stars(self.stars, self.arena.stars)
        if self._own is not None:
            self.ship = replace(self.ship, score=scores.get(int(self._own.name), 0))
            self.round_trip = self.arena.round_trip

    def _send_state(self, own: ShipNode, stars_before: list[int]) -> None:
        own.rset_unreliable("motion", motion_of(self.ship))
        for star, (before, after) in enumerate(zip(stars_before, self.stars, strict=True)):
            if before != after:
                self.arena.rpc_id(SERVER, "catch_star", star, before)
        if (now := self._clock()) >= self._echo_due_at:
            self._echo_due_at = now + SECONDS_BETWEEN_ECHOES
            self.arena.rpc_id(SERVER, "ping", now)

    def _count_messages(self) -> None:
        now, before = self._clock(), self._counted
        self._counted = self._client.get_statistics()
        for _ in range(self._counted.messages_received - before.messages_received):
            self.received.count(now)
        for _ in range(self._counted.messages_sent - before.messages_sent):
            self.sent.count(now)
