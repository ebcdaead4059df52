"""Tests that values become the engine's bytes. Others are reported by path."""

from __future__ import annotations

import enum
import re
from array import array
from collections import OrderedDict, namedtuple
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pytest

from tests.variant.vectors import Vector, built, written
from wsclient.variant import GODOT_3, GODOT_4, Color, PoolIntArray, VariantError, Vector2, decode, encode
from wsclient.variant.codec.element_types import StandIn

if TYPE_CHECKING:
    from wsclient.variant.codec.dialect import Dialect


class Direction(enum.IntEnum):
    LEFT = 3


class Mood(enum.StrEnum):
    GLAD = "glad"


class Point(Vector2):
    __slots__ = ()


class Deferred(StandIn):
    def __init__(self, value: object) -> None:
        self.value = value


Pair = namedtuple("Pair", "a b")  # noqa: PYI024  # the untyped kind is in use too


@pytest.mark.parametrize("dialect", [GODOT_3, GODOT_4])
def test_the_vectors_have_every_type(dialect: Dialect) -> None:
    assert {vector.data[0] for vector in written(dialect)} == {row.code for row in dialect}


@pytest.mark.parametrize(
    "vector",
    [
        pytest.param(vector, id=f"{dialect.name}-{vector.name}".replace(" ", ""))
        for dialect in (GODOT_3, GODOT_4)
        for vector in written(dialect)
        if not vector.has_full_object
    ],
)
def test_a_value_becomes_the_engines_bytes(vector: Vector) -> None:
    value = built(vector.description)

    assert encode(value, full_objects=vector.full_objects, dialect=vector.dialect) == vector.data


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        pytest.param(Direction.LEFT, 3, id="int-enum"),
        pytest.param(Mood.GLAD, "glad", id="str-enum"),
        pytest.param(Point(1, 2), Vector2(1, 2), id="subclass-of-a-vector"),
        pytest.param((1, (2,)), [1, [2]], id="tuple"),
        pytest.param(Pair(1, 2), [1, 2], id="named-tuple"),
        pytest.param(OrderedDict(b=1, a=2), {"b": 1, "a": 2}, id="ordered-dict"),
        pytest.param(MappingProxyType({"a": 1}), {"a": 1}, id="mapping"),
        pytest.param(bytearray(b"ab"), b"ab", id="bytearray"),
        pytest.param(memoryview(b"abcd")[::2], b"ac", id="memoryview"),
        pytest.param(array("B", [1, 2]), b"\1\2", id="array-of-bytes"),
        pytest.param(Deferred([1]), [1], id="stand-in"),
        pytest.param(Deferred(None), None, id="stand-in-for-none"),
        pytest.param(Deferred(Deferred(Direction.LEFT)), 3, id="stand-in-for-a-stand-in"),
    ],
)
def test_equivalent_types_are_accepted(value: object, plain: object) -> None:
    assert encode(value) == encode(plain)
    assert encode([value, {"in": value}]) == encode([plain, {"in": plain}])


@pytest.mark.parametrize(
    ("make", "plain"),
    [
        pytest.param(lambda np: np.int64(-5), -5, id="int64"),
        pytest.param(lambda np: np.uint8(5), 5, id="uint8"),
        pytest.param(lambda np: np.float64(0.1), 0.1, id="float64"),
        pytest.param(lambda np: np.float32(0.5), 0.5, id="float32"),
        pytest.param(lambda np: np.bool_(True), True, id="bool"),
        pytest.param(lambda np: np.str_("a"), "a", id="str"),
        pytest.param(lambda np: np.array(7), 7, id="array-without-dimensions"),
        pytest.param(lambda np: np.array([1, 2], np.uint8), b"\1\2", id="array-of-bytes"),
    ],
)
def test_scalars_of_numpy_are_taken(make: Any, plain: object) -> None:
    assert encode([make(pytest.importorskip("numpy"))]) == encode([plain])


