"""Tests random bytes (row B17) and flipped bits (row B18) as frames."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.hostile.scenario import MemoryWorld, Scene
from tests.hostile.wire import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, close, frame

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.untraced

MIB = 1024 * 1024
VERDICTS = ([1002], [1007], [1009])

STREAM = b"".join(
    [
        frame(TEXT, b"first"),
        frame(TEXT, "\u00e4\u20ac\U0001f600".encode()),
        frame(PING, b"?"),
        frame(BINARY, bytes(range(128))),
        frame(TEXT, "\U0001f600".encode()[:3], is_final=False),
        frame(PONG),
        frame(CONTINUATION, "\U0001f600".encode()[3:] + b" end"),
        frame(BINARY, b"last"),
    ]
)
# Where each message of the stream begins; the text in two parts is one.
MESSAGES = [
    (0, "first"),
    (7, "\u00e4\u20ac\U0001f600"),
    (21, bytes(range(128))),
    (153, "\U0001f600 end"),
    (167, b"last"),
]

FRAMES = st.builds(
    frame,
    st.sampled_from([TEXT, TEXT, BINARY, BINARY, CONTINUATION, CONTINUATION, PING, PONG, CLOSE, 3, 11]),
    st.binary(max_size=130) | st.text(max_size=40).map(str.encode) | st.just(b"\x03\xe8bye"),
    is_final=st.booleans(),
    rsv=st.sampled_from([0] * 12 + [4]),
    key=st.sampled_from([b""] * 12 + [b"mask"]),
    form=st.sampled_from([0] * 12 + [126, 127]),
    declares=st.sampled_from([None] * 12 + [0, 1, 200, 1 << 40]),
)


@pytest.mark.hostile("B17")
def test_10_mib_of_random_bytes_end_it(scene: Scene) -> None:
    server = scene.open()
    source = Random(17)
    server.send_from(source.randbytes(MIB) for _ in range(10))

    scene.run(lambda: scene.is_over)
    assert server.close_codes in VERDICTS
    scene.closes(server.close_codes[0])


@pytest.mark.hostile("B17")
@pytest.mark.parametrize("seed", range(50))
def test_200_kib_of_random_bytes_over_many_connections_raise_nothing(seed: int) -> None:
    source = Random(seed)
    with Scene(MemoryWorld()) as scene:
        for _ in range(4):
            scene.told.clear()
            server = scene.open()
            server.send(source.randbytes(50 * 1024))
            scene.run(lambda: scene.is_over)
            scene.run_for_the_server()

            assert server.close_codes in VERDICTS or scene.told[-2][0] == "close_request"


@pytest.mark.hostile("B17")
@given(parts=st.lists(FRAMES | st.binary(max_size=20), max_size=20), piece=st.sampled_from([None, 1, 7]))
def test_any_frames_in_any_order_end_as_they_should(parts: list[bytes], piece: int | None) -> None:
    with Scene(MemoryWorld()) as scene:
        server = scene.open()
        server.send(*parts)
        server.piece = piece
        server.end_behind()
        scene.run(lambda: scene.is_over)
        scene.run_for_the_server()
        kinds = [told[0] for told in scene.told]

        assert kinds[0] == "established"
        assert kinds[-1] == "closed"
        assert set(kinds[1:-1]) <= {"data", "close_request"}
        assert len(server.close_codes) <= 1
        if "close_request" in kinds:
            assert kinds.count("close_request") == 1
            assert kinds[-2] == "close_request"
            assert scene.told[-1] == ("closed", True)
        elif server.close_codes:
            assert server.close_codes in VERDICTS
        assert all(isinstance(message, str | bytes) for message in scene.messages)


def _flips() -> Iterator[bytes]:
    for index in range(len(STREAM) * 8):
        flipped = bytearray(STREAM)
        flipped[index // 8] ^= 1 << index % 8
        yield bytes(flipped)


@pytest.mark.hostile("B18")
def test_a_flipped_bit_never_leads_to_an_invalid_text_or_a_hang(scene: Scene) -> None:
    for index, wire in enumerate(_flips()):
        scene.told.clear()
        server = scene.open()
        server.send(wire, close())
        server.end_behind()
        scene.run(lambda: scene.is_over)
        scene.run_for_the_server()
        untouched = [message for start, message in MESSAGES if _end(start) <= index // 8]

        assert scene.messages[: len(untouched)] == untouched
        assert all(isinstance(message, str | bytes) for message in scene.messages)
        assert server.close_codes in (*VERDICTS, [1000], [None], [])


def _end(start: int) -> int:
    """Where the message that begins here ends."""
    return next((other for other, _ in MESSAGES if other > start), len(STREAM))
