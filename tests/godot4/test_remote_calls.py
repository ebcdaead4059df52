from __future__ import annotations

import logging
import re

import pytest

from tests.support.scripted_peer import ScriptedPeer
from wsclient.godot4 import Node, rpc
from wsclient.godot4.remote_calls import Called, RemoteCalls
from wsclient.godot4.scene_paths import ScenePaths
from wsclient.godot4.scene_routes import SceneRoutes
from wsclient.ground.error import Error
from wsclient.ground.refusal_log import RefusalLog
from wsclient.multiplayer.godot4 import scene_commands as commands
from wsclient.multiplayer.node_reference import NodeById, NodeByPath
from wsclient.scene.rpc_admission import NotAdmitted


class Player(Node):
    @rpc("any_peer")
    def move(self, to, fast=False):
        return to, fast

    @rpc
    def stop(self):
        return "stopped"

    def hidden(self): ...


@pytest.fixture
def peer():
    return ScriptedPeer(2)


@pytest.fixture
def routes(peer):
    routes = SceneRoutes(dict.fromkeys([1, 5, 7]))
    routes.peer, routes.server_relay = peer, False
    return routes


@pytest.fixture
def paths(routes):
    return ScenePaths(routes.send_command)


@pytest.fixture
def calls(routes, paths):
    refused = RefusalLog(logging.getLogger("test"), float)
    return RemoteCalls(routes, paths, refused, lambda node, peer_id: node.name != "Hidden" or peer_id == 1)


@pytest.fixture
def player():
    return Player("Player")


@pytest.fixture
def root(player):
    root = Node("root")
    root.add_child(player)
    return root


def admitted(calls, root, *arguments, number=0, source=5, node=None):
    return calls.admitted(root, source, commands.RemoteCall(node or NodeByPath("Player"), number, arguments))()


def sent_by(peer):
    return [(sent.target, sent.packet) for sent in peer.sent]


class TestSending:
    def test_the_node_is_announced_to_all_before_it_is_called(self, calls, root, player, peer):
        assert calls.call(root, player, -1, "move", (1,)) == Called(Error.OK)
        by_path = commands.invocation_of_call(0, [1]).by_path("Player")
        names = [type(commands.decode(packet)).__name__ for _, packet in sent_by(peer)]
        assert names == ["SimplifyPath"] * 2 + ["RemoteCall"] * 2
        assert sent_by(peer)[2:] == [(5, by_path), (7, by_path)]

    def test_those_that_know_the_number_get_it_in_four_bytes_while_others_do_not(
        self, calls, root, paths, player, peer
    ):
        calls.call(root, player, -1, "move", (1,))
        paths.confirm(5, commands.ConfirmPath(True, 1))
        peer.sent.clear()
        calls.call(root, player, -1, "move", (1,))
        invocation = commands.invocation_of_call(0, [1])
        assert sent_by(peer) == [(5, invocation.by_wide_id(1)), (7, invocation.by_path("Player"))]

    def test_peers_that_know_the_number_get_the_smallest_form(self, calls, root, paths, player, peer):
        calls.call(root, player, 5, "move", (1,))
        paths.confirm(5, commands.ConfirmPath(True, 1))
        peer.sent.clear()
        calls.call(root, player, 5, "move", (1,))
        assert sent_by(peer) == [(5, commands.invocation_of_call(0, [1]).by_id(1))]

    def test_peers_that_cannot_see_the_node_are_left_out(self, calls, root, peer):
        calls.call(root, root.add_child(Player("Hidden")), 0, "move", (1,))
        assert {target for target, _ in sent_by(peer)} == {1}

    def test_a_method_of_only_the_node_has_a_number_of_two_bytes(self, calls, root, player, peer):
        player.rpc_config("hidden", {"call_local": True})
        assert calls.call(root, player, 5, "hidden", ()) == Called(Error.OK)
        assert calls.call(root, player, 2, "hidden", ()) == Called(Error.OK, runs_here=True)
        assert commands.decode(peer.sent[1].packet).method_id == 0x8000

    @pytest.mark.parametrize(
        ("target", "method", "error"),
        [
            (5, "hidden", Error.ERR_INVALID_PARAMETER),
            (2, "move", Error.ERR_INVALID_PARAMETER),
            (66, "move", Error.OK),
        ],
    )
    def test_a_refusal_sends_nothing_and_runs_nothing(self, calls, root, player, peer, target, method, error):
        assert calls.call(root, player, target, method, ()) == Called(error)
        assert peer.sent == []


class TestAdmission:
    def test_a_call_is_found_by_path_and_by_number(self, calls, paths, root):
        paths.learn(5, commands.SimplifyPath("", 3, "Player"), None)
        assert admitted(calls, root, 1) == (1, False)
        assert admitted(calls, root, 1, True, node=NodeById(3)) == (1, True)

    def test_authority_is_that_of_the_source(self, calls, root, player):
        assert admitted(calls, root, number=1, source=1) == "stopped"
        player.set_multiplayer_authority(5)
        assert admitted(calls, root, number=1, source=5) == "stopped"

    @pytest.mark.parametrize(
        ("arguments", "options", "words"),
        [
            pytest.param((), {}, "method 'move' of <Player /root/Player> takes (to, fast=False), and 0 came", id="few"),
            pytest.param((1, 2, 3), {}, "and 3 came", id="many"),
            pytest.param(
                (), {"number": 2}, "calls method 2 of <Player /root/Player>, whose list has 2", id="no-method"
            ),
            pytest.param(
                (),
                {"number": 1},
                'is @rpc("authority", "call_remote", "reliable"), and its authority is 1',
                id="authority",
            ),
            pytest.param(
                (), {"node": NodeById(9)}, "for the node of number 9, which it never announced", id="no-number"
            ),
            pytest.param((), {"node": NodeByPath("\x1b")}, "for node '\\x1b', but <Node /root> has none", id="no-node"),
        ],
    )
    def test_a_refusal_names_the_missing_right(self, calls, root, arguments, options, words):
        with pytest.raises(NotAdmitted, match=re.escape(words)):
            admitted(calls, root, *arguments, **options)

    @pytest.mark.parametrize(
        ("name", "config", "words"),
        [
            ("hidden", {"rpc_mode": 0}, "and is disabled"),
            ("nothing", {"rpc_mode": 1}, "has a mark, but no such method"),
        ],
    )
    def test_a_mark_of_only_the_node_may_forbid_or_mean_nothing(self, calls, root, player, name, config, words):
        player.rpc_config(name, config)
        with pytest.raises(NotAdmitted, match=words):
            admitted(calls, root, number=0x8000, source=1)

    def test_without_a_root_nothing_is_found(self, calls):
        with pytest.raises(NotAdmitted, match="there is no root_node"):
            admitted(calls, None)
