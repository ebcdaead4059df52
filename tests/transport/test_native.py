from __future__ import annotations

import errno
import itertools
import logging
import os
import socket
from types import SimpleNamespace

import pytest

from tests.support.builds import looks_inside
from tests.support.fake_network import FakeResolver, addresses
from tests.support.native_world import NativeWorld
from wsclient.protocol.events import TEXT, CloseReceived, Ended, Failure, FailureKind, Messages, Opened, Stage
from wsclient.protocol.url import URL
from wsclient.transport.base import OpeningRequest, Settings
from wsclient.transport.native import TRANSITIONS, NativeTransport, State, Step
from wsclient.transport.opening.resolver import Resolved
from wsclient.transport.polled_time import SKIPPABLE

each_wire = pytest.mark.parametrize("is_secure", [False, True], ids=["ws", "wss"])


def no_random_bytes(_: int) -> bytes:
    raise NotImplementedError("/dev/urandom (or equivalent) not found")


# A life, from beginning to end


@each_wire
def test_opens_talks_and_closes(is_secure: bool) -> None:
    world = NativeWorld(is_secure=is_secure)
    world.connect()
    assert world.transport.can_send
    world.transport.send(b"hello", is_text=True)
    world.transport.flush()
    world.settle()
    assert world.server.messages == [b"hello"]
    world.server.send_message(b"world")
    world.settle()
    world.transport.close(1000, "bye")
    assert not world.transport.can_send
    world.settle()
    assert world.events == [
        Opened(""),
        Messages([b"world"], TEXT),
        CloseReceived(1000, "bye", is_answer=True),
        Ended(was_clean=True),
    ]
    assert world.network.open_sockets == []


@each_wire
def test_the_server_closes_and_is_answered(is_secure: bool) -> None:
    world = NativeWorld(is_secure=is_secure)
    world.connect()
    world.server.close(4000, "enough")
    world.settle()
    assert world.events[1:] == [CloseReceived(4000, "enough", is_answer=False), Ended(was_clean=True)]
    assert CloseReceived(4000, "enough", is_answer=True) in world.server.events
    assert world.network.open_sockets == []


@pytest.mark.hostile("A17")
@each_wire
def test_frames_after_the_reply_are_reported_after_opened(is_secure: bool) -> None:
    world = NativeWorld(is_secure=is_secure)
    world.connect(behind=bytes.fromhex("8105 48656c6c6f"))
    assert world.events == [Opened(""), Messages([b"Hello"], TEXT)]


def test_a_subprotocol_is_agreed_on() -> None:
    world = NativeWorld()
    world.open(subprotocols=("chat", "game"))
    world.step()
    world.server.step()
    world.server.accept("game")
    world.step()
    assert world.events == [Opened("game")]


def test_a_local_connection_opens_within_two_polls() -> None:
    world = NativeWorld()
    world.open()
    world.step()
    world.server.step()
    assert world.server.request is not None
    world.server.accept()
    world.step()
    assert world.events == [Opened("")]


def test_opening_reports_nothing_before_the_first_poll() -> None:
    world = NativeWorld(listens=False)
    world.network.fail("192.0.2.1", at_once=True)
    world.open()
    assert world.events == []
    world.step()
    assert world.failure.kind is FailureKind.REFUSED


def test_nothing_follows_the_end() -> None:
    world = NativeWorld(listens=False)
    world.network.fail("192.0.2.1")
    world.open()
    world.run(1.0)
    assert world.step() == []
    assert world.ended


def test_a_poll_before_open_finds_nothing() -> None:
    assert NativeWorld().step() == []


# Its reports about itself


def test_reports_the_other_side_while_it_is_open() -> None:
    world = NativeWorld()
    assert world.transport.remote_address == ("", 0)
    world.connect()
    assert world.transport.remote_address == ("192.0.2.1", 80)
    world.transport.abort()
    assert world.transport.remote_address == ("", 0)


