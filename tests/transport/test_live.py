from __future__ import annotations

import errno
import os
from math import inf
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.memory_stream import MemoryStream
from wsclient.protocol.connection import Connection, Role
from wsclient.protocol.events import TEXT, CloseReceived, Ended, Failure, FailureKind, Messages, Stage
from wsclient.testing import FakeClock
from wsclient.transport.base import Settings
from wsclient.transport.live import LiveConnection
from wsclient.transport.polled_time import PolledClock
from wsclient.transport.stream.stream import StreamError

if TYPE_CHECKING:
    from collections.abc import Callable

    from wsclient.protocol.events import Event

HELLO = bytes.fromhex("8105 48656c6c6f")
PING = bytes.fromhex("8902 6869")
CLOSE_1000 = bytes.fromhex("8802 03e8")
MASKED = bytes.fromhex("8185 00000000 48656c6c6f")  # a violation, from a server
RESET = ConnectionResetError(errno.ECONNRESET, os.strerror(errno.ECONNRESET))
PIPE = BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))


class OneConnection:
    """An open connection over memory, with a clock set by hand.

    At its other end is a server without manners.
    """

    def __init__(self, streams: type[MemoryStream] = MemoryStream, **options: Any) -> None:
        self.clock = FakeClock()
        self.time = PolledClock(self.clock)
        self.settings = Settings(**options)
        self.stream, self.server = streams.pair()
        self.connection = Connection(Role.CLIENT, random_bytes=bytes)
        self.live = LiveConnection(self.stream, self.connection, self.settings, self.time, "game.example:80")
        self.events: list[Event] = []

    def step(self, seconds: float = 0.0, *, read: bool = True, is_readable: bool | None = None) -> list[Event]:
        self.clock.advance(seconds)
        self.time.tick()
        events = self.live.step(read=read, is_readable=is_readable)
        self.events += events
        return events

    def run(self, seconds: float, *, read: bool = True) -> None:
        for _ in range(round(seconds / 0.1)):
            if not self.connection.is_closed:
                self.step(0.1, read=read)

    def send(self, payload: bytes) -> None:
        self.live.send(payload, is_text=False)

    @property
    def failure(self) -> Failure:
        ended = self.events[-1]
        assert isinstance(ended, Ended)
        assert ended.failure is not None
        return ended.failure

    def received(self) -> bytes:
        """Returns what the server has received, without side effects of reading."""
        data = bytes(self.server.inbox)
        self.server.inbox.clear()
        return data


class InRecords(MemoryStream):
    """Gives data when a record of ten bytes is whole, as TLS does."""

    def __init__(self) -> None:
        super().__init__()
        self.begun = b""

    @property
    def has_partial(self) -> bool:
        return bool(self.begun)

    def receive(self, max_bytes: int) -> bytes | None:
        self.begun += super().receive(max_bytes) or b""
        if len(self.begun) < 10:
            return None
        whole, self.begun = self.begun, b""
        return whole


class Holding(MemoryStream):
    """Takes all that is sent, and holds what there is no room for, as TLS does."""

    def __init__(self) -> None:
        super().__init__()
        self.kept = b""

    @property
    def held(self) -> int:
        return len(self.kept)

    def send(self, data: bytes | memoryview) -> int:
        self.kept += data
        self.flush()
        return len(data)

    def flush(self) -> bool:
        self.kept = self.kept[super().send(self.kept) :]
        return not self.kept


@pytest.fixture
def one() -> OneConnection:
    return OneConnection()


# Reading


def test_reads_once_a_step(one: OneConnection) -> None:
    one.server.send(HELLO * 20_000)
    one.step()
    assert one.stream.calls == ["receive"]
    assert one.live.has_more


