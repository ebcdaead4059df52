"""Tests spawns and properties, which must be equal everywhere.

An engine is the server. Two engines and two Python peers are the clients.
"""

from __future__ import annotations

import pytest

from tests.support.godot4_party import Party
from wsclient.godot4 import Vector2

pytestmark = pytest.mark.timeout(180)

ADD = """
for name in {names}:
	var node = load("res://{scene}.tscn").instantiate()
	node.name = str(name)
	w.get_node("Things").add_child(node, true)
"""
GIVE = 'w.get_node("Things/{name}").set_multiplayer_authority({peer_id})'


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("party")


@pytest.fixture(scope="module")
def shared(home):
    with Party(home) as party:
        yield party


@pytest.fixture
def party(shared):
    """Everybody, and no node."""
    clear = 'for node in w.get_node("Things").get_children() + w.get_node("Made").get_children():\n\tnode.free()'
    shared.server.run(clear)
    shared.wait_for_equal_states(0)
    for player in shared.players:
        player.world.happened.clear()
    return shared


def add(party, *names, scene="thing"):
    party.server.run(ADD.format(names=[str(name) for name in names], scene=scene))


class TestSpawning:
    def test_a_node_appears_with_its_state_and_goes_again(self, party):
        add(party, "T1")
        state = party.wait_for_equal_states(1)
        assert state["Things/T1"]["title"] == "thing"
        party.server.run('w.get_node("Things/T1").free()')
        party.wait_for_equal_states(0)
        assert [player.world.happened for player in party.players] == [[("spawned", "T1"), ("despawned", "T1")]] * 2

    def test_every_scene_of_the_list(self, party):
        for scene in ("thing", "bare", "twin"):
            add(party, scene.title(), scene=scene)
        assert set(party.wait_for_equal_states(3)) == {"Things/Thing", "Things/Bare", "Things/Twin"}
        kinds = [type(node).__name__ for node in party.players[0].world.things.get_children()]
        assert kinds == ["Thing", "Bare", "Twin"]

    def test_nodes_of_custom_data(self, party):
        party.server.run('for data in [{"name": "A", "health": 7}, 5, "text"]:\n\tw.get_node("Maker").spawn(data)')
        assert party.wait_for_equal_states(3)["Made/MadeA"]["health"] == 7

    def test_a_thousand_come_and_go(self, party):
        for start in range(0, 1000, 200):
            add(party, *range(start, start + 200))
            party.wait_for_equal_states(200)
            party.server.run('for node in w.get_node("Things").get_children():\n\tnode.free()')
            party.wait_for_equal_states(0)
        counts = [len(player.world.happened) for player in party.players]
        assert counts == [2000, 2000]
        assert [player.api.get_refused_packet_count() for player in party.players] == [0, 0]

    def test_a_late_joiner_gets_all(self, home):
        with Party(home, clients=1, players=1) as party:
            add(party, "T1", "T2")
            party.server.run('w.get_node("Things/T2").title = "changed"\nw.get_node("Things/T2").data = {a = [1, 2]}')
            party.wait_for_equal_states(2)
            party.join()
            assert party.wait_for_equal_states(2)["Things/T2"]["data"] == {"a": [1, 2]}


class TestSynchronizing:
    CHANGE = """
for node in w.get_node("Things").get_children():
	var n = str(node.name).to_int()
	node.position = Vector2(n, {turn})
	node.alive = n % 2 == 0
	node.health = n * {turn}
	node.title = "é %d %d" % [n, {turn}]
	node.data = {{n = n, list = [{turn}, Vector3(1, 2, 3)]}}
"""

    def test_every_property_of_many_nodes(self, party):
        add(party, *range(50))
        party.wait_for_equal_states(50)
        for turn in (1, 2, 3):
            party.server.run(self.CHANGE.format(turn=turn))
            state = party.wait_for_equal_states(50)
            assert state["Things/7"]["position"] == Vector2(7, turn)
            assert state["Things/7"]["title"] == f"é 7 {turn}"

    def test_sixty_times_a_second(self, party):
        add(party, *range(50))
        party.server.run(
            'for node in w.get_node("Things").get_children():\n'
            '\tnode.get_node("Sync").replication_interval = 0.0\n'
            '\tnode.get_node("Sync").delta_interval = 0.0'
        )
        came = [0]
        sync = party.players[0].world
        party.wait(lambda: sync.things.get_child_count() == 50)
        sync.things.get_child(0).get_node("Sync").synchronized.connect(lambda: came.__setitem__(0, came[0] + 1))
        for frame in range(100):
            party.server.run(f'for node in w.get_node("Things").get_children():\n\tnode.position = Vector2({frame}, 0)')
        state = party.wait_for_equal_states(50)
        assert state["Things/7"]["position"] == Vector2(99, 0)
        assert came[0] > 50

    def test_nodes_of_the_scene_that_are_shown_to_one_peer(self, party):
        one, other = party.players
        party.server.run(
            f'w.get_node("Fixed").score = 300\nw.get_node("Fixed/Sync").set_visibility_for({one.id}, true)'
        )
        party.wait(lambda: one.world.fixed.score == 300)
        assert other.world.fixed.score == 0
        party.server.run(f'w.get_node("Fixed/Sync").set_visibility_for({one.id}, false)')


