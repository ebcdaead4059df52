"""Lingering: nothing that was sent last is lost to a reset."""

from __future__ import annotations

import socket

from wsclient.testing import FakeClock
from wsclient.transport.lingering import Lingering


def pair() -> tuple[socket.socket, socket.socket]:
    here, there = socket.socketpair()
    here.setblocking(False)
    return here, there


def test_arriving_data_is_read_until_the_other_side_ends() -> None:
    lingering, (here, there) = Lingering(), pair()
    lingering.add(here)
    there.sendall(b"late")
    lingering.step(0.0)
    lingering.step(0.1)
    assert len(lingering) == 1

    there.close()
    lingering.step(0.2)

    assert len(lingering) == 0
    assert here.fileno() == -1


def test_after_a_second_it_is_over() -> None:
    lingering, (here, there) = Lingering(), pair()
    lingering.add(here)
    lingering.step(5.0)
    lingering.step(5.9)
    assert len(lingering) == 1

    lingering.step(6.0)

    assert here.fileno() == -1
    there.close()


def test_the_oldest_goes_when_there_are_many() -> None:
    lingering = Lingering()
    pairs = [pair() for _ in range(257)]
    for here, _ in pairs:
        lingering.add(here)

    assert (len(lingering), pairs[0][0].fileno()) == (256, -1)
    lingering.close()
    assert len(lingering) == 0
    for _, there in pairs:
        there.close()


def test_it_stops_at_the_deadline_and_begins_with_the_next() -> None:
    lingering, clock = Lingering(), FakeClock(0.0)
    sockets = [pair() for _ in range(4)]
    for here, there in sockets:
        lingering.add(here)
        there.close()

    lingering.step(0.0, 0.0, clock)
    assert [here.fileno() == -1 for here, _ in sockets] == [True, False, False, False]
    lingering.step(0.0, 0.0, clock)
    assert [here.fileno() == -1 for here, _ in sockets] == [True, True, False, False]
    lingering.step(0.0)

    assert len(lingering) == 0
