"""Tests that clients in a PollGroup behave as if polled alone.

The cost is that of those that have work.
"""

from __future__ import annotations

import contextlib
import gc
import weakref
from math import inf
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demos.custom_peer.loopback_peer import LoopbackPeer
from tests.support.children import in_child, needs_fork
from tests.support.collector import collector_off
from tests.support.counting_set import CountingSet
from tests.support.fake_network import NO_PROXIES, FakeNetwork, FakeResolver
from tests.support.scripted_server import ScriptedServer
from tests.support.threads import in_thread
from wsclient import WebSocketClient
from wsclient.protocol.events import PingReceived
from wsclient.testing import FakeClock, SignalLog
from wsclient.transport.native import NativeTransport
from wsclient.transport.opening.attempt import Outside
from wsclient.transport.poll_set import open_poll_set
from wsclient.websocket.poll_group import PollGroup

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from wsclient.transport.base import Settings

FRAME = 0.016


class Crowd:
    """Open clients in a group, and the server of each."""

    def __init__(self, size: int, *, names: tuple[str, ...] = ("epoll", "poll", "select")) -> None:
        self.clock = FakeClock()
        self.network = FakeNetwork()
        self.network.listen("192.0.2.1")
        system = self.network.readiness(*names)
        self.group = PollGroup(
            clock=self.clock,
            poll_set=lambda: open_poll_set(system._system),  # private: the fake module that the sockets are known to
        )
        self.outside = Outside(
            resolver=FakeResolver(), environment=NO_PROXIES, readiness=system, socket_factory=self.network.socket
        )
        self.clients = [self.client() for _ in range(size)]
        for client in self.clients:
            assert not client.connect_to_url("ws://game.example")
            self.group.add(client)
        self.frames(3)
        self.servers = [ScriptedServer(stream) for stream in self.network.accepted]
        for server in self.servers:
            server.step()
            server.accept()
        self.frames(4)
        assert all(self.is_open(client) for client in self.clients)

    def client(self) -> WebSocketClient:
        def transport(settings: Settings) -> NativeTransport:
            return NativeTransport(settings, clock=self.clock, outside=self.outside)

        return WebSocketClient(transport=transport)

    @staticmethod
    def is_open(client: WebSocketClient) -> bool:
        return client.get_connection_status() == client.CONNECTION_CONNECTED

    def frames(self, count: int) -> None:
        """Polls the group once a frame."""
        for _ in range(count):
            self.clock.advance(FRAME)
            self.group.poll()

    def pings(self) -> list[int]:
        """How many each server has received."""
        for server in self.servers:
            server.step()
        return [sum(isinstance(event, PingReceived) for event in server.events) for server in self.servers]

    def calls(self) -> int:
        """How many calls all sockets have had."""
        return sum(len(made.calls) for made in self.network.sockets)

    def polls(self) -> list[int]:
        """How often each client was polled."""
        return [client.get_statistics().polls for client in self.clients]


@pytest.fixture
def crowd_of() -> Iterator[Callable[..., Crowd]]:
    """Makes a crowd, whose clients end with the test."""
    with contextlib.ExitStack() as stack:

        def make(size: int, **options: tuple[str, ...]) -> Crowd:
            crowd = Crowd(size, **options)
            stack.enter_context(crowd.group)
            for client in crowd.clients:
                stack.enter_context(client)
            return crowd

        yield make


def seconds(number: float) -> int:
    """In frames."""
    return round(number / FRAME)


# What it costs


def test_a_frame_of_idle_clients_asks_the_system_once_and_polls_none(crowd_of) -> None:
    crowd = crowd_of(20)
    asked, called, polls = (
        crowd.network.questions,
        sum(len(made.calls) for made in crowd.network.sockets),
        crowd.polls(),
    )

    crowd.frames(300)

    assert crowd.network.questions - asked == 300
    assert sum(len(made.calls) for made in crowd.network.sockets) == called
    assert crowd.polls() == polls


def test_only_a_client_with_news_is_polled_and_only_once(crowd_of) -> None:
    crowd = crowd_of(5)
    polls = crowd.polls()
    crowd.servers[3].send_message(b"hello")

    crowd.frames(2)

    assert [now - before for now, before in zip(crowd.polls(), polls, strict=True)] == [0, 0, 0, 1, 0]
    assert crowd.clients[3].get_packets() == [b"hello"]


