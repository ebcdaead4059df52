"""DirectSession: a client's Godot 4 session over a WebSocket.

The server's first message is the id, and all others are packets. Other peers are not handled here: SceneMultiplayer
has its own packets for them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wsclient.multiplayer.command_error import CommandError
from wsclient.multiplayer.godot4.scene_commands import decode_assigned_id
from wsclient.multiplayer.session import SERVER_ID, PeerPacket, Session, SessionJoined

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wsclient.multiplayer.session import SessionEvent

__all__ = ["DirectSession"]


class DirectSession(Session):
    """A client's session with its server.

    Attributes:
        is_refused: whether the server's first message was no id; the engine leaves then.
    """

    def __init__(self, own_id: int = 0) -> None:
        super().__init__(own_id)
        self.is_refused: bool = False

    def receive(self, message: bytes) -> Sequence[SessionEvent]:
        """Returns the change that a message makes: the session was joined, or a packet."""
        if self.is_refused:
            return (self.ignore("the first message was no id"),)
        if self.has_joined:
            return (PeerPacket(SERVER_ID, self.own_id, message),)
        try:
            self.assign_id(decode_assigned_id(message))
        except CommandError as error:
            self.is_refused = True
            return (self.ignore(str(error)),)
        return (self.add(SERVER_ID), SessionJoined())

    def wrap(self, packet: bytes, target: int) -> bytes:
        """Returns the packet unchanged, because all packets go to the server."""
        del target
        return packet