def test_reports_waiting_data() -> None:
    world = NativeWorld()
    assert (world.transport.buffered_amount, world.transport.buffered_messages) == (0, 0)
    world.connect()
    wire = world.network.sockets[0].stream
    wire.room = 10
    world.transport.send(b"x" * 100, is_text=False)
    world.transport.send(b"y" * 100, is_text=False)
    assert (world.transport.buffered_amount, world.transport.buffered_messages) == (200, 2)
    world.transport.flush()
    assert 200 <= world.transport.buffered_amount <= 220
    assert world.transport.buffered_messages == 1
    wire.room = None
    world.transport.flush()
    assert (world.transport.buffered_amount, world.transport.buffered_messages) == (0, 0)


def test_remembers_incompletely_sent_messages_after_the_end() -> None:
    world = NativeWorld()
    world.transport.remembers = True
    world.connect()
    wire = world.network.sockets[0].stream
    wire.room = 150
    messages = [(bytes([at]) * 100, False) for at in range(3)]
    for payload, is_text in messages:
        assert not world.transport.express(payload, is_text)
        world.transport.send(payload, is_text=is_text)
    world.transport.flush()
    assert world.transport.unsent_messages() == messages[1:]

    wire.break_with(ConnectionResetError(errno.ECONNRESET, "Connection reset by peer"))
    world.run(1.0)

    assert world.has_ended
    assert world.transport.unsent_messages() == messages[1:]


def test_remembers_an_incompletely_sent_message_in_fragments_as_a_whole() -> None:
    world = NativeWorld()
    world.transport.remembers = True
    world.connect()
    wire = world.network.sockets[0].stream
    for fragment, is_final in ((b"a", False), (b"b", True), (b"c", False), (b"d", True), (b"e", False)):
        world.transport.send_fragment(fragment, is_text=True, is_final=is_final)
        world.transport.flush()
        if fragment == b"c":
            wire.room = 3  # less than a frame
    assert world.transport.unsent_messages() == [(b"cd", True)]
    wire.room = None
    world.transport.flush()
    assert world.transport.unsent_messages() == []


def test_can_begin_to_remember_when_no_earlier_message_waits() -> None:
    world = NativeWorld()
    world.connect()
    wire = world.network.sockets[0].stream
    wire.room = 3
    world.transport.send(b"before", is_text=False)
    world.transport.remembers = True
    world.transport.send(b"too early", is_text=False)
    world.transport.flush()
    assert world.transport.unsent_messages() == []

    wire.room = None
    world.transport.flush()
    wire.room = 3
    world.transport.send(b"after", is_text=False)
    world.transport.flush()
    assert world.transport.unsent_messages() == [(b"after", False)]


@pytest.mark.parametrize("is_final", [True, False])
def test_begins_to_remember_with_a_whole_message(is_final: bool) -> None:
    world = NativeWorld()
    world.connect()
    world.transport.send_fragment(b"be", is_text=True, is_final=False)
    world.transport.flush()
    world.transport.remembers = True
    world.network.sockets[0].stream.room = 3
    world.transport.send_fragment(b"gun", is_text=True, is_final=is_final)
    world.transport.flush()

    assert world.transport.unsent_messages() == []


def test_remembers_nothing_by_default() -> None:
    world = NativeWorld()
    world.connect()
    world.network.sockets[0].stream.room = 0
    world.transport.send(b"x", is_text=False)

    assert world.transport.unsent_messages() == []


