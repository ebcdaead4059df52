"""Tests packets of bytes and of Variants.

Errors are reported, and do no harm to other packets.
"""

from __future__ import annotations

import logging
from array import array
from collections import deque
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wsclient.core.packet_peer import PacketPeer
from wsclient.godot4 import Vector2i
from wsclient.ground.error import Error
from wsclient.variant import GODOT_4, VariantError, decode, encode

if TYPE_CHECKING:
    from wsclient.variant.codec.dialect import Dialect


class Pipe(PacketPeer):
    """A peer whose sent packets can be read at once."""

    def __init__(self, *packets: bytes) -> None:
        super().__init__()
        self.packets = deque(packets)
        self.answer = Error.OK

    def get_available_packet_count(self) -> int:
        return len(self.packets)

    def _get_packet(self) -> bytes:
        return self.packets.popleft()

    def _put_packet(self, packet: bytes) -> Error:
        if not self.answer:
            self.packets.append(packet)
        return self.answer


@pytest.fixture
def pipe() -> Pipe:
    return Pipe()


def levels(caplog: pytest.LogCaptureFixture) -> list[int]:
    return [record.levelno for record in caplog.records]


# The class


def test_it_is_abstract() -> None:
    with pytest.raises(TypeError, match="abstract"):
        PacketPeer()


def test_a_fresh_peer_has_godots_values(pipe: Pipe) -> None:
    assert pipe.get_packet_error() is Error.OK
    assert pipe.encode_buffer_max_size == 8388608
    assert pipe.decode_buffer_max_items == 65_536
    assert pipe.allow_object_decoding is False


def test_a_peer_that_cannot_take_a_packet_reports_that() -> None:
    class Half(Pipe):
        _get_packet = PacketPeer._get_packet

    with pytest.raises(NotImplementedError, match=r"Half must write _get_packet\(\)"):
        Half(b"x").get_packet()


# Reading


def test_packets_come_in_order_and_then_none(pipe: Pipe) -> None:
    pipe.packets.extend([b"one", b"", b"three"])

    read = [(pipe.get_packet(), pipe.get_packet_error()) for _ in range(4)]

    assert read == [(b"one", Error.OK), (b"", Error.OK), (b"three", Error.OK), (b"", Error.ERR_UNAVAILABLE)]


def test_the_error_is_of_the_last_reading(pipe: Pipe) -> None:
    pipe.get_packet()
    pipe.put_packet(b"x")
    assert pipe.get_packet_error() is Error.ERR_UNAVAILABLE

    pipe.get_packet()
    assert pipe.get_packet_error() is Error.OK


# Writing


@pytest.mark.parametrize(
    "buffer",
    [
        pytest.param(b"abc", id="bytes"),
        pytest.param(bytearray(b"abc"), id="bytearray"),
        pytest.param(memoryview(b"abc"), id="memoryview"),
        pytest.param(memoryview(b"a-b-c")[::2], id="memoryview-with-steps"),
        pytest.param(array("B", b"abc"), id="array"),
        pytest.param(type("Text", (bytes,), {})(b"abc"), id="subclass-of-bytes"),
    ],
)
def test_anything_bytes_like_is_sent_as_bytes(buffer, pipe: Pipe) -> None:
    assert pipe.put_packet(buffer) is Error.OK

    assert list(pipe.packets) == [b"abc"]
    assert type(pipe.packets[0]) is bytes


def test_bytes_are_not_copied(pipe: Pipe) -> None:
    packet = b"x" * 1000

    pipe.put_packet(packet)

    assert pipe.packets[0] is packet


def test_a_sent_buffer_may_change(pipe: Pipe) -> None:
    buffer = bytearray(b"abc")
    pipe.put_packet(buffer)

    buffer[:] = b"xyz!"

    assert pipe.get_packet() == b"abc"


