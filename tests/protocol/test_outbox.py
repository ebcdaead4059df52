"""Tests the order and the counting of data that waits to be sent.

No frame is ever interrupted.
"""

from __future__ import annotations

import sys
import zlib
from itertools import combinations
from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.hostile.wire import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, ClientFrames, frame
from wsclient.protocol.compression import Deflater
from wsclient.protocol.deflate import Direction
from wsclient.protocol.frames import FrameDecoder, Opcode
from wsclient.protocol.outbox import MAX_PONGS, SHORTEST_DEFLATED, SHORTEST_WITH_CONTEXT, Outbox
from wsclient.protocol.outgoing import LARGE_PIECE, PIECE, plain_frame

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.hostile.wire import ClientFrame
    from wsclient.protocol.events import Messages

SMALL = 1024  # up to here messages are queued as frames
PART = 16 * 1024  # of a message that is compressed


def outbox(*, random_bytes: Callable[[int], bytes] | None = None, deflates: bool = False) -> Outbox:
    """A client's."""
    return Outbox(
        is_masked=True,
        random_bytes=random_bytes or Random(1).randbytes,
        deflater=Deflater(Direction()) if deflates else None,
    )


def server_outbox(*, deflates: bool = False) -> Outbox:
    def no_key(size: int) -> bytes:
        pytest.fail("a server masks nothing")

    return Outbox(is_masked=False, random_bytes=no_key, deflater=Deflater(Direction()) if deflates else None)


def pieces(box: Outbox) -> list[bytes | memoryview]:
    """All that leaves."""
    given: list[bytes | memoryview] = []
    while box:
        given.append(box.next_piece())
        assert given[-1], "said that there is something, and gave nothing"
    assert box.next_piece() == b""
    return given


def left(box: Outbox) -> list[tuple[int, bytes]]:
    """The opcodes and payloads of all that leaves, unmasked."""
    frames = ClientFrames().read(b"".join(pieces(box)))
    return [(one.opcode, one.payload) for one in frames]


class TestFrames:
    @pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 1023, 1024, 1025, 65535, 65536, PIECE + 1, 3 * PIECE + 5])
    @pytest.mark.parametrize("is_text", [False, True], ids=["binary", "text"])
    def test_are_those_of_the_rfc(self, size: int, is_text: bool) -> None:
        payload = Random(size).randbytes(size)
        box = server_outbox()

        box.add_message(payload, is_text=is_text)

        assert b"".join(pieces(box)) == frame(TEXT if is_text else BINARY, payload)

    @pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 1023, 1024, 1025, 65535, 65536, PIECE + 1, 3 * PIECE + 5])
    @pytest.mark.parametrize("is_text", [False, True], ids=["binary", "text"])
    def test_of_a_client_are_masked_each_with_a_key_of_its_own(self, size: int, is_text: bool) -> None:
        payload = Random(size).randbytes(size)
        box = outbox()
        for _ in range(3):
            box.add_message(payload, is_text=is_text)

        wire = b"".join(pieces(box))

        frames = ClientFrames().read(wire)
        opcode = TEXT if is_text else BINARY
        assert [(one.opcode, one.payload, one.is_final, one.rsv) for one in frames] == [(opcode, payload, True, 0)] * 3
        assert len({one.key for one in frames}) == 3
        # Byte for byte: header and length too, in their shortest form.
        assert wire == b"".join(frame(opcode, payload, key=one.key) for one in frames)

    def test_of_every_kind_are_masked(self) -> None:
        box = outbox()
        box.add_ping(b"ping")
        box.add_pong(b"pong")
        box.add_message(b"text", is_text=True)
        box.add_close(b"\x03\xe8")

        frames = ClientFrames().read(b"".join(pieces(box)))

        assert [one.opcode for one in frames] == [PING, PONG, TEXT, CLOSE]
        assert len({one.key for one in frames}) == 4

    @pytest.mark.hostile("B20")
    def test_have_masks_that_are_the_sources_own_in_its_order(self) -> None:  # B20
        source = Random(20)
        box = outbox(random_bytes=source.randbytes)
        for number in range(10_000):
            box.add_message(b"x" * (number % 7 * 300), is_text=False)

        keys = [one.key for one in ClientFrames().read(b"".join(pieces(box)))]

        again = Random(20)
        drawn = b"".join(again.randbytes(1024) for _ in range(40))
        known = {drawn[at : at + 4] for at in range(0, len(drawn), 4)}
        assert len(set(keys)) == 10_000
        assert set(keys) <= known
        assert bytes(4) not in keys

    @pytest.mark.hostile("B20")
    @pytest.mark.parametrize("size", [0, 5, SMALL, SMALL + 1, PIECE * 2])
    @pytest.mark.parametrize("deflates", [False, True], ids=["plain", "deflated"])
    def test_are_never_sent_without_a_mask(self, size: int, deflates: bool) -> None:  # B20
        def broken(size: int) -> bytes:
            raise OSError("no random numbers")

        box = outbox(random_bytes=broken, deflates=deflates)
        box.add_message(bytes(size), is_text=False)

        with pytest.raises(OSError, match="no random numbers"):
            box.next_piece()


