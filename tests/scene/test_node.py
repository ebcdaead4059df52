from __future__ import annotations

import pytest

from tests.support.scripted_peer import ScriptedPeer
from wsclient.core.signal import Signal
from wsclient.ground.error import Error
from wsclient.multiplayer.godot3.rpc_mode import RPCMode
from wsclient.rpc import puppet, remote
from wsclient.scene.multiplayer_api import MultiplayerAPI
from wsclient.scene.node import Node


class Player(Node):
    score = remote(0)

    @remote
    def move(self, to): ...

    def hide(self): ...


@pytest.fixture
def root():
    """root / Main / (Player, Other), as in the scene of a Godot game."""
    root = Node("root")
    main = root.add_child(Node("Main"))
    main.add_child(Player("Player"))
    main.add_child(Node("Other"))
    return root


class Door(Node):
    opened = Signal[int]("by")


def test_a_node_has_signals_as_every_object():
    door, heard = Door(), []
    door.opened.connect(heard.append)
    door.opened.emit(5)
    assert heard == [5]


class TestMaster:
    def test_the_server_is_master_until_another_peer_is(self, root):
        assert root.get_node("Main/Player").get_network_master() == 1

    def test_the_nodes_below_have_the_same_master_if_wished(self, root):
        main, player = root.get_node("Main"), root.get_node("Main/Player")
        main.set_network_master(5)
        main.set_network_master(6, recursive=False)
        assert (root.get_network_master(), main.get_network_master(), player.get_network_master()) == (1, 6, 5)

    @pytest.mark.parametrize(("own_id", "is_master"), [(1, True), (2, False)])
    def test_we_are_master_by_our_id(self, root, own_id, is_master):
        api = MultiplayerAPI()
        api.root_node = root
        api.network_peer = ScriptedPeer(own_id)
        assert root.is_network_master() is is_master

    def test_without_a_network_no_peer_is_master(self, root):
        assert not root.is_network_master()
        MultiplayerAPI().root_node = root
        assert not root.is_network_master()


class TestMultiplayer:
    @pytest.mark.parametrize(
        "call",
        [
            lambda node: node.rpc("move", 1),
            lambda node: node.rpc_unreliable("move", 1),
            lambda node: node.rset("score", 1),
            lambda node: node.rset_unreliable("score", 1),
        ],
    )
    def test_without_one_calls_are_refused_with_a_reason(self, root, call, caplog):
        assert call(root.get_node("Main/Player")) == Error.ERR_UNCONFIGURED
        assert "of /root/Main/Player: no multiplayer; set the root_node" in caplog.text

    def test_b13_the_refusal_is_logged_once_and_counted(self, root, caplog):
        for _ in range(600):
            root.get_node("Main/Player").rpc("move", 1)
        assert len(caplog.records) == 1


class TestModes:
    def test_come_from_the_class(self):
        player = Player()
        assert player.get_rpc_mode("move") == RPCMode.RPC_MODE_REMOTE
        assert player.get_rpc_mode("hide") == RPCMode.RPC_MODE_DISABLED
        assert player.get_rset_mode("score") == RPCMode.RPC_MODE_REMOTE

    def test_methods_and_properties_are_kept_apart(self):
        player = Player()
        assert player.get_rpc_mode("score") == RPCMode.RPC_MODE_DISABLED
        assert player.get_rset_mode("move") == RPCMode.RPC_MODE_DISABLED

    def test_of_one_node_win_over_those_of_its_class(self):
        player = Player()
        player.rpc_config("hide", MultiplayerAPI.RPC_MODE_PUPPET)
        player.rpc_config("move", MultiplayerAPI.RPC_MODE_DISABLED)
        player.rset_config("score", MultiplayerAPI.RPC_MODE_MASTER)
        assert player.get_rpc_mode("hide") == RPCMode.RPC_MODE_PUPPET
        assert player.get_rpc_mode("move") == RPCMode.RPC_MODE_DISABLED
        assert player.get_rset_mode("score") == RPCMode.RPC_MODE_MASTER
        assert Player().get_rpc_mode("move") == RPCMode.RPC_MODE_REMOTE

    def test_an_invalid_mode_number_is_refused(self):
        with pytest.raises(ValueError, match="7"):
            Player().rpc_config("move", 7)

    def test_a_class_with_a_marked_read_only_property_is_refused(self):
        with pytest.raises(TypeError, match="no setter"):

            class Frozen(Node):
                @property
                @puppet
                def position(self): ...


class TestNotHere:
    """faults F2: the rest of Godot's Node answers with what to write instead."""

    @pytest.mark.parametrize(
        ("ask", "words"),
        [
            pytest.param(
                lambda node: node.get_tree().get_network_unique_id(), "write self.multiplayer", id="F2-get_tree"
            ),
            pytest.param(lambda node: node.add_to_group("bombs"), "keep a set of nodes", id="F2-groups"),
            pytest.param(lambda node: node.set_process(True), "call it from the loop", id="F2-process"),
            pytest.param(lambda node: node.position, "position = remote", id="F2-position"),
        ],
    )
    def test_says_what_to_write_instead(self, root, ask, words):
        with pytest.raises(AttributeError, match=words):
            ask(root.get_node("Main/Player"))

    def test_another_name_is_missing_as_in_every_class(self, root):
        with pytest.raises(AttributeError, match=r"'Player' object has no attribute 'mvoe'$"):
            root.get_node("Main/Player").mvoe()

    def test_a_subclass_may_have_all_of_them(self):
        class Ship(Node):
            position = remote(0)

        assert Ship().position == 0
