from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.captures import captured_messages
from tests.support.scripted_peer import ScriptedPeer, SentPacket
from wsclient.ground.error import Error
from wsclient.multiplayer.command_error import CommandError
from wsclient.multiplayer.godot3 import commands, relay
from wsclient.multiplayer.godot3.rpc_mode import RPCMode
from wsclient.multiplayer.known_paths import MAX_KNOWN_PATHS
from wsclient.rpc import puppet, remote
from wsclient.scene.node import Node
from wsclient.scene.rpc_receiver import RPCReceiver
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
        raise CommandError("by the game itself")


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
def root(player):
    root = Node("root")
    root.add_child(Node("Main")).add_child(player)
    return root


@pytest.fixture
def receiver(sender):
    return RPCReceiver(sender)


class TestCalls:
    def test_a_call_by_path_runs(self, receiver, root, peer, player):
        assert receiver.receive(root, peer, 5, CALL.by_path("Main/Player")) == b""
        assert player.calls == [1]

    def test_a_set_by_path_sets(self, receiver, root, peer, player):
        receiver.receive(root, peer, 5, SET.by_path("Main/Player"))
        assert player.score == 7

    @pytest.mark.parametrize("path", ["/root/Main/Player", "Main/../Main/Player/.", "Main//Player", "Main/Player:x"])
    def test_a_path_may_be_anything_like_a_node_path(self, receiver, root, peer, player, path):
        receiver.receive(root, peer, 5, CALL.by_path(path))
        assert player.calls == [1]

    def test_a_call_by_number_runs_when_the_path_was_announced(self, receiver, root, peer, player):
        receiver.receive(root, peer, 5, commands.encode_simplify_path(3, "Main/Player"))
        receiver.receive(root, peer, 5, CALL.by_id(3))
        receiver.receive(root, peer, 5, SET.by_id(3))
        assert (player.calls, player.score) == ([1], 7)

    def test_an_exception_of_the_method_propagates_unchanged(self, receiver, root, peer):
        with pytest.raises(CommandError, match="by the game itself"):
            receiver.receive(root, peer, 5, commands.invocation_of_call("fail", ()).by_path("Main/Player"))
        assert receiver.refused_packets == 0


class TestPaths:
    def test_an_announced_path_is_confirmed_unchanged(self, receiver, root, peer):
        peer.transfer_mode = peer.TRANSFER_MODE_UNRELIABLE
        receiver.receive(root, peer, 5, commands.encode_simplify_path(3, "Main//Player"))
        assert peer.sent == [SentPacket(5, commands.encode_confirm_path("Main//Player"))]

    def test_a_path_without_a_node_is_confirmed_too(self, receiver, root, peer):
        receiver.receive(root, peer, 5, commands.encode_simplify_path(3, "Nobody"))
        assert peer.sent == [SentPacket(5, commands.encode_confirm_path("Nobody"))]

    def test_a_node_that_came_after_its_path_was_announced_is_found(self, receiver, root, peer):
        receiver.receive(root, peer, 5, commands.encode_simplify_path(3, "Late"))
        late = root.add_child(Player("Late"))
        receiver.receive(root, peer, 5, CALL.by_id(3))
        assert late.calls == [1]

    def test_a_redefined_number_means_the_new_path(self, receiver, root, peer, player):
        other = root.add_child(Player("Other"))
        receiver.receive(root, peer, 5, commands.encode_simplify_path(3, "Main/Player"))
        receiver.receive(root, peer, 5, commands.encode_simplify_path(3, "Other"))
        receiver.receive(root, peer, 5, CALL.by_id(3))
        assert (player.calls, other.calls) == ([], [1])

    @pytest.mark.untraced
    def test_h15_a_flood_of_paths_is_remembered_up_to_the_limit_and_not_confirmed_beyond(
        self, receiver, root, peer, caplog
    ):
        for number in range(MAX_KNOWN_PATHS + 1):
            receiver.receive(root, peer, 5, commands.encode_simplify_path(number, "x"))
        assert len(peer.sent) == MAX_KNOWN_PATHS
        assert receiver.refused_packets == 1
        assert "announces 'x', but too many paths are known already" in caplog.text

    def test_a_refused_confirmation_does_no_harm(self, receiver, root, peer, player):
        peer.answer = Error.ERR_OUT_OF_MEMORY
        receiver.receive(root, peer, 5, commands.encode_simplify_path(3, "Main/Player"))
        receiver.receive(root, peer, 5, CALL.by_id(3))
        assert player.calls == [1]

    def test_a_confirmation_reaches_the_sender(self, receiver, root, sender, peer):
        for _ in range(2):
            sender.send(peer, CALL, path="Main", target=5, receivers=[5], mode=peer.TRANSFER_MODE_RELIABLE)
            receiver.receive(root, peer, 5, commands.encode_confirm_path("Main"))
        assert peer.sent[-1] == SentPacket(5, CALL.by_id(1))

    def test_a_returning_peer_has_to_announce_again(self, receiver, root, peer, player):
        receiver.receive(root, peer, 5, commands.encode_simplify_path(3, "Main/Player"))
        receiver.forget_peer(5)
        receiver.receive(root, peer, 5, CALL.by_id(3))
        assert player.calls == []

    def test_another_session_knows_no_paths(self, receiver, root, peer, player):
        receiver.receive(root, peer, 5, commands.encode_simplify_path(3, "Main/Player"))
        receiver.clear()
        receiver.receive(root, peer, 5, CALL.by_id(3))
        assert player.calls == []


