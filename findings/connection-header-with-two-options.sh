#!/bin/sh
# A server accepts a WebSocket with "Connection: keep-alive, Upgrade". Do clients open?
#
# Guess: Yes: the field is a list, and RFC 6455 4.1 only requires that it contains "Upgrade". Firefox's requests have both words.
# Seen:  websockets, websocket-client and ws open. aiohttp, Tornado, picows and undici, which is Node.js's own WebSocket, compare the whole
#        field with "Upgrade" and refuse; Tornado reports it as a closed stream.
# With:  websockets 17.4, websocket-client 1.9.2, aiohttp 3.14.5, Tornado 6.6.1, picows 2.3.1; ws 8.23.0 and undici 7.30.2 in Node.js 20.20.2
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv python
python/bin/pip install --quiet websockets==17.4 websocket-client==1.9.2 aiohttp==3.14.5 tornado==6.6.1 picows==2.3.1
npm install --silent --no-audit --no-fund undici@7.30.2 ws@8.23.0 > log 2>&1
cat > client.js <<'JS'
const [, , name, url] = process.argv;
const socket = new (require(name).WebSocket)(url);
socket.onopen = () => process.exit(0);
socket.onerror = () => process.exit(1);
JS
cat > open.py <<'PY'
import asyncio, base64, hashlib, logging, sys
import aiohttp, picows, websocket, websockets
from tornado.websocket import websocket_connect


async def serve(reader, writer):
    request = await reader.readuntil(b"\r\n\r\n")
    key = next(line.split(b":")[1].strip() for line in request.split(b"\r\n") if line.lower().startswith(b"sec-websocket-key:"))
    accept = base64.b64encode(hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())
    connection = b"keep-alive, Upgrade" if b"GET /two " in request else b"Upgrade"
    writer.write(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: " + connection + b"\r\n"
        b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
    )
    await reader.read(100)
    writer.close()


async def with_websockets(url):
    await (await websockets.connect(url, proxy=None)).close()


async def with_websocket_client(url):
    (await asyncio.to_thread(websocket.create_connection, url)).shutdown()


async def with_aiohttp(url):
    async with aiohttp.ClientSession() as session:
        await session.ws_connect(url)


async def with_tornado(url):
    (await websocket_connect(url)).close()


async def with_picows(url):
    transport, _ = await picows.ws_connect(picows.WSListener, url)
    transport.disconnect()


def with_node(name):
    async def connect(url):
        process = await asyncio.create_subprocess_exec("node", "client.js", name, url)
        if await process.wait():
            raise ConnectionError("an error event")
    return connect


CLIENTS = {
    "websockets": (with_websockets, True),
    "websocket-client": (with_websocket_client, True),
    "ws": (with_node("ws"), True),
    "aiohttp": (with_aiohttp, False),
    "Tornado": (with_tornado, False),
    "picows": (with_picows, False),
    "undici": (with_node("undici"), False),
}


async def opens(connect, url):
    try:
        await asyncio.wait_for(connect(url), 30)
    except Exception as error:
        return False, f"{type(error).__name__}: {error}"[:90]
    return True, "open"


async def main():
    logging.disable()  # Tornado logs an AssertionError
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    url = "ws://127.0.0.1:%d/" % server.sockets[0].getsockname()[1]
    is_as_seen = True
    for name, (connect, does_open) in CLIENTS.items():
        alone, _ = await opens(connect, url + "one")
        in_a_list, result = await opens(connect, url + "two")
        print(f"{name}: {result}")
        is_as_seen &= alone and in_a_list == does_open
    return is_as_seen


sys.exit(not asyncio.run(main()))
PY
python/bin/python open.py
