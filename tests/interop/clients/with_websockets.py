"""Holds the conversation by the package websockets, and prints its report.

Start it by `python with_websockets.py URL`.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import TYPE_CHECKING

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


async def visit(url: str) -> dict[str, object]:
    """Returns what every client reports, and what websockets can do beyond that."""
    report: dict[str, object] = {}
    async with connect(f"{url}/echo", max_size=None) as connection:
        report["extensions"] = (connection.response or connection.request).headers.get("Sec-WebSocket-Extensions", "")
        messages = {
            "text": "grüße 🎲",
            "empty text": "",
            "binary": bytes(range(256)),
            "1 MiB": bytes(range(256)) * 4096,
            "text that is compressed": "the same again. " * 10000,
        }
        echoed = []
        for name, message in messages.items():
            await connection.send(message)
            echoed.append([name, await connection.recv() == message])
        report["echoed"] = echoed
        await connection.send(_parts())
        report["fragments"] = await connection.recv()
        await (await connection.ping("are you there"))
        report["pong"] = "are you there"
        await connection.close(4001, "bye")
        report["closedHere"] = [connection.close_code, connection.close_reason, True]
    async with connect(f"{url}/kick") as connection:
        try:
            await connection.recv()
        except ConnectionClosed:
            report["closedThere"] = [connection.close_code, connection.close_reason, True]
    try:
        await connect(f"{url}/refused")
    except InvalidStatus as refused:
        report["refused"] = refused.response.status_code
    return report


async def _parts() -> AsyncIterator[str]:
    for part in ("in ", "three ", "parts"):
        yield part


if __name__ == "__main__":
    print(json.dumps(asyncio.run(visit(sys.argv[1]))))
