"""Echoes on picows."""

import asyncio
import sys

from picows import WSCloseCode, WSListener, WSMsgType, ws_create_server


class Echo(WSListener):
    def __init__(self):
        self.kind, self.parts = WSMsgType.TEXT, []

    def on_ws_frame(self, transport, frame):
        if frame.msg_type == WSMsgType.CLOSE:
            transport.send_close(frame.get_close_code() or WSCloseCode.NO_INFO, frame.get_close_message())
            transport.disconnect()
        elif frame.msg_type == WSMsgType.PING:
            transport.send_pong(frame.get_payload_as_bytes())
        elif frame.msg_type in (WSMsgType.TEXT, WSMsgType.BINARY, WSMsgType.CONTINUATION):
            self.kind = self.kind if frame.msg_type == WSMsgType.CONTINUATION else frame.msg_type
            self.parts.append(frame.get_payload_as_bytes())
            if frame.fin:
                self.answer(transport)

    def answer(self, transport):
        message, self.parts = b"".join(self.parts), []
        if message.startswith(b"!close "):
            _, code, reason = message.split()
            transport.send_close(int(code), reason)
        else:
            transport.send(self.kind, message)


async def main(port):
    options = {"max_frame_size": 1 << 22, "enable_auto_pong": False}
    server = await ws_create_server(lambda request: Echo(), "127.0.0.1", port, **options)
    await server.serve_forever()


asyncio.run(main(int(sys.argv[1])))
