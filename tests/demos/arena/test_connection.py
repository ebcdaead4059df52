"""Tests the arena's messages about its connection, and that it reconnects."""

from __future__ import annotations

import pytest

from demos.arena.connection import Connection
from tests.support.fake_transport import FakeNetwork, failure
from wsclient import WebSocketClient
from wsclient.protocol.events import CloseReceived, Ended, FailureKind, Stage

URL = "ws://127.0.0.1:9080"
REFUSED = Ended(was_clean=False, failure=failure(FailureKind.REFUSED, Stage.CONNECT, "127.0.0.1:9080 refused it"))
GONE = CloseReceived(1001, "See you.", is_answer=False)
BANNED = CloseReceived(4001, "The name Ada is taken.", is_answer=False)


@pytest.fixture
def network():
    return FakeNetwork()


@pytest.fixture
def client(network):
    with WebSocketClient(transport=network) as client:
        yield client


@pytest.fixture
def connection(client):
    return Connection(client, URL)


def test_connects_at_once(connection, client):
    assert client.get_connection_status() == client.CONNECTION_CONNECTING
    assert (connection.is_open, connection.line, connection.why) == (False, f"connecting to {URL}", "")


def test_says_that_it_is_connected(connection, client, network):
    network.latest.open_now()
    client.poll()

    assert (connection.is_open, connection.line, connection.connections) == (True, f"connected to {URL}", 1)


def test_counts_the_attempts_and_the_seconds_down(connection, client, network):
    network.latest.feed(REFUSED)
    client.poll()
    client.reconnect_policy.jitter = 0.0
    network.clock.advance(1.0)
    client.poll()
    assert connection.line == "no connection, attempt 1 under way"
    network.latest.feed(REFUSED)
    client.poll()
    network.clock.advance(0.1)

    assert connection.line == "no connection, attempt 2 in 0.4 s"
    assert connection.why.startswith("127.0.0.1:9080 refused it")


def test_forgets_the_reason_when_it_is_back(connection, client, network):
    network.latest.feed(REFUSED)
    client.poll()
    network.clock.advance(1.0)
    client.poll()
    network.latest.open_now()
    client.poll()

    assert (connection.why, connection.connections) == ("", 1)


@pytest.mark.parametrize(
    ("close", "line"),
    [
        pytest.param(GONE, "no connection, attempt 1 in ", id="tries-again"),
        pytest.param(BANNED, "no connection", id="gives-up"),
    ],
)
def test_prints_the_servers_words(connection, client, network, close, line):
    network.latest.open_now("", close, Ended(was_clean=True))
    client.poll()

    assert connection.why == close.reason
    assert connection.line.startswith(line)
    assert (client.time_to_reconnect >= 0.0) == line.endswith("in ")


def test_a_wrong_url_is_refused(client):
    with pytest.raises(ValueError, match="Port"):
        Connection(client, "ws://host:0x50")
