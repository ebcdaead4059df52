"""Tests what a server keeps of each client.

For how it serves them, see test_server.py.
"""

from __future__ import annotations

from math import inf

from tests.support.fake_transport import FakeTransport
from wsclient import Error
from wsclient.transport.descriptor import NOTHING
from wsclient.websocket.link import Limits
from wsclient.websocket.served_client import ServedClient, ServedLink, Totals


def test_a_link_refuses_to_queue_more_while_all_hold_too_much() -> None:
    totals = Totals(9)
    link = ServedLink(totals, Limits(), Limits())

    assert link.send(bytes(10), False) == Error.ERR_OUT_OF_MEMORY
    assert link.queue(bytes(10), is_text=False) == Error.ERR_OUT_OF_MEMORY
    assert not link.has_room(1)


def test_it_rests_until_something_comes() -> None:
    client = ServedClient(ServedLink(Totals(9), Limits(), Limits()), FakeTransport(), ("192.0.2.7", 5000))
    assert client.link.transport is client.transport
    assert client.held_bytes() == 0
    assert client.resting_place() == (None, -inf)

    client.link.let_go()

    assert client.resting_place() == (NOTHING, inf)
