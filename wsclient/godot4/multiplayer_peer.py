"""MultiplayerPeer: what Godot 4's peers have in addition to those of Godot 3."""

from __future__ import annotations

from abc import abstractmethod

from wsclient.core.networked_multiplayer_peer import NetworkedMultiplayerPeer

__all__ = ["MultiplayerPeer"]


class MultiplayerPeer(NetworkedMultiplayerPeer):
    """One participant's end of a session, with Godot 4's names.

    Source: the class reference of Godot 4, MultiplayerPeer.
    """

    _transfer_channel = 0

    @abstractmethod
    def close(self) -> None:
        """Leaves the session."""

    @abstractmethod
    def disconnect_peer(self, peer: int, force: bool = False) -> None:
        """Ends the connection to one peer.

        Args:
            peer: its id.
            force: True to skip the Close and `peer_disconnected`.
        """

    @property
    def transfer_channel(self) -> int:
        """The channel of later packets.

        It has no effect, because a WebSocket has only one channel.
        """
        return self._transfer_channel

    @transfer_channel.setter
    def transfer_channel(self, channel: int) -> None:
        self._transfer_channel = int(channel)
