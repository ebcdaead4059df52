"""Tests the one warning for a game that cannot keep up."""

from __future__ import annotations

import logging

import pytest

from tests.support.client_states import URL
from tests.support.fake_transport import FakeNetwork, binary
from wsclient import WebSocketClient


@pytest.fixture
def client(network: FakeNetwork):
    """Open, with a `poll_budget` of 4 ms."""
    with WebSocketClient(transport=network) as client:
        client.connect_to_url(URL)
        network.latest.open_now()
        client.poll()
        yield client


def play(client: WebSocketClient, network: FakeNetwork, *, each: float, arrive: list[int]) -> None:
    """Polls once for each number of messages that have arrived by then.

    Handling a message takes `each` seconds.
    """

    def handle() -> None:
        network.clock.advance(each)
        client.get_packet()

    client.data_received.connect(handle)
    for count in arrive:
        if count:
            network.latest.feed(binary(*[b"x"] * count))
        client.poll()
    client.data_received.disconnect(handle)


def warnings_of(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


@pytest.mark.faults("A3")
def test_falling_behind_is_reported_once_with_figures_and_remedies(
    client: WebSocketClient, network: FakeNetwork, caplog: pytest.LogCaptureFixture
) -> None:
    play(client, network, each=0.003, arrive=[20, 0, 0, 0, 0])

    (line,) = warnings_of(caplog)
    assert line.startswith("host:80: three polls in a row used up poll_budget (4 ms)")
    assert "messages wait to be handled" in line
    assert "faster" in line
    assert "larger poll_budget" in line


@pytest.mark.faults("A3")
def test_received_messages_without_a_signal_are_counted(client: WebSocketClient, network: FakeNetwork) -> None:
    play(client, network, each=0.003, arrive=[10, 0])

    told = client.get_statistics()
    assert (told.backlog, told.polls_cut_short, told.unread_packets) == (6, 2, 0)


@pytest.mark.parametrize(
    ("each", "arrive"),
    [
        pytest.param(0.001, [3] * 10, id="keeps-up"),
        pytest.param(0.005, [1] * 10, id="slow-handler-that-leaves-nothing"),
        pytest.param(0.003, [6, 0, 0, 6, 0, 0], id="two-in-a-row"),
    ],
)
def test_a_program_that_keeps_up_is_not_warned(
    client: WebSocketClient, network: FakeNetwork, caplog: pytest.LogCaptureFixture, each: float, arrive: list[int]
) -> None:
    play(client, network, each=each, arrive=arrive)

    assert warnings_of(caplog) == []
    assert client.get_statistics().backlog == 0


def test_unread_messages_do_not_count_as_falling_behind(
    client: WebSocketClient, network: FakeNetwork, caplog: pytest.LogCaptureFixture
) -> None:
    network.latest.feed(binary(*[b"x"] * 5000))

    for _ in range(5):
        network.latest.seconds_a_read = 0.01
        client.poll()

    assert client.get_statistics().polls_cut_short == 0
    assert len(warnings_of(caplog)) == 1  # that they are not read
