#!/bin/sh
# Two clients open the same ws:// address through the same HTTP proxy, tinyproxy. Do both get through?
#
# Guess: Yes: they ask for a tunnel by CONNECT, as RFC 6455 4.1 says and as they do for wss://.
# Seen:  websockets does. aiohttp sends "GET ws://...", as if it asked for a page, and only for wss:// CONNECT. tinyproxy does not know
#        the scheme ws in a GET and answers 400 Bad Request.
# With:  aiohttp 3.14.5, websockets 17.4, tinyproxy 1.11.1 of Debian 12
set -eu
folder=$(mktemp -d)
processes=
trap 'for process in $processes; do kill "$process" 2>/dev/null || true; done; rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv python
python/bin/pip install --quiet aiohttp==3.14.5 websockets==17.4
apt-get download -qq tinyproxy-bin=1.11.1-2.1+deb12u1 > log 2>&1
dpkg-deb -x tinyproxy-bin_*.deb .
free_port() { python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
listening() { python3 -c "
import socket, time
for _ in range(300):
    try: socket.create_connection(('127.0.0.1', $1)).close(); break
    except OSError: time.sleep(0.1)
else: raise SystemExit('it does not listen')"; }
cat > server.py <<'PY'
import sys
from websockets.sync.server import serve
serve(lambda connection: connection.send("hello"), "127.0.0.1", int(sys.argv[1])).serve_forever()
PY
server=$(free_port)
proxy=$(free_port)
printf '%s\n' "Port $proxy" "Listen 127.0.0.1" "Timeout 60" "LogFile \"$folder/proxy.log\"" "LogLevel Connect" > tinyproxy.conf
python/bin/python server.py "$server" > server.log 2>&1 &
processes=$!
usr/bin/tinyproxy -d -c tinyproxy.conf > tinyproxy.log 2>&1 &
processes="$processes $!"
listening "$server"
listening "$proxy"
cat > clients.py <<'PY'
import asyncio, sys
import aiohttp, websockets

target, proxy = f"ws://127.0.0.1:{sys.argv[1]}/", f"http://127.0.0.1:{sys.argv[2]}"


async def with_websockets():
    async with websockets.connect(target, proxy=proxy) as socket:
        return await socket.recv()


async def with_aiohttp():
    async with aiohttp.ClientSession() as session:
        try:
            async with session.ws_connect(target, proxy=proxy) as socket:
                return await socket.receive_str()
        except aiohttp.WSServerHandshakeError as error:
            return f"refused, {error.status}"


async def main():
    results = [await with_websockets(), await with_aiohttp()]
    print("websockets: {}, aiohttp: {}".format(*results))
    return results == ["hello", "refused, 400"]


sys.exit(not asyncio.run(main()))
PY
python/bin/python clients.py "$server" "$proxy"
sed -n 's/.*Request (file descriptor [0-9]*): /tinyproxy got: /p' proxy.log
grep -qF "CONNECT 127.0.0.1:$server " proxy.log
grep -qF "GET ws://127.0.0.1:$server/ " proxy.log
