"""Tests that the benchmark does the same in the engine and in Python."""

from __future__ import annotations

import pytest

from benchmarks.engine import Engine
from benchmarks.pool import Pool
from benchmarks.suite import WORKS
from benchmarks.variants import SCRIPT, VALUES, measure, table
from tests.support.programs import require_program
from wsclient.variant import decode, encode


@pytest.fixture(scope="module")
def engine():
    with Engine(require_program("godot3-server"), SCRIPT) as engine:
        yield engine


@pytest.fixture(scope="module")
def pool():
    require_program("godot3-server")
    with Pool() as pool:
        yield pool


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


@pytest.mark.parametrize("key", ["idle", "receive-mixed", "receive-1M-text", "send-64", "echo", "connect-tls"])
def test_the_engine_does_what_the_other_clients_do(pool, key):
    work = WORKS[key]
    count = {"receive-mixed": 4096, "send-64": 256}.get(key, 1)

    told = pool.ask("Godot", kind=work.kind, count=count, **work.options)

    assert told["count"] == count
    assert told["cpu"] > 0


def test_the_engine_has_no_compression(pool):
    assert pool.ask("Godot", kind="receive", count=256, shape="compressed", compression=True) is None
