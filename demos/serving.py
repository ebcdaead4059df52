"""Runs the servers of the demos until Ctrl-C, and reports if their port is taken."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Coroutine

__all__ = ["run_server"]


def run_server(server: Coroutine[None, None, None], port: int) -> None:
    """Runs a server until it ends.

    Args:
        server: the coroutine that serves.
        port: the server's port, for the error message.
    """
    try:
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(server)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        sys.exit(f"Port {port} is taken. Is this server already running? For another port, use --port {port + 1}")
