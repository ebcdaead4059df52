from __future__ import annotations

import gc
import weakref

import pytest

from wsclient.core.networked_multiplayer_peer import ConnectionStatus
from wsclient.godot4 import Node, SceneMultiplayer, TLSOptions, WebSocketMultiplayerPeer, rpc
from wsclient.ground.error import Error
from wsclient.testing import SignalLog


class Main(Node):
    def __init__(self):
        super().__init__("Main")
        self.called = []

    @rpc("any_peer", "call_local")
    def say(self, words):
        self.called.append((self.multiplayer.get_remote_sender_id(), words))


@pytest.fixture
def host():
    host = WebSocketMultiplayerPeer()
    assert host.create_server(0, "127.0.0.1") == Error.OK
    yield host
    host.close()
    host.poll()


@pytest.fixture
def join(host):
    made = []

    def join():
        made.append(WebSocketMultiplayerPeer())
        made[-1].create_client(f"ws://127.0.0.1:{host.get_local_port()}")
        return made[-1]

    yield join
    for each in made:
        each.disconnect_peer(1, force=True)


def settle(*polled, times=60):
    """Loopback delivers at once: a few polls bring everything."""
    for _ in range(times):
        for each in polled:
            each.poll()


def test_a_host_is_the_server_at_once(host):
    assert (host.get_unique_id(), host.get_connection_status()) == (1, ConnectionStatus.CONNECTION_CONNECTED)
    assert host.create_client("ws://x") == host.create_server(0) == Error.ERR_ALREADY_IN_USE


def test_a_client_gets_its_id(host, join):
    log, client = SignalLog(host), join()
    settle(host, client)
    assert client.get_unique_id() > 1
    assert list(log) == [("peer_connected", client.get_unique_id())]
    assert host.get_peer_address(client.get_unique_id()) == "127.0.0.1"
    assert host.get_peer_port(client.get_unique_id()) > 0


def test_packets_go_both_ways_with_their_sender(host, join):
    one, two = join(), join()
    settle(host, one, two)
    one.put_packet(b"to the server")
    settle(host, one)
    assert (host.get_packet_peer(), host.get_packet()) == (one.get_unique_id(), b"to the server")
    for target in (0, one.get_unique_id(), -one.get_unique_id()):
        host.set_target_peer(target)
        host.put_packet(str(target).encode())
    settle(host, one, two)
    got = [[peer.get_packet() for _ in range(peer.get_available_packet_count())] for peer in (one, two)]
    assert got == [[b"0", str(one.get_unique_id()).encode()], [b"0", str(-one.get_unique_id()).encode()]]


def test_too_many_values_stay_the_next_packet_of_their_sender(host, join):
    client = join()
    settle(host, client)
    client.put_var([None] * 100)
    settle(host, client)
    host.decode_buffer_max_items = 10
    assert (host.get_var(), host.get_packet_error()) == (None, Error.ERR_OUT_OF_MEMORY)
    assert host.get_packet_peer() == client.get_unique_id()


def test_a_departure_is_reported_after_the_last_packets(host, join):
    client = join()
    settle(host, client)
    log = SignalLog(host)
    client_id = client.get_unique_id()
    client.put_packet(b"last words")
    client.close()
    settle(host, client)
    assert list(log) == [("peer_disconnected", client_id)]
    assert host.get_packet() == b"last words"


def test_a_kicked_client_hears_of_it(host, join):
    client = join()
    settle(host, client)
    log, host_log = SignalLog(client), SignalLog(host)
    client_id = client.get_unique_id()
    host.disconnect_peer(client_id)
    settle(host, client)
    assert list(log) == [("peer_disconnected", 1), ("server_disconnected",)]
    assert list(host_log) == [("peer_disconnected", client_id)]


def test_the_end_of_the_host_is_reported_on_all_sides(host, join):
    client = join()
    settle(host, client)
    log, host_log = SignalLog(client), SignalLog(host)
    host.close()
    assert (host.get_unique_id(), host.get_connection_status()) == (0, ConnectionStatus.CONNECTION_DISCONNECTED)
    assert host.put_packet(b"x") == Error.FAILED
    settle(host, client)
    assert list(host_log) == [("server_disconnected",)]
    assert list(log) == [("peer_disconnected", 1), ("server_disconnected",)]


def test_clients_are_held_back_while_packets_wait(join, host):
    host.close()
    host.max_queued_packets = 3
    assert host.create_server(0, "127.0.0.1") == Error.OK
    client = join()
    settle(host, client)
    for number in range(10):
        client.put_packet(bytes((number,)))
    settle(host, client)
    assert host.get_available_packet_count() == 3
    got = []
    for _ in range(10):
        got += [host.get_packet() for _ in range(host.get_available_packet_count())]
        settle(host, client, times=5)
    assert got == [bytes((number,)) for number in range(10)]


def test_newcomers_can_be_refused(host, join):
    host.refuse_new_connections = True
    client = join()
    log = SignalLog(client)
    settle(host, client)
    assert list(log) == [("connection_failed",)]


def test_a_taken_port_is_reported(host):
    other = WebSocketMultiplayerPeer()
    assert other.create_server(host.get_local_port(), "127.0.0.1") == Error.ERR_ALREADY_IN_USE
    assert "Cannot listen on port" in str(other.last_error)


def test_an_unreadable_certificate_is_reported():
    other = WebSocketMultiplayerPeer()
    options = TLSOptions.server("no-such.key", "no-such.crt")
    assert other.create_server(0, "127.0.0.1", options) == Error.ERR_INVALID_PARAMETER


def test_server_only_calls_say_so_on_a_client(caplog):
    peer = WebSocketMultiplayerPeer()
    assert (peer.get_local_port(), peer.get_peer_address(5), peer.get_peer_port(5)) == (0, "", 0)
    assert caplog.text.count("this peer is not a server") == 3


def test_hosts_a_whole_game_of_calls(host, join):
    games = []
    for peer in (host, join(), join()):
        api, root = SceneMultiplayer(), Node("root")
        main = root.add_child(Main())
        api.root_node = root
        api.multiplayer_peer = peer
        games.append((api, main))
    settle(*[api for api, _ in games])
    (server, _), (one, _), (two, _) = games
    assert sorted(server.get_peers()) == sorted([one.get_unique_id(), two.get_unique_id()])
    assert one.get_peers() == sorted([1, two.get_unique_id()])
    games[1][1].say.rpc("hello")
    settle(*[api for api, _ in games])
    assert [main.called for _, main in games] == [[(one.get_unique_id(), "hello")]] * 3


def test_is_not_kept_alive_by_its_server():
    host = WebSocketMultiplayerPeer()
    host.create_server(0, "127.0.0.1")
    host.close()
    host.poll()
    alive = weakref.ref(host)
    gc.disable()
    try:
        del host
        assert alive() is None
    finally:
        gc.enable()
