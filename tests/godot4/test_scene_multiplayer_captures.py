"""Plays the engine's own conversations with SceneMultiplayer.

On a fake peer, it sends the same bytes.

Replication is left out. What a side sends of its own accord (calls, bytes, authentication) is asked of it when the
first packet of it comes; its answers (confirmations, news of peers, relayed packets) have to come by themselves.
"""

from __future__ import annotations

from collections import defaultdict

import pytest

from tests.support.godot4_captures import captured_packets
from tests.support.scripted_peer import ScriptedPeer
from wsclient.godot4 import Node, SceneMultiplayer, rpc
from wsclient.ground.value import Value
from wsclient.multiplayer.godot4 import scene_commands as commands
from wsclient.multiplayer.node_reference import NodeById

# The @rpc methods of the projects that made the captures.
MAIN = (
    "big change despawn echo for_all from_authority kick nothing on_echo on_nothing on_sum spawn stop sum"
    " tell tell_bytes tell_player"
)
CALLS = "any any_local any_unreliable any_ordered only_authority authority_local several _private Upper"

# Sessions of engines alone.
PLAYED = [
    "auth",
    "auth_reject",
    "client_close",
    "connect",
    "kicked",
    "relay_bytes",
    "routing",
    "rpc_client",
    "rpc_config",
    "rpc_modes",
    "second_peer",
]
# At the server also those of a probe, which sends what no engine does, and one with arguments that only the engine can
# write; but not one whose last client finds nobody, as its packets do not say who has left.
SERVED = [*sorted({*PLAYED} - {"client_close"}), "probe_auth", "probe_basic", "probe_lazy", "rpc_types"]


class Step(Value):
    """One packet of a capture, as one participant sees it.

    Attributes:
        peer_id: the peer at the other end of the connection.
        packet: b"" for the coming of this peer.
        is_own: whether the participant sent it.
    """

    peer_id: int
    packet: bytes
    is_own: bool

    @property
    def command(self) -> commands.Command:
        """Returns the packet without the relay's header."""
        command = commands.decode(self.packet)
        return commands.decode(command.packet) if isinstance(command, commands.Relay) else command

    @property
    def target(self) -> int:
        """The peer that it is for."""
        command = commands.decode(self.packet)
        return command.peer_id if isinstance(command, commands.Relay) else self.peer_id

    def is_answer(self, *, by_server: bool) -> bool:
        """Whether it comes by itself, because of what came in."""
        if by_server and isinstance(commands.decode(self.packet), commands.Relay):
            return True
        return isinstance(self.command, commands.ConfirmPath | commands.AddPeer | commands.DelPeer)

    def is_same_call(self, other: Step) -> bool:
        """Whether both are parts of one call to several peers."""
        if not (self.packet and other.packet and self.is_own and other.is_own and self.target != other.target):
            return False
        mine, others = self.command, other.command
        if not isinstance(mine, commands.RemoteCall) or not isinstance(others, commands.RemoteCall):
            return False
        return (mine.method_id, repr(mine.arguments)) == (others.method_id, repr(others.arguments))


def steps_of(capture: str, connection: int | None) -> list[Step]:
    """Reads a capture as one client sees it or, for None, as the server does."""
    ids = ids_of(capture)
    own_direction = "s2c" if connection is None else "c2s"
    steps = []
    for each in captured_packets(capture):
        if connection not in {None, each.connection} or (not each.is_id and each.data[0] & 7 in {4, 5, 6}):
            continue
        if not each.is_id:
            peer_id = ids[each.connection] if connection is None else 1
            steps.append(Step(peer_id, each.data, each.direction == own_direction))
        else:
            steps.append(Step(ids[each.connection] if connection is None else 1, b"", False))
    return steps


def ids_of(capture: str) -> dict[int, int]:
    return {each.connection: commands.decode_assigned_id(each.data) for each in captured_packets(capture) if each.is_id}


def scripted(name: str, methods: str) -> Node:
    """Makes a node whose class marks these methods; each takes anything."""

    def method(self: Node, *arguments: object) -> None: ...

    return type(name, (Node,), {each: rpc("any_peer")(method) for each in methods.split()})(name)


