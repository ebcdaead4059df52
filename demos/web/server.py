"""Serves the page, its Python files and the arena's server on one port.

The arena's server is at /arena.

    python -m demos.web.server FOLDER [--port 8765]

A page sends its report to /report. It is saved in the folder as `report.json` and `page.png`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from websockets.asyncio.server import serve
from websockets.datastructures import Headers
from websockets.http11 import Response

from demos.arena import lifeline
from demos.arena.server import Relay
from demos.serving import run_server
from demos.web.site_files import KINDS

if TYPE_CHECKING:
    from websockets.asyncio.server import ServerConnection
    from websockets.http11 import Request

__all__ = ["Site", "main", "run"]

LARGEST_PICTURE = 8 * 1024 * 1024  # bytes


class Site:
    """The files of a folder, and the game server.

    Args:
        folder: contains all files to be served when the object is created.
    """

    def __init__(self, folder: Path) -> None:
        self.relay = Relay()
        self._folder = folder
        self._files = {
            f"/{file.relative_to(folder).as_posix()}": file for file in folder.rglob("*") if file.suffix in KINDS
        }
        self._files["/"] = folder / "index.html"

    def answer(self, connection: ServerConnection, request: Request) -> Response | None:
        """Answers a request for a file. Returns None if it is a WebSocket request."""
        if "Upgrade" in request.headers:
            return None
        file = self._files.get(unquote(urlsplit(request.path).path))
        if file is None:
            return connection.respond(HTTPStatus.NOT_FOUND, "There is no such file.\n")
        body = file.read_bytes()
        headers = Headers({"Content-Type": KINDS[file.suffix], "Content-Length": str(len(body))})
        return Response(HTTPStatus.OK, "OK", headers, body)

    async def serve_websocket(self, connection: ServerConnection) -> None:
        """Serves a player, or receives a page's report."""
        path = connection.request.path if connection.request else ""
        if path == "/arena":
            await self.relay.serve_player(connection)
        elif path == "/report":
            await self._take_report(connection)
        else:
            await connection.close(4004, "There is no WebSocket at this path.")

    async def _take_report(self, connection: ServerConnection) -> None:
        picture, report = await connection.recv(decode=False), await connection.recv(decode=True)
        players = sorted(ship.name for ship in self.relay.ships.values())
        (self._folder / "page.png").write_bytes(picture)
        (self._folder / "report.json").write_text(json.dumps({**json.loads(report), "players": players}), "utf-8")


async def run(folder: Path, port: int, *, until_stdin_closes: bool = False) -> None:
    """Serves, and prints the address on the first line."""
    site = Site(folder)
    async with serve(
        site.serve_websocket, "127.0.0.1", port, process_request=site.answer, max_size=LARGEST_PICTURE
    ) as server:
        print(f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/arena", flush=True)
        over = asyncio.Event()
        if until_stdin_closes:
            loop = asyncio.get_running_loop()
            lifeline.watch(lambda: loop.call_soon_threadsafe(over.set))
        telling = asyncio.create_task(site.relay.broadcast_forever())
        await over.wait()
        telling.cancel()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m demos.web.server", description="The arena's server, and its page.")
    parser.add_argument("folder", type=Path, help="a folder made by python -m demos.web")
    parser.add_argument("--port", type=int, default=8765, help="0: any free port (default: %(default)s)")
    parser.add_argument(lifeline.OPTION, action="store_true", help="exit when standard input ends")
    options = parser.parse_args()
    run_server(run(options.folder, options.port, until_stdin_closes=options.until_stdin_closes), options.port)


if __name__ == "__main__":
    main()