class TestOwning:
    def test_python_owns_its_player(self, party):
        ids = [player.id for player in party.players]
        add(party, *ids, scene="player")
        party.wait_for_equal_states(2)
        for number, player in enumerate(party.players):
            own = player.world.things.get_node(str(player.id))
            assert own.is_multiplayer_authority()
            own.position, own.aim, own.lives = Vector2(number, 5), 0.5, 7
        state = party.wait_for_equal_states(2)
        assert state[f"Things/{ids[1]}"] == {"position": Vector2(1, 5), "aim": 0.5, "lives": 7}

    def test_an_engine_owns_its_player(self, party):
        engine = party.clients[0]
        own_id = engine.run("return w.multiplayer.get_unique_id()")
        add(party, own_id, scene="player")
        party.wait_for_equal_states(1)
        engine.run(f'w.get_node("Things/{own_id}").position = Vector2(8, 9)\nw.get_node("Things/{own_id}").lives = 1')
        party.wait(lambda: party.players[1].state()[f"Things/{own_id}"].get("lives") == 1)
        assert party.wait_for_equal_states(1)[f"Things/{own_id}"]["position"] == Vector2(8, 9)

    def test_calls_on_a_player(self, party):
        one, other = party.players
        add(party, one.id, scene="player")
        party.wait_for_equal_states(1)
        other.world.things.get_node(str(one.id)).hurt.rpc_id(one.id, 2)
        assert party.wait_for_equal_states(1)[f"Things/{one.id}"]["lives"] == 1

    def test_the_authority_changes_while_the_node_lives(self, party):
        add(party, "T1")
        party.wait_for_equal_states(1)
        for owner, position in [(party.players[0], Vector2(1, 1)), (party.players[1], Vector2(2, 2))]:
            for engine in party.engines:
                engine.run(GIVE.format(name="T1", peer_id=owner.id))
            for player in party.players:
                player.world.things.get_node("T1").set_multiplayer_authority(owner.id)
            owner.world.things.get_node("T1").position = position
            owner.world.things.get_node("T1").health = int(position.x)
            party.wait(lambda owner=owner, position=position: party.states()[0]["Things/T1"]["position"] == position)
            assert party.wait_for_equal_states(1)["Things/T1"]["health"] == int(position.x)

    def test_python_spawns_for_all(self, party):
        owner = party.players[0]
        try:
            self.give_spawner(party, owner.id)
            node = owner.world.maker.spawn({"name": "P", "health": 5})
            assert party.wait_for_equal_states(1)["Made/MadeP"]["health"] == 5
            node.free()
            party.wait_for_equal_states(0)
        finally:
            self.give_spawner(party, 1)

    def give_spawner(self, party, peer_id):
        for engine in party.engines:
            engine.run(f'w.get_node("Maker").set_multiplayer_authority({peer_id})')
        for player in party.players:
            player.world.maker.set_multiplayer_authority(peer_id)


class TestEnds:
    def test_a_kick_frees_the_servers_nodes(self, home):
        with Party(home, clients=1, players=2) as party:
            add(party, "T1")
            party.wait_for_equal_states(1)
            gone = party.players.pop()
            party.server.players = party.clients[0].players = [*party.players, gone]
            party.server.run(f"w.peer.disconnect_peer({gone.id})")
            party.wait(lambda: not gone.api.get_peers())
            assert gone.state() == {}
            party.wait(lambda: len(party.players[0].api.get_peers()) == 2)
            assert party.wait_for_equal_states(1)

    def test_the_end_of_the_server_frees_all(self, home):
        with Party(home, clients=0, players=2) as party:
            add(party, "T1", "T2")
            party.wait_for_equal_states(2)
            party.server.run("w.peer.close()")
            party.wait(lambda: not any(player.api.get_peers() for player in party.players))
            assert [player.state() for player in party.players] == [{}, {}]
