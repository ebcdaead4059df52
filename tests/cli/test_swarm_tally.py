"""Tests what a swarm counts, and how the counts are added up."""

from __future__ import annotations

import pickle

from wsclient.cli.swarm_tally import CONNECT, ROUND_TRIP, Tally


def tally_of(number: int) -> Tally:
    made = Tally()
    made.counts["opened"] = number
    made.record(CONNECT, 0.5)
    made.record(f"of {number}", 0.25)
    made.blame("connect", "refused", f"trace {number}")
    made.cpu = [number / 10]
    return made


def test_several_are_added_up() -> None:
    both = Tally.of([tally_of(1), tally_of(2)])

    assert both.counts["opened"] == 3
    assert both.errors == {("connect", "refused"): 2}
    assert both.error_count == 2
    assert {name: times.count for name, times in both.times.items()} == {CONNECT: 2, "of 1": 1, "of 2": 1}
    assert both.trace == "trace 1"
    assert both.cpu == [0.1, 0.2]


def test_adding_changes_none_of_the_parts() -> None:
    first, second = tally_of(1), tally_of(1)
    Tally.of([first, second])

    assert first.times["of 1"].count == 1


def test_it_can_be_passed_between_processes() -> None:
    assert pickle.loads(pickle.dumps(tally_of(1))).counts["opened"] == 1


def test_round_trips_are_shown_before_the_records_of_a_script() -> None:
    made = Tally()
    assert made.latency.count == 0
    for name in (CONNECT, "push", ROUND_TRIP):
        made.record(name, 0.1)
        assert made.latency is made.times[name]
