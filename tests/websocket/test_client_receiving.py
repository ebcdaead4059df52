"""Tests that each message is reported once, in order, when it can be read.

Messages without room or time wait.
"""

from __future__ import annotations

import logging

import pytest

from tests.support.client_states import URL
from tests.support.fake_transport import FakeNetwork, FakeTransport, binary, failure, text
from tests.support.signal_log import signals_of
from wsclient.protocol.events import CloseReceived, Ended, Event, FailureKind, PingReceived, PongReceived, Stage
from wsclient.websocket.client import WebSocketClient


@pytest.fixture
def transport(client: WebSocketClient, network: FakeNetwork) -> FakeTransport:
    """Returns the transport of an open connection.

    Its limits are small enough for tests: 1 KiB and 4 packets.
    """
    client.set_buffers(1, 4, 1, 4)
    client.connect_to_url(URL)
    network.latest.open_now()
    client.poll()
    network.latest.reads.clear()
    return network.latest


def numbered(first: int, behind: int):
    """A run of one-byte messages."""
    return binary(*(bytes([number]) for number in range(first, behind)))


# One signal a message


def test_the_nth_handler_sees_n_packets_if_none_are_read(client: WebSocketClient, transport: FakeTransport) -> None:
    counts: list[int] = []
    client.data_received.connect(lambda: counts.append(client.get_available_packet_count()))
    transport.feed(binary(b"one", b"two"), text("three"))
    client.poll()

    assert counts == [1, 2, 3]


def test_each_handler_can_read_its_message(client: WebSocketClient, transport: FakeTransport) -> None:
    read: list[object] = []
    client.data_received.connect(lambda: read.append((client.get_message(), client.was_string_packet())))
    transport.feed(text("one"), binary(b"", b"\xff"), text(""))
    client.poll()

    assert read == [("one", True), (b"", False), (b"\xff", False), ("", True)]


def test_without_handlers_messages_can_be_read_after_the_poll(
    client: WebSocketClient, transport: FakeTransport
) -> None:
    transport.feed(text("one"), binary(b"two", b"three"), text("four"))
    client.poll()

    assert client.get_available_packet_count() == 4
    assert [client.get_message() for _ in range(5)] == ["one", b"two", b"three", "four", None]


def test_messages_after_the_handshake_are_reported_after_it(client: WebSocketClient, network: FakeNetwork) -> None:
    told = signals_of(client)
    client.connect_to_url(URL)
    network.latest.open_now("", binary(b"early"))
    client.poll()

    assert told == [("connection_established", ""), ("data_received",)]


@pytest.mark.hostile("E09")
@pytest.mark.parametrize("listens", [True, False], ids=["with-a-handler", "without-handlers"])
def test_e09_the_last_message_the_close_and_the_end_at_once(
    listens: bool, client: WebSocketClient, transport: FakeTransport
) -> None:
    told = signals_of(client, but=() if listens else ("data_received",))
    transport.feed(binary(b"last"), CloseReceived(1000, "", is_answer=False), Ended(was_clean=True))
    client.poll()

    data = [("data_received",)] if listens else []
    assert told == [*data, ("server_close_request", 1000, ""), ("connection_closed", True)]
    assert client.get_packet() == b"last"


def test_a_later_handler_receives_later_messages(client: WebSocketClient, transport: FakeTransport) -> None:
    transport.feed(binary(b"one"))
    client.poll()
    told = signals_of(client)
    transport.feed(binary(b"two"))
    client.poll()

    assert told == [("data_received",)]
    assert client.get_packets() == [b"one", b"two"]


@pytest.mark.parametrize("event", [PingReceived(b"x"), PongReceived(b"x")], ids=["ping", "pong"])
def test_pings_and_pongs_are_not_reported(event: Event, client: WebSocketClient, transport: FakeTransport) -> None:
    told = signals_of(client)
    transport.feed(event, binary(b"x"))
    client.poll()

    assert told == [("data_received",)]


# Reading on


def test_one_poll_reads_on_while_there_is_more(client: WebSocketClient, transport: FakeTransport) -> None:
    transport.reads_on = True
    for number in range(3):
        transport.feed(numbered(number, number + 1))
    client.poll()

    assert client.get_packets() == [b"\0", b"\1", b"\2"]
    assert transport.reads == [True, True, True]


def test_one_poll_reads_on_after_an_incomplete_message(client: WebSocketClient, transport: FakeTransport) -> None:
    transport.reads_on = True
    transport.feed()
    transport.feed()
    transport.feed(binary(b"whole"))
    client.poll()

    assert client.get_packets() == [b"whole"]


