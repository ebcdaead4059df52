"""Messages out of frames: their order, their limits, and text that is text."""

from __future__ import annotations

import ast
from functools import partial
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.source import modules
from wsclient.protocol import events
from wsclient.protocol.errors import ProtocolViolation
from wsclient.protocol.events import Messages
from wsclient.protocol.frames import Opcode
from wsclient.protocol.messages import MessageAssembler, Utf8Validator

TEXT, BINARY, CONTINUATION = Opcode.TEXT, Opcode.BINARY, Opcode.CONTINUATION


class Box:
    """An assembler, and what it delivered."""

    def __init__(self, *, max_message_size: int = 1000, max_fragments: int = 100) -> None:
        self.delivered: list[tuple[bytes, bool]] = []
        self.assembler = MessageAssembler(
            self._deliver, max_message_size=max_message_size, max_fragments=max_fragments, max_empty_fragments=20
        )

    def _deliver(self, messages: Messages) -> None:
        assert messages.payloads
        self.delivered += messages.each()

    def whole(self, *payloads: bytes, kinds: str = "t") -> None:
        """Adds messages by kinds: "t" for a text, "b" for a binary message.

        The last one goes on.
        """
        each = [events.TEXT if kind == "t" else events.BINARY for kind in kinds.ljust(len(payloads), kinds[-1])]
        self.assembler.whole_messages(Messages(list(payloads), b"".join(each)))

    def begin(self, opcode: Opcode, length: int, *, is_final: bool = True, is_compressed: bool = False) -> None:
        self.assembler.frame_begins(opcode, length, is_final=is_final, is_compressed=is_compressed)

    def frame(self, opcode: Opcode, *parts: bytes, is_final: bool = True) -> None:
        self.begin(opcode, sum(map(len, parts)), is_final=is_final)
        for part in parts:
            self.assembler.frame_continues(part)
        self.assembler.frame_ends()


refused = partial(pytest.raises, ProtocolViolation)

GOOD = [
    pytest.param("", id="empty"),
    pytest.param("Hello", id="ascii"),
    pytest.param("κόσμε", id="two-bytes"),
    pytest.param("世界", id="three-bytes"),
    pytest.param("🎮", id="four-bytes"),
    pytest.param("\x7f\x80\u07ff\u0800\uffff\U00010000\U0010ffff", id="at-the-borders"),
    pytest.param("\ud7ff\ue000", id="around-the-surrogates"),
    pytest.param("a\0b\ufeff", id="nul-and-byte-order-mark"),
]

# Each with the number of bytes after which nothing can make it right.
BAD = [
    pytest.param("80", 1, id="E01-lone-continuation"),
    pytest.param("61 80", 2, id="E01-lone-continuation-behind-ascii"),
    pytest.param("c3a9 a9", 3, id="E01-one-continuation-too-many"),
    pytest.param("c0 80", 1, id="E01-overlong-nul"),
    pytest.param("c1 bf", 1, id="E01-overlong-2"),
    pytest.param("e0 9f bf", 2, id="E01-overlong-3"),
    pytest.param("f0 8f bf bf", 2, id="E01-overlong-4"),
    pytest.param("ed a0 80", 2, id="E01-first-surrogate"),
    pytest.param("ed bf bf", 2, id="E01-last-surrogate"),
    pytest.param("f4 90 80 80", 2, id="E01-above-10ffff"),
    pytest.param("f5 80 80 80", 1, id="E01-f5"),
    pytest.param("f8 88 80 80 80", 1, id="E01-five-bytes"),
    pytest.param("ff", 1, id="E01-ff"),
    pytest.param("c3 28", 2, id="E01-ascii-for-a-continuation"),
    pytest.param("f0 90 80 61", 4, id="E01-ascii-for-the-last-byte"),
]
CUT_OFF = [
    pytest.param("c3", id="E01-one-of-two"),
    pytest.param("e4 b8", id="E01-two-of-three"),
    pytest.param("f0 9f 8e", id="E01-three-of-four"),
    pytest.param("61 f0", id="E01-one-of-four"),
]


class TestUtf8:
    @pytest.mark.parametrize("text", GOOD)
    def test_is_recognised_in_any_parts(self, text: str) -> None:
        data = text.encode()
        for size in range(1, len(data) + 1):
            validator = Utf8Validator()
            for start in range(0, len(data), size):
                validator.check(data[start : start + size])
            validator.finish()

    @pytest.mark.parametrize(("wire", "fails_at"), BAD)
    def test_that_is_invalid_fails_at_its_first_wrong_byte(self, wire: str, fails_at: int) -> None:
        data = bytes.fromhex(wire)
        validator = Utf8Validator()
        for byte in data[: fails_at - 1]:
            validator.check(bytes([byte]))

        with refused(match="1007") as caught:
            validator.check(data[fails_at - 1 : fails_at])

        assert caught.value.code == 1007

    @pytest.mark.parametrize(("wire", "fails_at"), BAD)
    def test_that_is_invalid_fails_in_one_part(self, wire: str, fails_at: int) -> None:
        with refused(match="1007"):
            Utf8Validator().check(bytes.fromhex(wire))

    @pytest.mark.parametrize("wire", CUT_OFF)
    def test_may_not_end_inside_a_character(self, wire: str) -> None:
        validator = Utf8Validator()
        validator.check(bytes.fromhex(wire))

        with refused(match="1007"):
            validator.finish()

    def test_ascii_inside_a_character_is_not_overlooked(self) -> None:
        validator = Utf8Validator()
        validator.check("é".encode()[:1])

        with refused(match="1007"):
            validator.check(b"plain")

    @given(st.binary(max_size=40), st.lists(st.integers(0, 40)))
    def test_is_what_python_takes_for_it(self, data: bytes, cuts: list[int]) -> None:
        ends = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
        validator = Utf8Validator()
        try:
            for start, end in pairwise(ends):
                validator.check(data[start:end])
            validator.finish()
        except ProtocolViolation:
            is_text = False
        else:
            is_text = True

        assert is_text == (data.decode("utf-8", "replace").encode() == data)


