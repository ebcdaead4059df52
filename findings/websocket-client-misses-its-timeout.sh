#!/bin/sh
# After the handshake, a server is silent and keeps TCP open, as after a pulled cable. The client pings. When does it notice?
#
# Guess: run_forever(ping_interval=2, ping_timeout=1.9) reports it after 4 seconds.
# Seen:  After 40 seconds. Every 1.9 seconds it checks whether the newest ping is older than 1.9 seconds, but there is a newer one every 2 seconds.
# With:  websocket-client 1.9.2
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv python
python/bin/pip install --quiet websocket-client==1.9.2
cat > silent.py <<'PY'
import base64, hashlib, socket, sys, threading, time
from websocket import WebSocketApp

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
open_connections = []


def shake_hands(listener):
    while True:
        connection, _ = listener.accept()
        request = b""
        while b"\r\n\r\n" not in request:
            request += connection.recv(4096)
        key = next(line.split(b":")[1].strip() for line in request.split(b"\r\n") if line.lower().startswith(b"sec-websocket-key:"))
        accept = base64.b64encode(hashlib.sha1(key + GUID).digest())
        connection.sendall(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
        )
        open_connections.append(connection)


def seconds_until_known(ping_timeout):
    known = []

    def on_error(app, error):
        known.append(time.monotonic() - start)
        print(f"ping_interval=2, ping_timeout={ping_timeout}: {error} after {known[0]:.1f} s")

    start = time.monotonic()
    WebSocketApp(f"ws://127.0.0.1:{port}/", on_error=on_error).run_forever(ping_interval=2, ping_timeout=ping_timeout)
    return known[0]


listener = socket.create_server(("127.0.0.1", 0))
port = listener.getsockname()[1]
threading.Thread(target=shake_hands, args=(listener,), daemon=True).start()
nearly_the_interval = seconds_until_known(1.9)
half_the_interval = seconds_until_known(1)
sys.exit(not (nearly_the_interval > 10 > half_the_interval))
PY
timeout 120 python/bin/python silent.py
