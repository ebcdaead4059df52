"""Chooses the transport that fits this system."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from wsclient.transport.base import Settings, Transport

__all__ = ["default_transport"]


def default_transport() -> Callable[[Settings], Transport]:
    """Returns the factory that makes a transport from the settings.

    It imports no other transport: a page cannot use sockets, though Pyodide can import `socket`, `ssl` and `threading`.
    """
    if sys.platform == "emscripten":
        from wsclient.transport.browser import BrowserTransport  # noqa: PLC0415 - see above

        return BrowserTransport
    from wsclient.transport.native import NativeTransport  # noqa: PLC0415 - see above

    return NativeTransport
