"""Tests PacketQueue against a plain list of messages.

Its order, kinds and limits are the same, whatever is done to it.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from wsclient.ground.error import Error
from wsclient.protocol.events import BINARY, TEXT, Messages
from wsclient.websocket.packet_queue import PacketQueue, PacketReader


def binary(payloads: list[bytes]) -> Messages:
    return Messages(payloads, BINARY * len(payloads))


class Reader(PacketReader):
    """The calls, on a queue of their own."""

    def __init__(self, max_bytes: int = 1000, max_packets: int = 100) -> None:
        self._inbox = PacketQueue(max_bytes, max_packets)

    @property
    def queue(self) -> PacketQueue:
        return self._inbox


@pytest.fixture
def reader() -> Reader:
    return Reader()


# Reading


def test_packets_come_in_order(reader: Reader) -> None:
    reader.queue.extend(Messages([b"one", b""], BINARY * 2))
    reader.queue.extend(Messages([b"three"], TEXT))

    assert reader.get_available_packet_count() == 3
    assert [reader.get_packet() for _ in range(3)] == [b"one", b"", b"three"]
    assert reader.get_available_packet_count() == 0


def test_an_empty_packet_is_no_error(reader: Reader) -> None:
    reader.get_packet()
    reader.queue.extend(Messages([b""], BINARY))

    assert reader.get_packet() == b""
    assert reader.get_packet_error() is Error.OK


@pytest.mark.parametrize("when_empty", [Error.FAILED, Error.ERR_UNAVAILABLE])
@pytest.mark.parametrize(("read", "nothing"), [("get_packet", b""), ("get_message", None)])
def test_reading_nothing_reports_why(read: str, nothing: object, when_empty: Error, reader: Reader) -> None:
    assert reader.get_packet_error() is Error.OK
    reader.queue.when_empty = when_empty

    assert getattr(reader, read)() == nothing
    assert reader.get_packet_error() is when_empty


@pytest.mark.parametrize("read", ["get_packet", "get_message", "get_packets"])
def test_a_successful_read_clears_the_error(read: str, reader: Reader) -> None:
    reader.get_packet()
    reader.queue.extend(Messages([b"x"], BINARY))

    getattr(reader, read)()

    assert reader.get_packet_error() is Error.OK


def test_all_packets_can_be_taken_at_once(reader: Reader) -> None:
    reader.queue.extend(Messages([b"one", b"two"], TEXT * 2))

    assert reader.get_packets() == [b"one", b"two"]
    assert reader.get_packets() == []
    assert reader.was_string_packet()


def test_a_message_is_str_or_bytes_as_it_was_sent(reader: Reader) -> None:
    reader.queue.extend(Messages(["grün".encode()], TEXT))
    reader.queue.extend(Messages([b"\xff"], BINARY))
    reader.queue.extend(Messages([b""], TEXT))

    assert [reader.get_message() for _ in range(4)] == ["grün", b"\xff", "", None]


def test_the_kind_is_that_of_the_packet_read_last(reader: Reader) -> None:
    reader.queue.extend(Messages([b"text"], TEXT))
    assert not reader.was_string_packet()

    reader.get_packet()
    assert reader.was_string_packet()

    reader.get_packet()  # finds nothing
    assert reader.was_string_packet()


# Limits


@pytest.mark.parametrize(
    ("waiting", "coming", "room"),
    [
        pytest.param([], [4, 4], 2, id="packets-below"),
        pytest.param([1], [1, 1], 2, id="packets-exactly"),
        pytest.param([1], [1, 1, 1], 2, id="packets-above"),
        pytest.param([1, 1, 1], [0], 0, id="packets-full"),
        pytest.param([4], [6], 1, id="bytes-exactly"),
        pytest.param([4], [7], 0, id="bytes-above"),
        pytest.param([4], [3, 4], 1, id="bytes-above-with-the-second"),
        pytest.param([10], [0], 1, id="bytes-full-and-one-empty"),
        pytest.param([], [11], 1, id="alone-it-may-be-larger"),
        pytest.param([], [11, 1], 1, id="the-larger-one-alone"),
        pytest.param([], [6, 5], 1, id="bytes-above-from-empty"),
        pytest.param([0], [11], 0, id="larger-and-not-alone"),
    ],
)
def test_there_is_room_for(waiting: list[int], coming: list[int], room: int) -> None:
    queue = PacketQueue(max_bytes=10, max_packets=3)
    queue.extend(Messages([bytes(size) for size in waiting], BINARY * len(waiting)))

    assert queue.room_for(binary([bytes(size) for size in coming])) == room


@pytest.mark.parametrize(
    ("waiting", "is_full"),
    [
        pytest.param([], False, id="empty"),
        pytest.param([9], False, id="bytes-below"),
        pytest.param([10], True, id="bytes"),
        pytest.param([0, 0], False, id="packets-below"),
        pytest.param([0, 0, 0], True, id="packets"),
    ],
)
def test_it_is_full_with(waiting: list[int], is_full: bool) -> None:
    queue = PacketQueue(max_bytes=10, max_packets=3)
    queue.extend(Messages([bytes(size) for size in waiting], BINARY * len(waiting)))

    assert queue.is_full is is_full


def test_reading_makes_room() -> None:
    reader = Reader(max_bytes=10)
    reader.queue.extend(Messages([bytes(6), bytes(4)], BINARY * 2))
    assert reader.queue.room_for(binary([bytes(6)])) == 0

    reader.get_packet()

    assert reader.queue.room_for(binary([bytes(6)])) == 1
    assert reader.queue.room_for(binary([bytes(7)])) == 0


# What is remembered


def test_received_messages_are_counted(reader: Reader) -> None:
    reader.queue.extend(Messages([b"one", b"two"], TEXT * 2))
    reader.queue.extend(Messages([b"three"], BINARY))
    reader.get_packet()

    assert (reader.queue.received, reader.queue.received_bytes) == (3, 11)
    assert reader.queue.size == 8


def test_unread_kinds_do_not_pile_up(reader: Reader) -> None:
    for number in range(1000):
        reader.queue.extend(Messages([b"x"], TEXT if number % 2 == 0 else BINARY))
        reader.get_packet()

    assert len(reader.queue.kinds) <= 2
    assert not reader.was_string_packet()


# Laws

PAYLOADS = st.lists(st.binary(max_size=6), min_size=1, max_size=5)


@given(waiting=PAYLOADS, coming=PAYLOADS, max_bytes=st.integers(1, 20), max_packets=st.integers(1, 8))
def test_there_is_room_for_as_many_as_fit_one_by_one(
    waiting: list[bytes], coming: list[bytes], max_bytes: int, max_packets: int
) -> None:
    queue = PacketQueue(max_bytes, max_packets)
    queue.extend(Messages(waiting, BINARY * len(waiting)))

    room = queue.room_for(binary(coming))

    for payload in coming[:room]:
        assert queue.room_for(binary([payload])) == 1
        queue.extend(Messages([payload], BINARY))
    assert room == len(coming) or queue.room_for(binary([coming[room]])) == 0


RUNS = st.lists(st.tuples(st.binary(max_size=6), st.booleans()), min_size=1, max_size=5)


def kinds_of(messages: list[tuple[bytes, bool]]) -> bytes:
    return b"".join(TEXT if is_text else BINARY for _, is_text in messages)


class QueueMachine(RuleBasedStateMachine):
    """Makes any calls in any order, and compares with a list of (payload, kind)."""

    def __init__(self) -> None:
        super().__init__()
        self.reader = Reader(max_bytes=20, max_packets=8)
        self.waiting: list[tuple[bytes, bool]] = []
        self.last_was_text = False

    def fitting(self, coming: list[tuple[bytes, bool]]) -> list[tuple[bytes, bool]]:
        return coming[: self.reader.queue.room_for(binary([payload for payload, _ in coming]))]

    @rule(coming=RUNS)
    def extend(self, coming: list[tuple[bytes, bool]]) -> None:
        coming = self.fitting(coming)
        self.reader.queue.extend(Messages([payload for payload, _ in coming], kinds_of(coming)))
        self.waiting += coming

    @precondition(lambda self: not self.reader.queue.is_full)
    @rule(coming=RUNS, count=st.integers(0, 5), reads=st.lists(st.booleans(), min_size=5, max_size=5))
    def put_in_one_by_one(self, coming: list[tuple[bytes, bool]], count: int, reads: list[bool]) -> None:
        queue, told = self.reader.queue, self.fitting(coming)[:count]
        before = queue.received, queue.received_bytes
        queue.announce(Messages([payload for payload, _ in coming], kinds_of(coming)))
        for number, (message, is_read) in enumerate(zip(told, reads, strict=False), 1):
            queue.received += 1
            queue.packets.append(message[0])
            self.waiting.append(message)
            assert queue.received == before[0] + number
            assert queue.received_bytes == before[1] + sum(len(payload) for payload, _ in told[:number])
            if is_read:
                self.take(as_message=True)
                assert self.reader.was_string_packet() is self.last_was_text
        assert queue.settle() == len(told)
        assert queue.received_bytes == before[1] + sum(len(payload) for payload, _ in told)

    @precondition(lambda self: not self.reader.queue.is_full)
    @rule(is_text=st.booleans())
    def append(self, is_text: bool) -> None:
        self.reader.queue.extend(Messages([b"x"], TEXT if is_text else BINARY))
        self.waiting.append((b"x", is_text))

    @precondition(lambda self: self.waiting)
    @rule(as_message=st.booleans())
    def take(self, as_message: bool) -> None:
        payload, self.last_was_text = self.waiting.pop(0)
        if as_message and payload.isascii():
            assert self.reader.get_message() == (payload.decode() if self.last_was_text else payload)
        else:
            assert self.reader.get_packet() == payload

    @precondition(lambda self: self.waiting)
    @rule()
    def take_all(self) -> None:
        assert self.reader.get_packets() == [payload for payload, _ in self.waiting]
        self.last_was_text = self.waiting[-1][1]
        self.waiting.clear()

    @rule()
    def ask_for_the_kind(self) -> None:
        assert self.reader.was_string_packet() is self.last_was_text

    @invariant()
    def nothing_is_lost_and_no_limit_passed(self) -> None:
        queue = self.reader.queue
        sizes = [len(payload) for payload, _ in self.waiting]
        assert list(queue.packets) == [payload for payload, _ in self.waiting]
        assert len(sizes) <= 8
        assert sum(sizes) <= 20
        assert queue.is_full is (len(sizes) == 8 or sum(sizes) == 20)


TestQueue = pytest.mark.untraced(QueueMachine.TestCase)
