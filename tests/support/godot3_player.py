"""A Python player that does what `tests/interop/godot3/client` does.

It records that in the same words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.godot3 import Event
from wsclient.rpc import master, mastersync, puppet, puppetsync, remote, remotesync
from wsclient.scene.multiplayer_api import MultiplayerAPI
from wsclient.scene.node import Node
from wsclient.variant import Vector2
from wsclient.websocket.client import WebSocketClient

if TYPE_CHECKING:
    from collections.abc import Callable

    from wsclient.core.networked_multiplayer_peer import NetworkedMultiplayerPeer

__all__ = ["Main", "PythonPlayer", "RecordingClient"]


class RecordingClient(WebSocketClient):
    """Keeps the packets of multiplayer mode.

    Attributes:
        packets_out: target and packet of each that was sent.
        packets_in: each that was read.
    """

    def __init__(self) -> None:
        super().__init__()
        self.packets_out: list[tuple[int, bytes]] = []
        self.packets_in: list[bytes] = []

    def _put_packet(self, packet: bytes):
        self.packets_out.append((self._target_peer, packet))
        return super()._put_packet(packet)

    def get_packet(self) -> bytes:
        packet = super().get_packet()
        self.packets_in.append(packet)
        return packet


class Player(Node):
    """player.gd"""

    position = remote(Vector2())

    @remote
    def move(self, to):
        self.position = to
        parent = self.get_parent()
        assert isinstance(parent, Main)
        parent.say("move", to)


class Main(Node):
    """client.gd"""

    shared = remote(0)
    synced = remotesync(0)
    owned = master(0)
    shown = puppet(0)

    def __init__(self) -> None:
        super().__init__("Main")
        self.events: list[Event] = []

    def say(self, name: str, *arguments: object) -> None:
        self.events.append(Event(name, self.multiplayer.get_rpc_sender_id(), arguments))

    @remote
    def on_echo(self, value):
        self.say("on_echo", value)

    @remote
    def on_sum(self, value):
        self.say("on_sum", value)

    @remote
    def on_nothing(self):
        self.say("on_nothing")

    @remote
    def on_big(self, data):
        self.say("on_big", data)

    @remote
    def on_state(self, values):
        self.say("on_state", *values)

    @remote
    def greet(self, who, times=1, *others):  # of which the engine's client has none
        self.say("greet", who, times, *others)

    @remotesync
    def for_all(self, value):
        self.say("for_all", value)

    @master
    def for_master(self, value):
        self.say("for_master", value)

    @puppet
    def for_puppet(self, value):
        self.say("for_puppet", value)

    @mastersync
    def for_master_sync(self, value):
        self.say("for_master_sync", value)

    @puppetsync
    def for_puppet_sync(self, value):
        self.say("for_puppet_sync", value)


class PythonPlayer:
    """A client, its MultiplayerAPI and its tree; connects when it is made.

    Args:
        port: the server's.
        wrapped: makes of the client what the MultiplayerAPI works with.

    Attributes:
        events: what happened, in the words of the engine's client.
    """

    def __init__(
        self, port: int, wrapped: Callable[[RecordingClient], NetworkedMultiplayerPeer] = lambda client: client
    ) -> None:
        self.client = RecordingClient()
        self.main = Main()
        self.player = self.main.add_child(Player("Player"))
        self.root = Node("root")
        self.root.add_child(self.main)
        self.api = MultiplayerAPI()
        self.api.root_node = self.root
        say = self.main.say
        self.api.network_peer_connected.connect(lambda peer_id: say("connected", peer_id))
        self.api.network_peer_disconnected.connect(lambda peer_id: say("disconnected", peer_id))
        self.api.network_peer_packet.connect(lambda peer_id, packet: say("packet", peer_id, packet))
        self.api.connected_to_server.connect(lambda: say("connected_to_server", self.id))
        self.api.connection_failed.connect(lambda: say("connection_failed"))
        self.api.server_disconnected.connect(lambda: say("server_disconnected"))
        self.client.server_close_request.connect(lambda code, reason: say("close_request", code, reason))
        assert not self.client.connect_to_url(f"ws://127.0.0.1:{port}", gd_mp_api=True)
        self.api.network_peer = wrapped(self.client)
        self.events = self.main.events

    @property
    def id(self) -> int:
        return self.api.get_network_unique_id()

    @property
    def is_joined(self) -> bool:
        return bool(self.told("connected_to_server"))

    def poll(self) -> None:
        self.api.poll()

    def told(self, *names: str, since: int = 0) -> list[Event]:
        """Lists the events of these names, or all, from that index of `events` on."""
        return [event for event in self.events[since:] if event.name in names or not names]

    def leave(self) -> None:
        """Says goodbye; nothing is polled any more."""
        self.api.network_peer = None
        self.client.__exit__(None, None, None)