def test_clients_that_wait_for_a_reply_are_not_polled(crowd_of) -> None:
    crowd = crowd_of(1)
    waiting = crowd.client()
    waiting.connect_to_url("ws://game.example")
    crowd.group.add(waiting)
    crowd.frames(5)
    polls = waiting.get_statistics().polls

    crowd.frames(50)

    assert waiting.get_statistics().polls == polls
    ScriptedServer(crowd.network.accepted[-1]).step()
    waiting.disconnect_from_host()


def test_a_group_takes_one_descriptor_and_its_members_only_their_own(crowd_of) -> None:
    crowd = crowd_of(20)

    assert crowd.network.readiness  # the fake counts below
    assert crowd.outside.readiness._system.open_epolls == 1  # private: the fake's own count


# The same as polled singly


@pytest.mark.parametrize("names", [("epoll",), ("poll",), ("select",)], ids=lambda names: names[0])
def test_each_receives_its_messages_in_the_same_frame(names, crowd_of) -> None:
    crowd = crowd_of(5, names=names)
    for number, server in enumerate(crowd.servers):
        if number != 2:
            server.send_message(b"to %d" % number)
    crowd.frames(1)

    assert [client.get_packets() for client in crowd.clients] == [[b"to 0"], [b"to 1"], [], [b"to 3"], [b"to 4"]]


@given(st.lists(st.tuples(st.sampled_from(["send", "poll", "frame", "end"]), st.integers(0, 3)), max_size=30))
def test_each_message_arrives_once_in_any_order(steps: list[tuple[str, int]]) -> None:
    crowd = Crowd(4)
    sent: list[list[bytes]] = [[] for _ in crowd.clients]
    ended: set[int] = set()
    with contextlib.ExitStack() as stack:
        for client in crowd.clients:
            stack.enter_context(client)
        for number, (step, which) in enumerate(steps):
            if step == "send" and which not in ended:
                sent[which].append(b"%d" % number)
                crowd.servers[which].send_message(sent[which][-1])
            elif step == "poll":
                crowd.clients[which].poll()
            elif step == "end" and which not in ended:
                ended.add(which)
                crowd.servers[which].stream.end()
            else:
                crowd.frames(1)
        crowd.frames(2)
        assert [client.get_packets() for client in crowd.clients] == sent
        assert [crowd.is_open(client) for client in crowd.clients] == [number not in ended for number in range(4)]


@pytest.mark.parametrize("auto_flush", [True, False])
def test_messages_sent_while_it_rests_are_sent(auto_flush: bool, crowd_of) -> None:
    crowd = crowd_of(3)
    client = crowd.clients[1]
    client.auto_flush = auto_flush
    for number in range(4):
        client.send_text(str(number))
        crowd.frames(1)
        crowd.servers[1].step()
        assert len(crowd.servers[1].messages) == number + 1
        crowd.frames(2)


def test_messages_without_room_are_sent_when_there_is_some(crowd_of) -> None:
    crowd = crowd_of(2)
    stream = next(made for made in crowd.network.sockets).stream
    stream.room = 3
    crowd.clients[0].send_text("longer than that")
    crowd.frames(3)
    stream.room = None
    crowd.frames(1)
    crowd.servers[0].step()

    assert crowd.servers[0].messages == [b"longer than that"]


def test_what_a_handler_sends_without_room_is_sent_when_there_is_some(crowd_of) -> None:
    crowd = crowd_of(2)
    client, server, stream = crowd.clients[0], crowd.servers[0], crowd.network.sockets[0].stream
    client.data_received.connect(lambda: client.send_text("longer than that"))
    stream.room = 3
    server.send_message(b"go")
    crowd.frames(2)
    stream.room = None
    crowd.frames(1)
    server.step()

    assert server.messages == [b"longer than that"]


def test_a_close_in_a_handler_without_an_answer_ends_when_its_time_is_over(crowd_of) -> None:
    crowd = crowd_of(2)
    client = crowd.clients[0]
    client.close_timeout = 1.0
    log = SignalLog(client, but={"data_received", "messages_available"})
    client.data_received.connect(client.disconnect_from_host)
    crowd.servers[0].send_message(b"go")
    crowd.frames(1)

    crowd.frames(seconds(1.0) + 2)

    assert log == [("connection_closed", False)]


