"""WebSocketMultiplayerPeer: the base of clients and servers over WebSockets."""

from __future__ import annotations

import logging
from abc import abstractmethod
from typing import TYPE_CHECKING, Final

from wsclient.core.networked_multiplayer_peer import NetworkedMultiplayerPeer, TransferMode
from wsclient.core.signal import Signal
from wsclient.core.uncopyable import Uncopyable
from wsclient.ground.error import Error
from wsclient.multiplayer.session import SERVER_ID
from wsclient.protocol.events import BINARY, Messages
from wsclient.transport.base import Settings
from wsclient.websocket.link import DEFAULT_LIMITS, Limits
from wsclient.websocket.packet_queue import PacketReader
from wsclient.websocket.poll_meter import PollMeter
from wsclient.websocket.sender import MessageSender

if TYPE_CHECKING:
    from wsclient.multiplayer.session import PeerPacket, Session
    from wsclient.websocket.connection_failure import ConnectionFailure
    from wsclient.websocket.peer import WebSocketPeer

__all__ = ["WebSocketMultiplayerPeer"]

logger: Final = logging.getLogger("wsclient.multiplayer")

_POLL_BUDGET: Final = 0.004  # seconds


class WebSocketMultiplayerPeer(NetworkedMultiplayerPeer, PacketReader, MessageSender, Uncopyable):
    """Speaks WebSocket to other peers.

    A client has one connection, a server has many.

    In normal mode, messages are sent to and received from the peers that `get_peer()` returns. In multiplayer mode,
    `gd_mp_api`, packets go between all peers of a session: see `set_target_peer()` and `get_packet_peer()`.

    Do not create it directly: see `WebSocketClient`.
    """

    peer_packet: Final = Signal[int]("peer_source")
    """Emitted when a packet of that peer can be read. Multiplayer mode only."""

    _free_names = frozenset({"_on_peer_packet"})

    def __init__(self) -> None:
        if type(self).__abstractmethods__:  # Python checks this only if no base is compiled
            raise TypeError(f"{type(self).__name__} is abstract: use WebSocketClient or WebSocketServer")
        super().__init__()
        self._settings = Settings()
        self._meter = PollMeter(_POLL_BUDGET)
        self._incoming = self._outgoing = DEFAULT_LIMITS
        self._session: Session | None = None  # in multiplayer mode only
        # Only called for each packet if a subclass overrides it.
        hook = type(self)._on_peer_packet  # noqa: SLF001 - our own
        self._has_packet_hook = hook is not WebSocketMultiplayerPeer._on_peer_packet

    # Peers

    @abstractmethod
    def get_peer(self, peer_id: int) -> WebSocketPeer | None:
        """Returns the connection to a peer. If there is none, logs that and returns None."""

    @abstractmethod
    def get_peers(self) -> list[int]:
        """Returns the ids of the peers, in order of arrival. Not in Godot 3."""

    def get_packet_peer(self) -> int:
        """Returns the sender of the packet that `get_packet()` would take next.

        Returns 1 if no packet waits.
        """
        session = self._session
        return SERVER_ID if session is None else session.next_source(len(self._inbox.packets))

    def set_transfer_mode(self, mode: int) -> None:
        """Does nothing, because a WebSocket delivers all packets in order. As in Godot.

        Raises:
            ValueError: `mode` is not a TransferMode.
        """
        TransferMode(mode)

    # Packets: methods of PacketReader, which PacketPeer would hide

    if TYPE_CHECKING:  # pyright wants separate types for these

        def get_available_packet_count(self) -> int: ...  # noqa: D102
        def get_packet(self) -> bytes: ...  # noqa: D102
        def get_packet_error(self) -> Error: ...  # noqa: D102
    else:
        get_available_packet_count = PacketReader.get_available_packet_count
        get_packet = PacketReader.get_packet
        get_packet_error = PacketReader.get_packet_error
    _set_packet_error = PacketReader._set_packet_error  # noqa: SLF001 - our own
    _unget_packet = PacketReader._unget_packet  # noqa: SLF001 - our own

    # Limits

    def set_buffers(
        self,
        input_buffer_size_kb: int,
        input_max_packets: int,
        output_buffer_size_kb: int,
        output_max_packets: int,
    ) -> Error:
        """Sets the limits of later connections, without rounding them.

        Args:
            input_buffer_size_kb: the largest message that can be received, and the total of unread messages, in KiB.
            input_max_packets: the number of packets that may wait to be read; at this number, the sender is slowed
                down.
            output_buffer_size_kb: the largest message that can be sent, and the total of unsent messages, in KiB.
            output_max_packets: the number of packets that may wait to be sent.

        Returns:
            `OK`; `FAILED` while connecting or connected, `ERR_INVALID_PARAMETER` for a number below 1.
        """
        numbers = (input_buffer_size_kb, input_max_packets, output_buffer_size_kb, output_max_packets)
        if not all(isinstance(number, int) for number in numbers):
            raise TypeError(f"set_buffers() takes four int, not {numbers}")
        if self._is_owned():
            return self._refuse(
                Error.FAILED,
                "the buffers can be set before connecting only",
                hint="Call set_buffers() before connect_to_url()",
            )
        if min(numbers) < 1:
            return self._refuse(
                Error.ERR_INVALID_PARAMETER,
                f"a buffer of {min(numbers)} is too small",
                hint="set_buffers() takes numbers of 1 or more",
            )
        self._incoming = Limits(input_buffer_size_kb * 1024, input_max_packets)
        self._outgoing = Limits(output_buffer_size_kb * 1024, output_max_packets)
        return Error.OK

    @property
    @abstractmethod
    def last_error(self) -> ConnectionFailure | None:
        """Returns why the last call was refused, or why the connection failed.

        Returns None if neither happened. Not in Godot.
        """

    # Hooks for subclasses

    def _on_peer_packet(self) -> None:
        """Called just before the handlers of `data_received`; empty by default.

        In multiplayer mode, it is called before those of `peer_packet`.
        """

    # For the client and the server

    def _new_session(self) -> Session:
        from wsclient.multiplayer.godot3.session import RelaySession  # noqa: PLC0415 - with the first gd_mp_api

        return RelaySession()

    @abstractmethod
    def _is_owned(self) -> bool:
        """Returns True if a connection or an attempt is in progress.

        One that was asked to end does not count.
        """

    @abstractmethod
    def _refuse(self, error: Error, message: str, cause: BaseException | None = None, *, hint: str = "") -> Error:
        """Records and logs why a call is refused. Returns the error."""

    def _queue_packet(self, session: Session, packet: PeerPacket) -> None:
        """Queues a packet of the session, and emits `peer_packet`."""
        inbox = self._inbox
        session.queue_source(packet.source, len(inbox.packets))
        inbox.extend(Messages([packet.payload], BINARY))
        hook = (lambda _source: self._on_peer_packet()) if self._has_packet_hook else None
        self._emit("peer_packet", hook, packet.source)

    def _log_ignored(self, session: Session, why: str) -> None:
        # A flood of messages must not flood the log.
        level = logging.WARNING if session.ignored == 1 else logging.DEBUG
        logger.log(level, "ignored a message: %s", why)
