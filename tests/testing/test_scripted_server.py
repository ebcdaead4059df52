"""ScriptedServer: a client's whole life in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from wsclient import WebSocketClient
from wsclient.testing import ScriptedServer, SignalLog

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wsclient.testing import FakeClock

URL = "ws://game.example/room?a=1"


@pytest.fixture
def client(wsclient_server: ScriptedServer) -> Iterator[WebSocketClient]:
    with WebSocketClient(transport=wsclient_server) as client:
        yield client


def opened(client: WebSocketClient, server: ScriptedServer) -> SignalLog:
    log = SignalLog(client)
    assert not client.connect_to_url(URL)
    server.accept()
    client.poll()
    assert log == [("connection_established", "")]
    log.clear()
    return log


def test_one_poll_opens_an_accepted_attempt(client: WebSocketClient, wsclient_server: ScriptedServer) -> None:
    opened(client, wsclient_server)

    assert wsclient_server.is_open
    assert wsclient_server.request is not None
    assert wsclient_server.request.head.target == "/room?a=1"
    assert client.get_connected_host() == "192.0.2.1"


def test_an_attempt_waits_for_the_answer(client: WebSocketClient, wsclient_server: ScriptedServer) -> None:
    log = SignalLog(client)
    client.connect_to_url(URL, ["chat"])
    client.poll()

    assert wsclient_server.request is not None
    assert wsclient_server.request.subprotocols == ("chat",)
    assert log == []

    wsclient_server.accept("chat", ["X-Room: 7"])
    client.poll()

    assert log == [("connection_established", "chat")]


def test_messages_go_both_ways(client: WebSocketClient, wsclient_server: ScriptedServer) -> None:
    log = opened(client, wsclient_server)

    wsclient_server.send("hello", b"\x00\x01")
    client.poll()
    client.send_text("and you?")
    client.put_packet(b"\x02")
    client.poll()

    assert log == [("data_received",), ("data_received",), ("messages_available", 2)]
    assert [client.get_message(), client.get_message()] == ["hello", b"\x00\x01"]
    assert wsclient_server.received == ["and you?", b"\x02"]


def test_a_refusal_is_reported_with_its_status(client: WebSocketClient, wsclient_server: ScriptedServer) -> None:
    log = SignalLog(client)
    client.connect_to_url(URL)
    wsclient_server.reject(403, "no such room")
    client.poll()

    assert log == [("connection_error",)]
    assert client.last_error is not None
    assert client.last_error.http_status == 403
    assert client.last_error.http_body == b"no such room"


def test_the_server_closes(client: WebSocketClient, wsclient_server: ScriptedServer) -> None:
    log = opened(client, wsclient_server)

    wsclient_server.close(4000, "bye")
    client.poll()
    client.poll()

    assert log == [("server_close_request", 4000, "bye"), ("connection_closed", True)]
    assert not wsclient_server.is_open


def test_the_client_closes(client: WebSocketClient, wsclient_server: ScriptedServer) -> None:
    log = opened(client, wsclient_server)

    client.disconnect_from_host(3000, "enough")
    client.poll()
    client.poll()

    assert log == [("connection_closed", True)]
    assert (wsclient_server.close_code, wsclient_server.close_reason) == (3000, "enough")


def test_a_dropped_connection_is_not_clean(client: WebSocketClient, wsclient_server: ScriptedServer) -> None:
    log = opened(client, wsclient_server)

    wsclient_server.drop()
    client.poll()

    assert log == [("connection_closed", False)]
    assert client.close_code == 1006


def test_a_dropped_attempt_fails(client: WebSocketClient, wsclient_server: ScriptedServer) -> None:
    log = SignalLog(client)
    client.connect_to_url(URL)
    client.poll()

    wsclient_server.drop()
    client.poll()

    assert log == [("connection_error",)]


def test_a_delay_counts_each_way(
    client: WebSocketClient, wsclient_server: ScriptedServer, wsclient_clock: FakeClock
) -> None:
    opened(client, wsclient_server)
    wsclient_server.delay = 0.1
    client.send_text("ping")
    wsclient_server.send("pong")
    client.poll()

    assert (wsclient_server.delay, wsclient_server.received, client.get_message()) == (0.1, [], None)

    wsclient_clock.advance(0.1)
    client.poll()

    assert (wsclient_server.received, client.get_message()) == (["ping"], "pong")


def test_a_silent_server_is_noticed_by_the_heartbeat(
    client: WebSocketClient, wsclient_server: ScriptedServer, wsclient_clock: FakeClock
) -> None:
    client.heartbeat_interval = 1.0
    log = opened(client, wsclient_server)
    wsclient_server.is_silent = True

    for _ in range(60):
        wsclient_clock.advance(0.1)
        client.poll()

    assert log == [("connection_closed", False)]


def test_the_heartbeat_of_a_server_that_answers_goes_on(
    client: WebSocketClient, wsclient_server: ScriptedServer, wsclient_clock: FakeClock
) -> None:
    client.heartbeat_interval = 1.0
    log = opened(client, wsclient_server)

    for _ in range(60):
        wsclient_clock.advance(0.1)
        client.poll()

    assert log == []
    assert client.get_latency() >= 0


def test_an_unanswered_attempt_times_out(
    client: WebSocketClient, wsclient_server: ScriptedServer, wsclient_clock: FakeClock
) -> None:
    client.handshake_timeout = 2.0
    log = SignalLog(client)
    client.connect_to_url(URL)

    for _ in range(30):
        client.poll()
        wsclient_clock.advance(0.1)

    assert log == [("connection_error",)]


def test_the_same_server_takes_the_client_again(client: WebSocketClient, wsclient_server: ScriptedServer) -> None:
    opened(client, wsclient_server)
    client.send_text("first")
    client.poll()
    wsclient_server.drop()
    client.poll()

    opened(client, wsclient_server)

    assert wsclient_server.received == []
    assert wsclient_server.close_code is None


@pytest.mark.parametrize("call", [lambda server: server.send("x"), lambda server: server.close()])
def test_only_an_open_connection_can_be_used(call, wsclient_server: ScriptedServer) -> None:
    with pytest.raises(RuntimeError, match="no connection is open"):
        call(wsclient_server)


def test_a_server_makes_a_clock_of_its_own() -> None:
    server = ScriptedServer(delay=0.5)
    began = server.clock()
    server.clock.advance(1.0)

    assert server.clock() == began + 1.0
    assert server.request is None
