"""Tests that clients in a group do not wait for a flooded one (C11)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.hosting import Hosting
from wsclient import PollGroup, WebSocketClient
from wsclient.cli.swarm_limits import raise_descriptor_limit
from wsclient.transport.native import NativeTransport

if TYPE_CHECKING:
    from collections.abc import Iterator

CLIENTS = 2000
NEEDED = 2 * CLIENTS + 100  # descriptors: both ends are here
A_MESSAGE = 0.001  # seconds that the flooded one's handler works, on a clock that nothing else moves


@pytest.fixture
def hosting() -> Iterator[Hosting]:
    allowed = raise_descriptor_limit(NEEDED)
    if allowed is not None and allowed < NEEDED:
        pytest.skip(f"this needs {NEEDED} descriptors, and the system allows {allowed}")
    hosting = Hosting()
    hosting.server.max_clients = CLIENTS
    yield hosting
    hosting.close()


def join(hosting: Hosting, group: PollGroup, count: int) -> list[WebSocketClient]:
    clients = []
    for _ in range(count):
        client = WebSocketClient(transport=lambda settings: NativeTransport(settings, clock=hosting.clock))
        assert not client.connect_to_url(hosting.url)
        group.add(client)
        clients.append(client)
        if len(clients) % 50 == 0:  # fewer than what waits to be accepted
            settle(hosting, group)
    settle(hosting, group)
    return clients


def settle(hosting: Hosting, group: PollGroup) -> None:
    for _ in range(12):
        hosting.clock.advance(0.001)
        hosting.server.poll()
        group.poll()


@pytest.mark.hostile("C11")
@pytest.mark.timeout(180)
@pytest.mark.untraced
def test_no_client_of_a_group_waits_for_a_flooded_one(hosting: Hosting) -> None:
    with PollGroup(clock=hosting.clock) as group:
        clients = join(hosting, group, CLIENTS)
        assert len(hosting.server.get_peers()) == CLIENTS
        flooded, *others = clients
        heard, flood = set(), []

        def endure(message: str | bytes) -> None:
            flood.append(message)
            hosting.clock.advance(A_MESSAGE)

        flooded.message_received.connect(endure)
        for number, client in enumerate(others):
            client.message_received.connect(lambda _, number=number: heard.add(number))
        source = hosting.server.get_peer(hosting.server.get_peers()[0])
        polls, sent = [], 0
        for _ in range(3):
            heard.clear()
            for _ in range(500):
                assert not source.send_text("flood")
            sent += 501
            hosting.server.send_text("one for each")
            hosting.server.poll()
            polls.append(0)
            while len(heard) < len(others):
                group.poll()
                polls[-1] += 1
                assert polls[-1] < 100, f"{len(others) - len(heard)} have not had a turn"

        # One whose time the flooded one takes, and one in which those that it was taken from come first.
        assert max(polls) <= 3
        assert 0 < len(flood) < sent
        for client in clients:
            client.disconnect_from_host()
        settle(hosting, group)
