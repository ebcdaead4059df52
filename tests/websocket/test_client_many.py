"""WebSocketClient: many in one thread, for whom the system is asked together."""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.fake_network import FakeNetwork, FakeResolver
from tests.support.scripted_server import ScriptedServer
from wsclient.protocol.events import PingReceived
from wsclient.testing import FakeClock
from wsclient.transport.native import NativeTransport
from wsclient.transport.opening.attempt import Outside
from wsclient.websocket.client import WebSocketClient

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from wsclient.transport.base import Settings

FRAME = 0.016


class Crowd:
    """Open clients, all asked for together, and the server of each."""

    def __init__(self, size: int) -> None:
        self.clock = FakeClock()
        self.network = FakeNetwork()
        self.network.listen("192.0.2.1")
        outside = Outside(
            resolver=FakeResolver(),
            readiness=self.network.readiness(clock=self.clock, alone=0),
            socket_factory=self.network.socket,
        )

        def transport(settings: Settings) -> NativeTransport:
            return NativeTransport(settings, clock=self.clock, outside=outside)

        self.clients = [WebSocketClient(transport=transport) for _ in range(size)]
        for client in self.clients:
            assert not client.connect_to_url("ws://game.example")
        self.frames(3)
        self.servers = [ScriptedServer(stream) for stream in self.network.accepted]
        for server in self.servers:
            server.step()
            server.accept()
        self.frames(4)
        assert all(client.get_connection_status() == client.CONNECTION_CONNECTED for client in self.clients)

    def frames(self, count: int, *, but: WebSocketClient | None = None) -> None:
        """Polls all clients once a frame, but perhaps one."""
        for _ in range(count):
            self.clock.advance(FRAME)
            for client in self.clients:
                if client is not but:
                    client.poll()

    def pings(self) -> list[int]:
        """How many each server has received."""
        for server in self.servers:
            server.step()
        return [sum(isinstance(event, PingReceived) for event in server.events) for server in self.servers]


@pytest.fixture
def crowd_of() -> Iterator[Callable[[int], Crowd]]:
    """Makes a crowd, whose clients end with the test."""
    with contextlib.ExitStack() as stack:

        def make(size: int) -> Crowd:
            crowd = Crowd(size)
            for client in crowd.clients:
                stack.enter_context(client)
            return crowd

        yield make


def seconds(number: float) -> int:
    """In frames."""
    return round(number / FRAME)


def test_a_frame_of_many_idle_clients_asks_the_system_once_and_calls_nothing_else(
    crowd_of: Callable[[int], Crowd],
) -> None:
    crowd = crowd_of(20)
    asked, called = crowd.network.questions, sum(len(made.calls) for made in crowd.network.sockets)
    crowd.frames(300)
    assert crowd.network.questions - asked == 300
    assert sum(len(made.calls) for made in crowd.network.sockets) == called


def test_each_receives_what_was_sent_to_it_in_the_same_frame(crowd_of: Callable[[int], Crowd]) -> None:
    crowd = crowd_of(5)
    for number, server in enumerate(crowd.servers):
        if number != 2:
            server.send_message(b"to %d" % number)
    crowd.frames(1)
    assert [client.get_packets() for client in crowd.clients] == [[b"to 0"], [b"to 1"], [], [b"to 3"], [b"to 4"]]


@pytest.mark.parametrize("times", range(5))
def test_one_that_is_polled_less_often_misses_nothing(times: int, crowd_of: Callable[[int], Crowd]) -> None:
    crowd = crowd_of(4)
    crowd.servers[2].send_message(b"hello")
    for _ in range(times):
        crowd.clients[0].poll()
    crowd.clients[1].poll()
    crowd.clients[2].poll()
    crowd.frames(1)
    assert crowd.clients[2].get_packets() == [b"hello"]
    crowd.servers[2].send_message(b"again")
    crowd.frames(1)
    assert crowd.clients[2].get_packets() == [b"again"]


def test_one_that_is_polled_more_often_misses_nothing(crowd_of: Callable[[int], Crowd]) -> None:
    crowd = crowd_of(3)
    for number in range(5):
        crowd.servers[1].send_message(b"%d" % number)
        crowd.clients[1].poll()
    assert crowd.clients[1].get_packets() == [b"0", b"1", b"2", b"3", b"4"]


@pytest.mark.parametrize("again", [0, 2, 4])
def test_each_receives_in_the_same_frame_also_after_one_was_polled_twice(
    again: int, crowd_of: Callable[[int], Crowd]
) -> None:
    crowd = crowd_of(5)
    crowd.clients[again].poll()
    for server in crowd.servers:
        server.send_message(b"hello")
    crowd.frames(1)
    assert [client.get_packets() for client in crowd.clients] == [[b"hello"]] * 5


def test_after_a_while_each_receives_in_the_same_frame_in_whatever_order_they_are_polled(
    crowd_of: Callable[[int], Crowd],
) -> None:
    crowd = crowd_of(5)
    crowd.clients.reverse()
    crowd.servers.reverse()
    crowd.frames(300)
    for server in crowd.servers:
        server.send_message(b"hello")
    crowd.frames(1)
    assert [client.get_packets() for client in crowd.clients] == [[b"hello"]] * 5


