"""WebSocketPeer: one connection, as `WebSocketClient.get_peer(1)` gives it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, TypeAlias

from wsclient.core.packet_peer import PacketPeer, bytes_of
from wsclient.ground.error import Error
from wsclient.websocket.link import Link, WriteMode
from wsclient.websocket.packet_queue import PacketReader

if TYPE_CHECKING:
    from wsclient.core.packet_peer import BytesLike

__all__ = ["WebSocketPeer", "WebSocketSender"]


_WriteMode: TypeAlias = WriteMode  # by its own name the class could not hold it


class WebSocketSender:
    """The calls that send through a `Link`: the same on a peer and on the client that speaks for it."""

    WriteMode: TypeAlias = _WriteMode
    """The type of these, by Godot's name."""
    WRITE_MODE_TEXT: ClassVar = WriteMode.WRITE_MODE_TEXT
    WRITE_MODE_BINARY: ClassVar = WriteMode.WRITE_MODE_BINARY

    _link: Link

    def send(self, data: BytesLike | str, write_mode: int = WriteMode.WRITE_MODE_BINARY) -> Error:
        """Sends one message. Godot 4's name; it does not look at the write mode that was set.

        Args:
            data: anything bytes-like, or a `str` for `WRITE_MODE_TEXT`.
            write_mode: `WRITE_MODE_TEXT` or `WRITE_MODE_BINARY`.

        Returns:
            As `put_packet`.

        Raises:
            ValueError: `write_mode` is neither.
            TypeError: `data` is neither bytes-like nor, for a text message, a `str`.
        """
        is_text = WriteMode(write_mode) is WriteMode.WRITE_MODE_TEXT
        if isinstance(data, str):
            if not is_text:
                raise TypeError("send() takes bytes for a binary message; for text use send_text()")
            return self.send_text(data)
        return self._send_message(data if type(data) is bytes else memoryview(data).tobytes(), is_text=is_text)

    def send_text(self, text: str) -> Error:
        """Sends one text message. Godot 4's name; it does not look at the write mode that was set.

        Returns:
            As `put_packet`; `ERR_INVALID_DATA` where `text` holds a lone surrogate, which UTF-8 cannot say.
        """
        if not isinstance(text, str):
            raise TypeError(f"send_text() takes str, not {type(text).__name__}; for bytes use put_packet()")
        try:
            payload = text.encode("utf-8")
        except UnicodeEncodeError as error:
            return self._link.refuse(Error.ERR_INVALID_DATA, f"the text cannot be sent: {error.reason}", error)
        return self._send_message(payload, is_text=True)

    def set_write_mode(self, mode: int) -> None:
        """Sets what `put_packet` and `put_var` send: `WRITE_MODE_TEXT` or `WRITE_MODE_BINARY` (the default).

        Raises:
            ValueError: any other number.
        """
        self._link.write_mode = WriteMode(mode)

    def get_write_mode(self) -> WriteMode:
        """Tells what `put_packet` and `put_var` send."""
        return self._link.write_mode

    def flush(self) -> None:
        """Writes what `auto_flush = False` has held back, as far as the system takes it now; never blocks."""
        self._link.flush()

    def get_current_outbound_buffered_amount(self) -> int:
        """Tells how many bytes of packets wait to be sent; 0 while not open."""
        return self._link.buffered_amount

    def get_connected_host(self) -> str:
        """Tells the server's numeric address; "" while not open."""
        return self._link.remote_address[0]

    def get_connected_port(self) -> int:
        """Tells the server's port; 0 while not open."""
        return self._link.remote_address[1]

    def _send_message(self, payload: bytes, *, is_text: bool) -> Error:
        return self._link.send(payload, is_text)


class WebSocketPeer(PacketReader, WebSocketSender, PacketPeer):
    """One WebSocket connection: its packets, its write mode, its end.

    `WebSocketClient.get_peer(1)` gives it, a new one for each `connect_to_url`; the client polls it. One that was made
    by hand is not connected. It has no signals of its own, as in Godot.
    """

    def __init__(self, link: Link | None = None) -> None:
        """Not connected.

        Args:
            link: the client's; None: none, for ever.
        """
        super().__init__()
        self._link = link or Link()
        self._inbox = self._link.inbox

    def close(self, code: int = 1000, reason: str = "") -> None:
        """Closes the connection; the same as `WebSocketClient.disconnect_from_host`.

        Raises:
            ValueError: a code that must not be sent, or a reason that is no text or has more than 123 bytes.
            TypeError: `code` is no int, or `reason` no str.
        """
        self._link.close(code, reason)

    def is_connected_to_host(self) -> bool:
        """Tells whether the connection is open; also while it closes."""
        return self._link.is_open

    def set_no_delay(self, enabled: bool) -> None:
        """Has small packets sent at once (TCP_NODELAY; the default), or gathered by the system. While open only."""
        if self._link.transport is not None and self._link.is_open:
            self._link.transport.set_no_delay(bool(enabled))

    def put_packet(self, buffer: BytesLike) -> Error:
        """Sends one packet; see `PacketPeer.put_packet`."""
        return self._link.put(buffer if type(buffer) is bytes else bytes_of(buffer))

    def _put_packet(self, packet: bytes) -> Error:
        return self._link.put(packet)
