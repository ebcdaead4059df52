"""Tests received compressed messages (rows D01 to D06, D08, D09).

They are bombs, corrupt streams, and messages that cost much work.
"""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.hostile.deflating import RSV1, TAIL, Compressor, bomb, deflated, in_fragments, open_compressed
from tests.hostile.scenario import MemoryWorld, Scene, peak_memory
from tests.hostile.wire import BINARY, CONTINUATION, PING, PONG, TEXT, close, frame
from wsclient.protocol.kept_memory import keep_memory

KIB = 1024
MIB = 1024 * KIB
MAX = 16 * MIB  # bytes of a message, by default
A_READ = 128 * KIB  # of what is compressed, and what is made of it at a time
HELLO = Compressor().payload(b"Hello")


@pytest.mark.hostile("D01", "D02")
@pytest.mark.parametrize(
    "size",
    [pytest.param(0, id="D01-one-frame"), pytest.param(1000, id="D02-fragments"), pytest.param(1, id="D02-bytes")],
)
@pytest.mark.untraced
def test_a_bomb_costs_no_more_memory_than_the_limit(loopback: Scene, size: int) -> None:
    payload = bomb(200 * MIB)
    assert len(payload) < 210_000
    wire = in_fragments(payload, size) if size else frame(BINARY, payload, rsv=RSV1)
    server = open_compressed(loopback)
    server.send(wire)
    with peak_memory() as peak:
        loopback.run(lambda: loopback.is_over)

    assert peak.extra <= MAX + 64 * KIB + A_READ
    loopback.closes(1009, str(MAX), before=[])


@pytest.mark.hostile("D01", "D09")
def test_a_bomb_is_inflated_a_bounded_amount_a_step(scene: Scene) -> None:
    scene.client.poll_budget = 0.0
    server = open_compressed(scene)
    server.send(frame(BINARY, bomb(200 * MIB), rsv=RSV1))
    polls = scene.polls
    while not scene.is_over:
        scene.step()

    assert scene.polls - polls > MAX // (300 * KIB)
    scene.client.poll_budget = 0.004
    scene.closes(1009, str(MAX), before=[])


@pytest.mark.hostile("D03")
@pytest.mark.parametrize("size", [pytest.param(0, id="D03-one-frame"), pytest.param(100, id="D03-fragments")])
def test_a_bomb_of_exactly_the_limit_is_delivered(scene: Scene, size: int) -> None:
    payload = bomb(MAX)
    server = open_compressed(scene)
    server.send(in_fragments(payload, size) if size else frame(BINARY, payload, rsv=RSV1), close())

    scene.closes(1000, is_clean=True, before=[("data", bytes(MAX)), ("close_request", 1000, "")])


@pytest.mark.hostile("D03")
def test_a_large_message_is_never_in_memory_twice(loopback: Scene) -> None:
    loopback.client.disconnect("data_received", loopback._tell_data)
    server = open_compressed(loopback)
    server.send(frame(BINARY, bomb(MAX), rsv=RSV1))
    keep_memory(MAX)  # the first message of this size asks for memory that it never touches
    with peak_memory() as peak:
        loopback.run(loopback.client.get_available_packet_count)

    assert peak.extra <= MAX * 9 // 8 + 64 * KIB + A_READ
    assert loopback.client.get_packet() == bytes(MAX)


