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

    It looks up each attribute when it is first used, because the patch may come after the import.
    """

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - as the module
        """Returns the module's original attribute.

        Raises:
            AttributeError: this system has no such function.
        """
        found = self.__dict__[name] = _original(name)  # so that the next use does not call this
        return found


def _original(name: str) -> Any:  # noqa: ANN401 - as above
    gevent = sys.modules.get("gevent.monkey")
    if gevent is not None:
        return gevent.get_original("select", name)
    eventlet = sys.modules.get("eventlet.patcher")
    return getattr(select if eventlet is None else eventlet.original("select"), name)


ORIGINAL_SELECT: Final = OriginalSelect()
"""Use it in place of the module."""
