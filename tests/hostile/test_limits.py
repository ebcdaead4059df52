"""Tests sizes and counts on both sides of their limits.

These are rows C01 to C05, C08 and C09.
"""

from __future__ import annotations

from itertools import chain, repeat
from typing import TYPE_CHECKING

import pytest

from tests.hostile.scenario import MemoryWorld, Scene, executed_lines, peak_memory
from tests.hostile.wire import BINARY, CONTINUATION, PING, TEXT, close, frame
from wsclient import Error

if TYPE_CHECKING:
    from tests.hostile.raw_server import RawServer

pytestmark = pytest.mark.untraced

KIB = 1024
MAX = 16 * KIB * KIB  # bytes of a message, by default
MAX_FRAGMENTS = 262_144
MAX_EMPTY_FRAGMENTS = 65_536
MAX_PACKETS = 4096

SMALL = 64 * KIB  # a limit that was set


def fragments(size: int, *sizes: int, opcode: int = BINARY) -> bytes:
    """A message of zeros in fragments of these sizes."""
    parts = [frame(opcode, bytes(size), is_final=False)]
    parts += [frame(CONTINUATION, bytes(each), is_final=False) for each in sizes[:-1]]
    return b"".join([*parts, frame(CONTINUATION, bytes(sizes[-1]))])


@pytest.mark.hostile("C01")
def test_a_message_of_the_limit_is_delivered(scene: Scene) -> None:
    scene.open().send(frame(BINARY, b"\xa5" * MAX), close())

    scene.closes(1000, is_clean=True, before=[("data", b"\xa5" * MAX), ("close_request", 1000, "")])


@pytest.mark.hostile("C01")
def test_a_message_over_the_limit_is_not_read(scene: Scene) -> None:
    server = scene.open()
    server.send(frame(BINARY, bytes(MAX + 1)))
    scene.run(lambda: scene.is_over)

    assert scene.read_bytes < 512 * KIB  # a read, and what is taken to let our Close frame through
    scene.closes(1009, str(MAX), before=[])