class TestOthers:
    def test_raw_bytes_are_handed_on(self, receiver, root, peer):
        assert receiver.receive(root, peer, 5, commands.encode_raw(b"\x00\xff")) == b"\x00\xff"

    def test_a_command_of_a_later_godot_is_ignored_in_silence(self, receiver, root, peer, caplog):
        assert receiver.receive(root, peer, 5, b"\x07\x01") == b""
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
    def test_are_logged_counted_and_ignored(self, receiver, root, peer, caplog, packet, words):
        assert receiver.receive(root, peer, 5, packet) == b""
        assert receiver.refused_packets == 1
        assert "refused packet 1, from peer 5: " in caplog.text
        assert words in caplog.text
        assert peer.sent == []

    def test_without_a_root_node_nothing_is_called(self, receiver, peer, caplog):
        receiver.receive(None, peer, 5, CALL.by_path("Main"))
        assert "for node 'Main', but there is no root_node" in caplog.text

    def test_a_path_is_only_known_for_the_sender_that_announced_it(self, receiver, root, peer, player):
        receiver.receive(root, peer, 5, commands.encode_simplify_path(3, "Main/Player"))
        receiver.receive(root, peer, 6, CALL.by_id(3))
        assert (player.calls, receiver.refused_packets) == ([], 1)

    def test_f3_each_path_and_kind_is_logged_once_and_counted(self, receiver, root, peer, caplog):
        for number in range(1000):
            receiver.receive(root, peer, 5, CALL.by_path(f"Main/Nobody{number % 32}"))
        receiver.receive(root, peer, 5, commands.invocation_of_call("nope", ()).by_path("Main/Player"))
        logged = [record.getMessage() for record in caplog.records]
        assert [f"node 'Main/Nobody{number}'" in logged[number] for number in range(32)] == [True] * 32
        assert "<Player /root/Main/Player> has no method 'nope'" in logged[-1]
        assert (len(logged), receiver.refused_packets) == (33, 1001)

    def test_f3_another_session_is_logged_again(self, receiver, root, peer, caplog):
        for _ in range(2):
            receiver.receive(root, peer, 5, b"")
            receiver.clear()
        assert caplog.text.count("an empty packet") == 2


class Strict(Node):
    """With all that a call may meet."""

    score = remote(0)
    private = 0

    def __init__(self, name):
        super().__init__(name)
        self.calls = []
        self.kept = 0

    @remote
    def sum(self, a: int, b: int, c: int = 0) -> None:
        self.calls.append((a, b, c))

    @remote
    @staticmethod
    def of_nobody(a): ...

    @puppet
    def led(self): ...

    def disabled(self):
        self.calls.append("disabled")

    @property
    @remote
    def position(self):
        raise AssertionError("nothing reads it")

    @position.setter
    def position(self, value):
        self.calls.append(value)


