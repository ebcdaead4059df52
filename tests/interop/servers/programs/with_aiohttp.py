"""Echoes on aiohttp."""

import sys

from aiohttp import WSMsgType, web


async def echo(request):
    socket = web.WebSocketResponse(protocols=["chat.v1"])
    await socket.prepare(request)
    async for message in socket:
        if message.type is WSMsgType.TEXT and message.data.startswith("!close "):
            _, code, reason = message.data.split()
            await socket.close(code=int(code), message=reason.encode())
        elif message.type is WSMsgType.TEXT:
            await socket.send_str(message.data)
        elif message.type is WSMsgType.BINARY:
            await socket.send_bytes(message.data)
    return socket


async def moved(_request):
    raise web.HTTPFound("/")


app = web.Application()
app.router.add_get("/", echo)
app.router.add_get("/moved", moved)
web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), print=None, shutdown_timeout=1.0)
