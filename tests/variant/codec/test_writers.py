"""Each layout, byte by byte."""

from __future__ import annotations

from typing import Any

import pytest

from wsclient.variant import (
    GODOT_3,
    RID,
    Color,
    EncodedObjectAsID,
    NodePath,
    PoolIntArray,
    PoolStringArray,
    PoolVector2Array,
    Vector2,
)
from wsclient.variant.codec.dialect import Layout, VariantType
from wsclient.variant.codec.writers import writer_for

ROWS = {row.python: row for row in GODOT_3}
INF, NAN = float("inf"), float("nan")


@pytest.mark.parametrize(
    ("value", "data"),
    [
        pytest.param(None, "00000000", id="null"),
        pytest.param(RID(), "10000000", id="rid"),
        pytest.param(False, "01000000 00000000", id="false"),
        pytest.param(True, "01000000 01000000", id="true"),
        pytest.param(0x7FFFFFFF, "02000000 ffffff7f", id="largest-narrow-int"),
        pytest.param(0x80000000, "02000100 0000008000000000", id="smallest-wide-int"),
        pytest.param(-0x80000000, "02000000 00000080", id="lowest-narrow-int"),
        pytest.param(-0x80000001, "02000100 ffffff7fffffffff", id="highest-wide-int-below"),
        pytest.param(0.5, "03000000 0000003f", id="narrow-float"),
        pytest.param(0.1, "03000100 9a9999999999b93f", id="wide-float"),
        pytest.param(16777216.0, "03000000 0000804b", id="last-of-all-whole-narrow-floats"),
        pytest.param(16777217.0, "03000100 0000001000007041", id="whole-wide-float"),
        pytest.param(-0.0, "03000000 00000080", id="negative-zero"),
        pytest.param(INF, "03000000 0000807f", id="infinity"),
        pytest.param(-INF, "03000000 000080ff", id="negative-infinity"),
        pytest.param(NAN, "03000100 000000000000f87f", id="nan"),
        pytest.param(1e39, "03000100 1d4a9cf487820748", id="float-beyond-narrow"),
        pytest.param(1e-50, "03000100 1fb8d44a7aee8d35", id="float-below-narrow"),
        pytest.param("", "04000000 00000000", id="empty-text"),
        pytest.param("a", "04000000 01000000 61000000", id="text-and-padding"),
        pytest.param("abcd", "04000000 04000000 61626364", id="text-without-padding"),
        pytest.param("\ud800", "04000000 03000000 eda08000", id="lone-surrogate"),
        pytest.param(Vector2(0.1, -2), "05000000 cdcccc3d 000000c0", id="components"),
        pytest.param(Vector2(1e300, -1e300), "05000000 0000807f 000080ff", id="components-beyond-narrow"),
        pytest.param(Vector2(NAN, INF), "05000000 0000c07f 0000807f", id="components-that-are-no-numbers"),
        pytest.param(Color(1, 1, 1, 3.5e38), "0e000000 0000803f 0000803f 0000803f 0000807f", id="last-beyond"),
        pytest.param(NodePath(), "0f000000 00000080 00000000 00000000", id="empty-path"),
        pytest.param(
            NodePath("/ab:c"),
            "0f000000 01000080 01000000 01000000 02000000 61620000 01000000 63000000",
            id="path-with-zeros-as-padding",
        ),
        pytest.param(EncodedObjectAsID(5), "11000100 0500000000000000", id="object"),
        pytest.param(b"", "14000000 00000000", id="no-bytes"),
        pytest.param(b"\1\2\3", "14000000 03000000 01020300", id="bytes-and-padding"),
        pytest.param(PoolIntArray([1, -1]), "15000000 02000000 01000000 ffffffff", id="ints"),
        pytest.param(
            PoolStringArray(["", "abc", "abcd"]),
            "17000000 03000000 01000000 00000000 04000000 61626300 05000000 6162636400000000",
            id="texts-that-count-their-nul",
        ),
        pytest.param(PoolVector2Array([(1, 2)]), "18000000 01000000 0000803f 00000040", id="vectors"),
    ],
)
def test_is_written(value: object, data: str) -> None:
    assert writer_for(ROWS[type(value)])(value) == bytes.fromhex(data)


@pytest.mark.parametrize("row", [row for row in GODOT_3 if row.layout in {Layout.ARRAY, Layout.DICTIONARY}])
def test_containers_have_no_writer(row: VariantType) -> None:
    with pytest.raises(KeyError):
        writer_for(row)


@pytest.mark.parametrize(
    ("layout", "python", "value", "data"),
    [
        pytest.param(Layout.INT, int, 2**40, "63000100 0000000000010000", id="int"),
        pytest.param(Layout.NOTHING, type(None), None, "63000000", id="nothing"),
        pytest.param(Layout.COMPONENTS, Vector2, Vector2(1e300, 0), "63000000 0000807f 00000000", id="components"),
        pytest.param(Layout.STRING, str, "a", "63000000 01000000 61000000", id="text"),
    ],
)
def test_another_numbering_is_another_table(layout: Layout, python: Any, value: object, data: str) -> None:
    assert writer_for(VariantType(0x63, python, layout, ""))(value) == bytes.fromhex(data)