def tree_of(capture: str) -> Node:
    root = Node("root")
    root.add_child(scripted("Main", MAIN)).add_child(scripted("Player", "move"))
    calls = root.add_child(Node("World")).add_child(scripted("Calls", CALLS))
    if capture == "rpc_config":
        for name in ("get_index", "plain"):
            calls.rpc_config(name, {"rpc_mode": 1})
    return root


class Participant:
    """Does what one side of a capture did."""

    def __init__(self, capture: str, own_id: int) -> None:
        self.peer = ScriptedPeer(own_id)
        self.api = SceneMultiplayer(clock=lambda: 0.0)
        self.api.root_node = tree_of(capture)
        if "auth" in capture:
            self.api.auth_callback = lambda peer_id, data: None
        self.api.multiplayer_peer = self.peer
        self._paths: dict[int, str] = {}  # of the numbers that it announced

    def do(self, step: Step, all_targets: list[int]) -> None:
        """Does what brought a packet about, or takes what came in."""
        if not step.packet:
            self.peer.tells("peer_connected", step.peer_id)
        elif not step.is_own:
            self.peer.arrives(step.peer_id, step.packet)
        elif not step.is_answer(by_server=self.api.is_server()):
            self._act(step, all_targets)
        elif isinstance(step.command, commands.DelPeer) and step.command.peer_id in self.api.get_peers():
            self.peer.tells("peer_disconnected", step.command.peer_id)
        self.api.poll()

    def _act(self, step: Step, all_targets: list[int]) -> None:
        match step.command:
            case commands.SimplifyPath(path_id=number, path=path):
                self._paths[number] = path
            case commands.RemoteCall(node=node, method_id=method_id, arguments=arguments):
                path = self._paths[node.path_id] if isinstance(node, NodeById) else node.path
                self._call(self.api.root_node.get_node(path), method_id, arguments, all_targets)
            case commands.Raw(data=data):
                self.api.send_bytes(data, step.target)
            case commands.Authenticate(data=b""):
                self.api.complete_auth(step.target)
            case commands.Authenticate(data=data):
                self.api.send_auth(step.target, data)

    def _call(self, node: Node, method_id: int, arguments: tuple[object, ...], targets: list[int]) -> None:
        name = node.get_rpc_list().name_of(method_id)
        left_out = {*self.api.get_peers()} - {*targets}
        if len(targets) == 1:
            node.rpc_id(targets[0], name, *arguments)
        else:
            node.rpc_id(-left_out.pop() if left_out else 0, name, *arguments)


def play(participant: Participant, steps: list[Step]) -> None:
    """Plays the steps.

    A call to several peers is made when its first packet is due, with all packets that belong to it.
    """
    done: set[int] = set()
    for place, step in enumerate(steps):
        if place in done:
            continue
        targets = [step.target] if step.packet and step.is_own else []
        for further, other in enumerate(steps[place + 1 :], place + 1):
            if step.is_same_call(other) and other.target not in targets:
                targets.append(other.target)
                done.add(further)
            elif not (other.packet and other.is_own and isinstance(other.command, commands.SimplifyPath)):
                break
        participant.do(step, targets)


def by_peer(steps: list[Step], *, answers: bool, by_server: bool) -> dict[int, list[str]]:
    """Sorts what a participant sends by the receiver.

    Answers have an order of their own, and so do other packets.
    """
    found: dict[int, list[str]] = defaultdict(list)
    for step in steps:
        if step.packet and step.is_own and step.is_answer(by_server=by_server) is answers:
            found[step.peer_id].append(step.packet.hex(" "))
    return found


def compare(capture: str, own_id: int, steps: list[Step]) -> None:
    participant = Participant(capture, own_id)
    play(participant, steps)
    sent = [Step(each.target, each.packet, True) for each in participant.peer.sent]
    for answers in (False, True):
        wanted = by_peer(steps, answers=answers, by_server=own_id == 1)
        assert by_peer(sent, answers=answers, by_server=own_id == 1) == wanted


@pytest.mark.parametrize(
    ("capture", "connection"), [(capture, connection) for capture in PLAYED for connection in ids_of(capture)]
)
def test_a_client_sends_what_the_engines_client_sent(capture, connection):
    compare(capture, ids_of(capture)[connection], steps_of(capture, connection))


@pytest.mark.parametrize("capture", SERVED)
def test_a_server_sends_what_the_engines_server_sent(capture):
    compare(capture, 1, steps_of(capture, None))
