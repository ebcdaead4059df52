from __future__ import annotations

import pytest

from wsclient.godot4 import WebSocketMultiplayerPeer, WebSocketPeer


@pytest.mark.parametrize("peer", [WebSocketPeer(), WebSocketMultiplayerPeer()])
def test_both_peers_have_the_same_settings(peer):
    peer.supported_protocols = ("a", "b")
    peer.handshake_headers = ("X: 1",)
    peer.inbound_buffer_size, peer.outbound_buffer_size, peer.max_queued_packets = 1, 2, 3
    assert (peer.supported_protocols, peer.handshake_headers) == (["a", "b"], ["X: 1"])
    assert (peer.inbound_buffer_size, peer.outbound_buffer_size, peer.max_queued_packets) == (1, 2, 3)
    assert peer.last_error is None
