"""Tests that a PollMeter counts and times polls by its clock."""

from __future__ import annotations

import pytest

from wsclient.testing import FakeClock
from wsclient.websocket.poll_meter import PollMeter


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def meter(clock: FakeClock) -> PollMeter:
    meter = PollMeter(0.25)
    meter.restart(clock)
    return meter


def test_without_a_clock_no_time_passes() -> None:
    meter = PollMeter(0.004)
    meter.start()
    meter.stop()

    assert (meter.count, meter.longest, meter.deadline) == (1, 0.0, 0.004)


def test_the_longest_poll_counts(meter: PollMeter, clock: FakeClock) -> None:
    for seconds in (0.5, 2.0, 1.0):
        meter.start()
        clock.advance(seconds)
        meter.stop()

    assert (meter.count, meter.longest) == (3, 2.0)


def test_a_poll_ends_when_its_budget_is_used_up(meter: PollMeter, clock: FakeClock) -> None:
    meter.start()

    assert meter.deadline == clock() + 0.25


def test_it_begins_again_with_each_connection(meter: PollMeter, clock: FakeClock) -> None:
    meter.start()
    clock.advance(1.0)
    meter.stop()

    meter.restart(clock)

    assert (meter.count, meter.longest) == (0, 0.0)


def test_it_is_behind_after_three_polls_in_a_row_that_were_cut_short(meter: PollMeter, clock: FakeClock) -> None:
    behind: list[bool] = []
    for seconds, has_left in ((1.0, True), (1.0, True), (1.0, False), *[(1.0, True)] * 3, (0.0, True)):
        meter.start()
        clock.advance(seconds)
        behind.append(meter.stop(has_left=has_left))

    assert behind == [False] * 5 + [True, False]
    assert meter.cut_short == 5
