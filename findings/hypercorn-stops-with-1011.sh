#!/bin/sh
# What does Hypercorn send to its clients when it is stopped gracefully?
#
# Guess: Close 1001 (going away), or 1012 (service restart) like uvicorn.
# Seen:  Close 1011, the code of an unexpected error in the server.
# With:  Hypercorn 0.18.0, websockets 17.4
set -eu
folder=$(mktemp -d)
server=
trap 'test -z "$server" || kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv python
python/bin/pip install --quiet hypercorn==0.18.0 websockets==17.4
port=$(python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
listening() { python3 -c "
import socket, time
for _ in range(300):
    try: socket.create_connection(('127.0.0.1', $1)).close(); break
    except OSError: time.sleep(0.1)
else: raise SystemExit('it does not listen')"; }
cat > app.py <<'PY'
async def app(scope, receive, send):
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        while (await receive())["type"] != "websocket.disconnect":
            pass
PY
python/bin/hypercorn --bind "127.0.0.1:$port" app:app > log 2>&1 &
server=$!
listening "$port"
python/bin/python - "$port" "$server" <<'PY'
import os, signal, sys
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

with connect(f"ws://127.0.0.1:{sys.argv[1]}/", proxy=None) as client:
    os.kill(int(sys.argv[2]), signal.SIGTERM)
    try:
        client.recv(timeout=20)
    except ConnectionClosed as error:
        code = error.rcvd and error.rcvd.code
print("Hypercorn was stopped by SIGTERM; the client got close code", code)
sys.exit(code != 1011)
PY
