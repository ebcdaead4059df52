"""SceneRoutes: the admitted peers of a session, and how packets reach them."""

from __future__ import annotations

from wsclient.core.networked_multiplayer_peer import ConnectionStatus, NetworkedMultiplayerPeer, TransferMode
from wsclient.ground.error import Error
from wsclient.multiplayer.godot4.scene_commands import (
    Relay,
    encode_add_peer,
    encode_del_peer,
    encode_relay,
)
from wsclient.multiplayer.session import SERVER_ID
from wsclient.scene.rpc_sender import put

__all__ = ["SceneRoutes", "includes"]

BROADCAST = NetworkedMultiplayerPeer.TARGET_PEER_BROADCAST
RELIABLE = TransferMode.TRANSFER_MODE_RELIABLE


class SceneRoutes:
    """Sends packets to connected peers directly, and to others through the server.

    Args:
        admitted: the ids of the peers of this session, in order of arrival; shared with the session.

    Attributes:
        peer: the one that carries packets.
        server_relay: whether clients reach each other.
    """

    def __init__(self, admitted: dict[int, None]) -> None:
        self.peer: NetworkedMultiplayerPeer | None = None
        self.server_relay: bool = True
        self.admitted = admitted

    @property
    def unique_id(self) -> int:
        """Our own id; 0 if unknown."""
        return 0 if self.peer is None else self.peer.get_unique_id()

    def connected_peer(self) -> NetworkedMultiplayerPeer | None:
        """Returns the peer if it can send.

        It cannot as long as its own id is unknown.
        """
        peer = self.peer
        if peer is None or peer.get_connection_status() != ConnectionStatus.CONNECTION_CONNECTED:
            return None
        return peer if peer.get_unique_id() else None

    # Packets

    def send_directly(self, peer_id: int, packet: bytes, mode: TransferMode) -> Error:
        """Sends one packet to a peer that is connected to this one."""
        peer = self.connected_peer()
        return Error.ERR_UNCONFIGURED if peer is None else put(peer, peer_id, mode, packet)

    def send_command(self, target: int, packet: bytes, mode: TransferMode) -> Error:
        """Sends a packet to one peer, to all (0), or to all but peer n (-n).

        Returns:
            `OK`; `ERR_BUG`, as in Godot, if a server does not know the peer; else the error of the peer.
        """
        if self.server_relay and SERVER_ID not in {self.unique_id, target}:
            return self.send_directly(SERVER_ID, encode_relay(target, packet), mode)
        if target > 0:
            return self.send_directly(target, packet, mode) if target in self.admitted else Error.ERR_BUG
        for peer_id in list(self.admitted):
            if includes(target, peer_id):
                self.send_directly(peer_id, packet, mode)
        return Error.OK

    def forward(self, source: int, relay: Relay) -> bool:
        """Passes on a packet that a client relays, at the server.

        Returns True if the packet is for the server too.
        """
        target = relay.peer_id
        packet = encode_relay(source, relay.packet)
        for peer_id in list(self.admitted):
            if includes(target, peer_id) and (peer_id != source or target == source):
                self.send_directly(peer_id, packet, RELIABLE)
        return target <= 0 and target != -SERVER_ID

    # Peers

    def admit(self, peer_id: int) -> None:
        """Adds a peer.

        A server announces the other peers and the new one to each other.
        """
        if self._introduces:
            for other in list(self.admitted):
                self.send_directly(other, encode_add_peer(peer_id), RELIABLE)
                self.send_directly(peer_id, encode_add_peer(other), RELIABLE)
        self.admitted[peer_id] = None

    def dismiss(self, peer_id: int) -> bool:
        """Removes a peer; returns False if it was not admitted.

        A server announces this to the others.
        """
        if peer_id not in self.admitted:
            return False
        del self.admitted[peer_id]
        if self._introduces:
            for other in list(self.admitted):
                self.send_directly(other, encode_del_peer(peer_id), RELIABLE)
        return True

    @property
    def _introduces(self) -> bool:
        return self.server_relay and self.unique_id == SERVER_ID


def includes(target: int, peer_id: int) -> bool:
    """Returns True if a target includes this peer.

    A target is 0 for all, n for peer n, or -n for all but peer n.
    """
    return target in {BROADCAST, peer_id} or (target < 0 and peer_id != -target)
