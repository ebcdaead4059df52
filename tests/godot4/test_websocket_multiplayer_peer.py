from __future__ import annotations

import gc
import weakref

import pytest

import wsclient
from wsclient.core.networked_multiplayer_peer import ConnectionStatus
from wsclient.godot4 import Node, SceneMultiplayer, WebSocketMultiplayerPeer, WebSocketPeer
from wsclient.ground.error import Error
from wsclient.multiplayer.godot4.scene_commands import encode_add_peer, encode_raw
from wsclient.testing import ScriptedServer, SignalLog

URL = "ws://game.example"
ID = b"\x07\x00\x00\x00"
DISCONNECTED, CONNECTING, CONNECTED = ConnectionStatus


@pytest.fixture
def server():
    return ScriptedServer()


@pytest.fixture
def peer(server):
    peer = WebSocketMultiplayerPeer(transport=server, clock=server.clock)
    yield peer
    peer.disconnect_peer(1, force=True)


@pytest.fixture
def log(peer):
    return SignalLog(peer)


@pytest.fixture
def joined(peer, server, log):
    peer.create_client(URL)
    server.accept()
    peer.poll()
    server.send(ID)
    peer.poll()
    log.clear()
    return peer


def poll(peer, times=4):
    for _ in range(times):
        peer.poll()


def play(peer, server, seconds):
    """Polls eight times a second."""
    for _ in range(int(seconds * 8)):
        server.clock.advance(0.125)
        poll(peer)


def test_no_class_inherits_from_its_namesake():
    assert not issubclass(WebSocketMultiplayerPeer, wsclient.WebSocketMultiplayerPeer)


class TestJoining:
    def test_takes_until_the_id_is_there(self, peer, server, log):
        assert (peer.get_connection_status(), peer.get_unique_id()) == (DISCONNECTED, 0)
        assert peer.create_client(URL) == Error.OK
        assert peer.get_connection_status() == CONNECTING
        server.accept()
        poll(peer)
        assert (peer.get_connection_status(), peer.get_unique_id(), list(log)) == (CONNECTING, 0, [])
        server.send(ID)
        peer.poll()
        assert (peer.get_connection_status(), peer.get_unique_id()) == (CONNECTED, 7)
        assert list(log) == [("peer_connected", 1), ("connection_succeeded",)]

    def test_is_refused_while_connecting_or_connected(self, joined):
        assert joined.create_client(URL) == Error.ERR_ALREADY_IN_USE

    def test_is_refused_for_an_invalid_url(self, peer):
        assert peer.create_client("http://x") == Error.ERR_INVALID_PARAMETER
        assert peer.get_connection_status() == DISCONNECTED

    def test_fails_if_no_id_arrives_in_time(self, peer, server, log):
        peer.create_client(URL)
        server.accept()
        play(peer, server, 2.875)
        assert list(log) == []
        play(peer, server, 0.125)
        assert list(log) == [("connection_failed",)]
        assert "has sent no id within 3 s: is it a Godot 4 game?" in str(peer.last_error)
        assert peer.get_connection_status() == DISCONNECTED

    def test_does_not_count_the_time_in_which_the_game_loads(self, peer, server, log):
        peer.create_client(URL)
        server.clock.advance(30.0)
        poll(peer)
        server.accept()
        play(peer, server, 1.0)
        server.clock.advance(30.0)
        play(peer, server, 1.0)
        assert (list(log), peer.get_connection_status()) == ([], CONNECTING)

    def test_may_take_for_ever(self, peer, server, log):
        peer.handshake_timeout = 0
        peer.create_client(URL)
        server.accept()
        poll(peer)
        server.clock.advance(1e6)
        poll(peer)
        assert (peer.get_connection_status(), peer.handshake_timeout) == (CONNECTING, 0)

    @pytest.mark.parametrize("message", [b"hello", ID + b"\x00", bytes(4), b"\x01\x00\x00\x00"])
    def test_fails_if_another_message_arrives_first(self, peer, server, log, message):
        peer.create_client(URL)
        server.accept()
        poll(peer)
        server.send(message)
        poll(peer)
        assert list(log) == [("connection_failed",)]
        assert "something else than our id first" in str(peer.last_error)

    def test_an_id_in_a_text_message_will_do(self, peer, server):
        peer.create_client(URL)
        server.accept()
        peer.poll()
        server.send(ID.decode())
        peer.poll()
        assert peer.get_unique_id() == 7

    def test_fails_with_the_http_status(self, peer, server, log):
        peer.create_client(URL)
        server.reject(404)
        poll(peer)
        assert list(log) == [("connection_failed",)]
        assert peer.last_error.http_status == 404


