from __future__ import annotations

import pytest

from tests.support.scripted_peer import ScriptedPeer, SentPacket
from wsclient.core.networked_multiplayer_peer import ConnectionStatus, TransferMode
from wsclient.godot4.scene_routes import SceneRoutes, includes
from wsclient.ground.error import Error
from wsclient.multiplayer.godot4.scene_commands import Relay, encode_add_peer, encode_del_peer, encode_relay

RELIABLE = TransferMode.TRANSFER_MODE_RELIABLE


def routes_of(own_id, *admitted):
    routes = SceneRoutes(dict.fromkeys(admitted))
    routes.peer = ScriptedPeer(own_id)
    return routes


@pytest.mark.parametrize(
    ("own_id", "has_relay", "target", "sent"),
    [
        pytest.param(5, True, 1, [(1, b"x")], id="to-the-server"),
        pytest.param(5, True, 7, [(1, encode_relay(7, b"x"))], id="to-a-client"),
        pytest.param(5, True, 0, [(1, encode_relay(0, b"x"))], id="to-all"),
        pytest.param(5, True, -7, [(1, encode_relay(-7, b"x"))], id="to-all-but-one"),
        pytest.param(5, False, 0, [(1, b"x")], id="without-relay"),
        pytest.param(1, True, 7, [(7, b"x")], id="from-the-server"),
        pytest.param(1, True, -7, [(9, b"x")], id="from-the-server-to-all-but-one"),
    ],
)
def test_a_packet_is_sent_directly_or_through_the_relay(own_id, has_relay, target, sent):
    routes = routes_of(own_id, *([7, 9] if own_id == 1 else [1]))
    routes.server_relay = has_relay
    assert routes.send_command(target, b"x", RELIABLE) == Error.OK
    assert routes.peer.sent == [SentPacket(*each) for each in sent]


def test_a_server_does_not_know_everybody():
    assert routes_of(1, 7).send_command(8, b"x", RELIABLE) == Error.ERR_BUG


@pytest.mark.parametrize(
    ("status", "own_id"), [(ConnectionStatus.CONNECTION_CONNECTING, 5), (ConnectionStatus.CONNECTION_CONNECTED, 0)]
)
def test_nothing_is_sent_before_the_session_is_joined(status, own_id):
    routes = routes_of(own_id, 1)
    routes.peer.status = status
    assert routes.send_directly(1, b"x", RELIABLE) == Error.ERR_UNCONFIGURED
    assert SceneRoutes({}).send_directly(1, b"x", RELIABLE) == Error.ERR_UNCONFIGURED
    assert SceneRoutes({}).unique_id == 0


def test_a_server_introduces_a_newcomer_in_order_of_arrival():
    routes = routes_of(1, 7, 5)
    routes.admit(9)
    assert routes.peer.sent == [
        SentPacket(7, encode_add_peer(9)),
        SentPacket(9, encode_add_peer(7)),
        SentPacket(5, encode_add_peer(9)),
        SentPacket(9, encode_add_peer(5)),
    ]
    assert list(routes.admitted) == [7, 5, 9]


def test_a_server_reports_departures():
    routes = routes_of(1, 7, 5)
    assert routes.dismiss(7)
    assert not routes.dismiss(7)
    assert routes.peer.sent == [SentPacket(5, encode_del_peer(7))]


def test_a_client_introduces_no_peers():
    routes = routes_of(5, 1)
    routes.admit(9)
    routes.dismiss(9)
    assert routes.peer.sent == []


# godot4.md 4
@pytest.mark.parametrize(
    ("target", "reached", "is_for_us"),
    [
        (7, [7], False),
        (0, [7, 9], True),
        (-7, [9], True),
        (-1, [7, 9], False),
        (-5, [7, 9], True),
        (5, [5], False),
        (8, [], False),
        (1, [], False),
    ],
)
def test_a_relayed_packet_is_passed_on_as_the_engine_does(target, reached, is_for_us):
    routes = routes_of(1, 5, 7, 9)
    assert routes.forward(5, Relay(target, b"x")) is is_for_us
    assert routes.peer.sent == [SentPacket(peer_id, encode_relay(5, b"x")) for peer_id in reached]


@pytest.mark.parametrize(
    ("target", "peer_id", "expected"), [(0, 5, True), (5, 5, True), (7, 5, False), (-5, 5, False), (-7, 5, True)]
)
def test_a_target_stands_for_peers(target, peer_id, expected):
    assert includes(target, peer_id) is expected
