"""Doubts about our own calls: our class has no such method or parameters.

The call is sent anyway, as in Godot 3: the other side's script may have it. For a name that only the other side
has, `node.rpc_config(name, MultiplayerAPI.RPC_MODE_DISABLED)` says so, and removes the doubt.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from wsclient.scene.rpc_admission import arity_of, shape_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wsclient.scene.node import Node

__all__ = ["doubt_about_call", "doubt_about_set", "nearest_in_words"]


def doubt_about_call(node: Node, method: str, count: int) -> str:
    """Returns the doubt about a call; "" if there is none.

    Args:
        node: the one that calls.
        method: the name of the method.
        count: the number of arguments.
    """
    found = getattr(node, method, None) if hasattr(type(node), method) or method in vars(node) else None
    if callable(found):
        if arity_of(found).admits(count):
            return ""
        return f"rpc of {method!r}: {type(node).__name__}.{method} takes {shape_of(found)}, and {count} went out"
    if method in node.known_rpc_names():
        return ""
    return _unknown("rpc", "method", node, method, node.known_rpc_names())


def doubt_about_set(node: Node, property: str) -> str:
    """Returns the doubt about setting a property; "" if there is none."""
    is_known = hasattr(type(node), property) or property in vars(node)
    if is_known or property in node.known_rset_names():
        return ""
    return _unknown("rset", "property", node, property, node.known_rset_names())


def nearest_in_words(name: str, known: Iterable[str]) -> str:
    """Returns a sentence about the known name that is nearest to this one.

    If none is near, it has all names, or says that there are none.
    """
    names = sorted(known)
    if near := get_close_matches(name, names, n=1, cutoff=0.5):
        return f"the nearest is {near[0]!r}"
    return f"it has {', '.join(map(repr, names))}" if names else "none is marked"


def _unknown(call: str, kind: str, node: Node, name: str, known: Iterable[str]) -> str:
    where = f"{type(node).__name__} has no {kind} of this name"
    return f"{call} of {name!r}: {where}; {nearest_in_words(name, known)}. It was sent all the same"
