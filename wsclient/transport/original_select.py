"""Finds the functions of `select` that gevent or eventlet may have replaced.

Their replacements switch to other greenlets and lack `epoll`, so an idle `poll()` would take milliseconds.
"""

from __future__ import annotations

import select
import sys
from typing import Any, Final

__all__ = ["ORIGINAL_SELECT", "OriginalSelect"]


class OriginalSelect:
    """Stands for the module `select`, with its original functions.

    It looks up each attribute when it is used, because the patch may come later.
    """

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
"""Use it in place of the module."""
