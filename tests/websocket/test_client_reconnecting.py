"""Tests automatic reconnection, and what is kept for the next connection."""

from __future__ import annotations

import logging
from contextlib import ExitStack
from random import Random
from typing import TYPE_CHECKING

import pytest

from tests.support.client_states import URL
from tests.support.fake_transport import FakeNetwork, Sent, binary, failure
from tests.support.threads import in_thread
from wsclient import Error, ReconnectPolicy, WebSocketClient
from wsclient.protocol.events import CloseReceived, Ended, FailureKind, Stage
from wsclient.testing import SignalLog
from wsclient.transport.base import OpeningRequest
from wsclient.websocket.poll_group import PollGroup

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from wsclient.websocket.connection_failure import ConnectionFailure

    NewLine = Callable[..., "Line"]

REFUSED = Ended(was_clean=False, failure=failure(FailureKind.REFUSED, Stage.CONNECT))
LOST = Ended(was_clean=False, failure=failure(FailureKind.LOST))
VIOLATION = Ended(was_clean=False, failure=failure(FailureKind.VIOLATION))


class Line:
    """A client that connects again, and its network.

    Its delays are not random: 1, 2, 4, then 8 seconds.
    """

    def __init__(self, policy: ReconnectPolicy | None = None) -> None:
        self.network = FakeNetwork()
        self.client = WebSocketClient(transport=self.network)
        self.client.reconnect_policy = policy or ReconnectPolicy(1.0, 8.0, jitter=0.0)
        self.log = SignalLog(self.client, but=("messages_available", "data_received"))

    def connect(self, *, gd_mp_api: bool = False) -> None:
        assert self.client.connect_to_url(URL, gd_mp_api=gd_mp_api) is Error.OK

    def open(self) -> None:
        """Opens the attempt that goes on."""
        self.network.latest.open_now()
        self.client.poll()

    def end(self, *events: object) -> None:
        """Ends what goes on."""
        self.network.latest.feed(*events)
        self.client.poll()

    def wait(self, seconds: float) -> None:
        self.network.clock.advance(seconds)
        self.client.poll()

    @property
    def attempts(self) -> int:
        return len(self.network.transports)

    def told(self, name: str) -> list[list[object]]:
        """The arguments of each signal of that name."""
        return [args for told, *args in map(tuple, self.log) if told == name]

    @property
    def last_two(self) -> list[tuple[object, ...]]:
        return self.log[-2:]


def kept(**changes: float) -> ReconnectPolicy:
    return ReconnectPolicy(1.0, 8.0, jitter=0.0, keep_unsent=True, **changes)


@pytest.fixture
def new_line() -> Iterator[NewLine]:
    """Makes lines whose clients are closed after the test."""
    with ExitStack() as stack:

        def make(policy: ReconnectPolicy | None = None) -> Line:
            line = Line(policy)
            stack.enter_context(line.client)
            return line

        yield make


@pytest.fixture
def line(new_line: NewLine) -> Line:
    return new_line()


@pytest.fixture
def open_line(line: Line) -> Line:
    line.connect()
    line.open()
    return line


@pytest.fixture
def keeping(new_line: NewLine) -> Line:
    """An open connection of a client that keeps what is unsent."""
    line = new_line(kept())
    line.connect()
    line.open()
    return line


# Signals and the wait


def test_a_client_without_a_policy_never_connects_again(new_line: NewLine) -> None:
    line = new_line()
    line.client.reconnect_policy = None
    line.connect()

    line.end(REFUSED)
    line.wait(100.0)

    assert line.log == [("connection_error",)]
    assert (line.attempts, line.client.time_to_reconnect) == (1, -1.0)


def test_another_attempt_is_announced_right_after_the_end(line: Line) -> None:
    line.connect()

    line.end(REFUSED)

    assert line.log == [("connection_error",), ("reconnecting", 1, 1.0)]
    assert line.client.get_connection_status() is line.client.CONNECTION_DISCONNECTED


def test_the_attempt_begins_when_its_time_has_come(line: Line) -> None:
    line.connect()
    line.end(REFUSED)

    line.wait(0.9)
    assert (line.attempts, line.client.time_to_reconnect) == (1, pytest.approx(0.1))
    line.wait(0.1)

    assert (line.attempts, line.client.time_to_reconnect) == (2, -1.0)
    assert line.client.get_connection_status() is line.client.CONNECTION_CONNECTING


