#!/bin/sh
# With permessage-deflate, a server sends "Hello" in a block that is marked as the last (BFINAL), the example of RFC 7692 7.2.3.4, twice, then
# "Hello" in an ordinary block. What arrives?
#
# Guess: "Hello" three times. A sender that ends each message with zlib's Z_FINISH, instead of a flush, makes such blocks.
# Seen:  aiohttp and ws give it three times. websockets, Tornado and undici give it once, then two empty messages, without an error: for zlib,
#        the stream has ended with the first block, and they drop what it leaves unread.
# With:  websockets 17.4, Tornado 6.6.1, aiohttp 3.14.5; undici 7.30.2 and ws 8.23.0 in Node.js 20.20.2
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv python
python/bin/pip install --quiet websockets==17.4 tornado==6.6.1 aiohttp==3.14.5
npm install --silent --no-audit --no-fund undici@7.30.2 ws@8.23.0 > log 2>&1
cat > client.js <<'JS'
const [, , name, url] = process.argv;
const messages = [];
const socket = new (require(name).WebSocket)(url);
socket.onmessage = ({ data }) => {
  messages.push(data);
  if (messages.length === 4) {
    console.log(JSON.stringify(messages));
    process.exit();
  }
};
JS
cat > hello.py <<'PY'
import asyncio, base64, hashlib, json, sys
import aiohttp, websockets
from tornado.websocket import websocket_connect

FINAL = bytes.fromhex("c108 f348cdc9c9070000")
ORDINARY = bytes.fromhex("c107 f248cdc9c90700")
UNCOMPRESSED = b"\x81\x03end"


async def serve(reader, writer):
    request = await reader.readuntil(b"\r\n\r\n")
    assert b"permessage-deflate" in request
    key = next(line.split(b":")[1].strip() for line in request.split(b"\r\n") if line.lower().startswith(b"sec-websocket-key:"))
    accept = base64.b64encode(hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())
    writer.write(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Extensions: permessage-deflate\r\nSec-WebSocket-Accept: " + accept + b"\r\n\r\n"
    )
    writer.write(FINAL + FINAL + ORDINARY + UNCOMPRESSED)
    await reader.read(100)
    writer.close()


async def with_aiohttp(url):
    async with aiohttp.ClientSession() as session, session.ws_connect(url, compress=15) as socket:
        return [(await socket.receive()).data for _ in range(4)]


async def with_websockets(url):
    async with websockets.connect(url, proxy=None) as socket:
        return [await socket.recv() for _ in range(4)]


async def with_tornado(url):
    socket = await websocket_connect(url, compression_options={})
    messages = [await socket.read_message() for _ in range(4)]
    socket.close()
    return messages


def with_node(name):
    async def receive(url):
        process = await asyncio.create_subprocess_exec("node", "client.js", name, url, stdout=asyncio.subprocess.PIPE)
        return json.loads((await process.communicate())[0])
    return receive


CLIENTS = {
    "aiohttp": (with_aiohttp, "Hello"),
    "ws": (with_node("ws"), "Hello"),
    "websockets": (with_websockets, ""),
    "Tornado": (with_tornado, ""),
    "undici": (with_node("undici"), ""),
}


async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    url = "ws://127.0.0.1:%d/" % server.sockets[0].getsockname()[1]
    is_as_seen = True
    for name, (receive, later) in CLIENTS.items():
        messages = await asyncio.wait_for(receive(url), 30)
        print(f"{name}: {messages}")
        is_as_seen &= messages == ["Hello", later, later, "end"]
    return is_as_seen


sys.exit(not asyncio.run(main()))
PY
python/bin/python hello.py
