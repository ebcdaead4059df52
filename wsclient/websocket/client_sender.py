"""ClientSender: the sending methods that only a client has, and a peer does not."""

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
    """The calls of a client that send: for other threads, and when each packet leaves."""

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
        """True to write each packet immediately (the default, for the least latency).

        False: packets leave together, in few system calls, at `flush()` or with the next `poll()`. Not in Godot.
        """
        return self._link.auto_flush

    @auto_flush.setter
    def auto_flush(self, enabled: bool) -> None:
        self._link.auto_flush = bool(enabled)

    @property
    def max_frame_size(self) -> int:
        """Bytes of payload in a frame: larger messages are sent in several; 0, the default: any number. Not in Godot.

        For servers that limit frames. It counts at once, for messages that are sent from then on. In a page it has no
        effect.
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
        """Sends a ping; `pong_received` is emitted when the server has answered. Not in Godot.

        Returns:
            `OK`; `FAILED` if not open, `ERR_INVALID_PARAMETER` if the payload has more than 125 bytes,
            `ERR_UNAVAILABLE` in a page.
        """
        payload = bytes_of(payload)
        if len(payload) > _MAX_PING:
            return self._refuse(
                Error.ERR_INVALID_PARAMETER, f"a ping has at most {_MAX_PING} bytes, not {len(payload)}"
            )
        return self._link.ping(payload, self._meter.clock())

    def send_fragment(self, data: str | bytes, is_final: bool) -> Error:
        """Sends a message piece by piece, for messages whose end is not known at the start. Not in Godot.

        The first piece decides whether it is text. Until the final one, other messages are refused with `ERR_BUSY`.

        Args:
            data: the next piece: `str` for a text message, `bytes` for a binary one.
            is_final: True for the last piece; it may be empty.

        Returns:
            As `put_packet`; `ERR_UNAVAILABLE` in multiplayer mode and in a page.

        Raises:
            TypeError: `data` is neither, or another type than that of the first piece.
        """
        link = self._link
        link.check_thread()
        kind: type[str | bytes] = str if isinstance(data, str) else bytes
        if link.fragmented not in (None, kind):
            raise TypeError(f"this message began with {link.fragmented.__name__}, and goes on with {kind.__name__}")
        try:
            payload = data.encode("utf-8") if isinstance(data, str) else bytes_of(data)
        except UnicodeEncodeError as error:
            return self._refuse(Error.ERR_INVALID_DATA, f"the text cannot be sent: {error.reason}", error)
        if self._session is not None:
            return self._refuse(Error.ERR_UNAVAILABLE, "packets between peers are sent whole", hint="See put_packet()")
        return link.send_fragment(payload, kind, is_final=is_final)

    def send_from_thread(self, data: str | bytes) -> None:
        """Sends a message from any thread: it is queued, and sent by the next `poll()`. Not in Godot.

        The only sending method for threads other than the owner. If the connection is not open at that `poll()`,
        the message is refused there, as `send_text` or `put_packet` would refuse it: see `last_refusal`.

        Args:
            data: a text message as `str`, a binary one as `bytes`.

        Raises:
            BufferError: the limits of unsent messages are reached; see `set_buffers`.
            UnicodeEncodeError: `data` holds a lone surrogate, which UTF-8 cannot encode.
            TypeError: `data` is neither.
        """
        is_text = isinstance(data, str)
        payload = data.encode("utf-8") if isinstance(data, str) else bytes_of(data)
        self._mailbox.put(payload, self._outgoing, is_text=is_text)
        self._is_resting = False  # after the message: see LinkPolling
        self._link.wake()