class TestExpress:
    @pytest.mark.parametrize("is_text", [False, True], ids=["binary", "text"])
    def test_leads_to_the_same_frames(self, is_text: bool) -> None:
        box, other = outbox(), outbox()
        for size in (0, 1, 125, 126, SMALL):
            assert box.express(bytes(size), is_text)
            other.add_message(bytes(size), is_text=is_text)

        assert (box.buffered_amount, box.buffered_messages) == (other.buffered_amount, other.buffered_messages)
        assert pieces(box) == pieces(other)

    @pytest.mark.parametrize("deflates", [False, True], ids=["plain", "deflated"])
    def test_ends_at_a_size(self, deflates: bool) -> None:
        box = outbox(deflates=deflates)

        assert box.express(bytes(SMALL), False)
        assert not box.express(bytes(SMALL + 1), False)
        assert box.buffered_messages == 1

    def test_keeps_the_order_among_messages_that_it_refuses(self) -> None:
        box = outbox()
        sent = [bytes([number]) * size for number, size in enumerate([5, 2000, 5, 5, 3000, 4000, 1])]
        for payload in sent:
            assert box.express(payload, False) or box.add_message(payload, is_text=False) is None

        assert left(box) == [(BINARY, payload) for payload in sent]

    def test_can_be_forbidden_and_allowed(self) -> None:
        box = outbox()
        box.allow_express(False)
        assert not box.express(b"", False)
        box.add_message(b"refused", is_text=False)

        box.allow_express(True)

        assert box.express(b"taken", False)
        assert left(box) == [(BINARY, b"refused"), (BINARY, b"taken")]

    def test_shows_whether_anything_waits(self) -> None:
        box = outbox()
        waiting = box.waiting
        for add in (box.express, lambda payload, is_text: box.add_message(payload, is_text=is_text)):
            for forget in (box.next_piece, box.drop_messages):
                assert not waiting
                add(b"x", False)
                assert waiting
                forget()

        assert waiting is box.waiting


class TestExpressFrame:
    @pytest.mark.parametrize("size", [0, 1, 125, 126, SMALL])
    @pytest.mark.parametrize("is_text", [False, True], ids=["binary", "text"])
    def test_is_what_would_have_been_queued(self, size: int, is_text: bool) -> None:
        box, other = outbox(), outbox()
        for _ in range(3):
            other.express(bytes(size), is_text)

            assert box.express_frame(bytes(size), is_text) == other.next_piece()
            assert not box
            assert box.buffered_messages == 0

    @pytest.mark.parametrize(
        "add",
        [
            lambda box: box.add_message(b"small", is_text=False),
            lambda box: box.add_message(bytes(2000), is_text=False),
            lambda box: box.add_ping(b""),
            lambda box: box.add_pong(b""),
            lambda box: box.allow_express(False),
        ],
        ids=["small", "large", "ping", "pong", "closed"],
    )
    def test_passes_nothing_that_waits(self, add: Callable[[Outbox], object]) -> None:
        box = outbox()
        add(box)
        before = box.buffered_amount

        assert box.express_frame(b"x", False) == b""
        assert box.buffered_amount == before

    @pytest.mark.parametrize(
        "box", [outbox(deflates=True), server_outbox(), outbox()], ids=["deflates", "server", "large"]
    )
    def test_is_none_of_what_takes_more(self, box: Outbox) -> None:
        assert box.express_frame(bytes(SMALL + 1), False) == b""
        assert not box

    def test_is_none_if_messages_are_compressed(self) -> None:
        box = outbox(deflates=True)

        assert box.express_frame(b"short", False) == b""
        assert not box

    def test_of_a_server_is_not_masked(self) -> None:
        assert server_outbox().express_frame(b"short", False) == b"\x82\x05short"

    @pytest.mark.hostile("B20")
    def test_is_never_without_a_mask(self) -> None:  # B20
        def broken(size: int) -> bytes:
            raise OSError("no random numbers")

        with pytest.raises(OSError, match="no random numbers"):
            outbox(random_bytes=broken).express_frame(b"x", False)


