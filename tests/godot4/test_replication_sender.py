"""Tests what a server sends, packet by packet."""

from __future__ import annotations

import pytest

from tests.support.godot4_captures import captured_packets
from tests.support.godot4_session import Game
from tests.support.godot4_world import Bare, Thing, Twin, World, world_of
from tests.support.scripted_peer import ScriptedPeer
from wsclient.godot4 import Vector2
from wsclient.multiplayer.godot4.replication_commands import is_delta
from wsclient.multiplayer.godot4.scene_commands import CommandCode

CLIENT = 1927135812  # of the capture
FRAME = 1 / 60


class Server:
    """A server with one client that confirms every path."""

    def __init__(self):
        self.now = 0.0
        self.game = Game(ScriptedPeer(1), World, lambda: self.now)
        self.world = world_of(self.game)

    def joins(self, peer_id):
        self.game.peer.tells("peer_connected", peer_id)
        self.game.poll()

    def frames(self, count=1):
        for _ in range(count):
            self.now += FRAME
            self.game.poll()
            for sent in self.game.peer.sent:
                if sent.packet[0] == CommandCode.SIMPLIFY_PATH and sent.packet not in self.confirmed:
                    self.confirmed.append(sent.packet)
                    self.game.peer.arrives(sent.target, b"\x02\x01" + sent.packet[34:38])

    confirmed: list = []  # noqa: RUF012 - set for each test

    def sent(self):
        return [each.packet for each in self.game.peer.sent]


@pytest.fixture
def server():
    server = Server()
    server.confirmed = []
    return server


def without_times(packets):
    """Removes the times of SYNC packets, and repeated SYNC packets.

    A clock decides how many there are.
    """
    bodies = [b"\x06" + packet[3:] if packet[0] == CommandCode.SYNC else packet for packet in packets]
    found = []
    for place, body in enumerate(bodies):
        if body[0] != CommandCode.SYNC or body not in bodies[:place]:
            found.append(body.hex())
    return found


def test_the_packets_of_a_captured_game_are_those_of_the_engine(server):
    world = server.world
    server.joins(CLIENT)
    thing = Thing("T1")
    thing.position = Vector2(1, 2)
    world.things.add_child(thing)
    server.frames(40)
    thing.position = Vector2(3, 4)
    server.frames(20)
    thing.health = 90
    server.frames(20)
    thing.title, thing.data = "é", {"k": 1}
    server.frames(20)
    thing.data["k"] = 2
    server.frames(20)
    thing.hit.rpc(5)
    server.frames(20)
    world.things.add_child(Bare("Bare"))
    server.frames(20)
    world.things.add_child(Twin("Twin"))
    server.frames(20)
    thing.free()
    server.frames(20)
    world.things.get_node("Twin").free()
    engine = [each.data for each in captured_packets("spawn_basic") if each.direction == "s2c" and not each.is_id]
    assert without_times(server.sent()) == without_times(engine)


def test_times_count_frames_and_wrap(server):
    server.joins(2)
    thing = server.world.things.add_child(Thing("T1"))
    thing.get_node("Sync").replication_interval = 0.0
    server.frames(3)
    times = [packet[1] for packet in server.sent() if packet[0] == CommandCode.SYNC]
    assert times == [1, 2, 3]


def test_each_peer_has_its_own_time(server):
    server.joins(2)
    server.world.things.add_child(Thing("T1")).get_node("Sync").replication_interval = 0.0
    server.frames(2)
    server.joins(3)
    server.game.peer.sent.clear()
    server.frames()
    times = {each.target: each.packet[1] for each in server.game.peer.sent if each.packet[0] == CommandCode.SYNC}
    assert times[2] > times[3]


def test_a_fast_loop_is_limited_to_sixty_frames_and_a_jittering_one_misses_none(server):
    server.joins(2)
    server.world.things.add_child(Thing("T1")).get_node("Sync").replication_interval = 0.0
    server.game.peer.sent.clear()
    for number in range(60):
        server.now = 1 + number * FRAME + (0.004 if number % 2 else 0.0)
        server.game.poll()
    syncs = [packet for packet in server.sent() if packet[0] == CommandCode.SYNC]
    assert len(syncs) >= 59


def test_delta_waits_for_its_interval_and_leaves_out_what_came_back(server):
    server.joins(2)
    thing = server.world.things.add_child(Thing("T1"))
    thing.get_node("Sync").delta_interval = 10.0
    server.frames(2)
    server.game.peer.sent.clear()
    thing.health = 5
    server.frames(2)
    thing.health = 100
    server.frames(700)
    assert [packet for packet in server.sent() if packet[0] & 7 == CommandCode.SYNC and is_delta(packet)] == []


def test_unconfirmed_nodes_are_not_sent(server):
    server.joins(2)
    server.world.fixed.get_node("Sync").public_visibility = True
    for _ in range(5):
        server.now += 0.25
        server.game.poll()
    assert {packet[0] for packet in server.sent()} == {CommandCode.SIMPLIFY_PATH}


def test_sync_may_get_lost_and_all_else_may_not(server):
    server.joins(2)
    server.world.things.add_child(Thing("T1"))
    server.frames(20)
    modes = {each.packet[0]: each.mode.name for each in server.game.peer.sent}
    assert modes[CommandCode.SYNC].endswith("_UNRELIABLE")
    assert {mode for code, mode in modes.items() if code != CommandCode.SYNC} == {"TRANSFER_MODE_RELIABLE"}


def test_net_ids_count_nodes_and_synchronizers_together(server):
    server.joins(2)
    for node in (Twin("A"), Bare("B"), Thing("C")):
        server.world.things.add_child(node)
    spawns = [packet for packet in server.sent() if packet[0] == CommandCode.SPAWN]
    assert [packet[6] for packet in spawns] == [1, 4, 5]
