"""Watchlist: who needs a turn, and in which order."""

from __future__ import annotations

import socket
from math import inf
from weakref import ref

import pytest

from tests.support.counting_set import CountingSet
from wsclient.transport.descriptor import NOTHING, Descriptor
from wsclient.transport.watchlist import Entry, Waker, Watchlist


@pytest.fixture
def system() -> CountingSet:
    return CountingSet()


@pytest.fixture
def watchlist(system: CountingSet) -> Watchlist[str]:
    return Watchlist(lambda: system)


def turns(watchlist: Watchlist[str], now: float = 0.0) -> list[str]:
    """Returns the members that are awake. Each rests forever after its turn."""
    watchlist.look(now)
    taken = []
    for _ in range(watchlist.awake_count):
        if (entry := watchlist.take()) is None:
            break
        taken.append(entry.member)
        watchlist.rest(entry, entry.watched or NOTHING, inf)
    return taken


def resting(watchlist: Watchlist[str], name: str, fileno: int = -1, until: float = inf) -> Entry[str]:
    watchlist.add(name)
    entry = watchlist.take()
    assert entry is not None
    watchlist.rest(entry, Descriptor(fileno), until)
    return entry


def test_a_new_member_has_a_turn(watchlist: Watchlist[str]) -> None:
    watchlist.add("one")
    watchlist.add("two")

    assert turns(watchlist) == ["one", "two"]
    assert turns(watchlist) == []


def test_a_ready_descriptor_wakes_its_member(watchlist: Watchlist[str], system: CountingSet) -> None:
    entry = resting(watchlist, "one", 5)
    resting(watchlist, "two", 6)
    assert turns(watchlist) == []
    assert entry.is_ready is False

    system.is_ready = [5]
    watchlist.look(0.0)

    assert entry.is_ready is True
    assert watchlist.take() is entry
    assert watchlist.take() is None


def test_waiting_needs_no_descriptor(watchlist: Watchlist[str], system: CountingSet) -> None:
    watchlist.add("one")
    watchlist.look(0.0)
    assert system.questions == 0, "without waiting, there is nothing to ask"

    watchlist.look(0.0, 0.01)

    assert system.questions == 1


def test_one_question_serves_all(watchlist: Watchlist[str], system: CountingSet) -> None:
    for fileno in range(100):
        resting(watchlist, str(fileno), fileno)

    turns(watchlist)

    assert system.questions == 1


def test_a_time_that_has_come_wakes_its_member_once(watchlist: Watchlist[str]) -> None:
    resting(watchlist, "late", until=2.0)
    resting(watchlist, "early", until=1.0)

    assert watchlist.next_due() == 1.0
    assert turns(watchlist, 0.9) == []
    assert turns(watchlist, 2.0) == ["early", "late"]
    assert turns(watchlist, 9.0) == []
    assert watchlist.next_due() == inf


def test_a_postponed_time_comes_later(watchlist: Watchlist[str]) -> None:
    entry = resting(watchlist, "one", until=1.0)
    watchlist.rest(entry, NOTHING, 5.0)

    assert turns(watchlist, 1.0) == []
    assert turns(watchlist, 5.0) == ["one"]


def test_a_repeatedly_postponed_time_takes_no_room(watchlist: Watchlist[str]) -> None:
    entry = resting(watchlist, "one", until=1.0)
    for until in range(2, 1000):
        watchlist.rest(entry, NOTHING, float(until))

    assert turns(watchlist, 500.0) == []
    assert watchlist.next_due() == 999.0


def test_a_woken_member_queues_after_those_already_awake(watchlist: Watchlist[str]) -> None:
    entry = resting(watchlist, "one", 5)
    watchlist.add("two")
    watchlist.wake(entry)
    watchlist.wake(entry)

    assert turns(watchlist) == ["two", "one"]


def test_a_restless_member_has_no_work_until_it_is_woken(watchlist: Watchlist[str]) -> None:
    watchlist.add("one")
    entry = watchlist.take()
    assert entry is not None
    watchlist.stay_awake(entry, is_restless=True)
    assert (watchlist.awake_count, watchlist.has_work) == (1, False)

    watchlist.wake(entry)

    assert watchlist.has_work


def test_a_member_that_stays_awake_has_a_turn_each_time(watchlist: Watchlist[str], system: CountingSet) -> None:
    watchlist.add("one")
    entry = watchlist.take()
    assert entry is not None
    watchlist.stay_awake(entry, Descriptor(5))

    assert entry.is_ready is False
    system.is_ready = [5]
    watchlist.look(0.0)
    assert entry.is_ready is True

    assert watchlist.take() is entry
    watchlist.stay_awake(entry)
    assert entry.is_ready is None