def test_the_time_counts_even_without_polls(line: Line) -> None:
    line.connect()
    line.end(REFUSED)

    line.network.clock.advance(60.0)

    assert line.client.time_to_reconnect == 0.0


def test_each_attempt_is_counted_and_waits_longer(line: Line) -> None:
    line.connect()
    for seconds in (1.0, 2.0, 4.0, 8.0, 8.0):
        line.end(REFUSED)
        line.wait(seconds)

    assert line.told("reconnecting") == [[1, 1.0], [2, 2.0], [3, 4.0], [4, 8.0], [5, 8.0]]
    assert len(line.told("connection_error")) == 5


@pytest.mark.parametrize(("lasted", "attempt"), [pytest.param(4.9, 2, id="short"), pytest.param(5.0, 1, id="stable")])
def test_the_count_begins_again_after_a_lasting_connection(line: Line, lasted: float, attempt: int) -> None:
    line.connect()
    line.end(REFUSED)
    line.wait(1.0)
    line.open()

    line.network.clock.advance(lasted)
    line.end(LOST)

    assert line.log.names[-2:] == ["connection_closed", "reconnecting"]
    assert line.told("reconnecting")[-1][0] == attempt


@pytest.mark.hostile("J02")
def test_the_players_of_a_server_that_restarts_do_not_come_back_all_at_once() -> None:
    network, lot = FakeNetwork(), Random(1)
    clients = [WebSocketClient(transport=network) for _ in range(500)]
    for client in clients:
        client.reconnect_policy = ReconnectPolicy(random=lot.random)  # its first delay is from 0.25 to 0.5 s
        client.connect_to_url(URL)
        network.latest.open_now()
        client.poll()
    for transport in [*network.transports]:
        transport.feed(LOST)
    attempts: list[int] = []
    for _ in range(60):
        before = len(network.transports)
        for client in clients:
            client.poll()
        attempts.append(len(network.transports) - before)
        network.clock.advance(0.01)
    for client in clients:
        client.disconnect_from_host()

    assert sum(attempts) == len(clients), "each tries once"
    assert max(attempts) < 50, "in a hundredth of a second"


def test_giving_up_is_reported_once(open_line: Line) -> None:
    open_line.end(CloseReceived(4001, "banned", is_answer=False), Ended(was_clean=True))
    open_line.wait(100.0)

    assert open_line.last_two == [("connection_closed", True), ("reconnection_failed",)]
    assert (open_line.attempts, open_line.client.time_to_reconnect) == (1, -1.0)


def test_attempts_may_be_limited(new_line: NewLine) -> None:
    line = new_line(ReconnectPolicy(1.0, jitter=0.0, max_attempts=2))
    line.connect()
    for _ in range(2):
        line.end(REFUSED)
        line.wait(2.0)

    line.end(REFUSED)

    assert line.last_two == [("connection_error",), ("reconnection_failed",)]


def test_a_second_violation_in_a_row_is_the_last(open_line: Line) -> None:
    open_line.end(VIOLATION)
    open_line.wait(1.0)
    open_line.open()

    open_line.end(VIOLATION)

    assert open_line.last_two == [("connection_closed", False), ("reconnection_failed",)]


def test_a_violation_between_other_ends_is_tried_again(open_line: Line) -> None:
    for end in (VIOLATION, LOST, VIOLATION):
        open_line.end(end)
        open_line.wait(8.0)
        open_line.open()

    assert open_line.told("reconnection_failed") == []


# Asked for


def test_nothing_follows_a_requested_end(open_line: Line) -> None:
    open_line.client.disconnect_from_host()

    open_line.end(CloseReceived(1000, "", is_answer=True), Ended(was_clean=True))

    assert open_line.log[-1] == ("connection_closed", True)
    assert open_line.client.time_to_reconnect == -1.0


def test_disconnecting_ends_the_wait_silently(line: Line) -> None:
    line.connect()
    line.end(REFUSED)
    line.log.clear()

    line.client.disconnect_from_host()
    line.wait(100.0)

    assert (line.log, line.attempts, line.client.time_to_reconnect) == ([], 1, -1.0)


def test_disconnecting_ends_an_attempt_after_a_wait_silently(line: Line) -> None:
    line.connect()
    line.end(REFUSED)
    line.wait(1.0)
    line.log.clear()

    line.client.disconnect_from_host()
    line.wait(100.0)

    assert (line.log, line.attempts) == ([], 2)


