"""The histogram of a swarm: to within 1 %, merged by adding."""

from __future__ import annotations

import json
import random

import pytest

from wsclient.cli.swarm_histogram import PERCENTILES, Histogram


def histogram_of(seconds: list[float]) -> Histogram:
    made = Histogram()
    for each in seconds:
        made.record(each)
    return made


def some_times(seed: int) -> list[float]:
    dice = random.Random(seed)
    return [10 ** dice.uniform(-5.9, 1.7) for _ in range(2000)]


@pytest.mark.parametrize("percent", PERCENTILES.values(), ids=PERCENTILES)
def test_percentiles_are_known_to_within_one_percent(percent: float) -> None:
    times = some_times(1)
    exact = sorted(times)[max(-(-len(times) * percent // 100), 1).__int__() - 1]

    assert histogram_of(times).percentile(percent) == pytest.approx(exact, rel=0.01)


@pytest.mark.parametrize("seconds", [1e-6, 63.9e-6, 64e-6, 1e-3, 0.5, 1.0, 59.9])
def test_every_time_is_within_one_percent(seconds: float) -> None:
    # Between two others, so that it is not cut to the shortest or longest, which are exact.
    assert histogram_of([0.0, seconds, 60.0]).percentile(50) == pytest.approx(seconds, rel=0.01)


def test_the_ends_are_exact() -> None:
    made = histogram_of([0.0123456, 0.2, 7.654321])

    assert (made.shortest, made.longest) == (0.0123456, 7.654321)
    assert made.percentile(100) == 7.654321


def test_adding_is_as_recording_all_in_one() -> None:
    first, second = some_times(2), some_times(3)
    merged = histogram_of(first)
    merged.add(histogram_of(second))
    merged.add(Histogram())

    together, alone = merged.to_json(), histogram_of(first + second).to_json()
    assert together.pop("total") == pytest.approx(alone.pop("total"))
    assert together.pop("mean") == pytest.approx(alone.pop("mean"))
    assert together == alone


def test_a_report_is_read_again() -> None:
    written = json.loads(json.dumps(histogram_of(some_times(4)).to_json()))

    assert Histogram.from_json(written).to_json() == written


def test_its_size_does_not_grow_with_the_count() -> None:
    made = histogram_of([10 ** (step / 5000) * 1e-7 for step in range(50_000)])

    assert made.count == 50_000
    assert len(made.to_json()["buckets"]) <= 26 * 64


def test_an_empty_one_has_no_times() -> None:
    made = Histogram()

    assert (made.percentile(99), made.longest, made.to_json()["mean"]) == (0.0, 0.0, 0.0)


def test_a_clock_that_went_back_counts_as_nothing() -> None:
    assert histogram_of([-1.0]).shortest == 0.0
