"""Tests the messages of the arena. No received message is trusted."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demos.arena.messages import LARGEST, MAX_NAME, BadMessage, Echo, Scene, decode, encode
from demos.arena.model import STARS, Ship

numbers = st.floats(-9999, 9999).map(lambda number: round(number, 2))
ships = st.builds(
    Ship,
    st.text("abcÄß漢🚀", min_size=1, max_size=MAX_NAME),
    st.integers(0, 359),
    numbers,
    numbers,
    numbers,
    numbers,
    numbers,
    st.booleans(),
    st.integers(0, 9999),
)
scenes = st.builds(Scene, st.lists(ships, max_size=8), st.lists(st.integers(0, 9999), min_size=STARS, max_size=STARS))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=9) | st.dictionaries(st.sampled_from(["ships", "stars", "echo"]), inner),
    max_leaves=30,
)


@given(scenes | st.builds(Echo, st.floats(allow_nan=False, allow_infinity=False)))
def test_encoding_and_decoding_returns_the_same(message):
    assert decode(encode(message)) == message


@given(json_values)
def test_any_json_is_a_message_or_a_bad_one(value):
    _decode_or_refuse(json.dumps(value))


@given(st.binary(max_size=100) | st.text(max_size=100))
def test_any_bytes_are_a_message_or_a_bad_one(packet):
    _decode_or_refuse(packet)


def _decode_or_refuse(packet):
    with contextlib.suppress(BadMessage):
        assert isinstance(decode(packet), Scene | Echo)


GOOD = ["Ada", 200, 1.0, 2.0, 3.0, 4.0, 0.5, True, 7]


def _with(index, value):
    return [value if place == index else part for place, part in enumerate(GOOD)]


@pytest.mark.parametrize(
    "ship",
    [
        pytest.param(_with(0, ""), id="no-name"),
        pytest.param(_with(0, "A" * (MAX_NAME + 1)), id="long-name"),
        pytest.param(_with(0, "A\x1b[2J"), id="control-characters"),
        pytest.param(_with(0, 7), id="name-a-number"),
        pytest.param(_with(2, float("nan")), id="nan"),
        pytest.param(_with(3, float("inf")), id="infinite"),
        pytest.param(_with(4, 10**400), id="huge"),
        pytest.param(_with(5, "4"), id="number-a-text"),
        pytest.param(_with(7, 1), id="thrust-a-number"),
        pytest.param(GOOD[:-1], id="too-short"),
        pytest.param([*GOOD, 1], id="too-long"),
        pytest.param(None, id="none"),
    ],
)
def test_a_ship_that_cannot_be_is_refused(ship):
    with pytest.raises(BadMessage):
        decode(json.dumps({"ships": [ship], "stars": [0] * STARS}))


@pytest.mark.parametrize(
    "stars",
    [
        pytest.param([0] * (STARS - 1), id="too-few"),
        pytest.param([0] * (STARS - 1) + [-1], id="negative"),
        pytest.param([0] * (STARS - 1) + [LARGEST], id="too-large"),
        pytest.param([0] * (STARS - 1) + [True], id="boolean"),
        pytest.param([0.5] * STARS, id="broken"),
    ],
)
def test_stars_that_cannot_be_are_refused(stars):
    with pytest.raises(BadMessage):
        decode(json.dumps({"ships": [GOOD], "stars": stars}))


@pytest.mark.parametrize("text", ['{"echo": NaN}', '{"echo": "1"}', '{"echo": 1%s}' % ("0" * 400), "[" * 100_000])
def test_other_data_than_an_echo_is_refused(text):
    with pytest.raises(BadMessage):
        decode(text)