@pytest.mark.parametrize("signal", ["connection_error", "reconnecting"])
def test_a_handler_may_disconnect(line: Line, signal: str) -> None:
    line.client.connect(signal, lambda *_: line.client.disconnect_from_host())
    line.connect()

    line.end(REFUSED)
    line.wait(100.0)

    assert line.log[-1][0] == signal
    assert (line.attempts, line.client.time_to_reconnect) == (1, -1.0)


@pytest.mark.parametrize("signal", ["connection_error", "reconnecting", "reconnection_failed"])
def test_a_handler_may_connect_elsewhere(signal: str, new_line: NewLine) -> None:
    line = new_line(ReconnectPolicy(1.0, jitter=0.0))
    if signal == "reconnection_failed":
        line.client.reconnect_policy = GivesUp()
    line.client.connect(signal, lambda *_: line.client.connect_to_url("ws://other"))
    line.connect()

    line.end(REFUSED)
    line.wait(100.0)

    assert line.log[-1][0] == signal
    assert [str(made.request.url.host) for made in line.network.transports if made.request] == ["host", "other"]


def test_connecting_replaces_the_wait(line: Line) -> None:
    line.connect()
    line.end(REFUSED)
    line.wait(1.0)
    line.end(REFUSED)

    assert line.client.connect_to_url("ws://other") is Error.OK
    assert line.client.time_to_reconnect == -1.0
    line.end(REFUSED)

    assert line.log[-1] == ("reconnecting", 1, 1.0)


def test_a_refused_call_does_not_change_the_wait(line: Line) -> None:
    line.connect()
    line.end(REFUSED)

    assert line.client.connect_to_url("http://") is Error.ERR_INVALID_PARAMETER
    line.wait(1.0)

    assert line.attempts == 2


def test_the_wait_can_be_ended(line: Line) -> None:
    line.connect()
    line.end(REFUSED)

    line.client.reconnect_now()
    assert line.client.time_to_reconnect == 0.0
    line.client.poll()

    assert line.attempts == 2


def test_there_is_no_wait_to_end_while_connected(open_line: Line) -> None:
    open_line.client.reconnect_now()
    open_line.client.poll()

    assert open_line.attempts == 1


def test_leaving_the_with_block_ends_the_wait(line: Line) -> None:
    with line.client:
        line.connect()
        line.end(REFUSED)
    line.wait(100.0)

    assert line.attempts == 1


def test_taking_the_policy_away_ends_the_wait(line: Line) -> None:
    line.connect()
    line.end(REFUSED)

    line.client.reconnect_policy = None
    line.wait(100.0)

    assert (line.attempts, line.client.reconnect_policy) == (1, None)


def test_another_policy_counts_for_the_ends_to_come(line: Line) -> None:
    line.connect()
    line.end(REFUSED)

    line.client.reconnect_policy = GivesUp()
    line.wait(1.0)
    line.end(REFUSED)

    assert line.last_two == [("connection_error",), ("reconnection_failed",)]


@pytest.mark.parametrize("policy", [0.5, "always", ReconnectPolicy], ids=["number", "word", "class"])
def test_other_objects_than_policies_are_refused(line: Line, policy: object) -> None:
    with pytest.raises(TypeError, match="ReconnectPolicy or None"):
        line.client.reconnect_policy = policy  # type: ignore[assignment]


# What an attempt is


def test_an_attempt_asks_for_the_same(line: Line) -> None:
    line.client.connect_to_url("ws://host/room?x=1", ["chat"], custom_headers=["X-Name: a"])
    line.end(REFUSED)
    line.wait(1.0)

    first, second = (made.request for made in line.network.transports)
    assert isinstance(first, OpeningRequest)
    assert second == first.replace(connect_timeout=2.0)


@pytest.mark.parametrize(("delay", "seconds"), [(0.5, 2.0), (7.0, 7.0)], ids=["short", "long"])
def test_an_attempt_has_no_longer_to_connect_than_the_wait_was(delay: float, seconds: float, new_line: NewLine) -> None:
    line = new_line(ReconnectPolicy(delay, jitter=0.0))
    line.connect()
    line.end(REFUSED)
    line.wait(delay)

    first, second = (made.request.connect_timeout for made in line.network.transports if made.request)
    assert (first, second) == (0.0, seconds)


