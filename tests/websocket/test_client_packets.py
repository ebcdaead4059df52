"""Tests what a client can send and read in each state, and its counters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.client_states import STATES, URL, reach
from tests.support.fake_transport import FakeNetwork, FakeTransport, Sent, binary, text
from tests.support.signal_log import signals_of
from wsclient.ground.error import Error
from wsclient.protocol.events import Ended
from wsclient.variant import encode
from wsclient.websocket.connection_statistics import ConnectionStatistics

if TYPE_CHECKING:
    from wsclient.websocket.client import WebSocketClient

each_state = pytest.mark.parametrize("state", STATES)


# Sending and reading in each state

FAILED = dict.fromkeys(STATES, Error.FAILED)


@pytest.mark.parametrize(("state", "error"), {**FAILED, "open": Error.OK}.items())
def test_a_packet_can_be_put_while_open_only(
    state: str, error: Error, client: WebSocketClient, network: FakeNetwork
) -> None:
    reach(state, client, network)
    peer = client.get_peer(1)
    assert peer is not None

    for sender in (client, peer):
        assert sender.put_packet(b"hello") is error
        assert sender.put_packet(b"") is error
        assert sender.put_var(None) is error
        assert sender.send(b"hello") is error
        assert sender.send_text("hello") is error
    assert [len(each.sent) for each in network.transports][-1:] in ([], [10 if error is Error.OK else 0])


def test_in_normal_mode_an_empty_packet_is_a_message(client: WebSocketClient, transport: FakeTransport) -> None:
    client.put_packet(b"")
    client.set_write_mode(client.WRITE_MODE_TEXT)
    client.put_packet(b"")

    assert transport.sent == [Sent(b"", is_text=False), Sent(b"", is_text=True)]


@pytest.mark.parametrize(
    ("state", "error"),
    [
        ("disconnected", Error.FAILED),
        ("connecting", Error.FAILED),
        ("open", Error.ERR_UNAVAILABLE),
        ("closing", Error.ERR_UNAVAILABLE),
        ("closed by the server", Error.ERR_UNAVAILABLE),
        ("ended", Error.FAILED),
    ],
)
def test_reading_nothing_reports_the_state(
    state: str, error: Error, client: WebSocketClient, network: FakeNetwork
) -> None:
    reach(state, client, network)
    peer = client.get_peer(1)
    assert peer is not None

    assert client.get_packet() == b""
    assert client.get_packet_error() is peer.get_packet_error() is error


def test_reading_an_ended_attempt_fails(client: WebSocketClient) -> None:
    client.connect_to_url(URL)
    client.disconnect_from_host()

    assert (client.get_packet(), client.get_packet_error()) == (b"", Error.FAILED)


def test_putting_does_not_touch_the_packet_error(client: WebSocketClient) -> None:
    client.put_packet(b"hello")

    assert client.get_packet_error() is Error.OK


def test_packets_stay_readable_until_the_next_attempt(
    client: WebSocketClient, transport: FakeTransport, network: FakeNetwork
) -> None:
    transport.feed(text("one"), binary(b"two", b"three"), Ended(was_clean=False))
    client.poll()
    old = client.get_peer(1)
    assert old is not None

    assert client.get_message() == "one"
    assert (client.was_string_packet(), client.get_packet(), client.get_packet_error()) == (True, b"two", Error.OK)

    client.connect_to_url(URL)
    assert (client.get_available_packet_count(), client.was_string_packet()) == (0, False)
    assert client.get_packet_error() is Error.OK
    assert old.get_packets() == [b"three"]


def test_the_packets_of_a_connection_that_was_replaced_are_gone(
    client: WebSocketClient, transport: FakeTransport, network: FakeNetwork
) -> None:
    client.poll_budget = 0
    transport.feed(binary(b"one", b"two"))
    client.data_received.connect(lambda: None)
    client.poll()
    told = signals_of(client)
    client.disconnect_from_host()
    client.connect_to_url(URL)
    for _ in range(3):
        client.poll()

    assert told == [("connection_closed", False)]
    assert client.get_available_packet_count() == 0


# Collecting


def test_without_auto_flush_packets_wait_for_the_next_poll(client: WebSocketClient, transport: FakeTransport) -> None:
    client.auto_flush = False
    client.put_packet(b"one")
    client.put_packet(b"two")
    assert client.get_current_outbound_buffered_amount() == 6
    assert transport.flushes == 0

    client.poll()
    assert client.get_current_outbound_buffered_amount() == 0


def test_flush_writes_waiting_data(client: WebSocketClient, transport: FakeTransport) -> None:
    client.auto_flush = False
    client.put_packet(b"one")

    client.flush()

    assert client.get_current_outbound_buffered_amount() == 0


@each_state
def test_flushing_is_harmless_in_each_state(state: str, client: WebSocketClient, network: FakeNetwork) -> None:
    reach(state, client, network)

    client.flush()

    assert client.last_error is None


# Measuring


def test_latency_is_the_transports(client: WebSocketClient, transport: FakeTransport) -> None:
    assert client.get_latency() == -1.0

    transport.round_trip = 0.025
    assert client.get_latency() == 0.025

    transport.feed(Ended(was_clean=True))
    client.poll()
    assert client.get_latency() == 0.025, "a closing screen shows it"
    client.connect_to_url(URL)
    assert client.get_latency() == -1.0


def statistics(**changes: float) -> ConnectionStatistics:
    nothing = dict.fromkeys(ConnectionStatistics._fields, 0)
    return ConnectionStatistics(**{**nothing, "longest_poll": 0.0, "silence": -1.0, **changes})


def test_before_any_connection_nothing_is_counted(client: WebSocketClient) -> None:
    assert client.get_statistics() == statistics()


def test_messages_and_polls_are_counted(client: WebSocketClient, transport: FakeTransport) -> None:
    transport.is_blocked = True
    transport.silent_for = 1.5
    client.put_packet(b"12345")
    client.send_text("123")
    transport.feed(binary(b"1", b"22"), text("333"))
    client.poll()
    client.get_packet()

    assert client.get_statistics() == statistics(
        messages_received=3,
        messages_sent=2,
        bytes_received=6,
        bytes_sent=8,
        unread_packets=2,
        unread_bytes=5,
        unsent_packets=2,
        unsent_bytes=8,
        polls=2,
        silence=1.5,
        unanswered_pings=0,
        write_stall=0.0,
    )


def test_a_handler_finds_its_own_message_counted_but_no_later_one(
    client: WebSocketClient, transport: FakeTransport
) -> None:
    seen = []

    @client.on("data_received")
    def look() -> None:
        told = client.get_statistics()
        seen.append((told.messages_received, told.bytes_received, told.unread_packets, told.unread_bytes))

    transport.feed(binary(b"1", b"22"), text("333"))
    client.poll()

    assert seen == [(1, 1, 1, 1), (2, 3, 2, 3), (3, 6, 3, 6)]


def test_counters_are_kept_until_the_next_attempt(client: WebSocketClient, transport: FakeTransport) -> None:
    transport.silent_for = 0.0
    client.put_packet(b"12345")
    transport.feed(binary(b"1"), Ended(was_clean=True))
    client.poll()

    assert client.get_statistics() == statistics(
        messages_received=1,
        messages_sent=1,
        bytes_received=1,
        bytes_sent=5,
        unread_packets=1,
        unread_bytes=1,
        polls=2,
    )
    client.connect_to_url(URL)
    assert client.get_statistics() == statistics()


def test_the_longest_poll_is_kept_handlers_and_all(
    client: WebSocketClient, transport: FakeTransport, network: FakeNetwork
) -> None:
    for seconds in (0.002, 0.5, 0.1):
        client.once("data_received", lambda seconds=seconds: network.clock.advance(seconds))
        transport.feed(binary(b"x"))
        client.poll()
        client.poll()

    assert client.get_statistics().longest_poll == pytest.approx(0.5)
    assert client.get_statistics().polls == 7


def test_the_longest_poll_counts_deferred_handlers_and_raising_ones(
    client: WebSocketClient, transport: FakeTransport, network: FakeNetwork
) -> None:
    def fail() -> None:
        network.clock.advance(0.25)
        raise ZeroDivisionError

    client.data_received.connect(fail, flags=client.CONNECT_DEFERRED)
    transport.feed(binary(b"x"))
    with pytest.raises(ZeroDivisionError):
        client.poll()

    assert client.get_statistics().longest_poll == pytest.approx(0.25)


def test_a_variant_of_too_many_values_stays_the_next_packet(client: WebSocketClient, transport: FakeTransport) -> None:
    peer = client.get_peer(1)
    assert peer is not None
    transport.feed(binary(encode([1, 2])), text("next"))
    client.poll()

    for reader in (client, peer):
        reader.decode_buffer_max_items = 2
        assert reader.get_var() is None
        assert reader.get_packet_error() is Error.ERR_OUT_OF_MEMORY
        assert reader.get_available_packet_count() == 2
    assert [client.get_message(), client.get_message()] == [encode([1, 2]), "next"]