@pytest.mark.parametrize("enabled", [True, False])
def test_no_delay_is_set_from_the_start_and_later(enabled: bool) -> None:
    world = NativeWorld(no_delay=enabled)
    world.transport.set_no_delay(True)  # too early to mean anything
    world.connect()
    key = (socket.IPPROTO_TCP, socket.TCP_NODELAY)
    assert world.network.sockets[0].options[key] is enabled
    world.transport.set_no_delay(not enabled)
    assert world.network.sockets[0].options[key] is not enabled


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="Linux alone has TCP_USER_TIMEOUT")
def test_the_system_drops_an_unacknowledged_connection_after_the_heartbeat() -> None:
    world = NativeWorld(heartbeat_interval=2.0)
    world.connect()
    options = world.network.sockets[0].options
    assert options[socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT] == 10_000  # milliseconds
    world.settings.heartbeat_interval = 0.0
    world.transport.settings_changed()
    assert options[socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT] == 0


def test_its_clock_is_the_one_it_was_given() -> None:
    world = NativeWorld()
    assert world.transport.clock is world.clock


def test_the_latency_outlives_the_connection() -> None:
    world = NativeWorld(heartbeat_interval=5.0)
    assert world.transport.latency == -1.0
    world.connect()
    world.run(5.0)
    world.server.step()
    world.step()
    world.step()
    latency = world.transport.latency
    assert 0.0 < latency < 1.0
    world.transport.abort()
    assert world.transport.latency == latency


def test_unanswered_pings_and_a_stall_of_writing_can_be_seen() -> None:
    world = NativeWorld(heartbeat_interval=1.0)
    assert (world.transport.unanswered_pings, world.transport.write_stall) == (0, 0.0)
    world.connect()
    world.network.sockets[0].stream.room = 10
    world.transport.send(bytes(1000), is_text=False)
    world.step()
    world.run(1.5)
    assert world.transport.unanswered_pings == 1
    assert world.transport.write_stall == pytest.approx(1.5)
    world.transport.abort()
    assert (world.transport.unanswered_pings, world.transport.write_stall) == (0, 0.0)


def test_the_silence_is_that_since_the_last_byte() -> None:
    world = NativeWorld()
    assert world.transport.silence == -1.0
    world.connect()
    world.run(3.0)
    world.clock.advance(0.1)
    assert world.transport.silence == pytest.approx(3.1, abs=0.1)
    world.server.send_message(b"x")
    world.step()
    assert world.transport.silence == 0.0
    world.transport.abort()
    assert world.transport.silence == -1.0


def test_shows_if_there_is_more_without_asking() -> None:
    world = NativeWorld()
    assert not world.transport.has_more
    world.connect()
    assert not world.transport.has_more
    world.server.send_message(bytes(100_000))
    world.step()
    assert world.transport.has_more
    while world.transport.has_more:
        world.step()
    assert world.messages == [bytes(100_000)]


def test_an_idle_poll_asks_once_and_calls_nothing_else() -> None:
    world = NativeWorld()
    world.connect()
    world.step()
    world.step()
    made = world.network.sockets[0]
    asked, called = world.network.questions, len(made.calls)
    for _ in range(100):
        assert world.step() == []
    assert world.network.questions == asked + 100
    assert len(made.calls) == called


def test_a_step_of_the_tls_handshake_that_finds_nothing_asks_once_and_calls_nothing_else() -> None:
    world = NativeWorld(is_secure=True)
    world.open()
    world.step()
    world.step()
    asked, called = world.network.questions, len(world.network.sockets[0].calls)
    for _ in range(10):
        assert world.step() == []
    assert world.network.questions == asked + 10
    assert len(world.network.sockets[0].calls) == called


def test_one_system_call_shows_that_it_is_quiet() -> None:
    world = NativeWorld()
    world.connect()
    world.step()
    asked, called = world.network.questions, len(world.network.sockets[0].calls)
    assert world.transport.is_quiet()
    assert world.network.questions == asked + 1
    assert len(world.network.sockets[0].calls) == called


def test_arrived_data_ends_the_quiet_without_another_question() -> None:
    world = NativeWorld()
    world.connect()
    world.step()
    world.server.send_message(b"hello")
    asked = world.network.questions
    assert not world.transport.is_quiet()
    world.step()
    assert world.messages == [b"hello"]
    assert world.network.questions == asked + 1


