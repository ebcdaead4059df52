"""Tests frames as they arrive.

It checks what is reported and refused, and how much is done at a time.
"""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.hostile.wire import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, frame
from tests.support.every_way import every_way
from wsclient.protocol.close_code import CloseCode
from wsclient.protocol.errors import ProtocolViolation
from wsclient.protocol.frames import FrameDecoder, Opcode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from wsclient.protocol.events import Messages

MAX = 70_000
KEY = bytes.fromhex("37fa213d")


class Frame(NamedTuple):
    """Returns a frame in one form, however it was reported."""

    opcode: int
    payload: bytes
    is_final: bool = True
    is_compressed: bool = False


class Part(NamedTuple):
    """A frame of which the end has not come."""

    opcode: int
    length: int
    payload: bytes


class Refused(NamedTuple):
    code: int


class Recorder:
    """Takes what a decoder finds, and counts the calls."""

    def __init__(self) -> None:
        self.frames: list[object] = []
        self.calls = 0
        self.is_busy = False
        self._begun: tuple[Opcode, int, bool, bool] | None = None
        self._parts: list[bytes] = []

    def resume(self) -> None:
        self.is_busy = False

    def whole_messages(self, messages: Messages) -> None:
        assert messages.payloads
        assert all(len(payload) <= MAX for payload in messages.payloads)
        assert messages.size == sum(map(len, messages.payloads))
        self.calls += 1
        self.frames += [Frame(TEXT if is_text else BINARY, payload) for payload, is_text in messages.each()]

    def take_compressed(self, payloads: Iterator[bytes], is_text: bool) -> None:
        self.calls += 1
        for payload in payloads:
            self.frames.append(Frame(TEXT if is_text else BINARY, payload, is_compressed=True))

    def frame_begins(self, opcode: Opcode, length: int, *, is_final: bool, is_compressed: bool) -> None:
        assert self._begun is None
        self.calls += 1
        if length > MAX:
            raise ProtocolViolation(CloseCode.MESSAGE_TOO_BIG, "too long")
        self._begun = opcode, length, is_final, is_compressed
        self._parts = []

    def frame_continues(self, part: bytes) -> None:
        assert part
        self.calls += 1
        self._parts.append(part)

    def frame_ends(self) -> None:
        assert self._begun is not None
        self.calls += 1
        opcode, length, is_final, is_compressed = self._begun
        payload = b"".join(self._parts)
        assert len(payload) == length
        self.frames.append(Frame(opcode, payload, is_final, is_compressed))
        self._begun = None

    def control(self, opcode: Opcode, payload: bytes) -> None:
        self.calls += 1
        self.frames.append(Frame(opcode, payload))

    @property
    def told(self) -> list[object]:
        if self._begun is None:
            return self.frames
        return [*self.frames, Part(self._begun[0], self._begun[1], b"".join(self._parts))]


def decoder(
    recorder: Recorder, *, is_server: bool = False, deflates: bool = False, max_message_size: int = MAX
) -> FrameDecoder:
    return FrameDecoder(
        recorder,
        recorder.control,
        expects_masked=is_server,
        max_message_size=max_message_size,
        take_compressed=recorder.take_compressed if deflates else None,
    )


def feeding(*, is_server: bool = False, deflates: bool = False) -> Callable[[list[bytes]], list[object]]:
    """Returns what is reported, and the refusal after it, for `every_way`."""

    def feed(pieces: list[bytes]) -> list[object]:
        recorder = Recorder()
        decodes = decoder(recorder, is_server=is_server, deflates=deflates)
        for piece in pieces:
            decodes.receive_data(piece)
            try:
                decodes.decode()
                while decodes.has_undecoded:
                    decodes.decode()
            except ProtocolViolation as violation:
                return [*recorder.told, Refused(violation.code)]
        return recorder.told

    return feed


