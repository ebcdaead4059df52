"""Tests floods, drips and slow games (rows C06, C07, C12, C14).

The work of each poll is limited, and nothing is lost.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

import pytest

from tests.hostile.scenario import MemoryWorld, Scene, TickingClock, executed_lines, peak_memory
from tests.hostile.wire import BINARY, PING, PONG, TEXT, close, frame

if TYPE_CHECKING:
    from tests.hostile.raw_server import RawServer

pytestmark = pytest.mark.untraced

KIB = 1024
A_READ = 64 * KIB


@pytest.mark.hostile("C06")
def test_100_000_messages_at_once_are_spread_over_polls_and_slow_the_sender(scene: Scene) -> None:
    scene.client.poll_budget = 0.002
    scene.clock.cost = 0.00001  # for each message at least: 200 of them are enough for a poll
    size = len(frame(BINARY, bytes(4)))
    server = scene.open()
    server.send(*(frame(BINARY, number.to_bytes(4, "big")) for number in range(100_000)))
    most, ahead = 0, 0
    while len(scene.told) <= 100_000:
        before = len(scene.told)
        scene.step()
        most = max(most, len(scene.told) - before)
        ahead = max(ahead, scene.read_bytes - size * len(scene.messages))

    assert 100 < most <= 200
    assert ahead <= 2 * A_READ
    assert scene.messages == [number.to_bytes(4, "big") for number in range(100_000)]


@pytest.mark.hostile("C07")
@pytest.mark.parametrize(
    ("size", "held"),
    [pytest.param(100, 4096, id="C07-4096-packets"), pytest.param(64 * KIB - 1, 256, id="C07-16-MiB")],
)
def test_a_game_that_never_reads_holds_the_server_back(scene: Scene, size: int, held: int) -> None:
    scene.reads = False
    server = scene.open()
    server.send_from(frame(BINARY, number.to_bytes(4, "big").ljust(size, b".")) for number in count())
    _run_until_held_back(scene, server)
    read_bytes = scene.read_bytes
    scene.wait(600.0)

    assert scene.read_bytes == read_bytes < held * size + 1024 * KIB
    assert scene.client.get_available_packet_count() == held
    assert server.frames == []  # no ping: silence means nothing while reading is paused
    assert scene.client.get_connection_status() == scene.client.CONNECTION_CONNECTED
    for number in range(5000):
        scene.run(scene.client.get_available_packet_count)
        assert scene.client.get_packet() == number.to_bytes(4, "big").ljust(size, b".")


@pytest.mark.hostile("C07")
def test_no_ping_is_sent_while_the_queue_is_just_full(scene: Scene) -> None:
    scene.reads = False
    server = scene.open()
    server.send(frame(TEXT, b"x") * 4096)
    scene.wait(600.0)
    assert server.frames == []
    scene.client.get_packet()
    scene.wait(21.0)

    assert [sent.opcode for sent in server.frames] == [PING]


@pytest.mark.hostile("C07")
def test_unread_messages_take_no_more_memory_than_the_limit(loopback: Scene) -> None:
    loopback.reads = False
    server = loopback.open()
    message = frame(BINARY, bytes(1024 * KIB))
    server.send_from(message for _ in count())
    with peak_memory() as peak:
        _run_until_held_back(loopback, server)
        loopback.wait(600.0)

    assert loopback.client.get_available_packet_count() == 16
    assert peak.extra < (16 + 2) * 1024 * KIB  # the limit, and one message on its way


def _run_until_held_back(scene: Scene, server: RawServer) -> None:
    for _ in range(10_000):
        before = server.sent
        for _ in range(50):
            scene.step()
        if server.sent == before and server.has_unsent:
            return
    raise AssertionError("the server is not held back")


@pytest.mark.hostile("C12")
def test_a_message_that_drips_costs_the_same_each_poll_from_the_first_byte_to_the_last(scene: Scene) -> None:
    size = 1024 * KIB
    server = scene.open()
    payload = "\u00e4".encode() * (size // 2)
    server.send(frame(TEXT, payload[:2], declares=size))
    scene.run()
    first = _cost_of_a_drip(scene, server, payload[2:202])
    server.send(payload[202:-202])
    scene.run()
    last = _cost_of_a_drip(scene, server, payload[-202:-2])
    server.send(payload[-2:])
    scene.run()

    assert last[0] == first[0]
    assert first[1] < 256 * KIB  # nothing of what came before is copied
    assert last[1] < 256 * KIB
    assert scene.messages == [payload.decode()]


def _cost_of_a_drip(scene: Scene, server: RawServer, data: bytes) -> tuple[int, int]:
    """Lines executed and memory taken by polls that bring one byte each."""
    server.piece = 1
    server.send(data)
    with executed_lines() as executed:
        for _ in data[100:]:
            scene.step()
    with peak_memory() as peak:
        for _ in data[:100]:
            scene.step()
    server.piece = None
    assert not server.has_unsent
    return executed[0], peak.extra


@pytest.mark.hostile("C14")
def test_a_slow_handler_gets_one_message_per_poll_without_an_error() -> None:
    clock = TickingClock()
    with Scene(MemoryWorld(), clock=clock) as slow, Scene(MemoryWorld(), clock=clock) as other:
        slow.open().send(*(frame(TEXT, b"%d" % number) for number in range(100)))
        other.open()
        slow.client.data_received.connect(lambda: clock.advance(1.0))
        slow.server.step()
        for number in range(100):
            other.server.send(frame(TEXT, b"%d" % number))
            slow.step()
            other.step()
            _answer_pings(slow.server, other.server)

            assert slow.messages == [str(each) for each in range(number + 1)]
            assert len(other.messages) >= number
        other.run()

        assert other.messages == slow.messages
        for scene in (slow, other):
            scene.server.send(close())
            scene.closes(1000, is_clean=True)


@pytest.mark.hostile("C14")
def test_a_handler_that_takes_a_minute_ends_no_connection() -> None:
    clock = TickingClock()
    with Scene(MemoryWorld(), clock=clock) as slow, Scene(MemoryWorld(), clock=clock) as other:
        slow.open().send(frame(TEXT, b"Hello"))
        other.open()
        slow.client.data_received.connect(lambda: clock.advance(60.0))
        for _ in range(200):
            clock.advance(0.1)
            slow.step()
            other.step()
            _answer_pings(slow.server, other.server)

        assert slow.messages == ["Hello"]
        assert [sent.opcode for sent in other.server.frames] == [PING]  # at once: who slept knows nothing
        for scene in (slow, other):
            scene.server.send(close())
            scene.closes(1000, is_clean=True)


def _answer_pings(*servers: RawServer) -> None:
    for server in servers:
        if server.frames and server.frames[-1].opcode == PING:
            server.send(frame(PONG, server.frames[-1].payload))
