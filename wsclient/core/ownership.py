"""Binds an object to the thread that first called `poll()`."""

from __future__ import annotations

import sys
from _thread import RLock, get_ident
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from typing import NoReturn

__all__ = ["claim", "refuse_thread"]

# One int for all objects of a thread: each frame reads it, and a thousand different ints would miss the cache.
_threads: Final[dict[int, int]] = {}


# Held by the thread that claims an object. It may be taken again there, by the handler of a signal of the system.
_claiming: Final = RLock()


class _Owned(Protocol):
    _thread: int | None


def claim(owned: _Owned, thread: int) -> int:
    """Makes a thread the owner of an object that has none, and returns the owner.

    If several threads call this at once, exactly one wins.
    """
    # Not by `setdefault` of the object's dict, which is atomic too: if an object has ever been asked for its dict, each
    # access to its attributes takes 17 ns longer in Python 3.11.
    with _claiming:
        owner = owned._thread  # noqa: SLF001 - of all objects that have an owner
        if owner is None:
            owned._thread = owner = _threads.setdefault(thread, thread)  # noqa: SLF001
        return owner


def refuse_thread(what: str, owner: int, thread: int, advice: str) -> NoReturn:
    """Raises the error for a call from a thread other than the owner.

    Args:
        what: the object, in words: "this WebSocketClient".
        owner: the thread that polled it first.
        thread: the thread that called.
        advice: what to do in that thread instead.

    Raises:
        RuntimeError: always.
    """
    kind = "thread" if get_ident.__module__ == "_thread" else "greenlet"  # gevent numbers greenlets
    owned = f"{what} belongs to {kind} {_named(owner)}, which called poll() first"
    raise RuntimeError(f"{owned}; {kind} {_named(thread)} {advice}")


def _named(thread: int) -> str:
    """Returns the number of a thread, and its name if the program uses named threads."""
    threading = sys.modules.get("threading")  # not imported for this: a program that does not use it has one thread
    alive = () if threading is None else threading.enumerate()
    return next((f"{thread} ({each.name})" for each in alive if each.ident == thread), str(thread))