class TestBeingDrained:
    def test_is_reported_for_the_only_small_message(self) -> None:
        box = outbox()
        assert not box.is_drained
        box.express(b"one", False)

        box.next_piece()

        assert box.is_drained
        assert not box

    def test_is_never_reported_while_data_is_left(self) -> None:
        fill = (
            lambda box: box.add_message(b"small", is_text=False),
            lambda box: box.add_message(bytes(2000), is_text=False),
            lambda box: box.add_message(bytes(PIECE + 1), is_text=False),
            lambda box: box.add_ping(b""),
            lambda box: box.add_pong(b""),
            lambda box: box.add_close(b""),
        )
        for deflates in (False, True):
            for some in combinations(fill * 2, 3):
                box = outbox(deflates=deflates)
                for add in some:
                    add(box)
                while box:
                    box.next_piece()
                    assert not (box.is_drained and box)


class TestOrder:
    def test_is_that_of_the_messages(self) -> None:
        box = outbox()
        sent = [bytes([number]) * size for number, size in enumerate([5, 2000, 5, 5, PIECE * 2, 0, SMALL, SMALL + 1])]
        for payload in sent:
            box.add_message(payload, is_text=False)

        assert left(box) == [(BINARY, payload) for payload in sent]

    def test_puts_control_frames_before_messages_that_wait(self) -> None:
        for size in (5, 5000):
            box = outbox()
            box.add_message(bytes(size), is_text=False)
            box.add_ping(b"1")
            box.add_ping(b"2")
            box.add_pong(b"3")

            assert left(box) == [(PING, b"1"), (PING, b"2"), (PONG, b"3"), (BINARY, bytes(size))]

    @pytest.mark.parametrize("count", [1, 2, MAX_PONGS])
    def test_keeps_every_pong_of_a_few(self, count: int) -> None:
        box = outbox()
        for number in range(count):
            box.add_pong(bytes([number]))

        assert left(box) == [(PONG, bytes([number])) for number in range(count)]

    @pytest.mark.hostile("F02")
    @pytest.mark.parametrize("count", [MAX_PONGS + 1, MAX_PONGS + 2, 3 * MAX_PONGS, 200])
    def test_keeps_only_the_newest_pong_of_a_flood(self, count: int) -> None:  # F02
        box = outbox()
        for _ in range(2):
            for number in range(count):
                box.add_pong(bytes([number]))

            assert left(box) == [(PONG, bytes([count - 1]))]

        box.add_pong(b"1")
        box.add_pong(b"2")
        assert left(box) == [(PONG, b"1"), (PONG, b"2")]

    @pytest.mark.parametrize("count", [0, 1, 2, MAX_PONGS])
    def test_keeps_only_the_newest_pong_on_request(self, count: int) -> None:
        box = outbox()
        for number in range(count):
            box.add_pong(bytes([number]))

        box.keep_newest_pong()

        assert left(box) == ([(PONG, bytes([count - 1]))] if count else [])

    def test_lets_no_control_frame_into_a_frame_that_has_begun(self) -> None:
        box = outbox()
        box.add_message(bytes(3 * PIECE), is_text=False)
        box.add_message(b"next", is_text=True)
        begun = bytes(box.next_piece())
        box.add_ping(b"ping")
        box.add_close(b"")

        frames = ClientFrames().read(begun + b"".join(pieces(box)))

        assert [one.opcode for one in frames] == [BINARY, PING, TEXT, CLOSE]

    def test_puts_close_after_everything(self) -> None:
        box = outbox()
        box.add_message(b"a", is_text=True)
        box.add_close(b"\x03\xe8bye")
        box.add_message(bytes(5000), is_text=False)
        box.add_ping(b"")

        assert [opcode for opcode, _ in left(box)] == [PING, TEXT, BINARY, CLOSE]

    def test_puts_close_after_a_large_frame(self) -> None:
        box = outbox()
        box.add_message(bytes(5000), is_text=False)
        box.add_close(b"\x03\xe8bye")

        assert left(box) == [(BINARY, bytes(5000)), (CLOSE, b"\x03\xe8bye")]

    def test_returns_only_the_close(self) -> None:
        box = outbox()
        box.add_close(b"")

        assert left(box) == [(CLOSE, b"")]


