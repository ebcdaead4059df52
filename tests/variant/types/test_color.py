"""Colours."""

from __future__ import annotations

import pytest

from wsclient.variant import Color


def test_fields_are_godots() -> None:
    color = Color(0.1, 0.2, 0.3, 0.4)

    assert (color.r, color.g, color.b, color.a) == (0.1, 0.2, 0.3, 0.4)


def test_it_is_opaque_by_default() -> None:
    assert Color() == Color(0, 0, 0, 1)
    assert Color(1, 0.5, 0.25) == Color(1, 0.5, 0.25, 1)


def test_it_is_not_clamped() -> None:
    assert [*Color(-1, 2.5, 100, 0)] == [-1, 2.5, 100, 0]


def test_pygames_numbers_go_in_and_out() -> None:
    pygame = pytest.importorskip("pygame")
    orange = pygame.Color(255, 128, 0, 51)

    assert Color.from_rgba8(*orange) == Color(1, 128 / 255, 0, 0.2)
    assert pygame.Color(*Color.from_rgba8(*orange).to_rgba8()) == orange


@pytest.mark.parametrize(
    ("color", "numbers"),
    [
        pytest.param(Color(0, 0.5, 1), (0, 128, 255, 255), id="rounded"),
        pytest.param(Color(-1, 2.5, 1e300, float("-inf")), (0, 255, 255, 0), id="clamped"),
    ],
)
def test_it_is_given_in_8_bit(color: Color, numbers: tuple[int, ...]) -> None:
    assert color.to_rgba8() == numbers


def test_each_8_bit_number_is_restored() -> None:
    assert [Color.from_rgba8(number, 0, 0).to_rgba8()[0] for number in range(256)] == list(range(256))
