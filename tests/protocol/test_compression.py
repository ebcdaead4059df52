"""Tests compressed messages (RFC 7692).

It checks streams, data that is not a stream, and the work done at a time.
"""

from __future__ import annotations

import subprocess
import sys
import tracemalloc
import zlib
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.hostile.deflating import RSV1, TAIL, Compressor, bomb, deflated, in_fragments
from tests.hostile.wire import BINARY, CLOSE, CONTINUATION, PING, TEXT, frame
from tests.support.builds import looks_inside
from tests.support.connections import Message, feeding, talk, told
from tests.support.every_way import every_way
from wsclient.protocol.compression import Deflater
from wsclient.protocol.connection import Connection, Role, State
from wsclient.protocol.deflate import Agreement, Direction
from wsclient.protocol.events import Failure, FailureKind, Stage
from wsclient.protocol.messages import MessageAssembler

MIB = 1024 * 1024


AS_OFFERED = Agreement()
ALONE = Agreement(of_server=Direction(takes_context_over=False))


def client(agreement: Agreement = AS_OFFERED, **options: object) -> Connection:
    return Connection(Role.CLIENT, deflate=agreement, **options)


def compressed(*payloads: str, opcode: int = TEXT) -> bytes:
    return b"".join(frame(opcode, bytes.fromhex(payload), rsv=RSV1) for payload in payloads)


def failed(connection: Connection) -> tuple[int, str]:
    """The close code and the reason with which it was failed."""
    assert connection.state is State.FAILING
    connection.data_to_send()
    connection.data_sent()
    [ended] = told(connection)
    assert ended.failure.kind is (FailureKind.TOO_BIG if ended.failure.cause.code == 1009 else FailureKind.VIOLATION)
    return ended.failure.cause.code, ended.failure.detail


