"""What a process must not do with its connections: a forked child touch them, and the end lose data silently."""

from __future__ import annotations

import atexit
import os
import sys
from typing import TYPE_CHECKING
from weakref import WeakSet

if TYPE_CHECKING:
    from wsclient.websocket.link import Link

__all__ = ["disown_all", "guard", "warn_at_exit"]

_links: WeakSet[Link] = WeakSet()


def guard(link: Link) -> None:
    """Keeps a forked child from using this connection, and from saying goodbye on it; warns if data is lost at exit."""
    _links.add(link)


def disown_all() -> None:
    """Called in each child, as soon as it is there. Costs nothing before that: no call has to ask where it runs."""
    for link in list(_links):
        link.disown(os.getppid())


def warn_at_exit() -> None:
    """Called when the interpreter exits: logs what has not left, one line a connection."""
    for link in list(_links):
        link.warn_of_unsent("the program ended")


atexit.register(warn_at_exit)
if sys.platform != "win32" and hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=disown_all)
