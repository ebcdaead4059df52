#!/bin/sh
# A client asks pproxy's SOCKS5 for a port on which nothing listens. What is the reply?
#
# Guess: 05 05, connection refused, as RFC 1928 says.
# Seen:  05 00, success, before it has tried to connect; then the stream ends.
# With:  pproxy 2.7.9
set -eu
folder=$(mktemp -d)
server=
trap 'test -z "$server" || kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv python
python/bin/pip install --quiet pproxy==2.7.9
port=$(python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
listening() { python3 -c "
import socket, time
for _ in range(300):
    try: socket.create_connection(('127.0.0.1', $1)).close(); break
    except OSError: time.sleep(0.1)
else: raise SystemExit('it does not listen')"; }
python/bin/pproxy -l "socks5://127.0.0.1:$port" > log 2>&1 &
server=$!
listening "$port"
python3 - "$port" <<'PY'
import socket, sys

with socket.create_server(("127.0.0.1", 0)) as listener:
    nobody = listener.getsockname()[1]
client = socket.create_connection(("127.0.0.1", int(sys.argv[1])), 20)
client.sendall(b"\x05\x01\x00")
method = client.recv(2)
client.sendall(b"\x05\x01\x00\x01\x7f\x00\x00\x01" + nobody.to_bytes(2, "big"))
reply = client.recv(10)
try:
    behind = client.recv(1)
except OSError as error:
    behind = type(error).__name__.encode()
print("method", method.hex(), "- reply", reply.hex(), "- behind it", behind)
sys.exit(reply[:2] != b"\x05\x00" or behind not in (b"", b"ConnectionResetError"))
PY
