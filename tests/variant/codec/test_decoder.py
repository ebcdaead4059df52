"""Tests that any bytes decode to a value or raise a VariantError.

The engine's bytes decode to the engine's values.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.variant.strategies import variants_and_dialects
from tests.variant.vectors import NOT_DESCRIBED, Vector, built, read, written
from wsclient.variant import (
    GODOT_3,
    GODOT_4,
    EncodedObjectAsID,
    NodePath,
    PoolIntArray,
    PoolStringArray,
    VariantError,
    Vector2,
    decode,
    decode_from,
    encode,
)
from wsclient.variant.types.components import Components
from wsclient.variant.types.string_pool import StringPool

if TYPE_CHECKING:
    from wsclient.variant.codec.dialect import Dialect

NIL = bytes(4)


def nested(depth: int, innermost: bytes = NIL, *, count: int = 1) -> bytes:
    """Encodes `innermost` within that many arrays."""
    return struct.pack("<II", 19, count) * depth + innermost


def depth_of(value: Any) -> int:
    depth = 0
    while isinstance(value, list) and value:
        (value,) = value
        depth += 1
    return depth


def outcome(data: bytes, *, allow_objects: bool = False, dialect: Dialect = GODOT_3) -> object:
    """Decodes; what is refused is no more than a VariantError."""
    try:
        return decode(data, allow_objects=allow_objects, dialect=dialect)
    except VariantError as refused:
        return refused


def ids(vectors: list[Vector]) -> list[Any]:
    return [pytest.param(vector, id=f"{vector.dialect.name}-{vector.name}".replace(" ", "")) for vector in vectors]


WRITTEN, READ = [*written(GODOT_3), *written(GODOT_4)], [*read(GODOT_3), *read(GODOT_4)]


@pytest.mark.parametrize("vector", ids([vector for vector in WRITTEN if not vector.has_full_object]))
def test_what_the_engine_wrote_is_read(vector: Vector) -> None:
    found = decode_from(vector.data, allow_objects=vector.full_objects, dialect=vector.dialect)

    # Compared as text: NaN is no equal of itself, and 0.0 would equal -0.0.
    assert repr(found) == repr((built(vector.decoded), len(vector.data)))


@pytest.mark.parametrize("vector", ids([vector for vector in WRITTEN if vector.has_full_object]))
def test_a_full_object_that_the_engine_wrote_is_refused(vector: Vector) -> None:
    with pytest.raises(VariantError, match="full object") as forbidden:
        decode(vector.data, dialect=vector.dialect)
    with pytest.raises(VariantError, match="full object") as unknown:
        decode(vector.data, allow_objects=True, dialect=vector.dialect)

    assert (forbidden.value.error, unknown.value.error) == ("ERR_UNAUTHORIZED", "ERR_UNAVAILABLE")


@pytest.mark.parametrize(
    "vector", ids([vector for vector in READ if not vector.has_full_object and not vector.is_too_deep])
)
def test_handmade_bytes_are_accepted_or_refused_as_by_the_engine(vector: Vector) -> None:
    result = outcome(vector.data, allow_objects=vector.allow_objects, dialect=vector.dialect)

    assert isinstance(result, VariantError) is not vector.is_accepted
    if vector.is_accepted and vector.description is not NOT_DESCRIBED:
        assert repr(result) == repr(built(vector.description))


def test_the_hand_made_exceptions_are_these() -> None:
    assert [vector.name for vector in READ if vector.has_full_object] == [
        "object_reference",
        "object_reference_extra_property",
        "object_reference_negative_count",
    ]
    assert [vector.name for vector in READ if vector.is_too_deep] == ["array_depth_1025"]


@pytest.mark.parametrize("vector", ids([*WRITTEN, *READ]))
def test_a_vector_cut_anywhere_is_a_value_or_refused(vector: Vector) -> None:
    for length in range(0, len(vector.data), 1 if len(vector.data) < 2000 else 97):
        outcome(vector.data[:length], allow_objects=True, dialect=vector.dialect)


@pytest.mark.parametrize("vector", ids([vector for vector in WRITTEN if len(vector.data) < 400]))
def test_a_vector_with_any_bit_wrong_is_a_value_or_refused(vector: Vector) -> None:
    for bit in range(len(vector.data) * 8):
        data = bytearray(vector.data)
        data[bit // 8] ^= 1 << bit % 8
        outcome(bytes(data), allow_objects=True, dialect=vector.dialect)


@given(variants_and_dialects)
@pytest.mark.untraced
def test_encoded_values_are_decoded(case: tuple[object, Dialect]) -> None:
    value, dialect = case
    data = encode(value, dialect=dialect)

    found, end = decode_from(data, dialect=dialect)

    assert (found, end) == (value, len(data))
    assert repr(found) == repr(value)


@given(variants_and_dialects, variants_and_dialects)
@pytest.mark.untraced
def test_a_value_after_another_is_decoded_from_its_offset(
    first: tuple[object, Dialect], second: tuple[object, Dialect]
) -> None:
    data = b"".join(encode(value, dialect=dialect) for value, dialect in (first, second))

    value, end = decode_from(data, dialect=first[1])

    assert (value, decode_from(data, end, dialect=second[1])) == (first[0], (second[0], len(data)))


each_dialect = pytest.mark.parametrize("dialect", [GODOT_3, GODOT_4])


@each_dialect
@given(st.binary(max_size=64))
def test_any_bytes_are_a_value_or_refused(dialect: Dialect, data: bytes) -> None:
    outcome(data, dialect=dialect)


@each_dialect
@given(
    st.lists(
        st.tuples(st.sampled_from([0, 1, 2, 3, 5, 9]), st.integers(0, 38), st.binary(max_size=12)),
        max_size=8,
    )
)
def test_any_bytes_behind_real_types_are_a_value_or_refused(
    dialect: Dialect, parts: list[tuple[int, int, bytes]]
) -> None:
    data = b"".join(struct.pack("<I", code | flags << 16) + rest for flags, code, rest in parts)

    outcome(data, allow_objects=True, dialect=dialect)


@each_dialect
@given(
    st.lists(st.one_of(st.integers(0, 40), st.integers(0, 2**32 - 1), st.integers(0, 0xF_FFFF)), max_size=40),
    st.booleans(),
)
def test_any_numbers_are_a_value_that_encodes_again_or_refused(
    dialect: Dialect, numbers: list[int], allow_objects: bool
) -> None:
    result = outcome(struct.pack(f"<{len(numbers)}I", *numbers), allow_objects=allow_objects, dialect=dialect)

    if not isinstance(result, VariantError):
        again = encode(result, full_objects=allow_objects, dialect=dialect)
        assert repr(decode(again, allow_objects=allow_objects, dialect=dialect)) == repr(result)


# How many values are in a value, as `max_items` counts


def count_of(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + sum(count_of(part) for pair in value.items() for part in pair)
    if isinstance(value, list | tuple) and not isinstance(value, Components):
        return 1 + sum(map(count_of, value))
    return 1 + len(value) if isinstance(value, StringPool) else 1


@given(variants_and_dialects)
@pytest.mark.untraced
def test_values_are_counted_at_any_depth(case: tuple[object, Dialect]) -> None:
    value, dialect = case
    data, count = encode(value, dialect=dialect), count_of(value)

    assert decode(data, max_items=count, dialect=dialect) == value
    with pytest.raises(VariantError) as refused:
        decode(data, max_items=count - 1, dialect=dialect)
    assert refused.value.error == "ERR_OUT_OF_MEMORY"


@pytest.mark.parametrize(
    "value",
    [
        pytest.param([None] * 65_536, id="nulls"),
        pytest.param([7] * 65_536, id="alike"),
        pytest.param([{}] * 65_536, id="dictionaries"),
        pytest.param(dict.fromkeys(range(32768)), id="keys-and-values"),
        pytest.param([[None] * 255] * 256, id="nested"),
        pytest.param(PoolStringArray([""] * 65_536), id="strings"),
        pytest.param([NodePath.from_names([""] * 65_536 * 8)], id="names-of-a-path"),
    ],
)
@pytest.mark.untraced
def test_too_many_values_are_refused_however_they_are_arranged(value: object) -> None:
    with pytest.raises(VariantError, match="more values than") as refused:
        decode(encode(value), max_items=65_536)

    assert refused.value.error == "ERR_OUT_OF_MEMORY"


def test_packed_values_count_once() -> None:
    value = [PoolIntArray([0] * 99_999), bytes(99_999), "x" * 99_999, NodePath("a/b/c:d:e")]

    assert decode(encode(value), max_items=5) == value


def test_1024_containers_may_be_around_a_value() -> None:
    assert depth_of(decode(nested(1024))) == 1024
    assert depth_of(decode(nested(1024, nested(1, count=0, innermost=b"")))) == 1024


@pytest.mark.parametrize("depth", [1025, 10_000, 1_000_000])
def test_more_containers_are_refused(depth: int) -> None:
    with pytest.raises(VariantError, match="nested too deep") as refused:
        decode(nested(depth))

    assert (refused.value.error, refused.value.offset) == ("ERR_INVALID_DATA", 8 * 1024)


def test_depth_costs_no_stack_of_the_caller() -> None:
    def below(frames: int) -> object:
        return decode(nested(1024)) if frames == 0 else below(frames - 1)

    assert depth_of(below(850)) == 1024


@pytest.mark.parametrize("code", [4, 18, 19, 20, 21, 22, 23, 24, 25, 26])
@pytest.mark.parametrize("count", [5, 2**28, 2**30, 2**31 - 1, 2**32 - 1])
def test_a_missing_length_is_refused_or_none(code: int, count: int) -> None:
    result = outcome(struct.pack("<II", code, count) + b"\1\0\0\0")

    if code == 23 and count >= 2**31:
        assert list(result) == []  # type: ignore[call-overload]
    else:
        assert isinstance(result, VariantError)
        assert result.error == "ERR_INVALID_DATA"


@pytest.mark.parametrize(
    ("data", "error", "offset", "reason"),
    [
        pytest.param("", "ERR_INVALID_DATA", 0, "the data ends within a value", id="nothing"),
        pytest.param("02000000 05", "ERR_INVALID_DATA", 0, "the data ends within a value", id="cut"),
        pytest.param("1b000000", "ERR_INVALID_DATA", 0, "27 is not a type", id="type"),
        pytest.param("13000000 01000000 ff000000", "ERR_INVALID_DATA", 8, "255 is not a type", id="type-within"),
        pytest.param("04000000 ffffff7f", "ERR_INVALID_DATA", 8, "2147483647 bytes announced, 0 are left", id="text"),
        pytest.param("13000000 02000000 00000000", "ERR_INVALID_DATA", 8, "8 bytes announced, 4 are left", id="array"),
        pytest.param("04000000 01000000 ff000000", "ERR_INVALID_DATA", 8, "text that is not UTF-8", id="utf-8"),
        pytest.param("0f000000 01000000 00000000 00000000", "ERR_INVALID_DATA", 4, "in the old form", id="node-path"),
        pytest.param("11000000 00000000", "ERR_UNAUTHORIZED", 0, "a full object, which is not allowed", id="object"),
    ],
)
def test_a_refusal_names_the_fault_and_its_place(data: str, error: str, offset: int, reason: str) -> None:
    with pytest.raises(VariantError, match=reason) as refused:
        decode(bytes.fromhex(data))

    assert (refused.value.error, refused.value.offset) == (error, offset)
    assert str(refused.value).endswith(f"(at byte {offset})")


def test_an_offset_counts_from_the_start_of_the_data() -> None:
    with pytest.raises(VariantError) as refused:
        decode_from(NIL + b"\x1b\0\0\0", 4)

    assert refused.value.offset == 4


@pytest.mark.parametrize("offset", [4, 5, 1000])
def test_there_is_no_value_after_the_end(offset: int) -> None:
    with pytest.raises(VariantError):
        decode_from(NIL, offset)


def test_an_offset_before_the_data_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="before the data"):
        decode_from(NIL, -4)


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_anything_bytes_like_is_decoded(kind: Any) -> None:
    assert decode(kind(encode([b"a", "b"]))) == [b"a", "b"]


def test_text_is_not_data() -> None:
    with pytest.raises(TypeError):
        decode("text")  # type: ignore[arg-type]


def test_missing_padding_of_bytes_ends_with_the_data() -> None:
    data = bytes.fromhex("14000000 03000000 010203")

    assert decode_from(data) == (b"\1\2\3", len(data))


def test_an_id_is_read_and_never_becomes_an_object() -> None:
    data = bytes.fromhex("11000100 ffffffffffffffff")

    assert decode(data) == decode(data, allow_objects=True) == EncodedObjectAsID(2**64 - 1)


def keys_in_keys(count: int) -> bytes:
    """Encodes dictionaries that are the keys of dictionaries, that many deep."""
    return struct.pack("<II", 18, 1) * count + struct.pack("<II", 18, 0) + NIL * count


def test_four_keys_may_be_in_keys() -> None:
    assert encode(decode(keys_in_keys(4))) == keys_in_keys(4)


@pytest.mark.parametrize("count", [5, 1000])
def test_more_keys_in_keys_are_refused(count: int) -> None:
    with pytest.raises(VariantError, match="nested too deep"):
        decode(keys_in_keys(count))


def test_values_of_dictionaries_are_not_keys() -> None:
    value: object = Vector2(1, 2)
    for _ in range(50):
        value = {"in": value}

    assert decode(encode(value)) == value
