from __future__ import annotations

import pytest

from wsclient.core.networked_multiplayer_peer import ConnectionStatus
from wsclient.godot4.carrier import Carrier
from wsclient.godot4.joining import Joining
from wsclient.ground.error import Error
from wsclient.testing import ScriptedServer

URL = "ws://game.example"
DISCONNECTED, CONNECTING, CONNECTED = ConnectionStatus


@pytest.fixture
def server():
    return ScriptedServer()


@pytest.fixture
def told():
    return []


@pytest.fixture
def joining(server):
    carrier = Carrier(server)
    yield Joining(carrier, server.clock)
    carrier.drop()


def poll(joining, told):
    for _ in range(3):
        joining.poll(lambda *signal: told.append(signal))


def test_has_no_id_before_it_starts(joining):
    assert (joining.status, joining.unique_id, joining.packet_count) == (DISCONNECTED, 0, 0)
    assert joining.send(b"x", 1) == Error.FAILED
    joining.close()


def test_is_connected_with_its_id(joining, server, told):
    assert joining.start(URL, None) == Error.OK
    assert joining.status is CONNECTING
    server.accept()
    poll(joining, told)
    server.send(b"\x07\x00\x00\x00", b"packet")
    poll(joining, told)
    assert (joining.status, joining.unique_id, told) == (
        CONNECTED,
        7,
        [("peer_connected", 1), ("connection_succeeded",)],
    )
    assert (joining.packet_count, joining.next_source, joining.take()) == (1, 1, b"packet")


def test_an_id_that_came_in_a_pause_counts(joining, server, told):
    joining.start(URL, None)
    server.accept()
    poll(joining, told)
    server.send(b"\x07\x00\x00\x00")
    server.clock.advance(60)
    poll(joining, told)
    assert joining.unique_id == 7


def test_emits_owed_signals_first(joining, server, told):
    joining.start(URL, None)
    joining.close()
    assert told == []
    poll(joining, told)
    assert told == [("connection_failed",)]
