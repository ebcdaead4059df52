"""Binds an object to the thread that first called `poll()`."""

from __future__ import annotations

import sys
from _thread import get_ident
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from typing import NoReturn

__all__ = ["claim", "refuse_thread"]

# One int for all objects of a thread: each frame reads it, and a thousand different ints would miss the cache.
_threads: Final[dict[int, int]] = {}


def claim(owned: object, thread: int) -> int:
    """Makes a thread the owner of an object that has none, and returns the owner.

    `setdefault` is atomic, without the GIL too: of several threads that call this at once, exactly one wins.
    """
    owner: int = vars(owned).setdefault("_owner_thread", _threads.setdefault(thread, thread))
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