class TestTells:
    @pytest.mark.parametrize(
        ("wire", "expected"),
        [
            pytest.param("8105 48656c6c6f", [Frame(TEXT, b"Hello")], id="5.7-text"),
            pytest.param(
                "0103 48656c 8002 6c6f",
                [Frame(TEXT, b"Hel", is_final=False), Frame(CONTINUATION, b"lo")],
                id="5.7-fragmented-text",
            ),
            pytest.param("8905 48656c6c6f", [Frame(PING, b"Hello")], id="5.7-ping"),
            pytest.param("8a05 48656c6c6f", [Frame(PONG, b"Hello")], id="pong"),
            pytest.param("8802 03e8", [Frame(CLOSE, b"\x03\xe8")], id="close"),
            pytest.param("8800", [Frame(CLOSE, b"")], id="empty-close"),
            pytest.param("8100", [Frame(TEXT, b"")], id="B14-empty-text"),
            pytest.param("8200", [Frame(BINARY, b"")], id="B14-empty-binary"),
            pytest.param(
                "0200 0000 8000",
                [
                    Frame(BINARY, b"", is_final=False),
                    Frame(CONTINUATION, b"", is_final=False),
                    Frame(CONTINUATION, b""),
                ],
                id="B14-empty-fragments",
            ),
            pytest.param(
                "8201 01 8101 61 8201 02",
                [Frame(BINARY, b"\x01"), Frame(TEXT, b"a"), Frame(BINARY, b"\x02")],
                id="kinds-in-turn",
            ),
            pytest.param(
                "0101 61 8900 8001 62",
                [Frame(TEXT, b"a", is_final=False), Frame(PING, b""), Frame(CONTINUATION, b"b")],
                id="B11-ping-between-fragments",
            ),
        ],
    )
    def test_what_is_on_the_wire(self, wire: str, expected: list[object]) -> None:
        assert every_way(feeding(), bytes.fromhex(wire), tail=bytes.fromhex("8101 7a 8a00")) == expected

    def test_the_rfcs_masked_frame_to_a_server(self) -> None:  # section 5.7
        wire = bytes.fromhex("818537fa213d7f9f4d5158")

        assert every_way(feeding(is_server=True), wire, tail=wire) == [Frame(TEXT, b"Hello")]

    @pytest.mark.untraced
    @pytest.mark.parametrize("size", [0, 1, 3, 4, 5, 125, 126, 127, 65535, 65536, MAX])
    @pytest.mark.parametrize("opcode", [TEXT, BINARY])
    @pytest.mark.parametrize("is_server", [False, True], ids=["client", "server"])
    def test_a_payload_of_any_length(self, size: int, opcode: int, is_server: bool) -> None:
        payload = bytes(range(256)) * (size // 256) + bytes(range(size % 256))
        wire = frame(opcode, payload, key=KEY if is_server else b"")

        assert every_way(feeding(is_server=is_server), wire) == [Frame(opcode, payload)]

    @pytest.mark.parametrize("opcode", [CLOSE, PING, PONG])
    @pytest.mark.parametrize("is_server", [False, True], ids=["client", "server"])
    def test_a_control_frame_of_125_bytes(self, opcode: int, is_server: bool) -> None:
        wire = frame(opcode, b"x" * 125, key=KEY if is_server else b"")

        assert every_way(feeding(is_server=is_server), wire) == [Frame(opcode, b"x" * 125)]

    def test_the_payload_of_a_frame_as_it_arrives(self) -> None:
        wire = frame(BINARY, b"x" * 1000)

        assert feeding()([wire[:4]]) == [Part(BINARY, 1000, b"")]
        assert feeding()([wire[:104]]) == [Part(BINARY, 1000, b"x" * 100)]

    def test_the_payload_of_a_masked_frame_unmasked_as_it_arrives(self) -> None:
        wire = frame(BINARY, bytes(range(100)), key=KEY)

        for end in range(6, len(wire)):
            assert feeding(is_server=True)([wire[:6], wire[6:end]]) == [Part(BINARY, 100, bytes(range(end - 6)))]

    def test_no_part_of_an_incomplete_control_frame(self) -> None:
        assert feeding()([frame(PING, b"x" * 100)[:-1]]) == []


VIOLATIONS = [
    pytest.param("8180 37fa213d", False, 1002, id="B02-masked-by-the-server"),
    pytest.param("8100", True, 1002, id="5.1-not-masked-by-the-client"),
    *(pytest.param(f"{0x80 | rsv << 4 | 1:02x}00", False, 1002, id=f"B03-rsv-{rsv}") for rsv in range(1, 8)),
    *(pytest.param(f"{0x80 | rsv << 4 | 9:02x}00", False, 1002, id=f"B03-ping-rsv-{rsv}") for rsv in (1, 2, 4)),
    *(
        pytest.param(f"8{opcode:x}00", False, 1002, id=f"B04-opcode-{opcode}")
        for opcode in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15)
    ),
    pytest.param("827e 0000", False, 1002, id="B05-0-in-16-bits"),
    pytest.param("827e 007d", False, 1002, id="B05-125-in-16-bits"),
    pytest.param("827f 0000000000000000", False, 1002, id="B05-0-in-64-bits"),
    pytest.param("827f 000000000000ffff", False, 1002, id="B05-65535-in-64-bits"),
    pytest.param("82fe 007d 37fa213d", True, 1002, id="B05-masked"),
    pytest.param("827f 8000000000000000", False, 1002, id="B06-highest-bit"),
    pytest.param("827f ffffffffffffffff", False, 1002, id="B06-all-bits"),
    pytest.param("827f 7fffffffffffffff", False, 1009, id="B07-2**63-1"),
    pytest.param("827f 0000010000000000", False, 1009, id="B07-2**40"),
    pytest.param(f"827f {MAX + 1:016x}", False, 1009, id="B07-max+1"),
    pytest.param("897e 007e", False, 1002, id="B12-ping-of-126"),
    pytest.param("8a7f 0000000000010000", False, 1002, id="B12-pong-of-65536"),
    pytest.param("887e ffff", False, 1002, id="B12-close"),
    *(pytest.param(f"0{opcode:x}00", False, 1002, id=f"B13-not-final-{opcode}") for opcode in (8, 9, 10)),
]


