#!/bin/sh
# What does a client receive when a gevent-websocket application calls close(4001, "bye")?
#
# Guess: Close 4001 with the reason bye: RFC 6455 gives 4000-4999 to applications.
# Seen:  A Close frame with only the reason, so the client reads its first two letters as the code (25209).
# With:  gevent-websocket 0.10.1, gevent 26.9.0 (Python 3)
set -eu
folder=$(mktemp -d)
server=
trap 'test -z "$server" || kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv python
python/bin/pip install --quiet gevent-websocket==0.10.1 gevent==26.9.0
port=$(python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
listening() { python3 -c "
import socket, time
for _ in range(300):
    try: socket.create_connection(('127.0.0.1', $1)).close(); break
    except OSError: time.sleep(0.1)
else: raise SystemExit('it does not listen')"; }
cat > app.py <<'PY'
import sys
from gevent.pywsgi import WSGIServer
from geventwebsocket.handler import WebSocketHandler

def app(environment, start_response):
    socket = environment["wsgi.websocket"]
    socket.receive()
    socket.close(4001, "bye")
    return []

WSGIServer(("127.0.0.1", int(sys.argv[1])), app, handler_class=WebSocketHandler, log=None).serve_forever()
PY
python/bin/python app.py "$port" 2> log &
server=$!
listening "$port"
python3 - "$port" <<'PY'
import socket, sys

client = socket.create_connection(("127.0.0.1", int(sys.argv[1])), 20)
client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
               b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
reader = client.makefile("rb")
while reader.readline() != b"\r\n":
    pass
client.sendall(b"\x81\x82\0\0\0\0hi")  # a text, masked with zeros
frame = reader.read()
print("the Close frame is", frame, "- read as the code", int.from_bytes(frame[2:4], "big"))
sys.exit(frame != b"\x88\x03bye")
PY
