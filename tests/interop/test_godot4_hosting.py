"""Tests a Python host that a real Godot 4 and a Python peer join."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support import godot4_world
from tests.support.godot4_engine import Engine
from tests.support.godot4_player import PythonPeer, World
from wsclient.godot4 import Node, SceneMultiplayer, Vector2, WebSocketMultiplayerPeer

if TYPE_CHECKING:
    from collections.abc import Iterator


class Host:
    """A server with a world: by default, with its calls alone."""

    def __init__(self, world: Node | None = None) -> None:
        self.events: list[tuple[object, ...]] = []
        self.world, self.root, self.api = world or World(), Node("root"), SceneMultiplayer()
        self.root.add_child(self.world)
        self.api.root_node = self.root
        for signal in ("peer_connected", "peer_disconnected", "peer_packet", "rpc_lists_differ"):
            self.api.connect(signal, self._noting(signal))
        self.peer = WebSocketMultiplayerPeer()
        assert not self.peer.create_server(0, "127.0.0.1")
        self.api.multiplayer_peer = self.peer
        self.port = self.peer.get_local_port()

    def _noting(self, signal):
        return lambda *arguments: self.events.append((signal, *arguments))

    def poll(self) -> None:
        self.api.poll()


@pytest.fixture(scope="module")
def engine(tmp_path_factory) -> Iterator[Engine]:
    with Engine(tmp_path_factory.mktemp("godot4")) as engine:
        yield engine


@pytest.fixture
def host(engine) -> Iterator[Host]:
    host = Host()
    engine.players.append(host)
    engine.run("w.events.clear()\nw.multiplayer.auth_callback = Callable()\nreturn 0")
    yield host
    engine.run("w.peer.close()\nreturn 0")
    engine.players.clear()
    host.peer.close()
    host.poll()


def join(engine: Engine, host: Host) -> int:
    """Lets the engine join; returns its id."""
    assert engine.run(f"return w.join({host.port})") == 0
    engine.wait(lambda: bool(host.api.get_peers()))
    engine.wait(lambda: bool(engine.events("connected_to_server")))
    unique_id = engine.run("return w.multiplayer.get_unique_id()")
    assert isinstance(unique_id, int)
    return unique_id


def test_the_engine_joins_with_the_id_that_it_is_sent(engine, host):
    unique_id = join(engine, host)
    assert host.events == [("peer_connected", unique_id)]
    assert host.api.get_peers() == [unique_id]


def test_calls_run_on_both_sides(engine, host):
    unique_id = join(engine, host)
    calls = host.world.calls
    for value in (1, 2):
        calls.authority_local.rpc(value)
        engine.run(f"w.get_node('Calls').any.rpc_id(1, {value})\nreturn 0")
    engine.wait(lambda: len(engine.events("authority_local")) == 2)
    engine.wait(lambda: (unique_id, "any", 2) in calls.called)
    assert [called for called in calls.called if called[0] == 1] == [
        (1, "authority_local", 1),
        (1, "authority_local", 2),
    ]
    assert [called for called in calls.called if called[0] != 1] == [(unique_id, "any", 1), (unique_id, "any", 2)]
    assert not any(event[0] == "rpc_lists_differ" for event in host.events)
    assert "checksum" not in engine.log()


def test_clients_reach_each_other_through_us(engine, host):
    unique_id = join(engine, host)
    with PythonPeer(host.port) as other:
        engine.players.append(other)
        engine.wait(lambda: other.api.get_peers() == sorted([1, unique_id]))
        engine.wait(lambda: ("peer_connected", 0, [other.id]) in engine.events("peer_connected"))
        engine.run(f"w.get_node('Calls').any.rpc_id({other.id}, 'hello')\nreturn 0")
        engine.wait(lambda: (unique_id, "any", "hello") in other.calls.called)
        other.api.send_bytes(b"bytes", 0)
        engine.wait(lambda: bool(engine.events("peer_packet")))
        assert ("peer_packet", other.id, b"bytes") in host.events
        left = other.id
        other.peer.close()
        engine.wait(lambda: ("peer_disconnected", 0, [left]) in engine.events("peer_disconnected"))


def test_a_kick_is_reported(engine, host):
    unique_id = join(engine, host)
    host.api.disconnect_peer(unique_id)
    engine.wait(lambda: bool(engine.events("server_disconnected")))
    assert ("peer_disconnected", unique_id) not in host.events


def test_the_engine_can_be_asked_who_it_is(engine, host):
    asked = []

    def ask(peer_id: int, data: bytes) -> None:
        asked.append(data)
        host.api.complete_auth(peer_id)

    host.api.auth_callback = ask
    engine.run(
        "w.multiplayer.auth_callback = func(id, data): pass\n"
        "w.multiplayer.peer_authenticating.connect(func(id):\n"
        "\tw.multiplayer.send_auth(id, 'secret'.to_utf8_buffer())\n"
        "\tw.multiplayer.complete_auth(id), CONNECT_ONE_SHOT)\n"
        "return 0"
    )
    join(engine, host)
    assert asked == [b"secret"]


def test_the_engine_is_told_of_our_end(engine, host):
    join(engine, host)
    host.peer.close()
    engine.wait(lambda: bool(engine.events("server_disconnected")))


def test_the_engine_follows_a_world_that_python_hosts(engine):
    world = godot4_world.World()
    host = Host(world)
    engine.players.append(host)
    engine.run("w.events.clear()\nw.multiplayer.auth_callback = Callable()\nreturn 0")
    join(engine, host)
    thing = godot4_world.Thing("T1")
    thing.position, thing.health = Vector2(3, 4), 77
    world.things.add_child(thing)
    engine.wait(lambda: bool(engine.events("spawned")))
    state = "var thing = w.get_node('Things/T1')\nreturn [thing.position, thing.health]"
    assert engine.run(state) == [Vector2(3, 4), 77]
    thing.position, thing.health = Vector2(5, 6), 50
    engine.wait(lambda: engine.run(state) == [Vector2(5, 6), 50])
    world.maker.spawn({"name": "x", "health": 5})
    engine.wait(lambda: engine.run("return w.has_node('Made/Madex')") is True)
    thing.queue_free()
    engine.wait(lambda: bool(engine.events("despawned")))
    engine.run("w.peer.close()\nreturn 0")
    engine.players.clear()
    host.peer.close()
    host.poll()
