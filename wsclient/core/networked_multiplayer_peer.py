"""NetworkedMultiplayerPeer: one end of a multiplayer session, over any network."""

from __future__ import annotations

from abc import abstractmethod
from operator import index
from typing import Final, TypeAlias

from wsclient.core.packet_peer import PacketPeer
from wsclient.core.signal import Signal
from wsclient.ground.named_int import NamedInt

__all__ = ["ConnectionStatus", "NetworkedMultiplayerPeer", "TransferMode"]


class ConnectionStatus(NamedInt):
    """The state of a peer's connection.

    In Godot: NetworkedMultiplayerPeer.ConnectionStatus.
    """

    CONNECTION_DISCONNECTED = 0
    CONNECTION_CONNECTING = 1
    CONNECTION_CONNECTED = 2


class TransferMode(NamedInt):
    """The guarantees for packets that are sent.

    In Godot: NetworkedMultiplayerPeer.TransferMode.
    """

    TRANSFER_MODE_UNRELIABLE = 0
    """Packets may be lost, and may arrive in any order."""
    TRANSFER_MODE_UNRELIABLE_ORDERED = 1
    """Packets may be lost; those that arrive are in order."""
    TRANSFER_MODE_RELIABLE = 2
    """All packets arrive, in order."""


# Aliases, because the class has attributes of the same names.
_ConnectionStatus: TypeAlias = ConnectionStatus
_TransferMode: TypeAlias = TransferMode


class NetworkedMultiplayerPeer(PacketPeer):
    """A peer of a multiplayer session, with an id; the server's id is 1.

    It is also called `MultiplayerPeer`, as in Godot 4. Packets are sent to the target peer; a received packet comes
    with the id of its sender.

    To write your own peer, for any network or none, implement `poll()`, `get_connection_status()`, `get_unique_id()`,
    `get_packet_peer()`, `get_available_packet_count()`, `_get_packet()` and `_put_packet()`, and honour
    `_target_peer` and `transfer_mode` when you send.

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
    """Another peer has joined, or had joined before this one."""
    peer_disconnected: Final = Signal[int]("id")
    """Another peer has left."""
    server_disconnected: Final = Signal[()]()
    """The session has ended after it was joined."""
    connection_succeeded: Final = Signal[()]()
    """The session is joined: packets can be sent, and this peer has its id."""
    connection_failed: Final = Signal[()]()
    """The session could not be joined."""

    _target_peer = TARGET_PEER_BROADCAST
    _transfer_mode = TransferMode.TRANSFER_MODE_RELIABLE
    _refuses_new_connections = False

    _free_names = frozenset({"_target_peer", "_transfer_mode"})

    # To be implemented by a peer

    @abstractmethod
    def poll(self) -> None:
        """Reads and writes the network, and emits the signals; never blocks.

        Call it once per frame.
        """

    @abstractmethod
    def get_connection_status(self) -> ConnectionStatus:
        """Returns the state of the connection."""

    @abstractmethod
    def get_unique_id(self) -> int:
        """Returns this peer's own id: 1 for a server, 0 if it has none yet."""

    @abstractmethod
    def get_packet_peer(self) -> int:
        """Returns the sender of the packet that `get_packet()` returns next.

        Call this method first.
        """

    # Sending

    def set_target_peer(self, id: int) -> None:
        """Sets the receivers of all later packets.

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
        """The guarantees for later packets.

        A peer with a better network may ignore it.

        Raises:
            ValueError: set to something that is not a TransferMode.
        """
        return self.get_transfer_mode()

    @transfer_mode.setter
    def transfer_mode(self, mode: int) -> None:
        self.set_transfer_mode(mode)

    def set_transfer_mode(self, mode: int) -> None:
        """Sets `transfer_mode`."""
        self._transfer_mode = TransferMode(mode)

    def get_transfer_mode(self) -> TransferMode:
        """Returns `transfer_mode`."""
        return self._transfer_mode

    # Receiving

    @property
    def refuse_new_connections(self) -> bool:
        """True if a server refuses new peers; False by default. No effect on a client."""
        return self.is_refusing_new_connections()

    @refuse_new_connections.setter
    def refuse_new_connections(self, enable: bool) -> None:
        self.set_refuse_new_connections(enable)

    def set_refuse_new_connections(self, enable: bool) -> None:
        """Sets `refuse_new_connections`."""
        self._refuses_new_connections = bool(enable)

    def is_refusing_new_connections(self) -> bool:
        """Returns `refuse_new_connections`."""
        return self._refuses_new_connections
