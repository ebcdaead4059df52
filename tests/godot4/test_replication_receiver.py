"""Tests a client that receives packets from a careless server."""

from __future__ import annotations

import pytest

from tests.support.godot4_session import Game
from tests.support.godot4_world import Thing, World, world_of
from tests.support.scripted_peer import ScriptedPeer
from wsclient.godot4 import Vector2, replication_receiver
from wsclient.godot4.node import Node
from wsclient.multiplayer.godot4.compressed import encode_many
from wsclient.multiplayer.godot4.replication_commands import (
    CUSTOM_SCENE,
    IS_PATH_ID,
    Delta,
    Spawn,
    Sync,
    encode_despawn,
    encode_spawn,
    pack_deltas,
    pack_syncs,
)
from wsclient.multiplayer.godot4.rpc_list import RPCList
from wsclient.multiplayer.godot4.scene_commands import encode_add_peer, encode_relay, encode_simplify_path

OURS, OTHER = 2, 3
SPAWNER, SYNC, THINGS = 1, 2, 3  # path ids that the server announces
NOTHING = RPCList().checksum

STATE = (Vector2(1, 2), True, 7, "thing", (1.0, 1.0, 1.0, 1.0))


class Client:
    """A client of a server that sends what the test says."""

    def __init__(self):
        self.now = 0.0
        peer = ScriptedPeer(OURS)
        peer.tells("peer_connected", 1)
        self.game = Game(peer, World, lambda: self.now)
        self.world = world_of(self.game)
        for path_id, path in {SPAWNER: "World/Spawner", SYNC: "World/Fixed/Sync", THINGS: "World/Things"}.items():
            self.takes(encode_simplify_path(NOTHING, path_id, path))
        self.takes(encode_add_peer(OTHER))

    def takes(self, packet, source=1):
        """Brings a packet; returns how many were refused for it."""
        before = self.game.api.get_refused_packet_count()
        self.game.peer.arrives(1, packet if source == 1 else encode_relay(source, packet))
        self.game.poll()
        return self.game.api.get_refused_packet_count() - before

    @property
    def things(self):
        return {node.name: node for node in self.world.things.get_children()}


@pytest.fixture
def client():
    return Client()


def spawn_of(**changes):
    spawn = Spawn(0, SPAWNER, 1, (2,), "T1", None, (Vector2(1, 2), True, 7, "thing", Vector2(9, 9)))
    return encode_spawn(spawn.replace(**changes))


def sync_of(time, *values, net_id=2):
    return pack_syncs(time, [Sync(net_id, encode_many(values))], 9999)[0]


def delta_of(mask, *values, net_id=2):
    return pack_deltas([Delta(net_id, mask, encode_many(values))], 9999)[0]