@pytest.mark.parametrize(
    ("value", "message"),
    [
        pytest.param({1}, "type set is not a Variant", id="alone"),
        pytest.param([0, {1}], "cannot encode [1]: type set is not a Variant", id="in-an-array"),
        pytest.param(
            {"players": [0, 1, 2, {"name": "Ada", "pos": {1}}]},
            'cannot encode ["players"][3]["pos"]: type set is not a Variant',
            id="in-all",
        ),
        pytest.param({7: {"é": object()}}, 'cannot encode [7]["é"]: type object is not a Variant', id="number-as-key"),
        pytest.param(
            {"a": {frozenset(): 1}},
            'cannot encode ["a"] key frozenset(): type frozenset is not a Variant',
            id="as-a-key",
        ),
        pytest.param({(1, 1j): 1}, "cannot encode key (1, 1j)[1]: type complex is not a Variant", id="in-a-key"),
        pytest.param([int], "cannot encode [0]: type type is not a Variant", id="a-class"),
        pytest.param([array("i", [1])], "PoolIntArray, PoolRealArray and bytes can be made of it", id="numbers"),
        pytest.param([array("d")], "cannot encode [0]: type array.array is not a Variant", id="numbers-of-64-bits"),
        pytest.param([Vector2(), Deferred({1})], "cannot encode [1]: type set is not a Variant", id="stand-in"),
    ],
)
def test_a_wrong_type_is_reported_with_its_path(value: object, message: str) -> None:
    with pytest.raises(TypeError, match=re.escape(message)):
        encode(value)


@pytest.mark.parametrize("value", [2**63, -(2**63) - 1, 10**6000], ids=["above", "below", "too-long-to-show"])
def test_a_number_over_64_bits_is_reported_with_its_path(value: int) -> None:
    with pytest.raises(OverflowError, match=re.escape('cannot encode ["id"]: a number of ')):
        encode({"id": value})


@pytest.mark.parametrize("value", [2**63 - 1, -(2**63)])
def test_a_number_of_64_bits_is_encoded(value: int) -> None:
    assert decode(encode(value)) == value


def test_a_scalar_of_numpy_that_python_lacks_is_refused() -> None:
    numpy = pytest.importorskip("numpy")

    with pytest.raises(TypeError, match=re.escape("cannot encode [0]: type numpy.longdouble is not a Variant")):
        encode([numpy.longdouble(1)])


def test_a_problem_that_does_not_recur_is_reported_without_a_path() -> None:
    class Moody(dict[str, int]):
        calls = 0

        def items(self) -> Any:
            self.calls += 1
            if self.calls == 1:
                raise TypeError("not today")
            return super().items()

    with pytest.raises(TypeError, match=r"^not today$"):
        encode([Moody(a=1)])


def test_the_first_of_several_problems_is_reported() -> None:
    with pytest.raises(OverflowError, match=re.escape('cannot encode ["b"][0]')):
        encode({"a": [1, "x", Color()], "b": [2**64], "c": {1}})


def nested(depth: int, innermost: object) -> object:
    for _ in range(depth):
        innermost = [innermost]
    return innermost


def test_1024_containers_may_be_around_a_value() -> None:
    assert len(encode(nested(1024, None))) == 1024 * 8 + 4
    assert len(encode(nested(1024, []))) == 1025 * 8


@pytest.mark.parametrize("value", [nested(1025, None), nested(1024, {"a": 1})], ids=["arrays", "a-dictionary"])
def test_more_containers_are_refused(value: object) -> None:
    with pytest.raises(VariantError, match="nested over 1024 deep") as refused:
        encode(value)

    assert refused.value.error == "ERR_INVALID_DATA"


def test_values_that_contain_themselves_are_refused() -> None:
    array: list[object] = [1]
    array.append(array)
    dictionary: dict[str, object] = {}
    dictionary["self"] = [dictionary]

    for value in (array, dictionary):
        with pytest.raises(VariantError, match="does it contain itself"):
            encode(value)


def test_a_value_in_several_places_is_encoded_in_each() -> None:
    shared = [1]

    assert decode(encode([shared, shared])) == [[1], [1]]


def test_depth_costs_no_stack_of_the_caller() -> None:
    value = nested(1024, None)

    def below(frames: int) -> bytes:
        return encode(value) if frames == 0 else below(frames - 1)

    assert len(below(850)) == 1024 * 8 + 4


def test_a_size_just_reached_is_allowed() -> None:
    assert len(encode(["abcd"], max_size=20)) == 20


@pytest.mark.parametrize("value", [["abcd"], [[[]]], {"a": 1}, b"x" * 12, PoolIntArray(range(3))])
def test_a_size_exceeded_is_refused(value: object) -> None:
    with pytest.raises(VariantError, match="larger than 19 bytes") as refused:
        encode(value, max_size=19)

    assert refused.value.error == "ERR_OUT_OF_MEMORY"


def test_a_size_exceeded_is_seen_before_all_is_written() -> None:
    bomb: object = []
    for _ in range(60):  # 2^60 arrays, if written out
        bomb = [bomb, bomb]

    with pytest.raises(VariantError, match="larger than 1000 bytes"):
        encode(bomb, max_size=1000)