def test_a_close_in_a_handler_ends_with_its_signal(crowd_of) -> None:
    crowd = crowd_of(3)
    log = SignalLog(crowd.clients[1], but={"data_received"})
    crowd.clients[0].data_received.connect(crowd.clients[1].disconnect_from_host)
    crowd.servers[0].send_message(b"go")
    crowd.frames(1)
    crowd.servers[1].step()
    crowd.frames(2)

    assert log == [("connection_closed", True)]


def test_a_full_queue_is_read_on_when_there_is_room(crowd_of) -> None:
    crowd = crowd_of(2)
    client = crowd.clients[0]
    sent = [b"%d" % number for number in range(5000)]
    for message in sent:
        crowd.servers[0].send_message(message)
    received: list[bytes] = []
    for _ in range(20):
        crowd.frames(3)
        received += client.get_packets()

    assert received == sent


def test_a_member_may_be_polled_singly(crowd_of) -> None:
    crowd = crowd_of(2)
    crowd.servers[0].send_message(b"hello")
    crowd.clients[0].poll()

    assert crowd.clients[0].get_packets() == [b"hello"]


def test_a_member_that_was_polled_singly_has_its_next_turn(crowd_of) -> None:
    crowd = crowd_of(2)
    client = crowd.clients[0]
    client.poll_budget = 0.0
    crowd.frames(1)
    for payload in (b"first", b"second"):
        crowd.servers[0].connection.send_message(payload, is_text=True)
    crowd.servers[0].step()  # both in one read
    client.data_received.connect(lambda: None)
    client.poll()
    assert client.get_packets() == [b"first"]

    crowd.frames(1)

    assert client.get_packets() == [b"second"]


def test_one_that_ended_can_connect_again(crowd_of) -> None:
    crowd = crowd_of(2)
    log = SignalLog(crowd.clients[0])
    crowd.clients[0].connection_closed.connect(lambda _: crowd.clients[0].connect_to_url("ws://game.example"))
    crowd.servers[0].stream.end()
    crowd.frames(5)
    again = ScriptedServer(crowd.network.accepted[-1])
    again.step()
    again.accept()
    crowd.frames(2)

    assert log.names == ["connection_closed", "connection_established"]


# Deadlines


def test_each_pings_when_it_is_due(crowd_of) -> None:
    crowd = crowd_of(4)
    crowd.frames(seconds(19.8))
    assert crowd.pings() == [0] * 4
    crowd.frames(seconds(0.5))
    assert crowd.pings() == [1] * 4


def test_answered_pings_keep_all_of_them_open(crowd_of) -> None:
    crowd = crowd_of(3)
    for _ in range(10):
        crowd.frames(seconds(10))
        crowd.pings()
    assert all(crowd.is_open(client) for client in crowd.clients)


def test_an_unanswered_ping_ends_that_connection_only(crowd_of) -> None:
    crowd = crowd_of(3)
    for _ in range(5):
        crowd.frames(seconds(10))
        crowd.servers[0].step()
        crowd.servers[2].step()
    assert [crowd.is_open(client) for client in crowd.clients] == [True, False, True]


@pytest.mark.hostile("F06")
def test_f06_after_a_freeze_no_client_gives_up_and_all_ping_at_once(crowd_of, caplog) -> None:
    crowd = crowd_of(3)
    crowd.frames(seconds(5))
    crowd.clock.advance(60.0)
    crowd.frames(2)
    assert crowd.pings() == [1] * 3
    crowd.frames(seconds(15))
    assert all(crowd.is_open(client) for client in crowd.clients)
    assert caplog.text.count("poll() was not called") == 1


def test_time_in_which_only_the_group_was_polled_counts(crowd_of, caplog) -> None:
    crowd = crowd_of(2)
    crowd.frames(seconds(15))
    crowd.servers[0].send_message(b"news")
    crowd.frames(2)
    assert "poll() was not called" not in caplog.text
    crowd.frames(seconds(5))
    assert crowd.pings() == [1, 1]


def test_time_in_a_group_counts_when_it_was_left(crowd_of, caplog) -> None:
    crowd = crowd_of(1)
    client = crowd.clients[0]
    crowd.frames(seconds(15))
    crowd.group.remove(client)
    for _ in range(seconds(4)):
        crowd.clock.advance(FRAME)
        client.poll()
    assert "poll() was not called" not in caplog.text
    assert crowd.pings() == [0]
    for _ in range(seconds(2)):
        crowd.clock.advance(FRAME)
        client.poll()
    assert crowd.pings() == [1]


