"""Echoes on Tornado."""

import asyncio
import sys

from tornado.web import Application, RedirectHandler
from tornado.websocket import WebSocketHandler


class Echo(WebSocketHandler):
    def select_subprotocol(self, subprotocols):
        return "chat.v1" if "chat.v1" in subprotocols else None

    def get_compression_options(self):
        return {}

    async def on_message(self, message):
        if isinstance(message, str) and message.startswith("!close "):
            _, code, reason = message.split()
            self.close(int(code), reason)
        else:
            await self.write_message(message, binary=isinstance(message, bytes))


async def main(port):
    moved = (r"/moved", RedirectHandler, {"url": "/", "permanent": False})
    Application([(r"/", Echo), moved]).listen(port, "127.0.0.1")
    await asyncio.Event().wait()


asyncio.run(main(int(sys.argv[1])))
