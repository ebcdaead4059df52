"""PeerRole: a WebSocketMultiplayerPeer's behaviour as a client or a server."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

    from wsclient.core.networked_multiplayer_peer import ConnectionStatus
    from wsclient.ground.error import Error

__all__ = ["PeerRole", "Tell"]

Tell: TypeAlias = "Callable[..., object]"


class PeerRole(ABC):
    """One side of a session.

    It has no signals of its own: `poll` is passed a function that emits them.
    """

    @property
    @abstractmethod
    def status(self) -> ConnectionStatus:
        """The state of the session."""

    @property
    @abstractmethod
    def unique_id(self) -> int:
        """Our own id; 0 if unknown."""

    @abstractmethod
    def poll(self, tell: Tell) -> None:
        """Reads and writes the network.

        Args:
            tell: emits a signal, by its name and with its arguments.
        """

    @abstractmethod
    def disconnect(self, peer_id: int, *, is_forced: bool) -> None:
        """Ends the connection to one peer."""

    @abstractmethod
    def close(self) -> None:
        """Leaves the session."""

    # Packets

    @property
    @abstractmethod
    def packet_count(self) -> int:
        """The number of readable packets."""

    @property
    @abstractmethod
    def next_source(self) -> int:
        """The sender of the next packet."""

    @abstractmethod
    def take(self) -> bytes:
        """Takes the oldest packet; called only if there is one."""

    @abstractmethod
    def put_back(self, packet: bytes) -> None:
        """Puts back the packet that was taken last, so that it is the next one again."""

    @abstractmethod
    def send(self, packet: bytes, target: int) -> Error:
        """Sends one packet."""