class TestWholeMessages:
    def test_are_delivered_in_order(self) -> None:
        box = Box()

        box.whole(b"a", b"", b"c")
        box.whole(b"\xff", kinds="b")

        assert box.delivered == [(b"a", True), (b"", True), (b"c", True), (b"\xff", False)]

    def test_are_delivered_up_to_the_first_invalid_text(self) -> None:
        box = Box()

        with refused(match="1007"):
            box.whole(b"a", "é".encode(), b"\xff", b"z")

        assert box.delivered == [(b"a", True), ("é".encode(), True)]

    def test_of_both_kinds_are_delivered_in_order(self) -> None:
        box = Box()

        box.whole(b"a", b"\xff", b"\xfe", "é".encode(), kinds="tbbt")

        assert box.delivered == [(b"a", True), (b"\xff", False), (b"\xfe", False), ("é".encode(), True)]

    @pytest.mark.parametrize("kinds", ["btt", "tbbt"])
    def test_of_both_kinds_are_delivered_up_to_the_first_invalid_text(self, kinds: str) -> None:
        box = Box()
        payloads = [b"a" if kind == "t" else b"\xff" for kind in kinds[:-1]]

        with refused(match="1007"):
            box.whole(*payloads, b"\xff", b"z", kinds=kinds)

        assert [payload for payload, _ in box.delivered] == payloads

    def test_are_not_delivered_if_the_first_is_not_text(self) -> None:
        box = Box()

        with refused(match="1007"):
            box.whole(b"\xff")

        assert box.delivered == []

    @pytest.mark.parametrize("text", GOOD)
    def test_may_have_any_text(self, text: str) -> None:
        box = Box()

        box.whole(text.encode())

        assert box.delivered == [(text.encode(), True)]

    @pytest.mark.parametrize("wire", [*((case.values[0]) for case in BAD), *((case.values[0]) for case in CUT_OFF)])
    def test_have_no_invalid_text(self, wire: str) -> None:
        with refused(match="1007"):
            Box().whole(bytes.fromhex(wire))

    def test_do_not_stand_inside_a_fragmented_one(self) -> None:  # B10
        box = Box()
        box.frame(TEXT, b"a", is_final=False)

        with refused(match="1002"):
            box.whole(b"b")

        assert box.delivered == []


class TestFragments:
    def test_make_one_message(self) -> None:
        box = Box()

        box.frame(TEXT, b"Hel", is_final=False)
        box.frame(CONTINUATION, is_final=False)
        assert box.delivered == []
        box.frame(CONTINUATION, b"l", b"o")

        assert box.delivered == [(b"Hello", True)]

    def test_keep_the_kind_of_the_first(self) -> None:
        box = Box()

        box.frame(BINARY, b"\xff", is_final=False)
        box.frame(CONTINUATION, b"\xfe")
        box.frame(TEXT, b"x")

        assert box.delivered == [(b"\xff\xfe", False), (b"x", True)]

    def test_may_all_be_empty(self) -> None:  # B14
        box = Box()

        box.frame(BINARY, is_final=False)
        box.frame(CONTINUATION)

        assert box.delivered == [(b"", False)]

    def test_may_cut_a_character(self) -> None:
        box = Box()

        box.frame(TEXT, "é".encode()[:1], is_final=False)
        box.frame(CONTINUATION, "é".encode()[1:])

        assert box.delivered == [("é".encode(), True)]

    @pytest.mark.parametrize("opcode", [TEXT, BINARY])
    def test_are_not_interrupted_by_another_message(self, opcode: Opcode) -> None:  # B10
        box = Box()
        box.frame(BINARY, b"a", is_final=False)

        with refused(match="1002: a new message inside"):
            box.begin(opcode, 1)

    @pytest.mark.parametrize("is_final", [False, True])
    def test_begin_with_a_start(self, is_final: bool) -> None:  # B09
        with refused(match="1002: continuation without a start"):
            Box().begin(CONTINUATION, 0, is_final=is_final)

    def test_of_a_complete_message_are_not_continued(self) -> None:  # B09
        box = Box()
        box.frame(TEXT, b"a", is_final=False)
        box.frame(CONTINUATION, b"b")

        with refused(match="1002"):
            box.begin(CONTINUATION, 1)

    @pytest.mark.parametrize(("wire", "fails_at"), BAD)
    def test_of_invalid_text_are_refused_inside_a_frame(self, wire: str, fails_at: int) -> None:  # E01
        data = bytes.fromhex(wire)
        box = Box()
        box.begin(TEXT, 500, is_final=False)
        if fails_at > 1:
            box.assembler.frame_continues(data[: fails_at - 1])

        with refused(match="1007"):
            box.assembler.frame_continues(data[fails_at - 1 :])

    @pytest.mark.parametrize(("wire", "fails_at"), BAD)
    def test_of_invalid_text_are_refused_wherever_they_are_cut(self, wire: str, fails_at: int) -> None:  # E01
        data = bytes.fromhex(wire)
        for cut in range(len(data) + 1):
            box = Box()

            with refused(match="1007"):
                box.frame(TEXT, *filter(None, [data[:cut]]), is_final=False)
                box.frame(CONTINUATION, *filter(None, [data[cut:]]))

            assert box.delivered == []

    @pytest.mark.parametrize("wire", CUT_OFF)
    def test_may_not_end_inside_a_character(self, wire: str) -> None:
        box = Box()

        with refused(match="1007"):
            box.frame(TEXT, bytes.fromhex(wire))

        assert box.delivered == []

    def test_of_the_message_before_are_forgotten(self) -> None:
        box = Box(max_message_size=3, max_fragments=2)
        for _ in range(3):
            box.frame(TEXT, b"ab", is_final=False)
            box.frame(CONTINUATION, b"c")

        assert box.delivered == [(b"abc", True)] * 3


