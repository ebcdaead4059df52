"""Declares signals, as attributes that type checkers understand.

The handlers are stored by the `Object`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, Never, NoReturn, Self, TypeVarTuple, get_args, overload
from weakref import ref

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from wsclient.core.object import Object
    from wsclient.ground.error import Error

__all__ = ["BoundSignal", "Signal"]

Arguments = TypeVarTuple("Arguments")


class _Text:
    """The text that `help()` shows for a signal or for the class `Signal`.

    For a signal, it is the declaration and the docstring below it.
    """

    def __init__(self, of_class: str | None) -> None:
        self._of_class = of_class

    def __get__(self, instance: Signal[*tuple[object, ...]] | None, owner: type) -> str | None:
        return self._of_class if instance is None else instance.describe()


class Signal(Generic[*Arguments]):
    """Declares a signal, on the class of the object that emits it.

        class Lobby(Object):
            player_joined = Signal[str]("name")
            match_ready = Signal[()]()

    On an object, `lobby.player_joined` is a `BoundSignal`, to connect and to emit; on the class it is this declaration.

    Args:
        parameters: the names of what is emitted, one for each type.

    Attributes:
        name: the signal's own name; "" before a class has it.
        parameters: the names of the parameters.
    """

    def __init__(self, *parameters: str) -> None:
        self.name: str = ""
        self.parameters = parameters
        self._owner: type | None = None

    @property
    def types(self) -> tuple[object, ...]:
        """The types of the parameters, in order.

        It is `object` if the declaration does not specify them.
        """
        alias = getattr(self, "__orig_class__", None)  # what typing stores for `Signal[bool](...)`
        declared = (object,) * len(self.parameters) if alias is None else get_args(alias)
        return tuple(each if isinstance(each, type) else object for each in declared)

    @property
    def declaration(self) -> str:
        """The signal as it is declared: "connection_closed(was_clean_close: bool)"."""
        alias = getattr(self, "__orig_class__", None)
        types = (object,) * len(self.parameters) if alias is None else get_args(alias)
        named = (
            f"{name}: {kind.__name__ if isinstance(kind, type) else kind}"
            for name, kind in zip(self.parameters, types, strict=True)
        )
        return f"{self.name}({', '.join(named)})"

    def __set_name__(self, owner: type, name: str) -> None:
        self.name, self._owner = name, owner

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...
    @overload
    def __get__(self, instance: Object, owner: type) -> BoundSignal[*Arguments]: ...

    def __get__(self, instance: Object | None, owner: type) -> Self | BoundSignal[*Arguments]:
        return self if instance is None else BoundSignal(instance, self.name)

    def __set__(self, instance: object, value: Never) -> NoReturn:
        raise AttributeError(f"{self.name} is a signal: connect a handler with .{self.name}.connect(...)")

    def describe(self) -> str:
        """Returns the text for `help()`: the declaration and the docstring.

        The docstring is included only if the source is available.
        """
        # Imported here because games do not need it.
        from wsclient.core.signal_text import text_of  # noqa: PLC0415

        text = "" if self._owner is None else text_of(self._owner, self.name)
        return f"{self.declaration}\n\n{text}".rstrip()

    def __repr__(self) -> str:
        return f"<Signal {self.declaration}>"


Signal.__doc__ = _Text(Signal.__doc__)  # type: ignore[assignment]


class BoundSignal(Generic[*Arguments]):
    """One signal of one object, which it does not keep alive.

    Every method raises `ReferenceError` if the object is gone.
    """

    __slots__ = ("_name", "_object")

    def __init__(self, owner: Object, name: str) -> None:
        self._object = ref(owner)
        self._name = name

    def get_name(self) -> str:
        """Returns the signal's name, as it is passed to `Object.connect`."""
        return self._name

    def get_object(self) -> Object:
        """Returns the object that the signal belongs to."""
        owner = self._object()
        if owner is None:
            raise ReferenceError(f"the object of the signal {self._name} is gone")
        return owner

    @overload
    def connect(
        self, callable: Callable[[*Arguments], object], binds: tuple[()] = (), flags: int = 0, *, weak: bool = False
    ) -> Error: ...
    @overload
    def connect(
        self, callable: Callable[..., object], binds: Iterable[object], flags: int = 0, *, weak: bool = False
    ) -> Error: ...

    def connect(
        self, callable: Callable[..., object], binds: Iterable[object] = (), flags: int = 0, *, weak: bool = False
    ) -> Error:
        """Makes each emission call `callable` with its arguments, followed by `binds`.

        Same as `Object.connect`, which has more details, except that type checkers know the arguments here.
        """
        return self.get_object().connect(self._name, callable, binds, flags, weak=weak)

    def disconnect(self, callable: Callable[..., object]) -> None:
        """Undoes `connect`; see `Object.disconnect`."""
        self.get_object().disconnect(self._name, callable)

    def is_connected(self, callable: Callable[..., object]) -> bool:
        """Returns True if `callable` is connected."""
        return self.get_object().is_connected(self._name, callable)

    def emit(self, *args: *Arguments) -> None:
        """Calls the handlers now; see `Object.emit_signal`."""
        owner = self._object() or self.get_object()  # saves a call while the object is alive
        owner.emit(self._name, *args)

    def __repr__(self) -> str:
        return f"<BoundSignal {self._name} of {self._object()!r}>"
