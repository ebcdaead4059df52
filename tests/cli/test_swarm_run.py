"""A process of a swarm, against a server on loopback; and its frames."""

from __future__ import annotations

import pytest

from tests.support.websockets_server import running
from wsclient.cli.swarm_options import SwarmOptions
from wsclient.cli.swarm_run import Frames, run
from wsclient.cli.swarm_tally import CONNECT, ROUND_TRIP
from wsclient.testing import FakeClock


@pytest.mark.parametrize("hz", [0.0, 60.0], ids=["wait", "frames"])
def test_it_runs_its_time_and_says_goodbye(hz: float) -> None:
    told: list[int] = []
    with running() as port:
        options = SwarmOptions(
            url=f"ws://127.0.0.1:{port}", clients=5, rate=100.0, duration=2.0, hz=hz, message="hello", every=0.1
        )
        tally = run(options, 0, lambda: False, lambda tally: told.append(tally.counts["open"]))

    assert tally.error_count == 0
    assert tally.counts["opened"] == tally.times[CONNECT].count == 5
    assert tally.times[ROUND_TRIP].count == tally.counts["messages_in"] == tally.counts["messages_out"] > 5
    assert tally.counts["open"] == 0
    assert len(tally.cpu) == 1
    assert told


def test_it_ends_when_it_is_interrupted() -> None:
    with running() as port:
        options = SwarmOptions(url=f"ws://127.0.0.1:{port}", clients=2, duration=600.0)

        assert run(options, 0, lambda: True, print).error_count == 0


def test_frames_that_come_too_late_are_counted() -> None:
    clock = FakeClock()
    frames = Frames(10.0, clock, clock.advance)
    start = clock()
    frames.rest()
    assert clock() - start == pytest.approx(0.1)
    clock.advance(0.05)
    frames.rest()
    assert (clock() - start, frames.missed) == (pytest.approx(0.2), 0)
    clock.advance(0.35)
    frames.rest()
    frames.rest()

    assert frames.missed == 2
    assert clock() - start == pytest.approx(0.6)
