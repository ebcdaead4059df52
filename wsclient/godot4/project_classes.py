"""Creates node classes from a project's scripts, and compares them.

A class that a program has written is compared with the script that it stands for.
"""

from __future__ import annotations

import keyword
from typing import TYPE_CHECKING, Final

from wsclient.godot4.node import Node
from wsclient.godot4.rpc_marks import RPCMethod, rpc

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from wsclient.godot4.rpc_config import RPCConfig

__all__ = ["differences", "node_class_of"]

# The parts of a mark that affect a call at the other side; the rest only concerns the caller.
_WORTH_A_WORD: Final = ("rpc_mode", "call_local")


def node_class_of(name: str, marks: Mapping[str, tuple[str, ...]]) -> type[Node]:
    """Creates a class whose marked methods do nothing until they are overridden."""
    methods = {method: rpc(*words)(_nothing(method)) for method, words in marks.items()}
    return type(name if name.isidentifier() and not keyword.iskeyword(name) else "ScriptNode", (Node,), dict(methods))


def differences(node_class: type[Node], script: str, marks: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Returns a sentence for each mark on which a class and a script differ."""
    ours = {name: each.config for name in dir(node_class) if isinstance(each := getattr(node_class, name), RPCMethod)}
    theirs = {name: rpc(*words)(_nothing(name)).config for name, words in marks.items()}
    called = node_class.__name__
    found = [f"{called} lacks {name}, which {script} marks {theirs[name].in_words}" for name in theirs.keys() - ours]
    found += [
        f"{called} marks {name}, which {script} does not: the numbers of all others change"
        for name in ours.keys() - theirs.keys()
    ]
    found += [
        f"{called} marks {name} {ours[name].in_words}, and {script} {theirs[name].in_words}"
        for name in ours.keys() & theirs.keys()
        if _rights(ours[name]) != _rights(theirs[name])
    ]
    return sorted(found)


def _rights(config: RPCConfig) -> list[object]:
    return [getattr(config, name) for name in _WORTH_A_WORD]


def _nothing(name: str) -> Callable[..., None]:
    def method(self: Node, *args: object) -> None:
        """Does nothing.

        The game's script has this method, and other peers may call it.
        """

    method.__name__ = method.__qualname__ = name
    return method
