"""A chat in a plain loop, in the terminal.

Run it with `python -m demos.engines.chat_loop`.
"""

import atexit
import os
import sys
import time
from queue import SimpleQueue
from threading import Thread

from wsclient import WebSocketClient

client = WebSocketClient()
client.connection_established.connect(lambda _protocol: client.send_text("The loop is here"))
client.data_received.connect(lambda: print(client.get_message()))
client.connection_error.connect(lambda: print(client.last_error))
client.connection_closed.connect(lambda _was_clean: print("The chat is over."))
if client.connect_to_url(sys.argv[1] if len(sys.argv) > 1 else "ws://127.0.0.1:9081"):
    sys.exit(str(client.last_error))  # the argument is not a URL
atexit.register(client.disconnect_from_host)  # closes the connection however the program ends
typed: SimpleQueue[str] = SimpleQueue()


def read_keyboard() -> None:
    while line := os.read(sys.stdin.fileno(), 4096).decode():
        typed.put(line.strip())
    typed.put("/quit")


Thread(target=read_keyboard, daemon=True).start()
while client.get_connection_status() != client.CONNECTION_DISCONNECTED:
    client.poll()  # once a frame; emits the signals
    while client.get_connection_status() == client.CONNECTION_CONNECTED and not typed.empty():
        line = typed.get()
        client.send_text(line) if line != "/quit" else client.disconnect_from_host()
    time.sleep(1 / 60)