class TestLimits:
    @pytest.mark.parametrize(
        "sizes", [(1000,), (999, 1), (0, 1000, 0), (1,) * 100, (0,) * 20, (*[0] * 20, 1) * 4], ids=str
    )
    def test_are_reached(self, sizes: tuple[int, ...]) -> None:  # C01, C02
        box = Box()
        for index, size in enumerate(sizes):
            opcode = CONTINUATION if index else BINARY
            box.frame(opcode, *([bytes(size)] if size else []), is_final=index == len(sizes) - 1)

        assert box.delivered == [(bytes(sum(sizes)), False)]

    @pytest.mark.parametrize(
        ("sizes", "words"),
        [
            pytest.param((1001,), "frame of 1001 bytes, limit 1000", id="C01-one-frame"),
            pytest.param((1, 1001), "frame of 1001 bytes, limit 1000", id="C02-the-second-alone"),
            pytest.param((1000, 1), "message over 1000 bytes", id="C02-the-last-byte"),
            pytest.param((1, *[0] * 21), "too many empty fragments in a row: over 20", id="C04-empty-later"),
            pytest.param((1,) * 101, "too many fragments: over 100", id="C03"),
            pytest.param((0,) * 21, "too many empty fragments in a row: over 20", id="C04-empty"),
        ],
    )
    def test_are_not_passed(self, sizes: tuple[int, ...], words: str) -> None:
        box = Box()
        for index, size in enumerate(sizes[:-1]):
            box.frame(CONTINUATION if index else BINARY, *([bytes(size)] if size else []), is_final=False)

        with refused(match=words) as caught:  # by the header alone
            box.begin(CONTINUATION if len(sizes) > 1 else BINARY, sizes[-1])

        assert caught.value.code == 1009
        assert box.delivered == []

    @pytest.mark.parametrize("size", [0, 1], ids=["G1-empty", "G1-one-byte"])
    def test_of_fragments_say_that_no_setting_changes_them(self, size: int) -> None:
        box = Box()

        with refused(match="fragments") as caught:
            for index in range(102):
                box.frame(CONTINUATION if index else BINARY, *([bytes(size)] if size else []), is_final=False)

        assert "fewer, larger frames" in caught.value.hint

    def test_hold_for_what_grows_too(self) -> None:
        box = Box()
        box.begin(BINARY, 0, is_compressed=True)
        box.assembler.grow(1000)
        assert box.assembler.room == 0

        with refused(match="1009: message over 1000 bytes"):
            box.assembler.grow(1)


def test_a_message_of_unknown_length_is_delivered_like_any_other() -> None:
    box = Box()
    box.begin(TEXT, 0, is_compressed=True)
    for part in (b"ab", b"c"):
        box.assembler.grow(len(part))
        box.assembler.frame_continues(part)
    box.assembler.frame_ends()

    assert box.delivered == [(b"abc", True)]
    assert not box.assembler.is_busy
    box.assembler.resume()


def test_c9_text_is_checked_by_bytes_decode_everywhere() -> None:
    """Checks text with `bytes.decode`, on every Python.

    PyPy's `str(payload, "utf-8")` accepts surrogates, which `bytes.decode` always refuses.
    """
    calls = [(module, node) for module in modules() for node in ast.walk(module.tree) if isinstance(node, ast.Call)]

    found = [
        f"{module.name}:{call.lineno}"
        for module, call in calls
        if isinstance(call.func, ast.Name) and call.func.id == "str" and len(call.args) > 1
    ]
    assert found == []
