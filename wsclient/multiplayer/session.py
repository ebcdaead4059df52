"""Session: the peers of a session, and the meaning of its messages.

Each version of Godot has its own subclass.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from typing import TYPE_CHECKING, Final, TypeAlias

from wsclient.ground.value import Value

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "MAX_PEERS",
    "SERVER_ID",
    "MessageIgnored",
    "PeerAdded",
    "PeerPacket",
    "PeerRemoved",
    "Session",
    "SessionEvent",
    "SessionJoined",
]

SERVER_ID: Final = 1

MAX_PEERS: Final = 16384
"""The most peers that a server may announce; more are ignored. Arbitrary, far above what a Godot server can serve."""


class PeerPacket(Value):
    """A packet from one peer to others.

    Attributes:
        source: the sender's id, 1 for the server.
        target: 0 all, n one peer, -n all but peer n; as the sender wrote it.
        payload: the packet.
    """

    source: int
    target: int
    payload: bytes


class PeerAdded(Value):
    """A peer is in the session. Id 1 is the server."""

    peer_id: int


class PeerRemoved(Value):
    """A peer has left the session."""

    peer_id: int


class SessionJoined(Value):
    """The session is joined: packets can be sent."""


class MessageIgnored(Value):
    """A message without a meaning. The session continues, as in the engine."""

    why: str


SessionEvent: TypeAlias = PeerPacket | PeerAdded | PeerRemoved | SessionJoined | MessageIgnored


class Session(ABC):
    """One participant's view of a session, at a client or a server.

    It has no I/O, no signals and no connections.

    Args:
        own_id: this participant's id: 1 for a server; 0 until the server has assigned one.

    Attributes:
        own_id: this participant's id.
        ignored: the number of messages without a meaning.
        sources: the senders of the packets that wait to be read, after those of some that were read.
    """

    def __init__(self, own_id: int = 0) -> None:
        self.own_id: int = own_id
        self.ignored: int = 0
        self._peers: dict[int, None] = {}  # in order of arrival
        self.sources: deque[int] = deque()

    @abstractmethod
    def receive(self, message: bytes) -> Sequence[SessionEvent]:
        """Applies a server's message; returns what it changes.

        The contents of the message never raise an exception.
        """

    @abstractmethod
    def wrap(self, packet: bytes, target: int) -> bytes:
        """Returns the message that carries a packet to `target`.

        A target is 0 for all, n for peer n, or -n for all but peer n.
        """

    @property
    def peers(self) -> list[int]:
        """The ids of the other peers, in order of arrival."""
        return list(self._peers)

    @property
    def has_joined(self) -> bool:
        """True if packets can reach the others.

        That is always so at a server; at a client, once the server is a peer.
        """
        return self.own_id == SERVER_ID or SERVER_ID in self._peers

    def assign_id(self, own_id: int) -> None:
        """Records the id that the server has assigned to this participant."""
        self.own_id = own_id

    def add(self, peer_id: int) -> SessionEvent:
        """Adds a peer; returns `PeerAdded`, or why the message is ignored."""
        if peer_id in self._peers or peer_id == self.own_id:
            return self.ignore(f"peer {peer_id} was there already")
        if len(self._peers) >= MAX_PEERS:
            return self.ignore(f"more than {MAX_PEERS} peers")
        self._peers[peer_id] = None
        return PeerAdded(peer_id)

    def remove(self, peer_id: int) -> SessionEvent:
        """Removes a peer; returns `PeerRemoved`, or why the message is ignored."""
        if peer_id not in self._peers:
            return self.ignore(f"peer {peer_id} left and was not there")
        del self._peers[peer_id]
        return PeerRemoved(peer_id)

    def ignore(self, why: str) -> MessageIgnored:
        """Counts a message without a meaning."""
        self.ignored += 1
        return MessageIgnored(why)

    def end(self) -> None:
        """Forgets the id and the peers.

        The sources of packets that can still be read are kept.
        """
        self.own_id = 0
        self._peers.clear()

    # The sources of packets that were received but not read

    def queue_source(self, source: int, waiting: int) -> None:
        """Records the sender of the packet that will be queued behind `waiting` others."""
        self._forget_read(waiting)
        self.sources.append(source)

    def next_source(self, waiting: int) -> int:
        """Returns the sender of the oldest of the `waiting` packets; 1 if none waits."""
        self._forget_read(waiting)
        return self.sources[0] if self.sources else SERVER_ID

    def _forget_read(self, waiting: int) -> None:
        while len(self.sources) > waiting:
            self.sources.popleft()
