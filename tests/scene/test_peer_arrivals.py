from __future__ import annotations

import gc
import weakref

from tests.support.scripted_peer import ScriptedPeer
from wsclient.ground.error import Error
from wsclient.scene.peer_arrivals import Arrival, ArrivalKind, PeerArrivals


class BrokenPeer(ScriptedPeer):
    """Counts a packet that it cannot give."""

    def get_available_packet_count(self):
        return 1

    def get_packet_peer(self):
        return 1

    def get_packet(self):
        self._set_packet_error(Error.ERR_UNAVAILABLE)
        return b""


def taken(arrivals):
    return list(iter(arrivals.next, None))


def test_each_signal_arrives_with_its_peer():
    peer = ScriptedPeer()
    arrivals = PeerArrivals(peer)
    peer.tells("peer_connected", 1)
    peer.tells("connection_succeeded")
    peer.tells("peer_disconnected", 5)
    peer.tells("connection_failed")
    peer.tells("server_disconnected")
    peer.poll()
    assert taken(arrivals) == [
        Arrival(ArrivalKind.PEER_CONNECTED, 1),
        Arrival(ArrivalKind.CONNECTION_SUCCEEDED),
        Arrival(ArrivalKind.PEER_DISCONNECTED, 5),
        Arrival(ArrivalKind.CONNECTION_FAILED),
        Arrival(ArrivalKind.SERVER_DISCONNECTED),
    ]


def test_packets_and_signals_keep_the_order_of_their_arrival():
    peer = ScriptedPeer()
    arrivals = PeerArrivals(peer)
    peer.arrives(5, b"before")
    peer.tells("peer_disconnected", 5)
    peer.arrives(6, b"after")
    peer.poll()
    arrivals.take_packets()
    assert taken(arrivals) == [
        Arrival(ArrivalKind.PACKET, 5, b"before"),
        Arrival(ArrivalKind.PEER_DISCONNECTED, 5),
        Arrival(ArrivalKind.PACKET, 6, b"after"),
    ]


def test_an_empty_packet_is_a_packet():
    peer = ScriptedPeer()
    arrivals = PeerArrivals(peer)
    peer.arrives(5, b"")
    peer.poll()
    arrivals.take_packets()
    assert taken(arrivals) == [Arrival(ArrivalKind.PACKET, 5, b"")]


def test_untaken_arrivals_can_be_dropped():
    peer = ScriptedPeer()
    arrivals = PeerArrivals(peer)
    peer.tells("peer_connected", 1)
    peer.poll()
    arrivals.clear()
    assert taken(arrivals) == []


def test_it_does_not_listen_after_it_is_stopped():
    peer = ScriptedPeer()
    arrivals = PeerArrivals(peer)
    peer.emit("peer_connected", 1)
    arrivals.stop()
    peer.emit("peer_connected", 5)
    assert taken(arrivals) == []
    assert peer.get_signal_connection_list("peer_connected") == []


def test_it_does_not_keep_the_peer_alive():
    peer = ScriptedPeer()
    arrivals = PeerArrivals(peer)
    alive = weakref.ref(peer)
    gc.disable()
    try:
        del peer
        assert alive() is None
    finally:
        gc.enable()
    arrivals.take_packets()
    arrivals.stop()
    assert taken(arrivals) == []


def test_a_peer_that_cannot_give_what_it_counts_does_not_hang_the_game(caplog):
    peer = BrokenPeer()
    arrivals = PeerArrivals(peer)
    arrivals.take_packets()
    assert taken(arrivals) == []
    assert "ERR_UNAVAILABLE" in caplog.text
