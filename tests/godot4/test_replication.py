"""Tests replication between a server and two clients in memory.

Each has the world of `tests/interop/godot4/world`.
"""

from __future__ import annotations

import pytest

from tests.support.godot4_session import Star
from tests.support.godot4_world import Bare, Player, Thing, Twin, World, world_of
from wsclient.godot4 import Vector2
from wsclient.godot4.node import Node
from wsclient.godot4.scene_multiplayer import SceneMultiplayer
from wsclient.multiplayer.godot4.replication_commands import read_syncs
from wsclient.multiplayer.godot4.scene_commands import CommandCode, Relay, decode

OURS, OTHER = 2, 3


class Session:
    """A star that goes on in steps of a quarter of a second.

    That is longer than any interval of the world.
    """

    def __init__(self, *clients):
        self.star = Star(World, *clients)
        self.server = world_of(self.star.games[1])

    def world(self, peer_id):
        return world_of(self.star.games[peer_id])

    def api(self, peer_id):
        return self.star.games[peer_id].api

    def step(self, times=1, seconds=0.25):
        for _ in range(times):
            self.star.now += seconds
            self.star.settle()

    def join(self, peer_id):
        self.star.join(peer_id)
        self.star.settle()
        return self.world(peer_id)

    def sent(self, peer_id, *codes):
        """Returns the packets of these commands that a peer has sent since the last call."""
        packets = self.star.games[peer_id].peer.sent
        found = [each.packet for each in packets if each.packet[0] in codes]
        packets.clear()
        return found


@pytest.fixture
def session():
    return Session(OURS, OTHER)


def things(world):
    return {node.name: node for node in world.things.get_children()}


class Failing:
    """A hook that raises, each time or a number of times."""

    def __init__(self, times=1000):
        self.times = times

    def __call__(self):
        self.times -= 1
        if self.times >= 0:
            raise LookupError("of a game")


def add(world, node, **values):
    for name, value in values.items():
        setattr(node, name, value)
    return world.things.add_child(node)


