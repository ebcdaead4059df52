"""Network peers without a network.

A test decides what arrives, and they record what is sent.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from wsclient.core.networked_multiplayer_peer import ConnectionStatus, NetworkedMultiplayerPeer, TransferMode
from wsclient.ground.error import Error

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Hub", "ScriptedPeer", "SentPacket"]


class SentPacket(NamedTuple):
    """A packet that a peer was asked to send."""

    target: int
    packet: bytes
    mode: TransferMode = TransferMode.TRANSFER_MODE_RELIABLE


class ScriptedPeer(NetworkedMultiplayerPeer):
    """A peer whose network is the test.

    `arrives` and `tells` decide what the next `poll()` brings, in that order.
    """

    def __init__(self, unique_id: int = 2) -> None:
        super().__init__()
        self.unique_id = unique_id
        self.status = ConnectionStatus.CONNECTION_CONNECTED
        self.answer = Error.OK
        self.sent: list[SentPacket] = []
        self._coming: deque[Callable[[], object]] = deque()
        self._inbox: deque[tuple[int, bytes]] = deque()

    @property
    def coming(self) -> int:
        """How many things the next `poll()` brings."""
        return len(self._coming)

    def arrives(self, source: int, packet: bytes) -> None:
        """The next `poll()` brings this packet."""
        self._coming.append(lambda: self._inbox.append((source, packet)))

    def tells(self, signal: str, *args: object) -> None:
        """The next `poll()` emits this signal."""
        self._coming.append(lambda: self.emit(signal, *args))

    def becomes(self, status: ConnectionStatus, unique_id: int) -> None:
        """The next `poll()` brings this state."""

        def change() -> None:
            self.status, self.unique_id = status, unique_id

        self._coming.append(change)

    def poll(self) -> None:
        while self._coming:
            self._coming.popleft()()

    def get_connection_status(self) -> ConnectionStatus:
        return self.status

    def get_unique_id(self) -> int:
        return self.unique_id

    def get_packet_peer(self) -> int:
        return self._inbox[0][0]

    def get_available_packet_count(self) -> int:
        return len(self._inbox)

    def _get_packet(self) -> bytes:
        return self._inbox.popleft()[1]

    def _put_packet(self, packet: bytes) -> Error:
        if self.answer == Error.OK:
            self.sent.append(SentPacket(self._target_peer, packet, self.transfer_mode))
        return self.answer


class _HubPeer(ScriptedPeer):
    """One participant of a Hub."""

    def __init__(self, hub: Hub, unique_id: int) -> None:
        super().__init__(unique_id)
        self._hub = hub

    def _put_packet(self, packet: bytes) -> Error:
        result = super()._put_packet(packet)
        if result == Error.OK:
            self._hub.relay(self.unique_id, self._target_peer, packet)
        return result


class Hub:
    """A session in memory, with the server, 1, and the clients that join.

    Packets arrive when their receivers are polled next.
    """

    def __init__(self) -> None:
        self.peers: dict[int, ScriptedPeer] = {}
        self.join(1)

    def join(self, unique_id: int) -> ScriptedPeer:
        """Adds a participant and informs the others, in the order of a Godot 3 server."""
        newcomer = _HubPeer(self, unique_id)
        for other in sorted(self.peers):
            newcomer.tells("peer_connected", other)
            if other == 1:
                newcomer.tells("connection_succeeded")
            self.peers[other].tells("peer_connected", unique_id)
        self.peers[unique_id] = newcomer
        return newcomer

    def leave(self, unique_id: int) -> None:
        """Removes a participant and informs the others."""
        del self.peers[unique_id]
        for other in self.peers.values():
            other.tells("peer_disconnected", unique_id)

    def relay(self, source: int, target: int, packet: bytes) -> None:
        """Brings a packet to whom its target means."""
        for peer_id, peer in self.peers.items():
            if peer_id not in {source, -target} and target in {0, peer_id, -abs(target)}:
                peer.arrives(source, packet)
