"""Carrier: the client that carries the data of Godot 4's two peers.

The peers hold it and never inherit from it.
"""

from __future__ import annotations

import sys
import warnings
from typing import TYPE_CHECKING

from wsclient.multiplayer.godot4.session import DirectSession
from wsclient.websocket.client import WebSocketClient
from wsclient.websocket.link import Limits

if TYPE_CHECKING:
    from collections.abc import Callable

    from wsclient.godot4.tls_options import TLSOptions
    from wsclient.ground.error import Error
    from wsclient.transport.base import Settings, Transport

__all__ = ["DEFAULT_BUFFER_SIZE", "DEFAULT_QUEUED_PACKETS", "Carrier"]

# Godot's defaults.
DEFAULT_BUFFER_SIZE = 65535
DEFAULT_QUEUED_PACKETS = 4096


class Carrier(WebSocketClient):
    """A `WebSocketClient` with the settings and defaults of Godot 4.

    Changed settings apply to later connections.

    Attributes:
        supported_protocols: subprotocols to ask for.
        request_headers: further headers of the request, each "Name: value".
        inbound_buffer_size: bytes of the largest message received, and of all unread messages.
        outbound_buffer_size: bytes of the largest message sent, and of all unsent messages.
        max_queued_packets: packets that wait, each way.
        protocol: the subprotocol that the server chose.
        requested_url: the URL as it was passed.
    """

    def __init__(self, transport: Callable[[Settings], Transport] | None = None, *, owner: str = "Carrier") -> None:
        super().__init__(transport=transport)
        self._owner_name = owner  # the name of the class that users see, for log lines
        self.supported_protocols: tuple[str, ...] = ()
        self.request_headers: tuple[str, ...] = ()
        self.inbound_buffer_size: int = DEFAULT_BUFFER_SIZE
        self.outbound_buffer_size: int = DEFAULT_BUFFER_SIZE
        self.max_queued_packets: int = DEFAULT_QUEUED_PACKETS
        self.protocol: str = ""
        self.requested_url: str = ""

    def _new_session(self) -> DirectSession:
        return DirectSession()

    def start(self, url: str, tls_options: TLSOptions | None, *, is_multiplayer: bool) -> Error:
        """Starts to connect; returns the same errors as `connect_to_url`."""
        if tls_options is not None and not self._is_owned():
            tls_options.apply_to(self)
        self._incoming = Limits(self.inbound_buffer_size, self.max_queued_packets)
        self._outgoing = Limits(self.outbound_buffer_size, self.max_queued_packets)
        error = self.connect_to_url(url, self.supported_protocols, is_multiplayer, self.request_headers)
        if not error:
            self.requested_url, self.protocol = url, ""
            self._link.close_code, self._link.close_reason = -1, ""
        return error

    @property
    def is_closing(self) -> bool:
        """True after one side has started to close the connection, until it is closed."""
        return self._link.is_closing_here or self._link.has_received_close

    @property
    def is_refused(self) -> bool:
        """True if the server's first message was not an id."""
        return isinstance(self._session, DirectSession) and self._session.is_refused

    @property
    def owes_end(self) -> bool:
        """True if the end of a connection has yet to be signalled."""
        return self._owed is not None or self._link.transport is not None

    def drop(self) -> None:
        """Ends the connection immediately, without a Close frame.

        The next `poll()` emits the signal.
        """
        if self._link.transport is not None:
            self._end(self._link, was_clean=False)

    def unget(self, packet: bytes) -> None:
        """Puts back the packet that was taken last, so that it is the next one again."""
        self._unget_packet(packet)

    def refuse(self, error: Error, message: str) -> Error:
        """Refuses a call: logs the message and keeps it in `last_error`."""
        return self._refuse(error, message)

    def _on_connect(self, protocol: str) -> None:
        self.protocol = protocol

    def __del__(self, is_going_down: Callable[[], bool] = sys.is_finalizing) -> None:
        try:
            link = object.__getattribute__(self, "_link")
        except AttributeError:  # __init__ has failed
            return
        if link.is_open and not link.is_closing_here and not is_going_down():
            warnings.warn(f"a {self._owner_name} was dropped while open: call close()", ResourceWarning, stacklevel=2)
            link.close(1000, "")
        super().__del__(is_going_down)
