"""A chat in asyncio: a task that polls. Run it: `python -m demos.engines.chat_asyncio`."""

import asyncio
import os
import sys
from threading import Thread

from wsclient import WebSocketClient

client = WebSocketClient()
client.connection_established.connect(lambda _protocol: client.send_text("asyncio is here"))
client.data_received.connect(lambda: print(client.get_message()))
client.connection_error.connect(lambda: print(client.last_error))
client.connection_closed.connect(lambda _was_clean: print("The chat is over."))
client.connect_to_url(sys.argv[1] if len(sys.argv) > 1 else "ws://127.0.0.1:9081")


def read_keyboard(loop: asyncio.AbstractEventLoop) -> None:
    while line := os.read(sys.stdin.fileno(), 4096).decode():
        loop.call_soon_threadsafe(client.send_text, line.strip())  # the client belongs to the loop's thread
    loop.call_soon_threadsafe(client.disconnect_from_host)


async def poll() -> None:
    while client.get_connection_status() != client.CONNECTION_DISCONNECTED:
        client.poll()  # the signals are emitted in here
        await asyncio.sleep(1 / 60)


async def main() -> None:
    Thread(target=read_keyboard, args=[asyncio.get_running_loop()], daemon=True).start()
    await poll()  # in a larger program: asyncio.create_task(poll())


asyncio.run(main())
