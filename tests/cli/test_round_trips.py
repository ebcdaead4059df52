"""Round trips are counted once each, and summed up."""

from __future__ import annotations

import pytest

from wsclient.cli.round_trips import RoundTrips


def noted(*latencies: float) -> RoundTrips:
    trips = RoundTrips()
    for latency in latencies:
        trips.note(latency)
    return trips


@pytest.mark.parametrize(
    ("latencies", "count"),
    [
        pytest.param([], 0, id="none"),
        pytest.param([-1.0, -1.0], 0, id="not-known-yet"),
        pytest.param([0.5, 0.5, 0.5], 1, id="the-same-one"),
        pytest.param([0.5, 0.25, 0.5], 3, id="each-new"),
        pytest.param([0.5, -1.0], 1, id="over"),
        pytest.param([0.0], 1, id="no-time-at-all"),
    ],
)
def test_each_is_counted_once(latencies, count):
    assert len(noted(*latencies)) == count


def test_reports_only_new_round_trips():
    trips = RoundTrips()

    assert [trips.note(0.5), trips.note(0.5), trips.note(0.25)] == [True, False, True]


def test_sums_up():
    assert noted(0.5, 0.25, 1.0, 0.5).summary() == {
        "count": 4,
        "minimum": 0.25,
        "mean": 0.5625,
        "median": 0.5,
        "maximum": 1.0,
        "jitter": pytest.approx((0.25 + 0.75 + 0.5) / 3),
    }


def test_a_single_one_does_not_jitter():
    assert noted(0.5).summary()["jitter"] == 0.0


def test_without_any_there_is_nothing_to_sum_up():
    assert noted(-1.0).summary() == {}