def test_a_descriptor_that_cannot_be_watched_keeps_its_member_awake(
    watchlist: Watchlist[str], system: CountingSet
) -> None:
    system.refuses = True
    entry = resting(watchlist, "one", 5)

    assert entry.is_awake
    assert entry.is_ready is None


def test_a_removed_member_has_no_turn(watchlist: Watchlist[str], system: CountingSet) -> None:
    asleep, awake = resting(watchlist, "one", 5, until=1.0), watchlist.add("two")
    watchlist.discard(asleep)
    watchlist.discard(awake)
    watchlist.wake(asleep)
    watchlist.rest(asleep, Descriptor(6), 1.0)
    watchlist.stay_awake(awake, Descriptor(7))
    system.is_ready = [5, 7]

    assert system.watched == {}
    assert turns(watchlist, 2.0) == []


def test_a_reused_number_belongs_to_the_new_member(watchlist: Watchlist[str], system: CountingSet) -> None:
    before = resting(watchlist, "before", 5)
    after = resting(watchlist, "after", 5)
    watchlist.discard(before)
    system.is_ready = [5]

    assert turns(watchlist) == ["after"]
    assert after.watched is not None


def test_another_descriptor_replaces_the_first(watchlist: Watchlist[str], system: CountingSet) -> None:
    entry = resting(watchlist, "one", 5)
    watchlist.rest(entry, Descriptor(6, for_writing=True), inf)

    assert system.watched == {6: True}


def test_a_closed_list_has_no_members(watchlist: Watchlist[str], system: CountingSet) -> None:
    entry = resting(watchlist, "one", 5, until=1.0)
    watchlist.add("two")
    watchlist.close()
    watchlist.wake(entry)

    assert system.is_closed
    assert turns(watchlist, 5.0) == []


def test_it_has_the_descriptor_of_its_set(watchlist: Watchlist[str]) -> None:
    assert watchlist.fileno() == 77


def test_real_descriptors_wake_their_members() -> None:
    watchlist: Watchlist[str] = Watchlist()
    one, other = socket.socketpair()
    entry = resting(watchlist, "one", one.fileno())
    other.send(b"x")
    watchlist.look(0.0, seconds=1.0)

    assert watchlist.take() is entry
    watchlist.close()
    one.close()
    other.close()


def test_a_removed_member_is_released_before_its_time_comes(watchlist: Watchlist[object]) -> None:
    class Member:
        pass

    member = Member()
    entry = watchlist.add(member)
    watchlist.take()
    watchlist.rest(entry, NOTHING, 1000.0)
    is_there = ref(member)

    watchlist.discard(entry)
    watchlist.discard(entry)  # may be called twice
    del member

    assert is_there() is None
    assert watchlist.next_due() == 1000.0


def test_a_member_that_is_woken_for_a_frame_has_nothing_else_to_do(watchlist: Watchlist[str]) -> None:
    woken: list[bool] = []
    watchlist.woken = lambda: woken.append(True)
    one, two = resting(watchlist, "one"), resting(watchlist, "two")
    woken.clear()

    watchlist.wake_for_frame([one, two])

    assert (one.has_only_a_frame, two.has_only_a_frame, len(woken)) == (True, True, 1)
    assert turns(watchlist) == ["one", "two"]


def test_any_other_reason_to_wake_makes_it_an_ordinary_turn(watchlist: Watchlist[str], system: CountingSet) -> None:
    woken, ready, due = (
        resting(watchlist, "woken"),
        resting(watchlist, "ready", 5),
        resting(watchlist, "due", until=1.0),
    )
    watchlist.wake_for_frame([woken, ready, due])

    watchlist.wake(woken)
    system.is_ready = [5]
    watchlist.look(1.0)

    assert not any(entry.has_only_a_frame for entry in (woken, ready, due))
    assert turns(watchlist, 1.0) == ["woken", "ready", "due"]


def test_a_waker_wakes_its_member_as_long_as_the_list_exists(system: CountingSet) -> None:
    watchlist: Watchlist[str] = Watchlist(lambda: system)
    entry = resting(watchlist, "one")
    wake = Waker(watchlist, entry)

    wake()
    assert turns(watchlist) == ["one"]

    del watchlist
    wake()
