from __future__ import annotations

import itertools
import re

import pytest

from tests.support.scripted_peer import ScriptedPeer
from wsclient import rpc
from wsclient.multiplayer.godot3.commands import NodeById, RemoteCall, RemoteSet
from wsclient.multiplayer.godot3.rpc_mode import RPCMode, rule_of
from wsclient.scene.multiplayer_api import MultiplayerAPI
from wsclient.scene.node import Node
from wsclient.scene.rpc_admission import NotAdmitted, admitted_call, admitted_set

OWN_ID = 2


class Player(Node):
    score = rpc.remote(0)
    shown = rpc.puppet(0)
    private = 0

    def __init__(self, name=""):
        super().__init__(name)
        self.calls = []
        self.kept = 0

    @rpc.remote
    def sum(self, a: int, b: int, c: int = 0) -> None:
        self.calls.append((a, b, c))

    @rpc.remote
    def any_number(self, first, *others):
        self.calls.append((first, *others))

    @rpc.remote
    def never(self, *, key): ...

    @rpc.remote
    def with_options(self, *, key=1, **others):
        self.calls.append((key, others))

    @rpc.remote
    @staticmethod
    def of_nobody(a):
        return a

    @rpc.remote
    def raises(self):
        raise TypeError("by the game itself")

    @rpc.remotesync
    def remotesync(self): ...

    @rpc.master
    def master(self): ...

    @rpc.puppet
    def puppet(self): ...

    @rpc.mastersync
    def mastersync(self): ...

    @rpc.puppetsync
    def puppetsync(self): ...

    def disabled(self): ...

    @property
    @rpc.remote
    def position(self):
        raise AssertionError("nobody reads it")

    @position.setter
    def position(self, value):
        self.calls.append(value)


@pytest.fixture
def player():
    api = MultiplayerAPI()
    player = Player()
    api.root_node = player
    api.network_peer = ScriptedPeer(OWN_ID)
    player.api = api  # which the node's own reference leads to as well
    return player


def call(player, method, *arguments, caller=1):
    return admitted_call(player, RemoteCall(NodeById(1), method, arguments), caller)()


def set_(player, name, value, caller=1):
    return admitted_set(player, RemoteSet(NodeById(1), name, value), caller)()


@pytest.mark.parametrize(
    ("method", "arguments", "calls"),
    [
        ("sum", (1, 2), [(1, 2, 0)]),
        ("sum", (1, 2, 3), [(1, 2, 3)]),
        ("any_number", (1,), [(1,)]),
        ("any_number", tuple(range(255)), [tuple(range(255))]),
        ("with_options", (), [(1, {})]),
    ],
)
def test_calls(player, method, arguments, calls):
    call(player, method, *arguments)
    assert player.calls == calls


def test_calls_a_static_method(player):
    assert call(player, "of_nobody", 5) == 5


def test_does_not_run_what_it_admits():
    player = Player()
    admitted_call(player, RemoteCall(NodeById(1), "sum", (1, 2)), 1)
    admitted_set(player, RemoteSet(NodeById(1), "score", 1), 1)
    assert (player.calls, player.score) == ([], 0)


def test_what_the_method_raises_is_its_own(player):
    with pytest.raises(TypeError, match="by the game itself"):
        call(player, "raises")


def test_sets(player):
    set_(player, "score", "any value")
    assert player.score == "any value"


def test_sets_a_property_without_reading_it(player):
    set_(player, "position", 7)
    assert player.calls == [7]


def test_sets_a_plain_attribute_that_was_allowed_by_name(player):
    player.rset_config("kept", RPCMode.RPC_MODE_REMOTE)
    set_(player, "kept", 7)
    assert player.kept == 7


def test_calls_what_was_allowed_by_name(player):
    player.rpc_config("disabled", RPCMode.RPC_MODE_REMOTE)
    player.rpc_config("pop", RPCMode.RPC_MODE_REMOTE)
    player.pop = [1].pop  # a builtin: no Python function
    call(player, "disabled")
    assert call(player, "pop") == 1