class TestRefuses:
    @pytest.mark.parametrize(("wire", "is_server", "code"), VIOLATIONS)
    def test_what_breaks_the_rules(self, wire: str, is_server: bool, code: int) -> None:
        assert every_way(feeding(is_server=is_server), bytes.fromhex(wire), tail=b"more") == [Refused(code)]

    @pytest.mark.parametrize(("wire", "is_server", "code"), VIOLATIONS)
    def test_it_after_valid_data_which_is_reported_first(self, wire: str, is_server: bool, code: int) -> None:
        key = KEY if is_server else b""
        right = frame(TEXT, b"a", key=key) + frame(BINARY, b"b" * 200, key=key) + frame(PING, b"c", key=key)

        assert every_way(feeding(is_server=is_server), right + bytes.fromhex(wire)) == [
            Frame(TEXT, b"a"),
            Frame(BINARY, b"b" * 200),
            Frame(PING, b"c"),
            Refused(code),
        ]

    def test_it_as_soon_as_two_bytes_say_so(self) -> None:
        assert feeding()([b"\x8b"]) == []
        assert feeding()([b"\x8b\x7f"]) == [Refused(1002)]

    @pytest.mark.parametrize("limit", [125, 126, 200, 65535])
    def test_a_short_frame_over_a_small_limit_is_not_taken_whole(self, limit: int) -> None:
        recorder = Recorder()
        decodes = decoder(recorder, max_message_size=limit)

        decodes.receive_data(frame(BINARY, bytes(limit)) + frame(BINARY, bytes(limit + 1)))
        decodes.decode()

        # The receiver is shown the length first, and may refuse.
        assert recorder.frames == [Frame(BINARY, bytes(limit)), Frame(BINARY, bytes(limit + 1))]
        assert recorder.calls == 1 + 3


