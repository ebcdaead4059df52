from __future__ import annotations

import itertools

import pytest

from tests.support.godot4_session import Game, Star
from tests.support.scripted_peer import ScriptedPeer, SentPacket
from wsclient.core.networked_multiplayer_peer import ConnectionStatus, TransferMode
from wsclient.godot4 import Node, SceneMultiplayer, rpc
from wsclient.ground.error import Error
from wsclient.multiplayer.godot4 import scene_commands as commands
from wsclient.scene.lag_peer import LagPeer

A, B, C = 5, 9, 7


class Main(Node):
    """Notes what is called, and by whom."""

    def __init__(self):
        super().__init__("Main")
        self.calls = []

    def note(self, *what):
        self.calls.append((self.multiplayer.get_remote_sender_id(), *what))

    @rpc("any_peer")
    def any(self, value=None):
        self.note("any", value)

    @rpc("any_peer", "call_local")
    def any_local(self, value=None):
        self.note("any_local", value)

    @rpc
    def authority(self, value=None):
        self.note("authority", value)

    @rpc("call_local", "unreliable")
    def authority_local(self, value=None):
        self.note("authority_local", value)

    @rpc("any_peer")
    def fail(self):
        raise LookupError("by the game")


class Other(Node):
    """Main of another version of the game."""

    def __init__(self):
        super().__init__("Main")

    @rpc("any_peer")
    def another(self): ...


@pytest.fixture
def star():
    return Star(Main, A, B)


@pytest.fixture
def trio():
    return Star(Main, A, B, C)


@pytest.fixture
def peer():
    return ScriptedPeer(A)


@pytest.fixture
def game(peer):
    """A client, A, of a server and client B."""
    peer.tells("peer_connected", 1)
    peer.arrives(1, commands.encode_add_peer(B))
    game = Game(peer, Main, lambda: 0.0)
    game.poll()
    return game


def calls_of(star):
    """Returns and clears the recorded calls, by participant."""
    star.settle()
    called = {peer_id: list(game.main.calls) for peer_id, game in star.games.items()}
    for game in star.games.values():
        game.main.calls.clear()
    return called


def call(*values, path="Main", method="any"):
    number = Main().get_rpc_list().id_of(method)
    return commands.invocation_of_call(number, values).by_path(path)


class TestJoining:
    def test_signals_come_in_the_engines_order(self, game, peer):
        peer.tells("peer_disconnected", 1)
        fresh = ScriptedPeer(A)
        fresh.tells("peer_connected", 1)
        fresh.arrives(1, commands.encode_add_peer(B))
        assert Game(fresh, Main, float).poll() == [
            ("connected_to_server",),
            ("peer_connected", 1),
            ("peer_connected", B),
        ]

    def test_clients_hear_of_each_other_through_the_server(self, star):
        assert {peer_id: game.api.get_peers() for peer_id, game in star.games.items()} == {
            1: [A, B],
            A: [1, B],
            B: [1, A],
        }

    def test_without_server_relay_clients_know_only_the_server(self):
        star = Star(Main)
        star.games[1].api.server_relay = False
        for peer_id in (A, B):
            star.join(peer_id)
        star.settle()
        assert star.games[A].api.get_peers() == [1]

    def test_our_id_is_the_peers(self, star):
        assert [game.api.get_unique_id() for game in star.games.values()] == [1, A, B]
        assert [game.api.is_server() for game in star.games.values()] == [True, False, False]

    def test_without_a_peer_there_is_no_id(self):
        api = SceneMultiplayer()
        assert (api.get_unique_id(), api.is_server(), api.get_peers(), api.has_multiplayer_peer()) == (
            0,
            False,
            [],
            False,
        )
        api.poll()

    def test_has_godots_defaults(self):
        api = SceneMultiplayer()
        assert (api.auth_timeout, api.server_relay, api.auth_callback, api.allow_object_decoding) == (
            3.0,
            True,
            None,
            False,
        )
        assert (api.max_sync_packet_size, api.max_delta_packet_size) == (1350, 65535)

    def test_a_failing_connecting_peer_is_reported(self):
        peer = ScriptedPeer(0)
        peer.status = ConnectionStatus.CONNECTION_CONNECTING
        peer.becomes(ConnectionStatus.CONNECTION_DISCONNECTED, 0)
        peer.tells("connection_failed")
        assert Game(peer, Main, float).poll() == [("connection_failed",)]

    def test_refusing_newcomers_is_the_peers_own_affair(self, game, peer, caplog):
        game.api.refuse_new_connections = True
        assert peer.refuse_new_connections
        assert game.api.refuse_new_connections
        game.api.multiplayer_peer = None
        game.api.refuse_new_connections = True
        assert not game.api.refuse_new_connections
        assert "refuse_new_connections: there is no multiplayer_peer" in caplog.text

    def test_the_news_of_a_flood_of_peers_is_not_believed(self, game, peer):
        for peer_id in range(100, 20_000):
            peer.arrives(1, commands.encode_add_peer(peer_id))
        game.poll()
        assert len(game.api.get_peers()) == 16384