def test_a_short_message_ends_the_quiet_and_is_sent_by_the_next_poll() -> None:
    world = NativeWorld()
    world.connect()
    world.step()
    assert world.transport.is_quiet()
    world.transport.auto_flush = False
    assert world.transport.express(b"hello", False)
    assert not world.transport.is_quiet()
    assert (world.transport.buffered_amount, world.transport.buffered_messages) == (5, 1)
    world.step()
    world.server.step()
    assert world.server.messages == [b"hello"]
    assert world.transport.is_quiet()


@each_wire
def test_a_short_message_can_be_written_at_once(is_secure: bool) -> None:
    world = NativeWorld(is_secure=is_secure)
    world.connect()
    world.step()
    assert world.transport.express(b"hello", True)
    assert not world.transport.express(bytes(5000), True)
    assert (world.transport.buffered_amount, world.transport.buffered_messages) == (0, 0)
    assert not world.transport.is_quiet(), "it has to look at its deadlines anew"
    world.server.step()
    assert world.server.messages == [b"hello"]


def test_before_and_after_the_connection_it_is_never_quiet() -> None:
    world = NativeWorld()
    assert not world.transport.is_quiet()
    world.connect()
    world.step()
    world.transport.abort()
    assert not world.transport.is_quiet()


def test_a_deadline_ends_the_quiet() -> None:
    world = NativeWorld()
    world.connect()
    world.step()
    world.clock.advance(SKIPPABLE)
    assert not world.transport.is_quiet()


# Misuse


@pytest.mark.parametrize("stage", ["new", "opening", "closing", "ended"])
def test_a_message_is_refused_if_none_can_be_sent(stage: str) -> None:
    world = NativeWorld()
    if stage == "opening":
        world.open()
    elif stage != "new":
        world.connect()
        world.transport.close(1000, "")
        if stage == "ended":
            world.settle()
    assert not world.transport.can_send
    with pytest.raises(RuntimeError, match="cannot be sent"):
        world.transport.send(b"x", is_text=False)
    world.transport.flush()


@pytest.mark.parametrize("auto_flush", [True, False])
def test_express_ends_with_the_connection(auto_flush: bool) -> None:
    world = NativeWorld()
    world.transport.auto_flush = auto_flush
    assert not world.transport.express(b"x", False)
    world.connect()
    kept = world.transport.express
    assert kept(b"x", False)
    world.transport.abort()
    assert not kept(b"x", False)
    assert not world.transport.express(b"x", False)


@pytest.mark.hostile("G23")
@looks_inside
def test_a_message_after_an_interrupt_does_not_hide_it() -> None:
    world = NativeWorld()
    world.connect()
    live = world.transport._live

    def interrupted() -> None:
        raise KeyboardInterrupt

    world.transport.send(b"x", is_text=False)
    world.transport._live = SimpleNamespace(write=interrupted)
    with pytest.raises(KeyboardInterrupt):
        world.transport.flush()
    world.transport._live = live

    assert not world.transport.can_send
    assert not world.transport.express(b"x", False)
    world.transport.flush()
    world.step()
    assert world.failure.kind is FailureKind.INTERRUPTED


def test_a_transport_is_used_once() -> None:
    world = NativeWorld()
    world.open()
    with pytest.raises(RuntimeError, match="START is not allowed while OPENING"):
        world.open()


@pytest.mark.parametrize(
    "pair", list(itertools.product(State, Step)), ids=lambda pair: f"{pair[0].name}-{pair[1].name}"
)
def test_every_pair_of_state_and_step_is_allowed_or_refused(pair: tuple[State, Step]) -> None:
    transport: NativeTransport = NativeWorld().transport
    transport._state = pair[0]
    if pair in TRANSITIONS:
        transport._advance(pair[1])
        assert transport._state is TRANSITIONS[pair]
    else:
        with pytest.raises(RuntimeError, match="is not allowed while"):
            transport._advance(pair[1])
        assert transport._state is pair[0]


