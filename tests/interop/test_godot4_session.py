"""Tests sessions with a real Godot 4 server.

They are about authentication, relayed bytes, ends, lists that differ, and answers to calls.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.godot4_engine import Engine
from tests.support.godot4_player import PythonPeer
from tests.support.ports import free_port
from wsclient.godot4 import Node, rpc
from wsclient.ground.error import Error

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def engine(tmp_path_factory) -> Iterator[Engine]:
    with Engine(tmp_path_factory.mktemp("godot4")) as engine:
        yield engine


@pytest.fixture
def port(engine) -> Iterator[int]:
    """Returns the port of a server without clients, whose events are cleared."""
    port = free_port()
    assert engine.run(f"w.events.clear()\nreturn w.serve({port})") == 0
    yield port
    engine.players.clear()
    engine.run("w.multiplayer.auth_callback = Callable()\nw.peer.close()\nreturn 0")


def join(engine: Engine, port: int, *, is_admitted: bool = True, **options) -> PythonPeer:
    player = PythonPeer(port, **options)
    engine.players.append(player)
    if is_admitted:
        engine.wait(lambda: player.has("peer_connected", 1))
    return player


class TestAuthentication:
    PASSWORD = """w.multiplayer.auth_callback = func(id, data):
	w.say('auth', [id, data])
	if data == '{}'.to_utf8_buffer():
		w.multiplayer.complete_auth(id)
	else:
		w.multiplayer.disconnect_peer(id)
