"""Tests what the WebSocketPeer of `get_peer(1)` can do.

One that is made by hand can do less.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.fake_transport import SERVER, FakeNetwork, FakeTransport, binary, text
from wsclient.core.packet_peer import PacketPeer
from wsclient.ground.error import Error
from wsclient.protocol.events import Ended
from wsclient.websocket.peer import WebSocketPeer

if TYPE_CHECKING:
    from wsclient.websocket.client import WebSocketClient

TEXT, BINARY = WebSocketPeer.WRITE_MODE_TEXT, WebSocketPeer.WRITE_MODE_BINARY


# Made by hand


def test_a_peer_made_by_hand_is_not_connected() -> None:
    peer = WebSocketPeer()

    peer.close()
    peer.set_no_delay(True)
    peer.flush()

    assert not peer.is_connected_to_host()
    assert (peer.get_connected_host(), peer.get_connected_port()) == ("", 0)
    assert peer.get_current_outbound_buffered_amount() == 0
    assert (peer.get_available_packet_count(), peer.get_packet(), peer.get_packet_error()) == (0, b"", Error.FAILED)
    assert (peer.get_write_mode(), peer.was_string_packet()) == (BINARY, False)
    assert peer.put_packet(b"hello") is Error.FAILED


def test_a_peer_is_not_a_networked_one_and_has_no_signals() -> None:
    assert WebSocketPeer().get_signal_list() == []
    assert isinstance(WebSocketPeer(), PacketPeer)
    assert not WebSocketPeer().is_class("NetworkedMultiplayerPeer")


def test_the_modes_have_godots_numbers() -> None:
    assert (TEXT, BINARY) == (0, 1)


# The connection


def test_it_knows_the_address_of_its_server(peer: WebSocketPeer) -> None:
    assert peer.is_connected_to_host()
    assert (peer.get_connected_host(), peer.get_connected_port()) == SERVER


def test_it_is_connected_while_closing(peer: WebSocketPeer, client: WebSocketClient, transport: FakeTransport) -> None:
    peer.close(4000, "bye")
    client.poll()

    assert transport.closes == [(4000, "bye")]
    assert peer.is_connected_to_host()

    transport.feed(Ended(was_clean=True))
    client.poll()

    assert not peer.is_connected_to_host()
    assert (peer.get_connected_host(), peer.get_connected_port()) == ("", 0)


def test_its_close_is_the_clients(peer: WebSocketPeer, client: WebSocketClient, transport: FakeTransport) -> None:
    peer.close()
    client.disconnect_from_host(3000)

    assert transport.closes == [(1000, "")]
    assert client.connect_to_url("ws://host") is Error.OK


def test_an_old_peer_stays_unconnected(peer: WebSocketPeer, client: WebSocketClient, network: FakeNetwork) -> None:
    client.disconnect_from_host()
    client.connect_to_url("ws://host")
    network.latest.open_now()
    client.poll()

    assert not peer.is_connected_to_host()
    assert peer.put_packet(b"hello") is Error.FAILED
    assert network.latest.sent == []


@pytest.mark.parametrize(("enabled", "told"), [(True, True), (False, False), (1, True)])
def test_small_packets_may_be_gathered(
    enabled: bool, told: bool, peer: WebSocketPeer, transport: FakeTransport
) -> None:
    peer.set_no_delay(enabled)

    assert transport.no_delay is told


def test_gathering_can_be_set_while_open_only(client: WebSocketClient, network: FakeNetwork) -> None:
    client.disconnect_from_host()
    client.connect_to_url("ws://host")
    peer = client.get_peer(1)
    assert peer is not None

    peer.set_no_delay(False)

    assert network.latest.no_delay is None


# Receiving


def test_client_and_peer_read_the_same_packets(
    peer: WebSocketPeer, client: WebSocketClient, transport: FakeTransport
) -> None:
    transport.feed(text("one"), binary(b"two", b"three"))
    client.poll()

    assert client.get_available_packet_count() == peer.get_available_packet_count() == 3
    assert peer.get_packet() == b"one"
    assert client.was_string_packet()
    assert client.get_packet() == b"two"
    assert not peer.was_string_packet()
    assert peer.get_packets() == [b"three"]


def test_a_variant_that_cannot_be_decoded_is_an_error_of_the_peer(
    peer: WebSocketPeer, client: WebSocketClient, transport: FakeTransport
) -> None:
    transport.feed(text("no variant"))
    client.poll()

    assert peer.get_var() is None
    assert peer.get_packet_error() is Error.ERR_INVALID_DATA
    assert peer.was_string_packet()


@pytest.mark.parametrize("side", ["client", "peer"])
def test_b11_a_variant_that_is_refused_is_the_last_error(
    side: str, client: WebSocketClient, peer: WebSocketPeer
) -> None:
    nested: list[object] = []
    for _ in range(3000):
        nested = [nested]

    assert (client if side == "client" else peer).put_var(nested) is Error.ERR_INVALID_DATA

    assert client.last_error is not None
    assert (client.last_error.stage, client.last_error.error) == ("arguments", Error.ERR_INVALID_DATA)
    assert "put_var" in str(client.last_error).lower()


@pytest.mark.parametrize("side", ["client", "peer"])
def test_b11_an_invalid_variant_is_the_last_error(
    side: str, client: WebSocketClient, peer: WebSocketPeer, transport: FakeTransport
) -> None:
    transport.feed(text("no Variant"))
    client.poll()

    assert (client if side == "client" else peer).get_var() is None

    assert client.last_error is not None
    assert client.last_error.error is client.get_packet_error() is Error.ERR_INVALID_DATA
    assert "get_var" in str(client.last_error).lower()
