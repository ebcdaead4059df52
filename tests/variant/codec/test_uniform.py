"""Tests arrays of one type of number or vector.

Their bytes and values are the same as one by one.
"""

from __future__ import annotations

from enum import IntEnum
from struct import pack
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.variant.strategies import COMPONENTS
from wsclient.variant import GODOT_3, VariantError, Vector2, Vector3, decode, decode_from, encode
from wsclient.variant.codec import decoder, encoder
from wsclient.variant.codec.uniform import LEAST, uniform_reader_for, uniform_writer_for

ROWS = {row.python: row for row in GODOT_3}
KINDS = (int, float, *COMPONENTS)
NAN, INF = float("nan"), float("inf")
ARRAY = 19


class Point(Vector2):
    """A subclass, which is encoded as its base."""


class Item(IntEnum):
    SWORD = 7


def head(count: int) -> bytes:
    return pack("<II", ARRAY, count)


def one_by_one(values: Any) -> bytes:
    return head(len(values)) + b"".join(map(encode, values))


def values_of(kind: Any) -> st.SearchStrategy[Any]:
    """Any values of a type, those that are rounded, wide or no numbers included."""
    if kind is int:
        return st.integers(-(2**33), 2**33) | st.integers(-9, 9)
    if kind is float:
        return st.floats() | st.floats(width=32)
    return st.tuples(*[st.floats()] * kind.WIDTH).map(kind.from_components)


uniform_lists = st.sampled_from(KINDS).flatmap(lambda kind: st.lists(values_of(kind), max_size=2 * LEAST))


@given(uniform_lists)
def test_many_are_encoded_as_each_by_itself(values: list[object]) -> None:
    assert encode(values) == one_by_one(values)
    assert encode(tuple(values)) == one_by_one(values)


@given(uniform_lists)
def test_many_are_decoded_as_each_by_itself(values: list[object]) -> None:
    decoded = decode(one_by_one(values))

    assert repr(decoded) == repr([decode(encode(value)) for value in values])  # of which NaN is equal to NaN


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_each_type_of_one_size_has_its_writer_and_its_reader(kind: Any) -> None:
    values = [kind(1)] * LEAST if kind in {int, float} else [kind()] * LEAST
    write, read = uniform_writer_for(ROWS[kind]), uniform_reader_for(ROWS[kind])
    assert write
    assert read

    data = write(values)
    assert data == b"".join(map(encode, values))
    found, end = read(b"...." + data + b"...", 4, LEAST)

    assert (found, end) == (values, 4 + len(data))
    assert {type(each) for each in found} == {kind}


@pytest.mark.parametrize("kind", sorted(set(ROWS) - set(KINDS), key=repr), ids=lambda kind: kind.__name__)
def test_a_type_of_many_sizes_has_neither(kind: Any) -> None:
    assert uniform_writer_for(ROWS[kind]) is None
    assert uniform_reader_for(ROWS[kind]) is None


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        pytest.param(int, 2**31, id="wide-int"),
        pytest.param(int, -(2**31) - 1, id="wide-int-below"),
        pytest.param(float, 0.1, id="wide-float"),
        pytest.param(float, 1e39, id="float-beyond-narrow"),
        pytest.param(float, NAN, id="nan"),
    ],
)
def test_if_one_is_wide_all_are_written_one_by_one(kind: Any, value: object) -> None:
    values = [kind(1)] * LEAST + [value]

    assert uniform_writer_for(ROWS[kind])(values) is None
    assert encode(values) == one_by_one(values)


