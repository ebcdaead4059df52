"""Chooses the transport that fits this system."""

from __future__ import annotations

import sys
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from wsclient.transport.base import Settings, Transport

__all__ = ["default_transport"]


@cache
def default_transport() -> Callable[[Settings], Transport]:
    """Returns the factory that makes a transport from the settings.

    The first call imports it, which takes milliseconds. No other transport is imported: a page cannot use sockets,
    though Pyodide can import `socket`, `ssl` and `threading`.
    """
    if sys.platform == "emscripten":
        from wsclient.transport.browser import BrowserTransport  # noqa: PLC0415 - for the first client

        return BrowserTransport
    from wsclient.transport.native import NativeTransport  # noqa: PLC0415 - for the first client

    return NativeTransport
