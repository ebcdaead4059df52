from __future__ import annotations

import errno
import os
import socket
import threading

import pytest

from tests.support.children import in_child, needs_fork
from tests.support.fake_network import FakeNetwork, FakeSocket
from tests.support.fake_select import FakeSelect
from wsclient.testing import FakeClock
from wsclient.transport.polled_time import SKIPPABLE
from wsclient.transport.readiness import Readiness, Watch
from wsclient.transport.ready_set import SharedWatch

FRAME = 0.016
LINUX = ("epoll", "poll", "select")


class Crowd:
    """Connections that are all asked for together, by a fake epoll."""

    def __init__(self, size: int) -> None:
        self.clock = FakeClock()
        self.network = FakeNetwork()
        self.network.listen("192.0.2.1")
        self.system = FakeSelect(self.network, LINUX)
        self.readiness = Readiness(self.system, clock=self.clock, alone=0)  # type: ignore[arg-type]
        self.sockets: list[FakeSocket] = []
        self.watches = [self.join() for _ in range(size)]

    def join(self) -> SharedWatch:
        made = self.network.socket(socket.AF_INET, socket.SOCK_STREAM)
        made.setblocking(False)
        made.connect_ex(("192.0.2.1", 80))
        made.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        self.sockets.append(made)
        watch = self.readiness.watch(made.fileno())
        assert isinstance(watch, SharedWatch)
        return watch

    def send(self, number: int) -> None:
        """The server of one connection sends."""
        self.network.accepted[number].send(b"hello")

    def sweep(self) -> list[bool]:
        """Each is asked once."""
        return [watch.is_readable() for watch in self.watches]

    def poll_all(self, but: SharedWatch | None = None) -> None:
        """A frame of a game with all clients, but perhaps one, as a client does it that rests."""
        self.clock.advance(FRAME)
        for watch in self.watches:
            if watch is not but and watch.resting:
                watch.is_readable()


def test_one_question_serves_all() -> None:
    crowd = Crowd(10)
    crowd.sweep()
    asked = crowd.network.questions
    for _ in range(5):
        assert crowd.sweep() == [False] * 10
    assert crowd.network.questions == asked + 5


def test_each_is_told_what_came_for_it() -> None:
    crowd = Crowd(4)
    crowd.sweep()
    crowd.send(0)
    crowd.send(2)
    assert crowd.sweep() == [True, False, True, False]


def test_who_asks_twice_gets_two_answers() -> None:
    crowd = Crowd(3)
    crowd.sweep()
    assert not crowd.watches[1].is_readable()
    crowd.send(1)
    assert crowd.watches[1].is_readable()


def test_what_came_behind_the_question_is_told_by_the_next() -> None:
    crowd = Crowd(3)
    crowd.sweep()
    crowd.watches[0].is_readable()
    crowd.send(2)
    assert not crowd.watches[2].is_readable()
    assert crowd.watches[2].is_readable()


def test_what_nobody_reads_is_not_told_again_and_again_and_yet_not_lost() -> None:
    crowd = Crowd(3)
    crowd.sweep()
    crowd.send(2)
    for _ in range(5):
        crowd.watches[0].is_readable()
    found = crowd.watches[0]._set._poller.poll(0, 3)
    assert found == [], "it is still asked about"
    assert crowd.watches[2].is_readable()
    assert crowd.watches[2].is_readable(), "it was not asked about again"


def test_who_cannot_be_asked_about_again_is_told_so_and_does_not_rest() -> None:
    crowd = Crowd(2)
    crowd.sweep()
    crowd.send(1)
    for _ in range(3):
        crowd.watches[0].is_readable()
    crowd.system.register_error = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    with pytest.raises(OSError, match="No space"):
        crowd.watches[1].is_readable()
    crowd.watches[1].rest(2000.0, ())
    assert crowd.watches[1].resting is None


def test_a_system_that_cannot_say_is_asked_again() -> None:
    crowd = Crowd(2)
    crowd.sweep()
    crowd.send(0)
    crowd.network.faults["poll"] = [OSError(errno.EINTR, os.strerror(errno.EINTR))]
    with pytest.raises(InterruptedError):
        crowd.watches[0].is_readable()
    assert crowd.watches[0].is_readable()


