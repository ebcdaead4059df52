"""Tests RelaySession with messages of a Godot 3 server.

The tests of the client have more of them.
"""

from __future__ import annotations

import pytest

from wsclient.multiplayer.godot3 import relay
from wsclient.multiplayer.godot3.relay import IdAssigned
from wsclient.multiplayer.godot3.session import RelaySession
from wsclient.multiplayer.session import MessageIgnored, PeerAdded, PeerPacket, PeerRemoved, SessionJoined


@pytest.fixture
def session() -> RelaySession:
    session = RelaySession()
    for message in (IdAssigned(7), PeerAdded(1)):
        session.receive(relay.encode(message))
    return session


def test_the_server_assigns_the_id_first() -> None:
    session = RelaySession()

    assert list(session.receive(relay.encode(IdAssigned(7)))) == []
    assert session.own_id == 7


def test_the_session_is_joined_with_the_server() -> None:
    assert list(RelaySession().receive(relay.encode(PeerAdded(1)))) == [PeerAdded(1), SessionJoined()]


@pytest.mark.parametrize("message", [PeerAdded(20), PeerPacket(1, 0, b"all"), PeerPacket(20, 7, b"one")], ids=str)
def test_news_and_packets_are_events(message: PeerAdded | PeerPacket, session: RelaySession) -> None:
    assert list(session.receive(relay.encode(message))) == [message]


def test_a_peer_leaves(session: RelaySession) -> None:
    session.receive(relay.encode(PeerAdded(20)))

    assert list(session.receive(relay.encode(PeerRemoved(20)))) == [PeerRemoved(20)]
    assert session.peers == [1]


@pytest.mark.parametrize(
    "message",
    [
        pytest.param(b"", id="H15-empty"),
        pytest.param(bytes(8), id="H15-short-header"),
        pytest.param(relay.encode(PeerAdded(1)), id="H15-add-server-again"),
        pytest.param(relay.encode(PeerRemoved(99)), id="H15-remove-unknown"),
    ],
)
def test_a_meaningless_message_is_counted(message: bytes, session: RelaySession) -> None:
    (ignored,) = session.receive(message)

    assert isinstance(ignored, MessageIgnored)
    assert (session.ignored, session.own_id, session.peers) == (1, 7, [1])


@pytest.mark.parametrize("target", [0, 1, -20])
def test_a_packet_is_wrapped_with_our_id_and_the_target(target: int, session: RelaySession) -> None:
    assert relay.decode(session.wrap(b"move", target)) == PeerPacket(7, target, b"move")
