"""Godot's WebSocketClient in Python: named signals, and a non-blocking `poll()`.

A game loop calls `poll()` once per frame.

    from wsclient import WebSocketClient

    client = WebSocketClient()
    client.data_received.connect(lambda: print(client.get_message()))
    client.connect_to_url("ws://localhost:8765")
    while True:          # the game's loop
        client.poll()    # never blocks; all signals are emitted in here

The map of the package, from the ground up. A room imports from those above it in this list alone:

    ground/       error codes, value classes, escaped text
    protocol/     RFC 6455 and RFC 7692 without I/O: bytes in, events out
    variant/      Godot's value types and their encoding; import them from `wsclient.variant`
    multiplayer/  Godot's multiplayer packets
    transport/    sockets, TLS, name lookup, time
    core/         Godot's base classes: objects with signals (over pyee), peers; subclass them to write your own peers
    websocket/    WebSocketClient, WebSocketPeer, and their parts
    scene/        Godot's RPC over any peer (`from wsclient.rpc import remote, puppet`), and a peer on a bad network
    godot4/       Godot 4's names; import them from `wsclient.godot4`
    testing/      a server, a clock and signals for the tests of games
    cli/          `python -m wsclient`
    frozen/       hooks for PyInstaller

`wsclient.netgraph` draws a client's last seconds; `wsclient.locust` has users for Locust's load tests;
`wsclient.adapters` has `async for` over messages in asyncio, and pygame events for signals.
"""

import os
from typing import TYPE_CHECKING

if os.environ.get("WSCLIENT_PURE", "0") not in {"", "0"}:  # before anything that may be compiled
    from wsclient.ground.pure import prefer_pure

    prefer_pure()

from wsclient.core.networked_multiplayer_peer import NetworkedMultiplayerPeer
from wsclient.core.object import Object
from wsclient.core.packet_peer import PacketPeer
from wsclient.core.reference import Reference
from wsclient.core.signal import Signal
from wsclient.ground.error import Error
from wsclient.websocket.client import WebSocketClient
from wsclient.websocket.connection_failure import ConnectionFailure
from wsclient.websocket.connection_statistics import ConnectionStatistics
from wsclient.websocket.multiplayer_peer import WebSocketMultiplayerPeer
from wsclient.websocket.peer import WebSocketPeer

if TYPE_CHECKING:
    from wsclient.scene.lag_peer import LagPeer
    from wsclient.scene.multiplayer_api import MultiplayerAPI
    from wsclient.scene.node import Node
    from wsclient.websocket.poll_group import PollGroup
    from wsclient.websocket.reconnect_policy import ReconnectPolicy
    from wsclient.websocket.server import WebSocketServer

__all__ = [
    "ConnectionFailure",
    "ConnectionStatistics",
    "Error",
    "LagPeer",
    "MultiplayerAPI",
    "MultiplayerPeer",
    "NetworkedMultiplayerPeer",
    "Node",
    "Object",
    "PacketPeer",
    "PollGroup",
    "ReconnectPolicy",
    "Reference",
    "Signal",
    "WebSocketClient",
    "WebSocketMultiplayerPeer",
    "WebSocketPeer",
    "WebSocketServer",
]

MultiplayerPeer = NetworkedMultiplayerPeer  # the name in Godot 4

__version__ = "0.2.0"


def __getattr__(name: str) -> object:
    """Loads rarely used names when they are first used.

    The imports are written out, so that tools that bundle programs find them.
    """
    if name == "LagPeer":
        from wsclient.scene.lag_peer import LagPeer  # noqa: PLC0415 - when first used

        return LagPeer
    if name == "MultiplayerAPI":
        from wsclient.scene.multiplayer_api import MultiplayerAPI  # noqa: PLC0415

        return MultiplayerAPI
    if name == "Node":
        from wsclient.scene.node import Node  # noqa: PLC0415

        return Node
    if name == "PollGroup":
        from wsclient.websocket.poll_group import PollGroup  # noqa: PLC0415

        return PollGroup
    if name == "ReconnectPolicy":
        from wsclient.websocket.reconnect_policy import ReconnectPolicy  # noqa: PLC0415

        return ReconnectPolicy
    if name == "WebSocketServer":
        from wsclient.websocket.server import WebSocketServer  # noqa: PLC0415

        return WebSocketServer
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
