"""NetworkedMultiplayerPeer: one participant's end of a multiplayer session, over whatever network."""

from __future__ import annotations

from abc import abstractmethod
from operator import index
from typing import Final, TypeAlias

from wsclient.core.packet_peer import PacketPeer
from wsclient.core.signal import Signal
from wsclient.ground.named_int import NamedInt

__all__ = ["ConnectionStatus", "NetworkedMultiplayerPeer", "TransferMode"]


class ConnectionStatus(NamedInt):
    """How far a peer's connection is. Godot: NetworkedMultiplayerPeer.ConnectionStatus."""

    CONNECTION_DISCONNECTED = 0
    CONNECTION_CONNECTING = 1
    CONNECTION_CONNECTED = 2


class TransferMode(NamedInt):
    """What a peer may do to the packets that it sends. Godot: NetworkedMultiplayerPeer.TransferMode."""

    TRANSFER_MODE_UNRELIABLE = 0
    """Packets may be lost, and arrive in any order."""
    TRANSFER_MODE_UNRELIABLE_ORDERED = 1
    """Packets may be lost; what arrives is in order."""
    TRANSFER_MODE_RELIABLE = 2
    """All packets arrive, in order."""


# By their own names the class could not hold them.
_ConnectionStatus: TypeAlias = ConnectionStatus
_TransferMode: TypeAlias = TransferMode


class NetworkedMultiplayerPeer(PacketPeer):
    """A peer among peers, each with an id; the server's is 1. Also called `MultiplayerPeer`, as in Godot 4.

    Packets that are put go to the target peer; those that are got come with the id of who sent them.

    A peer of one's own, for any network or none, writes `poll()`, `get_connection_status()`, `get_unique_id()`,
    `get_packet_peer()`, `get_available_packet_count()`, `_get_packet()` and `_put_packet()`, and looks at
    `_target_peer` and `transfer_mode` when it sends.

    A private name that one of these classes needs for itself cannot be redefined: a class that does is refused.

    Source: the Godot 3.6 class reference, NetworkedMultiplayerPeer.
    """

    ConnectionStatus: TypeAlias = _ConnectionStatus
    """The type of these, by Godot's name."""
    CONNECTION_DISCONNECTED = ConnectionStatus.CONNECTION_DISCONNECTED
    CONNECTION_CONNECTING = ConnectionStatus.CONNECTION_CONNECTING
    CONNECTION_CONNECTED = ConnectionStatus.CONNECTION_CONNECTED

    TransferMode: TypeAlias = _TransferMode
    """The type of these, by Godot's name."""
    TRANSFER_MODE_UNRELIABLE = TransferMode.TRANSFER_MODE_UNRELIABLE
    TRANSFER_MODE_UNRELIABLE_ORDERED = TransferMode.TRANSFER_MODE_UNRELIABLE_ORDERED
    TRANSFER_MODE_RELIABLE = TransferMode.TRANSFER_MODE_RELIABLE

    TARGET_PEER_BROADCAST = 0
    TARGET_PEER_SERVER = 1

    peer_connected: Final = Signal[int]("id")
    """Another peer has come, or was there before this one."""
    peer_disconnected: Final = Signal[int]("id")
    """Another peer has left."""
    server_disconnected: Final = Signal[()]()
    """The session is over, and had been joined."""
    connection_succeeded: Final = Signal[()]()
    """The session is joined: packets can be sent, and this peer has its id."""
    connection_failed: Final = Signal[()]()
    """The session could not be joined."""

    _target_peer = TARGET_PEER_BROADCAST
    _transfer_mode = TransferMode.TRANSFER_MODE_RELIABLE
    _refuses_new_connections = False

    _free_names = frozenset({"_target_peer", "_transfer_mode"})

    # What a peer writes

    @abstractmethod
    def poll(self) -> None:
        """Does the network's work, and emits the signals. To be called once per game frame; never blocks."""

    @abstractmethod
    def get_connection_status(self) -> ConnectionStatus:
        """Tells how far the connection is."""

    @abstractmethod
    def get_unique_id(self) -> int:
        """Tells this peer's own id: 1 for a server, 0 while it has none."""

    @abstractmethod
    def get_packet_peer(self) -> int:
        """Tells who sent the packet that `get_packet()` would give next: call this first."""

    # Sending

    def set_target_peer(self, id: int) -> None:
        """Sets who gets the packets from now on.

        Args:
            id: `TARGET_PEER_BROADCAST` (0) for everyone, the default; `TARGET_PEER_SERVER` (1); the id of one peer;
                or minus that for everyone but that one.

        Raises:
            ValueError: `id` does not fit 32 bits.
        """
        target = index(id)
        if not -(2**31) <= target < 2**31:
            raise ValueError(f"a peer's id fits 32 bits, {target} does not")
        self._target_peer = target

    @property
    def transfer_mode(self) -> TransferMode:
        """What may happen to the packets that are put from now on; a peer whose network does better may ignore it.

        Raises:
            ValueError: set to what is no TransferMode.
        """
        return self.get_transfer_mode()

    @transfer_mode.setter
    def transfer_mode(self, mode: int) -> None:
        self.set_transfer_mode(mode)

    def set_transfer_mode(self, mode: int) -> None:
        """Sets `transfer_mode`."""
        self._transfer_mode = TransferMode(mode)

    def get_transfer_mode(self) -> TransferMode:
        """Tells `transfer_mode`."""
        return self._transfer_mode

    # Receiving

    @property
    def refuse_new_connections(self) -> bool:
        """Whether a server turns new peers away; False by default, and no effect on a client."""
        return self.is_refusing_new_connections()

    @refuse_new_connections.setter
    def refuse_new_connections(self, enable: bool) -> None:
        self.set_refuse_new_connections(enable)

    def set_refuse_new_connections(self, enable: bool) -> None:
        """Sets `refuse_new_connections`."""
        self._refuses_new_connections = bool(enable)

    def is_refusing_new_connections(self) -> bool:
        """Tells `refuse_new_connections`."""
        return self._refuses_new_connections