def test_received_data_is_decoded_before_more_is_read(one: OneConnection) -> None:
    one.server.send(HELLO * 50_000)
    while one.live.has_more or one.stream.is_readable():
        undecoded = one.connection.has_undecoded
        before = len(one.stream.calls)
        one.step()
        assert len(one.stream.calls) == before + (0 if undecoded else 1)
    payloads = [payload for event in one.events if isinstance(event, Messages) for payload in event.payloads]
    assert payloads == [b"Hello"] * 50_000


def test_a_stream_that_is_not_readable_is_not_read(one: OneConnection) -> None:
    one.step()
    assert one.stream.calls == []


def test_a_stream_that_is_known_to_be_readable_is_not_asked(one: OneConnection) -> None:
    one.step(is_readable=True)
    assert one.stream.calls == ["receive"]


def test_a_large_message_is_read_in_large_pieces(one: OneConnection) -> None:
    one.server.send(bytes.fromhex("827f") + (1_000_000).to_bytes(8, "big") + bytes(1_000_000))
    sizes = []
    while one.stream.inbox:
        before = len(one.stream.inbox)
        one.step()
        sizes.append(before - len(one.stream.inbox))
    assert sizes[0] == 65536
    assert max(sizes) == 257 * 1024


@pytest.mark.hostile("C07")
def test_while_the_receiver_is_full_nothing_is_read_or_decoded(one: OneConnection) -> None:
    one.server.send(HELLO)
    assert one.step(read=False) == []
    assert one.stream.calls == []
    assert one.step() == [Messages([b"Hello"], TEXT)]


def test_while_the_receiver_is_full_sending_goes_on(one: OneConnection) -> None:
    one.send(b"hello")
    one.step(read=False)
    assert one.received() == bytes.fromhex("8285 00000000") + b"hello"


# Writing


@pytest.mark.hostile("F01")
def test_answers_a_ping_in_the_same_step(one: OneConnection) -> None:
    one.server.send(PING)
    assert one.step() == []
    assert one.received() == bytes.fromhex("8a82 00000000 6869")


@pytest.mark.hostile("F02")
def test_of_many_pings_the_newest_is_answered(one: OneConnection) -> None:
    one.server.send(b"".join(bytes([0x89, 2]) + number.to_bytes(2, "big") for number in range(100)))
    one.step()
    assert one.received() == bytes.fromhex("8a82 00000000 0063")


@pytest.mark.parametrize("size", [0, 5, 1000])
def test_a_short_message_is_written_at_once(one: OneConnection, size: int) -> None:
    one.step()
    payload = bytes(range(256)) * 4

    assert one.live.express(payload[:size], False)

    header = bytes([0x82, 0x80 | size]) if size < 126 else bytes([0x82, 0xFE]) + size.to_bytes(2, "big")
    assert one.received() == header + bytes(4) + payload[:size]
    assert one.live.writer.unsent == 0


def test_a_short_message_waits_for_earlier_ones(one: OneConnection) -> None:
    one.stream.room = 3
    assert one.live.express(b"first", False)
    assert one.live.writer.unsent == 8

    calls = len(one.stream.calls)
    assert one.live.express(b"second", False)
    assert len(one.stream.calls) == calls, "the stream is full: step() tries again"
    assert one.connection.buffered_messages == 1

    one.stream.room = None
    one.step()
    one.send(b"third")
    assert not one.live.express(b"x", False), "a message waits"
    one.step()
    assert one.live.express(b"fourth", False)
    assert one.received() == b"".join(
        bytes([0x82, 0x80 | len(text), 0, 0, 0, 0]) + text for text in (b"first", b"second", b"third", b"fourth")
    )


@pytest.mark.parametrize(
    "call",
    [
        lambda live: live.send(b"hello", is_text=True),
        lambda live: live.send_ping(b""),
        lambda live: live.send_fragment(b"hel", is_text=True, is_final=False),
        lambda live: live.close(1000, ""),
        lambda live: live.settings_changed(),
    ],
    ids=["send", "send_ping", "send_fragment", "close", "settings_changed"],
)
def test_any_call_since_the_last_step_ends_its_rest(call: Callable[[LiveConnection], object]) -> None:
    one = OneConnection(heartbeat_interval=20.0)
    one.stream.room = 0
    one.step(0.1)
    one.step(0.1)
    assert one.live.rests_until > one.clock()

    call(one.live)

    assert one.live.rests_until == -inf


