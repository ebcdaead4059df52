"""ServedClient: what a server keeps of each client. How it serves them is tried in test_server.py."""

from __future__ import annotations

from math import inf

from tests.support.fake_transport import FakeTransport
from wsclient import Error
from wsclient.transport.descriptor import NOTHING
from wsclient.websocket.link import Limits
from wsclient.websocket.served_client import ServedClient, ServedLink, Totals


def test_a_link_refuses_to_queue_more_while_all_hold_too_much() -> None:
    totals = Totals()
    link = ServedLink(totals, Limits(), Limits())
    totals.is_over = True

    assert link.send(b"x", False) == Error.ERR_OUT_OF_MEMORY


def test_it_is_pending_until_it_is_in() -> None:
    client = ServedClient(ServedLink(Totals(), Limits(), Limits()), FakeTransport(), ("192.0.2.7", 5000))
    assert client.link.transport is client.transport
    assert client.held_bytes() == 0
    assert client.resting_place() == (None, -inf)

    client.link.let_go()

    assert client.resting_place() == (NOTHING, inf)
