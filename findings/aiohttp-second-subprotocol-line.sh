#!/bin/sh
# A request lists its subprotocols on two header lines. Which of them does aiohttp's server read?
#
# Guess: Both: RFC 6455 11.3.4 lets the header appear several times, the same as one list.
# Seen:  Only the first line: it accepts none, although the second line has the one that it supports.
# With:  aiohttp 3.14.5
set -eu
folder=$(mktemp -d)
server=
trap 'test -z "$server" || kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv python
python/bin/pip install --quiet aiohttp==3.14.5
port=$(python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
listening() { python3 -c "
import socket, time
for _ in range(300):
    try: socket.create_connection(('127.0.0.1', $1)).close(); break
    except OSError: time.sleep(0.1)
else: raise SystemExit('it does not listen')"; }
cat > app.py <<'PY'
import sys
from aiohttp import web

async def handle(request):
    socket = web.WebSocketResponse(protocols=["chat.v1"])
    await socket.prepare(request)
    return socket

app = web.Application()
app.router.add_get("/", handle)
web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), print=None)
PY
python/bin/python app.py "$port" 2> log &
server=$!
listening "$port"
python3 - "$port" <<'PY'
import socket, sys

def chosen(lines):
    client = socket.create_connection(("127.0.0.1", int(sys.argv[1])), 20)
    client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                   b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                   + b"".join(b"Sec-WebSocket-Protocol: " + line + b"\r\n" for line in lines) + b"\r\n")
    reader, found = client.makefile("rb"), []
    while (line := reader.readline()) not in (b"\r\n", b""):
        if line.lower().startswith(b"sec-websocket-protocol:"):
            found.append(line.partition(b":")[2].strip())
    return found

one, two = chosen([b"chat.v2, chat.v1"]), chosen([b"chat.v2", b"chat.v1"])
print("on one line:", one, "- on two lines:", two)
sys.exit((one, two) != ([b"chat.v1"], []))
PY
