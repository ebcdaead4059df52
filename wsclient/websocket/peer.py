"""WebSocketPeer: one connection, as `WebSocketClient.get_peer(1)` returns it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wsclient.core.packet_peer import PacketPeer, bytes_of
from wsclient.core.uncopyable import Uncopyable
from wsclient.websocket.link import Link, WriteMode
from wsclient.websocket.packet_queue import PacketReader
from wsclient.websocket.sender import LinkSender

if TYPE_CHECKING:
    from wsclient.core.packet_peer import BytesLike
    from wsclient.ground.error import Error
    from wsclient.websocket.connection_failure import ConnectionFailure

__all__ = ["WebSocketPeer"]

_TEXT = WriteMode.WRITE_MODE_TEXT


class WebSocketPeer(PacketReader, LinkSender, PacketPeer, Uncopyable):
    """One WebSocket connection, with its packets, its write mode and its end.

    `WebSocketClient.get_peer(1)` returns a new one for each `connect_to_url`, and the client polls it. A peer that is
    created directly is not connected. It has no signals of its own, as in Godot.
    """

    def __init__(self, link: Link | None = None) -> None:
        """Creates a peer that is not connected.

        Args:
            link: the client's; None for a peer that is never connected.
        """
        super().__init__()
        self._link = link or Link()
        self._inbox = self._link.inbox

    def close(self, code: int = 1000, reason: str = "") -> None:
        """Closes the connection, or ends the attempt, as `WebSocketClient.disconnect_from_host` does.

        While a client waits to connect again there is neither, so nothing happens.

        Raises:
            ValueError: the code must not be sent, or the reason is not valid text or has more than 123 bytes.
            TypeError: `code` is not an int, or `reason` is not a str.
        """
        self._link.close(code, reason)

    def is_connected_to_host(self) -> bool:
        """Returns True if the connection is open, or is closing."""
        return self._link.is_open

    @property
    def close_code(self) -> int:
        """Returns the received code of the last close.

        Returns -1 before any close, 1005 for a Close without a code, and 1006 if there was no Close frame.

        Not in Godot 3.
        """
        return self._link.close_code

    @property
    def close_reason(self) -> str:
        """Returns the reason received with `close_code`; "" if none. Not in Godot 3."""
        return self._link.close_reason

    @property
    def last_error(self) -> ConnectionFailure | None:
        """Returns why the last call was refused, or why the connection failed.

        Returns None if neither happened. Not in Godot.
        """
        return self._link.last_error

    def set_no_delay(self, enabled: bool) -> None:
        """Sends small packets at once (TCP_NODELAY, the default) if enabled.

        If not, the system may gather them. Does nothing if the connection is not open.
        """
        if self._link.transport is not None and self._link.is_open:
            self._link.transport.set_no_delay(bool(enabled))

    def put_packet(self, buffer: BytesLike) -> Error:
        """Sends one packet; see `PacketPeer.put_packet`."""
        link = self._link  # as `Link.put`, without a call more for each packet
        return link.send(buffer if type(buffer) is bytes else bytes_of(buffer), link.write_mode is _TEXT)

    def _put_packet(self, packet: bytes) -> Error:
        return self._link.put(packet)
