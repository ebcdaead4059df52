"""The guard says what is lost, and only that."""

from __future__ import annotations

import pytest

from benchmarks.guard import is_lost
from benchmarks.suite import BARE, OURS, Target

AT_LEAST_TWICE = Target("", "idle", "picows", least=2.0)
AT_MOST_TWICE = Target("", "idle", BARE, most=2.0)


def _results(ours, other):
    return {"idle": {OURS: ours, "picows": other, BARE: other}}


@pytest.mark.parametrize(
    ("target", "ours", "other", "expected"),
    [
        pytest.param(AT_LEAST_TWICE, 100.0, 101.0, False, id="more than half is left"),
        pytest.param(AT_LEAST_TWICE, 100.0, 99.0, True, id="less than half is left"),
        pytest.param(AT_MOST_TWICE, 100.0, 26.0, False, id="not twice the limit"),
        pytest.param(AT_MOST_TWICE, 100.0, 24.0, True, id="more than twice the limit"),
    ],
)
def test_half_of_the_target_is_the_limit(target, ours, other, expected):
    assert is_lost(target, _results([ours], [other]), {}) is expected


def test_the_cheapest_round_of_each_counts():
    disturbed = _results([900.0, 100.0, 500.0], [700.0, 800.0, 210.0])

    assert not is_lost(AT_LEAST_TWICE, disturbed, {})


@pytest.mark.parametrize(("ours", "expected"), [(195.0, False), (205.0, True)])
def test_half_of_the_old_value_is_the_limit_if_the_target_was_missed(ours, expected):
    before = _results([100.0], [100.0])

    assert is_lost(AT_LEAST_TWICE, _results([ours], [100.0]), before) is expected


def test_a_value_better_than_the_target_may_become_worse():
    before = _results([100.0], [1000.0])

    assert not is_lost(AT_LEAST_TWICE, _results([100.0], [150.0]), before)


def test_a_floor_replaces_the_half():
    target = Target("", "idle", "picows", least=2.0, floor=1.5)

    assert is_lost(target, _results([100.0], [140.0]), {})
    assert not is_lost(target, _results([100.0], [160.0]), {})
