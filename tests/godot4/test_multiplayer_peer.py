from __future__ import annotations

from tests.support.scripted_peer import ScriptedPeer
from wsclient.godot4.multiplayer_peer import MultiplayerPeer


class Peer(ScriptedPeer, MultiplayerPeer):
    def close(self): ...
    def disconnect_peer(self, peer, force=False): ...


def test_has_a_channel_that_changes_nothing():
    peer = Peer()
    assert peer.transfer_channel == 0
    peer.transfer_channel = 3
    assert peer.transfer_channel == 3
