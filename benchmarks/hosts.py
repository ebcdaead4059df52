"""Runs the servers that `benchmarks.hosting` compares.

Each echoes, and sends to all clients when a message of one byte asks for it.

    python -m benchmarks.hosts NAME

prints the port. A message of one byte is a request: 100 bytes go to every client. Any other message is echoed.
"""

from __future__ import annotations

import asyncio
import logging
import resource
import select
import socket
import sys
from typing import TYPE_CHECKING

from benchmarks.shapes import frame

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["HOSTS", "STATE", "main"]

STATE = bytes(100)
"""What is sent to all."""


def ours() -> None:
    """Serves with a `WebSocketServer`, which sleeps while there is nothing to do."""
    from wsclient import PollGroup, WebSocketServer  # noqa: PLC0415 - each process has one of them

    server = WebSocketServer()
    server.bind_ip, server.max_clients, server.heartbeat_interval = "127.0.0.1", 0, 0  # as the others: no pings

    def answer(client_id: int) -> None:
        peer = server.get_peer(client_id)
        assert peer is not None
        message = peer.get_packet()
        if len(message) == 1:
            server.put_packet(STATE)
        else:
            peer.put_packet(message)

    server.data_received.connect(answer)
    server.listen(0)
    print(server.get_local_port(), flush=True)
    group = PollGroup([server])
    while True:
        group.wait(1.0)
        group.poll()


async def with_websockets() -> None:
    from websockets.asyncio.server import ServerConnection, broadcast, serve  # noqa: PLC0415 - as above

    async def handle(connection: ServerConnection) -> None:
        async for message in connection:
            if len(message) == 1:
                broadcast(server.connections, STATE)
            else:
                await connection.send(message)

    async with serve(handle, "127.0.0.1", 0, compression=None, ping_interval=None, backlog=1024) as server:
        await _serve_at(next(iter(server.sockets)).getsockname()[1])


async def with_aiohttp() -> None:
    from aiohttp import WSMsgType, web  # noqa: PLC0415 - as above

    clients: set[web.WebSocketResponse] = set()

    async def handle(request: web.Request) -> web.WebSocketResponse:
        connection = web.WebSocketResponse(compress=False)
        await connection.prepare(request)
        clients.add(connection)
        async for message in connection:
            if message.type is not WSMsgType.BINARY:
                continue
            if len(message.data) == 1:
                for each in clients:
                    await each.send_bytes(STATE)
            else:
                await connection.send_bytes(message.data)
        clients.discard(connection)
        return connection

    application = web.Application()
    application.router.add_get("/", handle)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
    await _serve_at(runner.addresses[0][1])


async def with_picows() -> None:
    import picows  # noqa: PLC0415 - as above

    clients: set[picows.WSTransport] = set()

    class Listener(picows.WSListener):
        def on_ws_connected(self, transport: picows.WSTransport) -> None:
            clients.add(transport)

        def on_ws_disconnected(self, transport: picows.WSTransport) -> None:
            clients.discard(transport)

        def on_ws_frame(self, transport: picows.WSTransport, frame: picows.WSFrame) -> None:
            message = frame.get_payload_as_bytes()
            if len(message) == 1:
                for each in clients:
                    each.send(picows.WSMsgType.BINARY, STATE)
            else:
                transport.send(picows.WSMsgType.BINARY, message)

    server = await picows.ws_create_server(lambda _request: Listener(), "127.0.0.1", 0, backlog=1024)
    await _serve_at(server.sockets[0].getsockname()[1])


async def _serve_at(port: int) -> None:
    print(port, flush=True)
    await asyncio.Event().wait()


def bare() -> None:
    """Makes only the system calls, which are the least that a server can cost here.

    It does not look into any frame.
    """
    listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
    print(listener.getsockname()[1], flush=True)
    clients: dict[int, socket.socket] = {}
    answer = frame(0x82, STATE)
    with select.epoll() as ready:
        ready.register(listener.fileno(), select.EPOLLIN)
        while True:
            for number, _ in ready.poll():
                if number == listener.fileno():
                    client, _ = listener.accept()
                    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    clients[client.fileno()] = client
                    ready.register(client.fileno(), select.EPOLLIN)
                    continue
                data = clients[number].recv(65536)
                if data.startswith(b"GET"):
                    clients[number].send(b"HTTP/1.1 101 Switching Protocols\r\n\r\n")
                elif not data:
                    clients.pop(number).close()
                elif len(data) == len(b"hhmmmmx"):
                    for each in clients.values():
                        each.send(answer)
                else:
                    clients[number].send(data[4:])


HOSTS: dict[str, Callable[[], object]] = {
    "wsclient": ours,
    "wsclient, compiled": ours,
    "websockets": lambda: asyncio.run(with_websockets()),
    "aiohttp": lambda: asyncio.run(with_aiohttp()),
    "picows": lambda: asyncio.run(with_picows()),
    "bare system calls": bare,
}


def main(name: str) -> None:
    """Serves until it is terminated."""
    logging.disable()  # of clients that break off, as all do here
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    HOSTS[name]()


if __name__ == "__main__":
    main(sys.argv[1])
