"""Tests that the soak detects each kind of growth, and accepts flat values."""

from __future__ import annotations

import dataclasses

import pytest

from tests.endurance.soak.ledger import BOUNDS, SAMPLES, Held, Histogram, Ledger, Window, growths, table
from wsclient.testing import FakeClock

FLAT = Window(
    resident=50e6, blocks=170_000, objects=10_000, descriptors=40, threads=2, messages=900, latency=0.004, slowest=0.03
)


class Process:
    """Holds what the test says; its collection of garbage is free."""

    def __init__(self) -> None:
        self.held = Held(resident=50_000_000, blocks=170_000, objects=10_000, descriptors=40, threads=2)

    def count(self) -> Held:
        return self.held


def pass_window(ledger: Ledger, clock: FakeClock, *, latency: float = 0.004) -> None:
    for _ in range(SAMPLES):
        ledger.latency(latency)
        clock.advance(60.0 / SAMPLES)
        ledger.tick()


def test_a_window_has_the_medians_of_its_own_samples_and_latencies() -> None:
    clock, process = FakeClock(), Process()
    ledger = Ledger(clock, 60.0, process.count)
    pass_window(ledger, clock)
    process.held = process.held._replace(descriptors=44)

    pass_window(ledger, clock, latency=0.008)

    assert [window.descriptors for window in ledger.windows] == [40, 44]
    assert [window.messages for window in ledger.windows] == [SAMPLES, SAMPLES]
    assert [window.latency for window in ledger.windows] == pytest.approx([0.004, 0.008], rel=0.02)


def test_one_odd_sample_does_not_count() -> None:
    clock, process = FakeClock(), Process()
    ledger = Ledger(clock, 60.0, process.count)
    pass_window(ledger, clock)
    flat = process.held
    process.held = flat._replace(descriptors=400)
    clock.advance(60.0 / SAMPLES)
    ledger.tick()
    process.held = flat

    pass_window(ledger, clock)

    assert growths(ledger.windows) == []


def test_between_samples_nothing_is_counted() -> None:
    clock = FakeClock()
    counted: list[Held] = []
    process = Process()
    ledger = Ledger(clock, 60.0, lambda: counted.append(process.held) or process.held)

    for _ in range(60):
        clock.advance(1.0)
        ledger.tick()

    assert len(counted) == SAMPLES


@pytest.mark.parametrize("name", BOUNDS)
def test_growth_beyond_the_bound_is_found(name: str) -> None:
    before = getattr(FLAT, name)
    allowed = before * (1.0 + BOUNDS[name].share) + BOUNDS[name].amount
    windows = [FLAT, FLAT, dataclasses.replace(FLAT, **{name: allowed * 1.01})]

    assert [found.split(":")[0] for found in growths(windows)] == [BOUNDS[name].title]


@pytest.mark.parametrize("name", BOUNDS)
def test_growth_within_the_bound_is_not(name: str) -> None:
    allowed = getattr(FLAT, name) * (1.0 + BOUNDS[name].share) + BOUNDS[name].amount

    assert growths([FLAT, dataclasses.replace(FLAT, **{name: allowed * 0.99})]) == []


@pytest.mark.parametrize(
    ("windows", "words"),
    [
        pytest.param([FLAT], "not two windows", id="one"),
        pytest.param([FLAT, dataclasses.replace(FLAT, messages=0), FLAT], "without a message", id="silence"),
    ],
)
def test_a_soak_that_measured_nothing_does_not_pass(windows: list[Window], words: str) -> None:
    [found] = growths(windows)

    assert words in found


def test_the_table_has_both_windows_side_by_side() -> None:
    rows = table([FLAT, dataclasses.replace(FLAT, descriptors=43)]).splitlines()

    assert "| descriptors | 40.0 | 43.0 | 4.0 |" in rows
    assert "| latency, median, ms | 4.00 | 4.00 | 100% and 2.00 |" in rows


def test_quantiles_are_right_to_two_per_cent() -> None:
    histogram = Histogram()
    for number in range(1, 1001):
        histogram.add(number / 1000)

    assert histogram.quantile(0.5) == pytest.approx(0.5, rel=0.021)
    assert histogram.quantile(0.999) == pytest.approx(0.999, rel=0.021)
    assert Histogram().quantile(0.5) == 0.0
