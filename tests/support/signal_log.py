"""What a client told, in order: the signals as tuples of their name and arguments."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container

    from wsclient.core.object import Object

__all__ = ["signals_of"]


def signals_of(emitter: Object, *, but: Container[str] = ()) -> list[tuple[object, ...]]:
    """Gives a list that grows with each signal: `("connection_closed", True)`.

    Args:
        emitter: all its signals are connected; nothing of it is kept alive.
        but: the names of those that are not.
    """
    told: list[tuple[object, ...]] = []
    for signal in emitter.get_signal_list():
        name = signal["name"]
        if isinstance(name, str) and name not in but:
            emitter.connect(name, partial(_note, told, name))
    return told


def _note(told: list[tuple[object, ...]], name: str, *args: object) -> None:
    told.append((name, *args))
