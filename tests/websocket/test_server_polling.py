"""Tests how many clients get a turn in one `poll()`.

The clock advances with each question.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.hosting import Hosting, request
from wsclient.testing import FakeClock

if TYPE_CHECKING:
    from collections.abc import Iterator

COUNT = 40  # clients that all have something to do
MOST = 9  # turns in a poll: each asks for the time at least once, the budget is 8 questions, and one may go over it


class CountingClock(FakeClock):
    """A clock on which each question takes half a millisecond, once it is started."""

    step = 0.0

    def __call__(self) -> float:
        self.seconds += self.step
        return self.seconds


@pytest.fixture
def hosting() -> Iterator[Hosting]:
    made = Hosting(clock=CountingClock())
    yield made
    made.clock.step = 0.0
    made.close()


def polls_until(hosting: Hosting, done: list[object], count: int) -> list[int]:
    """How much each poll adds to a list, until there is so much."""
    hosting.clock.step = 0.0005
    added: list[int] = []
    while len(done) < count:
        before = len(done)
        hosting.server.poll()
        added.append(len(done) - before)
        assert len(added) < 500, "it does not go on"
    hosting.clock.step = 0.0
    return added


def test_requests_are_answered_within_the_budget(hosting: Hosting) -> None:
    asked: list[object] = []
    raw = [hosting.raw() for _ in range(COUNT)]
    hosting.settle()
    for each in raw:
        each.sendall(request())
    hosting.server.client_request.connect(asked.append)

    added = polls_until(hosting, asked, COUNT)

    assert max(added) <= MOST


def test_connections_are_accepted_within_the_budget(hosting: Hosting) -> None:
    for _ in range(COUNT):
        hosting.raw()
    accepted: list[object] = []
    accept = hosting.server._admit
    hosting.server._admit = lambda stream: (accepted.append(stream), accept(stream))

    added = polls_until(hosting, accepted, COUNT)

    assert max(added) <= MOST


def test_heads_that_come_piece_by_piece_are_read_within_the_budget(hosting: Hosting) -> None:
    raw = [hosting.raw(b"GET / HTTP/1.1\r\nHost: x\r\n") for _ in range(COUNT)]
    hosting.settle()
    received: list[object] = []
    for each in raw:
        each.sendall(b"X-Slow: 1\r\n")
    receive = hosting.server._step
    hosting.server._step = lambda *args: (received.append(args), receive(*args))

    added = polls_until(hosting, received, COUNT)

    assert max(added) <= MOST
    assert len({client for client, _ in received[:COUNT]}) == COUNT  # each had its turn before any had a second


def test_refusals_are_sent_within_the_budget(hosting: Hosting) -> None:
    raw = [hosting.raw(b"GET / HTTP/1.1\r\n") for _ in range(COUNT)]
    hosting.settle()
    hosting.wait(2.6)  # of the three seconds that a request may take
    refused: list[object] = []
    refuse = hosting.server._forget
    hosting.server._forget = lambda client: (refused.append(client), refuse(client))

    added = polls_until(hosting, refused, COUNT)

    assert max(added) <= MOST
    assert all(hosting.reply(each).startswith(b"HTTP/1.1 408 ") for each in raw)


def test_a_message_to_all_is_written_within_the_budget(hosting: Hosting) -> None:
    clients = [hosting.opened() for _ in range(COUNT)]
    hosting.settle()
    hosting.server.send_text("hello")
    hosting.clock.step = 0.0005
    had: list[int] = []
    for _ in range(100):
        hosting.server.poll()
        hosting.clock.step = 0.0
        for client in clients:
            client.poll()
        had.append(sum(client.get_available_packet_count() for client in clients))
        hosting.clock.step = 0.0005
        if had[-1] == COUNT:
            break

    assert had[-1] == COUNT
    assert max(after - before for before, after in zip([0, *had], had, strict=False)) <= MOST