# Letting go


@pytest.mark.hostile("E11")
@pytest.mark.parametrize(
    "stage", ["new", "resolving", "connecting", "securing", "requesting", "open", "closing", "ended"]
)
def test_letting_go_is_silent_and_complete(stage: str) -> None:
    resolver = FakeResolver(None) if stage == "resolving" else None
    world = NativeWorld(resolver=resolver, listens=stage != "connecting", is_secure=stage == "securing")
    if stage in ("open", "closing", "ended"):
        world.connect()
    elif stage != "new":
        world.open()
        world.step()
    if stage in ("closing", "ended"):
        world.transport.close(1000, "")
    if stage == "ended":
        world.settle()
    told = list(world.events)
    for _ in range(2):
        world.transport.abort()
    world.run(30.0)
    assert world.events == told
    assert world.network.open_sockets == []


@pytest.mark.hostile("E11")
@pytest.mark.parametrize("stage", ["new", "resolving", "requesting"])
def test_closing_drops_a_connection_that_is_not_open(stage: str) -> None:
    world = NativeWorld(resolver=FakeResolver(None) if stage == "resolving" else None)
    if stage != "new":
        world.open()
        world.step()
    world.transport.close(1000, "bye")
    world.run(30.0)
    assert world.events == []
    assert world.network.open_sockets == []


@pytest.mark.hostile("G02")
def test_a_late_answer_of_the_resolver_is_ignored() -> None:
    resolver = FakeResolver(None)
    world = NativeWorld(resolver=resolver)
    world.open()
    world.step()
    world.transport.abort()
    resolver.lookups[0].outcome = Resolved(addresses("192.0.2.1"))
    world.run(1.0)
    assert world.network.sockets == []


# Deadlines of the attempt


@pytest.mark.hostile("G01")
def test_a_name_that_is_never_found_ends_in_time() -> None:
    """The resolver hangs."""
    world = NativeWorld(resolver=FakeResolver(None))
    world.open()
    world.run(9.9)
    assert not world.has_ended
    world.run(0.2)
    assert (world.failure.stage, world.failure.kind) == (Stage.RESOLVE, FailureKind.TIMEOUT)
    assert world.failure.detail == "the name 'game.example' was not looked up within 10 s"


@pytest.mark.hostile("G07")
def test_a_black_hole_ends_in_time() -> None:
    world = NativeWorld(listens=False, handshake_timeout=3.0)
    world.open()
    world.run(2.9)
    assert not world.has_ended
    world.run(0.2)
    assert (world.failure.stage, world.failure.kind) == (Stage.CONNECT, FailureKind.TIMEOUT)
    assert world.failure.detail == "game.example:80 did not answer within 3 s"
    assert world.network.open_sockets == []


@pytest.mark.hostile("G13")
@pytest.mark.parametrize("drip", [b"", b"\x16"], ids=["silent", "drips"])
def test_tls_that_is_never_answered_ends_in_time(drip: bytes) -> None:
    world = NativeWorld(is_secure=True)
    world.open()
    world.run(9.5)
    world.network.accepted[0].send(drip)
    world.run(0.4)
    assert not world.has_ended
    world.run(0.2)
    assert (world.failure.stage, world.failure.kind) == (Stage.TLS, FailureKind.TIMEOUT)
    assert "did not complete TLS within 10 s" in world.failure.detail
    assert world.network.open_sockets == []


