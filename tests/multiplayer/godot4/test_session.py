from __future__ import annotations

import pytest

from wsclient.multiplayer.godot4.session import DirectSession
from wsclient.multiplayer.session import MessageIgnored, PeerAdded, PeerPacket, SessionJoined


@pytest.fixture
def session():
    session = DirectSession()
    session.receive(b"\x07\x00\x00\x00")
    return session


def test_the_first_message_is_the_id_and_joins():
    session = DirectSession()
    assert session.receive(b"\x07\x00\x00\x00") == (PeerAdded(1), SessionJoined())
    assert (session.own_id, session.peers, session.has_joined) == (7, [1], True)


def test_all_others_are_packets_of_the_server(session):
    assert session.receive(b"\x09\x00\x00\x00") == (PeerPacket(1, 7, b"\x09\x00\x00\x00"),)
    assert session.receive(b"") == (PeerPacket(1, 7, b""),)


@pytest.mark.parametrize("message", [b"", b"\x07\x00\x00", b"\x07\x00\x00\x00\x00", bytes(4), b"\x01\x00\x00\x00"])
def test_a_first_message_without_an_id_refuses_the_session_for_good(message):
    session = DirectSession()
    for each in (message, b"\x07\x00\x00\x00"):
        (event,) = session.receive(each)
        assert isinstance(event, MessageIgnored)
    assert (session.is_refused, session.own_id, session.ignored) == (True, 0, 2)


def test_a_packet_is_sent_unchanged(session):
    assert session.wrap(b"x", 0) == session.wrap(b"x", 1) == b"x"
