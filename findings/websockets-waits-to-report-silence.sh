#!/bin/sh
# After the handshake, a server is silent and keeps TCP open, as after a pulled cable. The client pings. When does it notice?
#
# Guess: With ping_interval=1 and ping_timeout=1, recv() raises an exception after 2 seconds.
# Seen:  After 12 seconds: when the pong is missing, websockets first waits for an answer to its Close, for close_timeout, 10 seconds.
# With:  websockets 17.4, its sync client
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv python
python/bin/pip install --quiet websockets==17.4
cat > silent.py <<'PY'
import base64, hashlib, logging, socket, sys, threading, time
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

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


def seconds_until_known(**options):
    with connect(f"ws://127.0.0.1:{port}/", proxy=None, ping_interval=1, ping_timeout=1, **options) as client:
        start = time.monotonic()
        try:
            client.recv(timeout=60)
        except (ConnectionClosed, TimeoutError) as error:
            seconds = time.monotonic() - start
            print(f"{options or 'default options'}: {type(error).__name__} after {seconds:.1f} s: {error}")
    return seconds


logging.getLogger("websockets").addHandler(logging.NullHandler())
listener = socket.create_server(("127.0.0.1", 0))
port = listener.getsockname()[1]
threading.Thread(target=shake_hands, args=(listener,), daemon=True).start()
by_default = seconds_until_known()
without_waiting = seconds_until_known(close_timeout=0.1)
sys.exit(not (by_default > 10 and without_waiting < 5))
PY
python/bin/python silent.py