class TestSpawn:
    def test_is_taken(self, client):
        assert client.takes(spawn_of()) == 0
        assert client.things["T1"].state_when_ready == (Vector2(1, 2), 7)

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            pytest.param({"spawner": 77}, "path id 77", id="unknown-spawner"),
            pytest.param({"spawner": THINGS}, "not a MultiplayerSpawner", id="no-spawner"),
            pytest.param({"spawner": 0xFFFFFFFF}, "path id 4294967295", id="huge-spawner"),
            pytest.param({"scene": 9}, "scene 9", id="scene-out-of-range"),
            pytest.param({"scene": CUSTOM_SCENE, "data": 5}, "no spawn_function", id="custom-without-a-function"),
            pytest.param({"name": "A/B"}, "which is not a name", id="slash"),
            pytest.param({"name": ".."}, "which is not a name", id="dots"),
            pytest.param({"name": "@A@2"}, "which is not a name", id="at"),
            pytest.param({"name": "\x1b[2J:"}, "which is not a name", id="control-characters"),
            pytest.param({"state": (Vector2(), True)}, "2 values are left for 5", id="state-too-short"),
            pytest.param({"state": (*STATE, 1)}, "1 values of its state", id="state-too-long"),
        ],
    )
    def test_that_cannot_be_makes_nothing(self, client, caplog, changes, words):
        assert client.takes(spawn_of(**changes)) == 1
        assert client.things == {}
        assert client.world.happened == []
        assert words in caplog.text
        assert "\x1b" not in caplog.text

    def test_of_a_name_that_is_there_is_refused(self, client):
        client.takes(spawn_of())
        assert client.takes(spawn_of(net_id=5, synchronizers=(6,))) == 1
        assert len(client.things) == 1

    def test_with_a_net_id_that_was_used_is_refused(self, client):
        client.takes(spawn_of())
        assert client.takes(spawn_of(name="T2")) == 1
        assert [*client.things] == ["T1"]

    def test_by_another_peer_is_refused(self, client, caplog):
        client.takes(encode_simplify_path(NOTHING, SPAWNER, "World/Spawner"), OTHER)
        assert client.takes(spawn_of(), OTHER) == 1
        assert client.things == {}
        assert "which is peer 1's" in caplog.text

    def test_by_a_peer_that_announced_nothing_is_refused(self, client):
        assert client.takes(spawn_of(), OTHER) == 1

    def test_by_a_spawner_without_a_place_is_refused(self, client, caplog):
        client.world.spawner.spawn_path = "../Nowhere"
        assert client.takes(spawn_of()) == 1
        assert "no node at its spawn_path" in caplog.text

    def test_for_synchronizers_that_are_not_the_sender_s_makes_the_node_and_refuses_the_state(self, client):
        class Own(Thing):
            def _enter_tree(self):
                self.set_multiplayer_authority(OURS)

        client.world.spawner.clear_spawnable_scenes()
        client.world.spawner.add_spawnable_scene(Own)
        client.takes(spawn_of())
        assert client.things["T1"].health == 100
        assert client.world.happened == [("spawned", "T1")]

    def test_of_a_scene_without_a_node_is_a_mistake_of_the_game(self, client):
        client.world.spawner.clear_spawnable_scenes()
        client.world.spawner.add_spawnable_scene(dict)
        with pytest.raises(TypeError, match="without a parent"):
            client.takes(spawn_of())

    def test_goes_on_after_an_exception_of_the_game(self, client):
        class Bad(Thing):
            def _ready(self):
                raise RuntimeError("by the game")

        client.world.spawner.clear_spawnable_scenes()
        client.world.spawner.add_spawnable_scene(Bad)
        client.world.spawner.add_spawnable_scene(Thing)
        with pytest.raises(RuntimeError, match="by the game"):
            client.takes(spawn_of())
        assert client.takes(spawn_of(scene=1, net_id=5, synchronizers=(6,), name="T2")) == 0
        assert client.things["T2"].health == 7

    def test_beyond_the_most_is_refused(self, client, monkeypatch, caplog):
        monkeypatch.setattr(replication_receiver, "MOST_NODES", 1)
        client.takes(spawn_of())
        assert client.takes(spawn_of(net_id=5, synchronizers=(6,), name="T2")) == 1
        assert "has spawned 1 nodes already" in caplog.text

    def test_a_name_that_would_steer_a_terminal_is_shown_safely(self, client, caplog):
        client.takes(spawn_of(name="\x1b[2J"))
        client.world.spawner.set_multiplayer_authority(OURS)
        assert client.takes(encode_despawn(1)) == 1
        assert "\x1b" not in caplog.text


class TestDespawn:
    def test_of_an_unspawned_node_is_refused(self, client):
        assert client.takes(encode_despawn(1)) == 1

    def test_by_another_peer_is_refused(self, client):
        client.takes(spawn_of())
        assert client.takes(encode_despawn(1), OTHER) == 1
        assert [*client.things] == ["T1"]

    def test_after_the_spawner_was_given_away_is_refused(self, client):
        client.takes(spawn_of())
        client.world.spawner.set_multiplayer_authority(OURS)
        assert client.takes(encode_despawn(1)) == 1
        assert [*client.things] == ["T1"]

    def test_of_a_freed_node_is_refused(self, client):
        client.takes(spawn_of())
        client.things["T1"].free()
        assert client.takes(encode_despawn(1)) == 1

    def test_frees_the_net_id(self, client):
        client.takes(spawn_of())
        assert client.takes(encode_despawn(1)) == 0
        assert client.takes(spawn_of()) == 0
        assert client.world.happened == [("spawned", "T1"), ("despawned", "T1"), ("spawned", "T1")]


