"""GDScript's RPC keywords as decorators.

They mark the methods and properties that other peers may call and set.

    class Player(Node):
        position = remote(Vector2())  # a property that others may set

        @puppet
        def move(self, to: Vector2) -> None: ...

Source: the Godot 3 manual, "High-level multiplayer", and `MultiplayerAPI.RPCMode`.
"""

from __future__ import annotations

import inspect
from copy import deepcopy
from types import FunctionType
from typing import Final, TypeVar, cast

from wsclient.ground.value import Value
from wsclient.multiplayer.godot3.rpc_mode import RPCMode

__all__ = [
    "RPCKeyword",
    "RPCMarks",
    "RPCProperty",
    "marks_of",
    "master",
    "mastersync",
    "puppet",
    "puppetsync",
    "remote",
    "remotesync",
]

Declared = TypeVar("Declared")

# Kept in the function's own dictionary, which functools.wraps copies.
_MARK = "__rpc_mode__"


class RPCProperty:
    """An attribute that others may set, created by `position = remote(Vector2())`.

    Each object starts with a copy of the default, so that objects do not share a list.
    """

    def __init__(self, mode: RPCMode, default: object) -> None:
        self.mode = mode
        self._default = default
        self._name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, instance: object | None, owner: type) -> object:
        if instance is None:
            return self
        values = vars(instance)
        if self._name not in values:
            values[self._name] = deepcopy(self._default)
        return values[self._name]

    def __set__(self, instance: object, value: object) -> None:
        vars(instance)[self._name] = value


class RPCKeyword:
    """A decorator that sets which peers may call a method or set a property.

    On a method: `@remote` above `def`. On a property with a setter: `@remote` below `@property`. For a plain
    attribute: `score = remote(0)`.
    """

    def __init__(self, mode: RPCMode) -> None:
        self.mode = mode

    # For type checkers, an attribute has the type of its default, as with dataclasses.field().
    def __call__(self, declared: Declared) -> Declared:
        """Marks a method, or creates an attribute.

        Args:
            declared: a function, or the attribute's default.

        Returns:
            The function itself, or the attribute.

        Raises:
            TypeError: a coroutine function, which nothing would await.
        """
        if isinstance(declared, property):
            self(declared.fget)
            return declared
        if not isinstance(declared, FunctionType | staticmethod | classmethod):
            return cast("Declared", RPCProperty(self.mode, declared))
        function = getattr(declared, "__func__", declared)
        if inspect.iscoroutinefunction(function):
            raise TypeError(f"{function.__qualname__} is a coroutine function: an RPC is called, never awaited")
        vars(function)[_MARK] = self.mode
        return declared

    def __repr__(self) -> str:
        return f"@{self.mode.keyword}"


remote: Final = RPCKeyword(RPCMode.RPC_MODE_REMOTE)
"""Any peer may call it, and it never runs at the caller."""
master: Final = RPCKeyword(RPCMode.RPC_MODE_MASTER)
"""It runs at the node's network master only, whichever peer calls."""
puppet: Final = RPCKeyword(RPCMode.RPC_MODE_PUPPET)
"""It runs everywhere except at the network master; only the master may call it remotely."""
remotesync: Final = RPCKeyword(RPCMode.RPC_MODE_REMOTESYNC)
"""As `remote`, and it runs at the caller too."""
mastersync: Final = RPCKeyword(RPCMode.RPC_MODE_MASTERSYNC)
"""As `master`, and it runs at the caller too."""
puppetsync: Final = RPCKeyword(RPCMode.RPC_MODE_PUPPETSYNC)
"""As `puppet`, and it runs at the caller too."""


class RPCMarks(Value):
    """The modes of a class by name, separately for methods and properties.

    They are separate because a call cannot set, and a set cannot call.
    """

    methods: dict[str, RPCMode]
    properties: dict[str, RPCMode]


def marks_of(cls: type) -> RPCMarks:
    """Collects the marks of a class and its bases.

    If a method is overridden without a mark, it keeps the mark of the base.

    Raises:
        TypeError: a marked property has no setter, so that no peer could set it.
    """
    marks = RPCMarks({}, {})
    for base in reversed(cls.__mro__):
        for name, value in vars(base).items():
            if isinstance(value, RPCProperty):
                marks.properties[name] = value.mode
            elif isinstance(value, property):
                _add_property(marks, f"{base.__name__}.{name}", name, value)
            elif (mode := _mark_on(value)) is not None:
                marks.methods[name] = mode
    return marks


def _add_property(marks: RPCMarks, place: str, name: str, value: property) -> None:
    mode = _mark_on(value.fget)
    if mode is None:
        return
    if value.fset is None:
        raise TypeError(f"{place} is marked @{mode.keyword}, but has no setter")
    marks.properties[name] = mode


def _mark_on(value: object) -> RPCMode | None:
    function = getattr(value, "__func__", value)
    mode = getattr(function, "__dict__", {}).get(_MARK)
    return mode if isinstance(mode, RPCMode) else None
