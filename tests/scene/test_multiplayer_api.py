from __future__ import annotations

import gc
import itertools
import weakref
from collections import deque

import pytest

from tests.support.scripted_peer import Hub, ScriptedPeer, SentPacket
from wsclient import rpc
from wsclient.core.networked_multiplayer_peer import ConnectionStatus, NetworkedMultiplayerPeer, TransferMode
from wsclient.ground.error import Error
from wsclient.multiplayer.godot3 import commands
from wsclient.multiplayer.godot3.rpc_mode import RPCMode
from wsclient.scene.multiplayer_api import MultiplayerAPI
from wsclient.scene.node import Node


class Main(Node):
    """Notes what happens, with who was the sender."""

    shared = rpc.remote(0)

    def __init__(self):
        super().__init__("Main")
        self.events = []
        self._synced = 0

    def note(self, *what):
        self.events.append((self.multiplayer.get_rpc_sender_id(), *what))

    @rpc.remote
    def call(self, *values):
        self.note(*values)

    @rpc.remotesync
    def for_all(self, value):
        self.note(value)

    @rpc.remote
    def answer(self, value):
        self.note("asked")
        self.rpc_id(self.multiplayer.get_rpc_sender_id(), "call", value)

    @rpc.remote
    def fail(self):
        raise LookupError("by the game")

    @property
    @rpc.remotesync
    def synced(self):
        return self._synced

    @synced.setter
    def synced(self, value):
        self._synced = value
        self.note("synced", value)


class Game:
    """One participant, with its MultiplayerAPI, its tree and its recorded signals."""

    def __init__(self, peer):
        self.peer = peer
        self.main = Main()
        self.root = Node("root")
        self.root.add_child(self.main)
        self.api = MultiplayerAPI()
        self.api.root_node = self.root
        for signal in ("network_peer_connected", "network_peer_disconnected", "network_peer_packet"):
            self.api.connect(signal, self._on_signal(signal))
        for signal in ("connected_to_server", "connection_failed", "server_disconnected"):
            self.api.connect(signal, self._on_signal(signal))
        self.api.network_peer = peer
        self.events = self.main.events

    def _on_signal(self, signal):
        return lambda *args: self.events.append((signal, *args))

    def poll(self):
        """Polls, and returns what happened."""
        self.events.clear()
        self.api.poll()
        return list(self.events)


class Session(Hub):
    """A server and clients 5 and 9, each with its game.

    They are polled until nothing is on its way any more.
    """

    def __init__(self):
        super().__init__()
        self.games = {peer_id: Game(peer) for peer_id, peer in [(1, self.peers[1])]}
        for peer_id in (5, 9):
            self.games[peer_id] = Game(self.join(peer_id))
        self.settle()
        for game in self.games.values():
            game.peer.sent.clear()

    def settle(self):
        """Polls all in turn; returns what happened, by participant."""
        happened = {peer_id: [] for peer_id in self.games}
        for _ in range(10):
            for peer_id, game in self.games.items():
                happened[peer_id] += game.poll()
        return happened


@pytest.fixture
def session():
    return Session()


@pytest.fixture
def peer():
    return ScriptedPeer(2)


@pytest.fixture
def game(peer):
    """A client, 2, of a server and client 5."""
    peer.tells("peer_connected", 1)
    peer.tells("connection_succeeded")
    peer.tells("peer_connected", 5)
    game = Game(peer)
    game.poll()
    return game


def call(*values, path="Main"):
    return commands.invocation_of_call("call", values).by_path(path)