def test_one_poll_reads_once_if_there_is_no_more(client: WebSocketClient, transport: FakeTransport) -> None:
    transport.feed(binary(b"one"))
    transport.feed(binary(b"two"))
    client.poll()

    assert transport.reads == [True]
    assert client.get_packets() == [b"one"]


# A full queue

LISTENS = pytest.mark.parametrize("listens", [True, False], ids=["with-a-handler", "without-handlers"])


@LISTENS
@pytest.mark.parametrize(
    ("sizes", "fitting"),
    [
        pytest.param([1] * 4, 4, id="packets-exactly"),
        pytest.param([1] * 6, 4, id="packets-above"),
        pytest.param([512, 512], 2, id="bytes-exactly"),
        pytest.param([512, 511, 1, 1], 3, id="bytes-exactly-then-one-more"),
        pytest.param([512, 513], 1, id="bytes-above"),
        pytest.param([1000, 100, 1], 1, id="bytes-above-and-a-small-one-behind"),
        pytest.param([1024], 1, id="one-of-the-limit"),
        pytest.param([1024, 0, 0], 3, id="empty-ones-beside-a-full-one"),
    ],
)
def test_never_more_is_readable_than_the_limits_allow(
    sizes: list[int], fitting: int, listens: bool, client: WebSocketClient, transport: FakeTransport
) -> None:
    told = signals_of(client) if listens else []
    transport.feed(binary(*map(bytes, sizes)))
    for _ in range(3):
        client.poll()

    assert client.get_available_packet_count() == fitting
    assert len(told) == (fitting if listens else 0)


@LISTENS
def test_messages_without_room_are_reported_when_there_is_some(
    listens: bool, client: WebSocketClient, transport: FakeTransport
) -> None:
    told = signals_of(client) if listens else []
    transport.feed(numbered(0, 10))
    read: list[bytes] = []
    for _ in range(3):
        client.poll()
        assert client.get_available_packet_count() <= 4
        read += client.get_packets()

    assert read == [bytes([number]) for number in range(10)]
    assert len(told) == (10 if listens else 0)


def test_a_handler_that_reads_makes_room_at_once(client: WebSocketClient, transport: FakeTransport) -> None:
    read: list[bytes] = []
    client.data_received.connect(lambda: read.append(client.get_packet()))
    transport.feed(numbered(0, 100))
    client.poll()

    assert read == [bytes([number]) for number in range(100)]


@pytest.mark.hostile("C07")
@pytest.mark.parametrize("sizes", [[1] * 4, [1024], [1, 1, 1022]], ids=["packets", "bytes", "both"])
def test_c07_a_full_queue_is_not_read_into(sizes: list[int], client: WebSocketClient, transport: FakeTransport) -> None:
    transport.reads_on = True
    transport.feed(binary(*map(bytes, sizes)))
    transport.feed(binary(b"more"))
    for _ in range(3):
        client.poll()
    assert transport.reads == [True, False, False]

    client.get_packets()
    client.poll()
    assert client.get_packets() == [b"more"]


@LISTENS
def test_while_a_message_waits_for_room_nothing_is_read(
    listens: bool, client: WebSocketClient, transport: FakeTransport
) -> None:
    """Nothing is read while a message waits for room.

    It is not tried again and again either: there is room for one byte, but not for the message.
    """
    if listens:
        client.data_received.connect(lambda: None)
    transport.feed(binary(bytes(600)), text("x" * 600))
    transport.feed(binary(b"later"))
    for _ in range(3):
        client.poll()

    assert client.get_available_packet_count() == 1
    assert transport.reads == [True, False, False]

    assert len(client.get_packet()) == 600
    client.poll()
    assert client.get_message() == "x" * 600
    client.poll()
    assert client.get_message() == b"later"


def test_sending_goes_on_while_reading_is_paused(client: WebSocketClient, transport: FakeTransport) -> None:
    client.auto_flush = False
    transport.feed(numbered(0, 10))
    client.poll()
    client.put_packet(b"hello")
    client.poll()

    assert client.get_current_outbound_buffered_amount() == 0
    assert transport.reads == [True, False]


