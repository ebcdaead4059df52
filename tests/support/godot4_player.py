"""A Python peer of a Godot 4 game, over a real WebSocket."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from wsclient.godot4 import Node, SceneMultiplayer, WebSocketMultiplayerPeer, rpc

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Calls", "PythonPeer", "World"]

SIGNALS = (
    "connected_to_server",
    "connection_failed",
    "server_disconnected",
    "peer_connected",
    "peer_disconnected",
    "peer_packet",
    "peer_authenticating",
    "peer_authentication_failed",
    "rpc_lists_differ",
)


class Calls(Node):
    """`calls.gd`: one method of each kind."""

    def __init__(self) -> None:
        super().__init__("Calls")
        self.called: list[tuple[object, ...]] = []

    def say(self, name: str, *arguments: object) -> None:
        self.called.append((self.multiplayer.get_remote_sender_id(), name, *arguments))

    @rpc("any_peer")
    def any(self, value=None):
        self.say("any", value)

    @rpc("any_peer", "call_local")
    def any_local(self, value=None):
        self.say("any_local", value)

    @rpc("any_peer", "call_local", "unreliable", 2)
    def any_unreliable(self, value=None):
        self.say("any_unreliable", value)

    @rpc("any_peer", "call_remote", "unreliable_ordered", 3)
    def any_ordered(self, value=None):
        self.say("any_ordered", value)

    @rpc("authority")
    def only_authority(self, value=None):
        self.say("only_authority", value)

    @rpc("authority", "call_local", "reliable")
    def authority_local(self, value=None):
        self.say("authority_local", value)

    @rpc("any_peer")
    def several(self, a, b, c):
        self.say("several", a, b, c)

    @rpc("any_peer")
    def _private(self, value):
        self.say("_private", value)

    @rpc("any_peer")
    def Upper(self, value):  # noqa: N802 - as the script has it
        self.say("Upper", value)


class World(Node):
    """`world.tscn`, as far as its calls go."""

    def __init__(self) -> None:
        super().__init__("World")
        self.calls = self.add_child(Calls())


class PythonPeer:
    """A peer that joins when it is made, and leaves at the end of a `with` block.

    Args:
        port: the server's.
        auth_callback: as of a SceneMultiplayer.

    Attributes:
        events: what the signals said, in order.
    """

    def __init__(self, port: int, *, auth_callback: Callable[[int, bytes], object] | None = None) -> None:
        self.events: list[tuple[object, ...]] = []
        self.world = World()
        self.root = Node("root")
        self.root.add_child(self.world)
        self.api = SceneMultiplayer()
        self.api.root_node = self.root
        self.api.auth_callback = auth_callback
        for signal in SIGNALS:
            self.api.connect(signal, self._noting(signal))
        self.peer = WebSocketMultiplayerPeer()
        assert not self.peer.create_client(f"ws://127.0.0.1:{port}")
        self.api.multiplayer_peer = self.peer

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.api.multiplayer_peer = None
        self.peer.disconnect_peer(1, force=True)

    @property
    def calls(self) -> Calls:
        return self.world.calls

    @property
    def id(self) -> int:
        return self.api.get_unique_id()

    def poll(self) -> None:
        self.api.poll()

    def has(self, *event: object) -> bool:
        """Whether a signal has said this; of its arguments, the first ones."""
        return any(each[: len(event)] == event for each in self.events)

    def _noting(self, signal: str) -> Callable[..., None]:
        return lambda *arguments: self.events.append((signal, *arguments))