class TestNetworkPeer:
    def test_there_is_none_at_first(self):
        api = MultiplayerAPI()
        assert (api.network_peer, api.get_network_peer(), api.has_network_peer()) == (None, None, False)
        assert (api.is_network_server(), api.get_network_connected_peers(), api.get_rpc_sender_id()) == (False, [], 0)
        api.poll()

    def test_without_one_there_is_no_id_and_the_log_says_so(self, caplog):
        assert MultiplayerAPI().get_network_unique_id() == 0
        assert "there is no network_peer" in caplog.text

    def test_a_disconnected_one_is_refused(self, peer):
        peer.status = ConnectionStatus.CONNECTION_DISCONNECTED
        api = MultiplayerAPI()
        with pytest.raises(ValueError, match="is disconnected: tell it to connect"):
            api.network_peer = peer
        assert not api.has_network_peer()

    def test_a_connecting_one_is_taken(self, peer):
        peer.status = ConnectionStatus.CONNECTION_CONNECTING
        api = MultiplayerAPI()
        api.set_network_peer(peer)
        assert api.network_peer is peer

    def test_invalid_values_are_refused(self):
        with pytest.raises(TypeError, match="must be a NetworkedMultiplayerPeer or None, not str"):
            MultiplayerAPI().network_peer = "ws://localhost"

    @pytest.mark.parametrize(("unique_id", "is_server"), [(1, True), (2, False)])
    def test_our_id_is_its_id(self, unique_id, is_server):
        api = MultiplayerAPI()
        api.network_peer = ScriptedPeer(unique_id)
        assert (api.get_network_unique_id(), api.is_network_server()) == (unique_id, is_server)

    def test_setting_another_forgets_all_about_the_one_before(self, game, peer):
        game.main.rpc("call")
        peer.arrives(1, b"")
        game.poll()
        other = ScriptedPeer(3)
        game.api.network_peer = other
        assert (game.api.get_network_connected_peers(), game.api.get_refused_packet_count()) == ([], 0)
        other.tells("peer_connected", 1)
        game.poll()
        game.main.rpc("call")
        assert other.sent[0] == SentPacket(1, commands.encode_simplify_path(1, "Main"))

    def test_the_one_before_is_not_listened_to_any_more(self, game, peer):
        game.api.network_peer = None
        peer.tells("peer_connected", 7)
        peer.poll()
        assert game.poll() == []
        assert peer.get_signal_connection_list("peer_connected") == []

    def test_setting_the_same_again_changes_nothing(self, game, peer):
        game.api.network_peer = peer
        assert game.api.get_network_connected_peers() == [1, 5]

    def test_whether_it_refuses_others_is_its_own_affair(self, game, peer, caplog):
        game.api.refuse_new_network_connections = True
        assert peer.refuse_new_connections
        assert game.api.is_refusing_new_network_connections()
        game.api.network_peer = None
        game.api.set_refuse_new_network_connections(True)
        assert not game.api.refuse_new_network_connections
        assert "refuse_new_network_connections: there is no network_peer" in caplog.text

    def test_allow_object_decoding_is_kept(self):
        api = MultiplayerAPI()
        assert not api.allow_object_decoding
        api.set_allow_object_decoding(True)
        assert api.is_object_decoding_allowed()
        api.allow_object_decoding = False
        assert not api.is_object_decoding_allowed()

    def test_neither_it_nor_the_api_is_kept_alive_by_its_signals(self):
        api, peer = MultiplayerAPI(), ScriptedPeer()
        api.network_peer = peer
        peer.tells("peer_connected", 1)
        api.poll()
        alive = [weakref.ref(api), weakref.ref(peer)]
        gc.disable()
        try:
            del api, peer
            assert [each() for each in alive] == [None, None]
        finally:
            gc.enable()


class TestRootNode:
    def test_gives_the_tree_its_multiplayer(self):
        api, root = MultiplayerAPI(), Node("root")
        api.set_root_node(root)
        assert root.multiplayer is api
        assert api.get_root_node() is api.root_node is root

    def test_takes_it_back_from_the_one_before(self):
        api, root, other = MultiplayerAPI(), Node("root"), Node("root")
        api.root_node = root
        api.root_node = other
        assert (root.custom_multiplayer, other.multiplayer) == (None, api)
        api.root_node = None
        assert other.custom_multiplayer is None

    def test_leaves_a_node_its_own_multiplayer(self):
        api, own, root = MultiplayerAPI(), MultiplayerAPI(), Node("root")
        root.custom_multiplayer = own
        api.root_node = root
        api.root_node = None
        assert root.multiplayer is own