class TestPieces:
    @pytest.mark.parametrize("size", [0, 16, 125, 126, 1000, SMALL])
    def test_have_many_small_messages(self, size: int) -> None:
        box = outbox()
        for _ in range(3000):
            box.add_message(bytes(size), is_text=False)

        given = pieces(box)

        whole = size + (6 if size < 126 else 8)
        most = min(1024 * whole, PIECE)
        assert all(most - whole <= len(piece) <= most for piece in given[:-1])
        assert len(given[-1]) <= most

    def test_of_a_large_message_have_64_kib_of_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "numpy", None)
        box = outbox()
        box.add_message(bytes(3 * PIECE + 5), is_text=False)

        assert [len(piece) for piece in pieces(box)] == [14 + PIECE, PIECE, PIECE, 5]

    def test_of_a_large_message_are_larger_if_numpy_masks_them(self) -> None:
        pytest.importorskip("numpy")
        payload = Random(1).randbytes(PIECE + LARGE_PIECE + 5)
        box = outbox()
        box.add_message(payload, is_text=False)

        given = pieces(box)

        assert [len(piece) for piece in given] == [14 + PIECE, LARGE_PIECE, 5]
        assert ClientFrames().read(b"".join(given))[0].payload == payload

    def test_are_returned_if_the_largest_small_frames_are_few(self) -> None:
        box = outbox()
        box.add_message(bytes(SMALL), is_text=False)

        assert [len(piece) for piece in pieces(box)] == [8 + SMALL]


class Arrived:
    """Counts the payload and the whole messages that have arrived."""

    is_busy = False

    def __init__(self, *, is_masked: bool) -> None:
        self.payload = 0
        self.messages = 0
        self._is_last = False
        self._decoder = FrameDecoder(
            self,
            lambda opcode, payload: None,
            expects_masked=is_masked,
            max_message_size=1 << 20,
            take_compressed=self.take_compressed,
        )

    def take(self, data: bytes | memoryview) -> None:
        self._decoder.receive_data(bytes(data))
        self._decoder.decode()
        while self._decoder.has_undecoded:
            self._decoder.decode()

    def resume(self) -> None:
        pass

    def whole_messages(self, messages: Messages) -> None:
        self.payload += messages.size
        self.messages += len(messages.payloads)

    def take_compressed(self, payloads: Iterator[bytes], is_text: bool) -> None:
        self.messages += len(list(payloads))

    def frame_begins(self, opcode: int, length: int, *, is_final: bool, is_compressed: bool) -> None:
        self._is_last = is_final

    def frame_continues(self, part: bytes) -> None:
        self.payload += len(part)

    def frame_ends(self) -> None:
        self.messages += self._is_last


sizes_of_messages = st.lists(
    st.sampled_from([0, 1, 100, 125, 126, 128, 1024, 1025, 5000, 70_000, 200_000]), max_size=12
)


