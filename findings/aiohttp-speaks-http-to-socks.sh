#!/bin/sh
# aiohttp's client uses a SOCKS proxy. What does the proxy receive?
#
# Guess: Nothing: aiohttp has no SOCKS, so it refuses the scheme with an error that says so.
# Seen:  An HTTP request: the scheme is ignored. If a proxy speaks both on one port, SOCKS seems to work.
# With:  aiohttp 3.14.5
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv python
python/bin/pip install --quiet aiohttp==3.14.5
cat > socks.py <<'PY'
import asyncio, sys
import aiohttp

received = []


async def proxy(reader, writer):
    received.append(await reader.readline())
    writer.close()  # aiohttp tries a GET once more


async def main():
    server = await asyncio.start_server(proxy, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20)) as session:
        for target in ("ws://game.example/", "wss://game.example/"):
            try:
                await session.ws_connect(target, proxy=f"socks5://127.0.0.1:{port}")
            except Exception as error:
                print(f"{target}: the proxy got {received[-1:]}; the program got {type(error).__name__}: {error}")
    server.close()


asyncio.run(main())
sys.exit({line.split(b" ")[0] for line in received} != {b"GET", b"CONNECT"})
PY
python/bin/python socks.py
