"""What the benchmark of Variants compares is the same value on both sides."""

from __future__ import annotations

import pytest

from benchmarks.variants import VALUES, Engine, measure, table
from tests.support.programs import require_program
from wsclient.variant import decode, encode


@pytest.fixture(scope="module")
def engine():
    with Engine(require_program("godot3-server")) as engine:
        yield engine


@pytest.mark.parametrize("name", VALUES)
def test_the_engine_has_the_same_value_and_the_same_bytes(engine, name):
    data = encode(VALUES[name])

    assert engine.ask("encoded", data) == data
    assert decode(data) == VALUES[name]


def test_everything_is_measured_on_both_sides(engine):
    rows = list(measure(engine, rounds=1, seconds=0.0001))

    assert [row.name for row in rows] == list(VALUES)
    assert all(min(row.seconds.values()) > 0 for row in rows)
    assert len(table(rows).splitlines()) == len(VALUES) + 2
