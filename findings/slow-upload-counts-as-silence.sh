#!/bin/sh
# A client sends one long message on a slow line: a thousand bytes arrive every 50 ms. Servers ping every second, and wait a second for the pong.
#
# Guess: The message arrives: bytes that come are a sign of life, and no pong can be sent inside a frame.
# Seen:  aiohttp and picows receive it. websockets and Autobahn end the connection after at most two seconds or so: the pong is missing.
#        With the defaults of websockets, this happens to each message that takes longer than 40 seconds.
# With:  websockets 17.4, Autobahn 26.10.2, aiohttp 3.14.5, picows 2.3.1
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv python
python/bin/pip install --quiet websockets==17.4 autobahn==26.10.2 aiohttp==3.14.5 picows==2.3.1
cat > upload.py <<'PY'
import asyncio, logging, struct, sys
import picows, websockets
from aiohttp import web
from autobahn.asyncio.websocket import WebSocketServerFactory, WebSocketServerProtocol

LENGTH = 100_000


async def with_websockets(on_message):
    async def handle(connection):
        async for message in connection:
            on_message(message)
    server = await websockets.serve(handle, "127.0.0.1", 0, ping_interval=1, ping_timeout=1)
    return server.sockets[0].getsockname()[1]


async def with_autobahn(on_message):
    class Protocol(WebSocketServerProtocol):
        def onMessage(self, payload, isBinary):
            on_message(payload)
    factory = WebSocketServerFactory()
    factory.protocol = Protocol
    factory.setProtocolOptions(autoPingInterval=1, autoPingTimeout=1)
    server = await asyncio.get_running_loop().create_server(factory, "127.0.0.1", 0)
    return server.sockets[0].getsockname()[1]


async def with_aiohttp(on_message):
    async def handle(request):
        socket = web.WebSocketResponse(heartbeat=1)  # it waits half of that for the pong
        await socket.prepare(request)
        async for message in socket:
            on_message(message.data)
        return socket
    app = web.Application()
    app.router.add_get("/", handle)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return runner.addresses[0][1]


async def with_picows(on_message):
    class Listener(picows.WSListener):
        def on_ws_frame(self, transport, frame):
            if frame.msg_type == picows.WSMsgType.BINARY:
                on_message(frame.get_payload_as_bytes())
    options = {"enable_auto_ping": True, "auto_ping_idle_timeout": 1, "auto_ping_reply_timeout": 1}
    server = await picows.ws_create_server(lambda request: Listener(), "127.0.0.1", 0, **options)
    return server.sockets[0].getsockname()[1]


async def upload(serve):
    """Returns the length of the received message, or the seconds after which the server ended the connection."""
    loop = asyncio.get_running_loop()
    received = loop.create_future()
    port = await serve(received.set_result)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                 b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
    await reader.readuntil(b"\r\n\r\n")
    start = loop.time()
    ended = asyncio.ensure_future(reader.read())  # pings, until the server ends the connection
    writer.write(b"\x82\xff" + struct.pack(">Q", LENGTH) + b"\0\0\0\0")
    for _ in range(LENGTH // 1000):
        if ended.done():
            return "seconds", loop.time() - start
        writer.write(bytes(1000))
        await asyncio.sleep(0.05)
    length = len(await asyncio.wait_for(received, 20))
    writer.close()
    ended.cancel()
    return "bytes", length


async def main():
    logging.disable()
    servers = {"aiohttp": with_aiohttp, "picows": with_picows, "websockets": with_websockets, "Autobahn": with_autobahn}
    results = dict(zip(servers, await asyncio.gather(*map(upload, servers.values()))))
    for name, (unit, number) in results.items():
        print(f"{name}: {f'a message of {number} bytes' if unit == 'bytes' else f'ended after {number:.1f} seconds'}")
    return [unit for unit, _ in results.values()] == ["bytes", "bytes", "seconds", "seconds"]


sys.exit(not asyncio.run(main()))
PY
timeout 60 python/bin/python upload.py