def test_one_that_is_closed_is_forgotten() -> None:
    crowd = Crowd(2)
    crowd.send(0)
    crowd.watches[0].close()
    crowd.watches[0].close()
    crowd.sockets[0].close()
    assert not crowd.watches[1].is_readable()


def test_a_descriptor_that_is_used_again_is_another_connection() -> None:
    crowd = Crowd(2)
    crowd.sweep()
    crowd.send(0)
    crowd.watches[1].is_readable()  # by which the first was told
    first = crowd.watches[0]
    first.close()
    again = crowd.readiness.watch(crowd.sockets[0].fileno())
    assert isinstance(again, SharedWatch)
    crowd.sockets[0].recv(65536)
    assert not again.is_readable()
    first.close()
    crowd.send(0)
    assert again.is_readable()


def test_the_last_one_closes_the_descriptor_and_the_next_begins_anew() -> None:
    crowd = Crowd(2)
    assert crowd.system.open_epolls == 1
    for watch in crowd.watches:
        watch.close()
    assert crowd.system.open_epolls == 0
    assert not crowd.join().is_readable()
    assert crowd.system.open_epolls == 1


def test_the_first_of_a_thread_ask_for_themselves() -> None:
    crowd = Crowd(0)
    crowd.readiness = Readiness(crowd.system, alone=1)  # type: ignore[arg-type]
    made = crowd.network.socket(socket.AF_INET, socket.SOCK_STREAM)
    alone = crowd.readiness.watch(made.fileno())
    assert isinstance(alone, Watch)
    crowd.join()
    alone.close()
    alone.close()
    assert isinstance(crowd.readiness.watch(made.fileno()), Watch)
    crowd.join()


def test_each_thread_has_its_own_set() -> None:
    crowd = Crowd(1)
    others: list[SharedWatch] = []
    thread = threading.Thread(target=lambda: others.append(crowd.join()))
    thread.start()
    thread.join()
    crowd.sweep()
    crowd.send(0)
    others[0].is_readable()
    assert crowd.system.open_epolls == 2
    assert crowd.watches[0].is_readable()


def test_without_a_descriptor_for_it_each_asks_for_itself() -> None:
    crowd = Crowd(0)
    crowd.system.epoll_error = OSError(errno.EMFILE, os.strerror(errno.EMFILE))
    made = crowd.network.socket(socket.AF_INET, socket.SOCK_STREAM)
    assert isinstance(crowd.readiness.watch(made.fileno()), Watch)


@needs_fork
@pytest.mark.hostile("G22")
def test_g22_a_forked_child_lets_go_and_the_parent_does_not_notice() -> None:
    readiness = Readiness(alone=0)
    pairs = [socket.socketpair() for _ in range(2)]
    watches = [readiness.watch(here.fileno()) for here, _ in pairs]

    def let_go() -> str:
        watches[0].close()
        here, there = socket.socketpair()
        with here, there:
            assert not readiness.watch(here.fileno()).is_readable()
        return "done"

    assert in_child(let_go) == "done"
    for (_, there), watch in zip(pairs, watches, strict=True):
        assert not watch.is_readable()
        there.send(b"x")
        assert watch.is_readable()
        watch.close()
    for pair in pairs:
        for each in pair:
            each.close()


# Rest


def test_rests_until_something_is_due() -> None:
    crowd = Crowd(3)
    crowd.sweep()
    start = crowd.clock()
    for watch in crowd.watches:
        watch.rest(start + 1.0, ())
    while crowd.watches[0].resting:
        crowd.poll_all()
    assert 1.0 <= crowd.clock() - start <= 1.0 + SKIPPABLE + 2 * FRAME
    assert crowd.watches[2].resting is None


def test_one_that_is_not_polled_does_not_rest() -> None:
    crowd = Crowd(3)
    crowd.sweep()
    for watch in crowd.watches:
        watch.rest(crowd.clock() + 100.0, ())
    for _ in range(40):
        crowd.poll_all(but=crowd.watches[1])
    assert [watch.resting is not None for watch in crowd.watches] == [True, False, True]


def test_after_a_gap_nobody_rests() -> None:
    crowd = Crowd(3)
    crowd.sweep()
    for watch in crowd.watches:
        watch.rest(crowd.clock() + 100.0, ())
    crowd.poll_all()
    crowd.clock.advance(60.0)
    crowd.watches[0].is_readable()
    assert [watch.resting for watch in crowd.watches] == [None] * 3
