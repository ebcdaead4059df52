#!/bin/sh
# A client offers permessage-deflate with server_max_window_bits=8, the least that RFC 7692 7.1.2.1 allows. What do servers do that do not support it?
#
# Guess: They decline the offer and open without compression: 101.
# Seen:  aiohttp does this. Tornado answers 500 Internal Server Error, and Autobahn 400: there is no connection.
# With:  Tornado 6.6.1, Autobahn 26.10.2, aiohttp 3.14.5
set -eu
folder=$(mktemp -d)
server=
trap 'test -z "$server" || kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv python
python/bin/pip install --quiet tornado==6.6.1 autobahn==26.10.2 aiohttp==3.14.5
port=$(python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
listening() { python3 -c "
import socket, time
for _ in range(300):
    try: socket.create_connection(('127.0.0.1', $1)).close(); break
    except OSError: time.sleep(0.1)
else: raise SystemExit('it does not listen')"; }
cat > with_aiohttp.py <<'PY'
import sys
from aiohttp import web

async def handle(request):
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    return socket

app = web.Application()
app.router.add_get("/", handle)
web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), print=None)
PY
cat > with_tornado.py <<'PY'
import asyncio, sys
from tornado.web import Application
from tornado.websocket import WebSocketHandler

class Quiet(WebSocketHandler):
    def on_message(self, message): pass
    def get_compression_options(self): return {}

async def main(port):
    Application([("/", Quiet)]).listen(port, "127.0.0.1")
    await asyncio.Event().wait()

asyncio.run(main(int(sys.argv[1])))
PY
cat > with_autobahn.py <<'PY'
import asyncio, sys
from autobahn.asyncio.websocket import WebSocketServerFactory
from autobahn.websocket.compress import PerMessageDeflateOffer, PerMessageDeflateOfferAccept

def accept(offers):
    return next((PerMessageDeflateOfferAccept(o) for o in offers if isinstance(o, PerMessageDeflateOffer)), None)

async def main(port):
    factory = WebSocketServerFactory(f"ws://127.0.0.1:{port}")
    factory.setProtocolOptions(perMessageCompressionAccept=accept)
    await (await asyncio.get_running_loop().create_server(factory, "127.0.0.1", port)).serve_forever()

asyncio.run(main(int(sys.argv[1])))
PY
cat > client.py <<'PY'
import socket, sys

client = socket.create_connection(("127.0.0.1", int(sys.argv[1])), 20)
client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
               b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
               b"Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=8\r\n\r\n")
line = client.makefile("rb").readline().decode().strip()
print(f"{sys.argv[2]}: {line}")
sys.exit(line.split()[1] != sys.argv[3])
PY
ask() {
    python/bin/python "$2" "$port" > server.log 2>&1 &
    server=$!
    listening "$port"
    python3 client.py "$port" "$1" "$3"
    kill "$server"; wait "$server" 2>/dev/null || true; server=
}
ask aiohttp with_aiohttp.py 101
ask Tornado with_tornado.py 500
ask Autobahn with_autobahn.py 400