def test_headers_that_a_page_cannot_send_fail_the_attempt(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    line.connect()
    line.end(REFUSED)
    monkeypatch.setattr("tests.support.fake_transport.FakeTransport.refusal_of", lambda *_: "no headers")

    line.wait(1.0)

    assert line.last_two == [("connection_error",), ("reconnection_failed",)]
    assert "no headers" in str(line.client.last_error).lower()


def test_unread_packets_and_counts_go_on(open_line: Line) -> None:
    open_line.client.put_packet(b"out")
    open_line.end(binary(b"one"), LOST)
    open_line.wait(1.0)
    open_line.open()
    open_line.end(binary(b"two"))

    statistics = open_line.client.get_statistics()
    assert (statistics.messages_received, statistics.messages_sent) == (2, 1)
    assert open_line.client.get_packets() == [b"one", b"two"]


def test_the_reason_stays_until_a_connection_is_open(line: Line) -> None:
    line.connect()
    line.end(REFUSED)
    line.wait(1.0)
    assert line.client.last_error is not None

    line.open()

    assert line.client.last_error is None


def test_a_new_session_begins_in_multiplayer_mode(line: Line) -> None:
    line.connect(gd_mp_api=True)
    line.open()
    line.end(binary(bytes([1, *(0, 0, 0, 0), *(0, 0, 0, 0), *(7, 0, 0, 0)])))
    line.end(LOST)
    assert line.log.names[-2:] == ["connection_failed", "reconnecting"]
    assert line.client.get_unique_id() == 0

    line.wait(1.0)
    line.open()

    assert line.client.get_unique_id() == 0
    assert line.client.get_connection_status() is line.client.CONNECTION_CONNECTED


# A policy of one's own


class GivesUp(ReconnectPolicy):
    def delay(self, attempt: int, failure: ConnectionFailure | None, close_code: int) -> float | None:
        return None


class Asked(ReconnectPolicy):
    """Answers, and keeps what it was asked."""

    def __init__(self, answer: object = 3.0) -> None:
        super().__init__()
        self.answer = answer
        self.questions: list[tuple[int, ConnectionFailure | None, int]] = []

    def delay(self, attempt: int, failure: ConnectionFailure | None, close_code: int) -> float | None:
        self.questions.append((attempt, failure, close_code))
        return self.answer  # type: ignore[return-value]


def test_a_policy_is_asked_what_it_needs_to_know(new_line: NewLine) -> None:
    policy = Asked()
    line = new_line(policy)
    line.connect()
    line.end(REFUSED)
    why = line.client.last_error
    line.wait(3.0)
    line.open()
    line.end(CloseReceived(1001, "", is_answer=False), Ended(was_clean=True))

    assert policy.questions == [(1, why, -1), (2, None, 1001)]
    assert line.log[-1] == ("reconnecting", 2, 3.0)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        pytest.param("soon", TypeError, id="word"),
        pytest.param(True, TypeError, id="bool"),
        pytest.param(-1.0, ValueError, id="negative"),
        pytest.param(float("nan"), ValueError, id="nan"),
        pytest.param(float("inf"), ValueError, id="for-ever"),
    ],
)
def test_a_policy_that_returns_nonsense_is_reported_and_gives_up(
    answer: object, error: type[Exception], new_line: NewLine
) -> None:
    line = new_line(Asked(answer))
    line.connect()

    with pytest.raises(error, match=r"Asked.delay\(\) returns"):
        line.end(REFUSED)
    line.client.poll()

    assert line.last_two == [("connection_error",), ("reconnection_failed",)]


def test_later_signals_are_emitted_in_the_next_poll_if_a_handler_raises(line: Line) -> None:
    line.client.connection_error.connect(_raise)
    line.connect()
    with pytest.raises(RuntimeError, match="a handler's own"):
        line.end(REFUSED)
    assert line.log == [("connection_error",)]

    line.client.poll()

    assert line.log[-1] == ("reconnecting", 1, 1.0)


def _raise() -> None:
    raise RuntimeError("a handler's own")


# In a group


def test_a_group_wakes_a_client_when_its_time_has_come(line: Line) -> None:
    group = PollGroup([line.client], clock=line.network.clock)
    line.connect()
    line.network.latest.feed(REFUSED)
    group.poll()
    assert line.log[-1] == ("reconnecting", 1, 1.0)

    line.network.clock.advance(0.2)
    group.poll()
    assert line.attempts == 1
    line.network.clock.advance(0.8)
    group.poll()

    assert line.attempts == 2


