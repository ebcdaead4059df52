"""A dialect is its rows and its name."""

from __future__ import annotations

from wsclient.variant import GODOT_3, GODOT_4
from wsclient.variant.codec.dialect import Dialect, Layout, VariantType


def test_a_dialect_is_its_rows_in_order() -> None:
    rows = [VariantType(0, type(None), Layout.NOTHING, "nothing"), VariantType(1, bool, Layout.BOOL, "u32")]

    assert list(Dialect("Godot 5", *rows)) == rows


def test_a_dialect_shows_its_name() -> None:
    assert (repr(GODOT_3), repr(GODOT_4)) == ("<Dialect Godot 3>", "<Dialect Godot 4>")


def test_every_layout_is_used() -> None:
    assert {row.layout for row in (*GODOT_3, *GODOT_4)} == set(Layout)