class TestCompressedFrames:
    @pytest.mark.parametrize(
        ("wire", "expected"),
        [
            pytest.param("c103 010203", [Frame(TEXT, b"\1\2\3", is_compressed=True)], id="text"),
            pytest.param("c203 010203", [Frame(BINARY, b"\1\2\3", is_compressed=True)], id="binary"),
            pytest.param("c200", [Frame(BINARY, b"", is_compressed=True)], id="empty"),
            pytest.param(
                "c101 01 c101 02 c201 03 c100 c101 04",
                [
                    Frame(TEXT, b"\1", is_compressed=True),
                    Frame(TEXT, b"\2", is_compressed=True),
                    Frame(BINARY, b"\3", is_compressed=True),
                    Frame(TEXT, b"", is_compressed=True),
                    Frame(TEXT, b"\4", is_compressed=True),
                ],
                id="kinds-in-turn",
            ),
            pytest.param(
                "8101 61 c101 01 8900 8101 62 c101 02",
                [
                    Frame(TEXT, b"a"),
                    Frame(TEXT, b"\1", is_compressed=True),
                    Frame(PING, b""),
                    Frame(TEXT, b"b"),
                    Frame(TEXT, b"\2", is_compressed=True),
                ],
                id="among-others",
            ),
            pytest.param(
                "4101 01 8001 02",
                [Frame(TEXT, b"\1", is_final=False, is_compressed=True), Frame(CONTINUATION, b"\2")],
                id="fragmented",
            ),
            pytest.param("c27e 0080" + "07" * 128, [Frame(BINARY, b"\7" * 128, is_compressed=True)], id="16-bits"),
            pytest.param(
                "c27f 0000000000010000" + "07" * 65536,
                [Frame(BINARY, b"\7" * 65536, is_compressed=True)],
                id="64-bits",
            ),
        ],
    )
    def test_are_reported_as_such(self, wire: str, expected: list[object]) -> None:
        assert every_way(feeding(deflates=True), bytes.fromhex(wire), tail=b"\xc1\x01\1") == expected

    def test_are_reported_as_such_to_a_server(self) -> None:
        wire = frame(TEXT, b"abc", rsv=4, key=KEY)

        assert every_way(feeding(is_server=True, deflates=True), wire) == [Frame(TEXT, b"abc", is_compressed=True)]

    @pytest.mark.hostile("D06")
    @pytest.mark.parametrize(
        "wire",
        [
            pytest.param("c000", id="D06-continuation"),
            pytest.param("4000", id="D06-continuation-not-final"),
            pytest.param("c800", id="D06-close"),
            pytest.param("c900", id="D06-ping"),
            pytest.param("ca00", id="D06-pong"),
            pytest.param("d100", id="rsv-1-and-3"),
            pytest.param("e100", id="rsv-1-and-2"),
            pytest.param("a100", id="rsv-2"),
            pytest.param("9100", id="rsv-3"),
            pytest.param("c300", id="reserved-opcode"),
            pytest.param("c27e 007d", id="B05-125-in-16-bits"),
            pytest.param("c27f 000000000000ffff", id="B05-65535-in-64-bits"),
        ],
    )
    def test_are_refused_if_their_bit_has_no_meaning(self, wire: str) -> None:
        assert every_way(feeding(deflates=True), bytes.fromhex(wire), tail=b"more") == [Refused(1002)]

    def test_are_given_as_many_as_the_receiver_takes(self) -> None:
        recorder = Recorder()
        taken: list[list[bytes]] = []

        def take_two(payloads: Iterator[bytes], is_text: bool) -> None:
            taken.append([payload for payload, _ in zip(payloads, range(2), strict=False)])
            recorder.is_busy = True

        decodes = FrameDecoder(
            recorder, recorder.control, expects_masked=False, max_message_size=MAX, take_compressed=take_two
        )
        decodes.receive_data(b"".join(frame(TEXT, bytes([number]), rsv=4) for number in range(6)))

        decodes.decode()
        assert decodes.has_undecoded
        decodes.decode()

        # Who asks for a third takes it, even to throw it away, as zip does here.
        assert taken == [[b"\0", b"\1"], [b"\3", b"\4"]]