def test_a_shorter_heartbeat_counts_at_once(crowd_of) -> None:
    crowd = crowd_of(2)
    crowd.frames(5)
    crowd.clients[1].heartbeat_interval = 1.0
    crowd.frames(seconds(1.2))
    assert crowd.pings() == [0, 1]


def test_an_unanswered_attempt_ends_when_its_time_is_over(crowd_of) -> None:
    crowd = crowd_of(1)
    waiting = crowd.client()
    waiting.handshake_timeout = 2.0
    log = SignalLog(waiting)
    waiting.connect_to_url("ws://game.example")
    crowd.group.add(waiting)
    crowd.frames(seconds(1.9))
    assert log == []
    crowd.frames(seconds(0.2))
    assert log == [("connection_error",)]


# Fairness


def test_all_have_a_turn_before_any_has_a_second_one(crowd_of) -> None:
    crowd = crowd_of(4)
    crowd.group.poll_budget = 0.0
    turns: list[int] = []
    for number, client in enumerate(crowd.clients):
        client.data_received.connect(lambda number=number: turns.append(number))
    for _ in range(2):
        for server in crowd.servers:
            server.send_message(b"x")
    crowd.frames(4)
    assert sorted(set(turns)) == [0, 1, 2, 3]
    assert turns == sorted(turns)


def test_without_a_limit_all_are_served_at_once(crowd_of) -> None:
    crowd = crowd_of(50)
    crowd.group.poll_budget = inf
    for server in crowd.servers:
        server.send_message(b"x")
    crowd.frames(1)
    assert all(client.get_available_packet_count() == 1 for client in crowd.clients)


# Handlers


def test_a_handler_that_raises_does_not_stop_others(crowd_of) -> None:
    crowd = crowd_of(3)

    def fail() -> None:
        raise LookupError("a handler's")

    crowd.clients[0].data_received.connect(fail)
    crowd.clients[1].data_received.connect(fail)
    for server in crowd.servers:
        server.send_message(b"x")
    with pytest.raises(ExceptionGroup) as caught:
        crowd.frames(1)
    assert len(caught.value.exceptions) == 2
    assert crowd.clients[2].get_packets() == [b"x"]
    crowd.servers[0].send_message(b"again")
    with pytest.raises(LookupError):
        crowd.frames(1)


def test_an_exception_is_not_kept_when_it_was_caught(crowd_of) -> None:
    class Lost(LookupError):
        """Can be referred to weakly, as Python's own errors cannot."""

        def __init__(self) -> None:
            raised.append(weakref.ref(self))

    crowd = crowd_of(1)
    raised: list[weakref.ref[Lost]] = []

    def fail() -> None:
        raise Lost

    crowd.clients[0].data_received.connect(fail)
    crowd.servers[0].send_message(b"x")
    with collector_off():
        with contextlib.suppress(LookupError):
            crowd.frames(1)

        assert [each() for each in raised] == [None]


def test_an_exception_before_ctrl_c_is_logged(crowd_of, caplog: pytest.LogCaptureFixture) -> None:
    crowd = crowd_of(2)

    def fail() -> None:
        raise LookupError("a handler's")

    def press() -> None:
        raise KeyboardInterrupt

    crowd.clients[0].data_received.connect(fail)
    crowd.clients[1].data_received.connect(press)
    for server in crowd.servers:
        server.send_message(b"x")
    with pytest.raises(KeyboardInterrupt):
        crowd.frames(1)

    assert "a handler's" in caplog.text


def test_a_client_removed_in_a_handler_is_not_polled_again(crowd_of) -> None:
    crowd = crowd_of(2)
    crowd.clients[0].data_received.connect(lambda: crowd.group.remove(crowd.clients[1]))
    for server in crowd.servers:
        server.send_message(b"x")
    crowd.frames(3)
    assert crowd.clients[1].get_packets() == []
    assert crowd.clients[1] not in crowd.group
    crowd.clients[1].poll()
    assert crowd.clients[1].get_packets() == [b"x"]


def test_a_client_added_in_a_handler_is_polled_next_time(crowd_of) -> None:
    crowd = crowd_of(2)
    other = crowd.clients[1]
    crowd.group.remove(other)
    crowd.clients[0].data_received.connect(lambda: crowd.group.add(other))
    for server in crowd.servers:
        server.send_message(b"x")
    crowd.frames(2)
    assert other.get_packets() == [b"x"]