class TestEnds:
    def test_the_server_ends(self, star):
        star.cut(1, A)
        happened = star.settle()
        assert happened[A] == [("peer_disconnected", 1), ("server_disconnected",)]
        assert (happened[1], happened[B]) == ([("peer_disconnected", A)], [("peer_disconnected", A)])
        assert (star.games[A].api.get_unique_id(), star.games[A].api.get_peers()) == (0, [])

    def test_a_kick_is_reported_to_all_except_the_kicker(self, star):
        star.games[1].api.disconnect_peer(A)
        happened = star.settle()
        assert happened[1] == []
        assert happened[B] == [("peer_disconnected", A)]
        assert happened[A] == [("peer_disconnected", 1), ("server_disconnected",)]
        assert star.games[1].api.get_peers() == [B]

    def test_a_client_leaves(self, star):
        star.games[A].api.disconnect_peer(1)
        happened = star.settle()
        assert happened[1] == [("peer_disconnected", A)]
        assert happened[B] == [("peer_disconnected", A)]

    def test_a_peer_that_cannot_end_one_connection_reports_that(self, game, caplog):
        game.api.disconnect_peer(1)
        assert "a ScriptedPeer cannot end the connection to one peer" in caplog.text
        game.api.multiplayer_peer = None
        game.api.disconnect_peer(1)
        assert "disconnect_peer: there is no multiplayer_peer" in caplog.text

    def test_packets_of_a_peer_run_before_its_departure(self, game, peer):
        peer.arrives(1, call("last words"))
        peer.tells("peer_disconnected", 1)
        game.api.peer_disconnected.connect(lambda peer_id: game.main.calls.append("left"))
        game.poll()
        assert game.main.calls == [(1, "any", "last words"), "left"]

    def test_a_session_after_the_end_begins_with_new_numbers(self, game, peer):
        game.main.any.rpc_id(1)
        peer.tells("server_disconnected")
        peer.tells("peer_connected", 1)
        game.poll()
        peer.sent.clear()
        game.main.any.rpc_id(1)
        assert commands.decode(peer.sent[0].packet).path_id == 1


# godot4.md 1.3 and 2: mode, call_local and direction, as the engine runs them.
METHODS = ["any", "any_local", "authority", "authority_local"]


@pytest.mark.parametrize(
    ("method", "caller", "target", "authority"),
    list(itertools.product(METHODS, [1, A], [0, 1, A, B, -1, -A, -B], [1, A])),
)
def test_calls_run_where_the_engine_runs_them(star, method, caller, target, authority):
    for game in star.games.values():
        game.main.set_multiplayer_authority(authority)
    is_to_ourselves = target == caller
    is_local = method.endswith("local")
    error = star.games[caller].main.rpc_id(target, method, "x")
    assert error == (Error.ERR_INVALID_PARAMETER if is_to_ourselves and not is_local else Error.OK)
    meant = {0: {1, A, B}, 1: {1}, A: {A}, B: {B}}.get(target) or {1, A, B} - {-target}
    if target == -caller:  # all but ourselves: no peer's id that is connected, and the engine sends nothing
        meant = set()
    allowed = method.startswith("any") or caller == authority
    expected = {
        peer_id: [(caller, method, "x")] if peer_id in meant and (is_local if peer_id == caller else allowed) else []
        for peer_id in star.games
    }
    assert calls_of(star) == expected


