"""Tests which messages and packets a RelayHost sends to whom."""

from __future__ import annotations

import pytest

from wsclient.multiplayer.godot3 import relay
from wsclient.multiplayer.godot3.host import RelayHost, Routed
from wsclient.multiplayer.session import MessageIgnored, PeerAdded, PeerRemoved

A, B, C = 11, 22, 33


@pytest.fixture
def host() -> RelayHost:
    host = RelayHost()
    for each in (A, B, C):
        host.welcome(each)
    return host


def test_a_newcomer_is_told_its_id_then_the_server_then_the_others() -> None:
    host = RelayHost()
    host.welcome(A)
    for_newcomer, for_others = host.welcome(B)

    told = [relay.decode(message) for message in for_newcomer]
    assert told == [relay.IdAssigned(B), PeerAdded(1), PeerAdded(A)]
    assert relay.decode(for_others) == PeerAdded(B)
    assert host.peers == [A, B]


def test_the_others_are_told_of_a_departure(host: RelayHost) -> None:
    assert relay.decode(host.farewell(B)) == PeerRemoved(B)
    assert host.peers == [A, C]


@pytest.mark.parametrize(
    ("target", "is_here", "others"),
    [
        pytest.param(0, True, (B, C), id="all"),
        pytest.param(1, True, (), id="server"),
        pytest.param(B, False, (B,), id="one"),
        pytest.param(A, False, (), id="itself"),
        pytest.param(-B, True, (C,), id="all-but-one"),
        pytest.param(-A, True, (B, C), id="all-but-itself"),
        pytest.param(-1, False, (B, C), id="all-but-the-server"),
        pytest.param(-99, True, (B, C), id="all-but-nobody"),
    ],
)
def test_a_packet_reaches_the_peers_of_its_target(
    target: int, is_here: bool, others: tuple[int, ...], host: RelayHost
) -> None:
    routed = host.route(A, relay.encode_packet(A, target, b"x"))

    assert isinstance(routed, Routed)
    assert (routed.here is not None, routed.forwarded_to) == (is_here, others)
    if routed.here is not None:
        assert routed.here.payload == b"x"


@pytest.mark.parametrize(
    "message",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\0" * 8, id="short"),
        pytest.param(relay.encode_packet(B, 0, b"x"), id="in-another-name"),
        pytest.param(relay.encode_packet(A, 99, b"x"), id="for-nobody"),
        pytest.param(relay.encode(PeerAdded(7)), id="news"),
        pytest.param(b"\x09" + bytes(8), id="unknown-kind"),
    ],
)
def test_meaningless_messages_are_counted(message: bytes, host: RelayHost) -> None:
    assert isinstance(host.route(A, message), MessageIgnored)
    assert host.ignored == 1


def test_the_server_sends_as_1(host: RelayHost) -> None:
    assert relay.decode(host.wrap(b"x", B)) == relay.PeerPacket(1, B, b"x")
    assert isinstance(host.receive(b"x")[0], MessageIgnored)
    assert host.has_joined