class TestSpawning:
    def test_a_node_of_a_listed_class_appears_at_the_others(self, session):
        add(session.server, Thing("T1"))
        session.star.settle()
        assert [[*things(session.world(each))] for each in (OURS, OTHER)] == [["T1"], ["T1"]]
        assert session.world(OURS).happened == [("spawned", "T1")]

    def test_its_state_is_there_before_it_is_ready(self, session):
        add(session.server, Thing("T1"), position=Vector2(1, 2), health=7)
        session.star.settle()
        assert things(session.world(OURS))["T1"].state_when_ready == (Vector2(1, 2), 7)

    def test_two_synchronizers_of_one_node_have_their_parts(self, session):
        add(session.server, Twin("T1"), health=5, title="two")
        session.star.settle()
        twin = things(session.world(OURS))["T1"]
        assert (twin.health, twin.title) == (5, "two")

    def test_a_node_without_synchronizers_is_spawned_too(self, session):
        add(session.server, Bare("B"))
        session.star.settle()
        assert isinstance(things(session.world(OURS))["B"], Bare)

    def test_a_hook_that_raises_keeps_no_node_from_the_others(self, session):
        broken = Thing("Broken")
        broken._ready = Failing()
        with pytest.raises(LookupError):
            add(session.server, broken)
        add(session.server, Thing("T1"))
        session.star.settle()
        assert [*things(session.world(OURS))] == ["Broken", "T1"]

    def test_a_node_that_frees_itself_when_ready_keeps_no_node_from_the_others(self, session):
        shy = Bare("Shy")

        def hide():
            add(session.server, Bare("B"))
            shy.free()

        shy._ready = hide
        add(session.server, shy)
        session.star.settle()
        assert [*things(session.world(OURS))] == ["B"]

    def test_a_spawned_node_whose_hook_raises_is_announced_all_the_same(self, session, monkeypatch):
        monkeypatch.setattr(Bare, "_ready", Failing(times=2))
        with pytest.raises(LookupError):
            add(session.server, Bare("B"))
        with pytest.raises(LookupError):
            session.star.games[OURS].poll()
        assert session.world(OURS).happened == [("spawned", "B")]

    def test_hooks_that_raise_keep_no_node_when_the_session_ends(self, session, monkeypatch):
        for name in ("One", "Two"):
            add(session.server, Bare(name))
        session.star.settle()
        monkeypatch.setattr(Bare, "_exit_tree", Failing(times=2))
        with pytest.raises(ExceptionGroup) as raised:
            session.api(OURS).multiplayer_peer = None
        assert len(raised.value.exceptions) == 2
        assert session.api(OURS).multiplayer_peer is None
        assert things(session.world(OURS)) == {}

    def test_a_hook_that_raises_does_not_keep_another_tree_away(self, session):
        api, before, after = session.api(OURS), session.star.games[OURS].root, Node("root")
        session.world(OURS)._exit_tree = Failing()
        with pytest.raises(LookupError):
            api.root_node = after
        assert (before.is_inside_tree(), after.is_inside_tree(), api.root_node) == (False, True, after)

    def test_a_hook_of_a_spawned_node_may_end_the_session(self, session, monkeypatch):
        def leave(node):
            if node.multiplayer.get_unique_id() == OURS:
                node.multiplayer.multiplayer_peer = None

        monkeypatch.setattr(Thing, "_enter_tree", leave)
        add(session.server, Thing("T1"))
        session.star.settle()
        assert session.api(OURS).multiplayer_peer is None
        assert [*things(session.world(OTHER))] == ["T1"]

    def test_a_node_of_another_class_stays_here(self, session):
        add(session.server, Node("N"))
        session.star.settle()
        assert things(session.world(OURS)) == {}

    def test_a_node_that_leaves_the_tree_is_removed_at_the_others(self, session):
        thing = add(session.server, Thing("T1"))
        session.star.settle()
        session.server.things.remove_child(thing)
        session.star.settle()
        assert things(session.world(OURS)) == {}
        assert session.world(OURS).happened == [("spawned", "T1"), ("despawned", "T1")]

    def test_spawn_makes_a_node_of_data_at_every_peer(self, session):
        node = session.server.maker.spawn({"name": "X", "health": 7})
        session.star.settle()
        assert node in session.server.made.get_children()
        assert [each.health for each in session.world(OURS).made.get_children()] == [7]
        assert session.world(OURS).happened == [("spawned", "MadeX")]

    def test_a_late_joiner_gets_all_in_order(self, session):
        for number in range(5):
            add(session.server, Thing(f"T{number}"), health=number)
        session.server.things.remove_child(things(session.server)["T3"])
        world = session.join(4)
        assert [(name, node.health) for name, node in things(world).items()] == [
            ("T0", 0),
            ("T1", 1),
            ("T2", 2),
            ("T4", 4),
        ]

    def test_a_name_with_an_at_is_not_spawned(self, session):
        add(session.server, Thing("@Thing@2"))
        session.star.settle()
        assert things(session.world(OURS)) == {}

    def test_the_limit_of_a_spawner_holds_for_spawn(self, session):
        session.server.maker.spawn_limit = 1
        assert session.server.maker.spawn(1) is not None
        assert session.server.maker.spawn(2) is None

    def test_an_invalid_variant_makes_no_node(self, session):
        with pytest.raises(TypeError):
            session.server.maker.spawn({"a": object()})
        assert session.server.made.get_children() == []

    def test_a_late_joiner_gets_the_same_data(self, session):
        session.server.maker.spawn(data := {"name": "X", "health": 7})
        data["name"] = "Y"
        assert [each.name for each in session.join(4).made.get_children()] == ["MadeX"]

    def test_a_client_cannot_spawn_with_the_server_s_spawner(self, session):
        assert session.world(OURS).maker.spawn(1) is None

    def test_a_client_adds_nodes_only_for_itself(self, session):
        add(session.world(OURS), Thing("T1"))
        session.star.settle()
        assert things(session.server) == {}

    def test_a_client_spawns_with_a_spawner_of_its_own(self, session):
        for peer_id in session.star.games:
            session.world(peer_id).spawner.set_multiplayer_authority(OURS)
        add(session.world(OURS), Thing("T1"))
        session.star.settle()
        assert [[*things(session.world(each))] for each in (1, OTHER)] == [["T1"], ["T1"]]

    def test_nodes_that_were_there_before_the_peer_are_spawned(self):
        session = Session()
        add(session.server, Thing("T1"))
        assert [*things(session.join(OURS))] == ["T1"]

    def test_nodes_of_a_peer_leave_with_it_silently(self, session):
        for peer_id in session.star.games:
            session.world(peer_id).spawner.set_multiplayer_authority(OURS)
        add(session.world(OURS), Thing("T1"))
        session.star.settle()
        session.star.cut(OURS, 1)
        session.star.settle()
        assert things(session.server) == things(session.world(OTHER)) == {}
        assert session.server.happened == [("spawned", "T1")]
        assert [*things(session.world(OURS))] == ["T1"]

    def test_the_end_of_the_session_frees_nodes_of_the_server(self, session):
        add(session.server, Thing("T1"))
        session.star.settle()
        session.star.cut(1, OURS)
        session.star.settle()
        assert things(session.world(OURS)) == {}
        assert session.world(OURS).happened == [("spawned", "T1")]

    def test_a_nested_spawn_follows_its_outer_node(self, session):
        class Nest(Thing):
            def _enter_tree(self):
                if not self.has_node("Inside"):
                    self.get_parent().add_child(Bare("Inside"))

        for peer_id in session.star.games:
            session.world(peer_id).spawner.add_spawnable_scene(Nest)
        add(session.server, Nest("Outside"))
        session.star.settle()
        assert {"Outside", "Inside"} <= set(things(session.world(OURS)))


