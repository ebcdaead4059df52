"""Tests legal frames of every shape, in any pieces (rows B01, B11, B14).

One stalls (B08), and masks are tested too (B20).
"""

from __future__ import annotations

import os
from collections import Counter
from itertools import islice
from random import Random

import pytest

from tests.hostile.scenario import MemoryWorld, Scene, peak_memory
from tests.hostile.wire import BINARY, CONTINUATION, PING, PONG, TEXT, close, frame
from tests.support.every_way import splits
from wsclient import Error
from wsclient.transport.opening.attempt import Outside

MAX = 16 * 1024 * 1024  # bytes of a message, by default

SHORT = b"".join(
    [
        frame(TEXT, b"plain"),
        frame(BINARY, bytes(range(130))),
        frame(TEXT),
        frame(TEXT, "\u00e4\u20ac\U0001f600".encode()),
        frame(TEXT, "\U0001f600".encode()[:2], is_final=False),
        frame(PING, b"between"),
        frame(CONTINUATION, "\U0001f600".encode()[2:3], is_final=False),
        frame(CONTINUATION, is_final=False),
        frame(PONG, b"unasked"),
        frame(CONTINUATION, "\U0001f600".encode()[3:] + b"!"),
        frame(BINARY, b"\xff\xfe", is_final=False),
        frame(CONTINUATION, b"\x00"),
        frame(BINARY),
        close(3000, "tsch\u00fc\u00df".encode()),
    ]
)
TOLD_OF_SHORT = [
    ("data", "plain"),
    ("data", bytes(range(130))),
    ("data", ""),
    ("data", "\u00e4\u20ac\U0001f600"),
    ("data", "\U0001f600!"),
    ("data", b"\xff\xfe\x00"),
    ("data", b""),
    ("close_request", 3000, "tsch\u00fc\u00df"),
]
LONG = frame(TEXT, b"x" * 65535) + frame(BINARY, b"y" * 65536) + frame(TEXT, b"end") + close()
TOLD_OF_LONG = [("data", "x" * 65535), ("data", b"y" * 65536), ("data", "end"), ("close_request", 1000, "")]


@pytest.mark.hostile("B01", "B11")
def test_short_messages_are_the_same_in_any_pieces(scene: Scene) -> None:
    for pieces in splits(SHORT):
        _receive_in_pieces(scene, pieces)

        assert scene.told == [("established", ""), *TOLD_OF_SHORT, ("closed", True)], [len(piece) for piece in pieces]
        assert [sent.payload for sent in scene.server.frames if sent.opcode == PONG] == [b"between"]


@pytest.mark.hostile("B01")
def test_long_messages_are_the_same_in_two_pieces(scene: Scene) -> None:
    for pieces in islice(splits(LONG), 1, None, 4):
        _receive_in_pieces(scene, pieces)

        assert scene.told == [("established", ""), *TOLD_OF_LONG, ("closed", True)], [len(piece) for piece in pieces]


@pytest.mark.hostile("B01")
@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000, 65535, 65536, 65537])
def test_messages_are_the_same_over_real_sockets_in_pieces_of_any_size(loopback: Scene, size: int) -> None:
    server = loopback.open()
    server.piece = size
    server.send(SHORT if size < 1000 else LONG)

    told = TOLD_OF_SHORT if size < 1000 else TOLD_OF_LONG
    loopback.closes(3000 if size < 1000 else 1000, is_clean=True, before=told)


@pytest.mark.hostile("B11")
@pytest.mark.parametrize("at", range(4))
def test_control_frames_may_stand_between_fragments(scene: Scene, at: int) -> None:
    parts = [
        frame(TEXT, b"one ", is_final=False),
        frame(CONTINUATION, b"two ", is_final=False),
        frame(CONTINUATION, b"three"),
    ]
    parts.insert(at, frame(PING, b"now") + frame(PONG, b"then"))
    server = scene.open()
    server.send(*parts, close())

    scene.run(lambda: scene.is_over)
    assert [sent.payload for sent in server.frames if sent.opcode == PONG] == [b"now"]
    scene.closes(1000, is_clean=True, before=[("data", "one two three"), ("close_request", 1000, "")])