def test_a_group_wakes_a_client_whose_wait_was_ended(line: Line) -> None:
    group = PollGroup([line.client], clock=line.network.clock)
    line.connect()
    line.network.latest.feed(REFUSED)
    group.poll()
    line.network.clock.advance(0.1)
    group.poll()

    line.client.reconnect_now()
    line.network.clock.advance(0.1)
    group.poll()

    assert line.attempts == 2


# What is kept


def test_nothing_is_kept_by_default(line: Line) -> None:
    line.connect()
    assert line.client.put_packet(b"x") is Error.FAILED
    line.end(REFUSED)
    assert line.client.put_packet(b"x") is Error.FAILED


def test_nothing_is_kept_before_there_is_a_server_to_keep_it_for(new_line: NewLine) -> None:
    assert new_line(kept()).client.put_packet(b"x") is Error.FAILED


def test_messages_sent_while_connecting_follow_those_of_the_opening_handlers(new_line: NewLine) -> None:
    line = new_line(kept())
    line.client.connection_established.connect(lambda _: line.client.send_text("hello"))
    line.connect()

    assert line.client.put_packet(b"1") is Error.OK
    assert line.client.send_text("2") is Error.OK
    assert line.client.get_statistics().unsent_packets == 2
    line.open()

    assert line.network.latest.sent == [Sent(b"hello", True), Sent(b"1", False), Sent(b"2", True)]
    assert line.client.get_statistics().unsent_packets == 0


def test_unsent_messages_are_sent_before_those_queued_meanwhile(keeping: Line) -> None:
    keeping.client.put_packet(b"left")
    keeping.network.latest.is_blocked = True
    for payload in (b"1", b"2"):
        keeping.client.put_packet(payload)
    keeping.end(LOST)
    keeping.client.put_packet(b"3")
    keeping.wait(1.0)
    keeping.client.put_packet(b"4")
    keeping.end(REFUSED)
    keeping.wait(2.0)

    keeping.open()

    assert keeping.network.latest.sent == [Sent(b"%d" % number, False) for number in (1, 2, 3, 4)]
    assert keeping.client.get_statistics().messages_sent == 5


def test_the_rest_of_a_message_in_fragments_does_not_hold_up_kept_ones(keeping: Line) -> None:
    keeping.client.send_fragment("be", False)
    keeping.end(LOST)

    assert keeping.client.send_text("meanwhile") is Error.OK
    keeping.wait(1.0)
    keeping.open()

    assert keeping.network.latest.sent == [Sent(b"meanwhile", True)]


def test_kept_messages_wait_for_the_last_fragment_of_a_handler(new_line: NewLine) -> None:
    line = new_line(kept())
    line.client.connection_established.connect(lambda _: line.client.send_fragment("be", False))
    line.connect()
    line.client.send_text("kept")
    line.client.send_from_thread("posted")
    line.open()
    line.client.poll()
    assert line.network.latest.sent == []

    line.client.send_fragment("gun", True)
    line.client.poll()

    assert line.network.latest.sent == [Sent(b"kept", True), Sent(b"posted", True)]


def test_the_peer_of_a_connection_that_ended_keeps_too(keeping: Line) -> None:
    keeping.end(LOST)
    peer = keeping.client.get_peer(1)
    assert peer is not None

    assert peer.put_packet(b"x") is Error.OK


def test_kept_messages_have_the_limits_of_unsent_ones(keeping: Line) -> None:
    keeping.end(LOST)
    keeping.client.set_buffers(1, 1, 1, 2)
    keeping.wait(1.0)  # a new link, with these limits

    assert keeping.client.put_packet(bytes(1000)) is Error.OK
    assert keeping.client.put_packet(bytes(25)) is Error.ERR_OUT_OF_MEMORY
    assert keeping.client.put_packet(bytes(24)) is Error.OK
    assert keeping.client.put_packet(b"") is Error.ERR_OUT_OF_MEMORY


def test_kept_messages_and_those_of_a_handler_share_the_limit(new_line: NewLine) -> None:
    line = new_line(kept())
    line.client.set_buffers(1, 1, 1, 100)
    told: list[Error] = []
    line.client.connection_established.connect(lambda _: told.append(line.client.put_packet(bytes(1000))))
    line.connect()
    line.client.put_packet(bytes(100))

    line.open()

    assert told == [Error.ERR_OUT_OF_MEMORY]
    assert line.network.latest.sent == [Sent(bytes(100), False)]


