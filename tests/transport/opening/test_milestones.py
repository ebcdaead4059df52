from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.memory_stream import MemoryStream
from tests.support.openings import attempt
from wsclient.transport.base import Settings
from wsclient.transport.opening.milestones import Accepted, Reached
from wsclient.transport.opening.route import Place, Route

if TYPE_CHECKING:
    from wsclient.transport.stream.stream import Stream
    from wsclient.transport.stream.tls_stream import TlsStream

PROXY = Place("proxy.example", 3128)
SERVER = Place("game.example", 443, is_secure=True)
STREAM = MemoryStream.pair()[0]


def secure(_stream: Stream, _name: str) -> TlsStream:
    raise NotImplementedError


def test_each_hop_is_a_place_of_the_route() -> None:
    through = attempt().replace(route=Route((PROXY, SERVER)))
    reached = Reached(through, STREAM)
    assert (reached.place, reached.is_server) == (PROXY, False)
    reached = reached.replace(hop=1)
    assert (reached.place, reached.is_server) == (SERVER, True)


@pytest.mark.parametrize(
    ("url", "is_secured", "needs_tls"),
    [("ws://a/", False, False), ("wss://a/", False, True), ("wss://a/", True, False)],
)
def test_a_place_that_was_reached_may_need_tls(url: str, is_secured: bool, needs_tls: bool) -> None:
    assert Reached(attempt(url), STREAM, secure, is_secured=is_secured).needs_tls is needs_tls


def test_a_server_needs_tls_if_it_can_put_it_there() -> None:
    assert not Accepted(STREAM, Settings()).needs_tls
    accepted = Accepted(STREAM, Settings(), secure)
    assert accepted.needs_tls
    assert not accepted.replace(is_secured=True).needs_tls


def test_an_accepted_connection_is_named_by_its_address() -> None:
    assert str(Accepted(STREAM, Settings()).place) == "192.0.2.1:80"
