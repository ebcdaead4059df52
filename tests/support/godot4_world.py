"""The nodes of `tests/interop/godot4/world` in Python.

They are spawners, synchronizers, and what they spawn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.godot4_engine import WORLD
from wsclient.godot4 import Color, Project, StringName, TypedArray, Vector2
from wsclient.godot4.multiplayer_spawner import MultiplayerSpawner
from wsclient.godot4.multiplayer_synchronizer import MultiplayerSynchronizer
from wsclient.godot4.node import Node
from wsclient.godot4.rpc_marks import rpc

if TYPE_CHECKING:
    from tests.support.godot4_session import Game

__all__ = ["Bare", "Fixed", "Player", "Thing", "Twin", "World", "synchronizer_of", "world_of"]

PROJECT = Project(WORLD)


def synchronizer_of(scene: str, path: str) -> MultiplayerSynchronizer:
    """Makes a synchronizer as the scene has it."""
    made = MultiplayerSynchronizer(path.rpartition("/")[2])
    made.replication_config = PROJECT.replication(scene, path)
    for name in ("replication_interval", "delta_interval", "public_visibility"):
        value = PROJECT.value(scene, path, name)
        if value is not None:
            setattr(made, name, value)
    return made


class Thing(Node):
    """`thing.tscn`"""

    def __init__(self, name: str = "") -> None:
        super().__init__(name)
        self.position = Vector2()
        self.alive = True
        self.health = 100
        self.title = "thing"
        self.color: object = Color(1, 1, 1, 1)
        self.data: dict[object, object] = {}
        self.heard: list[object] = []
        self.state_when_ready: object = None
        self.add_child(synchronizer_of("thing.tscn", "Sync"))

    def _ready(self) -> None:
        self.state_when_ready = (self.position, self.health)

    @rpc("any_peer")
    def hit(self, amount: int) -> None:
        self.health -= amount

    @rpc
    def shout(self, text: str) -> None:
        self.heard.append(text)


class Bare(Node):
    """`bare.tscn`"""

    def __init__(self, name: str = "") -> None:
        super().__init__(name)
        self.position = Vector2()


class Twin(Node):
    """`twin.tscn`: two synchronizers of one node."""

    def __init__(self, name: str = "") -> None:
        super().__init__(name)
        self.position = Vector2()
        self.alive = True
        self.health = 100
        self.title = "thing"
        self.color = Color(1, 1, 1, 1)
        self.data: dict[object, object] = {}
        self.add_child(synchronizer_of("twin.tscn", "One"))
        self.add_child(synchronizer_of("twin.tscn", "Two"))

    @rpc("any_peer")
    def hit(self, amount: int) -> None:
        self.health -= amount

    @rpc
    def shout(self, text: str) -> None: ...


class Player(Node):
    """`player.tscn`: gives itself to the peer that it is named after."""

    def __init__(self, name: str = "") -> None:
        super().__init__(name)
        self.position = Vector2()
        self.aim = 0.0
        self.lives = 3
        self.add_child(synchronizer_of("player.tscn", "Sync"))

    def _enter_tree(self) -> None:
        self.set_multiplayer_authority(int(self.name))

    @rpc("any_peer", "call_local")
    def hurt(self, by: int) -> None:
        self.lives -= by

    @rpc("authority", "call_remote", "unreliable_ordered")
    def wave(self, text: str) -> None: ...


class Fixed(Node):
    """The node that is in the scene from the start.

    It has two synchronizers that are invisible to all at first.
    """

    def __init__(self, name: str = "") -> None:
        super().__init__(name)
        self.bytes = b""
        self.score = 0
        self.big = 0
        self.ratio = 0.0
        self.flag = False
        self.word: object = StringName("name")
        self.list: list[object] = []
        self.ints: object = TypedArray([], int)
        self.add_child(synchronizer_of("world.tscn", "Fixed/Sync"))
        self.add_child(synchronizer_of("world.tscn", "Fixed/Bytes"))


class World(Node):
    """`world.tscn`, without its calls.

    Attributes:
        happened: what its spawners and synchronizers said.
    """

    def __init__(self, name: str = "World") -> None:
        super().__init__(name)
        self.happened: list[tuple[str, object]] = []
        self.things = self.add_child(Node("Things"))
        self.spawner = self.add_child(MultiplayerSpawner("Spawner"))
        self.spawner.spawn_path = "../Things"
        for scene in (Thing, Bare, Twin, Player):
            self.spawner.add_spawnable_scene(scene)
        self.made = self.add_child(Node("Made"))
        self.maker = self.add_child(MultiplayerSpawner("Maker"))
        self.maker.spawn_path = "../Made"
        self.maker.spawn_function = self.make
        self.fixed = self.add_child(Fixed("Fixed"))
        for spawner in (self.spawner, self.maker):
            spawner.spawned.connect(lambda node: self.happened.append(("spawned", node.name)))
            spawner.despawned.connect(lambda node: self.happened.append(("despawned", node.name)))

    def make(self, data: object) -> Node:
        """Makes a node of custom data."""
        name = data.get("name", "") if isinstance(data, dict) else data
        node = Thing(f"Made{name}")
        if isinstance(data, dict) and "health" in data:
            node.health = data["health"]
        return node


def world_of(game: Game) -> World:
    """Returns the world of a participant."""
    assert isinstance(game.main, World)
    return game.main
