from __future__ import annotations

import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wsclient.testing import FakeClock
from wsclient.transport.polled_time import SKIPPABLE, PolledClock


def counted(gaps: list[float]) -> tuple[float, float]:
    """The seconds counted and missed after ticks with these gaps."""
    clock = FakeClock()
    polled = PolledClock(clock)
    missed = 0.0
    for gap in gaps:
        clock.advance(gap)
        missed += polled.tick()
    return polled.now, missed


@pytest.mark.parametrize(
    ("gaps", "expected"),
    [
        pytest.param([0.016] * 100, 1.6, id="a game's frames count in full"),
        pytest.param([0.25, 0.25], 0.5, id="four polls a second count in full"),
        pytest.param([0.016, 60.0, 0.016], 0.282, id="F06-a freeze counts a quarter of a second"),
        pytest.param([0.016, 3600.0, 0.016], 0.282, id="F08-so does an hour of sleep"),
        pytest.param([10.0] * 4, 30.25, id="F09-steady slow polling counts from the second poll on"),
        pytest.param([0.2, 0.5], 0.5, id="half as much again as the gap before counts"),
        pytest.param([1.0, 10.0], 1.75, id="and no more than that"),
        pytest.param([-5.0, 0.1], -4.9, id="a clock that steps back is not amended"),
    ],
)
def test_counts_the_time_that_was_polled(gaps: list[float], expected: float) -> None:
    assert counted(gaps)[0] == pytest.approx(expected)


@given(st.lists(st.floats(min_value=0.0, max_value=1e5, allow_nan=False), max_size=30))
def test_counted_and_missed_time_add_up(gaps: list[float]) -> None:
    now, missed = counted(gaps)
    assert missed >= 0.0
    assert now >= 0.0
    assert now + missed == pytest.approx(sum(gaps), abs=1e-6)


def test_a_long_gap_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    counted([0.016, 23.0, 0.016, 0.016])
    assert [(r.levelno, r.getMessage()) for r in caplog.records] == [
        (logging.WARNING, "poll() was not called for 23 s")
    ]


@pytest.mark.faults("B23")
def test_a_freeze_of_a_thousand_connections_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    clock = FakeClock()
    many = [PolledClock(clock) for _ in range(1000)]
    for seconds in (2.0, 0.016, 3.0):
        clock.advance(seconds)
        for polled in many:
            clock.advance(0.001)
            polled.tick()
    assert caplog.messages == ["poll() was not called for 2 s", "poll() was not called for 4 s"]


def test_a_short_hitch_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    counted([0.016, 1.2, 0.016])
    assert caplog.records == []


@pytest.mark.parametrize(("gap", "is_steady"), [(0.016, True), (0.25, True), (0.26, False)])
def test_is_steady_only_after_a_short_gap(gap: float, is_steady: bool) -> None:
    clock = FakeClock(0.0)
    polled = PolledClock(clock)
    clock.advance(gap)
    polled.tick()
    assert polled.is_steady is is_steady


def test_skipped_ticks_lose_no_time() -> None:
    assert counted([SKIPPABLE + 0.016] * 100) == (pytest.approx(14.1), 0.0)


def test_a_freeze_after_skipped_ticks_still_hardly_counts() -> None:
    assert counted([SKIPPABLE + 0.016, SKIPPABLE + 60.0])[0] < 0.4


def test_a_moment_translates_to_the_systems_clock() -> None:
    clock = FakeClock()
    polled = PolledClock(clock)
    clock.advance(100.0)
    polled.tick()
    clock.seconds = polled.on_system_clock(polled.now + 0.2)
    polled.tick()
    assert polled.now == pytest.approx(0.45)