class TestSignals:
    def test_come_in_godots_order_and_other_peers_after_connected_to_server(self, peer):
        peer.tells("peer_connected", 1)
        peer.tells("connection_succeeded")
        peer.tells("peer_connected", 5)
        game = Game(peer)
        known = []
        game.api.connected_to_server.connect(lambda: known.extend(game.api.get_network_connected_peers()))
        assert game.poll() == [
            ("network_peer_connected", 1),
            ("connected_to_server",),
            ("network_peer_connected", 5),
        ]
        assert known == [1]

    def test_a_peer_is_gone_when_its_departure_is_reported(self, game, peer):
        known = []
        game.api.network_peer_disconnected.connect(lambda peer_id: known.extend(game.api.get_network_connected_peers()))
        peer.tells("peer_disconnected", 5)
        assert game.poll() == [("network_peer_disconnected", 5)]
        assert known == [1]

    def test_the_paths_of_a_peer_that_left_are_forgotten(self, game, peer):
        by_id = commands.invocation_of_call("call", ["by number"]).by_id(1)
        peer.arrives(5, commands.encode_simplify_path(1, "Main"))
        peer.arrives(5, by_id)
        peer.tells("peer_disconnected", 5)
        peer.arrives(5, by_id)
        assert game.poll() == [(5, "by number"), ("network_peer_disconnected", 5)]
        assert game.api.get_refused_packet_count() == 1

    @pytest.mark.parametrize("signal", ["connection_failed", "server_disconnected"])
    def test_no_peer_is_left_when_the_end_is_reported(self, game, peer, signal):
        known = []
        game.api.connect(signal, lambda: known.append(game.api.get_network_connected_peers()))
        peer.becomes(ConnectionStatus.CONNECTION_DISCONNECTED, 0)
        peer.tells(signal)
        assert game.poll() == [(signal,)]
        assert known == [[]]

    def test_packets_of_a_peer_run_before_its_departure(self, game, peer):
        peer.arrives(5, call("last words"))
        peer.tells("peer_disconnected", 5)
        assert game.poll() == [(5, "last words"), ("network_peer_disconnected", 5)]

    def test_packets_of_the_server_run_before_the_end(self, game, peer):
        peer.arrives(1, call("you have won"))
        peer.becomes(ConnectionStatus.CONNECTION_DISCONNECTED, 0)
        peer.tells("server_disconnected")
        assert game.poll() == [(1, "you have won"), ("server_disconnected",)]

    def test_a_session_after_the_end_starts_again(self, game, peer):
        game.main.rpc_id(1, "call")
        peer.arrives(1, commands.encode_confirm_path("Main"))
        peer.tells("server_disconnected")
        peer.tells("peer_connected", 1)
        game.poll()
        peer.sent.clear()
        game.main.rpc_id(1, "call")
        assert peer.sent[0] == SentPacket(1, commands.encode_simplify_path(1, "Main"))