@pytest.mark.hostile("D03")
@pytest.mark.parametrize("limit", [KIB, 32 * KIB, 64 * KIB, MIB])
def test_a_byte_over_a_limit_that_was_set_ends_it(scene: Scene, limit: int) -> None:
    scene.client.set_buffers(limit // KIB, 16, 1, 1)
    server = open_compressed(scene)
    server.send(deflated(bytes(limit), BINARY), deflated(bytes(limit + 1), BINARY))

    scene.closes(1009, str(limit), before=[("data", bytes(limit))])


@pytest.mark.hostile("D04")
@pytest.mark.parametrize(
    "behind",
    [
        pytest.param(frame(BINARY, b"\xff\xff\xff", rsv=RSV1), id="D04-corrupt-stream"),
        pytest.param(frame(TEXT, b"\xff", rsv=7, key=b"mask"), id="D04-violation"),
        pytest.param(b"\xff" * 100_000, id="D04-garbage"),
        pytest.param(close(1001), id="D04-close"),
    ],
)
def test_data_after_a_bomb_changes_nothing(scene: Scene, behind: bytes) -> None:
    scene.client.set_buffers(64, 16, 1, 1)
    open_compressed(scene).send(frame(BINARY, bomb(MIB), rsv=RSV1), behind)

    scene.closes(1009, str(64 * KIB), before=[])


# Streams that are none


@pytest.mark.hostile("D05", "D06", "D08")
@pytest.mark.parametrize(
    ("wire", "code", "says"),
    [
        pytest.param(frame(TEXT, b"\xff\xff\xff\xff", rsv=RSV1), 1007, "corrupt", id="D05-corrupt"),
        pytest.param(frame(TEXT, HELLO[:-2], rsv=RSV1), 1007, "corrupt", id="D05-truncated"),
        pytest.param(frame(BINARY, HELLO[:1], rsv=RSV1), 1007, "corrupt", id="D05-one-byte"),
        pytest.param(
            frame(BINARY, b"\x00\x05\x00\xfa\xffHel", rsv=RSV1), 1007, "corrupt", id="D05-stored-block-cut-off"
        ),
        pytest.param(frame(BINARY, b"\x07", rsv=RSV1), 1007, "corrupt", id="D05-reserved-block-type"),
        pytest.param(frame(TEXT, HELLO + TAIL, rsv=RSV1), 1007, "corrupt", id="D05-tail-kept"),
        pytest.param(
            frame(BINARY, HELLO[:3], rsv=RSV1, is_final=False) + frame(CONTINUATION, b"\xff" * 9),
            1007,
            "corrupt",
            id="D05-corrupt-second-fragment",
        ),
        pytest.param(
            frame(TEXT, HELLO[:3], rsv=RSV1, is_final=False) + frame(CONTINUATION, HELLO[3:], rsv=RSV1),
            1002,
            "reserved bit",
            id="D06-continuation",
        ),
        pytest.param(frame(PING, b"x", rsv=RSV1), 1002, "reserved bit", id="D06-ping"),
        pytest.param(frame(PONG, b"x", rsv=RSV1), 1002, "reserved bit", id="D06-pong"),
        pytest.param(frame(8, b"\x03\xe8", rsv=RSV1), 1002, "reserved bit", id="D06-close"),
        pytest.param(frame(TEXT, HELLO, rsv=2), 1002, "reserved bit", id="D06-RSV2"),
        pytest.param(frame(TEXT, HELLO, rsv=5), 1002, "reserved bit", id="D06-RSV3-too"),
        pytest.param(deflated(b"caf\xe9"), 1007, "not UTF-8", id="D08-latin-1"),
        pytest.param(deflated(b"\xf0\x9f\x98"), 1007, "not UTF-8", id="D08-cut-off"),
        pytest.param(deflated(b"\xed\xa0\x80"), 1007, "not UTF-8", id="D08-surrogate"),
        pytest.param(
            frame(TEXT, Compressor().payload(b"x" * 200 + b"\xff" + b"y" * 200), rsv=RSV1, is_final=False),
            1007,
            "not UTF-8",
            id="D08-before-the-message-ends",
        ),
    ],
)
def test_a_stream_that_breaks_the_rules_ends_it(scene: Scene, wire: bytes, code: int, says: str) -> None:
    open_compressed(scene).send(deflated(b"before"), wire, deflated(b"behind"))

    scene.closes(code, says, before=[("data", "before")])


@pytest.mark.hostile("D05")
@pytest.mark.parametrize(
    ("wire", "message"),
    [
        pytest.param(frame(TEXT, b"\x00", rsv=RSV1), "", id="D05-7.2.3.6-empty"),
        pytest.param(frame(BINARY, b"\x02\x00", rsv=RSV1), b"", id="D05-empty-fixed-block"),
        pytest.param(frame(TEXT, b"", rsv=RSV1), "", id="D05-no-payload"),
        pytest.param(frame(TEXT, bytes.fromhex("f248cdc9c90700"), rsv=RSV1), "Hello", id="D05-7.2.3.1-one-block"),
        pytest.param(
            frame(TEXT, bytes.fromhex("000500faff48656c6c6f00"), rsv=RSV1), "Hello", id="D05-7.2.3.3-stored-block"
        ),
        pytest.param(frame(TEXT, bytes.fromhex("f348cdc9c9070000"), rsv=RSV1), "Hello", id="D05-7.2.3.4-final-block"),
        pytest.param(
            frame(TEXT, bytes.fromhex("f24805000000ffffcac9c90700"), rsv=RSV1), "Hello", id="D05-7.2.3.5-two-blocks"
        ),
        pytest.param(
            frame(TEXT, HELLO[:3], rsv=RSV1, is_final=False)
            + frame(PING)
            + frame(CONTINUATION, is_final=False)
            + frame(CONTINUATION, HELLO[3:]),
            "Hello",
            id="D05-fragments",
        ),
        pytest.param(frame(TEXT, b"Hello"), "Hello", id="D05-not-compressed"),
    ],
)
def test_a_stream_that_keeps_the_rules_is_delivered(scene: Scene, wire: bytes, message: object) -> None:
    open_compressed(scene).send(wire, close())

    scene.closes(1000, is_clean=True, before=[("data", message), ("close_request", 1000, "")])


@pytest.mark.hostile("D05")
@pytest.mark.parametrize("size", [100, 5000, 20_000, 70_000])
def test_a_large_message_in_fragments_keeps_its_order(scene: Scene, size: int) -> None:
    message = Random(5).randbytes(150_000) + bytes(150_000) + Random(6).randbytes(150_000)
    open_compressed(scene).send(in_fragments(Compressor().payload(message), size), close())

    scene.closes(1000, is_clean=True, before=[("data", message), ("close_request", 1000, "")])


@pytest.mark.hostile("D05")
@given(
    payload=st.binary(max_size=300) | st.binary(max_size=300).map(Compressor().payload),
    size=st.integers(1, 300),
    flip=st.none() | st.integers(0, 2400),
)
def test_any_payload_is_delivered_or_ends_it(payload: bytes, size: int, flip: int | None) -> None:
    altered = bytearray(payload)
    if flip is not None and flip // 8 < len(altered):
        altered[flip // 8] ^= 1 << flip % 8
    with Scene(MemoryWorld()) as scene:
        server = open_compressed(scene)
        server.send(in_fragments(bytes(altered) + b"\x00" * size, size), close())
        scene.run(lambda: scene.is_over)
        scene.run_for_the_server()

        assert server.close_codes in ([1000], [1007])
        assert len(scene.messages) == (1 if server.close_codes == [1000] else 0)


@pytest.mark.hostile("D09")
@pytest.mark.untraced
def test_many_tiny_compressed_messages_are_spread_over_polls(scene: Scene) -> None:
    compressor = Compressor()
    server = open_compressed(scene)
    server.send(*(frame(BINARY, compressor.payload(b"%c" % (number % 256)), rsv=RSV1) for number in range(20_000)))
    most, told = 0, 0
    while told < 20_000:
        scene.step()
        before, told = told, len(scene.told) - 1
        most = max(most, told - before)

    assert most <= 400  # of 10 us each: the budget
    assert scene.messages == [b"%c" % (number % 256) for number in range(20_000)]


@pytest.mark.hostile("D09")
@pytest.mark.parametrize(
    ("payload", "count", "most"),
    [
        pytest.param(b"x", 4000, 520, id="D09-one-byte"),
        pytest.param(b"", 4000, 520, id="D09-empty"),
        pytest.param(bytes(100_000), 160, 4, id="D09-100-kB-of-zeros"),
    ],
)
def test_a_step_takes_a_bounded_number_of_compressed_messages(
    scene: Scene, payload: bytes, count: int, most: int
) -> None:
    scene.client.poll_budget = 0.0  # a step each
    scene.client.disconnect("data_received", scene._tell_data)  # else it would be a message each
    compressor = Compressor()
    server = open_compressed(scene)
    server.send(*(frame(BINARY, compressor.payload(payload), rsv=RSV1) for _ in range(count)))
    polls = scene.polls
    while scene.client.get_available_packet_count() < count:
        scene.step()

    assert scene.polls - polls >= count / most
