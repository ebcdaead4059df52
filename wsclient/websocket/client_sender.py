"""ClientSender: the calls that send which a client has and a peer has not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wsclient.core.packet_peer import bytes_of
from wsclient.websocket.sender import LinkSender

if TYPE_CHECKING:
    from wsclient.websocket.link import Limits
    from wsclient.websocket.mailbox import Mailbox

__all__ = ["ClientSender"]


class ClientSender(LinkSender):
    """The calls of a client that send: for other threads, and when each packet leaves."""

    _is_resting: bool
    _mailbox: Mailbox
    _outgoing: Limits

    @property
    def auto_flush(self) -> bool:
        """Whether each packet is written at once (the default, for the least latency).

        False: packets leave together, in few system calls, at `flush()` or with the next `poll()`. Not in Godot.
        """
        return self._link.auto_flush

    @auto_flush.setter
    def auto_flush(self, enabled: bool) -> None:
        self._link.auto_flush = bool(enabled)

    def send_from_thread(self, data: str | bytes) -> None:
        """Sends a message from any thread: it is queued, and leaves with the next `poll()`. Not in Godot.

        The one call to send that other threads than the owner may use. If the connection is not open at that `poll()`,
        the message is refused there, as `send_text` or `put_packet` would refuse it: see `last_refusal`.

        Args:
            data: a text message as `str`, a binary one as `bytes`.

        Raises:
            BufferError: the limits of what waits to leave are reached; see `set_buffers`.
            UnicodeEncodeError: `data` holds a lone surrogate, which UTF-8 cannot encode.
            TypeError: `data` is neither.
        """
        is_text = isinstance(data, str)
        payload = data.encode("utf-8") if isinstance(data, str) else bytes_of(data)
        self._mailbox.put(payload, self._outgoing, is_text=is_text)
        self._is_resting = False  # behind the message: see LinkPolling
        self._link.wake()
