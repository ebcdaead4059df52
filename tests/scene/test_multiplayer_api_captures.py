"""The same game as a real Godot 3.2.3 client played, and the same bytes."""

from __future__ import annotations

from collections import deque

import pytest

from tests.support.captures import captured_messages
from tests.support.scripted_peer import ScriptedPeer
from wsclient import rpc
from wsclient.multiplayer.godot3 import relay
from wsclient.scene.multiplayer_api import MultiplayerAPI
from wsclient.scene.node import Node
from wsclient.variant import Vector2


class Player(Node):
    position = rpc.remote(Vector2())

    @rpc.remote
    def move(self, to): ...


class Main(Node):
    synced = rpc.remotesync(0)

    @rpc.remote
    def on_echo(self, value): ...

    @rpc.remotesync
    def for_all(self, value): ...

    @rpc.master
    def for_master(self, value): ...


def nested():
    return [None, True, 1, 0.1, "é", Vector2(1, 2), {"k": [1]}]


# What the client's script did, call by call (`captures/godot3/rpc_client.json`).
RPC_CLIENT = [
    lambda main, player, api: main.rpc_id(1, "echo", 5),
    lambda main, player, api: main.rpc_id(1, "echo", "second call"),
    lambda main, player, api: main.rpc_id(1, "sum", 1, 2.5, -3000000000),
    lambda main, player, api: main.rpc_id(1, "nothing"),
    lambda main, player, api: main.rpc_id(1, "echo", nested()),
    lambda main, player, api: main.rpc_id(1, "echo", b"\x01\x02\x03"),
    lambda main, player, api: player.rpc_id(1, "move", Vector2(3, 4)),
    lambda main, player, api: player.rpc_id(1, "move", Vector2(5, 6)),
    lambda main, player, api: main.rset_id(1, "shared", 7),
    lambda main, player, api: main.rset("synced", 8),
    lambda main, player, api: player.rset("position", Vector2(9, 9)),
    lambda main, player, api: main.rpc_id(1, "state"),
    lambda main, player, api: main.rpc("for_all", "to everyone"),
    lambda main, player, api: main.rpc("for_master", "m"),
    lambda main, player, api: main.rpc("for_puppet", "p"),
    lambda main, player, api: main.rpc("for_master_sync", "ms"),
    lambda main, player, api: main.rpc("for_puppet_sync", "ps"),
    lambda main, player, api: main.rpc_id(1, "disabled", 1),
    lambda main, player, api: main.rpc_id(1, "no_such_method", 1),
    lambda main, player, api: main.rset_id(1, "private", 1),
    lambda main, player, api: main.rpc_id(1, "sum", 1),
    lambda main, player, api: api.send_bytes(b"\x00\x01\x02\xff", 1),
    lambda main, player, api: main.rpc_id(1, "tell_bytes", 0, b"\x09\x08"),
    lambda main, player, api: main.rpc_id(1, "tell", "rpc", ["for_all", "from the server"]),
    lambda main, player, api: main.rpc_id(1, "tell", "rpc", ["for_puppet", "from the master"]),
    lambda main, player, api: main.rpc_id(1, "tell", "rset", ["shared", 99]),
    lambda main, player, api: main.rpc_id(1, "tell", "rset", ["shown", 98]),
    lambda main, player, api: main.rpc_id(1, "tell_player", "rpc", ["move", Vector2(1, 1)]),
    lambda main, player, api: main.rpc_id(1, "tell_player", "rpc", ["move", Vector2(2, 2)]),
]

# The third client of `captures/godot3/routing.json`; 611368809 is the first of the others.
OTHER = 611368809
ROUTING = [
    lambda main, player, api: main.rpc("for_all", "broadcast, paths unknown"),
    lambda main, player, api: main.rpc("for_all", "broadcast, paths confirmed"),
    lambda main, player, api: main.rpc_id(OTHER, "for_all", "to one client"),
    lambda main, player, api: main.rpc_id(-OTHER, "for_all", "to all but one client"),
    lambda main, player, api: main.rpc_id(-1, "for_all", "to all but the server"),
    lambda main, player, api: main.rpc_id(1, "for_all", "to the server"),
    lambda main, player, api: api.send_bytes(b"\x00"),
    lambda main, player, api: api.send_bytes(b"\x01", OTHER),
    lambda main, player, api: api.send_bytes(b"\x02", -OTHER),
    lambda main, player, api: api.send_bytes(b"\x03", -1),
    lambda main, player, api: api.send_bytes(b"\x04", 1),
    lambda main, player, api: main.rpc_id(1, "tell", "rpc_id", [OTHER, "for_all", "server to one"]),
    lambda main, player, api: main.rpc_id(1, "tell", "rpc", ["for_all", "server to all"]),
    lambda main, player, api: main.rpc_id(1, "tell", "rpc", ["for_all", "server to all, confirmed"]),
]


@pytest.mark.parametrize(
    ("capture", "connection", "game"),
    [pytest.param("rpc_client", 1, RPC_CLIENT, id="rpc_client"), pytest.param("routing", 3, ROUTING, id="routing")],
)
def test_sends_what_a_real_client_sent(capture, connection, game):
    peer, main, player = ScriptedPeer(0), Main("Main"), Player("Player")
    root, api, calls = Node("root"), MultiplayerAPI(), deque(game)
    root.add_child(main).add_child(player)
    api.root_node = root
    api.network_peer = peer
    for captured in captured_messages(capture):
        if captured.connection != connection:
            continue
        message = relay.decode(captured.data)
        if captured.direction == "s2c":
            _bring(peer, message)
            api.poll()
            continue
        if not peer.sent:
            calls.popleft()(main, player, api)
        sent = peer.sent.pop(0)
        assert relay.encode_packet(peer.unique_id, sent.target, sent.packet).hex(" ") == captured.data.hex(" ")
    assert (peer.sent, list(calls)) == ([], [])


def _bring(peer, message):
    match message:
        case relay.IdAssigned(peer_id):
            peer.unique_id = peer_id
        case relay.PeerAdded(peer_id):
            peer.tells("peer_connected", peer_id)
        case relay.PeerPacket(source, _, payload):
            peer.arrives(source, payload)
