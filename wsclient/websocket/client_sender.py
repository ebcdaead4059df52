"""ClientSender: the sending methods that a client has, but a peer does not."""

from __future__ import annotations

from operator import index
from typing import TYPE_CHECKING, Final

from wsclient.core.packet_peer import bytes_of
from wsclient.ground.error import Error
from wsclient.websocket.sender import LinkSender

if TYPE_CHECKING:
    from wsclient.multiplayer.session import Session
    from wsclient.transport.base import Settings
    from wsclient.websocket.link import Limits
    from wsclient.websocket.mailbox import Mailbox
    from wsclient.websocket.poll_meter import PollMeter

__all__ = ["ClientSender"]

_MAX_PING: Final = 125  # bytes (RFC 6455 section 5.5)


class ClientSender(LinkSender):
    """The methods of a client that send, from other threads too."""

    _is_resting: bool
    _mailbox: Mailbox
    _meter: PollMeter
    _outgoing: Limits
    _session: Session | None
    _settings: Settings

    if TYPE_CHECKING:  # of WebSocketClientSettings

        def _settings_changed(self) -> None: ...

    @property
    def auto_flush(self) -> bool:
        """True to write each packet immediately (the default, with the lowest latency).

        If False, `flush()` or the next `poll()` writes the packets together, in few system calls. Not in Godot.
        """
        return self._link.auto_flush

    @auto_flush.setter
    def auto_flush(self, enabled: bool) -> None:
        self._link.auto_flush = bool(enabled)

    @property
    def max_frame_size(self) -> int:
        """The largest payload of a frame in bytes; 0 (the default) for any size.

        Larger messages are sent in several frames. Not in Godot.

        This is for servers that limit the size of frames. A change applies to all messages sent after it. It has no
        effect in a page.
        """
        return self._settings.max_frame_size

    @max_frame_size.setter
    def max_frame_size(self, size: int) -> None:
        size = index(size)
        if size < 0:
            raise ValueError(f"max_frame_size is a number of bytes, or 0 for any, not {size}")
        self._settings.max_frame_size = size
        self._settings_changed()

    def ping(self, payload: bytes = b"") -> Error:
        """Sends a ping. Not in Godot.

        `pong_received` is emitted when the server has answered.

        Returns:
            `OK`; `FAILED` if not open, `ERR_INVALID_PARAMETER` if the payload has more than 125 bytes,
            `ERR_UNAVAILABLE` in a page.
        """
        payload = bytes_of(payload, "ping")
        if len(payload) > _MAX_PING:
            return self._refuse(
                Error.ERR_INVALID_PARAMETER, f"a ping has at most {_MAX_PING} bytes, not {len(payload)}"
            )
        return self._link.ping(payload, self._meter.clock())

    def send_fragment(self, data: str | bytes, is_final: bool) -> Error:
        """Sends a message in pieces, if its end is not known at the start.

        Not in Godot.

        The type of the first piece decides if the message is text. Until the final piece, other messages are refused
        with `ERR_BUSY`.

        Args:
            data: the next piece, a `str` for a text message or `bytes` for a binary one.
            is_final: True for the last piece, which may be empty.

        Returns:
            As `put_packet`; `ERR_UNAVAILABLE` in multiplayer mode and in a page.

        Raises:
            TypeError: `data` is neither, or its type is not that of the first piece.
        """
        link = self._link
        link.check_thread()
        kind: type[str | bytes] = str if isinstance(data, str) else bytes
        if link.fragmented not in (None, kind):
            raise TypeError(f"this message began with {link.fragmented.__name__}, and goes on with {kind.__name__}")
        try:
            payload = data.encode("utf-8") if isinstance(data, str) else bytes_of(data, "send_fragment")
        except UnicodeEncodeError as error:
            return self._refuse(Error.ERR_INVALID_DATA, f"the text cannot be sent: {error.reason}", error)
        if self._session is not None:
            return self._refuse(Error.ERR_UNAVAILABLE, "packets between peers are sent whole", hint="See put_packet()")
        return link.send_fragment(payload, kind, is_final=is_final)

    def send_from_thread(self, data: str | bytes) -> None:
        """Queues a message from any thread, which the next `poll()` sends.

        Not in Godot.

        This is the only sending method for threads other than the owner. If the connection is not open when `poll()` is
        called, the message is refused then, as `send_text` or `put_packet` would refuse it; see `last_refusal`.

        Args:
            data: a `str` for a text message, or `bytes` for a binary one.

        Raises:
            BufferError: the limits of unsent messages are reached; see `set_buffers`.
            UnicodeEncodeError: `data` has a lone surrogate, which UTF-8 cannot encode.
            TypeError: `data` is neither.
        """
        is_text = isinstance(data, str)
        payload = data.encode("utf-8") if isinstance(data, str) else bytes_of(data, "send_from_thread")
        self._mailbox.put(payload, self._outgoing, is_text=is_text)
        self._is_resting = False  # after the message: see LinkPolling
        self._link.wake()