def test_a_short_message_that_has_left_does_not_end_its_rest() -> None:
    one = OneConnection(heartbeat_interval=20.0)
    one.step(0.1)
    one.step(0.1)

    assert one.live.express(b"x", False)
    assert one.live.rests_until > one.clock()

    one.stream.break_with(PIPE, on="send")
    one.live.express(b"x", False)
    assert one.live.rests_until == -inf


def test_data_held_by_the_stream_is_unsent() -> None:
    one = OneConnection(Holding)
    one.stream.room = 10
    one.send(b"x" * 100)
    one.step()
    assert one.live.writer.unsent == 96
    one.stream.room = None
    one.step()
    assert one.live.writer.unsent == 0


def test_a_long_message_is_not_taken_by_express(one: OneConnection) -> None:
    assert not one.live.express(bytes(2000), False)
    assert one.received() == b""


def test_a_stream_that_breaks_under_a_short_message_fails_in_the_next_step(one: OneConnection) -> None:
    one.step()
    one.stream.break_with(PIPE, on="send")

    assert one.live.express(b"x", False)
    assert not one.live.express(b"y", False)
    one.step()
    assert one.failure.cause is PIPE


def test_writes_a_bounded_amount_a_step(one: OneConnection) -> None:
    for _ in range(20):
        one.send(bytes(60_000))
    one.step()
    assert 256 * 1024 <= len(one.server.inbox) <= 320 * 1024
    assert one.live.has_more, "the stream takes more, so it is not left for the next frame"
    assert one.live.quiet_until == -inf


@pytest.mark.hostile("G09")
@pytest.mark.parametrize("max_send", [1, 7, 1000])
def test_a_slow_stream_finally_receives_everything(one: OneConnection, max_send: int) -> None:
    one.stream.max_send = max_send
    one.send(b"hello" * 100)
    for _ in range(600):
        one.step()
    assert one.received() == bytes.fromhex("82fe 01f4 00000000") + b"hello" * 100
    assert one.live.writer.unsent == 0


@pytest.mark.hostile("C08")
def test_a_full_stream_is_tried_again_without_loss(one: OneConnection) -> None:
    one.stream.room = 3
    one.send(b"hello")
    one.step()
    assert one.live.writer.unsent == 8
    assert one.live.quiet_until == -inf
    assert not one.live.has_more
    one.step()
    one.stream.room = None
    one.step()
    assert one.received() == bytes.fromhex("8285 00000000") + b"hello"


@settings(max_examples=50)
@given(
    sizes=st.lists(st.integers(0, 3000), max_size=20),
    rooms=st.lists(st.integers(0, 2000), max_size=40),
)
def test_the_bytes_are_the_same_however_much_the_stream_takes(sizes: list[int], rooms: list[int]) -> None:
    one = OneConnection()
    for size in sizes:
        one.send(bytes(size))
    for room in rooms:
        one.stream.room = room
        one.step()
    one.stream.room = None
    one.step()
    server = Connection(Role.SERVER)
    server.receive_data(one.received())
    received = [event for event in server.next_events() if isinstance(event, Messages)]
    assert [len(payload) for event in received for payload in event.payloads] == sizes


# When it does not have to be called


def test_a_quiet_connection_may_rest_until_its_next_ping(one: OneConnection) -> None:
    one.step(0.016)
    assert one.live.quiet_until == pytest.approx(one.clock() - 0.016 + 20.0)


def test_a_deadline_ends_the_quiet() -> None:
    one = OneConnection(heartbeat_interval=0.05)
    one.step()
    assert one.live.quiet_until == pytest.approx(one.clock() + 0.05)


