"""The functions of `select` as Python made them, whatever gevent or eventlet has put in their place.

Their functions switch to other greenlets, and `epoll` is gone, so that an idle `poll()` would take milliseconds.
"""

from __future__ import annotations

import select
import sys
from typing import Any, Final

__all__ = ["ORIGINAL_SELECT", "OriginalSelect"]


class OriginalSelect:
    """Stands for the module `select`. Looks each attribute up when it is used, since the patch may come later."""

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
