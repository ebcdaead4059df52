"""Tests what a server keeps of each client.

For how it serves them, see test_server.py.
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from tests.support.fake_transport import FakeTransport
from wsclient import Error
from wsclient.protocol.url import URL
from wsclient.transport.base import OpeningRequest
from wsclient.transport.descriptor import NOTHING
from wsclient.websocket.link import Limits
from wsclient.websocket.served_client import ServedClient, ServedLink, Totals

if TYPE_CHECKING:
    import pytest


def opened_transport() -> FakeTransport:
    transport = FakeTransport()
    transport.open(OpeningRequest(URL.parse("ws://server.example")))
    transport.open_now()
    transport.poll()
    return transport


def test_bytes_need_no_count_while_nothing_can_wait_yet() -> None:
    totals = Totals(1000)

    assert totals.spend(1000)
    assert not totals.spend(1)


def test_a_link_refuses_to_queue_more_while_all_hold_too_much() -> None:
    totals = Totals(9)
    link = ServedLink(totals, Limits(), Limits())
    link.carry(opened_transport())
    link.open()

    assert link.send(bytes(10), False) == Error.ERR_OUT_OF_MEMORY
    assert link.queue(bytes(10), False) == Error.ERR_OUT_OF_MEMORY
    assert not link.has_room(1)


def test_it_rests_until_something_comes() -> None:
    client = ServedClient(ServedLink(Totals(9), Limits(), Limits()), FakeTransport(), ("192.0.2.7", 5000))
    assert client.link.transport is client.transport
    assert client.held_bytes() == 0
    assert client.resting_place() == (None, -inf)

    client.link.let_go()

    assert client.resting_place() == (NOTHING, inf)


def test_a_link_asks_for_room_once_for_many_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    totals = Totals(1_000_000)
    totals.count()
    link = ServedLink(totals, Limits(), Limits())
    link.carry(opened_transport())
    link.open()
    asked: list[int] = []
    monkeypatch.setattr(Totals, "spend", lambda _, size: asked.append(size) or True)

    for _ in range(100):
        assert link.queue(bytes(100), False) == Error.OK

    assert asked == [16 * 1024]
