"""A client and a server that are connected in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wsclient.testing.fake_clock import FakeClock
from wsclient.testing.memory_stream import CLIENT_ADDRESS, SERVER_ADDRESS, MemoryStream
from wsclient.transport.native import NativeTransport
from wsclient.transport.opening.milestones import Reached
from wsclient.transport.opening.requesting import Requesting
from wsclient.websocket.client import WebSocketClient
from wsclient.websocket.server import WebSocketServer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wsclient.transport.opening.attempt import Attempt
    from wsclient.transport.opening.phase import Phase

__all__ = ["connected_pair"]


def connected_pair(
    *, protocols: Sequence[str] = (), gd_mp_api: bool = False, clock: FakeClock | None = None
) -> tuple[WebSocketClient, WebSocketServer]:
    """Returns a client and a server that are connected, without a port.

        client, server = connected_pair()
        client.send_text("hello")
        server.poll()
        (client_id,) = server.get_peers()
        assert server.get_peer(client_id).get_message() == "hello"

    Poll both, in any order; the signals of their connecting have already been emitted. The client may disconnect and
    connect again, to any URL: it reaches the same server.

    Args:
        protocols: subprotocols that the server supports and the client asks for; the first one is chosen.
        gd_mp_api: multiplayer mode: a session of Godot 3.
        clock: the clock of both; None for a new one, which stands still.
    """
    clock = clock or FakeClock()
    server = WebSocketServer(clock=clock)
    server._open_house(tuple(protocols), gd_mp_api=gd_mp_api)  # noqa: SLF001 - what `listen` does, without a port

    def reach(attempt: Attempt) -> Phase:
        here, there = MemoryStream.pair(clock, client=CLIENT_ADDRESS, server=SERVER_ADDRESS)
        server._admit(there)  # noqa: SLF001 - what a listener does
        return Requesting(Reached(attempt, here))

    client = WebSocketClient(transport=lambda settings: NativeTransport(settings, clock=clock, first_phase=reach))
    client.connect_to_url("ws://server.example", protocols, gd_mp_api)
    for _ in range(4):  # the request, the reply, and in multiplayer mode the id
        client.poll()
        server.poll()
    return client, server
