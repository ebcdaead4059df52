#!/bin/sh
# Does an empty text message that an ASGI application sends arrive through Daphne?
#
# Guess: Yes: an empty message is a message, and uvicorn and Hypercorn send it.
# Seen:  It is lost without an error; later messages arrive.
# With:  Daphne 4.2.3, uvicorn 0.54.0, websockets 17.4
set -eu
folder=$(mktemp -d)
server=
trap 'test -z "$server" || kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv python
python/bin/pip install --quiet daphne==4.2.3 uvicorn==0.54.0 websockets==17.4
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
        await send({"type": "websocket.send", "text": ""})
        await send({"type": "websocket.send", "text": "second"})
        await receive()
PY
cat > client.py <<'PY'
import sys
from websockets.sync.client import connect

with connect(f"ws://127.0.0.1:{sys.argv[1]}/", proxy=None) as client:
    first = client.recv(timeout=20)
print(f"{sys.argv[2]}: the first message is {first!r}")
sys.exit(first != sys.argv[3])
PY
python/bin/daphne -b 127.0.0.1 -p "$port" app:app > log 2>&1 &
server=$!
listening "$port"
python/bin/python client.py "$port" Daphne second
kill "$server"; wait "$server" 2>/dev/null || true
python/bin/uvicorn --port "$port" --log-level error app:app > log 2>&1 &
server=$!
listening "$port"
python/bin/python client.py "$port" uvicorn ""
