"""Godot 4's packets, as a whole session gets them.

Nothing that a peer sends may raise an exception, or do anything that is not allowed.
"""

from __future__ import annotations

from fuzz.targets.commands import QuietPeer
from fuzz.targets.variant import check_value
from wsclient.godot4 import (
    MultiplayerSpawner,
    MultiplayerSynchronizer,
    Node,
    SceneMultiplayer,
    SceneReplicationConfig,
    rpc,
)
from wsclient.multiplayer.command_error import CommandError
from wsclient.multiplayer.godot4 import scene_commands
from wsclient.variant import GODOT_4

__all__ = ["check", "game_of"]

_OWN_ID = 5


def check(data: bytes) -> int:
    """Reads packets, each after a byte with its length; returns their number."""
    peer = QuietPeer(unique_id=_OWN_ID, sender=1)
    multiplayer, main = game_of(peer)
    count = 0
    while data:
        size, data = data[0], data[1:]
        packet, data = data[:size], data[size:]
        _check_packet(packet)
        peer.inbox.append(packet)
        multiplayer.poll()
        assert not peer.inbox
        count += 1
    assert main.forbidden_calls == 0, "a peer did what no mark allows"
    assert main.hidden == 0, "a peer set what is not synchronized"
    return count


def game_of(peer: QuietPeer) -> tuple[SceneMultiplayer, Main]:
    """Creates a client that has joined, with everything that packets can reach."""
    multiplayer = SceneMultiplayer(clock=lambda: 0.0)
    root = Node("root")
    main = root.add_child(Main("Main"))
    multiplayer.root_node = root
    multiplayer.multiplayer_peer = peer
    peer.peer_connected.emit(1)
    multiplayer.poll()
    return multiplayer, main


def _check_packet(packet: bytes) -> None:
    try:
        command = scene_commands.decode(packet)
    except CommandError as error:
        assert str(error).isprintable()
        return
    if isinstance(command, scene_commands.RemoteCall):
        for value in command.arguments:
            check_value(value, dialect=GODOT_4)


class Thing(Node):
    """A node that others may spawn."""

    def __init__(self, name: str = "") -> None:
        super().__init__(name)
        self.health: object = 100
        self.add_child(_synchronizer())


class Main(Node):
    """A node with members that others may use, and members that they may not."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.forbidden_calls = 0
        self.health: object = 100
        self.hidden = 0
        self.add_child(_synchronizer())
        self.add_child(Node("Things"))
        spawner = self.add_child(MultiplayerSpawner("Spawner"))
        spawner.spawn_path = "../Things"
        spawner.add_spawnable_scene(Thing)

    @rpc("any_peer")
    def any(self, *_arguments: object) -> None:
        pass

    @rpc
    def only_authority(self, *_arguments: object) -> None:
        self.forbidden_calls += self.multiplayer.get_remote_sender_id() != 1

    @rpc("any_peer")
    def two(self, one: object, other: object) -> None:
        pass

    def not_from_afar(self, *_arguments: object) -> None:
        self.forbidden_calls += 1


def _synchronizer() -> MultiplayerSynchronizer:
    made = MultiplayerSynchronizer("Sync")
    made.replication_config = config = SceneReplicationConfig()
    config.add_property(".:health")
    return made
