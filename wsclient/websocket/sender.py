"""The methods that send messages, for a peer and for its client."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, TypeAlias

from wsclient.ground.error import Error
from wsclient.websocket.link import Link, WriteMode

if TYPE_CHECKING:
    from wsclient.core.packet_peer import BytesLike

__all__ = ["LinkSender", "MessageSender"]


_WriteMode: TypeAlias = WriteMode  # an alias, since the class has an attribute of that name


class MessageSender:
    """Godot 4's methods that send text or bytes, over any connection."""

    WriteMode: TypeAlias = _WriteMode
    """The type of the write modes, by Godot's name."""
    WRITE_MODE_TEXT: ClassVar = WriteMode.WRITE_MODE_TEXT
    WRITE_MODE_BINARY: ClassVar = WriteMode.WRITE_MODE_BINARY

    def send(self, data: BytesLike | str, write_mode: int = WriteMode.WRITE_MODE_BINARY) -> Error:
        """Sends one message, regardless of the write mode. Godot 4's name.

        Args:
            data: a bytes-like object, or a `str` for `WRITE_MODE_TEXT`.
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
        """Sends one text message, regardless of the write mode. Godot 4's name.

        Returns:
            As `put_packet`; `ERR_INVALID_DATA` if `text` has a lone surrogate, which UTF-8 cannot encode.
        """
        if not isinstance(text, str):
            raise TypeError(f"send_text() takes str, not {type(text).__name__}; for bytes use put_packet()")
        try:
            payload = text.encode("utf-8")
        except UnicodeEncodeError as error:
            return self._refuse(Error.ERR_INVALID_DATA, f"the text cannot be sent: {error.reason}", error)
        return self._send_message(payload, is_text=True)

    def _send_message(self, payload: bytes, *, is_text: bool) -> Error:
        raise NotImplementedError

    def _refuse(self, error: Error, message: str, cause: BaseException | None = None, *, hint: str = "") -> Error:
        raise NotImplementedError


class LinkSender(MessageSender):
    """The methods that send through one `Link`, and report its peer."""

    _link: Link

    def set_write_mode(self, mode: int) -> None:
        """Sets the kind of message that `put_packet` and `put_var` send.

        It is text or binary (the default).

        Raises:
            ValueError: `mode` is another number.
        """
        self._link.write_mode = WriteMode(mode)

    def get_write_mode(self) -> WriteMode:
        """Returns the kind of message that `put_packet` and `put_var` send."""
        return self._link.write_mode

    def flush(self) -> None:
        """Writes data held back by `auto_flush = False`; never blocks.

        It writes as much as the system takes now.
        """
        self._link.flush()

    def get_current_outbound_buffered_amount(self) -> int:
        """Returns how many bytes of packets wait to be sent; 0 when not open."""
        return self._link.buffered_amount

    def get_connected_host(self) -> str:
        """Returns the server's numeric address; "" when not open."""
        return self._link.remote_address[0]

    def get_connected_port(self) -> int:
        """Returns the server's port; 0 when not open."""
        return self._link.remote_address[1]

    def _send_message(self, payload: bytes, *, is_text: bool) -> Error:
        return self._link.send(payload, is_text)

    def _refuse(self, error: Error, message: str, cause: BaseException | None = None, *, hint: str = "") -> Error:
        return self._link.refuse(error, message, cause, hint=hint)