class TestInflates:
    @pytest.mark.parametrize(
        ("wire", "expected"),
        [
            pytest.param("c107 f248cdc9c90700", [b"Hello"], id="7.2.3.1-one-block"),
            pytest.param("4103 f248cd 8004 c9c90700", [b"Hello"], id="7.2.3.1-fragmented"),
            pytest.param("c107 f248cdc9c90700 c105 f200110000", [b"Hello", b"Hello"], id="7.2.3.2-context"),
            pytest.param("c10b 000500faff48656c6c6f00", [b"Hello"], id="7.2.3.3-no-compression"),
            pytest.param("c108 f348cdc9c9070000", [b"Hello"], id="7.2.3.4-final-block"),
            pytest.param("c10d f248050000 00ffffcac9c90700", [b"Hello"], id="7.2.3.5-two-blocks"),
            pytest.param("c101 00", [b""], id="7.2.3.6-empty"),
            pytest.param("c102 0200", [b""], id="empty-fixed-block"),
            pytest.param("c100", [b""], id="no-byte-at-all"),
            pytest.param("c100 c107 f248cdc9c90700 c100 c105 f200110000", [b"", b"Hello", b"", b"Hello"], id="between"),
            pytest.param("4100 0000 8007 f248cdc9c90700", [b"Hello"], id="empty-fragments-first"),
            pytest.param("4107 f248cdc9c90700 8000", [b"Hello"], id="empty-fragment-last"),
            pytest.param("c107 f348cdc9c90700", [b"Hello"], id="final-block-and-nothing-behind-it"),
            pytest.param("c10e f348cdc9c90700 f348cdc9c90700", [b"HelloHello"], id="two-final-blocks"),
            pytest.param("c10e f348cdc9c90700 f248cdc9c90700", [b"HelloHello"], id="a-block-behind-the-final-one"),
            pytest.param("c107 f348cdc9c90700 c107 f248cdc9c90700", [b"Hello", b"Hello"], id="anew-behind-final"),
            pytest.param("4107 f348cdc9c90700 8007 f248cdc9c90700", [b"HelloHello"], id="fragment-ends-with-final"),
            pytest.param("8103 616263 c107 f248cdc9c90700 8101 64", [b"abc", b"Hello", b"d"], id="among-others"),
        ],
    )
    def test_messages_of_the_rfc_and_of_others(self, wire: str, expected: list[bytes]) -> None:
        data = bytes.fromhex(wire)

        assert every_way(feeding(client), data, tail=frame(TEXT, b"tail")) == [
            Message(payload, is_text=True) for payload in expected
        ]

    @pytest.mark.parametrize("size", [1, 100, 4095, 4096, 4097, 32 * 1024 - 1, 32 * 1024, 32 * 1024 + 1, 300_000])
    @pytest.mark.parametrize("content", ["zeros", "noise", "words"])
    def test_any_size(self, size: int, content: str) -> None:
        message = {
            "zeros": bytes(size),
            "noise": Random(size).randbytes(size),
            "words": (b"player moves to " * (size // 16 + 1))[:size],
        }[content]
        compressor = Compressor()
        wire = b"".join(frame(BINARY, compressor.payload(message), rsv=RSV1) for _ in range(3))

        assert feeding(client)([wire]) == [Message(message)] * 3
        assert feeding(client)([wire[at : at + 7000] for at in range(0, len(wire), 7000)]) == [Message(message)] * 3

    def test_a_message_in_fragments_with_controls_between(self) -> None:
        message = b"words " * 3000
        payload = Compressor().payload(message)
        wire = frame(BINARY, payload[:10], rsv=RSV1, is_final=False) + frame(PING, b"p")
        wire += frame(CONTINUATION, payload[10:])

        _, arrived = feeding(client)([wire])

        assert arrived == Message(message)

    def test_fragments_that_are_not_compressed(self) -> None:
        wire = frame(BINARY, b"a" * 200, is_final=False) + frame(CONTINUATION, b"b") + deflated(b"c" * 200)

        assert feeding(client)([wire]) == [Message(b"a" * 200 + b"b"), Message(b"c" * 200, is_text=True)]

    def test_messages_of_clients(self) -> None:
        server = Connection(Role.SERVER, deflate=Agreement())
        payload = Compressor().payload(b"Hello" * 100)
        server.receive_data(frame(TEXT, payload, rsv=RSV1, key=b"1234") * 1)

        assert list(told(server)) == [Message(b"Hello" * 100, is_text=True)]


class TestRefuses:
    @pytest.mark.parametrize(
        ("wire", "code", "words"),
        [
            pytest.param(compressed("ff"), 1007, "the message is no DEFLATE stream", id="D05-no-block"),
            pytest.param(compressed("000500faff4865"), 1007, "ends inside a block", id="D05-cut-off-stored"),
            pytest.param(compressed("f248cdc9c9"), 1007, "corrupt compressed data", id="D05-cut-off"),
            pytest.param(compressed("f248cdc9c907"), 1007, "corrupt compressed data", id="D05-last-byte-missing"),
            pytest.param(
                compressed("f248cdc9c907000000ffff"),
                1007,
                "the message still has the 00 00 ff ff at its end",
                id="E7-tail-that-should-be-missing",
            ),
            pytest.param(
                compressed("f200110000"), 1007, "beyond the window that was agreed on", id="context-that-there-is-not"
            ),
            pytest.param(
                frame(TEXT, b"\xff", rsv=RSV1, is_final=False), 1007, "no DEFLATE stream", id="D05-in-a-fragment"
            ),
            pytest.param(deflated(b"caf\xe9"), 1007, "not UTF-8", id="D08-text"),
            pytest.param(deflated(b"caf\xc3"), 1007, "not UTF-8", id="D08-cut-off"),
            pytest.param(frame(TEXT, is_final=False) + deflated(b"a"), 1002, "inside a fragmented", id="B10-inside"),
            pytest.param(
                frame(TEXT, b"\x00", rsv=RSV1, is_final=False) + deflated(b"a" * 9000),
                1002,
                "inside a fragmented",
                id="B10-inside-a-compressed-one",
            ),
            pytest.param(
                frame(TEXT, b"\x00", rsv=RSV1, is_final=False) + frame(CONTINUATION, rsv=RSV1), 1002, "bit", id="D06"
            ),
        ],
    )
    def test_invalid_streams(self, wire: bytes, code: int, words: str) -> None:
        def feed(pieces: list[bytes]) -> list[object]:
            connection = client()
            events: list[object] = []
            for piece in pieces:
                connection.receive_data(piece)
                events += told(connection)
            got, detail = failed(connection)
            assert got == code
            assert words in detail
            return events

        before = compressed("f248cdc9c90700", opcode=BINARY) if "beyond the window" not in words else b""
        assert every_way(feed, before + wire, tail=deflated(b"after")) == [Message(b"Hello")][: len(before)]

    @pytest.mark.parametrize("removed", range(1, 40))
    def test_streams_that_are_cut_off(self, removed: int) -> None:  # D05
        payload = Compressor().payload(b"a few words, and some more words, so that blocks are made of codes") * 1
        for agreement in (AS_OFFERED, ALONE):
            connection = client(agreement)
            connection.receive_data(frame(TEXT, payload[:-removed], rsv=RSV1) + deflated(b"next"))

            # If it is cut off in its tables, it looks like an empty one at first, unless it is alone.
            assert list(told(connection)) in (
                [],
                [Message(b"", is_text=True)][: removed > 34 and agreement == AS_OFFERED],
            )
            assert failed(connection)[0] == 1007

    def test_invalid_text_while_it_is_inflated(self) -> None:  # D08
        payload = Compressor(level=0).payload(b"x" * 100 + b"\xff" + b"x" * 60_000)
        connection = client()
        connection.receive_data(frame(TEXT, payload, rsv=RSV1)[:5000])
        list(told(connection))

        assert failed(connection)[0] == 1007

    @pytest.mark.parametrize("bits", [8, 9, 10, 14])
    def test_references_beyond_the_window_that_was_agreed_on(self, bits: int) -> None:
        noise = Random(1).randbytes((1 << max(bits, 9)) + 100)
        compressor = Compressor()
        wire = b"".join(frame(BINARY, compressor.payload(message), rsv=RSV1) for message in (noise, noise))
        connection = client(Agreement(of_server=Direction(window_bits=bits)))
        connection.receive_data(wire)

        assert list(told(connection)) == [Message(noise)]
        code, detail = failed(connection)
        assert code == 1007
        assert "beyond the window that was agreed on" in detail

    @pytest.mark.parametrize("size", [10, 5000])
    def test_context_without_takeover(self, size: int) -> None:  # D07
        compressor = Compressor()
        wire = b"".join(frame(BINARY, compressor.payload(Random(1).randbytes(size)), rsv=RSV1) for _ in range(2))
        connection = client(ALONE)
        connection.receive_data(wire)

        assert list(told(connection)) == [Message(Random(1).randbytes(size))]
        assert failed(connection)[0] == 1007

    @pytest.mark.parametrize("size", [200, 100_000])
    def test_no_message_that_stands_alone(self, size: int) -> None:  # D07
        connection = client(ALONE)
        connection.receive_data(deflated(b"x" * size) * 3)

        assert list(told(connection)) == [Message(b"x" * size, is_text=True)] * 3


class TestLimits:
    @pytest.mark.parametrize("limit", [125, 1000, 32 * 1024 - 1, 32 * 1024, 100_000, MIB])
    @pytest.mark.parametrize("over", [0, 1])
    @pytest.mark.parametrize("fragments", [0, 7], ids=["whole", "fragments"])
    def test_are_held_to_the_byte(self, limit: int, over: int, fragments: int) -> None:  # D01, D02, D03
        payload = Compressor().payload(bytes(limit + over))
        wire = in_fragments(payload, fragments) if fragments else frame(BINARY, payload, rsv=RSV1)
        connection = client(max_message_size=limit)
        connection.receive_data(wire)

        if not over:
            assert list(told(connection)) == [Message(bytes(limit))]
        else:
            assert list(told(connection)) == []
            assert failed(connection) == (1009, f"message over {limit} bytes")

    def test_are_held_for_noise_that_grows_when_it_is_compressed(self) -> None:
        noise = Random(1).randbytes(70_000)
        payload = Compressor(level=0).payload(noise)
        assert len(payload) > len(noise)
        connection = client(max_message_size=len(noise))
        connection.receive_data(frame(BINARY, payload, rsv=RSV1))

        assert list(told(connection)) == [Message(noise)]

    def test_are_held_for_payload_that_inflates_to_nothing(self) -> None:
        connection = client(max_message_size=1000)
        connection.receive_data(frame(BINARY, bytes.fromhex("000000ffff") * 2000, rsv=RSV1))

        assert list(told(connection)) == []
        code, detail = failed(connection)
        assert code == 1009
        assert "compressed message over" in detail

    def test_of_the_message_before_are_forgotten(self) -> None:
        connection = client(max_message_size=1000)
        connection.receive_data(deflated(bytes(1000), BINARY) + in_fragments(Compressor().payload(bytes(1000)), 3) * 2)

        assert list(told(connection)) == [Message(bytes(1000))] * 3

    def test_hold_for_uncompressed_messages_too(self) -> None:
        connection = client(max_message_size=1000)
        connection.receive_data(frame(BINARY, declares=1001))

        assert list(told(connection)) == []
        assert failed(connection) == (1009, "frame of 1001 bytes, limit 1000")


class TestAStep:
    @pytest.mark.parametrize(
        ("wire", "most"),
        [
            pytest.param(frame(BINARY, bomb(4 * MIB), rsv=RSV1), 256 * 1024 + 32 * 1024, id="D01-bomb"),
            pytest.param(in_fragments(bomb(4 * MIB), 100), 256 * 1024 + 32 * 1024, id="D02-bomb-in-fragments"),
            pytest.param(deflated(bytes(100_000), BINARY) * 50, 256 * 1024 + 100_000, id="many-small-bombs"),
        ],
    )
    @looks_inside
    def test_inflates_a_bounded_amount(self, wire: bytes, most: int, monkeypatch: pytest.MonkeyPatch) -> None:
        connection = client(ALONE)
        made = [0]
        grow = MessageAssembler.grow

        def counting(assembler: MessageAssembler, size: int) -> None:
            made[-1] += size
            grow(assembler, size)

        monkeypatch.setattr(MessageAssembler, "grow", counting)
        connection.receive_data(wire)
        connection.next_events()
        while connection.has_undecoded:
            made.append(0)
            connection.next_events()

        assert connection.state is State.OPEN
        assert sum(made) in (4 * MIB, 50 * 100_000)
        assert max(made) <= most

    @pytest.mark.parametrize(
        ("payload", "most"),
        [
            pytest.param(b"\x00", 512, id="D09-one-byte"),
            pytest.param(b"", 256, id="no-byte"),
            pytest.param(bytes.fromhex("0300"), 128, id="final-blocks"),
            pytest.param(bytes.fromhex("f248cdc9c90700"), 512, id="Hello"),
        ],
    )
    def test_takes_a_bounded_number_of_messages(self, payload: bytes, most: int) -> None:  # D09
        connection = client()
        connection.receive_data(frame(BINARY, payload, rsv=RSV1) * 2000)
        counts = [sum(len(event.payloads) for event in connection.next_events())]
        while connection.has_undecoded:
            counts.append(sum(len(event.payloads) for event in connection.next_events()))

        assert sum(counts) == 2000
        assert max(counts) <= most

    def test_takes_a_bounded_amount_of_payload_that_becomes_nothing(self) -> None:
        connection = client()
        connection.receive_data(frame(BINARY, bytes.fromhex("000000ffff") * 13_000 + b"\x00", rsv=RSV1))
        steps = 1
        assert connection.next_events() == []
        while connection.has_undecoded:
            connection.next_events()
            steps += 1

        assert connection.state is State.OPEN
        assert steps >= 13_000 * 5 // (16 * 1024 + 4096)

    def test_takes_a_bounded_number_of_streams_that_end(self) -> None:
        connection = client()
        connection.receive_data(frame(BINARY, bytes.fromhex("0300") * 5000, rsv=RSV1))
        steps = 0
        while steps == 0 or connection.has_undecoded:
            connection.next_events()
            steps += 1

        assert connection.state is State.OPEN
        assert steps >= 5000 // 129

    def test_does_not_change_the_order(self) -> None:
        wire = (
            deflated(bytes(400_000), BINARY)
            + frame(PING, b"1")
            + frame(TEXT, b"2")
            + deflated(b"3" * 400_000)
            + frame(CLOSE)
        )
        connection = client(ALONE)
        connection.receive_data(wire)

        kinds = [type(event).__name__ for event in told(connection)]

        assert kinds == ["Message", "PingReceived", "Message", "Message", "CloseReceived"]

    def test_waits_for_no_more_data(self) -> None:
        payload = bomb(2 * MIB)
        wire = frame(BINARY, payload, rsv=RSV1)
        connection = client()
        connection.receive_data(wire[: len(wire) // 2])

        assert list(told(connection)) == []  # ends, though the frame is not whole
        connection.receive_data(wire[len(wire) // 2 :])
        assert list(told(connection)) == [Message(bytes(2 * MIB))]


class TestMemory:
    @pytest.mark.parametrize("is_fragmented", [False, True], ids=["D01-one-frame", "D02-fragments"])
    def test_of_a_bomb_is_the_limit_and_64_kib(self, is_fragmented: bool) -> None:
        payload = bomb(64 * MIB)
        wire = in_fragments(payload, 1000) if is_fragmented else frame(BINARY, payload, rsv=RSV1)
        connection = client(max_message_size=4 * MIB)
        connection.next_events()
        data = wire[:65536]
        tracemalloc.start()
        try:
            connection.receive_data(data)
            assert list(told(connection)) == []
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()

        assert connection.state is State.FAILING
        assert peak <= 4 * MIB + 64 * 1024 + len(data)  # and one read, which waits as it is

    def test_at_the_end_is_bounded_too(self) -> None:
        connection = client(ALONE)
        connection.receive_data(deflated(bytes(MIB), BINARY) * 100)
        failure = Failure(stage=Stage.CLOSE, kind=FailureKind.TIMEOUT, detail="late")

        connection.give_up(failure)

        *messages, ended = told(connection)
        assert 10 <= len(messages) <= 20
        assert ended.failure is failure


class TestDeflates:
    """Tests that others understand what we send.

    For the messages and frames, see test_outbox.py.
    """

    @pytest.mark.parametrize("bits", range(9, 16))
    @pytest.mark.parametrize("takes_over", [True, False])
    def test_keeps_to_the_agreement(self, bits: int, takes_over: bool) -> None:
        deflater = Deflater(Direction(takes_over, bits))
        noise = Random(1).randbytes(300)
        messages = [noise, noise + bytes(5000) + noise, b"x", noise * 100]

        reader = zlib.decompressobj(-bits)
        for message in messages:
            assert reader.decompress(deflater.deflate(message, rest=0) + TAIL) == message
            if not takes_over:
                reader = zlib.decompressobj(-bits)

    def test_refers_to_earlier_messages_only_if_allowed(self) -> None:
        noise = Random(1).randbytes(1000)
        sizes = {}
        for takes_over in (True, False):
            deflater = Deflater(Direction(takes_context_over=takes_over))
            sizes[takes_over] = [len(deflater.deflate(noise, rest=0)) for _ in range(2)]

        assert sizes[True][0] > 1000
        assert sizes[True][1] < 100
        assert sizes[False][1] == sizes[False][0]

    @pytest.mark.parametrize("takes_over", [True, False])
    def test_many_at_once_give_the_same_as_one_by_one(self, takes_over: bool) -> None:
        messages = [Random(number % 3).randbytes(200) + bytes(number) for number in range(10)]
        many, each = Deflater(Direction(takes_over)), Deflater(Direction(takes_over))

        for _ in range(2):
            assert many.deflate_each(messages) == [each.deflate(message, rest=0) for message in messages]
        assert many.deflate_each([]) == []

    @pytest.mark.parametrize("takes_over", [True, False])
    def test_gives_parts_of_one_message(self, takes_over: bool) -> None:
        deflater = Deflater(Direction(takes_context_over=takes_over))
        noise = Random(1).randbytes(10_000)

        reader = zlib.decompressobj(-15)
        for _ in range(2):
            parts = [
                deflater.deflate(memoryview(noise)[at : at + 4000], rest=max(0, 6000 - at)) for at in (0, 4000, 8000)
            ]
            assert all(parts)
            assert reader.decompress(b"".join(parts) + TAIL) == noise
            if not takes_over:
                reader = zlib.decompressobj(-15)

    def test_is_not_done_if_zlib_cannot_keep_to_the_window(self) -> None:
        assert not Deflater.can_deflate(Direction(window_bits=8))
        assert Deflater.can_deflate(Direction(window_bits=9))

        connection = client(Agreement(of_client=Direction(window_bits=8)))
        connection.send_message(bytes(1000), is_text=False)

        assert len(connection.data_to_send()) > 1000

    def test_tells_the_cost(self) -> None:
        connection = client()
        connection.send_message(bytes(1000), is_text=False)
        connection.data_to_send()

        assert connection.last_cost == 4000


def test_zlib_is_loaded_only_for_compression() -> None:
    program = """
import sys
sys.modules.pop("zlib", None)
before = set(sys.modules)
from wsclient.protocol.connection import Connection, Role
from wsclient.protocol.deflate import Agreement
Connection(Role.CLIENT)
assert "wsclient.protocol.compression" not in sys.modules
assert "zlib" not in set(sys.modules) - before
Connection(Role.CLIENT, deflate=Agreement())
assert "zlib" in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True)


# Laws

bits = st.integers(8, 15)
directions = st.builds(Direction, st.booleans(), bits)
payloads = st.one_of(
    st.binary(max_size=50),
    st.integers(0, 300).map(bytes),
    st.sampled_from([128, 1000, 4096, 16384, 16385, 40_000]).map(lambda size: Random(size).randbytes(size)),
    st.sampled_from([128, 16384, 100_000]).map(lambda size: (b"all work and no play " * size)[:size]),
)


@given(st.builds(Agreement, directions, directions), st.lists(st.tuples(payloads, st.booleans()), max_size=8))
@pytest.mark.untraced
def test_messages_arrive_at_the_other_side(agreement: Agreement, sent: list[tuple[bytes, bool]]) -> None:
    messages = [Message(payload.hex().encode() if is_text else payload, is_text) for payload, is_text in sent]
    for sender, receiver in ((Role.CLIENT, Role.SERVER), (Role.SERVER, Role.CLIENT)):
        one, other = Connection(sender, deflate=agreement), Connection(receiver, deflate=agreement)
        for message in messages:
            one.send_message(message.payload, is_text=message.is_text)

        assert talk(one, other) == messages
        assert (one.buffered_amount, one.buffered_messages) == (0, 0)


@given(st.lists(payloads, min_size=1, max_size=4), st.data())
@pytest.mark.untraced
def test_a_stream_with_a_byte_changed_is_messages_or_refused(sent: list[bytes], data: st.DataObject) -> None:
    server = Connection(Role.SERVER, deflate=Agreement())
    for payload in sent:
        server.send_message(payload, is_text=False)
    stream = bytearray()
    while server.has_data_to_send:
        stream += server.data_to_send()
    stream[data.draw(st.integers(0, len(stream) - 1))] ^= data.draw(st.integers(1, 255))
    cut = data.draw(st.integers(0, len(stream)))

    whole = feeding(client)([bytes(stream)])

    assert feeding(client)([bytes(stream[:cut]), bytes(stream[cut:])]) == whole
