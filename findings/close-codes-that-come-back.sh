#!/bin/sh
# Which code answers a client's Close 4000 "done"?
#
# Guess: 4000: RFC 6455 5.5.1, "typically echos the status code it received".
# Seen:  1000 from aiohttp, Autobahn and npm's websocket; Tornado and ws answer 4000.
# With:  aiohttp 3.14.5, Autobahn 26.10.2, Tornado 6.6.1, websocket 1.0.35, ws 8.23.0, websockets 17.4
set -eu
folder=$(mktemp -d)
server=
trap 'test -z "$server" || kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv python
python/bin/pip install --quiet aiohttp==3.14.5 autobahn==26.10.2 tornado==6.6.1 websockets==17.4
npm install --silent --no-audit --no-fund websocket@1.0.35 ws@8.23.0 > log 2>&1
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
    async for _ in socket:
        pass
    return socket

app = web.Application()
app.router.add_get("/", handle)
web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), print=None)
PY
cat > with_autobahn.py <<'PY'
import asyncio, sys
from autobahn.asyncio.websocket import WebSocketServerFactory

async def main(port):
    factory = WebSocketServerFactory(f"ws://127.0.0.1:{port}")
    await (await asyncio.get_running_loop().create_server(factory, "127.0.0.1", port)).serve_forever()

asyncio.run(main(int(sys.argv[1])))
PY
cat > with_tornado.py <<'PY'
import asyncio, sys
from tornado.web import Application
from tornado.websocket import WebSocketHandler

class Quiet(WebSocketHandler):
    def on_message(self, message): pass

async def main(port):
    Application([("/", Quiet)]).listen(port, "127.0.0.1")
    await asyncio.Event().wait()

asyncio.run(main(int(sys.argv[1])))
PY
cat > with_websocket.js <<'JS'
const { server: Server } = require('websocket');
const listener = require('http').createServer().listen(Number(process.argv[2]), '127.0.0.1');
new Server({ httpServer: listener, autoAcceptConnections: true });
JS
cat > with_ws.js <<'JS'
new (require('ws').WebSocketServer)({ host: '127.0.0.1', port: Number(process.argv[2]) });
JS
cat > client.py <<'PY'
import sys
from websockets.sync.client import connect

client = connect(f"ws://127.0.0.1:{sys.argv[1]}/", proxy=None, legacy=True)
client.close(4000, "done")
answer = client.protocol.close_rcvd
print(f"{sys.argv[2]}: {answer.code} {answer.reason!r}")
sys.exit(answer.code != int(sys.argv[3]))
PY
ask() {
    "$2" "$3" "$port" > server.log 2>&1 &
    server=$!
    listening "$port"
    python/bin/python client.py "$port" "$1" "$4"
    kill "$server"; wait "$server" 2>/dev/null || true; server=
}
ask aiohttp python/bin/python with_aiohttp.py 1000
ask Autobahn python/bin/python with_autobahn.py 1000
ask websocket node with_websocket.js 1000
ask Tornado python/bin/python with_tornado.py 4000
ask ws node with_ws.js 4000