class TestEnds:
    # godot4.md 1.2
    @pytest.mark.parametrize("end", [lambda server: server.close(1000), lambda server: server.drop()])
    def test_by_the_server(self, joined, server, log, end):
        end(server)
        poll(joined)
        assert list(log) == [("peer_disconnected", 1), ("server_disconnected",)]
        assert (joined.get_connection_status(), joined.get_unique_id()) == (DISCONNECTED, 0)

    @pytest.mark.parametrize(
        "end",
        [
            lambda peer: peer.close(),
            lambda peer: peer.disconnect_peer(1),
            lambda peer: peer.disconnect_peer(1, force=True),
        ],
    )
    def test_by_us_has_no_peer_disconnected(self, joined, server, log, end):
        end(joined)
        assert (joined.get_connection_status(), joined.get_unique_id(), list(log)) == (DISCONNECTED, 0, [])
        joined.poll()
        assert list(log) == [("server_disconnected",)]
        poll(joined)
        assert list(log) == [("server_disconnected",)]
        assert joined.put_packet(b"x") == Error.FAILED

    def test_by_us_says_goodbye(self, joined, server):
        joined.close()
        poll(joined)
        assert server.close_code == 1000

    def test_with_a_code_of_our_own_goes_through_the_servers_peer(self, joined, server, log):
        connection = joined.get_peer(1)
        assert isinstance(connection, WebSocketPeer)
        connection.close(4001, "bye")
        poll(joined)
        assert (server.close_code, server.close_reason) == (4001, "bye")
        assert list(log) == [("peer_disconnected", 1), ("server_disconnected",)]
        assert connection.get_close_code() == 4001

    def test_while_connecting_is_a_failure(self, peer, log):
        peer.create_client(URL)
        peer.close()
        poll(peer)
        assert list(log) == [("connection_failed",)]

    def test_without_a_connection_nothing_happens(self, peer, log):
        peer.close()
        poll(peer)
        assert list(log) == []

    @pytest.mark.parametrize("polls", [0, 1, 5])
    def test_are_not_mistaken_for_that_of_the_next_session(self, joined, server, log, polls):
        joined.close()
        poll(joined, polls)
        log.clear()
        assert joined.create_client(URL) == Error.OK
        server.accept()
        poll(joined)
        server.send(ID)
        poll(joined)
        assert list(log) == [("peer_connected", 1), ("connection_succeeded",)]
        server.drop()
        poll(joined)
        assert list(log)[2:] == [("peer_disconnected", 1), ("server_disconnected",)]

    def test_a_client_is_connected_only_to_the_server(self, joined, caplog):
        joined.disconnect_peer(2)
        assert joined.get_peer(2) is None
        assert caplog.text.count("a client is connected to the server alone") == 2


class TestPackets:
    def test_go_to_the_server_with_any_target(self, joined, server):
        joined.set_target_peer(5)
        assert joined.put_packet(b"x") == Error.OK
        joined.poll()
        server.step()
        assert server.received == [b"x"]

    def test_come_from_the_server(self, joined, server):
        server.send(b"a", b"b")
        joined.poll()
        assert (joined.get_available_packet_count(), joined.get_packet_peer()) == (2, 1)
        assert [joined.get_packet(), joined.get_packet()] == [b"a", b"b"]

    def test_are_refused_before_the_id(self, peer, server):
        peer.create_client(URL)
        server.accept()
        peer.poll()
        assert peer.put_packet(b"x") == Error.FAILED


def test_carries_a_scene_multiplayer(peer, server):
    multiplayer = SceneMultiplayer()
    log = SignalLog(multiplayer)
    peer.create_client(URL)
    multiplayer.root_node = Node("root")
    multiplayer.multiplayer_peer = peer
    server.accept()
    multiplayer.poll()
    server.send(ID, encode_add_peer(9), encode_raw(b"x"))
    multiplayer.poll()
    assert list(log) == [
        ("connected_to_server",),
        ("peer_connected", 1),
        ("peer_connected", 9),
        ("peer_packet", 1, b"x"),
    ]
    peer.close()
    log.clear()
    multiplayer.poll()
    assert list(log) == [("server_disconnected",)]


def test_a_kick_is_reported(peer, server):
    multiplayer = SceneMultiplayer()
    log = SignalLog(multiplayer)
    peer.create_client(URL)
    multiplayer.multiplayer_peer = peer
    server.accept()
    multiplayer.poll()
    server.send(ID)
    multiplayer.poll()
    log.clear()
    server.close(1000)
    for _ in range(3):
        multiplayer.poll()
    assert list(log) == [("peer_disconnected", 1), ("server_disconnected",)]


def test_one_dropped_while_open_logs_that_with_its_name(server):
    peer = WebSocketMultiplayerPeer(transport=server)
    peer.create_client(URL)
    server.accept()
    peer.poll()
    with pytest.warns(ResourceWarning, match=r"a WebSocketMultiplayerPeer was dropped while open: call close\(\)"):
        del peer


def test_is_not_kept_alive_by_its_connection():
    peer = WebSocketMultiplayerPeer(transport=ScriptedServer())
    alive = weakref.ref(peer)
    gc.disable()
    try:
        del peer
        assert alive() is None
    finally:
        gc.enable()
