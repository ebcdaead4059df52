"""`@rpc`: marks methods that other peers may call, with the words of GDScript 2.

    class Player(Node):
        @rpc("any_peer", "call_local", "unreliable", 2)
        def hurt(self, by: int) -> None: ...

    player.hurt.rpc(5)        # at all other peers
    player.hurt.rpc_id(1, 5)  # at the server

Source: the manual of Godot 4, "High-level multiplayer", and `@GDScript.@rpc`.
"""

from __future__ import annotations

import inspect
from difflib import get_close_matches
from functools import update_wrapper
from types import FunctionType, MethodType
from typing import TYPE_CHECKING, Any, Concatenate, Final, Generic, ParamSpec, TypeVar, cast, overload

from wsclient.core.networked_multiplayer_peer import TransferMode
from wsclient.godot4.rpc_config import RPCConfig, RPCMode

if TYPE_CHECKING:
    from collections.abc import Callable

    from wsclient.godot4.node import Node
    from wsclient.ground.error import Error

__all__ = ["BoundRPC", "RPCMethod", "rpc"]

Owner = TypeVar("Owner")
Arguments = ParamSpec("Arguments")
Returned = TypeVar("Returned")

MODES: Final = {"any_peer": RPCMode.RPC_MODE_ANY_PEER, "authority": RPCMode.RPC_MODE_AUTHORITY}
PLACES: Final = {"call_local": True, "call_remote": False}
TRANSFERS: Final = {
    "reliable": TransferMode.TRANSFER_MODE_RELIABLE,
    "unreliable": TransferMode.TRANSFER_MODE_UNRELIABLE,
    "unreliable_ordered": TransferMode.TRANSFER_MODE_UNRELIABLE_ORDERED,
}
WORDS: Final = (*MODES, *PLACES, *TRANSFERS)


class BoundRPC(Generic[Arguments, Returned]):
    """A marked method of one node: a method that can also be called at other peers."""

    def __init__(self, method: Callable[Arguments, Returned], config: RPCConfig) -> None:
        self.__wrapped__ = method
        self.config = config

    def __call__(self, *args: Arguments.args, **kwargs: Arguments.kwargs) -> Returned:
        """Calls the method here, like an ordinary method."""
        return self.__wrapped__(*args, **kwargs)

    def rpc(self, *args: Arguments.args, **kwargs: Arguments.kwargs) -> Error:
        """Calls the method at all other peers; see `Node.rpc`.

        If it is marked "call_local", it is also called here.
        """
        return self._node.rpc_id(0, self.__name__, *self._in_order(args, kwargs))

    def rpc_id(self, peer_id: int, *args: Arguments.args, **kwargs: Arguments.kwargs) -> Error:
        """Calls the method at one peer; see `Node.rpc_id`."""
        return self._node.rpc_id(peer_id, self.__name__, *self._in_order(args, kwargs))

    @property
    def __name__(self) -> str:
        return self.__wrapped__.__name__

    @property
    def _node(self) -> Node:
        return cast("Node", getattr(self.__wrapped__, "__self__"))  # noqa: B009 - type checkers do not know it

    def _in_order(self, args: tuple[object, ...], kwargs: dict[str, object]) -> tuple[object, ...]:
        """Returns the arguments by position, as they are sent."""
        return inspect.signature(self.__wrapped__).bind(*args, **kwargs).args if kwargs else args

    def __eq__(self, other: object) -> bool:
        return isinstance(other, BoundRPC) and self.__wrapped__ == other.__wrapped__

    def __hash__(self) -> int:
        return hash(self.__wrapped__)

    def __repr__(self) -> str:
        return f"<{self.config.in_words} {self.__wrapped__!r}>"


class RPCMethod(Generic[Owner, Arguments, Returned]):
    """A function marked with `@rpc`. On a node, it becomes a `BoundRPC`.

    Attributes:
        function: the one that was marked.
        config: the permissions of the mark.
    """

    def __init__(self, function: Callable[Concatenate[Owner, Arguments], Returned], config: RPCConfig) -> None:
        update_wrapper(self, function)
        self.function = function
        self.config = config

    @overload
    def __get__(self, instance: None, owner: type) -> RPCMethod[Owner, Arguments, Returned]: ...
    @overload
    def __get__(self, instance: Owner, owner: type) -> BoundRPC[Arguments, Returned]: ...

    def __get__(
        self, instance: Owner | None, owner: type
    ) -> RPCMethod[Owner, Arguments, Returned] | BoundRPC[Arguments, Returned]:
        return self if instance is None else BoundRPC(MethodType(self.function, instance), self.config)

    def __call__(self, owner: Owner, *args: Arguments.args, **kwargs: Arguments.kwargs) -> Returned:
        """Calls the function, as in `Player.hurt(player, 5)`."""
        return self.function(owner, *args, **kwargs)


class _Mark:
    """The decorator that `rpc("any_peer", ...)` returns."""

    def __init__(self, config: RPCConfig) -> None:
        self._config = config

    def __call__(
        self, function: Callable[Concatenate[Owner, Arguments], Returned]
    ) -> RPCMethod[Owner, Arguments, Returned]:
        if not isinstance(function, FunctionType):
            raise TypeError(f"@rpc marks a method of a node, written with def; not {function!r}")
        if inspect.iscoroutinefunction(function):
            raise TypeError(f"{function.__qualname__} is a coroutine function: an RPC is called, never awaited")
        return RPCMethod(function, self._config)


@overload
def rpc(word: Callable[Concatenate[Owner, Arguments], Returned], /) -> RPCMethod[Owner, Arguments, Returned]: ...
@overload
def rpc(*words: str | int, channel: int = ...) -> _Mark: ...


def rpc(*words: Any, channel: int | None = None) -> Any:
    """Marks a method that other peers may call.

    With `@rpc` alone, only the authority of the node may call it.

    Args:
        words: in any order: "any_peer" or "authority" (the default), "call_local" or "call_remote" (the default),
            "reliable" (the default), "unreliable" or "unreliable_ordered". A fourth one may be the channel.
        channel: the channel, which may also be the fourth word. It has no effect, because a WebSocket has only one.

    Raises:
        ValueError: a word that is none of these, or two of one kind.
        TypeError: something other than a method is marked.
    """
    if len(words) == 1 and callable(words[0]):
        return _Mark(RPCConfig())(words[0])
    return _Mark(_config_of(list(words), channel))


def _config_of(words: list[str | int], channel: int | None) -> RPCConfig:
    if words and isinstance(words[-1], int):
        if channel is not None:
            raise ValueError(f"@rpc has two channels: {words[-1]} and {channel}")
        channel = int(words.pop())
    for word in words:
        if word not in WORDS:
            raise ValueError(f"@rpc({word!r}): {_nearest(word)}")
    return RPCConfig(
        _one_of(MODES, words, RPCMode.RPC_MODE_AUTHORITY),
        _one_of(PLACES, words, False),
        _one_of(TRANSFERS, words, TransferMode.TRANSFER_MODE_RELIABLE),
        channel or 0,
    )


Meaning = TypeVar("Meaning")


def _one_of(meanings: dict[str, Meaning], words: list[str | int], default: Meaning) -> Meaning:
    found = [word for word in words if word in meanings]
    if len(found) > 1:
        raise ValueError(f"@rpc has {' and '.join(map(repr, found))}: one of them")
    return meanings[str(found[0])] if found else default


def _nearest(word: str | int) -> str:
    near = get_close_matches(str(word), WORDS, n=1)
    return f"did you mean {near[0]!r}?" if near else f"the words are {', '.join(WORDS)}, and a number at the end"