def test_the_peers_answer_is_returned(pipe: Pipe) -> None:
    pipe.answer = Error.ERR_OUT_OF_MEMORY

    assert pipe.put_packet(b"x") is Error.ERR_OUT_OF_MEMORY
    assert pipe.put_var("x") is Error.ERR_OUT_OF_MEMORY


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        pytest.param("text", r"not str: use send_text\(text\)", id="str"),
        pytest.param(5, "not int$", id="int"),
        pytest.param(None, "not NoneType$", id="none"),
        pytest.param([1, 2], "not list$", id="list"),
        pytest.param({"a": 1}, "not dict$", id="dict"),
    ],
)
def test_other_types_than_bytes_like_are_refused(wrong, words: str, pipe: Pipe) -> None:
    with pytest.raises(TypeError, match=words):
        pipe.put_packet(wrong)

    assert not pipe.packets


# Variants


@given(st.recursive(st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text("aä€"), st.lists))
def test_get_var_reads_what_put_var_sends(value: object) -> None:
    pipe = Pipe()

    assert pipe.put_var(value) is Error.OK
    assert pipe.get_var() == value
    assert pipe.get_packet_error() is Error.OK
    assert not pipe.packets


def test_put_var_sends_godots_bytes(pipe: Pipe) -> None:
    pipe.put_var("foo")

    assert list(pipe.packets) == [bytes.fromhex("04000000 03000000 666f6f00")]


@pytest.mark.parametrize("error", [TypeError, OverflowError])
def test_put_var_raises_for_other_types_than_variants(error: type[Exception], pipe: Pipe) -> None:
    with pytest.raises(error):
        pipe.put_var({"key": {TypeError: object(), OverflowError: 2**64}[error]})

    assert not pipe.packets


def test_put_var_refuses_values_larger_than_the_buffer(pipe: Pipe, caplog: pytest.LogCaptureFixture) -> None:
    pipe.encode_buffer_max_size = 1024
    fits = b"x" * (1024 - 8)  # after a type and a length of four bytes each

    assert pipe.put_var(fits) is Error.OK
    assert levels(caplog) == []
    assert pipe.put_var(fits + b"x") is Error.ERR_OUT_OF_MEMORY
    assert levels(caplog) == [logging.ERROR]
    assert list(pipe.packets) == [encode(fits)]


def test_put_var_refuses_values_that_contain_themselves(pipe: Pipe, caplog: pytest.LogCaptureFixture) -> None:
    endless: list[object] = []
    endless.append(endless)

    assert pipe.put_var(endless) is Error.ERR_INVALID_DATA
    assert levels(caplog) == [logging.ERROR]
    assert not pipe.packets


def test_get_var_without_a_packet_returns_none_and_a_reason(pipe: Pipe, caplog: pytest.LogCaptureFixture) -> None:
    assert pipe.get_var() is None

    assert pipe.get_packet_error() is Error.ERR_UNAVAILABLE
    assert levels(caplog) == [logging.WARNING]


@pytest.mark.parametrize(
    "packet",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"plain text", id="text"),
        pytest.param(bytes.fromhex("04000000 ff000000 666f6f00"), id="length-that-lies"),
    ],
)
def test_get_var_returns_none_for_invalid_data_and_goes_on(
    packet: bytes, pipe: Pipe, caplog: pytest.LogCaptureFixture
) -> None:
    pipe.packets.extend([packet, encode("next")])
    with pytest.raises(VariantError) as refusal:
        decode(packet)

    assert pipe.get_var() is None
    assert pipe.get_packet_error() is Error.ERR_INVALID_DATA
    assert levels(caplog) == [logging.ERROR]
    assert refusal.value.reason in caplog.text
    assert f"at byte {refusal.value.offset}" in caplog.text
    assert pipe.get_var() == "next"
    assert pipe.get_packet_error() is Error.OK


def test_a_variant_of_too_many_values_stays_the_next_packet(pipe: Pipe, caplog: pytest.LogCaptureFixture) -> None:
    value = [{"key": 1}, "text"]
    pipe.packets.extend([encode(value), encode("next")])
    pipe.decode_buffer_max_items = 4

    assert [pipe.get_var(), pipe.get_var()] == [None, None]
    assert pipe.get_packet_error() is Error.ERR_OUT_OF_MEMORY
    assert "more than 4 values" in caplog.text
    assert "Raise decode_buffer_max_items" in caplog.text
    pipe.decode_buffer_max_items = 5
    assert [pipe.get_var(), pipe.get_packet_error()] == [value, Error.OK]
    assert pipe.get_var() == "next"