class TestCounts:
    @pytest.mark.parametrize("is_masked", [True, False], ids=["client", "server"])
    @given(sizes=sizes_of_messages)
    def test_are_exact_after_every_piece(self, is_masked: bool, sizes: list[int]) -> None:
        box = outbox() if is_masked else server_outbox()
        for size in sizes:
            box.add_message(bytes(size), is_text=False)
        box.add_ping(b"not counted")

        arrived = Arrived(is_masked=is_masked)
        while True:
            assert box.buffered_amount == sum(sizes) - arrived.payload
            assert box.buffered_messages == len(sizes) - arrived.messages
            if not box:
                break
            arrived.take(box.next_piece())

        assert (box.buffered_amount, box.buffered_messages) == (0, 0)

    @given(sizes=sizes_of_messages)
    def test_are_of_what_is_not_compressed_yet(self, sizes: list[int]) -> None:
        box = server_outbox(deflates=True)
        for size in sizes:
            box.add_message(bytes(size), is_text=False)

        arrived = Arrived(is_masked=False)
        amount = sum(sizes)
        assert box.buffered_amount == amount
        while box:
            arrived.take(box.next_piece())
            assert box.buffered_messages == len(sizes) - arrived.messages
            assert box.buffered_amount <= amount
            amount = box.buffered_amount

        assert (box.buffered_amount, box.buffered_messages) == (0, 0)

    @pytest.mark.parametrize("size", [0, 16, 125, 126, 1000])
    def test_are_exact_in_a_run_of_many_pieces(self, size: int) -> None:
        box = outbox()
        sent = 3000
        for number in range(sent):
            box.express(bytes(size), False)
            assert number % 700 or box.buffered_amount == (number + 1) * size

        arrived = Arrived(is_masked=True)
        while box:
            arrived.take(box.next_piece())
            box.express(bytes(size), False) if sent < 3003 else None
            sent = min(3003, sent + 1)
            assert (box.buffered_amount, box.buffered_messages) == (
                sent * size - arrived.payload,
                sent - arrived.messages,
            )

    def test_are_exact_in_a_run_before_a_large_frame(self) -> None:
        box = outbox()
        sizes = [*[100] * 2500, 5000, 1]
        for size in sizes:
            box.add_message(bytes(size), is_text=False)

        arrived = Arrived(is_masked=True)
        while box:
            arrived.take(box.next_piece())
            assert box.buffered_amount == sum(sizes) - arrived.payload
            assert box.buffered_messages == len(sizes) - arrived.messages

    def test_leave_control_frames_out(self) -> None:
        box = outbox()
        box.add_ping(b"ping")
        box.add_pong(b"pong")
        box.add_close(b"")

        assert (box.buffered_amount, box.buffered_messages) == (0, 0)
        assert box


class TestDropping:
    def test_forgets_messages_that_have_not_begun(self) -> None:
        box = outbox()
        for size in (5, 5000, 5):
            box.add_message(bytes(size), is_text=False)
        box.add_ping(b"stays")

        box.drop_messages()
        box.add_close(b"\x03\xea")

        assert (box.buffered_amount, box.buffered_messages) == (0, 0)
        assert left(box) == [(PING, b"stays"), (CLOSE, b"\x03\xea")]

    def test_keeps_a_frame_that_has_begun(self) -> None:
        box = outbox()
        box.add_message(bytes(2 * PIECE), is_text=False)
        box.add_message(b"forgotten", is_text=False)
        begun = bytes(box.next_piece())

        box.drop_messages()
        box.add_close(b"\x03\xea")

        assert (box.buffered_amount, box.buffered_messages) == (PIECE, 1)
        frames = ClientFrames().read(begun + b"".join(pieces(box)))
        assert [(one.opcode, len(one.payload)) for one in frames] == [(BINARY, 2 * PIECE), (CLOSE, 2)]

    def test_forgets_the_rest_of_a_run_that_has_begun(self) -> None:
        box = outbox()
        for _ in range(3000):
            box.add_message(b"x", is_text=False)
        box.next_piece()

        box.drop_messages()

        assert not box
        assert (box.buffered_amount, box.buffered_messages) == (0, 0)

    def test_leaves_room_for_new_ones(self) -> None:
        box = outbox()
        box.add_message(b"forgotten", is_text=False)
        box.drop_messages()
        box.add_message(b"new", is_text=True)

        assert left(box) == [(TEXT, b"new")]