class TestPoll:
    def test_polls_the_peer_and_takes_all_its_packets(self, game, peer):
        for number in range(3000):
            peer.arrives(1, call(number))
        assert game.poll() == [(1, number) for number in range(3000)]

    def test_a_nested_one_does_nothing(self, game, peer):
        game.api.network_peer_connected.connect(lambda peer_id: game.api.poll())
        peer.tells("peer_connected", 7)
        peer.tells("peer_connected", 8)
        assert game.poll() == [("network_peer_connected", 7), ("network_peer_connected", 8)]

    def test_an_exception_of_a_method_propagates_and_the_rest_runs_next_time(self, game, peer):
        peer.arrives(1, commands.invocation_of_call("fail", ()).by_path("Main"))
        peer.arrives(1, call("later"))
        peer.tells("peer_disconnected", 5)
        with pytest.raises(LookupError, match="by the game"):
            game.poll()
        assert game.events == []
        assert (game.api.get_rpc_sender_id(), game.api.get_network_connected_peers()) == (0, [1, 5])
        peer.arrives(1, call("even later"))
        assert game.poll() == [(1, "later"), ("network_peer_disconnected", 5), (1, "even later")]

    def test_repeated_exceptions_do_not_repeat_packets(self, game, peer):
        for _ in range(2):
            peer.arrives(1, commands.invocation_of_call("fail", ()).by_path("Main"))
        with pytest.raises(LookupError):
            game.poll()
        peer.arrives(1, call("later"))
        with pytest.raises(LookupError):
            game.poll()
        assert peer.coming == 1  # not polled before all is run
        assert game.poll() == [(1, "later")]

    def test_an_exception_of_a_handler_propagates_after_the_other_handlers(self, game, peer):
        def fail(id):
            raise LookupError("by the game")

        game.api.network_peer_connected.connect(fail)
        game.api.network_peer_connected.connect(lambda peer_id: game.events.append(("second handler", peer_id)))
        peer.tells("peer_connected", 7)
        peer.arrives(7, call("later"))
        with pytest.raises(LookupError):
            game.poll()
        assert game.events == [("network_peer_connected", 7), ("second handler", 7)]
        assert game.poll() == [(7, "later")]

    def test_an_exception_in_a_handler_of_the_peer_loses_nothing(self, game, peer):
        def fail(id):
            raise LookupError("by the game")

        peer.peer_connected.connect(fail)
        peer.arrives(1, call("before"))
        peer.tells("peer_connected", 7)
        peer.arrives(1, call("after"))
        with pytest.raises(LookupError):
            game.poll()
        assert game.poll() == [(1, "before"), ("network_peer_connected", 7), (1, "after")]

    def test_a_base_exception_propagates_at_once_and_the_rest_runs_next_time(self, game, peer):
        def interrupt(id):
            raise KeyboardInterrupt

        game.api.network_peer_connected.connect(interrupt)
        peer.tells("peer_connected", 7)
        peer.arrives(7, call("later"))
        with pytest.raises(KeyboardInterrupt):
            game.poll()
        assert game.poll() == [(7, "later")]

    def test_deferred_handlers_run_at_its_end(self, game, peer):
        deferred = game.api.CONNECT_DEFERRED
        game.api.network_peer_connected.connect(lambda peer_id: game.events.append("deferred"), flags=deferred)
        peer.tells("peer_connected", 7)
        peer.arrives(7, call("packet"))
        assert game.poll() == [("network_peer_connected", 7), (7, "packet"), "deferred"]

    def test_a_handler_may_take_the_peer_away(self, game, peer):
        def give_up(id):
            game.api.network_peer = None

        game.api.network_peer_connected.connect(give_up)
        peer.tells("peer_connected", 7)
        peer.arrives(7, call("never"))
        assert game.poll() == [("network_peer_connected", 7)]
        assert game.poll() == []

    def test_a_called_method_may_take_the_peer_away_before_it_is_polled(self, game, peer):
        def fail(id):
            raise LookupError("by the game")

        game.main.rpc_config("give_up", RPCMode.RPC_MODE_REMOTE)
        game.main.give_up = lambda: game.api.set_network_peer(None)
        game.api.network_peer_connected.connect(fail)
        peer.tells("peer_connected", 7)
        peer.arrives(7, commands.invocation_of_call("give_up", ()).by_path("Main"))
        with pytest.raises(LookupError):
            game.poll()
        assert game.poll() == []
        assert not game.api.has_network_peer()

    def test_received_packets_run_even_after_the_end(self, game, peer):
        peer.status = ConnectionStatus.CONNECTION_DISCONNECTED
        peer.arrives(1, call("still readable"))
        assert game.poll() == [(1, "still readable")]

    def test_waiting_packets_can_be_dropped(self, game, peer):
        peer.arrives(1, commands.invocation_of_call("fail", ()).by_path("Main"))
        peer.arrives(1, call("later"))
        with pytest.raises(LookupError):
            game.poll()
        game.api.clear()
        assert game.poll() == []
        assert game.api.has_network_peer()

    def test_malformed_packets_are_counted_and_change_nothing(self, game, peer):
        for packet in (b"", b"\x00", b"\x04", b"\x00\x01\x00\x00\x00call\x00\x00"):
            peer.arrives(1, packet)
        assert game.poll() == []
        assert game.api.get_refused_packet_count() == 4