def test_after_a_gap_there_is_no_quiet(one: OneConnection) -> None:
    one.step(5.0)
    assert one.live.quiet_until == -inf
    one.step(0.016)
    assert one.live.quiet_until > 0


@pytest.mark.parametrize("reason", ["more to read", "more to decode", "closing", "broken"])
def test_there_is_no_quiet_while_something_is_going_on(one: OneConnection, reason: str) -> None:
    if reason == "more to read":
        one.server.send(bytes.fromhex("827f 0000000000100000") + bytes(65526))
    elif reason == "more to decode":
        one.server.send(bytes.fromhex("8100") * 30_000)
    elif reason == "closing":
        one.live.close(1000, "")
    else:
        one.stream.break_with(PIPE, on="send")
        one.send(b"x")
    one.step(0.016, read=reason != "broken")
    assert one.live.quiet_until == -inf


# Ends


def test_our_close_is_sent_at_once(one: OneConnection) -> None:
    one.send(b"last")
    one.live.close(1000, "bye")
    assert one.received() == bytes.fromhex("8284 00000000") + b"last" + bytes.fromhex("8885 00000000 03e8 627965")


def test_a_close_without_a_code_is_empty(one: OneConnection) -> None:
    one.live.close(0, "")
    assert one.received() == bytes.fromhex("8880 00000000")


def test_messages_while_closing_are_still_reported(one: OneConnection) -> None:
    one.live.close(1000, "")
    one.server.send(HELLO + CLOSE_1000)
    assert one.step() == [
        Messages([b"Hello"], TEXT),
        CloseReceived(1000, "", is_answer=True),
        Ended(was_clean=True),
    ]


@pytest.mark.hostile("E09")
def test_a_last_message_with_close_and_end_is_reported_in_order(one: OneConnection) -> None:
    one.server.send(HELLO + CLOSE_1000)
    one.server.end()
    assert one.step() == [
        Messages([b"Hello"], TEXT),
        CloseReceived(1000, "", is_answer=False),
        Ended(was_clean=True),
    ]
    assert one.stream.has_finished


@pytest.mark.hostile("E08")
def test_both_sides_may_close_at_once(one: OneConnection) -> None:
    one.live.close(1000, "")
    one.server.send(CLOSE_1000)
    one.step()
    assert one.events == [CloseReceived(1000, "", is_answer=True), Ended(was_clean=True)]


def test_there_is_a_limited_wait_for_an_echo_that_cannot_be_sent() -> None:
    one = OneConnection(close_timeout=2.0)
    one.stream.room = 0
    one.server.send(CLOSE_1000)
    one.run(1.9)
    assert one.events == [CloseReceived(1000, "", is_answer=False)]
    one.run(0.3)
    assert one.events[-1] == Ended(was_clean=False, failure=one.failure)
    assert one.failure.kind is FailureKind.TIMEOUT
    assert one.stream.is_closed


def test_an_echo_is_clean_only_when_it_has_left(one: OneConnection) -> None:
    one.stream.room = 2
    one.server.send(CLOSE_1000)
    one.step()
    assert one.events == [CloseReceived(1000, "", is_answer=False)]
    one.stream.room = None
    assert one.step() == [Ended(was_clean=True)]


def test_without_a_close_timeout_there_is_none() -> None:
    one = OneConnection(close_timeout=0.0)
    one.live.close(1000, "")
    one.run(100.0)
    assert one.events == []


def test_a_close_timeout_that_is_changed_counts_at_once(one: OneConnection) -> None:
    one.live.close(1000, "")
    one.run(1.0)
    one.settings.close_timeout = 0.5
    one.step()
    assert one.failure.kind is FailureKind.TIMEOUT


