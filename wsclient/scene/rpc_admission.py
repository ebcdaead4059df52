"""What a call from afar may do: the one place where it is let through or refused.

Source: MultiplayerAPI of Godot 3 (`_process_rpc`, `_process_rset`).
"""

from __future__ import annotations

import inspect
import math
from dataclasses import dataclass
from functools import partial
from types import FunctionType
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from wsclient.multiplayer.godot3.commands import shown
from wsclient.multiplayer.godot3.rpc_mode import RPCMode, rule_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from wsclient.multiplayer.godot3.commands import RemoteCall, RemoteSet
    from wsclient.scene.node import Node

__all__ = ["NotAdmitted", "admitted_call", "admitted_set"]


class NotAdmitted(Exception):
    """A call that is refused. Its text says why, and what would be needed."""


def admitted_call(node: Node, command: RemoteCall, caller: int) -> Callable[[], object]:
    """Decides about a call.

    Args:
        node: the one that it names.
        command: the call.
        caller: the peer's id.

    Returns:
        What runs it.

    Raises:
        NotAdmitted: unknown or unmarked method, a mode that does not let this peer call, arguments too few or many.
    """
    name = command.method
    mode = node.get_rpc_mode(name)
    _check_mode(node, "method", name, mode, caller)
    method = getattr(node, name, None)
    if not callable(method):
        raise NotAdmitted(f"{node!r} has a mode for {shown(name)}, but no such method")
    if not _arity_of(method).admits(len(command.arguments)):
        raise NotAdmitted(_arity_in_words(node, method, name, len(command.arguments)))
    return partial(method, *command.arguments)


def admitted_set(node: Node, command: RemoteSet, caller: int) -> Callable[[], object]:
    """Decides about the setting of a property; see `admitted_call`."""
    name = command.name
    _check_mode(node, "property", name, node.get_rset_mode(name), caller)
    if not (name in vars(node) or _is_on_class(node, name)):
        raise NotAdmitted(f"{node!r} has a mode for {shown(name)}, but no such property")
    return partial(setattr, node, name, command.value)


def _check_mode(node: Node, kind: str, name: str, mode: RPCMode, caller: int) -> None:
    is_master = node.is_network_master()
    if rule_of(mode).admits(is_master=is_master, from_master=caller == node.get_network_master()):
        return
    if mode == RPCMode.RPC_MODE_DISABLED:
        raise NotAdmitted(_missing_in_words(node, kind, name))
    needed = {
        RPCMode.RPC_MODE_MASTER: "runs at the network master only",
        RPCMode.RPC_MODE_PUPPET: "runs for the network master's calls only, and never at the master itself",
        RPCMode.RPC_MODE_MASTERSYNC: "runs at the network master only, and at the caller",
        RPCMode.RPC_MODE_PUPPETSYNC: "runs for the network master's calls only, and never at the master itself",
    }[mode]
    here = "this is the master" if is_master else f"the master is {node.get_network_master()}"
    raise NotAdmitted(f"{kind} {shown(name)} of {node!r} is @{mode.keyword}: it {needed}; {here}")


def _missing_in_words(node: Node, kind: str, name: str) -> str:
    is_there = _is_on_class(node, name)
    if kind == "method":
        needed = "put @remote, @master, @puppet or one of their sync forms above it"
        wanted = "a method of this name, marked @remote or the like"
    else:
        needed = f"write {name} = remote(...), or mark its getter" if is_there else ""
        wanted = "an attribute made by remote(...) or the like"
    if is_there:
        return f"{kind} {shown(name)} of {node!r} is not marked: {needed}"
    return f"{node!r} has no {kind} {shown(name)}: it needs {wanted}"


def _is_on_class(node: Node, name: str) -> bool:
    """Looks without running anything, as `hasattr` would run a getter: the name is the peer's."""
    return any(name in vars(base) for base in type(node).__mro__)


@dataclass(frozen=True, slots=True)
class _Arity:
    """How many arguments a call may bring: from `least` to `most`, without a limit where that is infinite."""

    least: float
    most: float

    def admits(self, count: int) -> bool:
        return self.least <= count <= self.most


_arities: WeakKeyDictionary[FunctionType, _Arity] = WeakKeyDictionary()


def _arity_of(method: Callable[..., object]) -> _Arity:
    """Counts the arguments of a bound method; once for each function, as that takes longer than most calls."""
    function = getattr(method, "__func__", method)
    if not isinstance(function, FunctionType):
        return _counted(inspect.signature(method))
    arity = _arities.get(function)
    if arity is None:
        arity = _arities[function] = _counted(inspect.signature(method))
    return arity


def _counted(signature: inspect.Signature) -> _Arity:
    least: float = 0
    most: float = 0
    for parameter in signature.parameters.values():
        if parameter.kind is parameter.VAR_POSITIONAL:
            most = math.inf
        elif parameter.kind is parameter.KEYWORD_ONLY:
            if parameter.default is parameter.empty:
                least = math.inf  # no call can bring it
        elif parameter.kind is not parameter.VAR_KEYWORD:
            most += 1
            least += parameter.default is parameter.empty
    return _Arity(least, most)


def _arity_in_words(node: Node, method: Callable[..., object], name: str, count: int) -> str:
    signature = inspect.signature(method)
    bare = [each.replace(annotation=each.empty) for each in signature.parameters.values()]
    shape = signature.replace(parameters=bare, return_annotation=signature.empty)
    return f"method {shown(name)} of {node!r} takes {shape}, and {count} came"
