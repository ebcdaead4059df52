from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.captures import captured_messages
from tests.support.scripted_peer import ScriptedPeer, SentPacket
from wsclient.ground.error import Error
from wsclient.multiplayer.godot3 import commands, relay
from wsclient.multiplayer.godot3.path_cache import MAX_KNOWN_PATHS
from wsclient.rpc import remote
from wsclient.scene.node import Node
from wsclient.scene.rpc_receiver import REFUSALS_LOGGED, RPCReceiver
from wsclient.scene.rpc_sender import RPCSender

CALL = commands.invocation_of_call("move", (1,))
SET = commands.invocation_of_set("score", 7)


class Player(Node):
    score = remote(0)

    def __init__(self, name):
        super().__init__(name)
        self.calls = []

    @remote
    def move(self, to):
        self.calls.append(to)

    @remote
    def fail(self):
        raise commands.CommandError("by the game itself")


@pytest.fixture
def player():
    return Player("Player")


@pytest.fixture
def peer():
    return ScriptedPeer()


@pytest.fixture
def sender():
    return RPCSender()


@pytest.fixture
def receiver(player, sender):
    receiver = RPCReceiver(sender)
    receiver.root = Node("root")
    receiver.root.add_child(Node("Main")).add_child(player)
    return receiver


class TestCalls:
    def test_a_call_by_path_runs(self, receiver, peer, player):
        assert receiver.receive(peer, 5, CALL.by_path("Main/Player")) == b""
        assert player.calls == [1]

    def test_a_set_by_path_sets(self, receiver, peer, player):
        receiver.receive(peer, 5, SET.by_path("Main/Player"))
        assert player.score == 7

    @pytest.mark.parametrize("path", ["/root/Main/Player", "Main/../Main/Player/.", "Main//Player", "Main/Player:x"])
    def test_a_path_may_be_anything_like_a_node_path(self, receiver, peer, player, path):
        receiver.receive(peer, 5, CALL.by_path(path))
        assert player.calls == [1]

    def test_a_call_by_number_runs_once_the_path_was_announced(self, receiver, peer, player):
        receiver.receive(peer, 5, commands.encode_simplify_path(3, "Main/Player"))
        receiver.receive(peer, 5, CALL.by_id(3))
        receiver.receive(peer, 5, SET.by_id(3))
        assert (player.calls, player.score) == ([1], 7)

    def test_what_the_method_raises_leaves_as_it_is(self, receiver, peer):
        with pytest.raises(commands.CommandError, match="by the game itself"):
            receiver.receive(peer, 5, commands.invocation_of_call("fail", ()).by_path("Main/Player"))
        assert receiver.refused_packets == 0


class TestPaths:
    def test_an_announced_path_is_confirmed_as_it_was_written(self, receiver, peer):
        peer.transfer_mode = peer.TRANSFER_MODE_UNRELIABLE
        receiver.receive(peer, 5, commands.encode_simplify_path(3, "Main//Player"))
        assert peer.sent == [SentPacket(5, commands.encode_confirm_path("Main//Player"))]

    def test_a_path_without_a_node_is_confirmed_too(self, receiver, peer):
        receiver.receive(peer, 5, commands.encode_simplify_path(3, "Nobody"))
        assert peer.sent == [SentPacket(5, commands.encode_confirm_path("Nobody"))]

    def test_a_node_that_came_after_its_path_was_announced_is_found(self, receiver, peer):
        receiver.receive(peer, 5, commands.encode_simplify_path(3, "Late"))
        late = receiver.root.add_child(Player("Late"))
        receiver.receive(peer, 5, CALL.by_id(3))
        assert late.calls == [1]

    def test_a_redefined_number_means_the_new_path(self, receiver, peer, player):
        other = receiver.root.add_child(Player("Other"))
        receiver.receive(peer, 5, commands.encode_simplify_path(3, "Main/Player"))
        receiver.receive(peer, 5, commands.encode_simplify_path(3, "Other"))
        receiver.receive(peer, 5, CALL.by_id(3))
        assert (player.calls, other.calls) == ([], [1])

    def test_h15_a_flood_of_paths_is_remembered_up_to_the_limit_and_not_confirmed_beyond(self, receiver, peer, caplog):
        for number in range(MAX_KNOWN_PATHS + 1):
            receiver.receive(peer, 5, commands.encode_simplify_path(number, "x"))
        assert len(peer.sent) == MAX_KNOWN_PATHS
        assert receiver.refused_packets == 1
        assert "announces 'x', but too many paths are known already" in caplog.text

    def test_a_refused_confirmation_does_no_harm(self, receiver, peer, player):
        peer.answer = Error.ERR_OUT_OF_MEMORY
        receiver.receive(peer, 5, commands.encode_simplify_path(3, "Main/Player"))
        receiver.receive(peer, 5, CALL.by_id(3))
        assert player.calls == [1]

    def test_a_confirmation_reaches_the_sender(self, receiver, sender, peer):
        for _ in range(2):
            sender.send(peer, CALL, path="Main", target=5, receivers=[5], mode=peer.TRANSFER_MODE_RELIABLE)
            receiver.receive(peer, 5, commands.encode_confirm_path("Main"))
        assert peer.sent[-1] == SentPacket(5, CALL.by_id(1))

    def test_a_peer_that_left_has_to_announce_again(self, receiver, peer, player):
        receiver.receive(peer, 5, commands.encode_simplify_path(3, "Main/Player"))
        receiver.forget_peer(5)
        receiver.receive(peer, 5, CALL.by_id(3))
        assert player.calls == []

    def test_another_session_knows_no_paths(self, receiver, peer, player):
        receiver.receive(peer, 5, commands.encode_simplify_path(3, "Main/Player"))
        receiver.clear()
        receiver.receive(peer, 5, CALL.by_id(3))
        assert player.calls == []


