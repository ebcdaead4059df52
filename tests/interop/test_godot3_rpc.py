"""Remote calls between a real server, a real client and a Python client."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.godot3 import Event
from tests.support.godot3_session import GodotSession
from wsclient.multiplayer.godot3 import commands
from wsclient.multiplayer.node_reference import NodeById, NodeByPath
from wsclient.variant import EncodedObjectAsID, Vector2, decode, encode

# Whole objects are refused, and an id that an engine has read is another when it writes it: see the test below.
VECTORS = [
    vector
    for vector in json.loads((Path(__file__).parent.parent / "vectors" / "godot3_variants.json").read_text())
    if "object" not in vector["name"]
]

METHODS = ["for_all", "for_master", "for_puppet", "for_master_sync", "for_puppet_sync"]

# Where a call to all runs (godot-wire 4.4), by who calls: at the server (s), the Python client (p), the real one (g).
RUNS_WHILE_THE_SERVER_IS_MASTER = {
    "s": {"for_all": "spg", "for_master": "s", "for_puppet": "pg", "for_master_sync": "s", "for_puppet_sync": "spg"},
    "p": {"for_all": "spg", "for_master": "s", "for_puppet": "p", "for_master_sync": "sp", "for_puppet_sync": "p"},
    "g": {"for_all": "spg", "for_master": "s", "for_puppet": "g", "for_master_sync": "sg", "for_puppet_sync": "g"},
}
RUNS_WHILE_PYTHON_IS_MASTER = {
    "s": {"for_all": "spg", "for_master": "p", "for_puppet": "s", "for_master_sync": "sp", "for_puppet_sync": "s"},
    "p": {"for_all": "spg", "for_master": "p", "for_puppet": "sg", "for_master_sync": "p", "for_puppet_sync": "spg"},
    "g": {"for_all": "spg", "for_master": "p", "for_puppet": "g", "for_master_sync": "pg", "for_puppet_sync": "g"},
}


def calls(player, since):
    return {(event.name, event.peer) for event in player.told(*METHODS, since=since)}


class Ring:
    """Three peers, each of which can be made to call.

    The real client calls when it joins.
    """

    def __init__(self, session, steps=()):
        self.session = session
        self.python = session.join()
        self.godot, self.godot_id = session.join_godot(["wait", 0.1], *steps, ["wait", 60])
        session.drive(lambda: len(self.python.api.get_network_connected_peers()) == 2)
        self.ids = {"s": 1, "p": self.python.id, "g": self.godot_id}
        self.players = {"s": session.server, "p": self.python, "g": self.godot}
        self.starts = {"s": len(session.server.events), "p": 0, "g": 0}

    def calls(self):
        """Where which call ran, each with its caller, as far as it is known."""
        return {name: calls(player, self.starts[name]) for name, player in self.players.items()}

    def expected(self, caller, table):
        """Where each method has to run when this one calls it."""
        return {
            name: {(method, self.ids[caller]) for method, where in table[caller].items() if name in where}
            for name in self.players
        }

    def settle(self):
        """Waits for a packet that each caller sends after its calls.

        When it arrives, the calls have arrived too.
        """
        said = len(self.python.events), len(self.godot.events)
        self.python.main.rpc_id(1, "echo", "settled")
        self.python.api.send_bytes(b"settled", self.godot_id)
        self.session.drive(
            lambda: self.python.told("on_echo", since=said[0]) and self.godot.told("packet", since=said[1])
        )


def test_python_calls_all_seven_modes(session):
    ring = Ring(session)
    for method in METHODS:
        assert not ring.python.main.rpc(method, 1)
    assert not ring.python.main.rpc("on_nothing")  # remote
    assert not ring.python.main.rpc_id(1, "disabled", 1)
    ring.settle()
    assert ring.calls() == ring.expected("p", RUNS_WHILE_THE_SERVER_IS_MASTER)
    assert ring.godot.told("on_nothing") == [Event("on_nothing", ring.python.id, ())]
    assert session.server.told("disabled") == []


def test_the_server_calls_all_seven_modes(session):
    ring = Ring(session)
    for method in METHODS:
        ring.python.main.rpc_id(1, "tell", "rpc", [method, 1])
    ring.python.main.rpc_id(1, "tell", "rpc", ["on_nothing"])
    ring.python.main.rpc_id(1, "tell", "rpc", ["say", 1, 2])  # not marked
    ring.settle()
    ring.session.drive(lambda: ring.python.told("on_nothing") and ring.godot.told("on_nothing"))
    assert ring.calls() == ring.expected("s", RUNS_WHILE_THE_SERVER_IS_MASTER)
    assert ring.python.api.get_refused_packet_count() == 1  # say; for_master and its sync form are not even sent


def test_a_real_client_calls_all_seven_modes(session):
    ring = Ring(session, [["rpc", method, 1] for method in METHODS] + [["rpc", "on_nothing"]])
    session.drive(lambda: ring.python.told("on_nothing"))
    ring.settle()
    assert ring.calls() == ring.expected("g", RUNS_WHILE_THE_SERVER_IS_MASTER)


@pytest.mark.parametrize("caller", ["s", "p", "g"])
def test_python_can_be_the_network_master(session, caller):
    # The real client follows, says so, and then calls, if it is the one.
    follow = [["set_network_master", "OTHER"], ["rpc_id", "OTHER", "on_echo", "ready"], ["wait", 0.2]]
    ring = Ring(session, [*follow, *([["rpc", method, 1] for method in METHODS] if caller == "g" else [])])
    main = ring.python.main
    main.set_network_master(ring.python.id)
    main.rpc_id(1, "tell", "set_network_master", [ring.python.id])
    try:
        session.drive(lambda: ring.python.told("on_echo"))
        for method in METHODS:
            if caller == "p":
                main.rpc(method, 1)
            elif caller == "s":
                main.rpc_id(1, "tell", "rpc", [method, 1])
        expected = ring.expected(caller, RUNS_WHILE_PYTHON_IS_MASTER)
        session.drive(lambda: ring.calls() == expected)
        ring.settle()
        assert ring.calls() == expected
    finally:
        main.rpc_id(1, "tell", "set_network_master", [1])
        ring.settle()


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_every_variant_is_an_argument_there_and_back(godot_echo, vector):
    value = decode(bytes.fromhex(vector["hex"]))
    there, back = godot_echo(value)
    assert encode(there).hex() == encode(back).hex() == encode(value).hex()


@pytest.fixture(scope="module")
def godot_echo(tmp_path_factory):
    """Calls a server's echo with a value.

    Returns what the server saw, and what it called back with.

    It uses a separate server, because the player stays, and the module's other tests expect an empty one.
    """
    with GodotSession(tmp_path_factory.mktemp("echo")) as session:
        server, player = session.server, session.join()

        def echo(value):
            seen, told = len(server.events), len(player.events)
            assert not player.main.rpc_id(1, "echo", value)
            session.drive(lambda: player.told("on_echo", since=told) and server.told("echo", since=seen))
            return server.told("echo", since=seen)[0].arguments[0], player.events[-1].arguments[0]

        yield echo


def test_an_object_arrives_as_its_id_and_is_never_made(session):
    player = session.join()
    player.main.rpc_id(1, "echo", EncodedObjectAsID(77))
    session.drive(lambda: player.told("on_echo"))
    (value,) = player.told("on_echo")[0].arguments
    assert isinstance(value, EncodedObjectAsID)


def test_arguments_that_a_server_method_has_by_default(session):
    player = session.join()
    player.main.rpc_id(1, "sum", 1, 2)
    player.main.rpc_id(1, "sum", 1, 2, 4)
    player.main.rpc_id(1, "sum", 1)  # too few: refused there
    player.main.rpc_id(1, "sum", 1, 2, 3, 4)  # too many
    player.main.rpc_id(1, "nothing")
    session.drive(lambda: player.told("on_nothing"))
    assert [event.arguments for event in player.told("on_sum")] == [(3,), (7,)]


def test_arguments_that_a_python_method_has_by_default(session, caplog):
    player = session.join()
    for arguments in (["Ada"], ["Ada", 2], ["Ada", 2, "x", "y"], []):
        player.main.rpc_id(1, "tell", "rpc_id", [player.id, "greet", *arguments])
    player.main.rpc_id(1, "nothing")
    session.drive(lambda: player.told("on_nothing"))
    assert [event.arguments for event in player.told("greet")] == [("Ada", 1), ("Ada", 2), ("Ada", 2, "x", "y")]
    assert "takes (who, times=1, *others), and 0 came" in caplog.text


def test_properties_are_set_as_their_modes_allow(session):
    ring = Ring(session)
    main = ring.python.main
    for number, name in enumerate(["shared", "synced", "owned", "shown", "private"], 1):
        assert not main.rset(name, number)
    main.rpc_id(1, "state")
    session.drive(lambda: ring.python.told("on_state"))
    assert ring.python.told("on_state")[0].arguments == (1, 2, 3, 0, 0)  # the server, who is master
    assert (main.shared, main.synced, main.owned, main.shown) == (0, 2, 0, 4)  # here: those that also run here


def test_the_server_sets_properties_of_python(session):
    player = session.join()
    for number, name in enumerate(["shared", "synced", "owned", "shown"], 1):
        player.main.rpc_id(1, "tell", "rset", [name, number])
    player.main.rpc_id(1, "tell_player", "rset_id", [player.id, "position", Vector2(3, 4)])
    player.main.rpc_id(1, "nothing")
    session.drive(lambda: player.told("on_nothing"))
    assert (player.main.shared, player.main.synced, player.main.owned, player.main.shown) == (1, 2, 0, 4)
    assert player.player.position == Vector2(3, 4)


def test_nodes_below_are_called_and_set(session):
    ring = Ring(session)
    ring.python.player.rpc("move", Vector2(1, 2))
    ring.python.main.rpc_id(1, "tell_player", "rpc", ["move", Vector2(3, 4)])
    session.drive(lambda: ring.python.told("move") and len(ring.godot.told("move")) == 2)
    assert ring.godot.told("move") == [
        Event("move", ring.python.id, (Vector2(1, 2),)),
        Event("move", 1, (Vector2(3, 4),)),
    ]
    assert ring.python.player.position == Vector2(3, 4)


def test_the_second_call_is_the_short_form_in_both_directions(session):
    player = session.join()
    client = player.client
    for value in (5, "second call"):
        before = len(player.events)
        player.main.rpc_id(1, "echo", value)
        session.drive(lambda before=before: player.told("on_echo", since=before))
    echo = [commands.invocation_of_call("echo", [value]) for value in (5, "second call")]
    on_echo = [commands.invocation_of_call("on_echo", [value]) for value in (5, "second call")]
    confirmation, announcement = commands.encode_confirm_path("Main"), commands.encode_simplify_path(1, "Main")
    assert client.packets_out == [
        (1, announcement),
        (1, echo[0].by_path("Main")),
        (1, confirmation),
        (1, echo[1].by_id(1)),
    ]
    number = commands.decode(client.packets_in[-1]).node.path_id  # a server that others used before counts on
    assert client.packets_in == [
        confirmation,
        commands.encode_simplify_path(number, "Main"),
        on_echo[0].by_path("Main"),
        on_echo[1].by_id(number),
    ]


def test_a_broadcast_between_clients_is_one_packet_when_all_have_confirmed(session):
    ring = Ring(session)
    ring.python.main.rpc("for_all", "paths unknown")
    session.drive(lambda: ring.python.client.packets_in.count(commands.encode_confirm_path("Main")) == 2)
    sent = len(ring.python.client.packets_out)
    ring.python.main.rpc("for_all", "paths confirmed")
    session.drive(lambda: len(ring.godot.told("for_all")) == 2)
    call = commands.invocation_of_call("for_all", ["paths confirmed"])
    assert ring.python.client.packets_out[sent:] == [(0, call.by_id(1))]


def test_a_real_client_learns_that_its_path_is_known_here(session):
    ring = Ring(session, [["rpc", "for_all", "one"], ["wait", 0.5], ["rpc", "for_all", "two"]])
    session.drive(lambda: len(ring.python.told("for_all")) == 2)
    references = [
        type(command.node)
        for command in map(commands.decode, ring.python.client.packets_in)
        if isinstance(command, commands.RemoteCall)
    ]
    assert references == [NodeByPath, NodeById]