class TestSendBytes:
    def test_reaches_the_peers_of_the_target(self, session):
        for target in (0, 1, 9, -9, -1):
            session.games[5].api.send_bytes(bytes((target & 255,)), target)
        happened = session.settle()
        packets = {peer_id: [event[2][0] for event in events] for peer_id, events in happened.items()}
        assert packets == {1: [0, 1, 247], 5: [], 9: [0, 9, 255]}
        assert happened[1][0] == ("network_peer_packet", 5, b"\x00")

    def test_has_the_sender_while_it_is_handled(self, game, peer):
        senders = []
        game.api.network_peer_packet.connect(lambda peer_id, packet: senders.append(game.api.get_rpc_sender_id()))
        peer.arrives(5, commands.encode_raw(b"x"))
        game.poll()
        assert (senders, game.api.get_rpc_sender_id()) == ([5], 0)

    def test_has_godots_defaults(self, game, peer):
        assert game.api.send_bytes(b"x") == Error.OK
        assert peer.sent == [SentPacket(0, b"\x04x", TransferMode.TRANSFER_MODE_RELIABLE)]

    def test_takes_a_mode(self, game, peer):
        game.api.send_bytes(b"x", 5, TransferMode.TRANSFER_MODE_UNRELIABLE)
        assert peer.sent == [SentPacket(5, b"\x04x", TransferMode.TRANSFER_MODE_UNRELIABLE)]

    def test_refuses_no_bytes_at_all(self, game, caplog):
        assert game.api.send_bytes(b"") == Error.ERR_INVALID_DATA
        assert "no bytes to send" in caplog.text

    def test_answers_what_the_peer_answers(self, game, peer):
        peer.answer = Error.ERR_OUT_OF_MEMORY
        assert game.api.send_bytes(b"x") == Error.ERR_OUT_OF_MEMORY