class TestCalls:
    def test_of_the_node_are_those_of_the_method(self, star):
        main = star.games[A].main
        assert (main.rpc("any", 1), main.any.rpc(2), main.any.rpc_id(B, 3)) == (Error.OK,) * 3
        assert star.games[A].api.rpc(B, main, "any", [4]) == Error.OK
        called = calls_of(star)
        assert called[1] == [(A, "any", 1), (A, "any", 2)]
        assert called[B] == [(A, "any", 1), (A, "any", 2), (A, "any", 3), (A, "any", 4)]

    def test_run_here_after_they_were_sent_with_our_own_id(self, star):
        game, sent_before = star.games[A], []
        game.main.note = lambda *what: sent_before.append((len(game.peer.sent), game.api.get_remote_sender_id()))
        game.main.any_local.rpc(1)
        assert sent_before == [(4, A)]
        assert game.api.get_remote_sender_id() == 0

    def test_go_by_number_when_all_have_confirmed(self, star):
        main, peer = star.games[A].main, star.games[A].peer
        main.any.rpc(1)
        star.settle()
        peer.sent.clear()
        main.any.rpc(2)
        by_id = commands.invocation_of_call(0, [2]).by_id(1)
        assert [sent.packet for sent in peer.sent] == [by_id, commands.encode_relay(B, by_id)]

    def test_leave_no_trace_of_their_mode_but_at_the_peer(self, star):
        star.games[1].main.authority_local.rpc(1)
        modes = {sent.mode for sent in star.games[1].peer.sent if sent.packet[0] & 7 == 0}
        assert modes == {TransferMode.TRANSFER_MODE_UNRELIABLE}

    def test_to_a_missing_peer_are_only_logged(self, star, caplog):
        assert star.games[A].main.any.rpc_id(1234) == Error.OK
        assert "rpc of 'any': peer 1234 is not connected" in caplog.text
        assert star.games[A].peer.sent == []

    def test_name_the_nearest_of_the_marked_ones(self, star, caplog):
        assert star.games[A].main.rpc("auhtority") == Error.ERR_INVALID_PARAMETER
        assert "rpc of 'auhtority': Main has none marked; the nearest is 'authority'" in caplog.text

    def test_refuse_an_invalid_argument_before_anything_is_sent(self, star):
        with pytest.raises(TypeError, match=r"argument 2.*of 'any'"):
            star.games[A].main.rpc("any", 1, object())
        assert star.games[A].peer.sent == []

    def test_are_refused_in_the_engines_order(self, game, peer, caplog):
        assert Node("stranger").rpc("any") == Error.ERR_UNCONFIGURED
        game.root.remove_child(game.main)
        game.main.custom_multiplayer = game.api
        assert game.main.rpc("any") == Error.ERR_INVALID_PARAMETER
        game.root.add_child(game.main)
        peer.status = ConnectionStatus.CONNECTION_CONNECTING
        assert game.main.rpc("any") == Error.ERR_CONNECTION_ERROR
        game.api.multiplayer_peer = None
        assert game.main.rpc("any") == Error.ERR_UNCONFIGURED
        assert "there is no multiplayer_peer" in caplog.text

    def test_an_exception_of_a_method_propagates_and_the_rest_runs_next_time(self, game, peer):
        peer.arrives(1, call(method="fail"))
        peer.arrives(1, call("later"))
        with pytest.raises(LookupError):
            game.poll()
        assert game.main.calls == []
        game.poll()
        assert game.main.calls == [(1, "any", "later")]

    def test_a_returning_node_gets_another_number(self, game, peer):
        game.main.any.rpc_id(1)
        game.root.remove_child(game.main)
        game.root.add_child(game.main)
        peer.sent.clear()
        game.main.any.rpc_id(1)
        assert commands.decode(peer.sent[0].packet).path_id == 2


