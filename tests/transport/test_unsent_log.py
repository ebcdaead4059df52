"""Tests that UnsentLog knows which messages are completely sent.

Their frames may be written in any pieces.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wsclient.protocol.connection import Connection, Role
from wsclient.protocol.deflate import Agreement
from wsclient.transport.unsent_log import UnsentLog

SIZES = st.lists(st.sampled_from([0, 1, 125, 126, 300, 5000, 65535, 65536, 200_000]), max_size=8)


def sent(sizes: list[int], connection: Connection) -> tuple[UnsentLog, list[tuple[bytes, bool]], list[int]]:
    """Sends messages of these sizes.

    Returns the log, the messages, and the size of each piece.
    """
    log = UnsentLog()
    messages = [(b"%d" % at * size, False) if at % 2 else (b"a" * size, True) for at, size in enumerate(sizes)]
    for payload, is_text in messages:
        connection.send_message(payload, is_text=is_text)
        log.add(payload, is_text=is_text)
    pieces = []
    while piece := connection.data_to_send():
        log.made(piece)
        pieces.append(len(piece))
    return log, messages, pieces


@given(SIZES, st.integers(0, 2_000_000), st.sampled_from([0, 1000, 70_000]), st.sampled_from(list(Role)))
def test_messages_whose_last_byte_is_unsent_are_left(sizes: list[int], taken: int, limit: int, role: Role) -> None:
    connection = Connection(role)
    connection.limit_frames(limit)
    log, messages, pieces = sent(sizes, connection)
    other = Connection(Role.SERVER if role is Role.CLIENT else Role.CLIENT)

    log.taken(min(taken, sum(pieces)), 0)

    again = Connection(role)
    again.limit_frames(limit)
    for payload, is_text in messages:
        again.send_message(payload, is_text=is_text)
    stream = b"".join(iter(lambda: bytes(again.data_to_send()), b""))
    other.receive_data(stream[:taken])
    received = sum(len(event.payloads) for _ in range(64) for event in other.next_events())
    assert log.unsent(0) == messages[received:]


def test_compressed_messages_are_known_by_their_frames() -> None:
    connection = Connection(Role.CLIENT, deflate=Agreement())
    log, messages, pieces = sent([300, 5000, 300], connection)
    assert sum(pieces) < 1000

    log.taken(sum(pieces) - 1, 0)
    assert log.unsent(0) == messages[2:]
    log.taken(1, 0)
    assert log.unsent(0) == []


def test_pings_between_messages_do_not_count() -> None:
    connection, log = Connection(Role.CLIENT), UnsentLog()
    connection.send_ping(b"1234")
    connection.send_message(b"one", is_text=False)
    log.add(b"one", is_text=False)
    piece = connection.data_to_send()
    log.made(piece)

    log.taken(10, 0)
    assert log.unsent(0) == [(b"one", False)]
    log.taken(len(piece) - 10, 0)
    assert log.unsent(0) == []


def test_data_the_other_side_could_not_read_is_unsent() -> None:
    log, messages, pieces = sent([1000, 1000], Connection(Role.CLIENT))

    log.taken(sum(pieces), 1)
    assert log.unsent(1) == messages[1:]
    assert log.unsent(0) == []


def test_a_message_in_fragments_is_whole_or_nothing() -> None:
    log = UnsentLog()
    log.add(b"ab", is_text=True, is_final=False)
    assert log.unsent(0) == []

    log.add(b"cd", is_text=True)

    assert log.unsent(0) == [(b"abcd", True)]


@pytest.mark.parametrize("is_final", [True, False])
def test_fragments_count_as_one_message(is_final: bool) -> None:
    connection, log = Connection(Role.CLIENT), UnsentLog()
    for payload, is_last in ((b"ab", False), (b"cd", is_final)):
        connection.send_fragment(payload, is_text=True, is_final=is_last)
        log.add(payload, is_text=True, is_final=is_last)
    piece = connection.data_to_send()
    log.made(piece)

    log.taken(len(piece) - 1, 0)

    assert log.unsent(0) == ([(b"abcd", True)] if is_final else [])