return 0"""

    def test_with_the_right_password_both_sides_admit(self, engine, port):
        engine.run(self.PASSWORD.format("open sesame"))
        with join(engine, port, is_admitted=False, auth_callback=lambda peer_id, data: None) as player:
            engine.wait(lambda: player.has("peer_authenticating", 1))
            assert (player.api.get_peers(), player.api.get_authenticating_peers()) == ([], [1])
            assert player.api.send_auth(1, b"open sesame") == Error.OK
            assert player.api.complete_auth(1) == Error.OK
            engine.wait(lambda: player.has("peer_connected", 1))
            assert [event[0] for event in player.events] == [
                "peer_authenticating",
                "connected_to_server",
                "peer_connected",
            ]
            assert engine.run("return w.multiplayer.get_peers().size()") == 1
            player.calls.any.rpc_id(1, "in")
            engine.wait(lambda: bool(engine.events("any")))

    def test_with_the_wrong_one_the_server_ends_it(self, engine, port):
        engine.run(self.PASSWORD.format("open sesame"))
        with join(engine, port, is_admitted=False, auth_callback=lambda peer_id, data: None) as player:
            engine.wait(lambda: player.has("peer_authenticating", 1))
            player.api.send_auth(1, b"guess")
            engine.wait(lambda: player.has("server_disconnected"))
            assert [event[0] for event in player.events[1:]] == ["peer_authentication_failed", "server_disconnected"]

    def test_a_server_that_completes_at_once_is_answered_without_a_callback_here(self, engine, port):
        engine.run(
            "w.multiplayer.auth_callback = func(id, data): pass\n"
            "w.multiplayer.peer_authenticating.connect(func(id): w.multiplayer.complete_auth(id), CONNECT_ONE_SHOT)\n"
            "return 0"
        )
        with join(engine, port) as player:
            engine.wait(lambda: engine.run("return w.multiplayer.get_peers().size()") == 1)
            assert player.id == engine.run("return w.multiplayer.get_peers()[0]")

    def test_the_engine_answers_calls_of_authentication_as_we_do(self, engine, port):
        engine.run("w.multiplayer.auth_callback = func(id, data): pass\nreturn 0")
        with join(engine, port, is_admitted=False, auth_callback=lambda peer_id, data: None) as player:
            engine.wait(lambda: player.has("peer_authenticating", 1))
            answers = engine.run(
                f"var id = {player.id}\nvar api = w.multiplayer\n"
                "return [api.send_auth(id, PackedByteArray()), api.send_auth(12345, 'x'.to_utf8_buffer()),"
                " api.complete_auth(12345), api.complete_auth(id), api.complete_auth(id),"
                " api.send_auth(id, 'x'.to_utf8_buffer())]"
            )
            api = player.api
            ours = [
                api.send_auth(1, b""),
                api.send_auth(12345, b"x"),
                api.complete_auth(12345),
                api.complete_auth(1),
                api.complete_auth(1),
                api.send_auth(1, b"x"),
            ]
            assert ours == answers


class TestRelay:
    def test_bytes_reach_the_same_peers_as_the_engines(self, engine, port):
        players = [join(engine, port) for _ in range(3)]
        engine.wait(lambda: all(len(player.api.get_peers()) == 3 for player in players))
        one, two, three = players
        for target, mark in (
            (two.id, b"b"),
            (0, b"0"),
            (-two.id, b"-b"),
            (-1, b"-1"),
            (-one.id, b"-a"),
            (1, b"1"),
            (one.id, b"a"),
        ):
            assert one.api.send_bytes(mark, target) == Error.OK
        engine.wait(lambda: one.has("peer_packet", one.id, b"a"))
        engine.wait(lambda: three.has("peer_packet", one.id, b"-a"))

        def got(player):
            return [event[2] for event in player.events if event[0] == "peer_packet"]

        assert got(two) == [b"b", b"0", b"-1", b"-a"]
        assert got(three) == [b"0", b"-b", b"-1", b"-a"]
        assert got(one) == [b"a"]
        assert [arguments[1] for _, _, arguments in engine.events("peer_packet")] == [b"0", b"-b", b"-a", b"1"]
        for player in players:
            player.__exit__(None, None, None)

    def test_calls_between_clients_go_through_the_server(self, engine, port):
        one, two = join(engine, port), join(engine, port)
        engine.wait(lambda: len(one.api.get_peers()) == len(two.api.get_peers()) == 2)
        for value in range(3):
            one.calls.any.rpc_id(two.id, value)
            engine.wait(lambda value=value: (one.id, "any", value) in two.calls.called)
        assert engine.events("any") == []
        assert one.calls.rpc_id(-one.id, "any_local", "x") == Error.OK
        for player in (one, two):
            player.__exit__(None, None, None)


class TestEnds:
    def test_a_departure_is_reported_to_the_others(self, engine, port):
        one, two = join(engine, port), join(engine, port)
        engine.wait(lambda: len(two.api.get_peers()) == 2)
        left = one.id
        one.peer.close()
        engine.wait(lambda: one.has("server_disconnected") and two.has("peer_disconnected", left))
        assert not one.has("peer_disconnected")
        two.__exit__(None, None, None)

    def test_a_close_of_our_own_arrives(self, engine, port):
        with join(engine, port) as player:
            connection = player.peer.get_peer(1)
            assert connection is not None
            connection.close(4001, "bye")
            engine.wait(lambda: player.has("server_disconnected"))
            assert (connection.get_close_code(), connection.get_close_reason()) == (4001, "bye")
            engine.wait(lambda: bool(engine.events("peer_disconnected")))

    def test_a_server_that_refuses_newcomers_leaves_them_to_their_timeout(self, engine, port):
        engine.run("w.peer.refuse_new_connections = true\nreturn 0")
        player = PythonPeer(port)
        player.peer.handshake_timeout = 0.5
        engine.players.append(player)
        engine.wait(lambda: player.has("connection_failed"))
        engine.run("w.peer.refuse_new_connections = false\nreturn 0")


class Shorter(Node):
    """World/Calls of an older version: the numbers of its methods mean others."""

    @rpc("any_peer")
    def any(self, value=None): ...


def test_differing_lists_are_reported(engine, port):
    with join(engine, port) as player:
        player.world.remove_child(player.calls)
        older = player.world.add_child(Shorter("Calls"))
        older.any.rpc_id(1, "for any")
        engine.wait(lambda: player.has("rpc_lists_differ", 1, "World/Calls"))
        engine.wait(lambda: bool(engine.events("Upper")))  # the engine has run the first of its own list


def test_the_engine_answers_calls_as_we_do(engine, port):
    with join(engine, port) as player:
        answers = engine.run(
            "var calls = w.get_node('Calls')\n"
            "return [calls.rpc('plain', 1), calls.rpc_id(1, 'any'), calls.rpc_id(12345, 'any'),"
            " calls.rpc_id(-1, 'any_local'),"
            " w.multiplayer.send_bytes(PackedByteArray()), w.multiplayer.send_bytes('x'.to_utf8_buffer(), 12345)]"
        )
        assert answers == [31, 31, 0, 0, 30, 47]
        calls = player.calls
        assert calls.rpc("plain", 1) == 31
        assert calls.rpc_id(player.id, "any") == 31
        assert calls.rpc_id(12345, "any") == 0
        assert calls.rpc_id(-player.id, "any_local") == 0
        assert calls.called == []
        assert engine.events("any_local") == []
