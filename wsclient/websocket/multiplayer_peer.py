"""WebSocketMultiplayerPeer: peers by id over one WebSocket, as a Godot 3 server relays their packets (gd_mp_api)."""

from __future__ import annotations

import logging
from abc import abstractmethod
from collections import deque
from typing import TYPE_CHECKING, Final, NamedTuple

from wsclient.core.networked_multiplayer_peer import NetworkedMultiplayerPeer, TransferMode
from wsclient.core.signal import Signal
from wsclient.ground.error import Error
from wsclient.multiplayer.godot3 import relay
from wsclient.protocol.events import BINARY, Messages
from wsclient.websocket.link import Limits, Link, WriteMode
from wsclient.websocket.packet_queue import PacketReader
from wsclient.websocket.peer import WebSocketPeer, WebSocketSender

if TYPE_CHECKING:
    from wsclient.core.packet_peer import BytesLike
    from wsclient.websocket.connection_failure import ConnectionFailure

__all__ = ["Owed", "WebSocketMultiplayerPeer"]

logger: Final = logging.getLogger("wsclient.multiplayer")

_TEXT = WriteMode.WRITE_MODE_TEXT  # looked up once, see link.py

# A server that announces more peers than this is not believed; arbitrary, far above what a Godot server can serve.
_MAX_PEERS = 16384

_NO_SOURCES: deque[int] = deque()  # in normal mode; an empty deque of its own would take 700 bytes for each client


class Owed(NamedTuple):
    """A signal that is told before anything else."""

    signal: str
    args: tuple[object, ...] = ()


