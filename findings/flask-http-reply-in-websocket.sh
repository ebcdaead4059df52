#!/bin/sh
# What does Flask's own server write when a client of a WebSocket route (flask-sock) closes the connection?
#
# Guess: The Close frame that answers the client's, then the end of TCP.
# Seen:  An HTTP reply, "HTTP/1.1 200 OK" with its headers, inside the WebSocket, before or after the Close frame.
# With:  Flask 3.1.3, Werkzeug 3.1.9, flask-sock 0.7.0, simple-websocket 1.1.0
set -eu
folder=$(mktemp -d)
server=
trap 'test -z "$server" || kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv python
python/bin/pip install --quiet flask==3.1.3 werkzeug==3.1.9 flask-sock==0.7.0 simple-websocket==1.1.0
port=$(python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
listening() { python3 -c "
import socket, time
for _ in range(300):
    try: socket.create_connection(('127.0.0.1', $1)).close(); break
    except OSError: time.sleep(0.1)
else: raise SystemExit('it does not listen')"; }
cat > app.py <<'PY'
import sys
from flask import Flask
from flask_sock import Sock

app = Flask("echo")
sock = Sock(app)

@sock.route("/")
def echo(socket):
    while True:
        socket.send(socket.receive())

app.run("127.0.0.1", int(sys.argv[1]))
PY
python/bin/python app.py "$port" > log 2>&1 &
server=$!
listening "$port"
python3 - "$port" <<'PY'
import socket, sys

client = socket.create_connection(("127.0.0.1", int(sys.argv[1])), 20)
client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
               b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
reader = client.makefile("rb")
status = reader.readline()
while reader.readline() != b"\r\n":
    pass
client.sendall(b"\x88\x80\0\0\0\0")  # Close without a code, masked with zeros
written = reader.read()
print(status.decode().strip(), "- and behind it:", written[:17], "...", written[-4:])
sys.exit(not (b" 101 " in status and b"HTTP/1.1 200 OK" in written and b"\x88\x00" in written))
PY
