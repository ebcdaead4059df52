"""Tests the limits and peers of both modes of WebSocketMultiplayerPeer.

It also tests a session that a Godot 3 server relays.
"""

from __future__ import annotations

import logging
import struct

import pytest

from tests.support.captures import captured_messages
from tests.support.fake_transport import FakeNetwork, FakeTransport, Sent, binary, failure
from tests.support.signal_log import signals_of
from wsclient.core.networked_multiplayer_peer import TransferMode
from wsclient.ground.error import Error
from wsclient.multiplayer.godot3 import relay
from wsclient.multiplayer.godot3.relay import IdAssigned, PeerAdded, PeerPacket, PeerRemoved
from wsclient.multiplayer.session import MAX_PEERS
from wsclient.protocol.events import CloseReceived, Ended, FailureKind, Stage
from wsclient.websocket.client import WebSocketClient
from wsclient.websocket.multiplayer_peer import WebSocketMultiplayerPeer
from wsclient.websocket.peer import WebSocketPeer

URL = "ws://host"


def relayed(*messages: relay.RelayMessage | bytes):
    """Messages of the server, as one read brings them; bytes as they are."""
    return binary(*(each if isinstance(each, bytes) else relay.encode(each) for each in messages))


def packet(payload: bytes, source: int = 1) -> PeerPacket:
    return PeerPacket(source, 0, payload)


def header(kind: int, source: int = 1, target: int = 0) -> bytes:
    return struct.pack("<Bii", kind, source, target)


@pytest.fixture
def transport(client: WebSocketClient, network: FakeNetwork) -> FakeTransport:
    """Of a connection in multiplayer mode that is open, with no session yet."""
    client.connect_to_url(URL, gd_mp_api=True)
    network.latest.open_now()
    client.poll()
    return network.latest


@pytest.fixture
def session(client: WebSocketClient, transport: FakeTransport) -> FakeTransport:
    """Of a session in which this peer is 7 and the server is there."""
    transport.feed(relayed(IdAssigned(7), PeerAdded(1)))
    client.poll()
    return transport


def poll_all(client: WebSocketClient, times: int = 3) -> None:
    for _ in range(times):
        client.poll()


# Peers, in both modes


def test_it_cannot_be_made_by_itself() -> None:
    with pytest.raises(TypeError, match="abstract"):
        WebSocketMultiplayerPeer()


def test_the_server_is_peer_1_before_any_connection(client: WebSocketClient) -> None:
    peer = client.get_peer(1)

    assert isinstance(peer, WebSocketPeer)
    assert client.get_peer(1) is peer
    assert not peer.is_connected_to_host()


@pytest.mark.parametrize("peer_id", [0, 2, -1, 2**31])
def test_other_peers_cannot_be_reached_by_themselves(
    peer_id: int, client: WebSocketClient, session: FakeTransport, caplog: pytest.LogCaptureFixture
) -> None:
    session.feed(relayed(PeerAdded(2)))
    client.poll()

    assert client.get_peer(peer_id) is None
    assert f"get_peer: {peer_id} is not 1" in caplog.text


@pytest.mark.parametrize("gd_mp_api", [False, True])
def test_each_connection_has_a_peer_of_its_own(gd_mp_api: bool, client: WebSocketClient) -> None:
    first = client.get_peer(1)
    client.connect_to_url(URL, gd_mp_api=gd_mp_api)
    second = client.get_peer(1)
    client.disconnect_from_host()

    assert first is not second
    assert client.get_peer(1) is second

    client.connect_to_url(URL, gd_mp_api=gd_mp_api)
    assert client.get_peer(1) not in (first, second)


def test_the_write_mode_carries_over(client: WebSocketClient) -> None:
    client.set_write_mode(client.WRITE_MODE_TEXT)
    client.connect_to_url(URL)
    peer = client.get_peer(1)

    assert peer is not None
    assert client.get_write_mode() is peer.get_write_mode() is client.WRITE_MODE_TEXT


def test_auto_flush_carries_over(client: WebSocketClient, network: FakeNetwork) -> None:
    assert client.auto_flush is True
    client.auto_flush = False
    client.connect_to_url(URL)
    network.latest.open_now()
    client.poll()

    client.put_packet(b"hello")
    assert (client.auto_flush, network.latest.flushes) == (False, 0)

    client.auto_flush = True
    client.put_packet(b"hello")
    assert network.latest.flushes == 1