@pytest.mark.parametrize(
    "sizes", [[1] * 5, [1] * 4, [600, 600], [1024]], ids=["packets", "just-full", "no-room-for-the-next", "bytes"]
)
def test_the_first_pause_of_a_connection_is_logged(
    sizes: list[int],
    client: WebSocketClient,
    transport: FakeTransport,
    network: FakeNetwork,
    caplog: pytest.LogCaptureFixture,
) -> None:
    for _ in range(3):
        transport.feed(binary(*map(bytes, sizes)))
        for _ in range(3):
            client.poll()
        unread = client.get_available_packet_count()
        client.get_packets()
    assert [(record.levelno, record.message) for record in caplog.records] == [
        (logging.WARNING, f"host:80: {unread} packets unread: call get_packet(). The server is held back")
    ]

    client.disconnect_from_host()
    client.connect_to_url(URL)
    network.latest.open_now("", binary(*map(bytes, sizes)))
    client.poll()
    client.poll()
    assert len(caplog.records) == 2


# The end after a full queue


@LISTENS
def test_messages_read_before_the_end_are_queued_beyond_the_limits(
    listens: bool, client: WebSocketClient, transport: FakeTransport
) -> None:
    told = signals_of(client, but=() if listens else ("data_received",))
    transport.feed(numbered(0, 10), CloseReceived(1000, "", is_answer=False), Ended(was_clean=True))
    client.poll()

    assert client.get_packets() == [bytes([number]) for number in range(10)]
    assert told == [
        *[("data_received",)] * (10 if listens else 0),
        ("server_close_request", 1000, ""),
        ("connection_closed", True),
    ]


def test_our_close_with_a_full_queue_ends_at_its_timeout(client: WebSocketClient, transport: FakeTransport) -> None:
    told = signals_of(client)
    transport.feed(numbered(0, 6))
    transport.feed(CloseReceived(1000, "", is_answer=True), Ended(was_clean=True))  # waits in the network
    client.poll()
    client.disconnect_from_host()
    client.poll()
    transport.interrupt(Ended(was_clean=False, failure=failure(FailureKind.TIMEOUT, Stage.CLOSE)))
    client.poll()

    assert told == [("data_received",)] * 6 + [("connection_closed", False)]
    assert client.get_packets() == [bytes([number]) for number in range(6)]


def test_a_close_of_the_server_waits_for_messages_without_room(
    client: WebSocketClient, transport: FakeTransport
) -> None:
    told = signals_of(client)
    transport.feed(numbered(0, 6), CloseReceived(4000, "bye", is_answer=False))
    client.poll()
    assert told == [("data_received",)] * 4
    assert client.close_code == -1

    client.get_packets()
    client.poll()
    assert told[4:] == [("data_received",)] * 2 + [("server_close_request", 4000, "bye")]


def test_an_end_that_needs_several_polls_is_not_polled_for_again(
    client: WebSocketClient, transport: FakeTransport
) -> None:
    """The transport has finished; its messages are reported one per poll."""
    client.poll_budget = 0
    told = signals_of(client)
    transport.feed(numbered(0, 3), Ended(was_clean=False))
    for _ in range(6):
        client.poll()

    assert told == [("data_received",)] * 3 + [("connection_closed", False)]
    assert transport.reads == [True]


@pytest.mark.parametrize("room", [True, False], ids=["room", "no-room"])
def test_closing_an_ended_connection_with_unread_messages_changes_nothing(
    room: bool, client: WebSocketClient, transport: FakeTransport
) -> None:
    client.poll_budget = 0
    told = signals_of(client)
    transport.feed(numbered(0, 3 if room else 9), Ended(was_clean=True))
    client.poll()
    client.disconnect_from_host()
    assert client.put_packet(b"hello") == 1
    for _ in range(10):
        client.poll()

    assert told == [("data_received",)] * (3 if room else 9) + [("connection_closed", True)]


# The budget


@pytest.fixture
def slow(client: WebSocketClient, network: FakeNetwork) -> list[float]:
    """Makes each message take 3 ms to handle; the list has the times."""
    times: list[float] = []

    def work() -> None:
        network.clock.advance(0.003)
        client.get_packet()
        times.append(network.clock.seconds)

    client.data_received.connect(work)
    return times


def test_the_budget_is_looked_at_after_every_handler_call(
    client: WebSocketClient, transport: FakeTransport, slow: list[float]
) -> None:
    transport.feed(numbered(0, 5))

    told = []
    for _ in range(4):
        client.poll()
        told.append(len(slow))

    assert told == [2, 4, 5, 5]


