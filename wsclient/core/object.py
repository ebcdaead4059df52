"""Object: Godot's methods for objects that have signals."""

from __future__ import annotations

import logging
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeAlias

from wsclient.core.signal_connection import ConnectFlags
from wsclient.core.signal_description import argument_of, arguments_of, description_of
from wsclient.core.signal_emitter import SignalEmitter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from wsclient.ground.error import Error

__all__ = ["Object"]

logger: Final = logging.getLogger("wsclient.signals")


_ConnectFlags: TypeAlias = ConnectFlags  # an alias, because the class has an attribute of the same name


class Object(SignalEmitter):
    """An object with signals, like Godot's Object, based on pyee's EventEmitter.

    A signal is declared on the class with `Signal`, and can be connected in three ways, which do the same:

        client.data_received.connect(on_data)       # an attribute, typed
        client.connect("data_received", on_data)    # Godot's
        @client.on("data_received")                 # pyee's: on, once, remove_listener, listeners, ...

    Handlers run in the order in which they were connected. When one is removed during an emission, it still runs in
    that emission, and one that is added runs in the next. An exception in a handler does not stop the others: it is
    raised when all have run, and several are raised as an `ExceptionGroup`. An exception that is not an `Exception`,
    such as `KeyboardInterrupt`, is raised immediately.

    One object belongs to one thread. Of Godot's methods, `get_incoming_connections` is missing: a Python handler does
    not belong to an Object that could list its connections.
    """

    ConnectFlags: TypeAlias = _ConnectFlags
    """The type of these, by Godot's name."""
    CONNECT_DEFERRED = ConnectFlags.CONNECT_DEFERRED
    CONNECT_PERSIST = ConnectFlags.CONNECT_PERSIST
    CONNECT_ONESHOT = ConnectFlags.CONNECT_ONESHOT
    CONNECT_REFERENCE_COUNTED = ConnectFlags.CONNECT_REFERENCE_COUNTED

    _user_signals: Mapping[str, list[Mapping[str, object]]] = MappingProxyType({})  # empty for most objects

    # Inspection

    def get_class(self) -> str:
        """Returns the name of the object's class."""
        return type(self).__name__

    def is_class(self, name: str) -> bool:
        """Returns True if the object's class, or a base class, has this name.

        Base classes count up to `Object`.
        """
        return any(base.__name__ == name for base in type(self).__mro__ if issubclass(base, Object))

    def has_signal(self, signal: str) -> bool:
        """Returns True if the signal exists.

        It may be declared by the class, or added to this object.
        """
        return signal in self._declared_signals or signal in self._user_signals

    def has_user_signal(self, signal: str) -> bool:
        """Returns True if the signal was added to this object by `add_user_signal`."""
        return signal in self._user_signals

    def add_user_signal(self, signal: str, arguments: Iterable[str | Mapping[str, object]] = ()) -> None:
        """Adds a signal to this object only.

        If its name is empty or taken, that is logged, and nothing is changed.

        Args:
            signal: its name, for `connect` and `emit_signal`.
            arguments: the names of its arguments, or Godot's `{"name":, "type":}`. Only `get_signal_list` uses them.
        """
        if not signal or signal in self._handlers:
            logger.error("add_user_signal: %r is %s", signal, "taken" if signal else "no name")
            return
        described = [argument_of(each) if isinstance(each, str) else each for each in arguments]
        self._user_signals = {**self._user_signals, signal: described}
        self._refresh(signal)

    def get_signal_list(self) -> list[dict[str, object]]:
        """Describes every signal, those of the class itself first.

        Returns Godot's dictionaries, with Python's types as `"type"`.
        """
        declared = [description_of(name, arguments_of(signal)) for name, signal in self._declared_signals.items()]
        return declared + [description_of(name, arguments) for name, arguments in self._user_signals.items()]

    def get_signal_connection_list(self, signal: str) -> list[dict[str, object]]:
        """Describes the connections of a signal, in order; empty for an unknown signal.

        Returns:
            Godot's dictionaries: `source`, `signal`, `target` and `method` (of a bound method; else the callable and
            its name), `binds`, `flags`; and `callable`.
        """
        return [
            {
                "source": self,
                "signal": signal,
                "target": getattr(handler, "__self__", handler),
                "method": getattr(handler, "__name__", "__call__"),
                "callable": handler,
                "binds": list(connection.binds),
                "flags": connection.flags,
            }
            for connection in self._handlers.get(signal, ())
            if (handler := connection.handler) is not None
        ]

    def _declaration(self, signal: str) -> str:
        if signal not in self._user_signals:
            return super()._declaration(signal)
        names = (str(each.get("name", "")) for each in self._user_signals[signal])
        return f"{signal}({', '.join(names)})"

    # Connecting and emitting

    def connect(
        self,
        signal: str,
        callable: Callable[..., object] | None = None,
        binds: Iterable[object] = (),
        flags: int = 0,
        *,
        weak: bool = False,
    ) -> Error:
        """Makes each emission of `signal` call `callable`.

        Args:
            signal: the signal's name.
            callable: the handler. The object keeps it alive.
            binds: arguments that are passed to it after those of the emission.
            flags: `CONNECT_DEFERRED`, `CONNECT_ONESHOT`, `CONNECT_REFERENCE_COUNTED`, or several with `|`.
            weak: True for a bound method whose object must not be kept alive; the connection ends with it. Not in
                Godot.

        Returns:
            `OK`; `ERR_INVALID_PARAMETER`, logged, if it is connected already, whatever its binds and flags. With
            `CONNECT_REFERENCE_COUNTED` that counts instead: it is called once, and must be disconnected as often.

        Raises:
            ValueError: there is no such signal.
            TypeError: `callable` cannot be called, or is a coroutine function, or with `weak` is no bound method; or
                `binds` is a string.
        """
        return self._connect(signal, callable, binds, flags, weak=weak)

    def disconnect(self, signal: str, callable: Callable[..., object]) -> None:
        """Undoes one `connect`.

        If `callable` is not connected, logs that and changes nothing.
        """
        self.remove_listener(signal, callable)

    def is_connected(self, signal: str, callable: Callable[..., object]) -> bool:
        """Returns True if `callable` is connected.

        For an unknown signal, logs that and returns False.
        """
        if signal not in self._handlers:
            logger.error("is_connected: %s", self._unknown(signal))
        return self._find(signal, callable) is not None

    def emit_signal(self, signal: str, *args: object) -> None:
        """Calls the signal's handlers now, each with `args` and its binds.

        An unknown signal is logged.

        Raises:
            Exception: raised by a handler, after all have run; several are raised as an `ExceptionGroup`.
        """
        self.emit(signal, *args)

    def set_block_signals(self, enable: bool) -> None:
        """Blocks all signals of this object, or unblocks them.

        Signals emitted while they are blocked are dropped. If a handler blocks signals, the other handlers of that
        emission still run.
        """
        self._set_blocking(enable)

    def is_blocking_signals(self) -> bool:
        """Returns True if signals are blocked."""
        return self._is_blocking_signals
