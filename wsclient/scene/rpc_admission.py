"""Admits or refuses remote calls.

It decides from plain values: the mode, the master, and the number of arguments.

Source: MultiplayerAPI of Godot 3 (`_process_rpc`, `_process_rset`).
"""

from __future__ import annotations

import inspect
import math
from types import FunctionType
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from wsclient.ground.value import Value
from wsclient.multiplayer.godot3.rpc_mode import RPCMode, rule_of

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Arity", "NotAdmitted", "arity_of", "check_arguments", "check_mode", "shape_of"]

NEEDED = {
    RPCMode.RPC_MODE_MASTER: "runs at the network master only",
    RPCMode.RPC_MODE_PUPPET: "runs for the network master's calls only, and never at the master itself",
    RPCMode.RPC_MODE_MASTERSYNC: "runs at the network master only, and at the caller",
    RPCMode.RPC_MODE_PUPPETSYNC: "runs for the network master's calls only, and never at the master itself",
}


class NotAdmitted(Exception):
    """Raised when a call is refused.

    The text has the reason, and what would be needed.
    """


def check_mode(mode: RPCMode, *, is_master: bool, master: int, caller: int) -> None:
    """Checks that a mode lets a call run here.

    Args:
        mode: the mode of the method or property.
        is_master: whether we are the node's network master.
        master: the id of the node's network master.
        caller: the id of the peer that calls.

    Raises:
        NotAdmitted: the mode does not allow it; the text says what the mode needs.
    """
    if rule_of(mode).admits(is_master=is_master, from_master=caller == master):
        return
    if mode == RPCMode.RPC_MODE_DISABLED:
        raise NotAdmitted("is not marked: it needs @remote, @master, @puppet or one of their sync forms")
    here = "this is the master" if is_master else f"the master is {master}"
    raise NotAdmitted(f"is @{mode.keyword}: it {NEEDED[mode]}; {here}")


def check_arguments(method: Callable[..., object], count: int) -> None:
    """Checks that a method accepts this number of arguments.

    Raises NotAdmitted, with the parameters of the method, if it does not.
    """
    if not arity_of(method).admits(count):
        raise NotAdmitted(f"takes {shape_of(method)}, and {count} came")


class Arity(Value):
    """The number of arguments that a method accepts.

    It is from `least` to `most`, which may be infinite.
    """

    least: float
    most: float

    def admits(self, count: int) -> bool:
        """Returns True if a call may have this number of arguments."""
        return self.least <= count <= self.most


_arities: WeakKeyDictionary[FunctionType, Arity] = WeakKeyDictionary()


def arity_of(method: Callable[..., object]) -> Arity:
    """Returns the number of arguments that a bound method accepts.

    It is read only once for each function, because that takes longer than a call.
    """
    function = getattr(method, "__func__", method)
    if not isinstance(function, FunctionType):
        return _counted(inspect.signature(method))
    arity = _arities.get(function)
    if arity is None:
        arity = _arities[function] = _counted(inspect.signature(method))
    return arity


def shape_of(method: Callable[..., object]) -> str:
    """Returns a method's parameters without their types, such as `(a, b, c=0)`."""
    signature = inspect.signature(method)
    bare = [each.replace(annotation=each.empty) for each in signature.parameters.values()]
    return str(signature.replace(parameters=bare, return_annotation=signature.empty))


def _counted(signature: inspect.Signature) -> Arity:
    least: float = 0
    most: float = 0
    for parameter in signature.parameters.values():
        if parameter.kind is parameter.VAR_POSITIONAL:
            most = math.inf
        elif parameter.kind is parameter.KEYWORD_ONLY:
            if parameter.default is parameter.empty:
                least = math.inf  # a required keyword, which no call can pass
        elif parameter.kind is not parameter.VAR_KEYWORD:
            most += 1
            least += parameter.default is parameter.empty
    return Arity(least, most)