class TestLists:
    def test_that_differ_are_reported_on_both_sides(self):
        star = Star(Main, A)
        star.games[A].root.remove_child(star.games[A].main)
        star.games[A].main = star.games[A].root.add_child(Other())
        star.games[A].main.another.rpc_id(1)
        happened = star.settle()
        assert happened == {1: [("rpc_lists_differ", A, "Main")], A: [("rpc_lists_differ", 1, "Main")]}

    def test_that_differ_do_not_stop_calls_as_in_the_engine(self, caplog):
        star = Star(Main, A)
        star.games[A].root.remove_child(star.games[A].main)
        star.games[A].main = star.games[A].root.add_child(Other())
        star.games[A].main.another.rpc_id(1)
        star.settle()
        assert star.games[1].main.calls == [(A, "any", None)]
        assert "peer 5 has other @rpc methods at 'Main': calls run the wrong method, or none. Main has 5" in caplog.text

    def test_a_path_without_a_node_is_confirmed_and_counts_as_equal(self, game, peer):
        peer.sent.clear()
        peer.arrives(1, commands.encode_simplify_path(Main().get_rpc_list().checksum, 3, "Late"))
        assert game.poll() == []
        assert peer.sent == [SentPacket(1, commands.encode_confirm_path(3, are_lists_equal=True))]


class TestBytes:
    # godot4.md 4, with a, b, c: who gets what a sends to this target.
    @pytest.mark.parametrize(
        ("target", "reached"),
        [
            (B, [B]),
            (0, [1, B, C]),
            (-B, [1, C]),
            (-1, [B, C]),
            (-A, [1, B, C]),
            (1, [1]),
            (12345, []),
            (A, [A]),
        ],
    )
    def test_reach_the_same_peers_as_the_engines(self, trio, target, reached):
        assert trio.games[A].api.send_bytes(b"x", target) == Error.OK
        happened = trio.settle()
        assert sorted(peer_id for peer_id, events in happened.items() if events) == sorted(reached)
        assert {event for events in happened.values() for event in events} <= {("peer_packet", A, b"x")}

    def test_of_the_server_need_no_relay(self, star):
        star.games[1].api.send_bytes(b"x", -A)
        assert star.games[1].peer.sent == [SentPacket(B, b"\x03x")]

    @pytest.mark.parametrize("target", [1, 12345])
    def test_of_the_server_without_receivers_are_refused_as_in_the_engine(self, star, target):
        assert star.games[1].api.send_bytes(b"x", target) == Error.ERR_BUG

    def test_none_are_refused(self, game):
        assert game.api.send_bytes(b"") == Error.ERR_INVALID_DATA

    def test_before_the_session_is_joined_are_refused(self, game, peer):
        peer.status = ConnectionStatus.CONNECTION_CONNECTING
        assert game.api.send_bytes(b"x") == Error.ERR_UNCONFIGURED

    def test_have_their_sender(self, trio):
        senders = []
        trio.games[B].api.peer_packet.connect(
            lambda peer_id, packet: senders.append(trio.games[B].api.get_remote_sender_id())
        )
        trio.games[A].api.send_bytes(b"x", B)
        trio.settle()
        assert senders == [A]