class TestAStep:
    """Tests that one call of `decode` does a limited amount of work.

    The work is counted in reports to the receiver.
    """

    def steps(self, wire: bytes) -> list[int]:
        """How many calls of the receiver's each step made, until nothing was left."""
        recorder = Recorder()
        decodes = decoder(recorder)
        decodes.receive_data(wire)
        made = []
        while not made or decodes.has_undecoded:
            before = recorder.calls
            decodes.decode()
            made.append(recorder.calls - before)
        return made

    @pytest.mark.hostile("C06")
    def test_takes_no_more_than_two_thousand_messages(self) -> None:
        recorder = Recorder()
        decodes = decoder(recorder)
        decodes.receive_data(b"\x82\x00" * 100_000)
        counts = []
        while not counts or decodes.has_undecoded:
            before = len(recorder.frames)
            decodes.decode()
            counts.append(len(recorder.frames) - before)

        assert max(counts) == 2048
        assert sum(counts) == 100_000

    @pytest.mark.parametrize(
        "wire",
        [
            pytest.param(frame(PING, b"") * 32768, id="F02-pings"),
            pytest.param(frame(CONTINUATION, b"x", is_final=False) * 20_000, id="C03-fragments-of-one-byte"),
            pytest.param(frame(CONTINUATION, b"", is_final=False) * 30_000, id="C04-empty-fragments"),
            pytest.param((frame(TEXT) + frame(PING)) * 16_000, id="messages-between-pings"),
            pytest.param((frame(TEXT) + frame(BINARY)) * 16_000, id="kinds-in-turn"),
            pytest.param((frame(TEXT) * 2047 + frame(PING)) * 16, id="long-runs-between-pings"),
        ],
    )
    @pytest.mark.untraced
    def test_makes_a_bounded_number_of_calls(self, wire: bytes) -> None:
        made = self.steps(wire)

        assert max(made) <= 3 * 2048
        assert len(made) > 1

    @pytest.mark.parametrize("opcode", [PING, CONTINUATION])
    def test_takes_no_more_than_128_frames_one_by_one(self, opcode: int) -> None:
        made = self.steps(frame(opcode, b"x") * 1000)

        assert max(made) <= 3 * 128

    def test_that_ends_with_the_bytes_leaves_nothing(self) -> None:
        assert self.steps(frame(TEXT) * 2048) == [1]
        assert self.steps(frame(PING) * 128) == [128]
        assert self.steps(b"") == [0]

    def test_that_ends_inside_a_header_leaves_nothing_to_do(self) -> None:
        assert len(self.steps(frame(PING) * 128 + b"\x82")) <= 2

    @pytest.mark.hostile("C12")
    @pytest.mark.parametrize("is_server", [False, True], ids=["client", "server"])
    def test_does_not_check_passed_data_again(self, is_server: bool) -> None:  # C12
        recorder = Recorder()
        decodes = decoder(recorder, is_server=is_server)
        decodes.receive_data(frame(BINARY, declares=60_000, key=KEY if is_server else b""))
        decodes.decode()
        for _ in range(1000):
            decodes.receive_data(b"x")
            before = recorder.calls
            decodes.decode()
            assert recorder.calls == before + 1

        assert len(decodes._data) <= 1  # what it keeps shows nowhere else

    def test_is_not_taken_while_the_receiver_is_busy(self) -> None:
        class Busy(Recorder):
            def control(self, opcode: Opcode, payload: bytes) -> None:
                super().control(opcode, payload)
                self.is_busy = True

        recorder = Busy()
        decodes = decoder(recorder)
        wire = frame(PING, b"1") + frame(TEXT, b"2") + frame(BINARY, b"3" * 70_000)
        decodes.receive_data(wire)
        decodes.decode()
        assert recorder.told == [Frame(PING, b"1")]
        assert decodes.has_undecoded

        decodes.decode()
        assert recorder.told == [Frame(PING, b"1"), Frame(TEXT, b"2"), Frame(BINARY, b"3" * 70_000)]
        assert not decodes.has_undecoded

    def test_says_that_the_receiver_has_more_to_do_though_no_byte_is_left(self) -> None:
        recorder = Recorder()
        decodes = decoder(recorder)
        recorder.frame_continues = lambda part: setattr(recorder, "is_busy", True)
        decodes.receive_data(frame(BINARY, b"x" * 100)[:50])

        decodes.decode()
        assert decodes.has_undecoded

        decodes.decode()
        assert not decodes.has_undecoded


