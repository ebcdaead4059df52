from __future__ import annotations

import itertools

import pytest

from wsclient.multiplayer.godot3.rpc_mode import RPCMode, rule_of

# Godot's own table (godot-wire 4.4), a column each: the receiver is master and the caller is not, the receiver is a
# puppet and the caller the master, the receiver is a puppet and the caller is another, (both cannot be master);
# then, for a caller who is master and for one who is not: runs at home, is sent.
TABLE = {
    RPCMode.RPC_MODE_DISABLED: ((False, False, False), (False, True), (False, True)),
    RPCMode.RPC_MODE_REMOTE: ((True, True, True), (False, True), (False, True)),
    RPCMode.RPC_MODE_MASTER: ((True, False, False), (True, False), (False, True)),
    RPCMode.RPC_MODE_PUPPET: ((False, True, False), (False, True), (True, True)),
    RPCMode.RPC_MODE_REMOTESYNC: ((True, True, True), (True, True), (True, True)),
    RPCMode.RPC_MODE_MASTERSYNC: ((True, False, False), (True, False), (True, True)),
    RPCMode.RPC_MODE_PUPPETSYNC: ((False, True, False), (True, True), (True, True)),
}


def test_the_table_has_every_mode():
    assert list(TABLE) == list(RPCMode) == list(range(7))


@pytest.mark.parametrize("mode", RPCMode, ids=lambda mode: mode.keyword)
def test_admits_the_same_peers_as_the_engine(mode):
    situations = [(True, False), (False, True), (False, False)]
    rule = rule_of(mode)
    assert tuple(rule.admits(is_master=at, from_master=by) for at, by in situations) == TABLE[mode][0]


@pytest.mark.parametrize(("mode", "is_master"), list(itertools.product(RPCMode, [True, False])))
def test_runs_and_sends_as_the_engine_does(mode, is_master):
    rule = rule_of(mode)
    expected = TABLE[mode][1 if is_master else 2]
    assert (rule.runs_at_home(is_master=is_master), rule.is_sent(is_master=is_master)) == expected


def test_keywords_are_gdscripts():
    keywords = ["disabled", "remote", "master", "puppet", "remotesync", "mastersync", "puppetsync"]
    assert [mode.keyword for mode in RPCMode] == keywords
