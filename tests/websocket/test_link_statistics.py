"""Tests the counters of a link, its session and its polls.

For a user's view of them, see test_client_packets.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.fake_transport import FakeTransport, binary
from wsclient.testing import connected_pair
from wsclient.websocket.link import Limits, Link
from wsclient.websocket.link_statistics import statistics_of
from wsclient.websocket.poll_meter import PollMeter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wsclient import WebSocketClient, WebSocketServer


def test_without_a_transport_nothing_is_unknown() -> None:
    told = statistics_of(Link(), None, PollMeter(0.004))

    assert (told.silence, told.unanswered_pings, told.write_stall, told.unsent_bytes) == (-1.0, 0, 0.0, 0)


def test_the_transport_reports_the_silence() -> None:
    link, transport = Link(), FakeTransport()
    link.carry(transport)
    transport.silent_for = 2.5

    assert statistics_of(link, None, PollMeter(0.004)).silence == 2.5


def test_received_messages_without_a_signal_are_the_backlog() -> None:
    link = Link()
    link.events += [binary(b"a", b"b"), binary(b"c")]

    assert statistics_of(link, None, PollMeter(0.004)).backlog == 3


@pytest.fixture
def pair() -> Iterator[tuple[WebSocketClient, WebSocketServer]]:
    client, server = connected_pair()
    yield client, server
    client.disconnect_from_host()
    poll(server, client)
    server.stop()


def wire(peer: WebSocketClient | WebSocketServer) -> tuple[int, int]:
    counted = peer.get_statistics()
    return counted.wire_bytes_received, counted.wire_bytes_sent


def poll(*peers: WebSocketClient | WebSocketServer) -> None:
    for _ in range(4):
        for peer in peers:
            peer.poll()


@pytest.mark.faults("D6")
def test_on_the_wire_frames_count_with_their_headers(pair: tuple[WebSocketClient, WebSocketServer]) -> None:
    client, server = pair
    assert wire(client) == wire(server) == (0, 0), "the opening handshake does not count"

    client.send_text("Hello")  # 2 bytes of header, 4 of the mask
    server.put_packet(bytes(300))  # 4 bytes of header
    poll(server, client)

    assert wire(client) == (304, 11)
    assert wire(server) == (11, 304)


@pytest.mark.faults("D6")
def test_the_bytes_on_the_wire_stay_after_the_end(pair: tuple[WebSocketClient, WebSocketServer]) -> None:
    client, server = pair
    client.send_text("Hello")
    poll(server, client)

    client.disconnect_from_host(1000)  # a Close of 2 bytes of header, 4 of the mask, 2 of the code
    poll(server, client)

    assert client.get_connection_status() == client.CONNECTION_DISCONNECTED
    assert wire(client) == (4, 11 + 8)
    assert wire(server) == (11 + 8, 4)

    client.connect_to_url("ws://server.example")
    poll(server, client)

    assert wire(client) == (0, 0)
    assert wire(server) == (11 + 8, 4), "a server counts all its clients"


@pytest.mark.faults("D6")
def test_on_the_wire_messages_count_compressed(pair: tuple[WebSocketClient, WebSocketServer]) -> None:
    client, server = pair
    client.disconnect_from_host()
    poll(server, client)
    client.compression = server.compression = True
    client.connect_to_url("ws://server.example")
    poll(client, server)

    client.put_packet(bytes(10_000))
    poll(server, client)

    assert client.get_statistics().bytes_sent == 10_000
    assert 0 < client.get_statistics().wire_bytes_sent < 100


@pytest.mark.faults("D6")
def test_an_automatic_attempt_counts_on() -> None:
    before, link = Link(), Link()
    before.carry(transport := FakeTransport())
    assert transport.traffic is not None
    transport.traffic.received, transport.traffic.sent = 7, 9

    link.take_over(before, Limits())
    link.carry(transport := FakeTransport())
    assert transport.traffic is not None
    transport.traffic.sent += 1

    counted = statistics_of(link, None, PollMeter(0.004))
    assert (counted.wire_bytes_received, counted.wire_bytes_sent) == (7, 10)