class TestRpc:
    def test_reaches_all_others(self, session):
        assert session.games[5].main.rpc("call", "hello", 1) == Error.OK
        assert session.settle() == {1: [(5, "hello", 1)], 5: [], 9: [(5, "hello", 1)]}

    def test_can_be_asked_of_the_api_itself(self, session):
        api, main = session.games[5].api, session.games[5].main
        assert (api.rpc(main, "call", 1), api.rset(main, "shared", 7)) == (Error.OK, Error.OK)
        assert session.settle()[9] == [(5, 1)]
        assert session.games[9].main.shared == 7

    @pytest.mark.parametrize(("target", "reached"), [(1, [1]), (9, [9]), (-9, [1]), (-1, [9])])
    def test_reaches_the_peers_of_the_target(self, session, target, reached):
        session.games[5].main.rpc_id(target, "call", "hello")
        happened = session.settle()
        assert [peer_id for peer_id, events in happened.items() if events] == reached

    def test_can_be_answered(self, session):
        session.games[5].main.rpc_id(9, "answer", "back")
        assert session.settle() == {1: [], 5: [(9, "back")], 9: [(5, "asked")]}

    def test_sends_first_and_runs_here_after_with_our_own_id(self, session):
        game = session.games[5]
        sent_before = []
        game.main.note = lambda value: sent_before.append(
            (len(game.peer.sent), game.api.get_rpc_sender_id(), value),
        )
        game.main.rpc("for_all", "x")
        assert sent_before == [(4, 5, "x")]
        assert game.api.get_rpc_sender_id() == 0

    def test_a_call_to_ourselves_by_id_is_never_sent(self, session):
        game = session.games[5]
        assert game.main.rpc_id(5, "for_all", "x") == Error.OK
        assert (game.peer.sent, game.events) == ([], [(5, "x")])

    def test_an_exception_of_the_local_method_propagates_after_sending(self, session):
        game = session.games[5]
        game.main.rpc_config("fail", RPCMode.RPC_MODE_REMOTESYNC)
        with pytest.raises(LookupError):
            game.main.rpc("fail")
        assert len(game.peer.sent) == 4
        assert game.api.get_rpc_sender_id() == 0

    def test_a_call_inside_a_call_does_not_hide_who_called(self, session):
        game = session.games[9]
        game.main.rpc_config("both", RPCMode.RPC_MODE_REMOTE)

        def both():
            game.main.rpc("for_all", "inner")
            game.main.note("outer")

        game.main.both = both
        session.games[5].main.rpc_id(9, "both")
        assert session.settle()[9] == [(9, "inner"), (5, "outer")]

    def test_the_second_call_is_the_short_form_when_all_have_confirmed(self, session):
        game = session.games[5]
        game.main.rpc("call", 1)
        session.settle()
        game.peer.sent.clear()
        game.main.rpc("call", 2)
        assert game.peer.sent == [SentPacket(0, commands.invocation_of_call("call", [2]).by_id(1))]

    def test_the_root_node_can_be_called_itself(self, session):
        session.games[1].api.root_node = session.games[1].main
        session.games[1].root.remove_child(session.games[1].main)
        session.games[5].api.root_node = session.games[5].main
        session.games[5].main.rpc_id(1, "call", "root")
        assert session.settle()[1] == [(5, "root")]

    def test_unreliable_calls_say_so_to_the_peer(self, game, peer):
        game.main.rpc_unreliable("call")
        game.main.rpc_unreliable_id(1, "call")
        game.main.rset_unreliable("shared", 1)
        game.main.rset_unreliable_id(1, "shared", 1)
        calls = [sent.mode for sent in peer.sent if sent.packet[0] in {0, 1}]
        assert calls == [TransferMode.TRANSFER_MODE_UNRELIABLE] * 6

    def test_a_broken_argument_is_refused_before_anything_is_sent(self, game, peer):
        game.events.clear()
        with pytest.raises(TypeError, match="pos"):
            game.main.rpc("for_all", {"pos": object()})
        assert (peer.sent, game.events) == ([], [])

    def test_c6_a_broken_argument_is_named_by_its_place(self, game, peer):
        with pytest.raises(TypeError, match="argument 2 of 'call'"):
            game.main.rpc("call", 1, object())
        with pytest.raises(TypeError, match="the value of 'shared'"):
            game.main.rset("shared", object())
        assert peer.sent == []

    @pytest.mark.parametrize(
        ("call", "words"),
        [
            pytest.param(
                lambda main: main.rpc("cal", 1),
                "rpc of 'cal': Main has no method of this name; the nearest is 'call'",
                id="C6-name",
            ),
            pytest.param(
                lambda main: main.rpc("for_all"), "Main.for_all takes (value), and 0 went out", id="C6-arguments"
            ),
            pytest.param(
                lambda main: main.rset("shred", 1),
                "rset of 'shred': Main has no property of this name; the nearest is",
                id="C6-rset",
            ),
        ],
    )
    def test_c6_an_unknown_name_is_sent_all_the_same_with_one_log_line(self, game, peer, caplog, call, words):
        game.main.rpc_config("for_all", RPCMode.RPC_MODE_REMOTE)
        for _ in range(100):
            assert call(game.main) == Error.OK
        assert len([sent for sent in peer.sent if sent.packet[0] in {0, 1}]) == 200
        assert [words in record.getMessage() for record in caplog.records] == [True]

    def test_more_than_255_arguments_are_refused(self, game, peer):
        with pytest.raises(ValueError, match="256 arguments"):
            game.main.rpc("call", *range(256))
        assert peer.sent == []

    def test_answers_what_the_peer_answers(self, game, peer):
        peer.answer = Error.ERR_OUT_OF_MEMORY
        assert game.main.rpc("call") == Error.ERR_OUT_OF_MEMORY


