"""WebSocketPeer: one connection, with the names of Godot 4.

It has no signals: look at its state after each `poll()`.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, ClassVar, TypeAlias

from wsclient.core.packet_peer import PacketPeer, bytes_of
from wsclient.core.uncopyable import Uncopyable
from wsclient.godot4.carrier import Carrier
from wsclient.godot4.carrier_settings import CarrierSettings
from wsclient.ground.error import Error
from wsclient.variant import GODOT_4
from wsclient.websocket.link import WriteMode

if TYPE_CHECKING:
    from collections.abc import Callable

    from wsclient.core.packet_peer import BytesLike
    from wsclient.godot4.tls_options import TLSOptions
    from wsclient.transport.base import Settings, Transport
    from wsclient.variant.codec.dialect import Dialect
    from wsclient.websocket.peer import WebSocketPeer as PeerOfGodot3

__all__ = ["State", "WebSocketPeer"]

# RFC 6455 section 7.4: what the library reports for a Close without a code, and for no Close.
NO_STATUS = 1005
ABNORMAL = 1006
MOST_REASON_BYTES = 123


class State(IntEnum):
    """The state of a connection. Godot: WebSocketPeer.State."""

    STATE_CONNECTING = 0
    STATE_OPEN = 1
    STATE_CLOSING = 2
    STATE_CLOSED = 3


_State: TypeAlias = State  # aliases, because the class has attributes of the same names
_WriteMode: TypeAlias = WriteMode


class WebSocketPeer(PacketPeer, CarrierSettings, Uncopyable):
    """One WebSocket connection, polled by its owner.

        peer = WebSocketPeer()
        peer.connect_to_url("ws://localhost:9080")
        while running:
            peer.poll()
            if peer.get_ready_state() == WebSocketPeer.STATE_OPEN:
                while peer.get_available_packet_count():
                    print(peer.get_packet())

    Different from the engine, on purpose: messages received before the end stay readable, the end is noticed when
    packets wait to be read, closing takes `close_timeout` at most, and `last_error` describes failures.

    Args:
        transport: makes the transport of a connection from the settings; None for sockets of this system.
    """

    State: TypeAlias = _State
    """The type of these, by Godot's name."""
    STATE_CONNECTING: ClassVar = State.STATE_CONNECTING
    STATE_OPEN: ClassVar = State.STATE_OPEN
    STATE_CLOSING: ClassVar = State.STATE_CLOSING
    STATE_CLOSED: ClassVar = State.STATE_CLOSED

    WriteMode: TypeAlias = _WriteMode
    """The type of these, by Godot's name."""
    WRITE_MODE_TEXT: ClassVar = WriteMode.WRITE_MODE_TEXT
    WRITE_MODE_BINARY: ClassVar = WriteMode.WRITE_MODE_BINARY

    def __init__(self, *, transport: Callable[[Settings], Transport] | None = None) -> None:
        super().__init__()
        self._carrier = Carrier(transport, owner=type(self).__name__)
        self._carrier.heartbeat_interval = 0.0  # off by default, as in Godot

    @classmethod
    def of(cls, carrier: Carrier) -> WebSocketPeer:
        """Returns a view of a connection that another object owns and polls."""
        peer = cls()
        peer._carrier = carrier
        return peer

    # The connection

    def connect_to_url(self, url: str, tls_client_options: TLSOptions | None = None) -> Error:
        """Starts to connect, and returns immediately.

        Args:
            url: `ws://` or `wss://`; no scheme means `ws://`.
            tls_client_options: the certificates to trust; None for the roots of the system and of certifi.

        Returns:
            `OK`: started. `ERR_INVALID_PARAMETER`: see `last_error`. `ERR_ALREADY_IN_USE`: not closed.
        """
        if self.get_ready_state() is not State.STATE_CLOSED:
            return self._carrier.refuse(Error.ERR_ALREADY_IN_USE, "this peer is not closed: close() comes first")
        return self._carrier.start(url, tls_client_options, is_multiplayer=False)

    def poll(self) -> None:
        """Reads and writes the network; never blocks. Call it once per frame."""
        self._carrier.poll()

    def close(self, code: int = 1000, reason: str = "") -> Error:
        """Closes the connection: `STATE_CLOSING` until the other side has answered.

        Args:
            code: 1000 (done), 1001 (going away), 3000-4999 (your own), 0 for none; -1 ends at once, without a Close.
            reason: at most 123 bytes of UTF-8.

        Returns:
            `OK`; `ERR_INVALID_PARAMETER`, logged, for a longer reason, which the engine never sends either.

        Raises:
            ValueError: a code that must not be sent.
        """
        if len(reason.encode("utf-8", "surrogatepass")) > MOST_REASON_BYTES:
            return self._carrier.refuse(
                Error.ERR_INVALID_PARAMETER, f"close(): a reason has at most {MOST_REASON_BYTES} bytes of UTF-8"
            )
        if code == -1:
            self._carrier.drop()
            self._carrier.poll()
        else:
            self._carrier.disconnect_from_host(code, reason)
        return Error.OK

    def get_ready_state(self) -> State:
        """Returns the state of the connection."""
        match self._carrier.get_connection_status():
            case Carrier.CONNECTION_CONNECTING:
                return State.STATE_CONNECTING
            case Carrier.CONNECTION_CONNECTED:
                return State.STATE_CLOSING if self._carrier.is_closing else State.STATE_OPEN
            case _:
                return State.STATE_CLOSED

    def get_close_code(self) -> int:
        """Returns the code of the close; 0 if it had none.

        Returns -1 before the close, and if the connection broke.
        """
        if self.get_ready_state() is not State.STATE_CLOSED:
            return -1
        code = self._carrier.close_code
        if code == NO_STATUS:
            return 0
        return self._code_of_violation() if code == ABNORMAL else code

    def get_close_reason(self) -> str:
        """Returns the reason that came with the close code."""
        return self._carrier.close_reason

    def get_selected_protocol(self) -> str:
        """Returns the subprotocol that the server chose; "" if none."""
        return self._carrier.protocol

    def get_requested_url(self) -> str:
        """Returns the URL of the last `connect_to_url`."""
        return self._carrier.requested_url

    def get_connected_host(self) -> str:
        """Returns the server's numeric address; "" when not open."""
        return self._peer.get_connected_host()

    def get_connected_port(self) -> int:
        """Returns the server's port; 0 when not open."""
        return self._peer.get_connected_port()

    def set_no_delay(self, enabled: bool) -> None:
        """Sets whether small packets are sent immediately, which is the default.

        Otherwise the system may gather them first. It has no effect unless the connection is open.
        """
        self._peer.set_no_delay(enabled)

    # Packets

    def send(self, message: BytesLike, write_mode: int = WriteMode.WRITE_MODE_BINARY) -> Error:
        """Sends one message, binary or text.

        Returns:
            `OK`; `FAILED` when not open; `ERR_OUT_OF_MEMORY` if it does not fit `outbound_buffer_size`.
        """
        return self._carrier.send(bytes_of(message), write_mode)

    def send_text(self, message: str) -> Error:
        """Sends one text message; returns as `send`."""
        return self._carrier.send_text(message)

    def was_string_packet(self) -> bool:
        """Returns True if the last packet read was a text message."""
        return self._peer.was_string_packet()

    def get_current_outbound_buffered_amount(self) -> int:
        """Returns the number of bytes that wait to be sent."""
        return self._peer.get_current_outbound_buffered_amount()

    def get_available_packet_count(self) -> int:
        """Returns the number of readable packets, also after the connection has ended."""
        return self._carrier.get_available_packet_count()

    def get_packet(self) -> bytes:
        """Takes the oldest packet.

        Returns:
            b"" if there is none: then `get_packet_error()` returns `ERR_UNAVAILABLE`, or `FAILED` when closed.
        """
        packet = super().get_packet()
        if self.get_packet_error() and self.get_ready_state() is State.STATE_CLOSED:
            self._set_packet_error(Error.FAILED)
        return packet

    def _get_packet(self) -> bytes:
        return self._carrier.get_packet()

    def _unget_packet(self, packet: bytes) -> None:
        self._carrier.unget(packet)

    def _get_dialect(self) -> Dialect:
        return GODOT_4

    def _put_packet(self, packet: bytes) -> Error:
        return self.send(packet)

    # Times

    @property
    def heartbeat_interval(self) -> float:
        """Seconds between two pings; 0.0 (the default) for none.

        See `WebSocketClient.heartbeat_interval`.
        """
        return self._carrier.heartbeat_interval

    @heartbeat_interval.setter
    def heartbeat_interval(self, seconds: float) -> None:
        self._carrier.heartbeat_interval = seconds

    @property
    def handshake_timeout(self) -> float:
        """The time limit in seconds of an attempt. Default 10.0. Not in Godot.

        0 means no limit.
        """
        return self._carrier.handshake_timeout

    @handshake_timeout.setter
    def handshake_timeout(self, seconds: float) -> None:
        self._carrier.handshake_timeout = seconds

    @property
    def close_timeout(self) -> float:
        """The time limit in seconds for closing. Default 5.0. Not in Godot.

        0 means no limit.
        """
        return self._carrier.close_timeout

    @close_timeout.setter
    def close_timeout(self, seconds: float) -> None:
        self._carrier.close_timeout = seconds

    @property
    def _peer(self) -> PeerOfGodot3:
        peer = self._carrier.get_peer(1)
        if peer is None:
            raise RuntimeError("a client always has its server's peer")
        return peer

    def _code_of_violation(self) -> int:
        """Returns the code with which we closed after a violation by the server.

        Returns -1 if we did not.
        """
        failure = self._carrier.last_error
        code = getattr(None if failure is None else failure.cause, "code", None)
        return code if isinstance(code, int) else -1