@pytest.mark.hostile("E12")
def test_tcp_that_ends_without_close_is_a_loss_after_earlier_messages(one: OneConnection) -> None:
    one.server.send(HELLO)
    one.server.end()
    one.step()
    one.step()
    assert one.events[0] == Messages([b"Hello"], TEXT)
    assert (one.failure.stage, one.failure.kind) == (Stage.OPEN, FailureKind.LOST)


@pytest.mark.hostile("E12")
def test_a_loss_counts_unsent_bytes(one: OneConnection) -> None:
    one.stream.room = 0
    one.send(b"x" * 100)
    one.server.end()
    one.step()
    assert one.failure.detail.endswith("; 106 bytes were not sent")


def test_the_rest_of_a_record_is_read_even_if_writing_has_failed() -> None:
    one = OneConnection(InRecords)
    one.stream.max_receive = 6
    one.server.send(HELLO + HELLO[:3])
    one.stream.break_with(PIPE)
    one.send(b"x")
    one.run(1.0)
    assert one.events[0] == Messages([b"Hello"], TEXT)
    assert one.failure.cause is PIPE


def test_silence_inside_a_record_is_silence() -> None:
    one = OneConnection(InRecords, heartbeat_interval=10.0)
    one.server.send(HELLO)
    one.run(10.2)
    assert one.received()[:1] == b"\x89"
    one.run(10.2)
    assert one.failure.kind is FailureKind.HEARTBEAT


def test_a_slowly_arriving_record_is_not_silence() -> None:
    one = OneConnection(InRecords, heartbeat_interval=10.0)
    for byte in HELLO:
        one.server.send(bytes((byte,)))
        one.run(9.0)
    assert one.events == []


@pytest.mark.hostile("E10")
def test_a_reset_is_a_loss(one: OneConnection) -> None:
    one.stream.break_with(RESET)
    one.step()
    assert one.failure.kind is FailureKind.LOST
    assert one.failure.cause is RESET


@pytest.mark.parametrize("server_ends", [False, True], ids=["broken only", "and ended"])
def test_received_data_is_read_even_if_writing_fails(one: OneConnection, server_ends: bool) -> None:
    one.stream.break_with(PIPE, on="send")
    one.server.send(HELLO)
    if server_ends:
        one.server.end()
    one.send(b"x")
    one.step()
    assert one.events == [Messages([b"Hello"], TEXT)]
    one.step()
    assert one.failure.kind is FailureKind.LOST
    assert one.failure.cause is PIPE


def test_a_broken_connection_whose_receiver_stays_full_is_given_up() -> None:
    one = OneConnection(close_timeout=2.0)
    one.stream.break_with(PIPE, on="send")
    one.server.send(HELLO)
    one.send(b"x")
    one.run(1.9, read=False)
    assert one.events == []
    one.run(0.3, read=False)
    assert one.failure.cause is PIPE


def test_the_server_is_told_of_a_violation_before_the_end(one: OneConnection) -> None:
    one.server.send(MASKED)
    one.step()
    assert one.failure.kind is FailureKind.VIOLATION
    assert one.received()[2:8] == bytes.fromhex("00000000 03ea")
    assert one.stream.has_finished


def test_letting_go_closes_without_a_word(one: OneConnection) -> None:
    one.live.abort()
    assert one.stream.is_closed
    assert not one.stream.has_finished
    assert one.received() == b""


# The heartbeat


def test_pings_into_the_silence() -> None:
    one = OneConnection(heartbeat_interval=1.0)
    one.run(0.9)
    assert one.received() == b""
    one.step(0.2)
    assert one.received() == bytes.fromhex("8988 00000000 0000000000000001")


def test_measures_the_round_trip() -> None:
    one = OneConnection(heartbeat_interval=1.0)
    while not one.server.inbox:
        one.step(0.1)
    assert one.live.latency == -1.0
    one.server.send(bytes.fromhex("8a08 0000000000000001"))
    one.step(0.05)
    assert one.live.latency == pytest.approx(0.05)
    assert one.events == []


