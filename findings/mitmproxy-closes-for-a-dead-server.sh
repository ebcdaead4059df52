#!/bin/sh
# The server of a WebSocket that goes through mitmproxy is killed (SIGKILL). What does the client get?
#
# Guess: The end of TCP without a Close frame, as without the proxy: the server has sent none.
# Seen:  A Close frame with 1000, normal closure. A client that reconnects after failures alone takes the crash for a proper end.
# With:  mitmproxy 11.0.2, websockets 17.4 (the same with mitmproxy 12.3.1 in Python 3.13)
set -eu
folder=$(mktemp -d)
processes=
trap 'for process in $processes; do kill "$process" 2>/dev/null || true; done; rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv python
python/bin/pip install --quiet mitmproxy==11.0.2 websockets==17.4
free_port() { python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
listening() { python3 -c "
import socket, time
for _ in range(600):
    try: socket.create_connection(('127.0.0.1', $1)).close(); break
    except OSError: time.sleep(0.1)
else: raise SystemExit('it does not listen')"; }
cat > server.py <<'PY'
import sys
from websockets.sync.server import serve

def greet(connection):
    connection.send("hello")
    connection.recv()

serve(greet, "127.0.0.1", int(sys.argv[1])).serve_forever()
PY
cat > client.py <<'PY'
import os, signal, sys
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

name, port, server, expected = sys.argv[1:]
with connect(f"ws://127.0.0.1:{port}/", proxy=None, open_timeout=30) as client:
    assert client.recv(timeout=30) == "hello"
    os.kill(int(server), signal.SIGKILL)
    try:
        client.recv(timeout=30)
    except ConnectionClosed as error:
        print(f"{name}: {type(error).__name__}: {error}")
print(f"{name}: close code {client.close_code}")
sys.exit(client.close_code != int(expected))
PY
backend=$(free_port)
proxy=$(free_port)
python/bin/mitmdump --quiet --set confdir="$folder/mitmproxy" --mode "reverse:http://127.0.0.1:$backend" --listen-host 127.0.0.1 --listen-port "$proxy" > proxy.log 2>&1 &
processes=$!
ask() {
    python/bin/python server.py "$backend" > server.log 2>&1 &
    server=$!
    processes="$processes $server"
    listening "$backend"
    python/bin/python client.py "$1" "$2" "$server" "$3"
}
ask "without a proxy" "$backend" 1006
listening "$proxy"
ask "through mitmproxy" "$proxy" 1000