@pytest.mark.hostile("A08")
@pytest.mark.parametrize("reply", [b"", b"HTTP/1.1 101 Swit"], ids=["silent", "half a reply"])
def test_a_request_that_is_never_answered_ends_in_time(reply: bytes) -> None:
    """The time is that of the whole attempt."""
    world = NativeWorld()
    world.open()
    world.run(5.0)
    world.network.accepted[0].send(reply)
    world.run(4.9)
    assert not world.has_ended
    world.run(0.2)
    assert (world.failure.stage, world.failure.kind) == (Stage.HANDSHAKE, FailureKind.TIMEOUT)
    assert world.failure.detail == "game.example:80 accepted the connection, but did not answer the request within 10 s"
    assert world.network.open_sockets == []


def test_the_stages_share_one_deadline() -> None:
    resolver = FakeResolver(None)
    world = NativeWorld(resolver=resolver, listens=False)
    world.open()
    world.run(6.0)
    resolver.lookups[0].outcome = Resolved(addresses("192.0.2.1"))
    world.run(3.9)
    assert not world.has_ended
    world.run(0.2)
    assert world.failure.stage is Stage.CONNECT


def test_a_reply_that_came_in_time_counts_however_late_it_is_read() -> None:
    world = NativeWorld()
    world.open()
    world.run(9.9)
    world.server.step()
    world.server.accept()
    world.step(0.2)
    assert world.events == [Opened("")]


def test_without_a_timeout_there_is_none() -> None:
    world = NativeWorld(listens=False, handshake_timeout=0.0)
    world.open()
    world.run(1000.0, pace=0.25)
    assert world.events == []


@pytest.mark.hostile("F06")
def test_time_without_polls_does_not_count_for_the_attempt() -> None:
    world = NativeWorld()
    world.open()
    world.step()
    world.step(60.0)
    assert not world.has_ended
    world.server.step()
    world.server.accept()
    world.step()
    assert world.events == [Opened("")]


# Deadlines of the open connection


@pytest.mark.hostile("E07")
def test_a_close_that_is_never_answered_ends_in_time() -> None:
    world = NativeWorld()
    world.connect()
    world.transport.close(1000, "")
    world.run(4.9)
    assert not world.has_ended
    world.run(0.3)
    assert not world.ended.was_clean
    assert (world.failure.stage, world.failure.kind) == (Stage.CLOSE, FailureKind.TIMEOUT)
    assert world.failure.detail == "game.example:80 did not answer the Close within 5 s"
    assert world.network.open_sockets == []


@pytest.mark.hostile("F04")
def test_a_silent_server_is_pinged_and_then_given_up() -> None:
    world = NativeWorld(heartbeat_interval=10.0)
    world.connect()
    world.server.refuses_to_read = True
    world.run(19.9)
    assert not world.has_ended
    world.run(0.5)
    assert world.failure.kind is FailureKind.HEARTBEAT
    assert world.failure.detail == "no pong for 10 s"
    world.server.refuses_to_read = False
    world.server.step()
    assert CloseReceived(1011, "no pong for 10 s", is_answer=False) in world.server.events


def test_a_server_that_answers_stays() -> None:
    world = NativeWorld(heartbeat_interval=1.0)
    world.connect()
    for _ in range(600):
        world.step(0.1)
        world.server.step()
    assert world.events == [Opened("")]
    assert world.transport.latency == pytest.approx(0.1)


@pytest.mark.hostile("F06")
def test_time_without_polls_does_not_count_against_the_server(caplog: pytest.LogCaptureFixture) -> None:
    world = NativeWorld()
    world.connect()
    world.server.send_message(b"while you were away")
    world.step(60.0)
    assert world.messages == [b"while you were away"]
    world.run(5.0)
    assert not world.has_ended
    assert "poll() was not called for 60 s" in caplog.messages


@pytest.mark.hostile("F08")
def test_after_a_long_sleep_it_asks_at_once_and_waits_for_five_seconds() -> None:
    world = NativeWorld(heartbeat_interval=20.0)
    world.connect()
    world.server.refuses_to_read = True
    world.step(3600.0)
    assert world.network.accepted[0].inbox.startswith(b"\x89\x88")
    world.run(4.8)
    assert not world.has_ended
    world.run(0.5)
    assert world.failure.kind is FailureKind.HEARTBEAT


