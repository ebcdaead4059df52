"""SignalEmitter: declared signals, stored in pyee, and how they are emitted."""

from __future__ import annotations

import logging
from _thread import get_ident
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeVar, cast

from pyee import EventEmitter

from wsclient.core.handler_errors import add_note, call_all, call_noting, log_and_forget, raise_all
from wsclient.core.inheritance import guard_init, refuse_hidden_names
from wsclient.core.ownership import claim, refuse_thread
from wsclient.core.signal_connection import ConnectFlags, Connection, WeakHandler, checked_handler
from wsclient.core.signal_description import declared_signals, unknown_signal
from wsclient.ground.error import Error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from wsclient.core.signal import Signal

__all__ = ["SignalEmitter"]

Handler = TypeVar("Handler", bound="Callable[..., Any]")

logger: Final = logging.getLogger("wsclient.signals")

# The event that pyee itself emits for each new listener. It is not a signal, but users of pyee may connect to it.
NEW_LISTENER = "new_listener"

# One for all objects: each frame reads it, and a thousand of them would miss the cache.
_NOTHING: Final[list[Callable[[], object]]] = []  # nothing is ever added


class SignalEmitter(EventEmitter):
    """pyee's EventEmitter with declared signals. `Object` adds Godot's names.

    pyee stores a `Connection` for each handler. Only public methods of pyee are used, the same in versions 13 and 16.

    Subclasses with their own `poll()` use `_begin_poll`, `_end_poll`, `_emit`, and `_handlers`, in which the tuple of a
    signal is empty if nothing is connected. If there is no hook, `_emit` only calls the entry of `_sole_handlers` for
    the signal, unless it is None.
    """

    _is_blocking_signals = False
    _is_emitting = False

    _declared_signals: ClassVar[Mapping[str, Signal[*tuple[Any, ...]]]] = {}

    # Both tables of an object without handlers: the same for all objects of a class, and never changed.
    _no_handlers: ClassVar[dict[str, tuple[Connection, ...]]] = {NEW_LISTENER: ()}
    _no_sole_handlers: ClassVar[dict[str, Callable[..., object] | None]] = {NEW_LISTENER: None}

    # The hook of each signal, which is called as if it were the first handler; and the names that other libraries use
    # for our signals.
    _hooks: ClassVar[Mapping[str, str]] = {}
    _synonyms: ClassVar[Mapping[str, Sequence[str]]] = {}

    # The private names that a subclass may redefine, and an attribute that `__init__` sets.
    _free_names: ClassVar[frozenset[str]] = frozenset()
    _made_by_init: ClassVar[str] = "_handlers"

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        refuse_hidden_names(cls, frozenset().union(*(vars(base).get("_free_names", ()) for base in cls.__mro__)))
        guard_init(cls, cls._made_by_init)
        cls._declared_signals = declared_signals(cls)
        cls._no_handlers = dict.fromkeys((*cls._declared_signals, NEW_LISTENER), ())
        cls._no_sole_handlers = dict.fromkeys(cls._no_handlers)

    def __init__(self) -> None:
        super().__init__()
        # pyee stores the handlers. This is the tuple that an emission iterates over, rebuilt after each change.
        self._handlers: dict[str, tuple[Connection, ...]] = self._no_handlers
        # For signals with one plain handler, the callable that an emission may call directly, at half the cost.
        self._sole_handlers: dict[str, Callable[..., object] | None] = self._no_sole_handlers
        self._deferred: list[Callable[[], object]] = _NOTHING
        self._is_polling = False
        self._thread: int | None = None

    # pyee's names; its `on` calls the next two

    def add_listener(self, event: str, f: Handler) -> Handler:
        """Connects `f` like `connect`, and returns it.

        If it is connected already, that is logged, and nothing changes.
        """
        self._connect(event, f)
        return f

    def listens_to(self, event: str) -> Callable[[Handler], Handler]:
        """Connects the decorated function; see `add_listener`."""
        self._check_name(event)
        return partial(self.add_listener, event)

    def once(self, event: str, f: Callable[..., Any] | None = None) -> Callable[..., Any]:
        """Connects `f`, or the decorated function, for one call.

        It is disconnected before that call.
        """
        if f is None:
            self._check_name(event)
            return partial(self.once, event)
        self._connect(event, f, flags=ConnectFlags.CONNECT_ONESHOT)
        return f

    def remove_listener(self, event: str, f: Callable[..., Any]) -> None:
        """Undoes one `add_listener` or `connect`.

        An unknown listener is logged, with every version of pyee.
        """
        connection = self._find(event, f)
        if connection is None:
            logger.error("%r is not connected to %r of this %s", f, event, type(self).__name__)
            return
        connection.count -= 1
        if connection.count == 0:
            self._remove(event, connection)

    def remove_all_listeners(self, event: str | None = None) -> None:
        """Disconnects all handlers of one signal, or of all signals.

        It does not matter how often they were connected.
        """
        super().remove_all_listeners(event)
        for signal in self._handlers if event is None else self._handlers.keys() & {event}:
            self._refresh(signal)

    def listeners(self, event: str) -> list[Callable[..., Any]]:
        """Returns the handlers of a signal, in order; an empty list if it is unknown."""
        return [handler for each in self._handlers.get(event, ()) if (handler := each.handler) is not None]

    def event_names(self) -> set[str]:
        """Returns the names of the signals that have handlers."""
        return {signal for signal in self._handlers if self.listeners(signal)}

    def emit(self, event: str, *args: object, **kwargs: object) -> bool:
        """Calls the signal's handlers now, each with the arguments and its binds.

        An unknown signal is logged.

        Returns:
            True if there was any handler to call, including deferred ones; False when signals are blocked.

        Raises:
            Exception: raised by a handler, after all have run; several are raised as an `ExceptionGroup`.
        """
        handlers = self._handlers.get(event)
        if handlers is None:
            logger.error("emit: %s", self._unknown(event))
            return super().emit(event, *args, **kwargs)  # this raises the exception if "error" is emitted
        if not handlers or self._is_blocking_signals:
            return False
        if event == NEW_LISTENER:
            args = tuple(each.target if isinstance(each, Connection) else each for each in args)
        if self._is_emitting or self._is_polling:
            self._emit_now(event, args, kwargs)
            return True
        self._is_emitting = True
        try:
            self._emit_now(event, args, kwargs)
        except BaseException as error:
            self._run_deferred(error)
            raise
        else:
            self._run_deferred()
        finally:
            self._is_emitting = False
        return True

    # For subclasses

    def _begin_poll(self) -> bool:
        """Enters `poll()`. It is cheap, because it is called in every idle frame.

            def poll(self) -> None:
                if not self._begin_poll():
                    return
                try:
                    ...
                except BaseException as error:
                    self._end_poll(error)
                    raise
                self._end_poll()

        Returns:
            False if `poll()` is already running, further out: then do nothing, and do not call `_end_poll`.

        Raises:
            RuntimeError: another thread called `poll()` first.
        """
        thread = get_ident()
        if thread != self._thread:
            self._claim(thread)
        if self._is_polling:
            return False
        self._is_polling = True
        return True

    def _end_poll(self, error: BaseException | None = None) -> None:
        """Leaves `poll()`, and makes the deferred calls.

        It makes none if `error` must leave immediately.

        Args:
            error: the exception that the body of `poll()` raised; the caller raises it again afterwards.

        Raises:
            Exception: raised by deferred handlers; an `ExceptionGroup` if several raised, or together with `error`.
        """
        try:
            if self._deferred:  # checked here too, which saves a call in an idle frame
                self._run_deferred(error)
        finally:
            self._is_polling = False

    def _emit(self, signal: str, hook: Callable[..., object] | None, *args: object) -> None:
        """Emits one of the class's own signals.

        Call it only between `_begin_poll` and `_end_poll`.

        Args:
            signal: its name.
            hook: the method that a subclass may override, called as if it were the first handler, also while signals
                are blocked; None if there is none, or if it is known not to be overridden.
            args: the arguments of the hook and the handlers.

        Raises:
            Exception: raised by the hook or a handler, after all have run; several are raised as an `ExceptionGroup`.
        """
        # Usually there is one handler, and its exception leaves in the same way as from the loop.
        if (handler := self._sole_handlers[signal]) and hook is None:
            try:
                handler(*args)
            except Exception as error:
                add_note(error, self._declaration(signal))
                raise
        else:
            self._emit_to_each(signal, hook, args)

    def _is_heard(self, signal: str) -> bool:
        """Returns True if an emission of the signal would call a handler."""
        if self._is_blocking_signals:
            return False
        return self._sole_handlers[signal] is not None or bool(self.listeners(signal))

    def _emit_to_each(self, signal: str, hook: Callable[..., object] | None, args: tuple[object, ...]) -> None:
        # A hot loop: it calls only the handlers, and allocates nothing until an exception is raised.
        handlers = () if self._is_blocking_signals else self._handlers[signal]
        errors: list[Exception] | None = None
        if hook is not None:
            try:
                hook(*args)
            except Exception as error:  # noqa: BLE001 - raised when all handlers have run
                add_note(error, self._declaration(signal))
                errors = [error]
        for connection in handlers:
            try:
                if not connection.is_plain:
                    self._deliver(signal, connection, args, has_run=connection.is_hook and hook is not None)
                elif args:
                    connection.target(*args)
                else:  # the same, but twice as fast: `data_received` has no hook
                    connection.target()
            except Exception as error:  # noqa: BLE001 - raised when the other handlers have run
                add_note(error, self._declaration(signal))
                errors = [error] if errors is None else [*errors, error]
            except BaseException:
                if errors is not None:
                    log_and_forget(errors)
                raise
        if errors is not None:
            raise_all(errors)

    # The mechanism

    def _connect(
        self, signal: str, handler: object, binds: Iterable[object] = (), flags: int = 0, *, weak: bool = False
    ) -> Error:
        self._check_name(signal)
        target = checked_handler(handler)
        if isinstance(binds, str | bytes):
            raise TypeError(f"binds must be a sequence of arguments, as ({binds!r},)")
        connection = self._find(signal, target)
        if connection is None:
            is_hook = self._is_hook(signal, target)
            kept = WeakHandler(target) if weak else target
            super().add_listener(signal, Connection(kept, tuple(binds), flags, is_hook=is_hook))
            self._refresh(signal)
            return Error.OK
        if flags & ConnectFlags.CONNECT_REFERENCE_COUNTED:
            connection.count += 1
            return Error.OK
        logger.error("%r is connected to %r of this %s already", target, signal, type(self).__name__)
        return Error.ERR_INVALID_PARAMETER

    def _check_name(self, signal: str) -> None:
        if signal not in self._handlers:
            raise ValueError(self._unknown(signal))

    def _is_hook(self, signal: str, target: object) -> bool:
        name = self._hooks.get(signal)
        return name is not None and getattr(target, "__self__", None) is self and target == getattr(self, name)

    def _find(self, signal: str, target: object) -> Connection | None:
        return next((connection for connection in self._handlers.get(signal, ()) if connection == target), None)

    def _remove(self, signal: str, connection: Connection) -> None:
        super().remove_listener(signal, connection)
        self._refresh(signal)

    def _refresh(self, signal: str) -> None:
        if self._handlers is self._no_handlers:
            self._handlers, self._sole_handlers = self._no_handlers.copy(), self._no_sole_handlers.copy()
        handlers = tuple(cast("list[Connection]", super().listeners(signal)))
        self._handlers[signal] = handlers
        has_sole = len(handlers) == 1 and handlers[0].is_plain and not self._is_blocking_signals
        self._sole_handlers[signal] = handlers[0].target if has_sole else None

    def _set_blocking(self, enable: bool) -> None:
        self._is_blocking_signals = enable
        for signal in self._handlers:
            self._refresh(signal)

    def _emit_now(self, signal: str, args: tuple[object, ...], kwargs: Mapping[str, object]) -> None:
        if kwargs:  # only pyee's `emit` has keyword arguments
            handlers = self._handlers[signal]
            call_all(partial(self._deliver, signal, connection, args, kwargs) for connection in handlers)
        else:
            self._emit(signal, None, *args)

    def _deliver(
        self,
        signal: str,
        connection: Connection,
        args: tuple[object, ...],
        kwargs: Mapping[str, object] | None = None,
        *,
        has_run: bool = False,
    ) -> None:
        if connection.handler is None:
            connection.is_one_shot = True  # its object is gone, so it must be removed
        if connection.is_one_shot:
            if connection.is_spent:  # an emission inside this one, from an earlier handler, has called it
                return
            connection.is_spent = True
            # By identity, because it may have been disconnected meanwhile, and its target connected again.
            if any(each is connection for each in self._handlers[signal]):
                self._remove(signal, connection)
        if has_run:
            return
        call: Callable[[], object] = partial(connection, *args, **(kwargs or {}))
        if connection.is_deferred:
            call = partial(call_noting, self._declaration(signal), call)
            if self._deferred:
                self._deferred.append(call)
            else:
                self._deferred = [call]
        else:
            call()

    def _run_deferred(self, error: BaseException | None = None) -> None:
        if not self._deferred:
            return
        if error is not None and not isinstance(error, Exception):
            return  # leave immediately; deferred calls wait until the next poll() ends
        calls, self._deferred = iter(self._deferred), _NOTHING
        try:
            call_all(calls, error)
        finally:
            if left := [*calls]:
                self._deferred = [*left, *self._deferred]  # the calls after an exception that is not an `Exception`

    def _unknown(self, signal: str) -> str:
        known = (name for name in self._handlers if name != NEW_LISTENER)
        return unknown_signal(signal, list(known), type(self).__name__, self._synonyms)

    def _declaration(self, signal: str) -> str:
        """Returns a signal's declaration: "connection_closed(was_clean_close: bool)"."""
        declared = self._declared_signals.get(signal)
        return signal if declared is None else declared.declaration

    def _claim(self, thread: int) -> None:
        """Makes this thread the owner; raises RuntimeError if another one is."""
        owner = claim(self, thread)
        if owner != thread:
            refuse_thread(f"this {type(self).__name__}", owner, thread, "needs one of its own")