class TestSynchronizing:
    def test_properties_that_are_always_sent_arrive(self, session):
        thing = add(session.server, Thing("T1"))
        session.star.settle()
        thing.position = Vector2(5, 6)
        session.step()
        assert things(session.world(OURS))["T1"].position == Vector2(5, 6)

    def test_properties_that_changed_arrive(self, session):
        thing = add(session.server, Thing("T1"))
        session.step()
        thing.title, thing.data["inside"] = "other", [1]
        session.step()
        copy = things(session.world(OURS))["T1"]
        assert (copy.title, copy.data) == ("other", {"inside": [1]})

    def test_a_property_of_only_the_spawn_does_not(self, session):
        thing = add(session.server, Thing("T1"))
        session.step()
        thing.color = (0.0, 0.0, 0.0, 1.0)
        session.step()
        assert tuple(things(session.world(OURS))["T1"].color) == (1.0, 1.0, 1.0, 1.0)

    def test_the_signals_report_spawned_nodes(self, session):
        add(session.server, Thing("T1"))
        session.star.settle()
        sync = things(session.world(OURS))["T1"].get_node("Sync")
        heard = []
        sync.synchronized.connect(lambda: heard.append("sync"))
        sync.delta_synchronized.connect(lambda: heard.append("delta"))
        session.step()
        assert heard == ["sync", "delta"]

    def test_sync_leaves_each_interval_whether_or_not_anything_changed(self, session):
        add(session.server, Thing("T1"))
        session.step(3)
        session.sent(1)
        session.step(10, 0.05)
        assert 2 * 2 <= len(session.sent(1, CommandCode.SYNC)) <= 2 * 3  # to two peers, every 0.2 seconds

    def test_interval_zero_is_sixty_times_a_second_at_most(self, session):
        thing = add(session.server, Thing("T1"))
        thing.get_node("Sync").replication_interval = 0.0
        session.step(3)
        session.sent(1)
        session.step(1000, 0.001)
        assert 2 * 58 <= len(session.sent(1, CommandCode.SYNC)) <= 2 * 62

    def test_a_synchronizer_in_the_scene_is_named_by_its_path(self, session):
        for peer_id in session.star.games:
            session.world(peer_id).fixed.get_node("Sync").public_visibility = True
        session.step(3)
        session.server.fixed.score = 300
        session.step(2)
        assert session.world(OURS).fixed.score == 300
        (packet, *_) = session.sent(1, CommandCode.SYNC)
        assert [each[0] >> 31 for each in read_syncs(packet)] == [1]

    def test_packets_stay_within_the_limit(self, session):
        session.api(1).max_sync_packet_size = 100
        for number in range(10):
            add(session.server, Thing(f"T{number}"))
        session.step()
        session.sent(1)
        session.step()
        sizes = [len(packet) for packet in session.sent(1, CommandCode.SYNC)]
        assert len(sizes) > 2
        assert max(sizes) <= 100

    def test_a_state_over_the_limit_is_not_sent_and_the_others_are(self, session, caplog):
        big, small = add(session.server, Twin("Big")), add(session.server, Twin("Small"))
        session.step()
        big.title, small.title = "x" * 2000, "small"
        session.step()
        assert things(session.world(OURS))["Big"].title == "thing"
        assert things(session.world(OURS))["Small"].title == "small"
        assert "over 1350" in caplog.text

    def test_an_invalid_variant_is_logged_and_the_others_are_sent(self, session, caplog):
        bad, good = add(session.server, Thing("Bad")), add(session.server, Thing("Good"))
        session.step()
        bad.alive, bad.title = object(), object()
        good.alive, good.title = False, "good"
        session.step()
        copy = things(session.world(OURS))["Good"]
        assert (copy.alive, copy.title) == (False, "good")
        assert "is not sent" in caplog.text
        assert "are not sent" in caplog.text

    def test_a_property_that_is_missing_is_logged(self, session, caplog):
        thing = add(session.server, Thing("T1"))
        session.step()
        del thing.alive
        session.step()
        assert "has no property '.:alive'" in caplog.text

    def test_a_full_delta_is_sent_to_a_new_viewer(self, session):
        thing = add(session.server, Thing("T1"))
        session.step(3)
        thing.data = {"a": 1}
        session.step()
        world = session.join(4)
        session.step()
        assert things(world)["T1"].data == {"a": 1}