@pytest.mark.hostile("F09")
@pytest.mark.parametrize(("pace", "seconds"), [(0.0001, 2.0), (10.0, 600.0)], ids=["10000 a second", "one in 10 s"])
@pytest.mark.untraced
def test_the_pace_of_polling_makes_no_difference(pace: float, seconds: float) -> None:
    world = NativeWorld(heartbeat_interval=20.0)
    world.connect()
    for _ in range(int(seconds / pace)):
        world.step(pace)
        world.server.step()
    assert not world.has_ended
    world.server.refuses_to_read = True
    world.run(50.0 + 2 * pace, pace=max(pace, 0.01))
    assert world.failure.kind is FailureKind.HEARTBEAT


# What can break


@pytest.mark.hostile("B20")
def test_a_machine_without_random_numbers_opens_nothing() -> None:
    world = NativeWorld(random_bytes=no_random_bytes)
    world.open()
    world.run(1.0)
    assert (world.failure.stage, world.failure.kind) == (Stage.HANDSHAKE, FailureKind.SYSTEM)
    assert "random numbers" in world.failure.detail
    assert world.network.open_sockets == []


@pytest.mark.hostile("B20")
def test_random_numbers_that_run_out_end_the_connection_before_anything_is_sent() -> None:
    left = [1]

    def random_bytes(size: int) -> bytes:
        if not left:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        left.pop()
        return bytes(range(size))

    world = NativeWorld(random_bytes=random_bytes)
    world.connect()
    sent = len(world.network.accepted[0].inbox)
    assert not world.transport.express(b"hello", True)
    world.transport.send(b"hello", is_text=True)
    world.transport.flush()
    world.run(1.0)
    assert world.failure.kind is FailureKind.SYSTEM
    assert len(world.network.accepted[0].inbox) == sent
    assert world.network.open_sockets == []


@pytest.mark.hostile("E10", "G08")
@pytest.mark.parametrize("call", ["recv", "send"])
@pytest.mark.parametrize("number", [errno.ECONNRESET, errno.EPIPE, errno.ETIMEDOUT, errno.ENETUNREACH])
@pytest.mark.parametrize("stage", ["requesting", "open", "closing"])
def test_a_connection_that_breaks_ends_once(stage: str, number: int, call: str) -> None:
    world = NativeWorld()
    if stage == "requesting":
        world.open()
        world.network.faults[call] = [OSError(number, os.strerror(number))]
        world.step()
        if world.network.accepted and not world.has_ended:
            world.network.accepted[0].send(b"x")
    else:
        world.connect()
        world.network.faults[call] = [OSError(number, os.strerror(number))]
        if stage == "open":
            world.transport.send(b"hello", is_text=True)
        else:
            world.transport.close(1000, "")
        world.network.accepted[0].send(b"\x81")
    world.run(1.0)
    assert not world.ended.was_clean
    assert world.network.open_sockets == []


@pytest.mark.hostile("G08")
@pytest.mark.parametrize("number", [errno.EINTR, errno.EAGAIN, errno.ENOBUFS])
def test_an_interrupted_call_is_repeated(number: int) -> None:
    world = NativeWorld()
    for call in ("recv", "send"):
        world.network.faults[call] = [OSError(number, os.strerror(number)), None] * 4
    world.connect()
    world.transport.send(b"hello", is_text=True)
    world.server.send_message(b"world")
    for _ in range(4):
        world.settle()
    assert world.server.messages == [b"hello"]
    assert world.messages == [b"world"]