@pytest.mark.hostile("F05")
def test_any_byte_is_life() -> None:
    one = OneConnection(heartbeat_interval=1.0)
    one.server.send(bytes.fromhex("827f 0000000000010000"))
    for _ in range(30):
        one.server.send(b"x")
        one.run(0.9)
    assert one.events == []


def test_while_the_receiver_is_full_the_heartbeat_rests() -> None:
    one = OneConnection(heartbeat_interval=1.0)
    one.run(100.0, read=False)
    assert one.received() == b""
    assert one.events == []


@pytest.mark.hostile("F04")
def test_a_heartbeat_without_an_answer_is_the_end_with_1011() -> None:
    one = OneConnection(heartbeat_interval=1.0)
    one.run(2.3)
    assert (one.failure.stage, one.failure.kind) == (Stage.OPEN, FailureKind.HEARTBEAT)
    assert one.failure.detail == "no pong for 1 s"
    assert one.received().endswith(bytes.fromhex("03f3") + b"no pong for 1 s")


def test_there_is_no_wait_for_a_close_that_cannot_be_sent() -> None:
    one = OneConnection(heartbeat_interval=1.0)
    one.stream.room = 0
    one.run(2.3)
    assert one.failure.kind is FailureKind.HEARTBEAT
    assert one.stream.is_closed


def test_without_an_interval_there_is_no_heartbeat() -> None:
    one = OneConnection(heartbeat_interval=0.0)
    one.run(100.0)
    assert one.received() == b""
    assert one.events == []


def test_while_closing_there_is_no_heartbeat() -> None:
    one = OneConnection(heartbeat_interval=1.0)
    one.live.close(1000, "")
    one.received()
    one.run(4.0)
    assert one.received() == b""


@pytest.mark.hostile("F08")
@pytest.mark.parametrize("answer", [b"", HELLO], ids=["silence", "news"])
def test_after_a_sleep_the_server_has_five_seconds_to_say_something(answer: bytes) -> None:
    one = OneConnection(heartbeat_interval=20.0)
    one.server.send(HELLO)  # from before
    one.step(3600.0)
    assert one.received().startswith(b"\x89")
    one.server.send(answer)
    one.run(5.2)
    assert one.connection.is_closed is not bool(answer)


@pytest.mark.faults("A4")
def test_the_round_trip_is_measured_in_any_traffic() -> None:
    one = OneConnection(heartbeat_interval=1.0)
    server = Connection(Role.SERVER)
    for _ in range(20):
        one.server.send(HELLO)
        one.step(0.1)
        server.receive_data(one.received())
        server.next_events()
        one.server.send(bytes(server.data_to_send()))
    assert one.live.latency == pytest.approx(0.1)


@pytest.mark.faults("A5")
def test_a_line_that_is_dead_upstream_and_alive_downstream_is_the_end() -> None:
    one = OneConnection(heartbeat_interval=1.0)
    one.send(bytes(100_000))
    one.step()
    one.stream.room = 0
    one.send(bytes(100_000))
    for _ in range(39):
        one.server.send(HELLO)
        one.step(0.1)
    assert one.live.unanswered_pings == 3
    assert not one.connection.is_closed
    one.server.send(HELLO)
    one.run(0.2)
    assert one.failure.kind is FailureKind.DEAF
    assert "answered none of the last three pings" in one.failure.detail


@pytest.mark.faults("A5")
@pytest.mark.parametrize("waits", [True, False], ids=["that had waited for room", "that found it at once"])
def test_only_bytes_that_had_waited_for_room_keep_the_line_alive(waits: bool) -> None:
    one = OneConnection(heartbeat_interval=1.0)
    if waits:
        one.stream.room = 0
        one.send(bytes(1_000_000))
        one.step()
    for _ in range(60):
        if not one.connection.is_closed:
            one.stream.room = 1000 if waits else None
            one.server.send(HELLO)
            one.step(0.1)
    assert one.connection.is_closed is not waits


