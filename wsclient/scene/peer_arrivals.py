"""PeerArrivals: the packets and signals of a network peer, in one sequence."""

from __future__ import annotations

import logging
from collections import deque
from enum import StrEnum, auto
from functools import partial
from typing import TYPE_CHECKING, Final
from weakref import ref

from wsclient.ground.value import Value

if TYPE_CHECKING:
    from wsclient.core.networked_multiplayer_peer import NetworkedMultiplayerPeer

__all__ = ["Arrival", "ArrivalKind", "PeerArrivals"]

logger: Final = logging.getLogger("wsclient.multiplayer")


class ArrivalKind(StrEnum):
    """A kind of arrival: a packet, or a signal of the peer by its name."""

    PACKET = auto()
    PEER_CONNECTED = auto()
    PEER_DISCONNECTED = auto()
    CONNECTION_SUCCEEDED = auto()
    CONNECTION_FAILED = auto()
    SERVER_DISCONNECTED = auto()


class Arrival(Value):
    """A packet or signal that has arrived.

    Attributes:
        peer_id: the sender of the packet, or the peer that the signal is about; 0 if it is about none.
        packet: b"" for a signal.
    """

    kind: ArrivalKind
    peer_id: int = 0
    packet: bytes = b""


class PeerArrivals:
    """Listens to a network peer, and keeps what arrives until it is taken.

    When a signal arrives, the packets before it are taken first, so that a peer's packets stay before the signal that
    it has left.

    Args:
        peer: the network peer, which is not kept alive.
    """

    def __init__(self, peer: NetworkedMultiplayerPeer) -> None:
        self._peer = ref(peer)
        self._queue: deque[Arrival] = deque()
        self._handlers = {kind: partial(self._note, kind) for kind in ArrivalKind if kind is not ArrivalKind.PACKET}
        for kind, handler in self._handlers.items():
            peer.connect(kind.value, handler)

    def stop(self) -> None:
        """Stops listening, and drops arrivals that were not taken."""
        self._queue.clear()
        peer = self._peer()
        if peer is not None:
            for kind, handler in self._handlers.items():
                peer.disconnect(kind.value, handler)

    def take_packets(self) -> None:
        """Reads the packets that are available from the peer now."""
        peer = self._peer()
        while peer is not None and peer.get_available_packet_count() > 0:
            source = peer.get_packet_peer()
            packet = peer.get_packet()
            if error := peer.get_packet_error():
                logger.error("%r counts a packet that it cannot give: %s", peer, error.name)
                return
            self._queue.append(Arrival(ArrivalKind.PACKET, source, packet))

    def next(self) -> Arrival | None:
        """Removes and returns the oldest arrival; None if there is none."""
        return self._queue.popleft() if self._queue else None

    def clear(self) -> None:
        """Drops arrivals that were not taken."""
        self._queue.clear()

    def _note(self, kind: ArrivalKind, peer_id: int = 0) -> None:
        self.take_packets()
        self._queue.append(Arrival(kind, peer_id))
