from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wsclient.multiplayer.command_error import CommandError
from wsclient.multiplayer.godot4.compressed import decode_all, decode_many, decode_value, encode_many, encode_value

VALUES = [
    pytest.param(True, "81", id="true"),
    pytest.param(False, "01", id="false"),
    pytest.param(5, "02 05", id="one-byte"),
    pytest.param(-128, "02 80", id="lowest-of-one-byte"),
    pytest.param(128, "42 80 00", id="first-of-two-bytes"),
    pytest.param(300, "42 2c 01", id="two-bytes"),
    pytest.param(-32769, "82 ff 7f ff ff", id="first-below-two-bytes"),
    pytest.param(2**31, "c2 00 00 00 80 00 00 00 00", id="eight-bytes"),
    pytest.param(-(2**63), "c2 00 00 00 00 00 00 00 80", id="lowest-of-all"),
    pytest.param(None, "00 00 00 00", id="null"),
    pytest.param("thing", "04 00 00 00 05 00 00 00 74 68 69 6e 67 00 00 00", id="string"),
]


@pytest.mark.parametrize(("value", "wire"), VALUES)
def test_encodes_as_the_engine(value, wire):
    assert encode_value(value).hex(" ") == wire


@pytest.mark.parametrize(("value", "wire"), VALUES)
def test_decodes_within_a_packet(value, wire):
    data = bytes.fromhex(wire)
    assert decode_value(b"\xff" + data + b"\x05", 1, len(data) + 1) == (value, len(data) + 1)


@pytest.mark.parametrize(("value", "wire"), VALUES)
def test_a_value_cut_anywhere_is_an_error(value, wire):
    data = bytes.fromhex(wire)
    for end in range(len(data)):
        with pytest.raises(CommandError):
            decode_value(data[:end], 0, end)


@pytest.mark.parametrize(("value", "wire"), VALUES)
def test_a_value_that_reaches_into_later_data_is_an_error(value, wire):
    data = bytes.fromhex(wire)
    for end in range(len(data)):
        with pytest.raises(CommandError):
            decode_value(data, 0, end)


def test_takes_an_int_in_more_bytes_than_it_needs():
    assert decode_value(bytes.fromhex("c2 05 00 00 00 00 00 00 00"), 0, 9) == (5, 9)


def test_refuses_an_int_of_more_than_64_bits():
    with pytest.raises(OverflowError, match="64 bits"):
        encode_value(2**63)


def test_refuses_invalid_variants():
    with pytest.raises(TypeError):
        encode_value(object())


def test_reads_as_many_as_are_asked_for():
    data = encode_many([1, True, "a"])
    assert decode_many(data, 0, len(data), 2) == ([1, True], 3)


def test_fewer_than_are_asked_for_are_an_error():
    data = encode_many([1, True])
    with pytest.raises(CommandError, match="value at byte 3"):
        decode_many(data, 0, len(data), 3)


# Without NUL, which ends a string, and without a byte order mark, which is dropped at its start.
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0\ufeff"), max_size=9)


@given(st.lists(st.one_of(st.none(), st.booleans(), st.integers(-(2**63), 2**63 - 1), TEXTS)))
def test_encoding_and_decoding_returns_the_same(values):
    decoded = decode_all(encode_many(values), 0)
    assert decoded == values
    assert [type(each) for each in decoded] == [type(each) for each in values]


@given(st.binary(max_size=60))
def test_any_bytes_are_values_or_an_error(data):
    with suppress(CommandError):
        decode_all(data, 0)
