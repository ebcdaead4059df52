"""The original functions of `select`, even if gevent or eventlet has replaced them.

Their functions switch to other greenlets, and `epoll` is gone, so that an idle `poll()` would take milliseconds.
"""

from __future__ import annotations

import select
import sys
from typing import Any, Final

__all__ = ["ORIGINAL_SELECT", "OriginalSelect"]


class OriginalSelect:
    """Replaces the module `select`. Looks up each attribute when it is used, because the patch may come later."""

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - as the module
        """Returns the module's original attribute.

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