class TestOwning:
    def spawned_player(self, session):
        add(session.server, Player(str(OURS)))
        session.step(4)
        return things(session.world(OURS))[str(OURS)]

    def test_a_player_that_gives_itself_to_its_client_belongs_to_it(self, session):
        player = self.spawned_player(session)
        assert player.is_multiplayer_authority()
        assert not things(session.server)[str(OURS)].is_multiplayer_authority()

    def test_its_owner_sends_to_all(self, session):
        player = self.spawned_player(session)
        player.position, player.aim, player.lives = Vector2(3, 4), 0.5, 1
        session.step(2)
        for peer_id in (1, OTHER):
            copy = things(session.world(peer_id))[str(OURS)]
            assert (copy.position, copy.aim, copy.lives) == (Vector2(3, 4), 0.5, 1)

    def test_its_owner_sends_to_a_newcomer(self, session):
        player = self.spawned_player(session)
        player.position, player.lives = Vector2(3, 4), 1
        session.step(2)
        world = session.join(4)
        session.step(4)
        copy = things(world)[str(OURS)]
        assert (copy.position, copy.lives) == (Vector2(3, 4), 1)

    def test_packets_to_other_clients_go_through_the_relay(self, session):
        self.spawned_player(session)
        session.sent(OURS)
        session.step()
        sent = [decode(packet) for packet in session.sent(OURS, CommandCode.SYS)]
        assert {each.peer_id for each in sent if isinstance(each, Relay)} == {OTHER}

    def test_the_authority_may_change_while_it_lives(self, session):
        add(session.server, Thing("T1"))
        session.step(2)
        for peer_id in session.star.games:
            things(session.world(peer_id))["T1"].set_multiplayer_authority(OURS)
        session.step(3)
        things(session.world(OURS))["T1"].position = Vector2(8, 9)
        session.step(2)
        assert [things(session.world(each))["T1"].position for each in (1, OTHER)] == [Vector2(8, 9)] * 2

    def test_the_old_owner_stops(self, session):
        add(session.server, Thing("T1"))
        session.step(2)
        things(session.server)["T1"].set_multiplayer_authority(OURS)
        session.step()
        session.sent(1)
        session.step(3)
        assert session.sent(1, CommandCode.SYNC) == []

    def test_the_despawn_still_comes_from_the_spawner_s_side(self, session):
        self.spawned_player(session)
        session.server.things.get_child(0).free()
        session.star.settle()
        assert things(session.world(OURS)) == things(session.world(OTHER)) == {}

    def test_rpcs_reach_a_spawned_node_in_the_frame_in_which_it_was_made(self, session):
        thing = add(session.server, Thing("T1"))
        thing.shout.rpc("hello")
        session.star.settle()
        assert things(session.world(OURS))["T1"].heard == ["hello"]


