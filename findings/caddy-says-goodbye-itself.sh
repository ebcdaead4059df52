#!/bin/sh
# Caddy is the proxy of a WebSocket server and is stopped. What does the client receive?
#
# Guess: The end of TCP without a Close frame, as with nginx, HAProxy, Apache and lighttpd: a proxy passes bytes.
# Seen:  A Close frame with 1001 from Caddy itself, although the server behind it has sent nothing.
# With:  Caddy 2.6.2 of Debian 12, websockets 17.4
set -eu
folder=$(mktemp -d)
server=
trap 'test -z "$server" || kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv python
python/bin/pip install --quiet websockets==17.4
port=$(python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
listening() { python3 -c "
import socket, time
for _ in range(300):
    try: socket.create_connection(('127.0.0.1', $1)).close(); break
    except OSError: time.sleep(0.1)
else: raise SystemExit('it does not listen')"; }
apt-get download -qq caddy=2.6.2-5 > log 2>&1
dpkg-deb -x caddy_*.deb .
cat > server.py <<'PY'
import sys
from websockets.sync.server import serve
serve(lambda connection: connection.recv(), "127.0.0.1", int(sys.argv[1])).serve_forever()
PY
backend=$(python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
cat > Caddyfile <<CONF
{
    admin off
    auto_https off
}
http://127.0.0.1:$port {
    bind 127.0.0.1
    reverse_proxy 127.0.0.1:$backend
}
CONF
python/bin/python server.py "$backend" > server.log 2>&1 &
behind=$!
HOME=$folder usr/bin/caddy run --adapter caddyfile --config Caddyfile > caddy.log 2>&1 &
caddy=$!
server="$caddy $behind"
trap 'kill $server 2>/dev/null || true; rm -rf "$folder"' EXIT
listening "$port"
listening "$backend"
python/bin/python - "$port" "$caddy" <<'PY'
import os, signal, sys
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

with connect(f"ws://127.0.0.1:{sys.argv[1]}/", proxy=None) as client:
    os.kill(int(sys.argv[2]), signal.SIGTERM)
    try:
        client.recv(timeout=20)
    except ConnectionClosed as error:
        close = error.rcvd
print("Caddy was stopped; the client got", close or "no Close frame")
sys.exit(close is None or close.code != 1001)
PY