@pytest.mark.parametrize(("budget", "each_poll"), [(0, 1), (0.003, 1), (0.0031, 2), (0.02, 7), (1, 8)])
def test_a_budget_is_for_so_many_messages(
    budget: float, each_poll: int, client: WebSocketClient, transport: FakeTransport, slow: list[float]
) -> None:
    client.poll_budget = budget
    transport.feed(numbered(0, 8))
    client.poll()

    assert len(slow) == each_poll


def test_while_something_waits_for_time_nothing_is_read(
    client: WebSocketClient, transport: FakeTransport, slow: list[float]
) -> None:
    transport.reads_on = True
    transport.feed(numbered(0, 5))
    transport.feed(numbered(5, 6))
    for _ in range(3):
        client.poll()

    assert transport.reads == [True, False, False, True]
    assert len(slow) == 6


def test_one_read_follows_if_time_is_left_after_waiting_messages(
    client: WebSocketClient, transport: FakeTransport, slow: list[float]
) -> None:
    transport.feed(numbered(0, 3))
    transport.feed(numbered(3, 4))
    transport.feed(numbered(4, 5))
    client.poll()
    client.poll()

    assert len(slow) == 4
    assert transport.reads == [True, False, True]


def test_a_budget_that_ends_with_the_last_message_costs_no_idle_poll(
    client: WebSocketClient, transport: FakeTransport, slow: list[float]
) -> None:
    transport.feed(numbered(0, 2))
    transport.feed(numbered(2, 4))
    client.poll()
    client.poll()

    assert len(slow) == 4
    assert transport.reads == [True, True]


@LISTENS
def test_the_budget_is_looked_at_after_every_read(
    listens: bool, client: WebSocketClient, transport: FakeTransport
) -> None:
    if listens:
        client.data_received.connect(lambda: None)
    client.set_block_signals(True)
    transport.reads_on = True
    transport.seconds_a_read = 0.003
    for _ in range(4):
        transport.feed()
    client.poll()

    assert transport.reads == [True, True]


@pytest.mark.parametrize("seconds", [1, 2], ids=["exactly", "more"])
def test_other_signals_count_for_the_budget_too(
    seconds: int, client: WebSocketClient, transport: FakeTransport, network: FakeNetwork
) -> None:
    client.poll_budget = 1
    told = signals_of(client)
    client.connect("server_close_request", lambda code, reason: network.clock.advance(seconds))
    transport.feed(CloseReceived(1000, "", is_answer=False), Ended(was_clean=True))
    client.poll()
    assert told == [("server_close_request", 1000, "")]

    client.poll()
    assert told[1:] == [("connection_closed", True)]


@pytest.mark.hostile("C06")
def test_c06_a_flood_is_spread_over_polls_in_order(network: FakeNetwork) -> None:
    count, read = 100_000, []
    with WebSocketClient(transport=network) as client:
        client.poll_budget = 0.002

        def take() -> None:
            network.clock.advance(0.000001)
            read.append(client.get_packet())

        client.data_received.connect(take)
        client.connect_to_url(URL)
        network.latest.open_now("", binary(*(number.to_bytes(4, "big") for number in range(count))))
        polls = 0
        while len(read) < count:
            client.poll()
            polls += 1

    assert read == [number.to_bytes(4, "big") for number in range(count)]
    assert polls == pytest.approx(50, abs=1)
    assert not any(network.latest.reads[1:-1])


def test_a_slow_handshake_handler_delays_later_messages(client: WebSocketClient, network: FakeNetwork) -> None:
    told = signals_of(client)
    client.connect("connection_established", lambda protocol: network.clock.advance(1))
    client.connect_to_url(URL)
    network.latest.open_now("", binary(b"one"))
    client.poll()
    assert told == [("connection_established", "")]

    client.poll()
    assert told[1:] == [("data_received",)]


def test_a_handler_may_change_the_handlers_of_the_next_message(
    client: WebSocketClient, transport: FakeTransport
) -> None:
    told = []

    def first() -> None:
        told.append("first")
        client.get_packet()
        if told.count("first") == 1:
            client.data_received.connect(second)
        elif told.count("first") == 3:
            client.data_received.disconnect(second)
        elif told.count("first") == 4:
            client.set_block_signals(True)

    def second() -> None:
        told.append("second")

    client.data_received.connect(first)
    transport.feed(binary(b"1", b"2", b"3", b"4", b"5"))
    client.poll()

    assert told == ["first", "first", "second", "first", "second", "first"]
    assert client.get_available_packet_count() == 1
