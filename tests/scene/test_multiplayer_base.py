from __future__ import annotations

import pytest

from tests.support.scripted_peer import ScriptedPeer
from wsclient.core.networked_multiplayer_peer import ConnectionStatus
from wsclient.scene.multiplayer_base import MultiplayerBase
from wsclient.scene.node import Node


class Words(MultiplayerBase[Node]):
    """Says what happens, in no Godot's words."""

    def __init__(self):
        super().__init__()
        self.events = []

    def use(self, peer):
        self._set_peer(peer, "peer")

    def _on_packet(self, peer, source, packet):
        self.events.append((packet, source, self._sender_id))

    def _on_peer_connected(self, peer_id):
        self.events.append(("came", peer_id))

    def _on_peer_disconnected(self, peer_id):
        self.events.append(("left", peer_id))

    def _on_joined(self):
        self.events.append("joined")

    def _on_end(self, kind):
        self.events.append(kind.value)


@pytest.fixture
def peer():
    return ScriptedPeer(2)


@pytest.fixture
def words(peer):
    words = Words()
    words.use(peer)
    return words


def test_runs_what_arrived_in_one_order(words, peer):
    peer.tells("peer_connected", 1)
    peer.tells("connection_succeeded")
    peer.arrives(1, b"x")
    peer.tells("peer_disconnected", 5)
    peer.tells("server_disconnected")
    words.poll()
    assert words.events == [("came", 1), "joined", (b"x", 1, 1), ("left", 5), "server_disconnected"]


class Unwilling(Node):
    """Raises when it is freed, as the hook of a node of Godot 4 may."""

    def free(self):
        super().free()
        raise LookupError(self.name)


def test_a_node_that_raises_when_it_is_freed_stops_neither_others_nor_later_polls(words, peer, monkeypatch):
    def free_all(*_):
        for node in nodes:
            words.free_later(node)
        raise ValueError("of a called method")

    root = Node("root")
    nodes = [root.add_child(made) for made in (Unwilling("One"), Unwilling("Two"), Node("Three"))]
    monkeypatch.setattr(words, "_on_packet", free_all)
    peer.arrives(1, b"x")

    with pytest.raises(ExceptionGroup) as raised:
        words.poll()

    assert [str(each) for each in raised.value.exceptions] == ["of a called method", "One", "Two"]
    assert root.get_children() == []
    peer.tells("peer_connected", 1)
    words.poll()
    assert words.events == [("came", 1)]


def test_a_peer_that_is_disconnected_is_refused_by_the_name_of_the_property(words, peer):
    peer.status = ConnectionStatus.CONNECTION_DISCONNECTED
    with pytest.raises(ValueError, match="the peer is disconnected"):
        Words().use(peer)


def test_knows_its_own_id(words):
    assert words.has_own_id(2)
    assert not words.has_own_id(1)
    assert not Words().has_own_id(0)