class TestRset:
    def test_sets_at_all_others(self, session):
        assert session.games[5].main.rset("shared", 7) == Error.OK
        session.settle()
        assert [game.main.shared for game in session.games.values()] == [7, 0, 7]

    def test_sets_at_one(self, session):
        session.games[5].main.rset_id(9, "shared", 7)
        session.settle()
        assert [game.main.shared for game in session.games.values()] == [0, 0, 7]

    def test_sets_here_first_and_sends_after(self, session):
        game = session.games[5]
        sent_before = []
        game.main.note = lambda *what: sent_before.append((len(game.peer.sent), game.api.get_rpc_sender_id()))
        game.main.rset("synced", 7)
        assert sent_before == [(0, 5)]
        assert len(game.peer.sent) == 4

    def test_at_ourselves_by_id_is_never_sent(self, session):
        game = session.games[5]
        assert game.main.rset_id(5, "synced", 7) == Error.OK
        assert (game.peer.sent, game.main.synced) == ([], 7)

    def test_a_broken_value_is_refused_before_anything_is_set(self, game, peer):
        with pytest.raises(TypeError):
            game.main.rset("synced", object())
        assert (peer.sent, game.main.synced) == ([], 0)


# Godot's table (godot-wire 4.4): by mode, for a caller that is the node's master and one that is not,
# whether a call to all is sent, and whether it runs at the caller.
SENT_AND_RUN = {
    RPCMode.RPC_MODE_DISABLED: [(True, False), (True, False)],
    RPCMode.RPC_MODE_REMOTE: [(True, False), (True, False)],
    RPCMode.RPC_MODE_MASTER: [(False, True), (True, False)],
    RPCMode.RPC_MODE_PUPPET: [(True, False), (True, True)],
    RPCMode.RPC_MODE_REMOTESYNC: [(True, True), (True, True)],
    RPCMode.RPC_MODE_MASTERSYNC: [(False, True), (True, True)],
    RPCMode.RPC_MODE_PUPPETSYNC: [(True, True), (True, True)],
}


@pytest.mark.parametrize(
    ("mode", "is_master", "target", "kind"),
    list(itertools.product(RPCMode, [True, False], [0, 1, 2, -2, -5], ["rpc", "rset"])),
    ids=lambda value: value.keyword if isinstance(value, RPCMode) else str(value),
)
def test_calls_are_sent_and_run_as_in_godot(game, peer, mode, is_master, target, kind):
    game.main.set_network_master(2 if is_master else 1)
    game.main.rpc_config("call", mode)
    game.main.rset_config("synced", mode)
    game.events.clear()
    result = game.main.rpc_id(target, "call", 1) if kind == "rpc" else game.main.rset_id(target, "synced", 1)
    is_sent, is_run = SENT_AND_RUN[mode][0 if is_master else 1]
    if target in {1, -2}:  # not among those meant
        is_sent, is_run = True, False
    elif target == 2:  # ourselves
        is_sent = False
    # -2, all but ourselves, is the id of no connected peer: the engine sends nothing.
    assert bool(peer.sent) == (is_sent and target != -2)
    assert bool(game.events) == is_run
    assert result == _expected_answer(target, is_sent, is_run)


def _expected_answer(target, is_sent, is_run):
    if target == -2:
        return Error.ERR_INVALID_PARAMETER
    return Error.OK if is_sent or is_run else Error.ERR_UNAUTHORIZED


CALLS = [
    pytest.param(lambda node, target: node.rpc_id(target, "for_all", 1), id="rpc"),
    pytest.param(lambda node, target: node.rset_id(target, "synced", 1), id="rset"),
]


