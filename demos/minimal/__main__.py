"""Connects, says hello, prints what comes back, and closes.

Run `python -m demos.minimal.server` first.

python -m demos.minimal [URL]
"""

from __future__ import annotations

import sys
import time

from wsclient import WebSocketClient

client = WebSocketClient()


@client.on("connection_established")
def on_open(_protocol: str) -> None:
    client.send_text("hello")


@client.on("data_received")
def on_data() -> None:
    print("received:", client.get_message())
    client.disconnect_from_host()


@client.on("connection_error")
@client.on("connection_closed")
def on_end(was_clean: bool = False) -> None:
    print("closed cleanly" if was_clean else f"failed: {client.last_error}")


if client.connect_to_url(sys.argv[1] if len(sys.argv) > 1 else "ws://127.0.0.1:9080"):
    sys.exit(str(client.last_error))  # the argument is not a URL
while client.get_connection_status() != client.CONNECTION_DISCONNECTED:
    client.poll()  # emits the signals; nothing else does
    time.sleep(1 / 60)  # in a game: draw a frame
sys.exit(client.last_error is not None)
