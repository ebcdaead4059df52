from __future__ import annotations

import itertools
import math
import re

import pytest

from wsclient.multiplayer.godot3.rpc_mode import RPCMode, rule_of
from wsclient.scene.rpc_admission import Arity, NotAdmitted, arity_of, check_arguments, check_mode, shape_of


class Methods:
    def sum(self, a: int, b: int, c: int = 0) -> None: ...
    def any_number(self, first, *others): ...
    def never(self, *, key): ...
    def with_options(self, *, key=1, **others): ...
    @staticmethod
    def of_nobody(a): ...


METHODS = Methods()


@pytest.mark.parametrize(
    ("mode", "is_master", "caller"),
    list(itertools.product(RPCMode, [True, False], [1, 9])),
    ids=lambda value: value.keyword if isinstance(value, RPCMode) else str(value),
)
def test_the_mode_decides_who_may_call(mode, is_master, caller):
    if rule_of(mode).admits(is_master=is_master, from_master=caller == 1):
        check_mode(mode, is_master=is_master, master=1, caller=caller)
    else:
        with pytest.raises(NotAdmitted):
            check_mode(mode, is_master=is_master, master=1, caller=caller)


@pytest.mark.parametrize(
    ("mode", "is_master", "words"),
    [
        pytest.param(
            RPCMode.RPC_MODE_DISABLED, False, "is not marked: it needs @remote, @master, @puppet", id="disabled"
        ),
        pytest.param(
            RPCMode.RPC_MODE_MASTER,
            False,
            "is @master: it runs at the network master only; the master is 1",
            id="master",
        ),
        pytest.param(RPCMode.RPC_MODE_MASTERSYNC, False, "is @mastersync: it runs at the", id="mastersync"),
        pytest.param(
            RPCMode.RPC_MODE_PUPPET,
            False,
            "is @puppet: it runs for the network master's calls only, and never at the master itself; the master is 1",
            id="puppet",
        ),
        pytest.param(RPCMode.RPC_MODE_PUPPETSYNC, False, "is @puppetsync: it runs for", id="puppetsync"),
        pytest.param(RPCMode.RPC_MODE_PUPPET, True, "this is the master", id="we-are-the-master"),
    ],
)
def test_says_what_the_mode_needs(mode, is_master, words):
    with pytest.raises(NotAdmitted, match=re.escape(words)):
        check_mode(mode, is_master=is_master, master=1, caller=9)


@pytest.mark.parametrize(
    ("method", "count", "arity", "words"),
    [
        pytest.param("sum", 1, Arity(2, 3), "takes (a, b, c=0), and 1 came", id="too-few"),
        pytest.param("sum", 4, Arity(2, 3), "takes (a, b, c=0), and 4 came", id="too-many"),
        pytest.param("any_number", 0, Arity(1, math.inf), "takes (first, *others), and 0 came", id="too-few-of-many"),
        pytest.param("never", 0, Arity(math.inf, 0), "takes (*, key), and 0 came", id="keyword-only"),
        pytest.param("with_options", 1, Arity(0, 0), "takes (*, key=1, **others), and 1 came", id="options"),
        pytest.param("of_nobody", 0, Arity(1, 1), "takes (a), and 0 came", id="static"),
    ],
)
def test_refuses_arguments_that_do_not_fit(method, count, arity, words):
    assert arity_of(getattr(METHODS, method)) == arity
    with pytest.raises(NotAdmitted, match=re.escape(words)):
        check_arguments(getattr(METHODS, method), count)


@pytest.mark.parametrize(("method", "count"), [("sum", 2), ("sum", 3), ("any_number", 255), ("with_options", 0)])
def test_admits_arguments_that_fit(method, count):
    check_arguments(getattr(METHODS, method), count)


def test_a_builtin_method_is_read_too():
    assert arity_of([1].append) == Arity(1, 1)
    assert shape_of([1].append) == "(object, /)"
