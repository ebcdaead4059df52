"""Echoes on trio-websocket."""

import sys

import trio
from trio_websocket import ConnectionClosed, serve_websocket


async def answer(request):
    if request.path == "/moved":
        await request.reject(302, extra_headers=[(b"Location", b"/")])
        return
    if request.path != "/":
        await request.reject(404, body=b"There is nothing here.\n")
        return
    chosen = "chat.v1" if "chat.v1" in request.proposed_subprotocols else None
    socket = await request.accept(subprotocol=chosen)
    try:
        while True:
            message = await socket.get_message()
            if isinstance(message, str) and message.startswith("!close "):
                _, code, reason = message.split()
                await socket.aclose(int(code), reason)
            else:
                await socket.send_message(message)
    except ConnectionClosed:
        pass


trio.run(serve_websocket, answer, "127.0.0.1", int(sys.argv[1]), None)
