"""Tests what holds for any data of a peer, and for any cuts by the network."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.hostile.deflating import RSV1, Compressor
from tests.hostile.wire import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, ClientFrames, close, frame
from tests.support.connections import Message, all_sent, talk, told
from wsclient.protocol.connection import Connection, Role, State
from wsclient.protocol.deflate import Agreement
from wsclient.protocol.events import CloseReceived, Ended, PingReceived

pytestmark = pytest.mark.untraced

DEFLATES = Agreement()

# What peers send: mostly right, sometimes not.

texts = st.one_of(st.text(max_size=30).map(str.encode), st.binary(max_size=10))
lengths = st.sampled_from([0, 1, 125, 126, 300, 65535, 65536])
data = st.one_of(st.binary(max_size=20), lengths.map(lambda length: Random(length).randbytes(length)))
frames = st.one_of(
    st.builds(partial(frame, TEXT), texts),
    st.builds(partial(frame, TEXT), texts, is_final=st.booleans()),
    st.builds(partial(frame, BINARY), data, is_final=st.booleans()),
    st.builds(partial(frame, CONTINUATION), texts, is_final=st.booleans()),
    st.builds(partial(frame), st.sampled_from([PING, PONG]), st.binary(max_size=125)),
    st.builds(close, st.sampled_from([None, 1000, 1001, 1005, 3000, 4999]), texts),
    st.builds(lambda payload: frame(BINARY, Compressor().payload(payload), rsv=RSV1), data),
    st.builds(partial(frame), st.integers(0, 15), st.binary(max_size=5), rsv=st.integers(0, 7)),
    st.binary(max_size=4),
)
streams = st.lists(frames, max_size=10).map(b"".join)
cuts = st.lists(st.integers(0, 2000), max_size=8)
agreements = st.sampled_from([None, DEFLATES])


def cut(stream: bytes, at: list[int]) -> list[bytes]:
    ends = sorted({0, len(stream), *(place for place in at if place < len(stream))})
    return [stream[start:end] for start, end in pairwise(ends)]


def life(stream: bytes, at: list[int], deflate: Agreement | None) -> tuple[list[object], bytes]:
    """Returns all events of a client for a stream in these pieces, and its end.

    Returns all its answers too.
    """
    connection = Connection(Role.CLIENT, deflate=deflate, max_message_size=70_000, random_bytes=bytes)
    events: list[object] = []
    answers = b""
    for piece in cut(stream, at):
        connection.receive_data(piece)
        events += told(connection)
    answers += all_sent(connection)
    events += told(connection)
    if not connection.is_closed:
        connection.receive_eof()
        events += told(connection)
    return [_without_cause(event) for event in events], answers


def _without_cause(event: object) -> object:
    """Two exceptions are never equal."""
    if isinstance(event, Ended) and event.failure is not None:
        return event.replace(failure=event.failure.replace(cause=None))
    return event


def without_pongs(answers: bytes) -> list[bytes]:
    return [one.payload for one in ClientFrames().read(answers) if one.opcode != PONG]


@given(streams, cuts, agreements)
def test_the_cuts_change_nothing(stream: bytes, at: list[int], deflate: Agreement | None) -> None:
    events, answers = life(stream, at, deflate)
    events_of_whole, answers_to_whole = life(stream, [], deflate)

    assert events == events_of_whole
    # Of pings that come together each is answered; of those that come one after the other, while nothing leaves, the
    # newest.
    assert without_pongs(answers) == without_pongs(answers_to_whole)


@given(st.one_of(streams, st.binary(max_size=300)), agreements)
def test_there_is_one_end_and_it_comes_last(stream: bytes, deflate: Agreement | None) -> None:
    events, answers = life(stream, [], deflate)

    *before, ended = events
    assert isinstance(ended, Ended)
    assert not any(isinstance(event, Ended) for event in before)
    closes = [event for event in before if isinstance(event, CloseReceived)]
    assert closes == ([before[-1]] if closes else [])
    assert ended.was_clean == bool(closes)
    assert (ended.failure is None) == ended.was_clean
    # It is answered by pongs, of which the newest is never missing, and then by a Close.
    frames = [(one.opcode, one.payload) for one in ClientFrames().read(answers)]
    pongs = [payload for opcode, payload in frames if opcode == PONG]
    pings = [event.payload for event in before if isinstance(event, PingReceived)]
    assert [opcode for opcode, _ in frames] in ([PONG] * len(pongs), [PONG] * len(pongs) + [CLOSE])
    assert set(pongs) <= set(pings)
    assert pongs[-1:] == pings[-1:]


@given(streams)
def test_text_that_is_delivered_is_text(stream: bytes) -> None:
    events, _ = life(stream, [], DEFLATES)

    for event in events:
        if isinstance(event, Message) and event.is_text:
            event.payload.decode()


@given(st.integers(0, 7), st.integers(0, 10_000), agreements)
@pytest.mark.hostile("B18")
def test_a_flipped_bit_causes_no_hang_and_no_wrong_text(bit: int, place: int, deflate: Agreement | None) -> None:  # B18
    server = Connection(Role.SERVER, deflate=deflate)
    for size in (5, 200, 5, 2000):
        server.send_message(("é" * size).encode(), is_text=True)
        server.send_message(Random(size).randbytes(size), is_text=False)
    server.send_ping(b"ping")
    server.send_close(1000, "bye")
    stream = bytearray(all_sent(server))
    stream[place % len(stream)] ^= 1 << bit

    events, _ = life(bytes(stream), [], deflate)

    assert isinstance(events[-1], Ended)
    for event in events:
        if isinstance(event, Message) and event.is_text:
            event.payload.decode()


@given(
    st.lists(st.tuples(data, st.booleans()), max_size=10),
    st.sampled_from(Role),
    agreements,
    st.integers(0, 2**32),
)
def test_messages_arrive(sent: list[tuple[bytes, bool]], sender: Role, deflate: Agreement | None, seed: int) -> None:
    receiver = Role.SERVER if sender is Role.CLIENT else Role.CLIENT
    one = Connection(sender, deflate=deflate, random_bytes=Random(seed).randbytes)
    other = Connection(receiver, deflate=deflate)
    messages = [Message(payload.hex().encode() if is_text else payload, is_text) for payload, is_text in sent]
    for message in messages:
        one.send_message(message.payload, is_text=message.is_text)
    one.send_close(1000, "done")

    assert talk(one, other) == [*messages, CloseReceived(1000, "done", is_answer=False)]
    assert talk(other, one) == [CloseReceived(1000, "done", is_answer=True)]
    for connection in (one, other):
        connection.data_sent()
        assert list(told(connection)) == [Ended(was_clean=True)]


@pytest.mark.hostile("B20")
def test_masks_are_as_good_as_their_source() -> None:  # B20
    connection = Connection(Role.CLIENT, random_bytes=Random(2020).randbytes)
    for number in range(10_000):
        connection.send_message(bytes(number % 10), is_text=False)

    keys = [one.key for one in ClientFrames().read(all_sent(connection))]

    assert len(set(keys)) == 10_000
    for place in range(4):
        counts = [0] * 256
        for key in keys:
            counts[key[place]] += 1
        chi_square = sum((count - 10_000 / 256) ** 2 / (10_000 / 256) for count in counts)
        assert 150 < chi_square < 380  # 255 degrees of freedom: within five deviations


@pytest.mark.hostile("B17")
@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("deflate", [None, DEFLATES], ids=["plain", "deflated"])
def test_random_bytes_are_refused(seed: int, deflate: Agreement | None) -> None:  # B17
    connection = Connection(Role.CLIENT, deflate=deflate)
    random = Random(seed)
    for _ in range(160):
        connection.receive_data(random.randbytes(65536))
        for event in connection.next_events():
            assert not isinstance(event, Ended)

    assert connection.state is State.FAILING