class TestRefusedCalls:
    @pytest.mark.parametrize("call", CALLS)
    def test_without_a_network_peer(self, game, call, caplog):
        game.api.network_peer = None
        assert call(game.main, 0) == game.api.send_bytes(b"x") == Error.ERR_UNCONFIGURED
        assert caplog.text.count("there is no network_peer") == 2

    @pytest.mark.parametrize("call", CALLS)
    @pytest.mark.parametrize(
        ("status", "unique_id"),
        [
            (ConnectionStatus.CONNECTION_DISCONNECTED, 2),
            (ConnectionStatus.CONNECTION_CONNECTING, 2),
            (ConnectionStatus.CONNECTION_CONNECTED, 0),
        ],
    )
    def test_while_the_network_peer_is_not_connected(self, game, peer, call, status, unique_id, caplog):
        game.events.clear()
        peer.status, peer.unique_id = status, unique_id
        assert call(game.main, 0) == game.api.send_bytes(b"x") == Error.ERR_UNCONFIGURED
        assert caplog.text.count("is not connected: wait for connected_to_server") == 2
        assert (peer.sent, game.events) == ([], [])

    @pytest.mark.parametrize("call", CALLS)
    @pytest.mark.parametrize("target", [7, -7])
    def test_to_a_peer_that_is_not_connected(self, game, peer, call, target, caplog):
        assert call(game.main, target) == Error.ERR_INVALID_PARAMETER
        assert "call of node 'Main': peer 7 is not connected" in caplog.text
        assert peer.sent == []

    @pytest.mark.parametrize("call", CALLS)
    def test_of_a_node_that_is_not_below_the_root(self, game, peer, call, caplog):
        stranger = Main()
        stranger.custom_multiplayer = game.api
        assert call(stranger, 0) == Error.ERR_UNCONFIGURED
        assert "<Main /Main> is not below the root_node, <Node /root>" in caplog.text
        game.api.root_node = None
        assert call(stranger, 0) == Error.ERR_UNCONFIGURED
        assert peer.sent == []

    def test_to_ourselves_if_the_mode_does_not_run_it_here(self, game, caplog):
        assert game.main.rpc_id(2, "call") == Error.ERR_UNAUTHORIZED
        assert game.main.rset_id(2, "shared", 1) == Error.ERR_UNAUTHORIZED
        assert "rpc of 'call' at ourselves: its mode at <Main /root/Main>, remote, does not run it here" in caplog.text

    @pytest.mark.parametrize(
        "call", [*CALLS, pytest.param(lambda node, target: node.multiplayer.send_bytes(b""), id="bytes")]
    )
    def test_b13_the_same_refusal_is_logged_once_and_counted(self, game, call, caplog):
        game.api.network_peer = None
        for _ in range(600):
            call(game.main, 0)
        assert len(caplog.records) == 1


class LoopbackPeer(NetworkedMultiplayerPeer):
    """A server for itself: each packet comes back at the next poll().

    It is as short as in architecture.md.
    """

    def __init__(self) -> None:
        super().__init__()
        self._sent: deque[bytes] = deque()
        self._inbox: deque[bytes] = deque()

    def poll(self) -> None:
        self._inbox.extend(self._sent)
        self._sent.clear()

    def get_connection_status(self):
        return self.CONNECTION_CONNECTED

    def get_unique_id(self):
        return 1

    def get_packet_peer(self):
        return 1

    def get_available_packet_count(self):
        return len(self._inbox)

    def _get_packet(self):
        return self._inbox.popleft()

    def _put_packet(self, packet):
        self._sent.append(packet)
        return Error.OK


class TestLoopback:
    def test_calls_come_back(self):
        game = Game(LoopbackPeer())
        assert game.main.rpc("call", "echo") == Error.OK
        assert game.poll() == [(1, "echo")]

    def test_bytes_come_back(self):
        game = Game(LoopbackPeer())
        game.api.send_bytes(b"echo")
        assert game.poll() == [("network_peer_packet", 1, b"echo")]
