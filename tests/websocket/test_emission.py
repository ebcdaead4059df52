"""Each message of a run is put into the inbox just before `data_received` is emitted for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.fake_transport import FakeTransport
from wsclient.protocol.events import BINARY, Messages
from wsclient.testing import FakeClock
from wsclient.transport.base import Settings
from wsclient.websocket.emission import emit_each
from wsclient.websocket.link import Link

if TYPE_CHECKING:
    from collections.abc import Callable

DEADLINE = 10.0
PAYLOADS = [b"one", b"two", b"three"]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def link() -> Link:
    link = Link()
    link.transport = FakeTransport(Settings())
    link.inbox.announce(Messages([*PAYLOADS], BINARY * len(PAYLOADS)))
    return link


def emit_all(
    link: Link, clock: FakeClock, handler: Callable[[], object] | None, emit: Callable[[], object] = list
) -> bool:
    return emit_each(link, PAYLOADS, {"data_received": handler}, emit, clock, clock() + DEADLINE)


def test_each_message_is_the_newest_when_its_handler_is_called(link: Link, clock: FakeClock) -> None:
    newest: list[bytes] = []

    assert emit_all(link, clock, lambda: newest.append(link.inbox.packets[-1]))
    assert newest == PAYLOADS
    assert link.inbox.settle() == len(PAYLOADS)


def test_without_a_sole_handler_the_signal_is_emitted_as_usual(link: Link, clock: FakeClock) -> None:
    waiting: list[int] = []

    assert emit_all(link, clock, None, lambda: waiting.append(len(link.inbox.packets)))
    assert waiting == [1, 2, 3]


def test_a_handler_that_is_replaced_gets_no_further_message(link: Link, clock: FakeClock) -> None:
    told: list[str] = []
    handlers: dict[str, Callable[..., object] | None] = {}

    def first() -> None:
        told.append("first")
        handlers["data_received"] = lambda: told.append("second")

    handlers["data_received"] = first
    emit_each(link, PAYLOADS, handlers, list, clock, clock() + DEADLINE)

    assert told == ["first", "second", "second"]


def test_it_stops_when_the_time_is_up_but_not_before_the_first(link: Link, clock: FakeClock) -> None:
    assert not emit_all(link, clock, lambda: clock.advance(DEADLINE))
    assert link.inbox.settle() == 1


def test_it_stops_when_a_handler_ends_the_connection(link: Link, clock: FakeClock) -> None:
    assert not emit_all(link, clock, link.let_go)
    assert link.inbox.settle() == 1
