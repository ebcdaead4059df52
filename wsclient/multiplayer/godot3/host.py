"""RelayHost: a Godot 3 session as its server sees it.

The server relays packets between the peers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wsclient.ground.value import Value
from wsclient.multiplayer.godot3 import relay
from wsclient.multiplayer.session import SERVER_ID, MessageIgnored, PeerAdded, PeerPacket, PeerRemoved, Session

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wsclient.multiplayer.session import SessionEvent

__all__ = ["RelayHost", "Routed"]


class Routed(Value):
    """The destinations of a packet.

    Attributes:
        here: the packet, if the server is a target too; None otherwise.
        forwarded_to: the other peers that receive the message unchanged.
    """

    here: PeerPacket | None
    forwarded_to: tuple[int, ...]


class RelayHost(Session):
    """The peers of a session, and the routing between them.

    It does no I/O: it returns messages for the caller to send.
    """

    def __init__(self) -> None:
        super().__init__(SERVER_ID)

    def welcome(self, peer_id: int) -> tuple[list[bytes], bytes]:
        """Adds a peer.

        Returns:
            The messages for the newcomer, in order: its id, the server, the peers already present. And the
            message for each of these.
        """
        there = self.peers
        self.add(peer_id)
        news: list[relay.RelayMessage] = [relay.IdAssigned(peer_id), *(PeerAdded(each) for each in (SERVER_ID, *there))]
        return [relay.encode(each) for each in news], relay.encode(PeerAdded(peer_id))

    def farewell(self, peer_id: int) -> bytes:
        """Removes a peer; returns the message for each of the others."""
        self.remove(peer_id)
        return relay.encode(PeerRemoved(peer_id))

    def route(self, source: int, message: bytes) -> Routed | MessageIgnored:
        """Returns where a peer's message goes; its contents never raise an exception.

        Args:
            source: the peer that sent it.
            message: the message as it arrived.
        """
        try:
            packet = relay.decode(message)
        except relay.RelayError as error:
            return self.ignore(str(error))
        if not isinstance(packet, PeerPacket):
            return self.ignore("a system message, which only the server sends")
        if packet.source != source:
            return self.ignore(f"a packet in the name of peer {packet.source}")
        receivers = self.receivers(packet.target)
        if receivers is None:
            return self.ignore(f"a packet for peer {packet.target}, which is not there")
        is_for_server = packet.target in {0, SERVER_ID} or packet.target < -SERVER_ID
        others = tuple(each for each in receivers if each != source)
        return Routed(packet if is_for_server else None, others)

    def receivers(self, target: int) -> list[int] | None:
        """Returns the peers that a target stands for; None if a peer is not present.

        A target is 0 for all, n for peer n, or -n for all but peer n.
        """
        if target == SERVER_ID:
            return []
        if target > 0:
            return [target] if target in self._peers else None
        return [each for each in self._peers if each != -target]

    def wrap(self, packet: bytes, target: int) -> bytes:
        """Returns the packet with the header for `target`."""
        return relay.encode_packet(SERVER_ID, target, packet)

    def receive(self, message: bytes) -> Sequence[SessionEvent]:
        """Ignores the message, because a server has no server. See `route`."""
        return (self.ignore("a server's session has no server"),)