def test_in_normal_mode_packets_go_to_the_server_as_they_are(client: WebSocketClient, network: FakeNetwork) -> None:
    client.connect_to_url(URL)
    network.latest.open_now()
    client.poll()

    assert [client.put_packet(b""), client.send(b"two"), client.send_text("three")] == [Error.OK] * 3
    assert network.latest.sent == [Sent(b"", is_text=False), Sent(b"two", is_text=False), Sent(b"three", is_text=True)]


def test_packets_always_arrive_in_order(client: WebSocketClient) -> None:
    client.transfer_mode = TransferMode.TRANSFER_MODE_UNRELIABLE
    client.set_transfer_mode(TransferMode.TRANSFER_MODE_UNRELIABLE_ORDERED)

    assert client.transfer_mode is client.get_transfer_mode() is TransferMode.TRANSFER_MODE_RELIABLE
    with pytest.raises(ValueError, match="3"):
        client.transfer_mode = 3


# Limits

DEFAULT_BYTES, DEFAULT_PACKETS = 16 * 1024 * 1024, 4096


def test_without_set_buffers_the_defaults_hold(client: WebSocketClient, network: FakeNetwork) -> None:
    client.connect_to_url(URL)
    network.latest.open_now()
    client.poll()
    network.latest.is_blocked = True

    assert network.latest.settings.max_message_size == DEFAULT_BYTES
    assert client.put_packet(bytes(DEFAULT_BYTES)) is Error.OK
    assert client.put_packet(b"x") is Error.ERR_OUT_OF_MEMORY
    network.latest.drain()
    assert [client.put_packet(b"") for _ in range(DEFAULT_PACKETS + 1)][-2:] == [Error.OK, Error.ERR_OUT_OF_MEMORY]


def test_limits_hold_as_given(client: WebSocketClient, network: FakeNetwork) -> None:
    assert client.set_buffers(1, 2, 3, 4) is Error.OK

    client.connect_to_url(URL)
    network.latest.open_now()
    client.poll()
    network.latest.is_blocked = True

    assert network.latest.settings.max_message_size == 1024
    assert client.put_packet(bytes(3 * 1024 + 1)) is Error.ERR_OUT_OF_MEMORY
    assert client.put_packet(bytes(3 * 1024)) is Error.OK
    assert [client.put_packet(b"") for _ in range(4)] == [Error.OK] * 3 + [Error.ERR_OUT_OF_MEMORY]


def test_limits_hold_for_the_connections_to_come(client: WebSocketClient, network: FakeNetwork) -> None:
    client.set_buffers(1, 1, 1, 1)
    for _ in range(2):
        client.connect_to_url(URL)
        assert network.latest.settings.max_message_size == 1024
        client.disconnect_from_host()


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ((0, 1, 1, 1), "A buffer of 0 is too small"),
        ((1, -1, 1, 1), "A buffer of -1 is too small"),
        ((1, 1, 0, 1), "0"),
        ((1, 1, 1, -7), "-7"),
    ],
)
def test_a_limit_below_1_is_refused(numbers: tuple[int, ...], words: str, client: WebSocketClient) -> None:
    assert client.set_buffers(*numbers) is Error.ERR_INVALID_PARAMETER
    assert client.last_error is not None
    assert words in client.last_error.message


@pytest.mark.parametrize("number", [1.0, "1", None, b"1"], ids=repr)
@pytest.mark.parametrize("position", range(4))
def test_a_limit_is_an_int(number: object, position: int, client: WebSocketClient) -> None:
    numbers: list[object] = [1, 1, 1, 1]
    numbers[position] = number

    with pytest.raises(TypeError, match="four int"):
        client.set_buffers(*numbers)


@pytest.mark.parametrize("is_open", [False, True], ids=["connecting", "open"])
def test_limits_are_refused_while_connected(is_open: bool, client: WebSocketClient, network: FakeNetwork) -> None:
    client.connect_to_url(URL)
    if is_open:
        network.latest.open_now()
        client.poll()

    assert client.set_buffers(1, 1, 1, 1) is Error.FAILED
    assert client.last_error is not None
    assert client.last_error.message == "The buffers can be set before connecting only."


