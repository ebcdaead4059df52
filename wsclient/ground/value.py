"""Value: the base of classes that consist of their fields only, like frozen dataclasses.

The library needs some twenty of them at import. `dataclasses` compiles each of them, and imports parts of a
compiler itself; it would take as long to import as the rest of the library.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self, dataclass_transform

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Value"]


class _ValueType(type):
    """Turns the names that a class annotates into slots, and the assigned values into their defaults."""

    _fields: tuple[str, ...] = ()
    _setters: tuple[Callable[[object, object], None], ...] = ()  # of the slots, one for each field
    _defaults: dict[str, object] = {}  # noqa: RUF012 - each class has its own, and none is changed

    def __new__(cls, name: str, bases: tuple[_ValueType, ...], namespace: dict[str, Any]) -> _ValueType:
        own = tuple(namespace.get("__annotations__", ()))
        fields = (*(bases[0]._fields if bases else ()), *own)
        defaults = {field: namespace.pop(field) for field in own if field in namespace}
        made = super().__new__(cls, name, bases, {"__slots__": own, "__match_args__": fields, **namespace})
        made._fields = fields
        made._setters = (*made._setters, *(vars(made)[field].__set__ for field in own))
        made._defaults = made._defaults | defaults
        return made

    def in_order(cls, values: tuple[object, ...], named: dict[str, object]) -> tuple[object, ...]:
        """Returns the arguments, and the defaults of missing ones, in the order of the fields."""
        held, used = [*values], 0
        for field in cls._fields[len(values) :]:
            if field in named:
                held.append(named[field])
                used += 1
            elif field in cls._defaults:
                held.append(cls._defaults[field])
        if len(held) != len(cls._fields) or used != len(named):
            given = ", ".join([f"{len(values)} by position", *named])
            raise TypeError(f"{cls.__name__} has the fields {', '.join(cls._fields)}, and was given {given}")
        return tuple(held)


@dataclass_transform(frozen_default=True)
class Value(metaclass=_ValueType):
    """Equal to what is of the same class and holds the same; cannot be changed. Subclasses annotate their fields.

        class Point(Value):
            x: float
            y: float = 0.0

    They are given by position or by name, and known to type checkers, as those of a dataclass.
    """

    def __init__(self, *values: object, **named: object) -> None:
        cls = type(self)
        if named or len(values) != len(cls._fields):
            values = cls.in_order(values, named)
        for set_field, value in zip(cls._setters, values, strict=True):
            set_field(self, value)

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
        return type(self), self._held()  # copy and pickle would set one field after the other

    def _held(self) -> tuple[object, ...]:
        return tuple(getattr(self, field) for field in type(self)._fields)
