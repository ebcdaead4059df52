"""What a client told, in order: the signals as tuples of their name and arguments."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container

    from wsclient.core.object import Object

__all__ = ["signals_of"]

# To listen to the first would change what is emitted; the second repeats what `data_received` says.
_ABOUT_MESSAGES = {"message_received", "messages_available"}


def signals_of(emitter: Object, *, but: Container[str] = ()) -> list[tuple[object, ...]]:
    """Gives a list that grows with each signal: `("connection_closed", True)`.

    Args:
        emitter: all its signals are connected; nothing of it is kept alive.
        but: the names of those that are not; nor are the two other signals of messages.
    """
    told: list[tuple[object, ...]] = []
    for signal in emitter.get_signal_list():
        name = signal["name"]
        if isinstance(name, str) and name not in but and name not in _ABOUT_MESSAGES:
            emitter.connect(name, partial(_note, told, name))
    return told


def _note(told: list[tuple[object, ...]], name: str, *args: object) -> None:
    told.append((name, *args))
