"""A swarm in several processes."""

from __future__ import annotations

import threading

from tests.support.websockets_server import running
from wsclient.cli.swarm_options import SwarmOptions
from wsclient.cli.swarm_processes import run_in_processes
from wsclient.cli.swarm_tally import ROUND_TRIP, Tally


def test_the_counts_of_all_are_added_up() -> None:
    told: list[Tally] = []
    with running() as port:
        options = SwarmOptions(
            url=f"ws://127.0.0.1:{port}", clients=5, rate=100.0, duration=2.5, message="x", every=0.1, processes=2
        )
        tally = run_in_processes(options, lambda: False, told.append)

    assert tally.error_count == 0
    assert tally.counts["opened"] == 5
    assert tally.times[ROUND_TRIP].count == tally.counts["messages_in"] > 5
    assert len(tally.cpu) == 2
    assert told


def test_all_are_stopped_when_it_is_interrupted() -> None:
    is_up = threading.Event()
    with running() as port:
        options = SwarmOptions(url=f"ws://127.0.0.1:{port}", clients=2, rate=100.0, duration=600.0, processes=2)
        tally = run_in_processes(options, is_up.is_set, lambda _: is_up.set())

    assert tally.counts["opened"] == 2
    assert tally.error_count == 0