class TestAdmission:
    @pytest.fixture
    def strict(self, root):
        return root.get_node("Main").add_child(Strict("Strict"))

    @staticmethod
    def call(receiver, root, peer, method, *arguments):
        receiver.receive(root, peer, 5, commands.invocation_of_call(method, arguments).by_path("Main/Strict"))

    @staticmethod
    def set(receiver, root, peer, name, value=1):
        receiver.receive(root, peer, 5, commands.invocation_of_set(name, value).by_path("Main/Strict"))

    @pytest.mark.parametrize(
        ("method", "arguments", "words"),
        [
            pytest.param("sum", (1,), "method 'sum' of <Strict /root/Main/Strict> takes (a, b, c=0), and 1", id="few"),
            pytest.param("of_nobody", (), "takes (a), and 0 came", id="static"),
            pytest.param("nope", (), "has no method 'nope': it needs a method of this name, marked @remote", id="none"),
            pytest.param(
                "disabled", (), "'disabled' of <Strict /root/Main/Strict> is not marked: put @re", id="unmarked"
            ),
            pytest.param("__init__", ("",), "'__init__' of <Strict /root/Main/Strict> is not marked", id="dunder"),
            pytest.param("score", (), "method 'score' of <Strict /root/Main/Strict> is not marked", id="a-property"),
            pytest.param("led", (), "is @puppet: it runs for the network master's calls only", id="mode"),
            pytest.param(
                "missing", (), "'missing' of <Strict /root/Main/Strict> has a mode, but no such", id="a-mode-alone"
            ),
            pytest.param("\x1b[31m", (), "no method '\\x1b[31m'", id="control-characters"),
            pytest.param("x" * 10_000, (), "'" + "x" * 80 + "...'", id="endless-name"),
        ],
    )
    def test_a_call_is_refused_and_the_log_names_the_missing_right(
        self, receiver, root, peer, strict, caplog, method, arguments, words
    ):
        strict.rpc_config("missing", RPCMode.RPC_MODE_REMOTE)
        self.call(receiver, root, peer, method, *arguments)
        assert words in caplog.text
        assert (strict.calls, receiver.refused_packets) == ([], 1)

    @pytest.mark.parametrize(
        ("name", "words"),
        [
            pytest.param(
                "private",
                "property 'private' of <Strict /root/Main/Strict> is not marked: write private = remote(",
                id="x",
            ),
            pytest.param("nothing", "has no property 'nothing': it needs an attribute made by remote(...)", id="none"),
            pytest.param("sum", "property 'sum' of", id="a-method"),
            pytest.param(
                "missing", "'missing' of <Strict /root/Main/Strict> has a mode, but no such", id="a-mode-alone"
            ),
        ],
    )
    def test_a_set_is_refused_and_the_log_names_the_missing_right(
        self, receiver, root, peer, strict, caplog, name, words
    ):
        strict.rset_config("missing", RPCMode.RPC_MODE_REMOTE)
        self.set(receiver, root, peer, name)
        assert words in caplog.text
        assert receiver.refused_packets == 1

    def test_matching_calls_and_sets_are_made(self, receiver, root, peer, strict):
        strict.rpc_config("disabled", RPCMode.RPC_MODE_REMOTE)
        strict.rset_config("kept", RPCMode.RPC_MODE_REMOTE)
        self.call(receiver, root, peer, "sum", 1, 2)
        self.call(receiver, root, peer, "disabled")
        self.set(receiver, root, peer, "position", 7)
        self.set(receiver, root, peer, "kept", 8)
        self.set(receiver, root, peer, "score", 9)
        assert (strict.calls, strict.kept, strict.score) == ([(1, 2, 0), "disabled", 7], 8, 9)

    def test_we_are_the_master_by_the_peers_own_id(self, receiver, root, peer, strict, caplog):
        strict.set_network_master(peer.unique_id)
        self.call(receiver, root, peer, "led")
        assert "this is the master" in caplog.text

    def test_house_5_a_call_goes_down_and_returns_to_no_more_than_two_rooms(self, receiver, root, peer, strict):
        """Counts the calls into a module of ours that was left before."""
        left, rooms, current = set(), [], None

        def watch(frame, event, _argument):
            nonlocal current
            file = frame.f_code.co_filename
            if event == "call" and "/wsclient/scene/" in file and file != current:
                if file in left:
                    rooms.append((file.rsplit("/", 1)[1], frame.f_code.co_name))
                if current is not None:
                    left.add(current)
                current = file

        packet = commands.invocation_of_call("sum", (1, 2)).by_path("Main/Strict")
        sys.setprofile(watch)
        try:
            receiver.receive(root, peer, 5, packet)
        finally:
            sys.setprofile(None)
        assert strict.calls == [(1, 2, 0)]
        assert len(rooms) <= 2, rooms


# What a client of a hostile peer may get: packets of a real session, cut, joined and with bytes changed.
REAL_PACKETS = [
    message.payload
    for message in (relay.decode(captured.data) for captured in captured_messages("rpc_client", "routing"))
    if isinstance(message, relay.PeerPacket)
]


@st.composite
def damaged_packets(draw):
    packet = bytearray(draw(st.sampled_from(REAL_PACKETS)))
    for _ in range(draw(st.integers(0, 3))):
        packet[draw(st.integers(0, len(packet) - 1))] = draw(st.integers(0, 255))
    return bytes(packet[: draw(st.integers(0, len(packet)))] + draw(st.binary(max_size=8)))


@given(st.lists(st.tuples(st.integers(-(2**31), 2**31 - 1), st.binary(max_size=40) | damaged_packets()), max_size=20))
@pytest.mark.untraced
def test_h14_h15_any_packets_run_marked_methods_or_are_refused(packets):
    peer, main = ScriptedPeer(), Player("Main")
    receiver = RPCReceiver(RPCSender())
    root = Node("root")
    root.add_child(main)
    before = set(vars(main))
    for source, packet in packets:
        receiver.receive(root, peer, source, packet)
    assert set(vars(main)) - before <= {"score"}
    assert len(main.calls) + len(peer.sent) + receiver.refused_packets <= len(packets)
