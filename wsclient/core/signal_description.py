"""Describes a class's signals, and guesses the meaning of a misspelt name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wsclient.core.signal import Signal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["argument_of", "arguments_of", "declared_signals", "description_of", "unknown_signal"]


def declared_signals(cls: type) -> dict[str, Signal[*tuple[Any, ...]]]:
    """Collects the signals of a class and its bases, those of the class first.

    Raises:
        TypeError: a name is a signal in one class and something else in another, so that one would hide the other;
            or a signal has not one name for each type.
    """
    declared: dict[str, Signal[*tuple[Any, ...]]] = {}
    for base in cls.__mro__:
        for name, value in vars(base).items():
            if isinstance(value, Signal):
                declared.setdefault(name, value)
    for name, signal in declared.items():
        if not all(isinstance(vars(base).get(name, signal), Signal) for base in cls.__mro__):
            raise TypeError(f"{cls.__name__}.{name} is both a signal and something else: connect a handler, or rename")
        if len(signal.types) != len(signal.parameters):
            raise TypeError(f"{cls.__name__}.{name} needs a name for each type: {signal.types}, {signal.parameters}")
    return declared


def argument_of(name: str, kind: object = object) -> dict[str, object]:
    """Describes one argument in Godot's form, with a Python type."""
    return {"name": name, "type": kind}


def arguments_of(signal: Signal[*tuple[Any, ...]]) -> list[dict[str, object]]:
    """Describes the arguments of a declared signal."""
    return [argument_of(name, kind) for name, kind in zip(signal.parameters, signal.types, strict=True)]


def description_of(name: str, arguments: Iterable[Mapping[str, object]]) -> dict[str, object]:
    """Describes a signal as Godot's `get_signal_list` does."""
    return {
        "name": name,
        "args": [dict(each) for each in arguments],
        "default_args": [],
        "flags": 1,  # METHOD_FLAG_NORMAL
        "id": 0,
        "return": argument_of("", type(None)),
    }


def unknown_signal(name: str, known: Sequence[str], class_name: str, synonyms: Mapping[str, Sequence[str]]) -> str:
    """Returns the message for an unknown signal, with a guess at the name meant.

    Args:
        name: the name that was asked for.
        known: the signals that there are.
        class_name: the name of the object's class.
        synonyms: names that other libraries have, and the signals that do the same here.
    """
    # Imported here because only a mistake needs it.
    from difflib import get_close_matches  # noqa: PLC0415

    if "://" in name:
        return f"{name!r} is a URL, not a signal; did you mean connect_to_url?"
    word = name.lower().replace("-", "_").removeprefix("on_")
    meant = synonyms.get(word) or synonyms.get(word.removeprefix("on"), ())  # a browser's WebSocket has "onopen"
    nearest = [each for each in meant if each in known] or get_close_matches(name, known, n=1, cutoff=0.0)
    hint = f"did you mean {' or '.join(map(repr, nearest))}?" if nearest else "it has none"
    return f"{class_name} has no signal {name!r}; {hint}"