class TestSync:
    @pytest.fixture
    def thing(self, client):
        client.takes(spawn_of())
        return client.things["T1"]

    def test_sets_the_properties(self, client, thing):
        assert client.takes(sync_of(1, Vector2(5, 6), False)) == 0
        assert (thing.position, thing.alive) == (Vector2(5, 6), False)

    def test_of_an_unknown_net_id_is_refused_and_the_others_are_set(self, client, thing):
        parts = [Sync(77, b"\x81"), Sync(2, encode_many([Vector2(5, 6), False]))]
        assert client.takes(pack_syncs(1, parts, 9999)[0]) == 1
        assert thing.position == Vector2(5, 6)

    def test_of_an_unknown_path_id_is_silent(self, client):
        assert client.takes(sync_of(1, 5, net_id=77 | IS_PATH_ID)) == 0

    def test_of_another_node_than_a_synchronizer_is_refused(self, client):
        assert client.takes(sync_of(1, 5, net_id=THINGS | IS_PATH_ID)) == 1

    def test_by_another_peer_is_refused(self, client, thing):
        client.takes(encode_simplify_path(NOTHING, 9, "World/Things/T1/Sync"), OTHER)
        assert client.takes(sync_of(1, Vector2(5, 6), False, net_id=9 | IS_PATH_ID), OTHER) == 1
        assert thing.position == Vector2(1, 2)

    def test_by_net_id_for_a_node_that_was_given_to_us_is_refused(self, client, thing):
        thing.set_multiplayer_authority(OURS)
        assert client.takes(sync_of(1, Vector2(5, 6), False)) == 1
        assert thing.position == Vector2(1, 2)

    @pytest.mark.parametrize(
        ("times", "last"),
        [
            pytest.param([100, 99], 0, id="older"),
            pytest.param([100, 100], 0, id="equal"),
            pytest.param([100, 101], 1, id="newer"),
            pytest.param([100, 33000], 1, id="much-newer"),
            pytest.param([33000, 5], 1, id="wrapped"),
            pytest.param([65535, 0], 1, id="just-wrapped"),
            pytest.param([32767, 1], 0, id="not-wrapped"),
        ],
    )
    def test_the_older_one_is_dropped_in_silence(self, client, thing, times, last):
        for number, time in enumerate(times):
            assert client.takes(sync_of(time, Vector2(number, 0), True)) == 0
        assert thing.position == Vector2(last, 0)

    def test_with_fewer_values_sets_nothing(self, client, thing):
        assert client.takes(sync_of(1, Vector2(5, 6))) == 1
        assert thing.position == Vector2(1, 2)

    def test_with_more_values_sets_the_first(self, client, thing):
        assert client.takes(sync_of(1, Vector2(5, 6), False, 1)) == 0
        assert (thing.position, thing.alive) == (Vector2(5, 6), False)

    def test_with_a_size_beyond_the_packet_sets_those_before(self, client, thing):
        packet = sync_of(1, Vector2(5, 6), False) + sync_of(1, 5)[3:7] + b"\xff\xff\0\0\x81"
        assert client.takes(packet) == 1
        assert thing.position == Vector2(5, 6)

    def test_values_of_another_type_are_set_all_the_same(self, client, thing):
        assert client.takes(sync_of(1, 5, "a")) == 0
        assert (thing.position, thing.alive) == (5, "a")

    def test_of_a_node_of_the_scene_is_named_by_path(self, client):
        assert client.takes(sync_of(1, 300, 0.5, True, net_id=SYNC | IS_PATH_ID)) == 0
        assert (client.world.fixed.score, client.world.fixed.ratio, client.world.fixed.flag) == (300, 0.5, True)

    def test_of_a_synchronizer_without_a_config_is_silent(self, client, thing):
        thing.get_node("Sync").replication_config = None
        assert client.takes(sync_of(1, Vector2(5, 6), False)) == 0
        assert client.takes(delta_of(1, 5)) == 0

    def test_of_a_synchronizer_that_has_left_is_refused(self, client, thing):
        thing.get_node("Sync").free()
        assert client.takes(sync_of(1, Vector2(5, 6), False)) == 1


