"""Godot's WebSocketClient in Python: named signals, and a `poll()` that a game loop calls once a frame.

    from wsclient import WebSocketClient

    client = WebSocketClient()
    client.data_received.connect(lambda: print(client.get_message()))
    client.connect_to_url("ws://localhost:8765")
    while True:          # the game's loop
        client.poll()    # never blocks; all signals are emitted in here

The map of the package. What users name stands here, one class of Godot's a file, base to derived:

    error, signal, object, reference          codes, declared signals over pyee
    packet_peer, networked_multiplayer_peer   what any peer can do; subclass these for peers of your own
    websocket_peer, websocket_multiplayer_peer, websocket_client
    connection_failure, connection_statistics
    multiplayer_api, node, rpc                Godot's RPC over any peer; `from wsclient.rpc import remote, puppet`
    lag_peer                                  any peer under a bad network
    netgraph                                  what a client did in the last seconds, for a game to draw

The machinery has four rooms, which know nothing of the above:

    protocol/      RFC 6455 without I/O: bytes in, events out
    transport/     sockets, TLS, name lookup, time
    variant/       Godot's value encoding; its types are imported from there
    multiplayer/   Godot's multiplayer packets

On top of all stands the command line, `python -m wsclient`, in cli/.
"""

from typing import TYPE_CHECKING

from wsclient.connection_failure import ConnectionFailure
from wsclient.connection_statistics import ConnectionStatistics
from wsclient.error import Error
from wsclient.networked_multiplayer_peer import NetworkedMultiplayerPeer
from wsclient.object import Object
from wsclient.packet_peer import PacketPeer
from wsclient.reference import Reference
from wsclient.signal import Signal
from wsclient.websocket_client import WebSocketClient
from wsclient.websocket_multiplayer_peer import WebSocketMultiplayerPeer
from wsclient.websocket_peer import WebSocketPeer

if TYPE_CHECKING:
    from wsclient.lag_peer import LagPeer
    from wsclient.multiplayer_api import MultiplayerAPI
    from wsclient.node import Node

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
    "Reference",
    "Signal",
    "WebSocketClient",
    "WebSocketMultiplayerPeer",
    "WebSocketPeer",
]

MultiplayerPeer = NetworkedMultiplayerPeer  # Godot 4's name

# Loaded when first named: who has no Godot on the other side need not wait for its formats.
_LOADED_WHEN_NAMED = {
    "LagPeer": "wsclient.lag_peer",
    "MultiplayerAPI": "wsclient.multiplayer_api",
    "Node": "wsclient.node",
}


def __getattr__(name: str) -> object:
    if name not in _LOADED_WHEN_NAMED:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415 - not needed by everybody, just as what it loads

    return getattr(import_module(_LOADED_WHEN_NAMED[name]), name)
