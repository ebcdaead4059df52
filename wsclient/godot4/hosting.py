"""Hosting: the server's side of a WebSocketMultiplayerPeer."""

from __future__ import annotations

import logging
from collections import deque
from typing import TYPE_CHECKING, Final

from wsclient.core.networked_multiplayer_peer import ConnectionStatus
from wsclient.godot4.peer_role import PeerRole
from wsclient.ground.error import Error
from wsclient.multiplayer.godot4.scene_commands import encode_assigned_id
from wsclient.multiplayer.session import SERVER_ID

if TYPE_CHECKING:
    from wsclient.godot4.peer_role import Tell
    from wsclient.websocket.server import WebSocketServer

__all__ = ["Hosting"]

logger: Final = logging.getLogger("wsclient.multiplayer")


class Hosting(PeerRole):
    """Sends each client its id, and delivers packets to their recipients.

    Args:
        server: a server that listens already.
        most_unread: the number of unread packets at which the clients are held back.
    """

    def __init__(self, server: WebSocketServer, most_unread: int) -> None:
        self.server = server
        self._most_unread = most_unread
        self._tell: Tell | None = None  # set during poll()
        self._unread: deque[tuple[int, bytes]] = deque()
        self._taken_from = SERVER_ID  # the sender of the packet that was taken last
        self._held_back: set[int] = set()  # clients whose packets have no room
        self._is_over = False
        self._owes_end = False
        server.connect("client_connected", self._on_connected, weak=True)
        server.connect("data_received", self._take_from, weak=True)
        server.connect("client_disconnected", self._on_disconnected, weak=True)

    @property
    def status(self) -> ConnectionStatus:
        """Connected until `close` is called."""
        disconnected, connected = ConnectionStatus.CONNECTION_DISCONNECTED, ConnectionStatus.CONNECTION_CONNECTED
        return disconnected if self._is_over else connected

    @property
    def unique_id(self) -> int:
        """The server's id, 1; 0 after `close` was called."""
        return 0 if self._is_over else SERVER_ID

    def poll(self, tell: Tell) -> None:
        """Reads and writes the network, and emits the signals."""
        if self._owes_end:
            self._owes_end = False
            tell("server_disconnected")
        self._tell = tell
        try:
            for client in tuple(self._held_back):
                self._take_from(client)
            self.server.poll()
        finally:
            self._tell = None

    def disconnect(self, peer_id: int, *, is_forced: bool) -> None:
        """Ends the connection to a client, always with a Close frame."""
        del is_forced
        self.server.disconnect_peer(peer_id)

    def close(self) -> None:
        """Stops listening and closes all connections.

        As in Godot, `server_disconnected` is emitted at the server too.
        """
        if not self._is_over:
            self._is_over = self._owes_end = True
            self._unread.clear()
            self.server.stop()

    @property
    def packet_count(self) -> int:
        """The number of readable packets."""
        return len(self._unread)

    @property
    def next_source(self) -> int:
        """The sender of the next packet; 1 if there is none."""
        return self._unread[0][0] if self._unread else SERVER_ID

    def take(self) -> bytes:
        """Takes the oldest packet."""
        self._taken_from, packet = self._unread.popleft()
        return packet

    def put_back(self, packet: bytes) -> None:
        """Puts back the packet that was taken last, so that it is the next one again."""
        self._unread.appendleft((self._taken_from, packet))

    def send(self, packet: bytes, target: int) -> Error:
        """Sends a packet to one client, to all (0), or to all but one (negative)."""
        if self._is_over:
            logger.error("a packet for peer %d: nothing can be sent after close()", target)
            return Error.FAILED
        self.server.set_target_peer(target)
        return self.server.put_packet(packet)

    # Signals of the server, inside poll()

    def _on_connected(self, client: int, _protocol: str) -> None:
        peer = self.server.get_peer(client)
        if peer is not None:
            peer.put_packet(encode_assigned_id(client))
        self._emit("peer_connected", client)

    def _on_disconnected(self, client: int, _was_clean: bool) -> None:
        self._take_from(client, is_last=True)
        self._held_back.discard(client)
        self._emit("peer_disconnected", client)

    def _take_from(self, client: int, *, is_last: bool = False) -> None:
        """Takes the packets of a client, as long as there is room."""
        peer = self.server.get_peer(client)
        while peer is not None and peer.get_available_packet_count():
            if len(self._unread) >= self._most_unread and not is_last:
                self._held_back.add(client)
                return
            self._unread.append((client, peer.get_packet()))
        self._held_back.discard(client)

    def _emit(self, signal: str, *args: object) -> None:
        if self._tell is not None and not self._is_over:
            self._tell(signal, *args)
