"""Poll sets: many descriptors, one question, by whatever the system has."""

from __future__ import annotations

import contextlib
import errno
import os
import select
import socket
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from tests.support.children import in_child, needs_fork
from wsclient.transport import poll_set
from wsclient.transport.poll_set import PollSet, open_poll_set

if TYPE_CHECKING:
    from collections.abc import Iterator

POLL = SimpleNamespace(poll=select.poll, POLLIN=select.POLLIN, POLLOUT=select.POLLOUT)
SELECT = SimpleNamespace(select=select.select)
SYSTEMS = {"best": select, "poll": POLL, "select": SELECT}


def is_open(fileno: int) -> bool:
    try:
        os.fstat(fileno)
    except OSError:
        return False
    return True


class FakeKqueue:
    """As much of BSD's kqueue as is used, over `select`."""

    KQ_FILTER_READ, KQ_FILTER_WRITE, KQ_EV_ADD, KQ_EV_DELETE = -1, -2, 1, 2

    def __init__(self) -> None:
        self.watched: dict[int, int] = {}
        self.is_closed = False

    def kevent(self, ident: int, *, filter: int, flags: int) -> SimpleNamespace:
        return SimpleNamespace(ident=ident, filter=filter, flags=flags)

    def kqueue(self) -> FakeKqueue:
        return self

    def control(self, changes: list[SimpleNamespace] | None, count: int, timeout: float | None = 0) -> list[object]:
        for change in changes or ():
            if change.flags == self.KQ_EV_ADD:
                self.watched[change.ident] = change.filter
            elif self.watched.pop(change.ident, None) is None:
                raise OSError(errno.ENOENT, "not watched")
        self.watched = {one: kind for one, kind in self.watched.items() if is_open(one)}  # as the kernel does
        reading = [one for one, kind in self.watched.items() if kind == self.KQ_FILTER_READ]
        writing = [one for one, kind in self.watched.items() if kind == self.KQ_FILTER_WRITE]
        found = select.select(reading, writing, [], timeout)
        return [SimpleNamespace(ident=one) for one in [*found[0], *found[1]]][:count]

    def fileno(self) -> int:
        return 99

    def close(self) -> None:
        self.is_closed = True


@pytest.fixture(params=[*SYSTEMS, "kqueue"])
def watched(request: pytest.FixtureRequest) -> Iterator[PollSet]:
    opened = open_poll_set(SYSTEMS.get(request.param) or FakeKqueue())
    yield opened
    opened.close()


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    one, other = socket.socketpair()
    yield one, other
    one.close()
    other.close()


def test_nothing_is_ready_in_an_empty_set(watched: PollSet) -> None:
    assert watched.ready(0.0) == []


def test_select_sleeps_without_a_descriptor(monkeypatch: pytest.MonkeyPatch) -> None:
    def select_of_windows(*sets: object) -> object:
        raise OSError("select() needs a descriptor")

    naps: list[float] = []
    monkeypatch.setattr(poll_set, "sleep", naps.append)
    assert open_poll_set(SimpleNamespace(select=select_of_windows)).ready(0.01) == []
    assert naps == [0.01]


def test_a_descriptor_is_ready_when_something_has_come(watched: PollSet, pair) -> None:
    one, other = pair
    watched.add(one.fileno(), for_writing=False)
    assert watched.ready(0.0) == []

    other.send(b"x")

    assert watched.ready(0.0) == [one.fileno()]


def test_a_descriptor_is_ready_when_the_other_side_has_ended(watched: PollSet, pair) -> None:
    one, other = pair
    watched.add(one.fileno(), for_writing=False)

    other.close()

    assert watched.ready(0.0) == [one.fileno()]


def test_a_descriptor_can_be_watched_for_writing(watched: PollSet, pair) -> None:
    watched.add(pair[0].fileno(), for_writing=True)

    assert watched.ready(0.0) == [pair[0].fileno()]


def test_a_discarded_descriptor_is_not_asked_about(watched: PollSet, pair) -> None:
    watched.add(pair[0].fileno(), for_writing=True)

    watched.discard(pair[0].fileno())
    watched.discard(pair[0].fileno())

    assert watched.ready(0.0) == []


def test_a_closed_descriptor_can_be_discarded(watched: PollSet, pair) -> None:
    fileno = pair[0].fileno()
    watched.add(fileno, for_writing=False)
    pair[0].close()

    watched.discard(fileno)

    assert watched.ready(0.0) == []


@needs_fork
def test_a_forked_child_changes_nothing_for_its_parent(watched: PollSet, pair) -> None:
    one, other = pair
    watched.add(one.fileno(), for_writing=False)

    def change() -> str:
        watched.discard(one.fileno())
        with contextlib.suppress(OSError):
            watched.add(other.fileno(), for_writing=True)
        watched.close()
        return ""

    assert in_child(change) == ""

    other.send(b"x")
    assert watched.ready(0.0) == [one.fileno()]


def test_a_closed_descriptor_does_not_hide_the_others(watched: PollSet, pair) -> None:
    one, other = pair
    with socket.socket() as closed:
        number = closed.fileno()
        watched.add(number, for_writing=False)
    watched.add(one.fileno(), for_writing=False)
    other.send(b"x")

    assert set(watched.ready(0.0)) - {number} == {one.fileno()}


def test_select_raises_what_no_closed_descriptor_explains(pair) -> None:
    faults = [OSError(errno.ENOMEM, "no memory")]

    def select_once_without_memory(*sets: list[int]) -> object:
        if faults:
            raise faults.pop()
        return select.select(*sets)

    watched = open_poll_set(SimpleNamespace(select=select_once_without_memory))
    watched.add(pair[0].fileno(), for_writing=True)
    with pytest.raises(OSError, match="no memory"):
        watched.ready(0.0)
    assert watched.ready(0.0) == [pair[0].fileno()]


def test_many_are_asked_about_at_once(watched: PollSet) -> None:
    pairs = [socket.socketpair() for _ in range(40)]
    for one, other in pairs:
        watched.add(one.fileno(), for_writing=False)
        other.send(b"x")

    assert sorted(watched.ready(0.0)) == sorted(one.fileno() for one, _ in pairs)

    for one, other in pairs:
        watched.discard(one.fileno())
        one.close()
        other.close()


def test_select_asks_in_slices() -> None:
    asked: list[int] = []

    def fake_select(reading, writing, failing, seconds):
        asked.append(len(reading) + len(writing))
        return [], [], []

    watched = open_poll_set(SimpleNamespace(select=fake_select))
    for fileno in range(1200):
        watched.add(fileno, for_writing=bool(fileno % 2))

    assert watched.ready(0.0) == []
    assert asked == [512, 512, 176]


def test_a_set_for_event_loops_has_a_descriptor_of_its_own() -> None:
    epoll_or_kqueue, poll = open_poll_set(), open_poll_set(POLL)

    assert (epoll_or_kqueue.fileno() >= 0) is (hasattr(select, "epoll") or hasattr(select, "kqueue"))
    assert poll.fileno() == -1
    epoll_or_kqueue.close()


@pytest.mark.parametrize("name", ["epoll", "kqueue"])
def test_without_a_descriptor_to_spare_it_is_done_without(name: str) -> None:
    def no_descriptor() -> None:
        raise OSError(errno.EMFILE, "too many open files")

    system = SimpleNamespace(**vars(POLL), **{name: no_descriptor, "EPOLLIN": 1, "EPOLLOUT": 4})
    system.KQ_FILTER_READ = system.KQ_FILTER_WRITE = 0

    assert open_poll_set(system).fileno() == -1
