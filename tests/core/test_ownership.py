"""Tests that the first thread to poll an object owns it.

Errors name the other threads.
"""

from __future__ import annotations

import threading
from types import SimpleNamespace

import pytest

from wsclient.core.ownership import claim, refuse_thread

RACES = 300
RACERS = 4


def test_the_first_to_claim_owns() -> None:
    owned = SimpleNamespace(_thread=None)

    assert [claim(owned, thread) for thread in (7, 8, 7)] == [7, 7, 7]


@pytest.mark.faults("A2")
def test_of_threads_that_claim_at_once_exactly_one_wins() -> None:
    everyone = threading.Barrier(RACERS)
    objects = [SimpleNamespace(_thread=None) for _ in range(RACES)]
    winners: list[list[int]] = [[] for _ in objects]

    def race(racer: int) -> None:
        for owned, owners in zip(objects, winners, strict=True):
            everyone.wait()
            owners.append(claim(owned, racer))

    racers = [threading.Thread(target=race, args=(number,)) for number in range(RACERS)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()

    assert [len(set(owners)) for owners in winners] == [1] * RACES


def test_both_threads_are_named() -> None:
    with pytest.raises(RuntimeError) as raised:
        refuse_thread("this door", 7, threading.get_ident(), "needs one of its own")

    here = f"thread {threading.get_ident()} ({threading.current_thread().name})"
    assert str(raised.value) == f"this door belongs to thread 7, which called poll() first; {here} needs one of its own"
