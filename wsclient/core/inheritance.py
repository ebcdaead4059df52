"""Checks subclasses of the library's classes.

They must not hide the library's private names, and must call its `__init__`.
"""

from __future__ import annotations

from abc import ABC
from functools import cache, wraps
from types import FunctionType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Set as AbstractSet

__all__ = ["guard_init", "refuse_hidden_names"]

_OURS: Final = {"wsclient", "pyee"}
# Made by `__init_subclass__`, and by the metaclass, whose names differ between interpreters.
_OF_EVERY_CLASS: Final = {"_declared_signals", "_no_handlers", "_no_sole_handlers", *vars(ABC)}


def refuse_hidden_names(cls: type, free: frozenset[str]) -> None:
    """Refuses a class that redefines a name which the library needs.

    A mixin counts too.

    Args:
        cls: a class that was just made.
        free: the hooks and other private names that a subclass may define, besides everything public.

    Raises:
        TypeError: the class redefines such a name; the message says which name, and which class needs it.
    """
    if _is_ours(cls):
        return
    bases = cls.__mro__
    for place, base in enumerate(bases):
        if base is object or _is_ours(base):
            continue
        hidden = _owners(bases[place + 1 :], free).keys() & vars(base).keys()
        owners = _owners(bases, free)
        for name in sorted(hidden | _set_on_self(base, owners.keys())):
            raise TypeError(f"{base.__name__} redefines {name}, which {owners[name].__name__} needs: rename yours")


def _owners(bases: tuple[type, ...], free: frozenset[str]) -> dict[str, type]:
    """Returns the classes of this library that need a name."""
    return {name: base for base in bases for name in _names_of(base) - free - _OF_EVERY_CLASS}


def guard_init(cls: type, made: str) -> None:
    """Makes a subclass's `__init__` raise a clear error without `super().__init__()`.

    Args:
        cls: a class that was just made.
        made: an attribute that our `__init__` sets.
    """
    init = cls.__init__  # type: ignore[misc]
    if _is_ours(cls) or not isinstance(init, FunctionType) or _is_ours_by_name(init.__module__):
        return

    @wraps(init)
    def checked(self: object, *args: object, **kwargs: object) -> None:
        try:
            init(self, *args, **kwargs)
        except AttributeError as error:
            if hasattr(self, made):
                raise
            raise _forgotten(cls) from error
        if not hasattr(self, made):  # not by `vars(self)`: see `claim`
            raise _forgotten(cls)

    cls.__init__ = checked  # type: ignore[misc]


def _forgotten(cls: type) -> TypeError:
    return TypeError(f"{cls.__name__}.__init__() must call super().__init__() before anything else")


def _is_ours(cls: type) -> bool:
    return _is_ours_by_name(cls.__module__)


def _is_ours_by_name(module: str | None) -> bool:
    return module is not None and module.partition(".")[0] in _OURS


def _is_private(name: str) -> bool:
    return name.startswith("_") and not name.endswith("__")


@cache
def _names_of(cls: type) -> frozenset[str]:
    """Returns the private names of one of our classes.

    They are its methods, the names it annotates, and the attributes that its `__init__` sets. Abstract methods are
    left out, because a subclass must implement them.
    """
    if not _is_ours(cls):  # on PyPy, the built-in classes have code too, of another kind
        return frozenset()
    written = {name for name, value in vars(cls).items() if not getattr(value, "__isabstractmethod__", False)}
    names = written | {*vars(cls).get("__annotations__", ())}
    code = getattr(vars(cls).get("__init__"), "__code__", None)
    if code is not None:
        names |= {*code.co_names} - {*vars(cls)["__init__"].__globals__}
    return frozenset(filter(_is_private, names))


def _set_on_self(cls: type, wanted: AbstractSet[str]) -> set[str]:
    """Returns which attributes the methods of a class set on their first argument."""
    found: set[str] = set()
    for function in _functions_of(cls):
        code = function.__code__
        if code.co_argcount and wanted & {*code.co_names}:
            found |= _stored_by(function) & wanted
    return found


def _functions_of(cls: type) -> Iterator[FunctionType]:
    for value in vars(cls).values():
        for each in (value, *(getattr(value, part, None) for part in ("fget", "fset", "__wrapped__"))):
            if isinstance(each, FunctionType):
                yield each


def _stored_by(function: FunctionType) -> set[str]:
    """Returns the attributes that a method sets on its first argument.

    It reads the byte code of the method.
    """
    # Imported only when a name is in question: the import takes as long as all other checks of a class.
    import dis  # noqa: PLC0415

    owner = function.__code__.co_varnames[0]
    stored: set[str] = set()
    before = None
    for instruction in dis.get_instructions(function):
        if instruction.opname == "STORE_ATTR" and before is not None:
            loaded = before.argval[-1] if isinstance(before.argval, tuple) else before.argval
            if loaded == owner:
                stored.add(instruction.argval)
        if instruction.opname != "CACHE":
            before = instruction
    return stored
