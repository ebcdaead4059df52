from __future__ import annotations

import pytest

from tests.support.scripted_peer import ScriptedPeer
from wsclient.scene.multiplayer_api import MultiplayerAPI
from wsclient.scene.node import Node


@pytest.fixture
def root():
    """root / Main / (Player, Other), as in the scene of a Godot game."""
    root = Node("root")
    main = root.add_child(Node("Main"))
    main.add_child(Node("Player"))
    main.add_child(Node("Other"))
    return root


def test_a_node_has_that_of_the_nearest_node_above(root):
    one, other = MultiplayerAPI(), MultiplayerAPI()
    root.custom_multiplayer = one
    root.get_node("Main/Player").set_custom_multiplayer(other)
    assert root.get_node("Main").multiplayer is one
    assert root.get_node("Main/Player").get_multiplayer() is other
    assert root.get_node("Main/Player").get_custom_multiplayer() is other


def test_f2_without_one_it_says_what_is_missing(root):
    for ask in (lambda node: node.multiplayer, lambda node: node.get_multiplayer()):
        with pytest.raises(RuntimeError, match="<Node /root/Main> has no multiplayer: set root_node of one to"):
            ask(root.get_node("Main"))


class TestInsideTheTree:
    def test_is_below_the_root_of_its_multiplayer(self, root):
        api = MultiplayerAPI()
        assert not root.is_inside_tree()
        api.root_node = root
        assert root.is_inside_tree()
        assert root.get_node("Main/Player").is_inside_tree()

    def test_is_not_what_has_a_multiplayer_and_stands_elsewhere(self, root):
        other = Node("other")
        MultiplayerAPI().root_node = root
        other.custom_multiplayer = root.multiplayer
        assert not other.is_inside_tree()


class TestQueueFree:
    def test_frees_at_once_if_nothing_is_polled(self, root):
        player = root.get_node("Main/Player")
        player.queue_free()
        assert player.get_parent() is None
        MultiplayerAPI().root_node = root
        root.get_node("Main/Other").queue_free()
        assert root.get_node("Main").get_child_count() == 0

    def test_frees_at_the_end_of_the_poll(self, root):
        api, peer, seen = MultiplayerAPI(), ScriptedPeer(), []
        api.root_node, api.network_peer = root, peer

        def free(id):
            root.get_node("Main/Player").queue_free()
            seen.append(root.has_node("Main/Player"))

        api.network_peer_connected.connect(free)
        peer.tells("peer_connected", 5)
        api.poll()
        assert (seen, root.has_node("Main/Player")) == ([True], False)

    def test_frees_also_if_the_poll_raises(self, root):
        api, peer = MultiplayerAPI(), ScriptedPeer()
        api.root_node, api.network_peer = root, peer

        def free(id):
            root.get_node("Main/Player").queue_free()
            raise LookupError

        api.network_peer_connected.connect(free)
        peer.tells("peer_connected", 5)
        with pytest.raises(LookupError):
            api.poll()
        assert not root.has_node("Main/Player")