class TestDelta:
    @pytest.fixture
    def thing(self, client):
        client.takes(spawn_of())
        return client.things["T1"]

    def test_sets_the_properties_of_its_mask(self, client, thing):
        assert client.takes(delta_of(0b101, 5, {"a": 1})) == 0
        assert (thing.health, thing.title, thing.data) == (5, "thing", {"a": 1})

    def test_by_another_peer_is_refused(self, client, thing):
        client.takes(encode_simplify_path(NOTHING, 9, "World/Things/T1/Sync"), OTHER)
        assert client.takes(delta_of(1, 5, net_id=9 | IS_PATH_ID), OTHER) == 1
        assert thing.health == 7

    @pytest.mark.parametrize(
        ("mask", "values", "refused", "health"),
        [
            pytest.param(0b1000, [5], 1, 7, id="no-such-property"),
            pytest.param(0, [], 0, 7, id="no-property"),
            pytest.param(0b1001, [5], 0, 5, id="one-of-two-exists"),
            pytest.param(0b1, [], 1, 7, id="value-is-missing"),
            pytest.param(0b1, [5, 6], 1, 7, id="value-too-many"),
            pytest.param(2**64 - 1, [5, "a", {}], 0, 5, id="every-bit"),
        ],
    )
    def test_masks(self, client, thing, mask, values, refused, health):
        packet = delta_of(mask, *values)
        assert client.takes(packet) == refused
        assert thing.health == health

    def test_of_an_unknown_net_id_is_refused_and_the_others_are_set(self, client, thing):
        parts = [Delta(77, 1, b"\x81"), Delta(2, 1, encode_many([5]))]
        assert client.takes(pack_deltas(parts, 9999)[0]) == 1
        assert thing.health == 5


@pytest.mark.parametrize(
    "packet",
    [
        pytest.param(spawn_of(), id="spawn"),
        pytest.param(spawn_of(scene=CUSTOM_SCENE, data={"a": [1]}), id="custom"),
        pytest.param(encode_despawn(1), id="despawn"),
        pytest.param(sync_of(1, Vector2(5, 6), False), id="sync"),
        pytest.param(delta_of(0b101, 5, {"a": 1}), id="delta"),
    ],
)
def test_a_packet_cut_anywhere_ends_no_session(client, packet):
    client.takes(spawn_of(net_id=90, synchronizers=(91,), name="Other"))
    for size in range(1, len(packet)):
        client.takes(packet[:size])
    assert client.game.api.get_peers() == [1, OTHER]
    assert client.things["Other"].health == 7


def test_a_later_node_gets_the_state_announced_for_its_path(client):
    client.takes(encode_simplify_path(NOTHING, 9, "World/Later/Sync"))
    assert client.takes(sync_of(1, Vector2(5, 6), False, net_id=9 | IS_PATH_ID)) == 0
    later = client.world.add_child(Thing("Later"))
    client.takes(sync_of(2, Vector2(7, 8), False, net_id=9 | IS_PATH_ID))
    assert later.position == Vector2(7, 8)


def test_a_path_is_confirmed_even_if_there_is_no_node_yet(client):
    client.game.peer.sent.clear()
    client.takes(encode_simplify_path(NOTHING, 9, "World/Later/Sync"))
    assert [each.packet.hex() for each in client.game.peer.sent] == ["020109000000"]


def test_another_network_forgets_earlier_spawns(client):
    client.takes(spawn_of())
    client.game.api.multiplayer_peer = None
    assert client.things == {}
    assert isinstance(client.world.things, Node)