def test_invalid_utf8_is_not_kept(keeping: Line) -> None:
    keeping.end(LOST)

    assert keeping.client.send(b"\xff", WebSocketClient.WRITE_MODE_TEXT) is Error.ERR_INVALID_DATA


def _disconnects(line: Line) -> None:
    line.client.disconnect_from_host()


def _connects_elsewhere(line: Line) -> None:
    line.client.connect_to_url("ws://other")


def _gives_up(line: Line) -> None:
    line.client.reconnect_policy = GivesUp(keep_unsent=True)
    line.wait(1.0)
    line.end(REFUSED)


def _takes_the_policy_away(line: Line) -> None:
    line.client.reconnect_policy = None


@pytest.mark.parametrize("act", [_disconnects, _connects_elsewhere, _gives_up, _takes_the_policy_away])
def test_kept_messages_are_dropped_with_one_warning(
    act: Callable[[Line], None], keeping: Line, caplog: pytest.LogCaptureFixture
) -> None:
    keeping.end(LOST)
    for payload in (b"one", b"two"):
        keeping.client.put_packet(payload)

    act(keeping)

    warnings = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert len(warnings) == 1
    assert ": 2 kept messages of 6 bytes are dropped, unsent: " in warnings[0]
    if keeping.client.get_connection_status() is keeping.client.CONNECTION_CONNECTING:
        keeping.open()
    assert keeping.network.latest.sent == []


def test_messages_unsent_at_a_requested_close_are_not_kept(keeping: Line) -> None:
    keeping.network.latest.is_blocked = True
    keeping.client.put_packet(b"x")
    keeping.client.disconnect_from_host()

    assert keeping.client.put_packet(b"y") is Error.FAILED
    keeping.end(LOST)
    keeping.connect()
    keeping.open()

    assert keeping.network.latest.sent == []


def test_messages_sent_while_the_server_closes_are_kept(keeping: Line) -> None:
    keeping.end(CloseReceived(1001, "", is_answer=False))
    assert keeping.client.put_packet(b"x") is Error.OK
    keeping.end(Ended(was_clean=True))
    keeping.wait(1.0)

    keeping.open()

    assert keeping.network.latest.sent == [Sent(b"x", False)]


def test_messages_of_another_thread_are_kept_too(keeping: Line) -> None:
    keeping.end(LOST)
    keeping.client.send_from_thread("x")
    keeping.client.poll()
    keeping.wait(1.0)

    keeping.open()

    assert keeping.network.latest.sent == [Sent(b"x", True)]


def test_the_wait_belongs_to_the_thread_that_polls(line: Line) -> None:
    line.connect()
    line.end(REFUSED)

    assert isinstance(in_thread(line.client.reconnect_now), RuntimeError)
    assert line.client.time_to_reconnect == 1.0


def test_kept_messages_wait_on_if_a_connection_closes_as_it_opens(new_line: NewLine) -> None:
    line = new_line(kept())
    line.connect()
    line.client.put_packet(b"x")
    line.network.latest.open_now("", CloseReceived(1001, "", is_answer=False), Ended(was_clean=True))
    line.client.poll()
    line.wait(1.0)

    line.open()

    assert line.network.latest.sent == [Sent(b"x", False)]


def test_a_policy_that_is_set_while_open_keeps_what_is_sent_from_then_on(open_line: Line) -> None:
    open_line.client.put_packet(b"before")
    open_line.network.latest.is_blocked = True
    open_line.client.reconnect_policy = kept()
    open_line.client.put_packet(b"after")
    open_line.end(LOST)
    open_line.wait(1.0)

    open_line.open()

    assert open_line.network.latest.sent == [Sent(b"after", False)]


def test_packets_between_peers_are_not_kept(new_line: NewLine) -> None:
    line = new_line(kept())
    line.connect(gd_mp_api=True)

    assert line.client.put_packet(b"x") is Error.FAILED


def test_a_policy_that_is_set_during_the_wait_keeps_from_then_on(line: Line) -> None:
    line.connect()
    line.end(REFUSED)

    line.client.reconnect_policy = kept()

    assert line.client.put_packet(b"x") is Error.OK