class TestVisibility:
    def hidden_thing(self, session):
        thing = Thing("T1")
        thing.get_node("Sync").public_visibility = False
        add(session.server, thing)
        session.step()
        return thing

    def test_a_node_that_is_not_public_is_not_spawned(self, session):
        self.hidden_thing(session)
        assert things(session.world(OURS)) == {}

    def test_it_appears_to_the_peer_that_it_is_shown_to(self, session):
        self.hidden_thing(session).get_node("Sync").set_visibility_for(OURS, True)
        session.star.settle()
        assert [[*things(session.world(each))] for each in (OURS, OTHER)] == [["T1"], []]

    def test_it_goes_when_it_is_hidden_and_keeps_its_net_id(self, session):
        sync = self.hidden_thing(session).get_node("Sync")
        sync.set_visibility_for(OURS, True)
        (first,) = session.sent(1, CommandCode.SPAWN)
        sync.set_visibility_for(OURS, False)
        session.star.settle()
        assert things(session.world(OURS)) == {}
        assert len(session.sent(1, CommandCode.DESPAWN)) == 1
        sync.set_visibility_for(OURS, True)
        assert session.sent(1, CommandCode.SPAWN) == [first]

    def test_hiding_from_one_peer_does_nothing_while_public(self, session):
        thing = add(session.server, Thing("T1"))
        sync = thing.get_node("Sync")
        sync.set_visibility_for(OURS, False)
        session.step()
        assert [*things(session.world(OURS))] == ["T1"]
        assert not sync.get_visibility_for(OURS)

    def test_peer_0_is_public_visibility(self, session):
        sync = self.hidden_thing(session).get_node("Sync")
        sync.set_visibility_for(0, True)
        session.star.settle()
        assert sync.public_visibility
        assert [*things(session.world(OTHER))] == ["T1"]

    def test_a_filter_acts_automatically(self, session):
        thing = add(session.server, Thing("T1"))
        session.step()
        hidden = set()
        thing.get_node("Sync").add_visibility_filter(lambda peer: peer not in hidden)
        session.step()
        assert [*things(session.world(OURS))] == ["T1"]
        hidden.add(OURS)
        session.step()
        assert [[*things(session.world(each))] for each in (OURS, OTHER)] == [[], ["T1"]]

    def test_without_a_process_a_filter_is_asked_on_demand(self, session):
        sync = add(session.server, Thing("T1")).get_node("Sync")
        sync.visibility_update_mode = sync.VISIBILITY_PROCESS_NONE
        sync.add_visibility_filter(lambda _peer: False)
        session.step(2)
        assert [*things(session.world(OURS))] == ["T1"]
        sync.update_visibility()
        session.star.settle()
        assert things(session.world(OURS)) == {}

    def test_a_filter_that_was_removed_hides_nothing(self, session):
        thing = add(session.server, Thing("T1"))
        sync = thing.get_node("Sync")
        sync.add_visibility_filter(hide := lambda _peer: False)
        session.step()
        sync.remove_visibility_filter(hide)
        sync.update_visibility()
        session.star.settle()
        assert [*things(session.world(OURS))] == ["T1"]

    def test_a_node_of_the_scene_gets_its_state_when_it_becomes_visible(self, session):
        session.server.fixed.score = 5
        session.server.fixed.list = [1]
        session.step(2)
        assert session.world(OURS).fixed.score == 0
        session.server.fixed.get_node("Sync").set_visibility_for(OURS, True)
        session.step(4)
        assert (session.world(OURS).fixed.score, session.world(OURS).fixed.list) == (5, [1])
        assert session.world(OTHER).fixed.score == 0

    def test_a_hidden_node_is_not_called(self, session):
        thing = self.hidden_thing(session)
        thing.get_node("Sync").set_visibility_for(OURS, True)
        session.star.settle()
        session.sent(1)
        thing.shout.rpc("hello")
        session.star.settle()
        assert things(session.world(OURS))["T1"].heard == ["hello"]
        assert session.api(OTHER).get_refused_packet_count() == 0

    def test_a_filter_that_raises_hides_no_newcomer(self, session):
        add(session.server, Thing("T1")).get_node("Sync").add_visibility_filter(lambda _: Failing()())
        heard = []
        session.api(1).peer_connected.connect(heard.append)
        session.star.join(4)
        with pytest.raises(LookupError):
            session.star.games[1].poll()
        assert heard == [4]

    @pytest.mark.parametrize("ending", ["session", "node"])
    def test_a_filter_may_end_the_session_or_the_node(self, ending, session):
        thing = add(session.server, Thing("T1"))
        session.star.settle()
        calls = []

        def decide(peer_id):
            calls.append(peer_id)
            if ending == "session":
                session.api(1).clear()
            else:
                thing.free()
            return True

        thing.get_node("Sync").add_visibility_filter(decide)
        session.step(2)
        assert calls

    def test_the_signal_is_emitted_by_the_next_poll(self, session):
        sync = add(session.server, Thing("T1")).get_node("Sync")
        heard = []
        sync.visibility_changed.connect(heard.append)
        sync.set_visibility_for(OURS, True)
        assert heard == []
        session.star.games[1].poll()
        assert heard == [OURS]


def test_the_multiplayer_of_a_scene_is_a_session_for_replication():
    api = SceneMultiplayer()
    assert (api.get_unique_id(), api.get_peers(), api.max_sync_packet_size, api.max_delta_packet_size) == (
        0,
        [],
        1350,
        65535,
    )