class TestMissing:
    def test_reports_how_much_completes_the_frame(self) -> None:
        decodes = decoder(Recorder())
        assert decodes.missing == 0

        decodes.receive_data(frame(BINARY, bytes(66_000))[:-100])
        decodes.decode()
        assert decodes.missing == 100

        decodes.receive_data(bytes(100))
        decodes.decode()
        assert decodes.missing == 0


class TestAMessageAlone:
    """That is all that was read, as most messages of a game are."""

    @pytest.mark.parametrize("size", [0, 1, 125, 126, 300, 65_535, 65_536])
    @pytest.mark.parametrize("opcode", [TEXT, BINARY])
    def test_is_reported(self, opcode: Opcode, size: int) -> None:
        recorder = Recorder()
        decodes = decoder(recorder)
        for _ in range(2):
            decodes.receive_data(frame(opcode, bytes(size)))
            decodes.decode()

        assert recorder.frames == [Frame(opcode, bytes(size))] * 2
        assert recorder.calls == 2
        assert not decodes.has_undecoded

    @pytest.mark.parametrize(
        ("data", "told"),
        [
            pytest.param(b"\x82\x7f" + (117).to_bytes(8, "big") + bytes(119), [Refused(1002)], id="64-bits"),
            pytest.param(b"\x82\x85" + bytes(133), [Refused(1002)], id="masked"),
            pytest.param(b"\x82\x7e\x00\x7d" + bytes(125), [Refused(1002)], id="not-shortest"),
            pytest.param(b"\x82\x7e", [], id="16-bits-missing"),
            pytest.param(b"\x82\x01", [Part(BINARY, 1, b"")], id="payload-missing"),
            pytest.param(b"\x82\x01ab\x00", [Frame(BINARY, b"a"), Refused(1002)], id="bytes-too-many"),
            pytest.param(b"\x89\x01a", [Frame(PING, b"a")], id="a-ping"),
            pytest.param(b"\x02\x01a", [Frame(BINARY, b"a", is_final=False)], id="a-fragment"),
            pytest.param(b"\xc2\x01a", [Refused(1002)], id="a-reserved-bit"),
        ],
    )
    def test_is_nothing_else(self, data: bytes, told: list[object]) -> None:
        assert feeding()([data]) == told

    def test_waits_for_a_receiver_that_is_busy(self) -> None:
        recorder = Recorder()
        decodes = decoder(recorder)
        recorder.is_busy = True
        recorder.resume = lambda: None  # type: ignore[method-assign]  # it still is

        decodes.receive_data(frame(TEXT, b"a"))
        decodes.decode()

        assert recorder.frames == []
        assert decodes.has_undecoded

    def test_over_a_small_limit_is_shown_by_its_length_first(self) -> None:
        recorder = Recorder()
        decodes = decoder(recorder, max_message_size=200)

        decodes.receive_data(frame(BINARY, bytes(201)))
        decodes.decode()

        assert recorder.calls == 3