class TestAuthentication:
    """godot4.md 3."""

    @pytest.fixture
    def pair(self):
        star = Star(Main)
        star.games[1].api.auth_callback = lambda peer_id, data: star.games[1].events.append(("auth", peer_id, data))
        star.join(A).api.auth_callback = lambda peer_id, data: star.games[A].events.append(("auth", peer_id, data))
        return star

    def test_with_a_callback_on_both_sides_both_have_to_complete_it(self, pair):
        server, client = pair.games[1].api, pair.games[A].api
        assert pair.settle() == {1: [("peer_authenticating", A)], A: [("peer_authenticating", 1)]}
        assert (server.get_authenticating_peers(), server.get_peers(), client.get_unique_id()) == ([A], [], A)
        assert client.send_auth(1, b"password") == Error.OK
        assert pair.settle() == {1: [("auth", A, b"password")], A: []}
        assert server.complete_auth(A) == Error.OK
        assert pair.settle() == {1: [], A: []}
        assert client.complete_auth(1) == Error.OK
        assert pair.settle() == {
            1: [("peer_connected", A)],
            A: [("connected_to_server",), ("peer_connected", 1)],
        }

    def test_completing_outside_of_poll_emits_nothing_there(self, pair):
        pair.settle()
        pair.games[1].api.complete_auth(A)
        pair.settle()
        pair.games[A].events.clear()
        pair.games[A].api.complete_auth(1)
        assert pair.games[A].events == []

    def test_completing_in_the_callback_admits_at_once(self, pair):
        server = pair.games[1].api
        server.auth_callback = lambda peer_id, data: server.complete_auth(peer_id)
        pair.settle()
        pair.games[A].api.send_auth(1, b"x")
        pair.games[A].api.complete_auth(1)
        assert pair.settle()[1] == [("peer_connected", A)]

    @pytest.mark.parametrize(
        ("attempt", "error"),
        [
            pytest.param(lambda api: api.send_auth(A, b""), Error.ERR_INVALID_PARAMETER, id="no-bytes"),
            pytest.param(lambda api: api.send_auth(1234, b"x"), Error.ERR_INVALID_PARAMETER, id="nobody"),
            pytest.param(lambda api: api.complete_auth(1234), Error.ERR_INVALID_PARAMETER, id="complete-nobody"),
            pytest.param(
                lambda api: api.complete_auth(A) or api.send_auth(A, b"x"), Error.ERR_FILE_CANT_WRITE, id="after-done"
            ),
            pytest.param(
                lambda api: api.complete_auth(A) or api.complete_auth(A), Error.ERR_FILE_CANT_WRITE, id="twice"
            ),
        ],
    )
    def test_refuses_calls_as_the_engine_does(self, pair, attempt, error):
        pair.settle()
        assert attempt(pair.games[1].api) == error

    def test_earlier_packets_are_discarded(self, pair):
        pair.settle()
        pair.games[A].peer.set_target_peer(1)
        pair.games[A].peer.put_packet(call("early"))
        pair.settle()
        assert (pair.games[1].main.calls, pair.games[1].api.get_refused_packet_count()) == ([], 1)

    def test_a_slow_peer_is_dropped_and_reported(self, pair):
        pair.settle()
        happened = {1: [], A: []}
        for step in range(1, 25):
            pair.now = step * 0.125
            for peer_id, told in pair.settle().items():
                happened[peer_id] += told
        assert happened[1] == [("peer_authentication_failed", A)]
        assert ("peer_authentication_failed", 1) in happened[A]
        assert pair.games[1].api.get_authenticating_peers() == []

    def test_there_may_be_no_limit(self, pair):
        pair.games[1].api.auth_timeout = pair.games[A].api.auth_timeout = 0
        pair.settle()
        pair.now = 1e6
        assert pair.settle() == {1: [], A: []}
        with pytest.raises(ValueError, match="auth_timeout is -1"):
            pair.games[1].api.auth_timeout = -1

    def test_a_kick_meanwhile_is_a_failure_at_the_other_side(self, pair):
        pair.settle()
        pair.games[1].api.disconnect_peer(A)
        happened = pair.settle()
        assert happened[1] == []
        assert happened[A] == [("peer_authentication_failed", 1), ("server_disconnected",)]

    def test_others_are_told_of_a_peer_when_it_is_admitted(self, pair):
        pair.games[1].api.auth_callback = None
        pair.games[A].api.auth_callback = None
        pair.settle()
        pair.games[1].api.auth_callback = lambda peer_id, data: None
        pair.join(B).api.auth_callback = lambda peer_id, data: None
        assert pair.settle()[A] == []
        for peer_id, other in ((1, B), (B, 1)):
            pair.games[peer_id].api.complete_auth(other)
        assert pair.settle()[A] == [("peer_connected", B)]

    def test_a_server_that_authenticates_is_answered_also_without_a_callback_here(self):
        star = Star(Main)
        server = star.games[1].api
        server.auth_callback = lambda peer_id, data: None
        server.peer_authenticating.connect(server.complete_auth)
        star.join(A)
        happened = star.settle()
        assert happened[A] == [("connected_to_server",), ("peer_connected", 1)]
        assert happened[1] == [("peer_authenticating", A), ("peer_connected", A)]


