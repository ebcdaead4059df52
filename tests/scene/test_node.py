from __future__ import annotations

import pytest

from tests.support.scripted_peer import ScriptedPeer
from wsclient.core.signal import Signal
from wsclient.ground.error import Error
from wsclient.multiplayer.godot3.rpc_mode import RPCMode
from wsclient.rpc import puppet, remote
from wsclient.scene.multiplayer_api import MultiplayerAPI
from wsclient.scene.node import Node
from wsclient.variant import NodePath


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


class TestTree:
    def test_a_node_without_a_name_has_that_of_its_class(self):
        assert (Node().name, Player().name) == ("Node", "Player")

    @pytest.mark.parametrize("name", ["a/b", "a:b", "a.b", ".", "..", 'a"b', "a\0b", "\ud800"])
    def test_a_name_that_no_path_could_say_is_refused(self, name):
        with pytest.raises(ValueError, match=r"no name for a node|surrogates"):
            Node(name)

    def test_godots_own_names_are_taken(self):
        assert Node("@Player@2").name == "@Player@2"

    def test_a_node_can_be_renamed_and_keeps_its_place(self, root):
        main = root.get_node("Main")
        main.get_node("Player").name = "Hero"
        assert [child.get_name() for child in main.get_children()] == ["Hero", "Other"]
        assert main.get_node("Hero").get_path() == NodePath("/root/Main/Hero")
        assert main.get_node_or_null("Player") is None

    def test_a_node_can_be_renamed_to_its_own_name(self, root):
        player = root.get_node("Main/Player")
        player.set_name("Player")
        assert root.get_node("Main/Player") is player

    def test_a_node_without_a_parent_can_be_renamed(self, root):
        root.name = "top"
        assert str(root.get_node("Main").get_path()) == "/top/Main"

    def test_the_name_of_a_sibling_is_refused(self, root):
        player = root.get_node("Main/Player")
        with pytest.raises(ValueError, match="already"):
            player.name = "Other"
        assert (player.name, root.get_node("Main/Player")) == ("Player", player)

    def test_an_empty_name_is_refused(self):
        node = Node("a")
        with pytest.raises(ValueError, match="no name"):
            node.name = ""
        assert node.name == "a"

    def test_a_second_child_of_the_same_name_is_refused(self, root):
        with pytest.raises(ValueError, match=r"/root/Main> has a child named 'Player' already"):
            root.get_node("Main").add_child(Node("Player"))

    def test_a_child_of_somebody_else_is_refused(self, root):
        with pytest.raises(ValueError, match=r"is a child of .* already"):
            root.add_child(root.get_node("Main/Player"))

    def test_a_node_cannot_be_below_itself(self, root):
        for node in (root, root.get_node("Main")):
            with pytest.raises(ValueError, match=r"is a child of|below itself"):
                root.get_node("Main/Player").add_child(node)

    def test_a_removed_child_is_a_tree_of_its_own(self, root):
        main = root.get_node("Main")
        root.remove_child(main)
        assert main.get_parent() is None
        assert root.get_children() == []
        assert str(main.get_node("Player").get_path()) == "/Main/Player"

    def test_only_a_child_can_be_removed(self, root):
        with pytest.raises(ValueError, match="is no child of"):
            root.remove_child(root.get_node("Main/Player"))

    def test_paths_go_from_the_top_or_from_a_node_above(self, root):
        player = root.get_node("Main/Player")
        assert player.get_path() == NodePath("/root/Main/Player")
        assert root.get_path() == NodePath("/root")
        assert root.get_path_to(player) == NodePath("Main/Player")
        assert player.get_path_to(player) == NodePath(".")

    def test_there_is_no_path_to_a_node_that_is_not_below(self, root):
        with pytest.raises(ValueError, match="is not below"):
            root.get_node("Main/Player").get_path_to(root)

    @pytest.mark.parametrize(
        ("path", "found"),
        [
            ("Player", "/root/Main/Player"),
            (".", "/root/Main"),
            ("..", "/root"),
            ("./Player", "/root/Main/Player"),
            ("Player/../Other", "/root/Main/Other"),
            ("../Main//Player/", "/root/Main/Player"),
            ("Player:position:x", "/root/Main/Player"),
            ("/root", "/root"),
            ("/root/Main/Player", "/root/Main/Player"),
            (NodePath("Player"), "/root/Main/Player"),
        ],
    )
    def test_finds(self, root, path, found):
        assert str(root.get_node("Main").get_node(path).get_path()) == found

    @pytest.mark.parametrize("path", ["", "/", ":x", "player", "Player/..x", "../..", "../../x", "/Main", "/root/x"])
    def test_finds_nothing_and_says_so(self, root, path, caplog):
        assert root.get_node("Main").get_node(path) is None
        assert f"/root/Main: there is no node {path!r}" in caplog.text

    def test_can_look_without_a_word(self, root, caplog):
        assert root.get_node_or_null("Nobody") is None
        assert caplog.text == ""

    def test_shows_where_it_is(self, root):
        assert repr(root.get_node("Main/Player")) == "<Player /root/Main/Player>"


class TestMaster:
    def test_the_server_is_master_until_somebody_else_is(self, root):
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

    def test_without_a_network_nobody_is_master(self, root):
        assert not root.is_network_master()
        MultiplayerAPI().root_node = root
        assert not root.is_network_master()


class TestMultiplayer:
    def test_a_node_has_that_of_the_nearest_node_above(self, root):
        one, other = MultiplayerAPI(), MultiplayerAPI()
        root.custom_multiplayer = one
        root.get_node("Main/Player").set_custom_multiplayer(other)
        assert root.get_node("Main").multiplayer is one
        assert root.get_node("Main/Player").get_multiplayer() is other
        assert root.get_node("Main/Player").get_custom_multiplayer() is other

    def test_a_node_may_have_none(self, root):
        assert root.get_node("Main").multiplayer is None

    @pytest.mark.parametrize(
        "call",
        [
            lambda node: node.rpc("move", 1),
            lambda node: node.rpc_unreliable("move", 1),
            lambda node: node.rset("score", 1),
            lambda node: node.rset_unreliable("score", 1),
        ],
    )
    def test_without_one_calls_are_refused_and_that_is_said(self, root, call, caplog):
        assert call(root.get_node("Main/Player")) == Error.ERR_UNCONFIGURED
        assert "of /root/Main/Player: no MultiplayerAPI; set its root_node" in caplog.text


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

    def test_a_number_that_is_no_mode_is_refused(self):
        with pytest.raises(ValueError, match="7"):
            Player().rpc_config("move", 7)

    def test_a_class_with_a_marked_property_that_nobody_can_set_is_refused(self):
        with pytest.raises(TypeError, match="no setter"):

            class Frozen(Node):
                @property
                @puppet
                def position(self): ...
