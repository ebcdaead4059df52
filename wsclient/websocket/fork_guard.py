"""What a fork copies: every connection of the parent's, which a child must not touch."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING
from weakref import WeakSet

if TYPE_CHECKING:
    from wsclient.websocket.link import Link

__all__ = ["disown_all", "guard"]

_links: WeakSet[Link] = WeakSet()


def guard(link: Link) -> None:
    """Sees to it that a forked child does not use this connection, nor say goodbye on it when it exits."""
    _links.add(link)


def disown_all() -> None:
    """Called in each child, as soon as it is there. Costs nothing before that: no call has to ask where it runs."""
    for link in list(_links):
        link.disown(os.getppid())


if sys.platform != "win32" and hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=disown_all)
