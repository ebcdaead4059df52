"""One handler of one signal, and the check of handlers."""

from __future__ import annotations

from enum import IntFlag
from functools import partial
from types import MethodType
from typing import TYPE_CHECKING
from weakref import WeakMethod

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["ConnectFlags", "Connection", "WeakHandler", "checked_handler"]

# The flags of code objects, such as `inspect.CO_COROUTINE`. Importing inspect takes longer than most of this library.
_COROUTINE = 0x80
_GENERATORS = 0x20 | 0x200  # asynchronous ones, too


class ConnectFlags(IntFlag):
    """Flags of `connect`. The numbers are those of Godot 3's `Object.ConnectFlags`."""

    CONNECT_DEFERRED = 1
    """The handler is called when the outermost `poll()` ends, or else the outermost emission."""
    CONNECT_PERSIST = 2
    """No effect: it concerns Godot's editor."""
    CONNECT_ONESHOT = 4
    """The handler is disconnected before its first call."""
    CONNECT_REFERENCE_COUNTED = 8
    """The handler may be connected several times. It is called once, and must be disconnected as often."""


class Connection:
    """One handler of one signal, which pyee stores instead of the handler itself.

    It is equal to its target, so that pyee finds it by the target, and notices when it is added twice.

    Args:
        target: the handler, checked.
        binds: arguments that are passed to it after the emitted ones.
        flags: one or more of `ConnectFlags`.
        is_hook: whether the target is the hook that is called before this signal's handlers anyway.

    Attributes:
        count: how many times it has to be disconnected.
        is_plain: whether an emission may call the target as it is.
        is_spent: whether a one-shot has been called.
    """

    __slots__ = (
        "_hash",
        "binds",
        "count",
        "flags",
        "is_deferred",
        "is_hook",
        "is_one_shot",
        "is_plain",
        "is_spent",
        "target",
    )

    def __init__(
        self,
        target: Callable[..., object],
        binds: tuple[object, ...] = (),
        flags: int = 0,
        *,
        is_hook: bool = False,
    ) -> None:
        self.target: Callable[..., object] = target
        self.binds: tuple[object, ...] = binds
        self.flags: int = flags
        self.count: int = 1
        self.is_deferred: bool = bool(flags & ConnectFlags.CONNECT_DEFERRED)
        self.is_one_shot: bool = bool(flags & ConnectFlags.CONNECT_ONESHOT)
        self.is_hook: bool = is_hook
        self.is_plain: bool = not (
            binds or self.is_deferred or self.is_one_shot or is_hook or isinstance(target, WeakHandler)
        )
        self.is_spent: bool = False
        try:
            # Stored, so that a target whose hash changes later can still be found.
            self._hash = hash(target)
        except TypeError:
            self._hash = 0

    @property
    def handler(self) -> Callable[..., object] | None:
        """The handler that the user connected.

        It is None if it was connected weakly and its object is gone.
        """
        return self.target.method if isinstance(self.target, WeakHandler) else self.target

    def __call__(self, *args: object, **kwargs: object) -> object:
        """Calls the target with the arguments, followed by the bound ones."""
        return self.target(*args, *self.binds, **kwargs)

    def __eq__(self, other: object) -> bool:
        theirs = other.target if isinstance(other, Connection) else other
        return self.target is theirs or self.target == theirs

    def __hash__(self) -> int:
        return self._hash

    def __repr__(self) -> str:
        return f"<Connection to {self.target!r}>"


class WeakHandler:
    """Calls a bound method as long as its object is alive.

    It does not keep the object alive. It is equal to the method.

    Raises:
        TypeError: the handler is no bound method of an object that can be referred to weakly.
    """

    __slots__ = ("_hash", "_method")

    def __init__(self, handler: Callable[..., object]) -> None:
        if not isinstance(handler, MethodType):
            raise TypeError(f"weak=True takes a bound method, as player.on_data, not {handler!r}")
        self._method = WeakMethod(handler)
        self._hash = hash(handler)

    @property
    def method(self) -> Callable[..., object] | None:
        """The method; None if its object is gone."""
        return self._method()

    def __call__(self, *args: object, **kwargs: object) -> object:
        """Calls the method, if its object still exists."""
        method = self._method()
        return None if method is None else method(*args, **kwargs)

    def __eq__(self, other: object) -> bool:
        theirs = other.method if isinstance(other, WeakHandler) else other
        return self is other or (theirs is not None and self.method == theirs)

    def __hash__(self) -> int:
        return self._hash

    def __repr__(self) -> str:
        return f"<WeakHandler of {self.method!r}>"


def checked_handler(handler: object) -> Callable[..., object]:
    """Returns the handler; refuses anything that cannot handle a signal.

    Raises:
        TypeError: it cannot be called, or calling it would run nothing, as with a coroutine function.
    """
    if not callable(handler):
        raise TypeError(f"a signal's handler must be callable, not {type(handler).__name__}")
    if kind := _kind_that_runs_nothing(handler):
        raise TypeError(f"{handler!r} is {kind}: calling it runs nothing, so it cannot handle a signal")
    return handler


def _kind_that_runs_nothing(handler: object) -> str:
    while isinstance(handler, partial):
        handler = handler.func
    for function in (handler, type(handler).__call__):
        code = getattr(getattr(function, "__func__", function), "__code__", None)
        flags = getattr(code, "co_flags", 0)
        if flags & _COROUTINE:
            return "a coroutine function"
        if flags & _GENERATORS:
            return "a generator function"
    return ""
