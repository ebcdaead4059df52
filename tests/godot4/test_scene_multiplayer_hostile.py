"""Tests packets that no engine sends: cut, damaged or forged ones.

They are counted, and change nothing else.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fuzz.targets.commands import QuietPeer
from fuzz.targets.scene_4 import game_of
from tests.support.godot4_captures import captured_packets
from tests.support.scripted_peer import ScriptedPeer
from wsclient.godot4 import Node, SceneMultiplayer, rpc
from wsclient.multiplayer.godot4 import scene_commands as commands

pytestmark = pytest.mark.untraced

REAL_PACKETS = sorted({each.data for each in captured_packets() if not each.is_id and len(each.data) < 200})


class Main(Node):
    @rpc("any_peer")
    def any(self, value=None): ...


def server() -> tuple[SceneMultiplayer, ScriptedPeer]:
    """A server with clients 5 and 9."""
    peer, api = ScriptedPeer(1), SceneMultiplayer(clock=lambda: 0.0)
    root = Node("root")
    root.add_child(Main("Main"))
    api.root_node, api.multiplayer_peer = root, peer
    for client in (5, 9):
        peer.tells("peer_connected", client)
    api.poll()
    peer.sent.clear()
    return api, peer


@pytest.mark.parametrize("packet", REAL_PACKETS[::7], ids=lambda packet: packet[:6].hex())
def test_a_packet_cut_at_any_byte_ends_nothing(packet):
    peer = QuietPeer(unique_id=5, sender=1)
    multiplayer, main = game_of(peer)
    for end in range(len(packet)):
        peer.inbox.append(packet[:end])
    multiplayer.poll()
    peer.inbox.append(commands.invocation_of_call(0, []).by_path("Main"))
    before = multiplayer.get_refused_packet_count()
    multiplayer.poll()
    assert (multiplayer.get_refused_packet_count(), main.forbidden_calls) == (before, 0)


@st.composite
def damaged(draw):
    packet = bytearray(draw(st.sampled_from(REAL_PACKETS)))
    for _ in range(draw(st.integers(0, 3))):
        packet[draw(st.integers(0, len(packet) - 1))] = draw(st.integers(0, 255))
    return bytes(packet[: draw(st.integers(0, len(packet)))] + draw(st.binary(max_size=8)))


@given(st.lists(damaged() | st.binary(max_size=40), max_size=20))
def test_a_client_survives_any_packets_of_its_server(packets):
    peer = QuietPeer(unique_id=5, sender=1)
    multiplayer, main = game_of(peer)
    peer.inbox.extend(packets)
    multiplayer.poll()
    assert 1 in multiplayer.get_peers()
    assert main.forbidden_calls == 0


@given(st.lists(st.tuples(st.sampled_from([5, 9, 66, -1]), damaged() | st.binary(max_size=40)), max_size=20))
def test_a_server_survives_any_packets(packets):
    api, peer = server()
    for source, packet in packets:
        peer.arrives(source, packet)
    api.poll()
    assert api.get_peers() == [5, 9]
    assert {sent.target for sent in peer.sent} <= {5, 9}


def test_a_relay_inside_relays_does_not_hide_the_sender():
    api, peer = server()
    forged = commands.encode_relay(9, commands.encode_relay(1, commands.encode_raw(b"x")))
    heard = []
    api.peer_packet.connect(lambda peer_id, packet: heard.append(peer_id))
    peer.arrives(5, forged)
    api.poll()
    assert heard == []