@pytest.mark.hostile("C01", "C02")
@pytest.mark.parametrize(
    "wire",
    [
        pytest.param(frame(BINARY, bytes(SMALL)), id="C01-one-frame"),
        pytest.param(fragments(SMALL - 1, 1), id="C02-the-last-byte-alone"),
        pytest.param(fragments(SMALL, 0, 0), id="C02-empty-ones-behind"),
        pytest.param(fragments(0, 1, SMALL - 1), id="C02-three"),
        pytest.param(fragments(1, *repeat(1, SMALL - 1)), id="C02-each-byte-alone"),
    ],
)
def test_a_message_of_a_limit_that_was_set_is_delivered(scene: Scene, wire: bytes) -> None:
    scene.client.set_buffers(SMALL // KIB, 16, SMALL // KIB, 16)
    scene.open().send(wire, close())

    scene.closes(1000, is_clean=True, before=[("data", bytes(SMALL)), ("close_request", 1000, "")])


@pytest.mark.hostile("C01", "C02")
@pytest.mark.parametrize(
    ("wire", "says"),
    [
        pytest.param(frame(BINARY, bytes(SMALL + 1)), str(SMALL), id="C01-one-frame"),
        pytest.param(fragments(SMALL, 1), str(SMALL), id="C02-the-last-byte-alone"),
        pytest.param(fragments(1, SMALL, 0), str(SMALL), id="C02-three"),
        pytest.param(fragments(1, *repeat(1, SMALL)), str(SMALL), id="C02-each-byte-alone"),
        pytest.param(fragments(SMALL + 1, 0), str(SMALL), id="C02-the-first-too-large"),
    ],
)
def test_a_message_over_a_limit_that_was_set_ends_it(scene: Scene, wire: bytes, says: str) -> None:
    scene.client.set_buffers(SMALL // KIB, 16, SMALL // KIB, 16)
    scene.open().send(frame(TEXT, b"before"), wire)

    scene.closes(1009, says, before=[("data", "before")])


@pytest.mark.hostile("C03", "C04")
@pytest.mark.parametrize(
    ("payload", "says"),
    [
        pytest.param(b"x", f"too many fragments: over {MAX_FRAGMENTS}", id="C03-one-byte-each"),
        pytest.param(b"", f"too many empty fragments in a row: over {MAX_EMPTY_FRAGMENTS}", id="C04-empty"),
    ],
)
def test_fragments_without_an_end_end_it_at_the_cap(loopback: Scene, payload: bytes, says: str) -> None:
    server = loopback.open()
    more = frame(CONTINUATION, payload, is_final=False) * 1000
    server.send_from(chain([frame(BINARY, payload, is_final=False)], repeat(more)))
    with peak_memory() as peak:
        loopback.run(lambda: loopback.is_over)

    assert peak.extra < 4096 * KIB  # one object for each fragment would take 9 MB
    loopback.closes(1009, says, before=[])


@pytest.mark.hostile("C03", "C04")
@pytest.mark.parametrize(
    ("payload", "count"),
    [
        pytest.param(b"x", MAX_FRAGMENTS, id="C03-one-byte-each"),
        pytest.param(b"", MAX_EMPTY_FRAGMENTS, id="C04-empty"),
        pytest.param(bytes(64), 65_536, id="G1-as-autobahn-sends-4-mib"),
    ],
)
def test_fragments_up_to_the_cap_are_one_message(scene: Scene, payload: bytes, count: int) -> None:
    inner = frame(CONTINUATION, payload, is_final=False) * (count - 2)
    last = frame(CONTINUATION, payload, is_final=len(payload) < 2)
    empty = b"" if len(payload) < 2 else frame(CONTINUATION, b"")  # after an exact multiple of its fragments' size
    scene.open().send(frame(BINARY, payload, is_final=False), inner, last, empty, close())

    told = [("data", payload * count), ("close_request", 1000, "")]
    scene.closes(1000, is_clean=True, before=told)


@pytest.mark.hostile("C05")
def test_many_fragments_cost_their_number_and_not_its_square() -> None:
    half, _ = _cost_of_fragments(4000)
    whole, extra = _cost_of_fragments(8000)

    assert whole < 2.2 * half
    assert extra < 3 * 8000 * 512


def _cost_of_fragments(count: int) -> tuple[int, int]:
    """Lines executed and memory held by a message of so many fragments of 512 bytes."""
    wire = fragments(512, *repeat(512, count - 1))
    with Scene(MemoryWorld()) as scene:
        scene.open().send(wire)
        with executed_lines() as executed:
            scene.run(lambda: scene.messages)
    with Scene(MemoryWorld()) as scene:
        scene.open().send(wire)
        with peak_memory() as peak:
            scene.run(lambda: scene.messages)
        assert scene.messages == [bytes(512 * count)]
    return executed[0], peak.extra


@pytest.mark.hostile("C08")
def test_unread_data_is_limited_in_bytes(loopback: Scene) -> None:
    server = loopback.open()
    server.is_deaf = True
    accepted = 0
    while (error := loopback.client.put_packet(_numbered(accepted, 64 * KIB))) == Error.OK:
        accepted += 1
        loopback.poll()
        assert accepted < 10_000

    assert error == Error.ERR_OUT_OF_MEMORY
    assert MAX - 128 * KIB < loopback.client.get_current_outbound_buffered_amount() <= MAX
    _sends_all_of_it(loopback, server, accepted, 64 * KIB)


@pytest.mark.hostile("C08")
def test_unread_data_is_limited_in_messages(scene: Scene) -> None:
    server = scene.open()
    scene.world.network.sockets[-1].stream.room = 0  # type: ignore[attr-defined]  # the scene's is one in memory
    for number in range(MAX_PACKETS):
        assert scene.client.put_packet(_numbered(number, 10)) == Error.OK

    assert scene.client.put_packet(b"one more") == Error.ERR_OUT_OF_MEMORY
    assert "set_buffers" in repr(scene.client.last_error)
    scene.world.network.sockets[-1].stream.room = None  # type: ignore[attr-defined]
    _sends_all_of_it(scene, server, MAX_PACKETS, 10)


def _numbered(number: int, size: int) -> bytes:
    return number.to_bytes(4, "big").ljust(size, b".")


def _sends_all_of_it(scene: Scene, server: RawServer, accepted: int, size: int) -> None:
    """Once the server reads, everything that was accepted arrives, and then more."""
    server.is_deaf = False
    scene.run(lambda: len(server.messages) == accepted)
    assert server.messages == [_numbered(number, size) for number in range(accepted)]
    assert scene.client.put_packet(b"one more") == Error.OK
    server.send(close())
    scene.run(lambda: scene.is_over)
    assert server.messages[-1] == b"one more"
    assert scene.told == [("established", ""), ("close_request", 1000, ""), ("closed", True)]


LIMIT = 128 * KIB


@pytest.mark.hostile("C09")
@pytest.mark.parametrize("size", [0, 1, 125, 126, 65535, 65536, LIMIT - 1, LIMIT])
@pytest.mark.parametrize("is_text", [False, True])
def test_a_packet_of_any_size_up_to_the_limit_is_sent_whole(scene: Scene, size: int, is_text: bool) -> None:
    scene.client.set_buffers(1, 1, LIMIT // KIB, 1)
    server = scene.open()
    mode = scene.client.WRITE_MODE_TEXT if is_text else scene.client.WRITE_MODE_BINARY
    scene.client.set_write_mode(mode)

    assert scene.client.put_packet(b"x" * size) == Error.OK
    scene.run(lambda: server.frames)
    assert [(sent.opcode, sent.payload) for sent in server.frames] == [(TEXT if is_text else BINARY, b"x" * size)]
    server.send(close())
    scene.closes(1000, is_clean=True)


@pytest.mark.hostile("C09")
def test_a_packet_over_the_limit_is_refused_and_changes_nothing(scene: Scene) -> None:
    scene.client.set_buffers(1, 1, LIMIT // KIB, 1)
    server = scene.open()

    assert scene.client.put_packet(bytes(LIMIT + 1)) == Error.ERR_OUT_OF_MEMORY
    assert scene.client.put_packet(b"next") == Error.OK
    server.send(frame(PING, b"?"))
    scene.run(lambda: len(server.frames) == 2)
    assert server.messages == [b"next"]


@pytest.mark.hostile("C09")
def test_the_largest_packet_by_default_is_16_mib(scene: Scene) -> None:
    server = scene.open()

    assert scene.client.put_packet(bytes(MAX + 1)) == Error.ERR_OUT_OF_MEMORY
    assert scene.client.put_packet(b"\x5a" * MAX) == Error.OK
    scene.run(lambda: server.frames)
    assert server.messages == [b"\x5a" * MAX]