def test_the_packet_of_a_variant_of_too_many_values_can_be_read_as_bytes(pipe: Pipe) -> None:
    pipe.packets.extend([encode([1, 2]), encode("next")])
    pipe.decode_buffer_max_items = 1

    assert pipe.get_var() is None
    assert [pipe.get_packet(), pipe.get_packet_error()] == [encode([1, 2]), Error.OK]
    assert pipe.get_var() == "next"


@pytest.mark.parametrize("items", [0, -1])
def test_a_limit_of_no_values_is_refused(items: int, pipe: Pipe, caplog: pytest.LogCaptureFixture) -> None:
    pipe.set_decode_buffer_max_items(items)

    assert pipe.get_decode_buffer_max_items() == 65_536
    assert f"decode_buffer_max_items: {items} is not 1 or more" in caplog.text


def test_a_peer_of_another_version_has_its_variants() -> None:
    class Newer(Pipe):
        def _get_dialect(self) -> Dialect:
            return GODOT_4

    newer = Newer()
    newer.put_var(Vector2i(1, 2))

    assert newer.packets[0][0] == 6
    assert newer.get_var() == Vector2i(1, 2)


# A full object (type 17 with no flag of an id) whose class name is "": null, but only on request.
FULL_OBJECT = bytes.fromhex("11000000 00000000")


@pytest.mark.parametrize(
    ("allowed_by_property", "allowed_by_call", "error"),
    [
        pytest.param(False, False, Error.ERR_UNAUTHORIZED, id="neither"),
        pytest.param(True, False, Error.OK, id="property"),
        pytest.param(False, True, Error.OK, id="call"),
    ],
)
def test_a_full_object_is_decoded_only_if_allowed(
    allowed_by_property: bool, allowed_by_call: bool, error: Error, pipe: Pipe
) -> None:
    pipe.packets.append(FULL_OBJECT)
    pipe.allow_object_decoding = allowed_by_property

    assert pipe.get_var(allowed_by_call) is None
    assert pipe.get_packet_error() is error


def test_full_objects_makes_no_difference(pipe: Pipe) -> None:
    pipe.put_var([1, "a"], True)
    pipe.put_var([1, "a"], False)

    assert pipe.get_packet() == pipe.get_packet()


# Properties


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        pytest.param(1024, 1024, id="smallest"),
        pytest.param(1025, 2048, id="rounded-up"),
        pytest.param(5000, 8192, id="godots-example"),
        pytest.param(2**28 - 1, 2**28, id="rounded-to-the-largest"),
        pytest.param(2**28, 2**28, id="largest"),
    ],
)
def test_the_encode_buffers_size_becomes_a_power_of_two(asked: int, kept: int, pipe: Pipe) -> None:
    pipe.encode_buffer_max_size = asked
    assert pipe.get_encode_buffer_max_size() == kept

    other = Pipe()
    other.set_encode_buffer_max_size(asked)
    assert other.encode_buffer_max_size == kept


@pytest.mark.parametrize("asked", [1023, 0, -1, 2**28 + 1])
def test_an_encode_buffer_too_small_or_too_large_is_refused(
    asked: int, pipe: Pipe, caplog: pytest.LogCaptureFixture
) -> None:
    pipe.encode_buffer_max_size = 2048

    pipe.encode_buffer_max_size = asked

    assert pipe.encode_buffer_max_size == 2048
    assert levels(caplog) == [logging.ERROR]


def test_the_encode_buffers_size_is_a_whole_number(pipe: Pipe) -> None:
    with pytest.raises(TypeError):
        pipe.encode_buffer_max_size = 5000.5


def test_allowing_objects_has_a_property_a_setter_and_a_getter(pipe: Pipe) -> None:
    pipe.set_allow_object_decoding(True)
    assert pipe.allow_object_decoding is True
    pipe.allow_object_decoding = False
    assert pipe.is_object_decoding_allowed() is False
