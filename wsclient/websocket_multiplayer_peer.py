"""WebSocketMultiplayerPeer: peers by id over one WebSocket, as a Godot 3 server relays their packets (gd_mp_api)."""

from __future__ import annotations

import logging
from collections import deque
from typing import TYPE_CHECKING

from wsclient.error import Error
from wsclient.link import Limits, Link
from wsclient.multiplayer import relay
from wsclient.networked_multiplayer_peer import NetworkedMultiplayerPeer
from wsclient.packet_queue import PacketReader
from wsclient.signal import Signal
from wsclient.websocket_peer import WebSocketPeer, WebSocketSender

if TYPE_CHECKING:
    from wsclient.connection_failure import ConnectionFailure

__all__ = ["WebSocketMultiplayerPeer"]

logger = logging.getLogger("wsclient.multiplayer")

# A server that announces more peers than this is not believed; arbitrary, far above what a Godot server can serve.
_MAX_PEERS = 16384


class WebSocketMultiplayerPeer(PacketReader, WebSocketSender, NetworkedMultiplayerPeer):
    """What a WebSocket client has in both of its modes: `get_peer(1)`, the limits, and the packets.

    In normal mode the packet calls serve `get_peer(1)`, the server. In multiplayer mode (`gd_mp_api`) they carry
    packets between peers: `set_target_peer()` says to whom, `get_packet_peer()` from whom.

    Not to be made by itself: see `WebSocketClient`.
    """

    peer_packet = Signal[int]("peer_source")
    """A packet of that peer can be read. Multiplayer mode only."""

    def __init__(self) -> None:
        super().__init__()
        self._incoming = Limits()
        self._outgoing = Limits()
        self._is_multiplayer = False
        self._unique_id = 0
        self._peer_ids: dict[int, None] = {}  # in order of arrival
        self._sources: deque[int] = deque()  # of the packets in the inbox, and of some that were read
        self._invalid_messages = 0
        self._link = Link()
        self._inbox = self._link.inbox
        self._peer = WebSocketPeer(self._link)

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
        if not self._is_multiplayer:
            return relay.SERVER_ID
        waiting = len(self._inbox.packets)
        while len(self._sources) > waiting:
            self._sources.popleft()
        return self._sources[0] if waiting else relay.SERVER_ID

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

    def _put_packet(self, packet: bytes) -> Error:
        if not self._is_multiplayer:
            return self._link.put(packet)
        if not packet:
            return Error.OK  # as Godot: nothing is sent
        if not self._unique_id:
            return self._refuse(Error.FAILED, "nothing can be sent to peers before connection_succeeded")
        message = relay.encode_packet(self._unique_id, self._target_peer, packet)
        return self._link.send(message, is_text=False)

    # For the client

    def _is_owned(self) -> bool:
        """Whether an attempt or a connection is under way that nobody has asked to close."""
        return self._link.transport is not None and not self._link.is_closing_here

    def _renew(self) -> Link:
        """Begins anew: a new link, whose inbox is the client's in either mode, and nobody in the session."""
        old = self._link
        link = Link(self._incoming, self._outgoing, write_mode=old.write_mode, auto_flush=old.auto_flush)
        self._link = link
        self._inbox = link.inbox
        self._peer = WebSocketPeer(link)
        self._sources.clear()
        self._forget_session()
        return link

    def _forget_session(self) -> None:
        self._unique_id = 0
        self._peer_ids.clear()

    def _refuse(self, error: Error, message: str, cause: BaseException | None = None) -> Error:
        return self._link.refuse(error, message, cause)

    # Multiplayer mode

    def _ignore(self, why: str) -> None:
        """Takes note of a message that means nothing. The connection goes on, as with the engine."""
        self._invalid_messages += 1
        logger.warning("ignored a message from the server: %s", why)

    def _add_peer(self, peer_id: int) -> bool:
        """Takes note of a peer; False where that cannot be."""
        if peer_id in self._peer_ids or peer_id == self._unique_id:
            self._ignore(f"peer {peer_id} was there already")
        elif len(self._peer_ids) >= _MAX_PEERS:
            self._ignore(f"more than {_MAX_PEERS} peers")
        else:
            self._peer_ids[peer_id] = None
            return True
        return False

    def _remove_peer(self, peer_id: int) -> bool:
        """Takes note that a peer has left; False for one that was not there."""
        if peer_id not in self._peer_ids:
            self._ignore(f"peer {peer_id} left and was not there")
            return False
        del self._peer_ids[peer_id]
        return True
