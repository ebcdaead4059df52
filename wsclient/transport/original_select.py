"""The functions of `select` as Python made them, whatever gevent or eventlet has put in their place.

What these put there gives the processor away to other greenlets, and takes `epoll` out: a `poll()` of a game that never
blocks would take milliseconds.
"""

from __future__ import annotations

import select
import sys
from typing import Any, Final

__all__ = ["ORIGINAL_SELECT", "OriginalSelect"]


class OriginalSelect:
    """Has the attributes of the module `select`. Looked up each time, since the patch may come later."""

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - as the module
        """Returns what the module had at first.

        Raises:
            AttributeError: this system has no such function.
        """
        gevent = sys.modules.get("gevent.monkey")
        if gevent is not None:
            return gevent.get_original("select", name)
        eventlet = sys.modules.get("eventlet.patcher")
        return getattr(select if eventlet is None else eventlet.original("select"), name)


ORIGINAL_SELECT: Final = OriginalSelect()
"""To be used in the place of the module."""
