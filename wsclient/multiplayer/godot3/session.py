"""RelaySession: a Godot 3 session, whose server relays packets between peers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wsclient.multiplayer.godot3 import relay
from wsclient.multiplayer.session import SERVER_ID, PeerAdded, PeerPacket, Session, SessionJoined

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wsclient.multiplayer.session import SessionEvent

__all__ = ["RelaySession"]


class RelaySession(Session):
    """The peers of a Godot 3 session, as the server reports them.

    Peer 1, the server, joins together with the session.
    """

    def receive(self, message: bytes) -> Sequence[SessionEvent]:
        """Returns the change that a message makes to the session.

        It is a packet, a peer that joined or left, or the session that was joined.
        """
        try:
            news = relay.decode(message)
        except relay.RelayError as error:
            return (self.ignore(str(error)),)
        if isinstance(news, PeerPacket):
            return (news,)
        if isinstance(news, PeerAdded):
            return self._add(news.peer_id)
        if isinstance(news, relay.IdAssigned):
            self.assign_id(news.peer_id)
            return ()
        return (self.remove(news.peer_id),)

    def wrap(self, packet: bytes, target: int) -> bytes:
        """Returns the packet with the header for `target`."""
        return relay.encode_packet(self.own_id, target, packet)

    def _add(self, peer_id: int) -> Sequence[SessionEvent]:
        added = self.add(peer_id)
        is_joined = peer_id == SERVER_ID and isinstance(added, PeerAdded)
        return (added, SessionJoined()) if is_joined else (added,)