class TestLargeFrames:
    SIZE = 65_536

    def test_that_are_adjacent_are_reported_together(self) -> None:
        recorder = Recorder()
        decodes = decoder(recorder)
        payloads = [bytes([number]) * (self.SIZE + number) for number in range(3)]

        decodes.receive_data(b"".join(frame(TEXT, payload) for payload in payloads))
        decodes.decode()

        assert recorder.frames == [Frame(TEXT, payload) for payload in payloads]
        assert recorder.calls == 1

    @pytest.mark.parametrize(
        ("behind", "told"),
        [
            pytest.param(frame(BINARY, b"x" * 65_537), [Frame(BINARY, b"x" * 65_537)], id="the-other-kind"),
            pytest.param(frame(TEXT, b"small"), [Frame(TEXT, b"small")], id="a-small-one"),
            pytest.param(frame(PING, b""), [Frame(PING, b"")], id="a-ping"),
            pytest.param(frame(TEXT, bytes(65_536))[:-1], [Part(TEXT, 65_536, bytes(65_535))], id="not-whole"),
            pytest.param(frame(TEXT, bytes(65_536))[:10], [Part(TEXT, 65_536, b"")], id="a-header"),
            pytest.param(frame(TEXT, bytes(65_536))[:9], [], id="not-even-a-header"),
            pytest.param(
                frame(TEXT, bytes(65_536), is_final=False), [Frame(TEXT, bytes(65_536), is_final=False)], id="fragment"
            ),
            pytest.param(frame(TEXT, bytes(70_001)), [Refused(1009)], id="too-large"),
            pytest.param(b"\x81\x7f" + (65_535).to_bytes(8, "big") + bytes(65_535), [Refused(1002)], id="not-shortest"),
            pytest.param(b"\x81\x7f" + (1 << 63).to_bytes(8, "big"), [Refused(1002)], id="highest-bit"),
            pytest.param(b"\x81\xff" + (65_536).to_bytes(8, "big") + bytes(65_540), [Refused(1002)], id="masked"),
        ],
    )
    def test_are_reported_before_later_data(self, behind: bytes, told: list[object]) -> None:
        assert feeding()([frame(TEXT, bytes(65_536)) + behind]) == [Frame(TEXT, bytes(65_536)), *told]


class TestStop:
    def test_forgets_undecoded_data(self) -> None:
        recorder = Recorder()
        decodes = decoder(recorder)
        decodes.receive_data(frame(BINARY, bytes(66_000))[:-1])
        decodes.decode()

        decodes.stop()
        decodes.receive_data(frame(TEXT, b"new"))
        decodes.decode()

        assert decodes.missing == 0
        assert recorder.frames == [Frame(TEXT, b"new")]

    def test_may_come_from_within_a_call(self) -> None:
        class Stopping(Recorder):
            def control(self, opcode: Opcode, payload: bytes) -> None:
                super().control(opcode, payload)
                decodes.stop()

        recorder = Stopping()
        decodes = decoder(recorder)
        decodes.receive_data(frame(CLOSE, b"") + frame(TEXT, b"ignored"))
        decodes.decode()

        assert recorder.frames == [Frame(CLOSE, b"")]
        assert not decodes.has_undecoded


# Laws

controls = st.builds(partial(frame), st.sampled_from([PING, PONG]), st.binary(max_size=125))
data_frames = st.builds(
    partial(frame),
    st.sampled_from([CONTINUATION, TEXT, BINARY]),
    st.one_of(st.binary(max_size=20), st.integers(120, 400).map(bytes)),
    is_final=st.booleans(),
    rsv=st.sampled_from([0, 0, 4]),
)
streams = st.lists(st.one_of(controls, data_frames, st.just(frame(BINARY, bytes(65536)))), max_size=12).map(b"".join)


@given(streams, st.lists(st.integers(0, 3000), max_size=6))
def test_any_cutting_leads_to_the_same_reports(stream: bytes, cuts: list[int]) -> None:
    ends = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    pieces = [stream[start:end] for start, end in pairwise(ends)]

    assert feeding(deflates=True)(pieces) == feeding(deflates=True)([stream])


@pytest.mark.parametrize("is_server", [False, True], ids=["client", "server"])
@given(data=st.binary(max_size=200))
def test_any_bytes_are_reported_or_refused(is_server: bool, data: bytes) -> None:
    result = feeding(is_server=is_server, deflates=True)([data])

    assert [item.code for item in result if isinstance(item, Refused)] in ([], [1002], [1009])
