"""Echoes on Sanic."""

import sys

from sanic import Sanic, redirect

app = Sanic("echo")
app.config.WEBSOCKET_MAX_SIZE = 1 << 22


@app.websocket("/", subprotocols=["chat.v1"])
async def echo(_request, socket):
    async for message in socket:
        if isinstance(message, str) and message.startswith("!close "):
            _, code, reason = message.split()
            await socket.close(int(code), reason)
        else:
            await socket.send(message)


@app.get("/moved")
async def moved(_request):
    return redirect("/")


if __name__ == "__main__":
    app.run(host="127.0.0.1", port=int(sys.argv[1]), single_process=True, access_log=False, motd=False)
