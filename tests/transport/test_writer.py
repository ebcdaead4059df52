from __future__ import annotations

import pytest

from tests.support.memory_stream import MemoryStream
from wsclient.protocol.connection import Connection, Role
from wsclient.testing import FakeClock
from wsclient.transport.polled_time import PolledClock
from wsclient.transport.traffic import Traffic
from wsclient.transport.writer import Writer


class Sender:
    """A writer over memory."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.time = PolledClock(self.clock)
        self.stream, self.server = MemoryStream.pair()
        self.connection = Connection(Role.CLIENT, random_bytes=bytes)
        self.traffic = Traffic()
        self.writer = Writer(self.stream, self.connection, self.time, self.traffic)

    def queue(self, size: int) -> None:
        self.connection.send_message(bytes(size), is_text=False)
        self.writer.is_all_out = False


@pytest.fixture
def sender() -> Sender:
    return Sender()


def test_writes_all_that_there_is(sender: Sender) -> None:
    sender.queue(100_000)
    assert not sender.writer.write()
    assert sender.writer.is_all_out
    assert len(sender.server.inbox) == 100_014


@pytest.mark.faults("D6")
def test_each_byte_is_counted_when_the_stream_takes_it(sender: Sender) -> None:
    sender.stream.room = 10
    sender.queue(100)
    sender.writer.write()
    assert sender.traffic.sent == 10

    sender.stream.room = None
    sender.writer.write()
    assert sender.traffic.sent == 106

    assert sender.writer.express(b"12345", True)
    assert sender.traffic.sent == 106 + 11


def test_data_that_fits_at_once_has_not_waited(sender: Sender) -> None:
    sender.stream.room = 10
    sender.queue(100)
    assert not sender.writer.write()
    assert (sender.writer.is_waiting, sender.writer.unsent) == (True, 96)
    assert not sender.writer.write(), "there is no room yet"
    sender.stream.room = 1
    assert sender.writer.write()
    sender.stream.room = None
    assert sender.writer.write()
    assert not sender.writer.write(), "nothing was left"
    assert not sender.writer.is_waiting


def test_writes_a_limited_amount_and_reports_that_more_would_fit(sender: Sender) -> None:
    sender.queue(1_000_000)
    sender.writer.write()
    assert sender.writer.has_room
    assert not sender.writer.is_waiting, "it was not refused"
    while not sender.writer.is_all_out:
        sender.writer.write()
    assert not sender.writer.has_room


def test_what_is_queued_behind_a_kept_piece_is_not_forgotten(sender: Sender) -> None:
    sender.stream.room = 0
    sender.queue(10)
    sender.writer.write()
    sender.queue(100_000)

    sender.stream.room = None
    sender.writer.write()

    assert len(sender.server.inbox) == 16 + 100_014
    assert sender.writer.is_all_out


def test_a_short_message_that_breaks_the_stream_is_not_out(sender: Sender) -> None:
    sender.stream.break_with(BrokenPipeError(), on="send")

    assert sender.writer.express(b"x", False)

    assert not sender.writer.is_all_out


def test_a_broken_stream_is_not_used_again(sender: Sender) -> None:
    error = BrokenPipeError()
    sender.stream.break_with(error)
    sender.queue(10)
    sender.writer.write()
    assert sender.writer.broken is error
    calls = len(sender.stream.calls)
    sender.writer.write()
    assert not sender.writer.express(b"x", False)
    assert len(sender.stream.calls) == calls


def test_a_frame_that_cannot_be_made_is_reported() -> None:
    sender = Sender()

    def no_random_bytes(_: int) -> bytes:
        raise NotImplementedError("none")

    sender.connection = Connection(Role.CLIENT, random_bytes=no_random_bytes)
    sender.writer = Writer(sender.stream, sender.connection, sender.time, sender.traffic)
    sender.queue(10)
    sender.writer.write()
    assert isinstance(sender.writer.unmade, NotImplementedError)
    assert not sender.server.inbox