class TestDeflating:
    """Tests which messages are compressed, and into which frames.

    For their content, see test_compression.py.
    """

    def frames(self, box: Outbox) -> list[tuple[int, bool, int]]:
        frames = ClientFrames().read(b"".join(pieces(box)))
        return [(one.opcode, one.is_final, one.rsv) for one in frames]

    @pytest.mark.hostile("D10")
    @pytest.mark.parametrize(
        ("takes_context_over", "shortest"),
        [
            pytest.param(True, SHORTEST_WITH_CONTEXT, id="faults-D6-with-context"),
            pytest.param(False, SHORTEST_DEFLATED, id="without-context"),
        ],
    )
    def test_begins_at_a_size(self, takes_context_over: bool, shortest: int) -> None:  # D10
        deflater = Deflater(Direction(takes_context_over))
        box = Outbox(is_masked=True, random_bytes=Random(1).randbytes, deflater=deflater)
        box.add_message(bytes(shortest - 1), is_text=True)
        box.add_message(bytes(shortest), is_text=True)
        box.add_message(bytes(shortest), is_text=False)

        assert self.frames(box) == [(TEXT, True, 0), (TEXT, True, 4), (BINARY, True, 4)]

    def test_makes_moves_of_a_player_a_third_as_long(self) -> None:  # faults D6
        moves = [
            f'{{"type":"move","id":{number % 9},"x":{number * 7 % 640},"y":{number * 3 % 480},"t":{number}}}'.encode()
            for number in range(200)
        ]
        box = outbox(deflates=True)
        for move in moves:
            assert box.express(move, True)

        assert len(b"".join(pieces(box))) - 6 * len(moves) < 0.4 * sum(map(len, moves))

    @pytest.mark.parametrize("size", [SHORTEST_WITH_CONTEXT, 125, 126, 1024])
    def test_inflates_to_the_message_whatever_its_header_was(self, size: int) -> None:
        message = Random(size).randbytes(size)
        box = server_outbox(deflates=True)
        box.add_message(message, is_text=False)
        [one] = server_frames(b"".join(pieces(box)))

        assert zlib.decompressobj(-15).decompress(one.payload + b"\0\0\xff\xff") == message

    def test_keeps_the_order(self) -> None:
        box = server_outbox(deflates=True)
        sizes = [5, 200, 5, 40, 3000, 40_000, 5]
        for number, size in enumerate(sizes):
            box.add_message(bytes([number]) * size, is_text=False)

        inflater = zlib.decompressobj(-15)
        messages: list[bytes] = []
        for one in server_frames(b"".join(pieces(box))):
            payload = one.payload
            if one.rsv or one.opcode == CONTINUATION:
                payload = inflater.decompress(payload + (b"\0\0\xff\xff" if one.is_final else b""))
            if one.opcode == CONTINUATION:
                messages[-1] += payload
            else:
                messages.append(payload)

        assert messages == [bytes([number]) * size for number, size in enumerate(sizes)]

    def test_cuts_a_large_message_into_fragments(self) -> None:
        box = outbox(deflates=True)
        box.add_message(bytes(2 * PART), is_text=True)
        box.add_message(bytes(2 * PART + 1), is_text=False)

        assert self.frames(box) == [
            (TEXT, False, 4),
            (CONTINUATION, True, 0),
            (BINARY, False, 4),
            (CONTINUATION, False, 0),
            (CONTINUATION, True, 0),
        ]

    def test_lets_control_frames_between_the_fragments(self) -> None:
        box = outbox(deflates=True)
        box.add_message(bytes(2 * PART), is_text=True)
        begun = bytes(box.next_piece())
        box.add_ping(b"")
        box.add_close(b"")

        frames = ClientFrames().read(begun + b"".join(pieces(box)))

        assert [one.opcode for one in frames] == [TEXT, PING, CONTINUATION, CLOSE]

    def test_forgets_the_rest_of_a_message_that_has_begun(self) -> None:
        box = outbox(deflates=True)
        box.add_message(bytes(5 * PART), is_text=True)
        begun = bytes(box.next_piece())

        box.drop_messages()
        box.add_close(b"")

        assert (box.buffered_amount, box.buffered_messages) == (0, 0)
        frames = ClientFrames().read(begun + b"".join(pieces(box)))
        assert [one.opcode for one in frames] == [TEXT, CLOSE]

    @pytest.mark.parametrize("size", [200, 1000, PART, 10 * PART])
    @pytest.mark.parametrize("content", ["zeros", "noise"])
    def test_does_a_limited_amount_per_piece_and_reports_its_cost(self, size: int, content: str) -> None:
        box = outbox(deflates=True)
        count = 400_000 // size
        for number in range(count):
            box.add_message(Random(number).randbytes(size) if content == "noise" else bytes(size), is_text=False)

        waiting = box.buffered_amount
        while box:
            piece = box.next_piece()
            work = waiting - box.buffered_amount
            waiting = box.buffered_amount
            most = PIECE if size <= SMALL else PART + size - 1 if size < PART else PART
            assert 0 < work <= most
            assert work > most // 2 or not box
            assert box.last_cost == 4 * work
            assert len(piece) <= work + work // 64 + 16 * (work // min(size, PART) + 1)

    def test_reports_no_cost_for_an_uncompressed_piece(self) -> None:
        box = outbox(deflates=True)
        box.add_message(bytes(1000), is_text=False)
        box.next_piece()
        box.add_message(b"short", is_text=False)

        box.next_piece()

        assert box.last_cost == 0

    @pytest.mark.parametrize("size", [SHORTEST_DEFLATED, 1000, SMALL])
    def test_sends_many_small_ones_together(self, size: int) -> None:
        texts = [Random(number % 7).randbytes(size // 2).hex().encode() for number in range(500)]
        box = outbox(deflates=True)
        for text in texts:
            assert box.express(text, True)

        given = pieces(box)

        assert len(given) == -(-500 * size // PIECE)
        inflater = zlib.decompressobj(-15)
        frames = ClientFrames().read(b"".join(given))
        assert [inflater.decompress(one.payload + b"\0\0\xff\xff") for one in frames] == texts
        assert {(one.opcode, one.rsv) for one in frames} == {(TEXT, 4)}

    def test_takes_short_messages_between_into_the_same_piece(self) -> None:
        box = outbox(deflates=True)
        for number in range(20):
            box.add_message(bytes(10 if number % 2 else 500), is_text=False)

        assert len(pieces(box)) == 1

    @pytest.mark.parametrize("size", [1024, 1025, 5000])
    def test_masks_its_frames(self, size: int) -> None:
        noise = Random(size).randbytes(size)
        wires = []
        for box in (outbox(deflates=True), server_outbox(deflates=True)):
            box.add_message(bytes(200), is_text=False)
            box.add_message(noise, is_text=False)
            box.add_message(bytes(200), is_text=False)
            wires.append(b"".join(pieces(box)))

        by_client, by_server = ClientFrames().read(wires[0]), server_frames(wires[1])
        assert [one.payload for one in by_client] == [one.payload for one in by_server]
        assert len({one.key for one in by_client}) == 3


LIMITS = [1, 100, 125, 126, 1000, 1024, 1025, PIECE, PIECE + 1, 3 * PIECE]
SIZES = [0, 1, 100, 1000, 1024, 1025, PIECE, 3 * PIECE + 5]
SPLITS = [(limit, size) for limit in LIMITS for size in SIZES if size <= 2000 * limit]  # into few thousand frames


class TestFrameLimit:
    @pytest.mark.parametrize(("limit", "size"), SPLITS)
    def test_splits_larger_messages(self, limit: int, size: int) -> None:
        payload = Random(size).randbytes(size)
        box = outbox()
        box.limit_frames(limit)
        box.add_message(payload, is_text=False)

        frames = ClientFrames().read(b"".join(pieces(box)))

        assert b"".join(one.payload for one in frames) == payload
        assert [one.opcode for one in frames] == [BINARY, *[CONTINUATION] * (len(frames) - 1)]
        assert [one.is_final for one in frames] == [*[False] * (len(frames) - 1), True]
        assert all(len(one.payload) == limit for one in frames[:-1])
        assert len(frames[-1].payload) <= limit

    def test_holds_for_a_short_message_sent_by_express(self) -> None:
        box = outbox()
        box.limit_frames(100)

        assert box.express(bytes(100), False)
        assert not box.express(bytes(101), False)
        assert box.express_frame(bytes(101), False) == b""

    def test_is_taken_off_again(self) -> None:
        box = outbox()
        box.limit_frames(100)
        box.limit_frames(0)
        box.add_message(bytes(5000), is_text=False)

        assert len(left(box)) == 1

    def test_is_of_what_waits_as_it_was(self) -> None:
        box = outbox()
        box.limit_frames(100)
        box.add_message(bytes(5000), is_text=False)

        assert (box.buffered_messages, box.buffered_amount) == (1, 5000)
        pieces(box)
        assert (box.buffered_messages, box.buffered_amount) == (0, 0)

    def test_lets_control_frames_pass_between(self) -> None:
        box = outbox()
        box.limit_frames(2000)
        box.add_message(bytes(200_000), is_text=False)
        given = [box.next_piece()]
        box.add_ping(b"p")

        frames = ClientFrames().read(b"".join([*given, *pieces(box)]))

        assert PING in [one.opcode for one in frames[:-1]]

    def test_leaves_messages_uncompressed_that_might_exceed_it(self) -> None:
        box = outbox(deflates=True)
        box.limit_frames(1000)
        for size in (500, 990, 1000, 5000):
            box.add_message(Random(size).randbytes(size), is_text=False)

        frames = ClientFrames().read(b"".join(pieces(box)))

        assert max(len(one.payload) for one in frames) <= 1000
        assert [one.rsv for one in frames if one.opcode != CONTINUATION] == [4, 0, 0, 0]


class TestFragments:
    @pytest.mark.parametrize("size", [0, 5, 1024, 1025, PIECE + 5])
    def test_leave_as_they_were_given(self, size: int) -> None:
        parts = [Random(number).randbytes(size) for number in range(3)]
        box = outbox(deflates=True)
        box.add_fragment(parts[0], Opcode.TEXT, is_final=False)
        box.add_fragment(parts[1], Opcode.CONTINUATION, is_final=False)
        box.add_fragment(parts[2], Opcode.CONTINUATION, is_final=True)

        frames = ClientFrames().read(b"".join(pieces(box)))

        assert [(one.opcode, one.is_final, one.rsv, one.payload) for one in frames] == [
            (TEXT, False, 0, parts[0]),
            (CONTINUATION, False, 0, parts[1]),
            (CONTINUATION, True, 0, parts[2]),
        ]

    def test_are_split_at_the_limit_too(self) -> None:
        box = outbox()
        box.limit_frames(1000)
        box.add_fragment(bytes(2500), Opcode.BINARY, is_final=False)
        box.add_fragment(bytes(1001), Opcode.CONTINUATION, is_final=True)

        frames = ClientFrames().read(b"".join(pieces(box)))

        assert [len(one.payload) for one in frames] == [1000, 1000, 500, 1000, 1]
        assert [one.opcode for one in frames] == [BINARY, *[CONTINUATION] * 4]
        assert [one.is_final for one in frames] == [False, False, False, False, True]


class TestFramesMadeForMany:
    """`add_frame`: what a server sends to all of its clients."""

    def test_leave_as_they_are_in_their_turn(self) -> None:
        box = server_outbox()
        box.add_message(b"one", is_text=True)
        frame = plain_frame(b"two", is_text=False)
        assert box.add_frame(frame, 3)
        box.add_message(b"three", is_text=True)

        assert [one.payload for one in server_frames(b"".join(pieces(box)))] == [b"one", b"two", b"three"]

    @pytest.mark.parametrize("count", [1, 8, 9, 30])
    def test_are_counted(self, count: int) -> None:
        box = server_outbox()
        for _ in range(count):
            box.add_frame(plain_frame(b"abc", is_text=False), 3)

        assert (box.buffered_messages, box.buffered_amount) == (count, 3 * count)
        pieces(box)
        assert (box.buffered_messages, box.buffered_amount) == (0, 0)

    def test_may_be_taken_out_silently_if_they_are_alone(self) -> None:
        box = server_outbox()
        box.add_frame(plain_frame(b"abc", is_text=False), 3)
        assert box.buffered_amount == 3
        box.waiting.clear()
        assert box.buffered_amount == 0
        box.add_frame(plain_frame(bytes(50), is_text=False), 50)

        assert box.buffered_amount == 50

    @pytest.mark.parametrize(
        ("box", "end"),
        [
            pytest.param(outbox(), 0, id="a-client-masks"),
            pytest.param(server_outbox(), SMALL + 1, id="a-server-does-not"),
            pytest.param(server_outbox(deflates=True), SHORTEST_WITH_CONTEXT, id="up-to-what-is-compressed"),
        ],
    )
    def test_are_refused_if_they_would_differ(self, box: Outbox, end: int) -> None:
        assert box.plain_end == end
        assert not box.add_frame(bytes(end + 2), end)
        assert not end or box.add_frame(bytes(end + 1), end - 1)

    def test_are_refused_when_short_messages_are(self) -> None:
        box = server_outbox()
        box.allow_express(False)
        assert (box.plain_end, box.add_frame(b"\x82\x01x", 1)) == (0, False)
        box.allow_express(True)
        box.limit_frames(100)

        assert box.plain_end == 101

    def test_are_made_only_for_short_messages(self) -> None:
        assert plain_frame(bytes(SMALL), is_text=True)[:2] == b"\x81\x7e"
        assert plain_frame(bytes(SMALL + 1), is_text=True) == b""


def server_frames(wire: bytes) -> list[ClientFrame]:
    """Reads the frames of a server as those of a client.

    The client's mask changes nothing.
    """
    masked = bytearray()
    while wire:
        size = wire[1] & 0x7F
        head = 2 + {126: 2, 127: 8}.get(size, 0)
        size = int.from_bytes(wire[2:head], "big") if head > 2 else size
        masked += bytes((wire[0], wire[1] | 0x80)) + wire[2:head] + bytes(4) + wire[head : head + size]
        wire = wire[head + size :]
    return ClientFrames().read(bytes(masked))