@given(st.lists(st.tuples(st.sampled_from(["send", "poll", "frame"]), st.integers(0, 3)), max_size=30))
def test_whatever_the_order_each_message_arrives_once(steps: list[tuple[str, int]]) -> None:
    crowd = Crowd(4)
    sent: list[list[bytes]] = [[] for _ in crowd.clients]
    with contextlib.ExitStack() as stack:
        for client in crowd.clients:
            stack.enter_context(client)
        for number, (step, which) in enumerate(steps):
            if step == "send":
                sent[which].append(b"%d" % number)
                crowd.servers[which].send_message(sent[which][-1])
            elif step == "poll":
                crowd.clients[which].poll()
            else:
                crowd.frames(1)
        crowd.frames(2)
        assert [client.get_packets() for client in crowd.clients] == sent


@pytest.mark.parametrize("auto_flush", [True, False])
def test_one_that_sends_while_it_rests_is_served_by_the_next_poll(
    auto_flush: bool, crowd_of: Callable[[int], Crowd]
) -> None:
    crowd = crowd_of(3)
    client = crowd.clients[1]
    client.auto_flush = auto_flush
    for number in range(3):
        client.send_text(str(number))
        crowd.frames(1)
        crowd.servers[1].step()
        assert len(crowd.servers[1].messages) == number + 1
        crowd.frames(2)


def test_the_end_of_one_leaves_the_others_alone(crowd_of: Callable[[int], Crowd]) -> None:
    crowd = crowd_of(3)
    ended: list[bool] = []
    crowd.clients[1].connection_closed.connect(ended.append)
    crowd.clients[1].disconnect_from_host()
    crowd.servers[1].step()
    crowd.frames(2)
    crowd.servers[2].send_message(b"still here")
    crowd.frames(1)
    assert ended == [True]
    assert crowd.clients[2].get_packets() == [b"still here"]


def test_every_poll_is_counted(crowd_of: Callable[[int], Crowd]) -> None:
    crowd = crowd_of(2)
    before = [client.get_statistics().polls for client in crowd.clients]
    crowd.frames(1000)
    assert [client.get_statistics().polls for client in crowd.clients] == [polls + 1000 for polls in before]


def test_deferred_handlers_are_not_left_waiting(crowd_of: Callable[[int], Crowd]) -> None:
    crowd = crowd_of(2)
    called: list[bool] = []
    crowd.clients[1]._deferred = [lambda: called.append(True)]
    crowd.frames(1)
    assert called == [True]


def test_another_thread_is_refused_while_nothing_is_to_be_done(crowd_of: Callable[[int], Crowd]) -> None:
    crowd = crowd_of(2)
    crowd.frames(1)
    crowd.clients[0].poll()  # so that the other one would rest
    refused: list[BaseException] = []

    def poll() -> None:
        try:
            crowd.clients[1].poll()
        except RuntimeError as error:
            refused.append(error)

    thread = threading.Thread(target=poll)
    thread.start()
    thread.join()
    assert len(refused) == 1


# Deadlines


def test_each_pings_into_the_silence(crowd_of: Callable[[int], Crowd]) -> None:
    crowd = crowd_of(4)
    crowd.frames(seconds(19.8))
    assert crowd.pings() == [0] * 4
    crowd.frames(seconds(0.5))
    assert crowd.pings() == [1] * 4


def test_answered_pings_keep_all_of_them_open(crowd_of: Callable[[int], Crowd]) -> None:
    crowd = crowd_of(3)
    for _ in range(10):
        crowd.frames(seconds(10))
        crowd.pings()
    assert crowd.pings() == [4] * 3
    assert all(client.get_connection_status() == client.CONNECTION_CONNECTED for client in crowd.clients)


def test_an_unanswered_ping_ends_that_connection_only(crowd_of: Callable[[int], Crowd]) -> None:
    crowd = crowd_of(3)
    for _ in range(5):
        crowd.frames(seconds(10))
        crowd.servers[0].step()
        crowd.servers[2].step()
    open_ones = [client.get_connection_status() == client.CONNECTION_CONNECTED for client in crowd.clients]
    assert open_ones == [True, False, True]


@pytest.mark.hostile("F06")
def test_f06_after_a_freeze_nobody_is_given_up_and_all_ask_at_once(crowd_of: Callable[[int], Crowd]) -> None:
    crowd = crowd_of(3)
    crowd.frames(seconds(5))
    crowd.clock.advance(60.0)
    crowd.frames(2)
    assert crowd.pings() == [1] * 3
    crowd.frames(seconds(15))
    assert all(client.get_connection_status() == client.CONNECTION_CONNECTED for client in crowd.clients)


def test_time_stands_still_for_one_that_is_not_polled_while_the_others_are(crowd_of: Callable[[int], Crowd]) -> None:
    crowd = crowd_of(3)
    left_out = crowd.clients[1]
    crowd.frames(seconds(15))
    crowd.frames(seconds(60), but=left_out)
    assert crowd.pings()[1] == 0
    crowd.frames(2)
    assert crowd.pings()[1] == 1
    assert left_out.get_connection_status() == left_out.CONNECTION_CONNECTED


def test_time_that_was_polled_counts_although_nobody_looked_at_the_clock(
    crowd_of: Callable[[int], Crowd], caplog: pytest.LogCaptureFixture
) -> None:
    crowd = crowd_of(2)
    crowd.frames(seconds(15))
    crowd.servers[0].send_message(b"news")
    crowd.frames(2)
    assert "poll() was not called" not in caplog.text
    crowd.frames(seconds(5))
    assert crowd.pings() == [1, 1]


def test_a_shorter_heartbeat_counts_at_once(crowd_of: Callable[[int], Crowd]) -> None:
    crowd = crowd_of(2)
    crowd.clients[1].heartbeat_interval = 1.0
    crowd.frames(seconds(1.2))
    assert crowd.pings() == [0, 1]
