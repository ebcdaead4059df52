"""Values that go through the real engine's bytes_to_var and var_to_bytes."""

from __future__ import annotations

import os
import random
import struct
import subprocess
from itertools import product
from pathlib import Path

import pytest

from tests.support.godot4_engine import require_godot4
from tests.variant.vectors import read, written
from wsclient.godot4 import (
    AABB,
    RID,
    Basis,
    Callable,
    Color,
    NodePath,
    PackedColorArray,
    PackedFloat32Array,
    PackedFloat64Array,
    PackedInt32Array,
    PackedInt64Array,
    PackedStringArray,
    PackedVector2Array,
    PackedVector3Array,
    PackedVector4Array,
    Plane,
    Projection,
    Quaternion,
    Rect2,
    Rect2i,
    Signal,
    StringName,
    Transform2D,
    Transform3D,
    TypedArray,
    TypedDictionary,
    VariantError,
    Vector2,
    Vector2i,
    Vector3,
    Vector3i,
    Vector4,
    Vector4i,
    bytes_to_var,
    var_to_bytes,
)
from wsclient.variant import GODOT_4

VALUES = 10_000
SCRIPT = Path(__file__).parent / "godot4_variants.gd"


class Values:
    """Random values, nested; those that need 32-bit components have them."""

    def __init__(self, seed):
        self._random = random.Random(seed)
        self._leaves = [
            lambda: None,
            lambda: self._random.random() < 0.5,
            lambda: self._random.randrange(-(2**63), 2**63),
            lambda: self._random.randrange(-1000, 1000),
            lambda: struct.unpack("<d", self._random.randbytes(8))[0],
            self.f32,
            self.text,
            lambda: StringName(self.text()),
            *[lambda kind=kind: self.of(kind, self.f32) for kind in FLOATS],
            *[lambda kind=kind: self.of(kind, self.i32) for kind in INTEGERS],
            lambda: NodePath(self._random.choice(["", "/", ".", "a", "/a/b:c", "%Player/Gun", ":x:y"])),
            lambda: RID(self._random.randrange(2**64)),
            Callable,
            lambda: Signal(self.text(), self._random.randrange(2**64)),
            lambda: self._random.randbytes(self._random.randrange(9)),
            lambda: PackedInt32Array(self.several(self.i32)),
            lambda: PackedInt64Array(self.several(lambda: self._random.randrange(-(2**63), 2**63))),
            lambda: PackedFloat32Array(self.several(self.f32)),
            lambda: PackedFloat64Array(self.several(self._random.random)),
            lambda: PackedStringArray(self.several(self.text)),
            *[lambda kind=kind: kind(self.several(lambda: self.of(kind.ITEM, self.f32))) for kind in PACKED],
            lambda: TypedArray(self.several(self.i32, 40), int),
            lambda: TypedArray(self.several(self.text), StringName),
            lambda: TypedArray(self.several(lambda: self.of(Vector3, self.f32), 40), Vector3),
            lambda: TypedArray([], "Node"),
            lambda: TypedDictionary({self.text(): self.i32() for _ in range(3)}, str, int),
            lambda: TypedDictionary({StringName(self.text()): self.value(3)}, StringName, None),
        ]

    def value(self, depth=0):
        kind = self._random.random()
        if kind < 0.7 or depth == 4:
            return self._random.choice(self._leaves)()
        if kind < 0.85:
            return self.several(lambda: self.value(depth + 1))
        keys = [self.text, lambda: self.of(Vector2, self.f32), lambda: self._random.randrange(1000)]
        return {self._random.choice(keys)(): self.value(depth + 1) for _ in range(self._random.randrange(5))}

    def several(self, make, most=5):
        return [make() for _ in range(self._random.randrange(most))]

    def of(self, kind, make):
        return kind.from_components(make() for _ in range(kind.WIDTH))

    def f32(self):
        return struct.unpack("<f", struct.pack("<f", self._random.uniform(-1e6, 1e6)))[0]

    def i32(self):
        return self._random.randrange(-(2**31), 2**31)

    def text(self):
        alphabet = 'aZ09 _/:\n"\\éß漢🎮'
        return "".join(self._random.choices(alphabet, k=self._random.randrange(9)))