@pytest.mark.parametrize(
    ("mode", "master", "caller"),
    list(itertools.product(RPCMode, [1, OWN_ID, 9], [1, 9])),
    ids=lambda value: value.keyword if isinstance(value, RPCMode) else str(value),
)
def test_the_mode_decides_who_may_call_and_set(player, mode, master, caller):
    player.set_network_master(master)
    player.rpc_config("sum", mode)
    player.rset_config("score", mode)
    admits = rule_of(mode).admits(is_master=master == OWN_ID, from_master=master == caller)
    attempts = [lambda: call(player, "sum", 1, 2, caller=caller), lambda: set_(player, "score", 7, caller=caller)]
    for attempt in attempts:
        if admits:
            attempt()
        else:
            with pytest.raises(NotAdmitted):
                attempt()
    assert (player.calls, player.score) == (([(1, 2, 0)], 7) if admits else ([], 0))


@pytest.mark.parametrize(
    ("attempt", "words"),
    [
        pytest.param(
            lambda player: call(player, "sum", 1),
            "method 'sum' of <Player /Player> takes (a, b, c=0), and 1 came",
            id="too-few",
        ),
        pytest.param(lambda player: call(player, "sum", 1, 2, 3, 4), "and 4 came", id="too-many"),
        pytest.param(lambda player: call(player, "any_number"), "takes (first, *others), and 0", id="too-few-of-many"),
        pytest.param(lambda player: call(player, "never"), "takes (*, key), and 0 came", id="keyword-only"),
        pytest.param(lambda player: call(player, "of_nobody"), "takes (a), and 0 came", id="static"),
        pytest.param(
            lambda player: call(player, "no_such_method"),
            "<Player /Player> has no method 'no_such_method': it needs a method of this name, marked @remote",
            id="no-such-method",
        ),
        pytest.param(
            lambda player: call(player, "disabled"),
            "method 'disabled' of <Player /Player> is not marked: put @remote, @master, @puppet",
            id="not-marked",
        ),
        pytest.param(lambda player: call(player, "__init__", ""), "'__init__' of <Player /Player> is not", id="dunder"),
        pytest.param(lambda player: call(player, "score"), "method 'score' of <Player /Player> is not", id="property"),
        pytest.param(
            lambda player: set_(player, "private", 1),
            "property 'private' of <Player /Player> is not marked: write private = remote(...)",
            id="property-not-marked",
        ),
        pytest.param(
            lambda player: set_(player, "nothing", 1),
            "<Player /Player> has no property 'nothing': it needs an attribute made by remote(...)",
            id="no-such-property",
        ),
        pytest.param(lambda player: set_(player, "sum", 1), "property 'sum' of", id="set-a-method"),
        pytest.param(
            lambda player: call(player, "master"),
            "method 'master' of <Player /Player> is @master: it runs at the network master only; the master is 1",
            id="master",
        ),
        pytest.param(lambda player: call(player, "mastersync"), "is @mastersync: it runs at the", id="mastersync"),
        pytest.param(
            lambda player: call(player, "puppet", caller=9),
            "is @puppet: it runs for the network master's calls only, and never at the master itself; the master is 1",
            id="puppet",
        ),
        pytest.param(lambda player: call(player, "puppetsync", caller=9), "is @puppetsync: it runs", id="puppetsync"),
        pytest.param(lambda player: set_(player, "shown", 1, caller=9), "property 'shown' of", id="set-puppet"),
        pytest.param(lambda player: call(player, "\x1b[31m"), "no method '\\x1b[31m'", id="control-characters"),
        pytest.param(lambda player: call(player, "x" * 10_000), "'" + "x" * 80 + "...'", id="endless-name"),
    ],
)
def test_refuses_and_says_what_would_be_needed(player, attempt, words):
    with pytest.raises(NotAdmitted, match=re.escape(words)):
        attempt(player)


def test_says_that_we_are_the_master(player):
    player.set_network_master(OWN_ID)
    with pytest.raises(NotAdmitted, match="this is the master"):
        call(player, "puppet")


@pytest.mark.parametrize("method", ["missing", "name"])
def test_a_mode_alone_makes_no_method(player, method):
    player.rpc_config(method, RPCMode.RPC_MODE_REMOTE)
    with pytest.raises(NotAdmitted, match=f"has a mode for '{method}', but no such method"):
        call(player, method)


def test_a_mode_alone_makes_no_property(player):
    player.rset_config("missing", RPCMode.RPC_MODE_REMOTE)
    with pytest.raises(NotAdmitted, match="has a mode for 'missing', but no such property"):
        set_(player, "missing", 1)