@pytest.mark.hostile("G08")
@pytest.mark.parametrize("questions", [1, 2])
def test_a_system_that_cannot_answer_loses_nothing(questions: int) -> None:
    world = NativeWorld()
    world.connect()
    world.step()
    world.server.send_message(b"hello")
    world.network.faults["poll"] = [OSError(errno.EINTR, os.strerror(errno.EINTR))] * questions
    world.step()
    assert world.messages == [b"hello"]
    world.network.faults["poll"] = [OSError(errno.ENOMEM, os.strerror(errno.ENOMEM))] * questions
    world.run(1.0)
    assert not world.has_ended


# What it logs


@pytest.mark.hostile("I02")
@pytest.mark.faults("B24")
def test_each_change_is_one_line_and_no_secret_is_among_them(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "wsclient")
    world = NativeWorld()
    world.open("ws://user:secret@game.example/?token=secret")
    world.step()
    world.server.step()
    world.server.accept()
    world.step()
    world.transport.close(1000, "bye")
    world.settle()
    assert [record.getMessage() for record in caplog.records if record.levelno == logging.DEBUG] == [
        "game.example:80: opening ws://game.example/?token=***",
        "game.example:80: connecting",
        "game.example:80: connected, to 192.0.2.1 port 80",
        "game.example:80: open, subprotocol none",
        "game.example:80: closing, code 1000 (bye)",
        "game.example:80: closed",
    ]
    assert "secret" not in caplog.text
    assert {record.levelno for record in caplog.records} == {logging.DEBUG}, "all of it is normal"


@pytest.mark.hostile("I03")
def test_the_servers_close_is_logged_escaped(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "wsclient")
    world = NativeWorld()
    world.connect()
    world.server.close(1001, "\x1b[31mbye")
    world.settle()
    assert r"game.example:80: the other side closes, code 1001 (\x1b[31mbye)" in caplog.messages


@pytest.mark.faults("D7")
def test_frames_are_logged_on_request(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "wsclient.frames")
    world = NativeWorld(heartbeat_interval=1.0)
    world.connect()
    world.transport.send(b"hello", is_text=True)
    world.transport.send(b"\x00", is_text=False)
    world.server.send_message(b"world")
    for _ in range(15):
        world.step(0.1)
        world.server.step()
    assert [line[:8] for line in caplog.messages if line[0] in "<>"] == [
        "> text 5",
        "> binary",
        "< text 5",
        "> ping 8",
        "< pong 8",
    ]


def test_no_message_is_missed_when_tracing_starts_or_stops(caplog: pytest.LogCaptureFixture) -> None:
    world = NativeWorld()
    world.connect()
    world.transport.auto_flush = False
    express = world.transport.express
    assert express(b"unseen", False)
    caplog.set_level(logging.DEBUG, "wsclient.frames")
    world.step()
    assert not express(b"seen", False)
    caplog.set_level(logging.INFO, "wsclient.frames")
    world.step()
    assert express(b"unseen", False)


@pytest.mark.hostile("G11")
def test_a_server_that_is_not_verified_is_warned_of_once(caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(2):
        world = NativeWorld(is_secure=True, verify_ssl=False)
        world.open("wss://unverified.example/")
        world.step()
        world.transport.abort()
    warned = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert len(warned) == 1
    assert "unverified.example:80" not in warned[0]
    assert "unverified.example:443: verify_ssl is off" in warned[0]


def test_a_failure_is_reported_with_its_reason(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "wsclient")
    world = NativeWorld(listens=False)
    world.network.fail("192.0.2.1")
    world.open()
    world.step()
    assert caplog.messages[-1] == "game.example:80 (192.0.2.1) refused the connection"
    assert isinstance(world.failure, Failure)


def test_a_system_without_unix_sockets_refuses_their_urls(monkeypatch: pytest.MonkeyPatch) -> None:
    transport = NativeTransport(Settings())
    request = OpeningRequest(URL.parse("ws+unix:///run/game.sock"))
    assert transport.refusal_of(request) == ""

    monkeypatch.delattr(socket, "AF_UNIX")

    assert "no Unix domain sockets" in transport.refusal_of(request)
