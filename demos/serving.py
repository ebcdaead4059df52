"""How the servers of the demos run: until Ctrl-C; and where their port is taken, they say so."""

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
    """Runs a server to its end.

    Args:
        server: what serves.
        port: where; for the message.
    """
    try:
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(server)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        sys.exit(f"Port {port} is taken: does such a server run already? Another port: --port {port + 1}")
