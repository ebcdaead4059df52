"""Protects connections from forked children, and from a silent loss at exit."""

from __future__ import annotations

import atexit
import os
import sys
from typing import TYPE_CHECKING
from weakref import ref

if TYPE_CHECKING:
    from wsclient.websocket.link import Link

__all__ = ["disown_all", "guard", "warn_at_exit"]

# Not a WeakSet, whose methods are written in Python: each connection takes this way.
_links: set[ref[Link]] = set()


def guard(link: Link) -> None:
    """Keeps a forked child from using or closing this connection.

    If data is lost when the program ends, a warning is logged.
    """
    _links.add(ref(link, _links.discard))


def disown_all() -> None:
    """Called in each forked child as soon as it exists.

    Until then it costs nothing: no call has to check its process.
    """
    for link in _living():
        link.disown(os.getppid())


def warn_at_exit() -> None:
    """Logs unsent data when the interpreter exits, in one line for each connection."""
    for link in _living():
        link.warn_of_unsent("the program ended")


def _living() -> list[Link]:
    return [link for known in list(_links) if (link := known()) is not None]


atexit.register(warn_at_exit)
if sys.platform != "win32" and hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=disown_all)