class TestRefusedPackets:
    @pytest.mark.parametrize(
        ("packet", "words"),
        [
            pytest.param(b"", "an empty packet", id="empty"),
            pytest.param(b"\x07\x09\x00\x00\x00\x00", "unknown kind", id="unknown-sys"),
            pytest.param(
                call(1, 2, 3), "method 'any' of <Main /root/Main> takes (value=None), and 3 came", id="arguments"
            ),
            pytest.param(
                commands.invocation_of_call(99, ()).by_path("Main"),
                "method 99 of <Main /root/Main>, whose list has 5",
                id="method",
            ),
            pytest.param(
                call(path="Nobody"), "for node 'Nobody', but <Node /root> has none of this path", id="no-node"
            ),
            pytest.param(
                commands.invocation_of_call(0, ()).by_id(7),
                "node of number 7, which it never announced",
                id="no-number",
            ),
            pytest.param(commands.encode_confirm_path(9, are_lists_equal=True), "confirms number 9", id="confirm"),
            pytest.param(commands.encode_add_peer(A), "sends news of us", id="news-of-us"),
            pytest.param(
                commands.encode_add_peer(B), "says that peer 9 came, which was there already", id="news-twice"
            ),
            pytest.param(commands.encode_relay(B, commands.encode_add_peer(77)), "relays AddPeer", id="news-relayed"),
            pytest.param(
                commands.encode_relay(B, commands.encode_relay(C, b"\x03x")), "relays Relay", id="relayed-relay"
            ),
            pytest.param(
                commands.encode_relay(B, call(method="authority")), "its authority is 1", id="forged-authority"
            ),
        ],
    )
    def test_are_logged_counted_and_ignored(self, game, peer, caplog, packet, words):
        peer.arrives(1, packet)
        assert game.poll() == []
        assert (game.main.calls, game.api.get_refused_packet_count()) == ([], 1)
        assert "refused packet 1, from peer 1: " in caplog.text
        assert words in caplog.text

    def test_news_of_peers_from_a_client_are_refused_at_the_server(self, star):
        for packet in (commands.encode_add_peer(77), commands.encode_del_peer(B)):
            star.carry(A, 1, packet)
        star.settle()
        assert star.games[1].api.get_peers() == [A, B]
        assert star.games[1].api.get_refused_packet_count() == 2

    def test_a_relay_is_refused_if_it_is_switched_off(self, star):
        star.games[1].api.server_relay = False
        star.carry(A, 1, commands.encode_relay(B, b"\x03x"))
        assert star.settle()[B] == []
        assert star.games[1].api.get_refused_packet_count() == 1

    def test_a_stranger_is_not_heard(self, star):
        star.games[1].peer.arrives(66, call())
        star.settle()
        assert (star.games[1].main.calls, star.games[1].api.get_refused_packet_count()) == ([], 1)

    def test_a_number_is_announced_once(self, game, peer):
        checksum = Main().get_rpc_list().checksum
        peer.arrives(1, commands.encode_simplify_path(checksum, 3, "Main"))
        peer.arrives(1, commands.encode_simplify_path(checksum, 3, "Other"))
        peer.arrives(1, commands.invocation_of_call(0, [1]).by_id(3))
        game.poll()
        assert game.main.calls == [(1, "any", 1)]
        assert game.api.get_refused_packet_count() == 1

    def test_a_count_starts_again_with_another_peer(self, game, peer):
        peer.arrives(1, b"")
        game.poll()
        game.api.multiplayer_peer = None
        assert game.api.get_refused_packet_count() == 0


class TestLag:
    def test_holds_for_it_too(self):
        now = [0.0]
        peer = ScriptedPeer(A)
        peer.tells("peer_connected", 1)
        game = Game(LagPeer(peer, latency=0.5, clock=lambda: now[0]), Main, lambda: now[0])
        assert game.poll() == []
        now[0] = 0.5
        assert game.poll() == [("connected_to_server",), ("peer_connected", 1)]
        game.main.any.rpc(1)
        game.poll()
        assert peer.sent == []
        now[0] = 1.0
        game.poll()
        assert len(peer.sent) == 2
