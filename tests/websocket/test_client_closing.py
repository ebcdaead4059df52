"""Tests how either side closes a connection.

A new attempt may begin while a close is in progress.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.client_states import STATES, URL, reach
from tests.support.fake_transport import FakeNetwork, FakeTransport, binary, failure
from tests.support.signal_log import signals_of
from wsclient.ground.error import Error
from wsclient.protocol.events import CloseReceived, Ended, FailureKind, Stage

if TYPE_CHECKING:
    from wsclient.websocket.client import WebSocketClient

DISCONNECTED, CONNECTING, CONNECTED = 0, 1, 2


each_state = pytest.mark.parametrize("state", STATES)


# The server closes


@pytest.mark.parametrize(
    ("code", "reason", "told_code"),
    [
        pytest.param(1000, "", 1000, id="normal"),
        pytest.param(1001, "restart", 1001, id="going-away"),
        pytest.param(4001, "kicked", 4001, id="its-own"),
        pytest.param(1005, "", 0, id="E03-none"),
    ],
)
def test_the_server_closes(
    code: int, reason: str, told_code: int, client: WebSocketClient, transport: FakeTransport
) -> None:
    told = signals_of(client)
    transport.feed(CloseReceived(code, reason, is_answer=False))
    client.poll()
    assert told == [("server_close_request", told_code, reason)]
    assert client.get_connection_status() == CONNECTED
    assert (client.close_code, client.close_reason) == (code, reason)

    transport.feed(Ended(was_clean=True))
    client.poll()
    assert told[1:] == [("connection_closed", True)]
    assert (client.close_code, client.close_reason) == (code, reason)


def test_unread_messages_are_readable_while_the_server_closes(
    client: WebSocketClient, transport: FakeTransport
) -> None:
    seen: list[object] = []
    client.server_close_request.connect(lambda code, reason: seen.append(client.get_available_packet_count()))
    client.connection_closed.connect(lambda was_clean: seen.append(client.get_packets()))
    transport.feed(binary(b"one", b"two"), CloseReceived(1000, "", is_answer=False), Ended(was_clean=True))
    client.poll()

    assert seen == [2, [b"one", b"two"]]


def test_a_later_close_replaces_an_earlier_one(
    client: WebSocketClient, transport: FakeTransport, network: FakeNetwork
) -> None:
    transport.feed(CloseReceived(4001, "kicked", is_answer=False), Ended(was_clean=True))
    client.poll()
    client.connect_to_url(URL)
    assert (client.close_code, client.close_reason) == (4001, "kicked")

    network.latest.open_now()
    client.poll()
    network.latest.feed(Ended(was_clean=False))
    client.poll()
    assert (client.close_code, client.close_reason) == (1006, "")


# We close


def test_we_close_and_the_server_answers(client: WebSocketClient, transport: FakeTransport) -> None:
    told = signals_of(client)
    client.disconnect_from_host(3001, "bye")
    assert transport.closes == [(3001, "bye")]
    assert client.get_connection_status() == CONNECTED
    client.poll()
    assert told == []

    transport.feed(CloseReceived(3001, "bye", is_answer=True), Ended(was_clean=True))
    client.poll()
    assert told == [("connection_closed", True)]
    assert (client.close_code, client.close_reason) == (3001, "bye")


def test_an_answer_without_a_code_is_1005(client: WebSocketClient, transport: FakeTransport) -> None:
    client.disconnect_from_host(0)
    transport.feed(CloseReceived(1005, "", is_answer=True), Ended(was_clean=True))
    client.poll()

    assert transport.closes == [(0, "")]
    assert client.close_code == 1005


def test_a_close_without_an_answer_times_out(client: WebSocketClient, transport: FakeTransport) -> None:
    told = signals_of(client)
    client.disconnect_from_host()
    transport.interrupt(Ended(was_clean=False, failure=failure(FailureKind.TIMEOUT, Stage.CLOSE, "no answer")))
    client.poll()

    assert told == [("connection_closed", False)]
    assert client.close_code == 1006
    assert client.last_error is not None
    assert (client.last_error.stage, client.last_error.error) == ("close", Error.ERR_TIMEOUT)


def test_messages_before_the_answer_are_delivered(client: WebSocketClient, transport: FakeTransport) -> None:
    told = signals_of(client)
    client.disconnect_from_host()
    transport.feed(binary(b"late"), CloseReceived(1000, "", is_answer=True), Ended(was_clean=True))
    client.poll()

    assert told == [("data_received",), ("connection_closed", True)]
    assert client.get_packet() == b"late"


@each_state
def test_disconnecting_twice_is_disconnecting_once(state: str, client: WebSocketClient, network: FakeNetwork) -> None:
    reach(state, client, network)

    client.disconnect_from_host(1001, "first")
    client.disconnect_from_host(1002, "second")

    first = [(1001, "first")] if state in ("open", "closed by the server") else []
    before = [(1000, "")] if state == "closing" else []
    assert [close for each in network.transports for close in each.closes] == before + first


@pytest.mark.hostile("E11")
@pytest.mark.parametrize(
    ("state", "status", "terminal"),
    [
        ("disconnected", DISCONNECTED, []),
        ("connecting", DISCONNECTED, []),
        ("open", CONNECTED, [("connection_closed", True)]),
        ("closing", CONNECTED, [("connection_closed", True)]),
        ("closed by the server", CONNECTED, [("connection_closed", True)]),
        ("ended", DISCONNECTED, []),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_e11_disconnecting_in_each_state(
    state: str, status: int, terminal: list[tuple[object, ...]], client: WebSocketClient, network: FakeNetwork
) -> None:
    reach(state, client, network)
    told = signals_of(client)

    client.disconnect_from_host()
    assert client.get_connection_status() == status

    if terminal:
        network.latest.feed(Ended(was_clean=True))
    for _ in range(3):
        client.poll()
    assert told == terminal


def test_an_attempt_that_we_end_lets_its_transport_go(client: WebSocketClient, network: FakeNetwork) -> None:
    client.connect_to_url(URL)

    client.disconnect_from_host()

    assert network.latest.is_aborted
    assert client.connect_to_url(URL) is Error.OK
    assert len(network.transports) == 2


@pytest.mark.hostile("E06")
@each_state
@pytest.mark.parametrize(("code", "reason"), [(1005, ""), (-1, ""), (70000, ""), (1000, "x" * 124)])
def test_e06_an_illegal_close_changes_nothing(
    code: int, reason: str, state: str, client: WebSocketClient, network: FakeNetwork
) -> None:
    reach(state, client, network)
    status = client.get_connection_status()
    closes = [each.closes[:] for each in network.transports]

    with pytest.raises(ValueError, match="close"):
        client.disconnect_from_host(code, reason)

    assert client.get_connection_status() == status
    assert [each.closes for each in network.transports] == closes


# A new attempt while our close is pending


def test_the_old_end_is_reported_first(client: WebSocketClient, transport: FakeTransport, network: FakeNetwork) -> None:
    told = signals_of(client)
    client.disconnect_from_host()
    client.connect_to_url(URL)
    assert (told, transport.is_aborted) == ([], True)
    assert client.get_connection_status() == CONNECTING

    network.latest.open_now("", binary(b"new"))
    client.poll()

    assert told == [("connection_closed", False), ("connection_established", ""), ("data_received",)]
    assert client.close_code == 1006


def test_the_old_end_is_reported_even_if_the_new_attempt_ended(
    client: WebSocketClient, transport: FakeTransport
) -> None:
    told = signals_of(client)
    client.disconnect_from_host()
    client.connect_to_url(URL)
    client.disconnect_from_host()
    client.poll()

    assert told == [("connection_closed", False)]


def test_the_old_end_is_reported_once_before_many_attempts(
    client: WebSocketClient, transport: FakeTransport, network: FakeNetwork
) -> None:
    told = signals_of(client)
    client.disconnect_from_host()
    for _ in range(3):
        assert client.connect_to_url(URL) is Error.OK
        client.disconnect_from_host()
    client.connect_to_url(URL)
    network.latest.feed(Ended(was_clean=False, failure=failure(FailureKind.REFUSED, Stage.CONNECT)))
    client.poll()

    assert told == [("connection_closed", False), ("connection_error",)]


@pytest.mark.parametrize("seconds", [1, 2], ids=["exactly", "more"])
def test_the_old_end_waits_for_a_poll_with_time(
    seconds: int, client: WebSocketClient, transport: FakeTransport, network: FakeNetwork
) -> None:
    client.poll_budget = 1
    told = signals_of(client)
    client.connect("connection_closed", lambda was_clean: network.clock.advance(seconds))
    client.disconnect_from_host()
    client.connect_to_url(URL)
    network.latest.open_now()

    client.poll()
    assert told == [("connection_closed", False)]

    client.poll()
    assert told[1:] == [("connection_established", "")]


def test_a_new_attempt_inside_the_old_end_is_refused_as_one_is_under_way(
    client: WebSocketClient, transport: FakeTransport
) -> None:
    answers: list[Error] = []
    client.connection_closed.connect(lambda was_clean: answers.append(client.connect_to_url(URL)))
    client.disconnect_from_host()
    client.connect_to_url(URL)
    client.poll()

    assert answers == [Error.ERR_ALREADY_IN_USE]


def test_the_new_attempt_may_be_replaced_inside_the_old_end(
    client: WebSocketClient, transport: FakeTransport, network: FakeNetwork
) -> None:
    told = signals_of(client)

    def start_over(_was_clean: bool) -> None:
        client.disconnect_from_host()
        client.connect_to_url(URL)

    client.connection_closed.connect(start_over)
    client.disconnect_from_host()
    client.connect_to_url(URL)
    network.latest.open_now()
    client.poll()
    assert told == [("connection_closed", False)]

    network.latest.open_now()
    client.poll()
    assert told[1:] == [("connection_established", "")]
