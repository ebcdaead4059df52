"""Echoes on the `websockets` package, its asyncio server."""

import asyncio
import sys

from websockets.asyncio.server import serve


def answer(connection, request):
    if request.path == "/moved":
        response = connection.respond(302, "It is at /.\n")
        response.headers["Location"] = "/"
        return response
    return connection.respond(404, "There is nothing here.\n") if request.path == "/missing" else None


def choose(_connection, offered):
    return "chat.v1" if "chat.v1" in offered else None


async def echo(connection):
    async for message in connection:
        if isinstance(message, str) and message.startswith("!close "):
            _, code, reason = message.split()
            await connection.close(int(code), reason)
        else:
            await connection.send(message)


async def main(port):
    options = {"select_subprotocol": choose, "process_request": answer, "max_size": 1 << 22}
    async with serve(echo, "127.0.0.1", port, **options) as server:
        await server.serve_forever()


asyncio.run(main(int(sys.argv[1])))
