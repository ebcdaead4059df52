"""Session: what every dialect's has: peers, sources, and what is ignored."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from wsclient.multiplayer.session import MAX_PEERS, MessageIgnored, PeerAdded, PeerPacket, PeerRemoved, Session

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wsclient.multiplayer.session import SessionEvent


class PlainSession(Session):
    """A dialect without a header: each message is a packet from the server."""

    def receive(self, message: bytes) -> Sequence[SessionEvent]:
        return (PeerPacket(1, self.own_id, message),)

    def wrap(self, packet: bytes, target: int) -> bytes:
        return packet


@pytest.fixture
def session() -> PlainSession:
    return PlainSession(7)


def test_a_new_session_is_empty() -> None:
    session = PlainSession()

    assert (session.own_id, session.peers, session.ignored, session.has_joined) == (0, [], 0, False)


def test_peers_stay_in_order_of_arrival(session: PlainSession) -> None:
    assert [session.add(peer) for peer in (30, 1, 20)] == [PeerAdded(30), PeerAdded(1), PeerAdded(20)]
    assert session.remove(1) == PeerRemoved(1)

    assert session.peers == [30, 20]


def test_a_client_has_joined_when_the_server_is_a_peer(session: PlainSession) -> None:
    session.add(20)
    assert not session.has_joined

    session.add(1)
    assert session.has_joined


def test_a_server_has_joined_from_the_start() -> None:
    assert PlainSession(1).has_joined


@pytest.mark.parametrize(
    ("peer", "why"),
    [pytest.param(20, "was there already", id="twice"), pytest.param(7, "was there already", id="ourselves")],
)
def test_a_peer_that_is_there_is_not_added(peer: int, why: str, session: PlainSession) -> None:
    session.add(20)

    ignored = session.add(peer)

    assert isinstance(ignored, MessageIgnored)
    assert why in ignored.why
    assert (session.peers, session.ignored) == ([20], 1)


def test_a_peer_that_is_not_there_cannot_leave(session: PlainSession) -> None:
    assert session.remove(20) == MessageIgnored("peer 20 left and was not there")
    assert session.ignored == 1


def test_no_more_peers_are_believed_than_the_limit(session: PlainSession) -> None:
    for peer in range(100, 100 + MAX_PEERS):
        session.add(peer)

    assert isinstance(session.add(1), MessageIgnored)
    session.remove(100)
    assert session.add(1) == PeerAdded(1)


def test_sources_come_in_the_order_of_the_packets(session: PlainSession) -> None:
    for waiting, source in enumerate([20, 1, 30]):
        session.queue_source(source, waiting)

    assert [session.next_source(waiting) for waiting in (3, 2, 1, 0)] == [20, 1, 30, 1]


def test_unread_sources_do_not_pile_up(session: PlainSession) -> None:
    for _ in range(100):
        session.queue_source(20, 0)  # the packet before has been read

    assert len(session.sources) == 1


def test_the_end_forgets_peers_but_not_senders(session: PlainSession) -> None:
    session.add(1)
    session.queue_source(20, 0)

    session.end()

    assert (session.own_id, session.peers, session.has_joined) == (0, [], False)
    assert session.next_source(1) == 20
