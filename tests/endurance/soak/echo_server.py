"""Echoes on two ports, with and without TLS, by the package `websockets`.

It may be killed and started again.

    python -m tests.endurance.soak.echo_server CERTIFICATE_AND_KEY.pem PORT SECURE_PORT

Prints a line when it serves. SIGTERM closes every connection with code 1001 first.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import ssl
import sys
from typing import TYPE_CHECKING

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

if TYPE_CHECKING:
    from pathlib import Path


async def echo(connection: ServerConnection) -> None:
    """Answers each message with itself."""
    with contextlib.suppress(ConnectionClosed):
        async for message in connection:
            await connection.send(message)


async def main(certificate: str | Path, port: int, secure_port: int) -> None:
    """Serves until SIGTERM."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    over = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, over.set)
    async with (
        serve(echo, "127.0.0.1", port, max_size=None),
        serve(echo, "127.0.0.1", secure_port, ssl=context, max_size=None),
    ):
        print("serving", flush=True)
        await over.wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
