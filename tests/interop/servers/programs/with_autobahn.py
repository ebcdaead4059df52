"""Echoes on Autobahn, which sends what is large in frames of 64 KiB here."""

import asyncio
import sys

from autobahn.asyncio.websocket import WebSocketServerFactory, WebSocketServerProtocol
from autobahn.websocket.compress import PerMessageDeflateOffer, PerMessageDeflateOfferAccept


class Echo(WebSocketServerProtocol):
    def onMessage(self, payload, isBinary):  # noqa: N802, N803 - named by Autobahn
        if payload.startswith(b"!close "):
            _, code, reason = payload.decode().split()
            self.sendClose(int(code), reason)
        else:
            self.sendMessage(payload, isBinary)


def accept(offers):
    found = (offer for offer in offers if isinstance(offer, PerMessageDeflateOffer))
    return next((PerMessageDeflateOfferAccept(offer) for offer in found), None)


async def main(port):
    factory = WebSocketServerFactory(f"ws://127.0.0.1:{port}", protocols=["chat.v1"])
    factory.protocol = Echo
    factory.setProtocolOptions(autoFragmentSize=1 << 16, perMessageCompressionAccept=accept)
    server = await asyncio.get_running_loop().create_server(factory, "127.0.0.1", port)
    await server.serve_forever()


asyncio.run(main(int(sys.argv[1])))