def test_a_poll_inside_a_poll_does_nothing(crowd_of) -> None:
    crowd = crowd_of(2)
    crowd.clients[0].data_received.connect(crowd.group.poll)
    crowd.servers[0].send_message(b"x")
    crowd.frames(1)
    assert crowd.clients[0].get_packets() == [b"x"]


# Members


def test_members_are_listed_in_their_order(crowd_of) -> None:
    crowd = crowd_of(3)
    group = crowd.group
    group.add(crowd.clients[1])

    assert (list(group), len(group), repr(group)) == (crowd.clients, 3, "<PollGroup of 3>")
    assert object() not in group


def test_other_objects_than_peers_are_refused() -> None:
    with pytest.raises(TypeError, match="clients and other peers"):
        PollGroup([object()])


def test_a_client_is_in_one_group_at_a_time() -> None:
    client = WebSocketClient()
    first, second = PollGroup([client]), PollGroup()
    with pytest.raises(ValueError, match="another PollGroup"):
        second.add(client)
    first.discard(client)
    first.discard(client)
    second.add(client)
    with pytest.raises(KeyError):
        first.remove(client)
    second.close()
    assert len(second) == 0


def test_a_client_of_a_group_that_is_gone_may_join_another_one() -> None:
    client = WebSocketClient()
    PollGroup([client])
    gc.collect()

    assert client in PollGroup([client])


def test_nothing_of_a_group_is_kept_alive_by_its_members() -> None:
    client = WebSocketClient()
    group = PollGroup([client])
    gone = weakref.ref(group)
    del group

    assert gone() is None
    client.connect_to_url("ws://127.0.0.1:1")  # wakes no member
    client.disconnect_from_host()


def test_peers_of_another_kind_are_polled_each_time() -> None:
    peer = LoopbackPeer()
    group = PollGroup([peer], clock=FakeClock())
    for number in range(3):
        peer.put_packet(b"%d" % number)
        group.poll()
        assert peer.get_packet() == b"%d" % number


# Owners


def test_another_thread_is_refused(crowd_of) -> None:
    crowd = crowd_of(1)

    assert isinstance(in_thread(crowd.group.poll), RuntimeError)


@needs_fork
def test_a_forked_child_is_refused_and_changes_nothing(crowd_of) -> None:
    crowd = crowd_of(1)

    def poll() -> str:
        try:
            crowd.group.poll()
        except RuntimeError:
            return "refused"
        return "polled"

    assert in_child(poll) == "refused"
    crowd.servers[0].send_message(b"x")
    crowd.frames(1)
    assert crowd.clients[0].get_packets() == [b"x"]


# Waiting


def test_wait_ends_at_once_if_a_client_has_work(crowd_of) -> None:
    crowd = crowd_of(1)
    crowd.clients[0].auto_flush = False
    crowd.clients[0].send_text("x")

    assert crowd.group.wait(60.0)


def test_wait_without_time_returns_if_something_has_arrived(crowd_of) -> None:
    crowd = crowd_of(1)
    crowd.frames(1)
    assert not crowd.group.wait(0.0)
    crowd.servers[0].send_message(b"x")
    assert crowd.group.wait(0.0)
    crowd.frames(1)
    assert crowd.clients[0].get_packets() == [b"x"]


def test_a_group_has_a_descriptor_for_event_loops(crowd_of) -> None:
    assert crowd_of(1).group.fileno() == 99


class NapSet(CountingSet):
    """Notes how long it was asked to wait."""

    def __init__(self) -> None:
        super().__init__()
        self.naps: list[float] = []

    def ready(self, seconds: float) -> list[int]:
        self.naps.append(seconds)
        return super().ready(seconds)


def test_wait_naps_for_members_that_only_polling_shows_something_of() -> None:
    system = NapSet()
    group = PollGroup([LoopbackPeer()], clock=FakeClock(), poll_set=lambda: system)
    group.poll()

    assert group.wait(5.0)
    assert system.naps == [0.01]


def test_wait_naps_while_only_the_program_can_let_a_member_go_on(crowd_of) -> None:
    crowd = crowd_of(1)
    client, system = crowd.clients[0], NapSet()
    crowd.group.close()
    with PollGroup([client], clock=crowd.clock, poll_set=lambda: system) as group:
        for _ in range(4096):  # as many as may be unread
            crowd.servers[0].connection.send_message(b"", is_text=True)
        crowd.servers[0].step()
        group.poll()
        assert client.get_available_packet_count() == 4096
        system.naps.clear()

        assert group.wait(5.0)
        assert system.naps == [0.01]
