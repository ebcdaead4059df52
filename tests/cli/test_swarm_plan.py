"""When the clients of a swarm connect and send."""

from __future__ import annotations

from itertools import pairwise

import pytest

from wsclient.cli.swarm_plan import Plan

PLAN = Plan(clients=100, rate=50.0, duration=30.0, every=2.0)


def test_clients_connect_at_an_even_rate() -> None:
    assert [PLAN.connects_at(number) for number in (0, 1, 50)] == [0.0, 0.02, 1.0]
    assert PLAN.ramp == pytest.approx(1.98)


def test_messages_are_spread_over_the_interval() -> None:
    due = sorted(PLAN.sends_after(number, 10.0) - 10.0 for number in range(100))
    gaps = [later - sooner for sooner, later in pairwise(due)]

    assert 0.0 <= due[0] <= due[-1] < 2.0
    assert max(gaps) < 3 * 2.0 / 100


def test_a_client_keeps_its_phase_whenever_it_came_in() -> None:
    early, late = PLAN.sends_after(7, 1.0), PLAN.sends_after(7, 20.3)

    assert late >= 20.3
    assert (late - early) / 2.0 == pytest.approx(round((late - early) / 2.0))


def test_processes_share_all_clients() -> None:
    shares = [PLAN.share(process, 3) for process in range(3)]

    assert sorted(number for share in shares for number in share) == list(range(100))
