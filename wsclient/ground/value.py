"""Value: the base of classes that only have fields, like frozen dataclasses.

The library needs some twenty of them at import. `dataclasses` compiles each of them, and imports parts of a
compiler itself; it would take as long to import as the rest of the library. A `Value` compiles one short function,
when the first object of its class is made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self, dataclass_transform

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Value"]


class _ValueType(type):
    """Turns annotated names into slots, and assigned values into defaults."""

    _fields: tuple[str, ...] = ()
    _setters: tuple[Callable[[object, object], None], ...] = ()  # of the slots, one for each field
    _defaults: dict[str, object] = {}  # noqa: RUF012 - each class has its own, and none is changed

    def __new__(cls, name: str, bases: tuple[_ValueType, ...], namespace: dict[str, Any]) -> _ValueType:
        own = tuple(namespace.get("__annotations__", ()))
        fields = (*(bases[0]._fields if bases else ()), *own)
        defaults = {field: namespace.pop(field) for field in own if field in namespace}
        made = super().__new__(
            cls, name, bases, {"__slots__": own, "__match_args__": fields, "__init__": _first_init, **namespace}
        )
        made._fields = fields
        made._setters = (*made._setters, *(vars(made)[field].__set__ for field in own))
        made._defaults = made._defaults | defaults
        return made

    def compiled_init(cls) -> Callable[..., None]:
        """Returns an `__init__` that only calls the setters of the fields."""
        names: dict[str, Any] = {
            f"_set_{field}": setter for field, setter in zip(cls._fields, cls._setters, strict=True)
        }
        names |= {f"_default_{field}": default for field, default in cls._defaults.items()}
        arguments = [f"{field}=_default_{field}" if field in cls._defaults else field for field in cls._fields]
        body = [f"_set_{field}(self, {field})" for field in cls._fields] or ["pass"]
        exec(f"def __init__(self, {', '.join(arguments)}): {'; '.join(body)}", names)  # noqa: S102 - our own names
        made: Callable[..., None] = names["__init__"]
        made.__qualname__ = f"{cls.__qualname__}.__init__"
        return made


def _first_init(self: Value, *values: object, **named: object) -> None:
    """Initialises the first object of a class.

    First compiles an `__init__` for all others, which is five times as fast as a loop over the fields.
    """
    cls: Any = type(self)
    cls.__init__ = cls.compiled_init()
    cls.__init__(self, *values, **named)


@dataclass_transform(frozen_default=True)
class Value(metaclass=_ValueType):
    """An immutable object that consists of annotated fields.

    It is equal to objects of the same class with equal fields.

        class Point(Value):
            x: float
            y: float = 0.0

    As with a dataclass, fields are passed by position or by name, and type checkers know them.
    """

    if TYPE_CHECKING:

        def __init__(self, *values: object, **named: object) -> None: ...

    def replace(self, **changes: object) -> Self:
        """Returns a copy with these fields changed."""
        held = [changes.pop(field) if field in changes else getattr(self, field) for field in type(self)._fields]
        return type(self)(*held, **changes)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{name} cannot be set: a {type(self).__name__} does not change")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{name} cannot be deleted: a {type(self).__name__} does not change")

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self._held() == other._held()

    def __hash__(self) -> int:
        return hash((type(self), self._held()))

    def __repr__(self) -> str:
        held = (f"{field}={value!r}" for field, value in zip(type(self)._fields, self._held(), strict=True))
        return f"{type(self).__name__}({', '.join(held)})"

    def __reduce__(self) -> tuple[type[Self], tuple[object, ...]]:
        return type(self), self._held()  # copy and pickle would otherwise set the fields one by one

    def _held(self) -> tuple[object, ...]:
        return tuple(getattr(self, field) for field in type(self)._fields)