FLOATS = [
    Vector2, Vector3, Vector4, Rect2, Transform2D, Plane, Quaternion, AABB, Basis, Transform3D, Projection, Color,
]  # fmt: skip
INTEGERS = [Vector2i, Vector3i, Vector4i, Rect2i]
PACKED = [PackedVector2Array, PackedVector3Array, PackedVector4Array, PackedColorArray]


@pytest.fixture
def through_the_engine(tmp_path):
    """Lets the engine decode and encode values.

    Returns its bytes for each value, or b"" if it refuses one.
    """
    engine = require_godot4()

    def run(encoded):
        given, written = tmp_path / "given", tmp_path / "written"
        given.write_bytes(b"".join(struct.pack("<I", len(data)) + data for data in encoded))
        subprocess.run(
            [engine, "--headless", "--path", str(tmp_path), "-s", str(SCRIPT), "--", str(given), str(written)],
            env={**os.environ, "HOME": str(tmp_path)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=True,
            timeout=120,
        )
        rest, found = written.read_bytes(), []
        while rest:
            (size,) = struct.unpack_from("<I", rest)
            found.append(rest[4 : 4 + size])
            rest = rest[4 + size :]
        return found

    return run


def ours(data):
    """Decodes and encodes; b"" if the bytes are refused."""
    try:
        return var_to_bytes(bytes_to_var(data))
    except VariantError:
        return b""


@pytest.mark.untraced
def test_ten_thousand_random_nested_values_come_back_equal(through_the_engine):
    values = Values(seed=4)
    sent = [var_to_bytes(values.value()) for _ in range(VALUES)]

    received = through_the_engine(sent)

    assert [data.hex() for data in received] == [data.hex() for data in sent]
    assert [ours(data) for data in sent] == sent
    assert {data[0] for data in sent} == {row.code for row in GODOT_4} - {24}  # ids get new numbers in the engine


def comparable(vectors):
    """Returns the values without objects, and without one special array.

    That array, when changed, becomes an array of byte arrays made of arrays.
    """
    return [
        vector.data
        for vector in vectors
        if vector.name != "array_typed_array" and not any(data in vector.data for data in OBJECTS)
    ]


OBJECTS = [bytes.fromhex("18000100"), bytes.fromhex("18000000")]


@pytest.mark.untraced
def test_vectors_that_are_cut_or_wrong_are_taken_or_refused_alike(through_the_engine):
    vectors = [data for data in comparable([*written(GODOT_4), *read(GODOT_4)]) if 8 <= len(data) < 200]
    cut = [data[:length] for data in vectors for length in range(4, len(data), 3)]
    places = product(vectors, (2, 4, 7), (1, 131))
    wrong = [data[:at] + bytes([data[at] ^ bits]) + data[at + 1 :] for data, at, bits in places]

    received = through_the_engine([*vectors, *cut, *wrong])

    differing = [
        (data.hex(), mine.hex(), theirs.hex())
        for data, theirs in zip([*vectors, *cut, *wrong], received, strict=True)
        if (mine := ours(data)) != ours(theirs) and not any(each in data for each in OBJECTS)
    ]
    assert differing == []


@pytest.mark.untraced
def test_elements_of_any_type_fit_into_arrays_of_numbers_texts_and_vectors_alike(through_the_engine):
    elements = [row.python() for row in GODOT_4 if row.code != 24] + [1.5, -7, "a/b", StringName("c"), NodePath("d:e")]
    types = [*range(1, 11), 12, 13, 21, 22]
    cases = list(product(types, elements))
    arrays = [b"\x1c\0\1\0" + struct.pack("<II", code, 1) + var_to_bytes(element) for code, element in cases]

    received = through_the_engine(arrays)

    differing = [
        (code, element, bytes_to_var(theirs))
        for (code, element), data, theirs in zip(cases, arrays, received, strict=True)
        if ours(data) != theirs
    ]
    assert differing == []