class WebSocketMultiplayerPeer(PacketReader, WebSocketSender, NetworkedMultiplayerPeer):
    """What a WebSocket client has in both of its modes: `get_peer(1)`, the limits, and the packets.

    In normal mode the packet calls serve `get_peer(1)`, the server. In multiplayer mode (`gd_mp_api`) they carry
    packets between peers: `set_target_peer()` says to whom, `get_packet_peer()` from whom.

    Not to be made by itself: see `WebSocketClient`.
    """

    peer_packet: Final = Signal[int]("peer_source")
    """A packet of that peer can be read. Multiplayer mode only."""

    _sources = _NO_SOURCES  # of the packets in the inbox; behind some that were read

    def __init__(self) -> None:
        super().__init__()
        self._incoming = Limits()
        self._outgoing = Limits()
        self._is_multiplayer = False
        self._unique_id = 0
        self._peer_ids: dict[int, None] = {}  # in order of arrival
        self._ignored_messages = 0
        self._owed: Owed | None = None
        self._link = Link()
        self._inbox = self._link.inbox
        self._peer = WebSocketPeer(self._link)
        # Called for each packet only where a subclass has overridden it.
        hook = type(self)._on_peer_packet  # noqa: SLF001 - our own
        self._has_packet_hook = hook is not WebSocketMultiplayerPeer._on_peer_packet

    # Peers

    def get_peer(self, peer_id: int) -> WebSocketPeer | None:
        """Gives the connection to a peer: to the server, 1; there is none to others: None, and a log line."""
        if peer_id == relay.SERVER_ID:
            return self._peer
        logger.error("get_peer: %r is not 1; a client is connected to the server alone", peer_id)
        return None

    def get_peers(self) -> list[int]:
        """Lists the ids of the peers in this session, the server's among them. Multiplayer mode; not in Godot 3."""
        return list(self._peer_ids)

    def get_unique_id(self) -> int:
        """Tells this peer's own id, which the server gave it; 0 before, after the end, and in normal mode."""
        return self._unique_id

    def get_packet_peer(self) -> int:
        """Tells who sent the packet that `get_packet()` gives next; 1 where there is none."""
        if not self._is_multiplayer or not self._inbox.packets:
            return relay.SERVER_ID
        self._forget_sources()
        return self._sources[0]

    def set_transfer_mode(self, mode: int) -> None:
        """Does nothing: over a WebSocket all packets arrive, in order. As in Godot.

        Raises:
            ValueError: `mode` is no TransferMode.
        """
        TransferMode(mode)

    # Limits

    def set_buffers(
        self,
        input_buffer_size_kb: int,
        input_max_packets: int,
        output_buffer_size_kb: int,
        output_max_packets: int,
    ) -> Error:
        """Sets the limits of the connections to come. Each holds as given; nothing is rounded.

        Args:
            input_buffer_size_kb: KiB: the largest message that is received, and all that wait to be read.
            input_max_packets: packets that wait to be read; while so many do, the server is held back.
            output_buffer_size_kb: KiB: the largest message that can be sent, and all that wait to leave.
            output_max_packets: packets that wait to leave.

        Returns:
            `OK`; `FAILED` while connecting or connected, `ERR_INVALID_PARAMETER` for a number below 1.
        """
        numbers = (input_buffer_size_kb, input_max_packets, output_buffer_size_kb, output_max_packets)
        if not all(isinstance(number, int) for number in numbers):
            raise TypeError(f"set_buffers() takes four int, not {numbers}")
        if self._is_owned():
            return self._refuse(Error.FAILED, "set_buffers() has to come before connect_to_url()")
        if min(numbers) < 1:
            return self._refuse(Error.ERR_INVALID_PARAMETER, f"set_buffers(): {min(numbers)} is below 1")
        self._incoming = Limits(input_buffer_size_kb * 1024, input_max_packets)
        self._outgoing = Limits(output_buffer_size_kb * 1024, output_max_packets)
        return Error.OK

    # Packets

    @property
    def auto_flush(self) -> bool:
        """Whether each packet is written at once (the default, for least latency).

        False: packets leave together, in few system calls, at `flush()` or with the next `poll()`. Not in Godot.
        """
        return self._link.auto_flush

    @auto_flush.setter
    def auto_flush(self, enabled: bool) -> None:
        self._link.auto_flush = bool(enabled)

    @property
    def last_error(self) -> ConnectionFailure | None:
        """Why the last call was refused, or the connection failed; None where nothing failed since `connect_to_url`.

        Not in Godot.
        """
        return self._link.last_error

    def put_packet(self, buffer: BytesLike) -> Error:
        """Sends one packet; see `PacketPeer.put_packet`. In multiplayer mode to the target peer."""
        if self._is_multiplayer or type(buffer) is not bytes:
            return super().put_packet(buffer)
        link = self._link  # as `put` there: what a game calls most has no call that it can do without
        return link.send(buffer, link.write_mode is _TEXT)

    def _put_packet(self, packet: bytes) -> Error:
        if not self._is_multiplayer:
            return self._link.put(packet)
        if not packet:
            return Error.OK  # as Godot: nothing is sent
        if self._link.is_open and not self._unique_id:
            return self._refuse(Error.FAILED, "nothing can be sent to peers before connection_succeeded")
        message = relay.encode_packet(self._unique_id, self._target_peer, packet)
        return self._link.send(message, False)

    def _send_message(self, payload: bytes, *, is_text: bool) -> Error:
        if not self._is_multiplayer:
            return super()._send_message(payload, is_text=is_text)
        if is_text:
            return self._refuse(Error.ERR_UNAVAILABLE, "packets between peers are binary: put_packet(text.encode())")
        return self._put_packet(payload)

    # Hooks for subclasses

    def _on_peer_packet(self) -> None:
        """Called just before the handlers of `data_received`, or of `peer_packet` in multiplayer mode. Empty."""

    # For the client

    def _is_owned(self) -> bool:
        """Whether an attempt or a connection is under way that nobody has asked to close."""
        return self._link.transport is not None and not self._link.is_closing_here

    def _renew(self, *, is_multiplayer: bool) -> Link:
        """Begins anew: a new link, whose inbox is the client's in either mode. The session before has been ended."""
        self._is_multiplayer = is_multiplayer
        if is_multiplayer:
            self._sources = deque()
        self._link = link = Link(
            self._incoming,
            self._outgoing,
            write_mode=self._link.write_mode,
            auto_flush=self._link.auto_flush,
            error_while_closed=Error.ERR_UNAVAILABLE if is_multiplayer else Error.FAILED,
        )
        self._inbox = link.inbox
        self._peer = WebSocketPeer(link)
        self._ignored_messages = 0
        return link

    def _refuse(self, error: Error, message: str, cause: BaseException | None = None) -> Error:
        return self._link.refuse(error, message, cause)

    def _emit_owed(self, owed: Owed) -> None:
        """Tells the signal that is owed."""
        self._owed = None
        self._tell(owed.signal, *owed.args)

    @abstractmethod
    def _tell(self, signal: str, *args: object) -> None:
        """Emits a signal of the connection, behind the client's hook for it."""

    # Multiplayer mode

    def _take_relayed(self, payload: bytes) -> None:
        """Applies one message of the server, and emits its signal."""
        try:
            message = relay.decode(payload)
        except relay.RelayError as error:
            self._ignore(str(error))
            return
        if isinstance(message, relay.RelayedPacket):
            self._take_packet(message)
        elif isinstance(message, relay.IdAssigned):
            self._unique_id = message.peer_id
        elif isinstance(message, relay.PeerAdded):
            self._add_peer(message.peer_id)
        else:
            self._remove_peer(message.peer_id)

    def _take_packet(self, packet: relay.RelayedPacket) -> None:
        self._forget_sources()  # here too: not everybody asks who it was
        source, _, payload = packet
        self._sources.append(source)
        self._inbox.extend(Messages([payload], BINARY))
        hook = (lambda _source: self._on_peer_packet()) if self._has_packet_hook else None
        self._emit("peer_packet", hook, source)

    def _add_peer(self, peer_id: int) -> None:
        if peer_id in self._peer_ids or peer_id == self._unique_id:
            self._ignore(f"peer {peer_id} was there already")
        elif len(self._peer_ids) >= _MAX_PEERS:
            self._ignore(f"more than {_MAX_PEERS} peers")
        else:
            self._peer_ids[peer_id] = None
            self._tell_of_peer(peer_id)

    def _tell_of_peer(self, peer_id: int) -> None:
        link = self._link
        if peer_id == relay.SERVER_ID:
            self._owed = Owed("connection_succeeded")  # comes second, whatever a handler raises
        self._emit("peer_connected", None, peer_id)
        # A handler may have ended it all: what is owed then is the end, to be told first in the next poll().
        if self._owed is not None and link.transport is not None:
            self._emit_owed(self._owed)

    def _remove_peer(self, peer_id: int) -> None:
        if peer_id in self._peer_ids:
            del self._peer_ids[peer_id]
            self._emit("peer_disconnected", None, peer_id)
        else:
            self._ignore(f"peer {peer_id} left and was not there")

    def _end_of_session(self) -> Owed:
        """Gives the signal that tells of the session's end."""
        has_succeeded = relay.SERVER_ID in self._peer_ids and self._owed is None
        return Owed("server_disconnected" if has_succeeded else "connection_failed")

    def _forget_session(self) -> None:
        self._unique_id = 0
        self._peer_ids.clear()

    def _forget_sources(self) -> None:
        """Drops the sources of packets that were read."""
        waiting = len(self._inbox.packets)
        while len(self._sources) > waiting:
            self._sources.popleft()

    def _ignore(self, why: str) -> None:
        """Takes note of a message that means nothing. The connection goes on, as with the engine."""
        self._ignored_messages += 1
        # A flood of them must not become a flood in the log.
        level = logging.WARNING if self._ignored_messages == 1 else logging.DEBUG
        logger.log(level, "ignored a message from the server: %s", why)