@pytest.mark.parametrize(
    "values",
    [
        pytest.param([1] * LEAST + [True], id="bool-among-ints"),
        pytest.param([1] * LEAST + [1.0], id="float-among-ints"),
        pytest.param([1] * LEAST + [Item.SWORD], id="enum-among-ints"),
        pytest.param([Vector2()] * LEAST + [Point(1, 2)], id="subclass-among-vectors"),
        pytest.param([Point(1, 2)] * LEAST, id="all-of-a-subclass"),
        pytest.param([Vector2()] * LEAST + [Vector3()], id="other-vector"),
        pytest.param([1] * LEAST + ["text"], id="text-among-ints"),
        pytest.param([[1] * LEAST] * LEAST, id="arrays-of-arrays"),
        pytest.param([1.5, INF, -INF, -0.0] * LEAST, id="narrow-floats"),
        pytest.param([Vector2(1e300, NAN)] * LEAST, id="vectors-beyond-narrow"),
    ],
)
def test_values_that_only_look_alike_keep_their_bytes(values: list[object]) -> None:
    assert encode(values) == one_by_one(values)


def test_a_number_too_large_for_64_bits_is_reported_with_its_path() -> None:
    with pytest.raises(OverflowError, match=rf"^cannot encode \[{LEAST}\]: "):
        encode([1] * LEAST + [2**63])


@pytest.mark.parametrize(
    ("header", "is_wide"),
    [
        pytest.param("02ff0000", False, id="bits-that-mean-nothing"),
        pytest.param("0200feff", False, id="more-of-them"),
        pytest.param("02000100", True, id="wide"),
    ],
)
def test_headers_that_differ_are_read_as_they_are(header: str, is_wide: bool) -> None:
    other = bytes.fromhex(header) + (5).to_bytes(8 if is_wide else 4, "little")
    data = head(LEAST + 1) + encode(1) * (LEAST // 2) + other + encode(1) * (LEAST // 2)

    assert decode(data) == [1] * (LEAST // 2) + [5] + [1] * (LEAST // 2)


def test_another_type_among_the_headers_is_read_unchanged() -> None:
    data = head(LEAST + 1) + encode(1) * LEAST + encode(True)

    assert decode(data)[-1] is True
    assert uniform_reader_for(ROWS[int])(data, 8, LEAST + 1) is None


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_data_that_ends_early_is_refused(kind: Any) -> None:
    data = encode([kind()] * LEAST)

    with pytest.raises(VariantError):
        decode(data[:-1])


def test_later_data_is_left_alone() -> None:
    data = encode([Vector2(1, 2)] * LEAST)

    assert decode_from(data + encode("next"), 0) == ([Vector2(1, 2)] * LEAST, len(data))


def test_a_dictionarys_values_are_not_taken_for_an_array() -> None:
    numbers = {number: number for number in range(LEAST)}

    assert decode(encode(numbers)) == numbers


@pytest.mark.parametrize(("count", "is_refused"), [(1023, False), (1024, True)])
def test_the_depth_is_limited_all_the_same(count: int, is_refused: bool) -> None:
    value: object = [1] * LEAST
    for _ in range(count):
        value = [value]
    data = head(1) * count + encode([1] * LEAST)

    if is_refused:
        for attempt in (lambda: encode(value), lambda: decode(data)):
            with pytest.raises(VariantError, match="nested"):
                attempt()
    else:
        assert encode(value) == data
        assert encode(decode(data)) == data


def test_the_size_is_limited_all_the_same() -> None:
    values = [Vector2()] * LEAST
    size = len(encode(values))

    assert len(encode(values, max_size=size)) == size
    with pytest.raises(VariantError, match=f"larger than {size - 1} bytes"):
        encode(values, max_size=size - 1)


def test_the_codec_does_many_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    values, data = [Vector2(1, 2)] * LEAST, encode([Vector2(1, 2)] * LEAST)

    def one_more(*_: object) -> bytes:
        raise AssertionError("one by one")

    # Each row has a function for one value, which must not be called.
    monkeypatch.setitem(encoder._ENCODERS[GODOT_3]._writers, Vector2, one_more)
    readers = [None if read is None else one_more for read in decoder._DECODERS[GODOT_3]._readers]
    monkeypatch.setattr(decoder._DECODERS[GODOT_3], "_readers", readers)

    assert encode(values) == data
    assert decode(data) == values
    with pytest.raises(AssertionError, match="one by one"):
        encode(values[1:])
