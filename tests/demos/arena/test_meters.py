"""Tests what the game measures about itself."""

from __future__ import annotations

from demos.arena.meters import PollTimes, Rate


def test_a_rate_counts_the_last_second_only():
    rate = Rate()
    for now in (0.0, 0.5, 0.9, 1.2):
        rate.count(now)

    assert [rate.a_second(now) for now in (1.2, 1.8, 3.0)] == [3, 2, 0]


def test_an_unread_rate_keeps_at_most_one_second():
    rate = Rate()

    for number in range(1000):
        rate.count(number / 10)

    assert len(rate) == 10


def test_the_longest_poll_of_the_last_second_is_forgotten_after_it_but_not_by_the_summary():
    times = PollTimes()
    times.add(0.005, 0.002)
    assert times.longest_lately == 0.005

    for _ in range(4 * PollTimes.RECENT):
        times.add(0.001, 0.001)

    assert times.longest_lately == 0.001
    assert times.summary() == (
        "poll(): longest 5.000 ms (2.000 ms of it at work), median 1.000 ms, p99 1.000 ms (241 calls)"
    )


def test_without_polls_there_is_nothing_to_sum_up():
    assert PollTimes().longest_lately == 0.0
    assert PollTimes().summary() == "no poll() was measured"