@pytest.mark.hostile("B14")
@pytest.mark.parametrize(
    ("wire", "message"),
    [
        pytest.param(frame(TEXT), "", id="B14-text"),
        pytest.param(frame(BINARY), b"", id="B14-binary"),
        pytest.param(frame(TEXT, is_final=False) + frame(CONTINUATION), "", id="B14-text-in-two"),
        pytest.param(
            frame(BINARY, is_final=False) + frame(CONTINUATION, is_final=False) * 3 + frame(CONTINUATION),
            b"",
            id="B14-binary-in-five",
        ),
        pytest.param(
            frame(TEXT, is_final=False) + frame(CONTINUATION, b"x", is_final=False) + frame(CONTINUATION),
            "x",
            id="B14-empty-around-a-letter",
        ),
    ],
)
def test_an_empty_message_is_reported_once(scene: Scene, wire: bytes, message: object) -> None:
    scene.open().send(wire, close())

    scene.closes(1000, is_clean=True, before=[("data", message), ("close_request", 1000, "")])


@pytest.mark.hostile("B08")
def test_a_stalling_message_of_the_limit_costs_what_has_arrived(loopback: Scene) -> None:
    server = loopback.open()
    with peak_memory() as peak:
        server.send(frame(BINARY, b"x" * 10, declares=MAX))
        loopback.run(lambda: not server.has_unsent)
        loopback.wait(19.0)
        assert server.frames == []
        loopback.wait(2.0)
        loopback.run(lambda: server.frames)
        assert [sent.opcode for sent in server.frames] == [PING]
        loopback.wait(20.0)

    assert peak.extra < 512 * 1024  # two reads, and the rest
    loopback.closes(1011, "no pong for 20 s", before=[])


@pytest.mark.hostile("B20")
def test_ten_thousand_frames_have_a_fresh_mask_each_from_the_random_source() -> None:
    source = Random(2024)
    given: list[bytes] = []

    def random_bytes(count: int) -> bytes:
        given.append(source.randbytes(count))
        return given[-1]

    with Scene(MemoryWorld(random_bytes=random_bytes)) as scene:
        server = scene.open()
        for number in range(10_000):
            assert scene.client.put_packet(b"x" * (number % 130)) == Error.OK
        scene.run(lambda: len(server.frames) == 10_000)
        keys = [sent.key for sent in server.frames]

    words = {block[at : at + 4] for block in given[1:] for at in range(0, len(block), 4)}  # the first: the handshake's
    assert len(set(keys)) == 10_000
    assert set(keys) <= words
    assert bytes(4) not in keys
    for place in range(4):
        counts = Counter(key[place] for key in keys)
        assert sum((counts[value] - 10_000 / 256) ** 2 / (10_000 / 256) for value in range(256)) < 341  # p = 0.0003


@pytest.mark.hostile("B20")
def test_the_random_source_is_the_system_s() -> None:
    assert Outside().random_bytes is os.urandom


@pytest.mark.hostile("B20")
@pytest.mark.parametrize("error", [OSError("no entropy"), NotImplementedError("no source")], ids=["broken", "missing"])
def test_without_random_numbers_nothing_opens(error: Exception) -> None:
    source = _Source()
    with Scene(MemoryWorld(random_bytes=source)) as scene:
        source.error = error
        assert scene.client.connect_to_url(scene.world.url) == Error.OK
        scene.run(lambda: scene.is_over)
        source.error = None

        assert scene.server.received == 0
        scene.fails("no random numbers")


@pytest.mark.hostile("B20")
@pytest.mark.parametrize("error", [OSError("no entropy"), NotImplementedError("no source")], ids=["broken", "missing"])
@pytest.mark.parametrize("size", [pytest.param(5, id="short"), pytest.param(100_000, id="long")])
def test_without_random_numbers_nothing_is_sent(error: Exception, size: int) -> None:
    source = _Source()
    with Scene(MemoryWorld(random_bytes=source)) as scene:
        server = scene.open()
        source.error = error
        before = server.received
        assert scene.client.put_packet(b"x" * size) == Error.OK
        scene.run(lambda: scene.is_over)
        source.error = None

        assert server.received == before
        scene.closes(says="no random numbers", before=[])


class _Source:
    """Random numbers until it fails."""

    def __init__(self) -> None:
        self.error: Exception | None = None

    def __call__(self, count: int) -> bytes:
        if self.error:
            raise self.error
        return os.urandom(count)


def _receive_in_pieces(scene: Scene, pieces: list[bytes]) -> None:
    scene.told.clear()
    server = scene.open()
    for piece in pieces:
        server.send(piece)
        server.step()
        scene.poll()
    scene.run(lambda: scene.is_over)
    scene.run(lambda: server.has_ended)
