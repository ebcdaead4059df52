from __future__ import annotations

import socket

import pytest

from tests.support.fake_network import FakeNetwork, addresses
from tests.support.openings import attempt
from wsclient.protocol.events import Failure, FailureKind
from wsclient.transport.opening.connecting import Connecting
from wsclient.transport.opening.milestones import Found, Reached


def test_reaches_the_first_place_of_the_route() -> None:
    network = FakeNetwork()
    network.listen("192.0.2.1")
    started = attempt(network=network)
    reached = Connecting(Found(started, addresses("192.0.2.1"))).step(0.0)
    assert isinstance(reached, Reached)
    assert (reached.attempt, reached.hop, reached.secure) == (started, 0, None)
    assert reached.stream.remote_address == ("192.0.2.1", 80)


def test_passes_a_failure_on() -> None:
    network = FakeNetwork()
    network.fail("192.0.2.1")
    failure = Connecting(Found(attempt(network=network), addresses("192.0.2.1"))).step(0.0)
    assert isinstance(failure, Failure)
    assert failure.kind is FailureKind.REFUSED


def test_closes_connecting_sockets() -> None:
    network = FakeNetwork()
    phase = Connecting(Found(attempt(network=network), addresses("192.0.2.1")))
    assert phase.step(0.0) is None
    phase.close()
    phase.close()
    assert network.open_sockets == []


@pytest.mark.parametrize("no_delay", [True, False])
def test_sets_no_delay_as_the_settings_say(no_delay: bool) -> None:
    network = FakeNetwork()
    network.listen("192.0.2.1")
    Connecting(Found(attempt(network=network, no_delay=no_delay), addresses("192.0.2.1"))).step(0.0)
    assert network.sockets[0].options[socket.IPPROTO_TCP, socket.TCP_NODELAY] is no_delay
