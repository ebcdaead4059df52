"""One client of a swarm, and what it counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from wsclient import WebSocketClient
from wsclient.cli.swarm_member import Member
from wsclient.cli.swarm_tally import CONNECT, ROUND_TRIP, Tally
from wsclient.testing import ScriptedServer

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def server() -> ScriptedServer:
    return ScriptedServer()


@pytest.fixture
def tally() -> Tally:
    return Tally()


@pytest.fixture
def member(server: ScriptedServer, tally: Tally) -> Iterator[Member]:
    with WebSocketClient(transport=server) as client:
        member = Member(client, 0, tally, server.clock, lambda _: None, due=server.clock() - 0.5)
        client.message_received.connect(member.answered)
        client.connect_to_url("ws://game.example")
        server.accept()
        client.poll()
        yield member


def test_its_time_to_connect_counts_from_when_that_was_due(tally: Tally, member: Member) -> None:
    assert member.is_open
    assert tally.times[CONNECT].longest == pytest.approx(0.5)


def test_answers_belong_to_messages_in_their_order(server: ScriptedServer, tally: Tally, member: Member) -> None:
    now = server.clock()
    member.send("one", now - 2.0)
    member.send(b"two", now - 1.0)
    server.send("answer")
    member.client.poll()

    assert member.is_waiting
    assert tally.times[ROUND_TRIP].longest == pytest.approx(2.0)
    server.send("answer")
    server.send("nobody asked")
    member.client.poll()
    assert not member.is_waiting
    assert tally.times[ROUND_TRIP].count == 2


def test_a_message_that_is_refused_is_an_error_of_its_own(server: ScriptedServer, tally: Tally, member: Member) -> None:
    member.client.disconnect_from_host()
    member.send("late", server.clock())

    assert {stage for stage, _ in tally.errors} == {"send"}
    assert not member.is_waiting


def test_messages_unanswered_before_the_loss_count_with_their_age(
    server: ScriptedServer, tally: Tally, member: Member
) -> None:
    member.send("one", server.clock() - 3.0)
    server.drop()
    member.client.poll()

    assert member.is_over
    assert (tally.counts["lost"], tally.counts["unanswered"]) == (1, 1)
    assert tally.times[ROUND_TRIP].longest == pytest.approx(3.0)