class TestOthers:
    def test_raw_bytes_are_handed_on(self, receiver, peer):
        assert receiver.receive(peer, 5, commands.encode_raw(b"\x00\xff")) == b"\x00\xff"

    def test_a_command_of_a_later_godot_is_ignored_in_silence(self, receiver, peer, caplog):
        assert receiver.receive(peer, 5, b"\x07\x01") == b""
        assert (receiver.refused_packets, caplog.text) == (0, "")


class TestRefusals:
    @pytest.mark.parametrize(
        ("packet", "words"),
        [
            pytest.param(b"", "an empty packet", id="empty"),
            pytest.param(CALL.by_id(3)[:-1], "argument 1 of 1 of 'move'", id="malformed"),
            pytest.param(CALL.by_id(3), "path 3, which it never announced", id="unknown-number"),
            pytest.param(CALL.by_path("Main/Nobody"), "node 'Main/Nobody', but <Node /root> has none", id="no-node"),
            pytest.param(CALL.by_path(""), "node '', but <Node /root> has none", id="empty-path"),
            pytest.param(CALL.by_path("."), "<Node /root> has no method 'move'", id="root-has-no-such-method"),
            pytest.param(CALL.by_path("\n" * 1000), r"\n\n...'", id="endless-path"),
            pytest.param(commands.encode_confirm_path("Main"), "'Main', which was never announced", id="confirmation"),
        ],
    )
    def test_are_logged_counted_and_ignored(self, receiver, peer, caplog, packet, words):
        assert receiver.receive(peer, 5, packet) == b""
        assert receiver.refused_packets == 1
        assert "refused packet 1, from peer 5: " in caplog.text
        assert words in caplog.text
        assert peer.sent == []

    def test_without_a_root_node_nothing_is_called(self, receiver, peer, caplog):
        receiver.root = None
        receiver.receive(peer, 5, CALL.by_path("Main"))
        assert "for node 'Main', but there is no root_node" in caplog.text

    def test_a_path_announced_by_one_is_none_of_anothers(self, receiver, peer, player):
        receiver.receive(peer, 5, commands.encode_simplify_path(3, "Main/Player"))
        receiver.receive(peer, 6, CALL.by_id(3))
        assert (player.calls, receiver.refused_packets) == ([], 1)

    def test_a_flood_of_them_does_not_flood_the_log(self, receiver, peer, caplog):
        for _ in range(1000):
            receiver.receive(peer, 5, b"\x00")
        logged = [record.args[0] for record in caplog.records]
        assert logged == [*range(1, REFUSALS_LOGGED + 1), 64, 128, 256, 512]
        assert receiver.refused_packets == 1000


# What a client of a hostile peer may get: packets of a real session, cut, joined and with bytes changed.
REAL_PACKETS = [
    message.payload
    for message in (relay.decode(captured.data) for captured in captured_messages("rpc_client", "routing"))
    if isinstance(message, relay.RelayedPacket)
]


@st.composite
def damaged_packets(draw):
    packet = bytearray(draw(st.sampled_from(REAL_PACKETS)))
    for _ in range(draw(st.integers(0, 3))):
        packet[draw(st.integers(0, len(packet) - 1))] = draw(st.integers(0, 255))
    return bytes(packet[: draw(st.integers(0, len(packet)))] + draw(st.binary(max_size=8)))


@given(st.lists(st.tuples(st.integers(-(2**31), 2**31 - 1), st.binary(max_size=40) | damaged_packets()), max_size=20))
@pytest.mark.untraced
def test_h14_h15_any_packets_from_anybody_run_what_is_marked_or_are_refused(packets):
    peer, main = ScriptedPeer(), Player("Main")
    receiver = RPCReceiver(RPCSender())
    receiver.root = Node("root")
    receiver.root.add_child(main)
    before = set(vars(main))
    for source, packet in packets:
        receiver.receive(peer, source, packet)
    assert set(vars(main)) - before <= {"score"}
    assert len(main.calls) + len(peer.sent) + receiver.refused_packets <= len(packets)