def test_limits_can_be_set_while_our_close_is_pending(client: WebSocketClient, network: FakeNetwork) -> None:
    client.connect_to_url(URL)
    network.latest.open_now()
    client.poll()
    client.disconnect_from_host()

    assert client.set_buffers(1, 1, 1, 1) is Error.OK
    client.connect_to_url(URL)
    assert network.latest.settings.max_message_size == 1024


# A session


def test_messages_of_a_real_server_make_a_session(client: WebSocketClient, transport: FakeTransport) -> None:
    """The capture's own words: id 1077725645, then peer 1."""
    told = signals_of(client)
    messages = [each.data for each in captured_messages("connect") if each.direction == "s2c"]
    transport.feed(binary(*messages))

    assert client.get_unique_id() == 0
    client.poll()

    assert told == [("peer_connected", 1), ("connection_succeeded",)]
    assert client.get_unique_id() == 1077725645
    assert client.get_peers() == [1]


def test_messages_of_a_real_server_about_a_second_peer(client: WebSocketClient, transport: FakeTransport) -> None:
    told = signals_of(client)
    first = min(each.connection for each in captured_messages("second_peer"))
    messages = [
        each for each in captured_messages("second_peer") if (each.connection, each.direction) == (first, "s2c")
    ]
    transport.feed(binary(*(each.data for each in messages)))
    client.poll()

    added = [each.meaning.split()[2] for each in messages if each.meaning.startswith("SYS_ADD peer")]
    removed = [each.meaning.split()[2] for each in messages if each.meaning.startswith("SYS_DEL peer")]
    assert added[0] == "1"
    assert len(added) > 1
    assert told[:2] == [("peer_connected", 1), ("connection_succeeded",)]
    assert [each for each in told if each[0] == "peer_connected"] == [("peer_connected", int(peer)) for peer in added]
    assert [each for each in told if each[0] == "peer_disconnected"] == [
        ("peer_disconnected", int(peer)) for peer in removed
    ]


def test_peers_come_and_go(client: WebSocketClient, session: FakeTransport) -> None:
    told = signals_of(client)
    session.feed(relayed(PeerAdded(30), PeerAdded(20), PeerRemoved(30)))
    client.poll()

    assert told == [("peer_connected", 30), ("peer_connected", 20), ("peer_disconnected", 30)]
    assert client.get_peers() == [1, 20]


def test_the_state_changes_before_its_signal(client: WebSocketClient, transport: FakeTransport) -> None:
    seen: list[object] = []
    client.peer_connected.connect(lambda peer: seen.append((peer, client.get_peers(), client.get_unique_id())))
    client.connection_succeeded.connect(lambda: seen.append(client.put_packet(b"hello")))
    client.peer_disconnected.connect(lambda peer: seen.append((peer, client.get_peers())))
    transport.feed(relayed(IdAssigned(7), PeerAdded(1), PeerAdded(2), PeerRemoved(2)))
    client.poll()

    assert seen == [(1, [1], 7), Error.OK, (2, [1, 2], 7), (2, [1])]


def test_the_status_is_connected_before_the_id_is_known(client: WebSocketClient, transport: FakeTransport) -> None:
    assert client.get_connection_status() == client.CONNECTION_CONNECTED
    assert client.get_unique_id() == 0


def test_no_signal_of_normal_mode_is_emitted(client: WebSocketClient, network: FakeNetwork) -> None:
    told = signals_of(client)
    client.connect_to_url(URL, gd_mp_api=True)
    network.latest.open_now("", relayed(IdAssigned(7), PeerAdded(1), packet(b"x")))
    poll_all(client)
    network.latest.feed(Ended(was_clean=True))
    poll_all(client)

    assert told == [
        ("peer_connected", 1),
        ("connection_succeeded",),
        ("peer_packet", 1),
        ("server_disconnected",),
    ]


# How a session ends


