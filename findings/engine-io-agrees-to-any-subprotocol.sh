#!/bin/sh
# An engine.io server has no subprotocols. What does it answer when a client offers two?
#
# Guess: 101 without a subprotocol, so that a client that needs one notices that this is the wrong server.
# Seen:  It accepts the first one that the client offers, whatever that is.
# With:  engine.io 6.6.13
set -eu
folder=$(mktemp -d)
server=
trap 'test -z "$server" || kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund engine.io@6.6.13 > log 2>&1
port=$(python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
listening() { python3 -c "
import socket, time
for _ in range(300):
    try: socket.create_connection(('127.0.0.1', $1)).close(); break
    except OSError: time.sleep(0.1)
else: raise SystemExit('it does not listen')"; }
cat > server.js <<'JS'
const listener = require('http').createServer().listen(Number(process.argv[2]), '127.0.0.1');
require('engine.io').attach(listener);
JS
node server.js "$port" > server.log 2>&1 &
server=$!
listening "$port"
python3 - "$port" <<'PY'
import socket, sys

client = socket.create_connection(("127.0.0.1", int(sys.argv[1])), 20)
client.sendall(b"GET /engine.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
               b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
               b"Sec-WebSocket-Protocol: mqtt, v12.stomp\r\n\r\n")
reader, found = client.makefile("rb"), []
while (line := reader.readline()) not in (b"\r\n", b""):
    if line.lower().startswith(b"sec-websocket-protocol:"):
        found.append(line.partition(b":")[2].strip().decode())
print("offered mqtt, v12.stomp; agreed to", found)
sys.exit(found != ["mqtt"])
PY
