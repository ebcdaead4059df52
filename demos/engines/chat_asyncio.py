"""A chat in asyncio: a task that polls.

Run it with `python -m demos.engines.chat_asyncio`.
"""

import asyncio
import atexit
import os
import sys
from queue import SimpleQueue
from threading import Thread

from wsclient import WebSocketClient

client = WebSocketClient()
client.connection_established.connect(lambda _protocol: client.send_text("asyncio is here"))
client.data_received.connect(lambda: print(client.get_message()))
client.connection_error.connect(lambda: print(client.last_error))
client.connection_closed.connect(lambda _was_clean: print("The chat is over."))
if client.connect_to_url(sys.argv[1] if len(sys.argv) > 1 else "ws://127.0.0.1:9081"):
    sys.exit(str(client.last_error))  # the argument is not a URL
atexit.register(client.disconnect_from_host)  # closes the connection however the program ends
typed: SimpleQueue[str] = SimpleQueue()


def read_keyboard() -> None:
    while line := os.read(sys.stdin.fileno(), 4096).decode():
        typed.put(line.strip())  # only the loop's thread may use the client
    typed.put("/quit")


async def poll() -> None:
    while client.get_connection_status() != client.CONNECTION_DISCONNECTED:
        client.poll()  # emits the signals
        while client.get_connection_status() == client.CONNECTION_CONNECTED and not typed.empty():
            line = typed.get()
            client.send_text(line) if line != "/quit" else client.disconnect_from_host()
        await asyncio.sleep(1 / 60)


async def main() -> None:
    Thread(target=read_keyboard, daemon=True).start()
    await poll()  # in a larger program: asyncio.create_task(poll())


asyncio.run(main())