@pytest.mark.parametrize(
    ("script", "signal"),
    [
        pytest.param([], "connection_failed", id="open-without-a-session"),
        pytest.param([IdAssigned(7)], "connection_failed", id="an-id-alone"),
        pytest.param([IdAssigned(7), PeerAdded(1)], "server_disconnected", id="established"),
        pytest.param([PeerAdded(1)], "server_disconnected", id="established-without-an-id"),
    ],
)
@pytest.mark.parametrize("was_clean", [True, False])
def test_an_end_is_reported_by(
    script: list[relay.RelayMessage], signal: str, was_clean: bool, client: WebSocketClient, transport: FakeTransport
) -> None:
    told = signals_of(client)
    events = [relayed(*script)] if script else []
    transport.feed(*events, Ended(was_clean=was_clean))
    poll_all(client)

    assert told[-1:] == [(signal,)]
    assert {name for name, *_ in told} & {"server_disconnected", "connection_failed"} == {signal}


def test_a_failed_attempt_is_reported_by_connection_failed(client: WebSocketClient, network: FakeNetwork) -> None:
    told = signals_of(client)
    client.connect_to_url(URL, gd_mp_api=True)
    network.latest.feed(Ended(was_clean=False, failure=failure(FailureKind.REFUSED, Stage.CONNECT)))
    poll_all(client)

    assert told == [("connection_failed",)]
    assert client.last_error is not None
    assert client.last_error.error is Error.ERR_CANT_CONNECT


def test_an_attempt_that_we_end_is_not_reported(client: WebSocketClient, network: FakeNetwork) -> None:
    told = signals_of(client)
    client.connect_to_url(URL, gd_mp_api=True)
    client.disconnect_from_host()
    poll_all(client)

    assert told == []


def test_a_kick_is_asked_for_first(client: WebSocketClient, session: FakeTransport) -> None:
    told = signals_of(client)
    session.feed(CloseReceived(4001, "bye", is_answer=False), Ended(was_clean=True))
    poll_all(client)

    assert told == [("server_close_request", 4001, "bye"), ("server_disconnected",)]
    assert (client.close_code, client.close_reason) == (4001, "bye")


def test_our_own_close_of_a_session_is_reported_by_server_disconnected(
    client: WebSocketClient, session: FakeTransport
) -> None:
    told = signals_of(client)
    client.disconnect_from_host()
    session.feed(CloseReceived(1000, "", is_answer=True), Ended(was_clean=True))
    poll_all(client)

    assert told == [("server_disconnected",)]


def test_a_new_session_during_our_close_first_reports_the_old_ones_end(
    client: WebSocketClient, session: FakeTransport, network: FakeNetwork
) -> None:
    told = signals_of(client)
    client.disconnect_from_host()
    client.connect_to_url(URL, gd_mp_api=True)
    network.latest.open_now("", relayed(IdAssigned(8), PeerAdded(1)))
    poll_all(client)

    assert told == [("server_disconnected",), ("peer_connected", 1), ("connection_succeeded",)]


def test_id_and_peers_are_cleared_when_the_end_is_reported(client: WebSocketClient, session: FakeTransport) -> None:
    seen: list[object] = []
    client.server_disconnected.connect(lambda: seen.append((client.get_unique_id(), client.get_peers())))
    session.feed(Ended(was_clean=False))
    poll_all(client)

    assert seen == [(0, [])]
    assert client.put_packet(b"hello") is Error.FAILED


def test_normal_mode_knows_no_session(client: WebSocketClient, session: FakeTransport, network: FakeNetwork) -> None:
    client.disconnect_from_host()
    client.connect_to_url(URL)
    network.latest.open_now("", relayed(IdAssigned(9), PeerAdded(1)))
    poll_all(client)

    assert (client.get_unique_id(), client.get_peers(), client.get_packet_peer()) == (0, [], 1)
    assert client.get_available_packet_count() == 2


def test_a_refused_connect_does_not_change_the_mode(client: WebSocketClient, network: FakeNetwork) -> None:
    client.connect_to_url(URL)
    network.latest.open_now()
    client.poll()
    told = signals_of(client)

    assert client.connect_to_url(URL, gd_mp_api=True) is Error.ERR_ALREADY_IN_USE
    assert client.connect_to_url("", gd_mp_api=True) is Error.ERR_INVALID_PARAMETER
    network.latest.feed(binary(b"hello"))
    client.poll()

    assert told == [("data_received",)]


# Handlers that raise, close and connect again