def test_it_is_known_for_how_long_nothing_was_taken(one: OneConnection) -> None:
    assert one.live.writer.stalled_since is None
    one.stream.room = 3
    one.send(b"hello")
    one.step(0.1)
    since = one.live.writer.stalled_since
    assert since == one.clock()
    one.run(1.0)
    assert one.live.writer.stalled_since == since
    one.stream.room = 1
    one.step(0.1)
    assert one.live.writer.stalled_since == one.clock()
    one.stream.room = None
    one.step(0.1)
    assert one.live.writer.stalled_since is None


# What a Close says, and what TCP says after it


@pytest.mark.faults("B1")
def test_a_close_that_was_received_counts_more_than_how_tcp_ended(one: OneConnection) -> None:
    one.stream.room = 1000
    one.send(bytes(1 << 20))
    one.step()
    one.server.send(bytes.fromhex("880a 03f1") + b"too long")
    one.step()
    one.stream.break_with(RESET)
    one.step()
    assert one.failure.detail.startswith(
        "game.example:80 closed the connection: it received a message larger than it takes, code 1009 (too long)"
    )
    assert "smaller messages" in one.failure.hint


@pytest.mark.faults("B2")
@pytest.mark.parametrize("on", ["both", "send", "receive"])
def test_a_reset_in_a_large_message_is_reported_as_such(one: OneConnection, on: str) -> None:
    one.stream.room = 1000
    one.send(bytes(1 << 20))
    one.step()
    one.stream.break_with(RESET, on=on)
    one.run(1.0)
    assert "it may not take messages that large (1 MiB was under way)" in one.failure.detail
    assert one.failure.kind is FailureKind.LOST
    assert "connect again" not in one.failure.hint


@pytest.mark.faults("B2")
def test_a_reset_right_after_a_large_message_says_so_too(one: OneConnection) -> None:
    one.send(bytes(1 << 20))  # the system takes all of it at once, as it does for a server on the same machine
    one.run(0.5)
    one.stream.break_with(RESET)
    one.step()
    assert "right after a large message" in one.failure.detail
    assert "it may not take messages that large (1 MiB was under way)" in one.failure.detail


def test_a_reset_right_after_a_message_no_larger_than_an_earlier_one_is_just_a_loss(one: OneConnection) -> None:
    for _ in range(2):
        one.send(bytes(1 << 20))
        one.run(3.0)
    one.send(bytes(1 << 20))
    one.run(0.5)
    one.stream.break_with(RESET)
    one.step()
    assert "the TCP connection broke" in one.failure.detail


def test_a_reset_a_while_after_a_large_message_is_just_a_loss(one: OneConnection) -> None:
    one.send(bytes(1 << 20))
    one.run(3.0)
    one.stream.break_with(RESET)
    one.step()
    assert "the TCP connection broke" in one.failure.detail


@pytest.mark.faults("D4")
def test_an_error_of_tls_keeps_its_stage_and_words(one: OneConnection) -> None:
    one.stream.break_with(StreamError(FailureKind.TLS, "a record was changed on its way"))
    one.step()
    assert (one.failure.stage, one.failure.kind) == (Stage.TLS, FailureKind.TLS)
    assert one.failure.detail == "a record was changed on its way (game.example:80)"


# Without random numbers


@pytest.mark.hostile("B20")
def test_without_random_numbers_nothing_is_sent() -> None:

    def no_random_bytes(_: int) -> bytes:
        raise NotImplementedError("none")

    one = OneConnection()
    one.connection = Connection(Role.CLIENT, random_bytes=no_random_bytes)
    one.live = LiveConnection(one.stream, one.connection, one.settings, one.time, "game.example:80")
    one.send(b"secret")
    one.step()
    assert one.received() == b""
    assert (one.failure.stage, one.failure.kind) == (Stage.OPEN, FailureKind.SYSTEM)
    assert one.failure.detail.startswith("this machine gives no random numbers: none")
