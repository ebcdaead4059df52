"""A game of Godot 4 with all kinds of peers.

An engine is the server. Two engines and two Python peers are the clients.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from tests.support.godot4_engine import Engine
from tests.support.godot4_player import Calls
from tests.support.godot4_world import World
from tests.support.ports import free_port
from wsclient.godot4 import Node, SceneMultiplayer, WebSocketMultiplayerPeer

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["REPLICATED", "Party", "PythonPlayer"]

REPLICATED = ("position", "alive", "health", "title", "color", "data", "aim", "lives")

_STATE = f"""
var state = {{}}
for node in w.get_node("Things").get_children() + w.get_node("Made").get_children():
	var values = {{}}
	for property in {list(REPLICATED)}:
		if property in node:
			values[property] = node.get(property)
	state[str(w.get_path_to(node))] = values
return state
"""


class PythonPlayer:
    """A Python peer with the whole world."""

    def __init__(self, port: int) -> None:
        self.root = Node("root")
        self.world = self.root.add_child(World())
        self.calls = self.world.add_child(Calls())
        self.api = SceneMultiplayer()
        self.api.root_node = self.root
        self.peer = WebSocketMultiplayerPeer()
        assert not self.peer.create_client(f"ws://127.0.0.1:{port}")
        self.api.multiplayer_peer = self.peer

    @property
    def id(self) -> int:
        return self.api.get_unique_id()

    def poll(self) -> None:
        self.api.poll()

    def state(self) -> dict[str, dict[str, object]]:
        """Returns the replicated properties of every spawned node, by path."""
        nodes = self.world.things.get_children() + self.world.made.get_children()
        return {
            str(self.world.get_path_to(node)): {name: vars(node)[name] for name in REPLICATED if name in vars(node)}
            for node in nodes
        }

    def leave(self) -> None:
        self.api.multiplayer_peer = None
        self.peer.close()


class Party:
    """The engines and the Python peers, until the end of a `with` block.

    Attributes:
        server, clients: engines.
        players: Python peers.
    """

    def __init__(self, home: Path, *, clients: int = 2, players: int = 2) -> None:
        self.port = free_port()
        self.server = Engine(home)
        self.clients = [Engine(home) for _ in range(clients)]
        self.players: list[PythonPlayer] = []
        self.server.run(f"return w.serve({self.port})")
        for engine in self.clients:
            engine.run(f"return w.join({self.port})")
        for _ in range(players):
            self.join()
        self.wait(lambda: len(self.server.run("return w.multiplayer.get_peers()")) == clients + players)
        self.wait(lambda: all(len(each.api.get_peers()) == clients + players for each in self.players))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        for player in self.players:
            player.leave()
        for engine in self.engines:
            engine.__exit__(None, None, None)

    @property
    def engines(self) -> list[Engine]:
        return [self.server, *self.clients]

    def join(self) -> PythonPlayer:
        """Adds a Python peer."""
        player = PythonPlayer(self.port)
        self.players.append(player)
        for engine in self.engines:
            engine.players = self.players
        self.wait(lambda: 1 in player.api.get_peers())
        return player

    def wait(self, until) -> None:
        """Polls the Python peers until something is so."""
        self.server.wait(until)

    def ids(self) -> dict[int, Engine | PythonPlayer]:
        """Returns all participants by id."""
        engines = {engine.run("return w.multiplayer.get_unique_id()"): engine for engine in self.engines}
        return engines | {player.id: player for player in self.players}

    def states(self) -> list[dict[str, dict[str, object]]]:
        """Returns the replicated properties of every spawned node, at each participant."""
        return [engine.run(_STATE) for engine in self.engines] + [player.state() for player in self.players]

    def wait_for_equal_states(self, count: int | None = None) -> dict[str, dict[str, object]]:
        """Waits until every property of every node is the same at all; returns them."""

        def are_equal() -> bool:
            states = self.states()
            return all(each == states[0] for each in states) and (count is None or len(states[0]) == count)

        self.wait(are_equal)
        return self.states()[0]