def test_success_is_reported_even_if_a_handler_of_peer_connected_raises(
    client: WebSocketClient, transport: FakeTransport
) -> None:
    told = signals_of(client)
    client.connect("peer_connected", lambda peer: 1 // (peer - 1))
    transport.feed(relayed(IdAssigned(7), PeerAdded(1), PeerAdded(2)))

    with pytest.raises(ZeroDivisionError):
        client.poll()
    assert told == [("peer_connected", 1)]

    client.poll()
    assert told[1:] == [("connection_succeeded",), ("peer_connected", 2)]


def test_a_session_without_a_reported_success_has_failed(
    client: WebSocketClient, transport: FakeTransport, network: FakeNetwork
) -> None:
    told = signals_of(client)

    def leave(_id: int) -> None:
        client.disconnect_from_host()
        client.connect_to_url(URL)

    client.peer_connected.connect(leave)
    transport.feed(relayed(IdAssigned(7), PeerAdded(1), PeerAdded(2)))
    client.poll()
    assert told == [("peer_connected", 1)]

    client.poll()
    assert told == [("peer_connected", 1), ("connection_failed",)]


def test_closing_in_peer_connected_still_reports_the_success(client: WebSocketClient, transport: FakeTransport) -> None:
    told = signals_of(client)
    client.connect("peer_connected", lambda _id: client.disconnect_from_host())
    transport.feed(relayed(IdAssigned(7), PeerAdded(1)), Ended(was_clean=True))
    poll_all(client)

    assert told == [("peer_connected", 1), ("connection_succeeded",), ("server_disconnected",)]


@pytest.mark.parametrize("signal", ["peer_packet", "peer_disconnected"])
def test_a_handler_that_raises_loses_nothing(signal: str, client: WebSocketClient, session: FakeTransport) -> None:
    told = signals_of(client)
    client.connect(signal, lambda _id: 1 // 0)
    session.feed(relayed(PeerAdded(2), packet(b"one", 2), PeerRemoved(2), packet(b"two")))

    for _ in range(4):
        try:
            client.poll()
        except ZeroDivisionError:
            told.append(("raised",))

    assert [each for each in told if each != ("raised",)] == [
        ("peer_connected", 2),
        ("peer_packet", 2),
        ("peer_disconnected", 2),
        ("peer_packet", 1),
    ]
    assert client.get_packets() == [b"one", b"two"]


# Packets between peers


def test_each_packet_has_its_sender(client: WebSocketClient, session: FakeTransport) -> None:
    told = signals_of(client)
    session.feed(relayed(packet(b"one", 20), packet(b"", 30), packet(b"three", 1)))
    client.poll()

    assert told == [("peer_packet", 20), ("peer_packet", 30), ("peer_packet", 1)]
    assert client.get_available_packet_count() == 3
    assert [(client.get_packet_peer(), client.get_packet()) for _ in range(4)] == [
        (20, b"one"),
        (30, b""),
        (1, b"three"),
        (1, b""),
    ]


def test_the_sender_is_that_of_the_next_packet_however_they_are_read(
    client: WebSocketClient, session: FakeTransport
) -> None:
    peer = client.get_peer(1)
    assert peer is not None
    session.feed(relayed(*(packet(bytes([number]), number) for number in range(20, 26))))
    client.poll()

    peer.get_packet()
    client.get_message()
    assert client.get_packet_peer() == 22
    client.get_packets()
    assert client.get_packet_peer() == 1


def test_packets_between_peers_are_not_text(client: WebSocketClient, session: FakeTransport) -> None:
    session.feed(relayed(packet(b"one")))
    client.poll()

    assert client.get_message() == b"one"
    assert not client.was_string_packet()


def test_the_senders_of_unread_packets_do_not_outlive_the_connection(
    client: WebSocketClient, session: FakeTransport, network: FakeNetwork
) -> None:
    session.feed(relayed(packet(b"one", 20), packet(b"two", 21)), Ended(was_clean=True))
    poll_all(client)
    client.connect_to_url(URL, gd_mp_api=True)
    network.latest.open_now("", relayed(packet(b"three", 30)))
    client.poll()

    assert client.get_packet_peer() == 30


@pytest.mark.parametrize("is_connected", [True, False])
def test_reading_nothing_is_unavailable(
    is_connected: bool, client: WebSocketClient, session: FakeTransport, network: FakeNetwork
) -> None:
    if not is_connected:
        session.feed(Ended(was_clean=True))
        poll_all(client)

    assert client.get_packet() == b""
    assert client.get_packet_error() is Error.ERR_UNAVAILABLE


def test_reading_nothing_is_unavailable_while_connecting(client: WebSocketClient) -> None:
    client.connect_to_url(URL, gd_mp_api=True)
    assert (client.get_packet(), client.get_packet_error()) == (b"", Error.ERR_UNAVAILABLE)

    client.disconnect_from_host()
    assert (client.get_packet(), client.get_packet_error()) == (b"", Error.ERR_UNAVAILABLE)


def test_packets_can_be_read_after_the_end(client: WebSocketClient, session: FakeTransport) -> None:
    session.feed(relayed(packet(b"one", 20)), Ended(was_clean=False))
    poll_all(client)

    assert (client.get_packet_peer(), client.get_packet()) == (20, b"one")

    client.connect_to_url(URL, gd_mp_api=True)
    assert client.get_available_packet_count() == 0


@pytest.mark.parametrize("target", [0, 1, 30, -30, -1, 7, 2**31 - 1, -(2**31)])
def test_a_packet_is_sent_to_the_target(target: int, client: WebSocketClient, session: FakeTransport) -> None:
    client.set_target_peer(target)

    assert client.put_packet(b"hello") is Error.OK
    assert session.sent == [Sent(struct.pack("<Bii", 0, 7, target) + b"hello", is_text=False)]


def test_packets_are_binary_in_any_mode(client: WebSocketClient, session: FakeTransport) -> None:
    client.set_write_mode(client.WRITE_MODE_TEXT)

    client.put_packet(b"\xff")
    client.send(b"\xfe")
    client.put_var(None)

    assert [message.payload[9:] for message in session.sent] == [b"\xff", b"\xfe", bytes(4)]
    assert not any(message.is_text for message in session.sent)


@pytest.mark.parametrize("call", [lambda client: client.send_text("hi"), lambda client: client.send("hi", 0)])
def test_text_has_no_way_between_peers(call, client: WebSocketClient, session: FakeTransport) -> None:
    assert call(client) is Error.ERR_UNAVAILABLE
    assert session.sent == []
    assert client.last_error is not None
    assert "put_packet(text.encode())" in client.last_error.hint


def test_an_empty_packet_is_not_sent(client: WebSocketClient, session: FakeTransport) -> None:
    assert client.put_packet(b"") is Error.OK
    assert session.sent == []


def test_nothing_is_sent_before_the_id_is_known(client: WebSocketClient, transport: FakeTransport) -> None:
    assert client.put_packet(b"hello") is Error.FAILED
    assert transport.sent == []
    assert client.last_error is not None
    assert client.last_error.hint == "Wait for connection_succeeded."


def test_nothing_is_sent_while_connecting(client: WebSocketClient) -> None:
    client.connect_to_url(URL, gd_mp_api=True)

    assert client.put_packet(b"hello") is Error.FAILED
    assert client.last_error is not None
    assert "still connecting" in client.last_error.message


def test_the_header_counts_for_the_outgoing_limit(client: WebSocketClient, network: FakeNetwork) -> None:
    client.set_buffers(1, 10, 1, 10)
    client.connect_to_url(URL, gd_mp_api=True)
    network.latest.open_now("", relayed(IdAssigned(7), PeerAdded(1)))
    client.poll()

    assert client.put_packet(bytes(1024 - 9)) is Error.OK
    assert client.put_packet(bytes(1024 - 8)) is Error.ERR_OUT_OF_MEMORY


def test_unread_packets_hold_everything_back_in_order(client: WebSocketClient, network: FakeNetwork) -> None:
    client.set_buffers(1, 2, 1, 10)
    client.connect_to_url(URL, gd_mp_api=True)
    told = signals_of(client)
    network.latest.open_now("", relayed(IdAssigned(7), PeerAdded(1), *([packet(b"x")] * 3), PeerAdded(2)))
    poll_all(client)
    assert told[2:] == [("peer_packet", 1)] * 2

    client.get_packet()
    client.poll()
    assert told[4:] == [("peer_packet", 1)]

    client.get_packets()
    client.poll()
    assert told[5:] == [("peer_connected", 2)]


def test_the_hook_for_packets_comes_before_their_signal(network: FakeNetwork) -> None:
    class Client(WebSocketClient):
        seen: list[object]

        def _on_peer_packet(self) -> None:
            self.seen.append(self.get_packet_peer())

    with Client(transport=network) as client:
        client.seen = []
        client.peer_packet.connect(client.seen.append)
        client.connect_to_url(URL, gd_mp_api=True)
        network.latest.open_now("", relayed(IdAssigned(7), PeerAdded(1), packet(b"x", 20)))
        client.poll()

        assert client.seen == [20, 20]


# Hostile servers


@pytest.mark.parametrize(
    "message",
    [
        pytest.param(b"", id="H15-empty"),
        pytest.param(header(0)[:8], id="H15-short-header"),
        pytest.param(header(1) + b"\x02\x00\x00", id="H15-short-id"),
        pytest.param(header(4) + bytes(4), id="H15-unknown-kind-4"),
        pytest.param(header(255) + bytes(4), id="H15-unknown-kind-255"),
        pytest.param(header(0, source=0) + b"x", id="H15-from-0"),
        pytest.param(header(0, source=-5) + b"x", id="H15-from-below"),
        pytest.param(header(1, source=20) + struct.pack("<i", 40), id="H15-system-message-of-a-peer"),
        pytest.param(header(1) + struct.pack("<i", 0), id="H15-add-0"),
        pytest.param(header(1) + struct.pack("<i", -3), id="H15-add-below"),
        pytest.param(relay.encode(PeerAdded(1)), id="H15-add-server-again"),
        pytest.param(relay.encode(PeerAdded(20)), id="H15-add-again"),
        pytest.param(relay.encode(PeerAdded(7)), id="H15-add-ourselves"),
        pytest.param(header(2) + struct.pack("<i", 1), id="H15-remove-server"),
        pytest.param(relay.encode(PeerRemoved(99)), id="H15-remove-unknown"),
        pytest.param(header(3) + struct.pack("<i", 0), id="H15-id-0"),
        pytest.param(header(3) + struct.pack("<i", 1), id="H15-id-1"),
        pytest.param(header(3) + struct.pack("<i", -1), id="H15-id-below"),
    ],
)
def test_a_meaningless_message_is_logged_counted_and_ignored(
    message: bytes, client: WebSocketClient, session: FakeTransport, caplog: pytest.LogCaptureFixture
) -> None:
    session.feed(relayed(PeerAdded(20)))
    client.poll()
    told = signals_of(client)
    session.feed(relayed(message, packet(b"after")))
    client.poll()

    assert told == [("peer_packet", 1)]
    assert (client.get_unique_id(), client.get_peers()) == (7, [1, 20])
    assert client.get_statistics().messages_ignored == 1
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "ignored a message" in caplog.text


def test_a_flood_of_nonsense_does_not_flood_the_log(
    client: WebSocketClient, session: FakeTransport, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    session.feed(relayed(*[b"nonsense"] * 100))
    client.poll()

    assert client.get_statistics().messages_ignored == 100
    assert len(caplog.records) == 1


def test_each_connection_counts_its_own_nonsense(
    client: WebSocketClient, session: FakeTransport, caplog: pytest.LogCaptureFixture
) -> None:
    session.feed(relayed(b"nonsense"))
    client.poll()
    client.disconnect_from_host()
    client.connect_to_url(URL, gd_mp_api=True)

    assert client.get_statistics().messages_ignored == 0


def test_h15_a_million_peers_are_not_believed(client: WebSocketClient, session: FakeTransport) -> None:
    told: list[int] = []
    client.peer_connected.connect(told.append)
    count = MAX_PEERS + 10
    session.feed(relayed(*(PeerAdded(number) for number in range(100, 100 + count))))
    client.poll()

    assert len(client.get_peers()) == MAX_PEERS
    assert len(told) == MAX_PEERS - 1  # the server was there
    assert client.get_statistics().messages_ignored == count - len(told)

    session.feed(relayed(PeerRemoved(100), PeerAdded(5)))
    client.poll()
    assert client.get_peers()[-1] == 5
