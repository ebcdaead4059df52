"""WebSocketClient: Godot's, driven by `poll()` from a game loop."""

from __future__ import annotations

import logging
import math
import os
import warnings
from collections import deque
from typing import TYPE_CHECKING

from wsclient.connection_failure import ConnectionFailure
from wsclient.error import Error
from wsclient.link import Owed
from wsclient.multiplayer import relay
from wsclient.protocol.arguments import check_headers, check_subprotocols
from wsclient.protocol.errors import InvalidArgument
from wsclient.protocol.events import CloseReceived, Ended, Messages, Opened
from wsclient.protocol.url import URL
from wsclient.signal import Signal
from wsclient.transport.base import OpeningRequest, Settings
from wsclient.transport.native import NativeTransport
from wsclient.websocket_multiplayer_peer import WebSocketMultiplayerPeer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from ssl import SSLContext
    from types import TracebackType
    from typing import Never, Self, SupportsIndex

    from wsclient.link import Link
    from wsclient.networked_multiplayer_peer import ConnectionStatus
    from wsclient.packet_queue import PacketQueue
    from wsclient.transport.base import Transport

__all__ = ["WebSocketClient"]

logger = logging.getLogger("wsclient.client")

# RFC 6455 section 7.1.5: what stands for a code that was not received.
NO_CODE = 1005
NO_CLOSE_FRAME = 1006


class WebSocketClient(WebSocketMultiplayerPeer):
    """A WebSocket client that never blocks and needs no thread: call `poll()` once a frame.

        client = WebSocketClient()
        client.data_received.connect(lambda: print(client.get_message()))
        client.connect_to_url("ws://localhost:8765")
        while running:
            client.poll()

    `connect_to_url` starts an attempt. `connection_established` says that it is open, `data_received` that a message
    can be read, `connection_error` or `connection_closed` that it is over: exactly one of the two, for every attempt,
    but for one that `disconnect_from_host` ended while it was still connecting. `last_error` says why. The same object
    may connect again, from a handler too.

    Signals are emitted inside `poll()` only. A handler may call every method; `poll()` inside `poll()` does nothing.
    One object belongs to one thread.

    Args:
        transport: makes what carries a connection, from the settings; None: sockets of this system.
    """

    connection_established = Signal[str]("protocol")
    """The connection is open; with the sub-protocol that the server chose, "" where none. Normal mode."""
    connection_error = Signal[()]()
    """The attempt failed: it was never open. See `last_error`. Normal mode."""
    connection_closed = Signal[bool]("was_clean_close")
    """The connection is over. Clean: a Close frame went out, and a valid one came in. Normal mode."""
    server_close_request = Signal[int, str]("code", "reason")
    """The server closes; code 0 where it gave none. The answer is on its way, `connection_closed` follows."""
    data_received = Signal[()]()
    """A message can be read; emitted once for each. Normal mode."""

    def __init__(self, *, transport: Callable[[Settings], Transport] | None = None) -> None:
        super().__init__()
        self._new_transport: Callable[[Settings], Transport] = transport or NativeTransport
        self._settings = Settings()
        self._poll_budget = 0.004
        self._url: URL | None = None
        self._close_code = -1
        self._close_reason = ""
        self._has_succeeded = False  # multiplayer mode: whether connection_succeeded was told
        self._owed: deque[Owed] = deque()  # signals of a connection that was replaced
        # Called for each message only where a subclass has overridden it.
        hook = type(self)._on_peer_packet  # noqa: SLF001 - our own
        self._has_packet_hook = hook is not WebSocketClient._on_peer_packet
        self._has_warned_of_pause = False

    # Connecting and closing

    def connect_to_url(
        self,
        url: str,
        protocols: Iterable[str] = (),
        gd_mp_api: bool = False,
        custom_headers: Iterable[str] | Mapping[str, str] = (),
    ) -> Error:
        """Starts to connect, and returns at once. What comes of it, `poll()` tells.

        Args:
            url: `ws://` or `wss://`, host, and as wanted port, path, query; no scheme means `ws://`. A user name and
                password in it are sent as Basic authorization.
            protocols: sub-protocols to ask for, the preferred one first. If any are, the server has to choose one.
            gd_mp_api: multiplayer mode, to join a Godot 3 game as a peer.
            custom_headers: for the request: `"Name: value"` each, or a mapping.

        Returns:
            `OK`: started. `ERR_INVALID_PARAMETER`: an argument is wrong, see `last_error`. `ERR_ALREADY_IN_USE`:
            connecting or connected already; call `disconnect_from_host` first, its end need not be awaited. Other
            than with `OK` nothing is changed.

        Raises:
            TypeError: an argument is of the wrong type.
        """
        try:
            request = OpeningRequest(URL.parse(url), check_subprotocols(protocols), check_headers(custom_headers))
        except InvalidArgument as error:
            return self._refuse(Error.ERR_INVALID_PARAMETER, str(error), error)
        if self._is_owned():
            return self._refuse(Error.ERR_ALREADY_IN_USE, "this client is connecting or connected: disconnect first")
        if self._link.transport is not None:  # our own close is still pending: it ends here
            self._owed.append(self._end(self._link, was_clean=False))
        self._is_multiplayer = bool(gd_mp_api)
        self._url = request.url
        self._has_warned_of_pause = False
        self._settings.max_message_size = self._incoming.max_bytes
        link = self._renew()
        link.transport = self._new_transport(self._settings)
        link.transport.open(request)
        return Error.OK

    def disconnect_from_host(self, code: int = 1000, reason: str = "") -> None:
        """Closes the connection. The Close frame leaves at once, behind what waits to be sent.

        What the server sends until it answers is still received; nothing can be sent any more. `connection_closed`
        tells the end: True when the server has answered, False when it does not within `close_timeout`. While still
        connecting, the attempt ends at once and without a signal. Without a connection, nothing happens.

        Args:
            code: 1000 (done), 1001 (going away), 3000-4999 (your own), or 0 for a Close frame without a code.
            reason: at most 123 bytes of UTF-8.

        Raises:
            ValueError: a code that must not be sent, or a reason that is too long; nothing is changed.
            TypeError: `code` is no int, or `reason` no str.
        """
        self._link.close(code, reason)

    def get_connection_status(self) -> ConnectionStatus:
        """Tells `CONNECTION_DISCONNECTED`, `CONNECTION_CONNECTING`, or `CONNECTION_CONNECTED`, also while closing."""
        if self._link.is_open:
            return self.CONNECTION_CONNECTED
        return self.CONNECTION_DISCONNECTED if self._link.transport is None else self.CONNECTION_CONNECTING

    @property
    def close_code(self) -> int:
        """The code of the last close, as received: -1 before any, 1005 none given, 1006 no Close frame.

        Not in Godot 3. RFC 6455 section 7.4.
        """
        return self._close_code

    @property
    def close_reason(self) -> str:
        """The reason that came with `close_code`; "" where none was given. Not in Godot 3."""
        return self._close_reason

    # Settings

    @property
    def verify_ssl(self) -> bool:
        """Whether the server's certificate and name are checked (the default). Counts for the next connection."""
        return self._settings.verify_ssl

    @verify_ssl.setter
    def verify_ssl(self, enabled: bool) -> None:
        self._settings.verify_ssl = bool(enabled)

    def set_verify_ssl_enabled(self, enabled: bool) -> None:
        """Sets `verify_ssl`."""
        self.verify_ssl = enabled

    def is_verify_ssl_enabled(self) -> bool:
        """Tells `verify_ssl`."""
        return self.verify_ssl

    @property
    def trusted_ssl_certificate(self) -> str | bytes | os.PathLike[str] | SSLContext | None:
        """What to trust in place of the system's and certifi's roots; None (the default): these.

        A path to a PEM file, PEM text, DER bytes, or an `ssl.SSLContext`. Set it while disconnected: otherwise it is
        refused, which `last_error` tells, and keeps its value.
        """
        return self._settings.trusted_certificate

    @trusted_ssl_certificate.setter
    def trusted_ssl_certificate(self, certificate: str | bytes | os.PathLike[str] | SSLContext | None) -> None:
        if isinstance(certificate, os.PathLike):
            certificate = os.fspath(certificate)
        # By what it can do: the module that could say more is not loaded before the first wss.
        if not isinstance(certificate, str | bytes | None) and not hasattr(certificate, "wrap_bio"):
            raise TypeError(f"trusted_ssl_certificate takes a path, PEM, DER or an SSLContext, not {certificate!r}")
        if self._link.transport is not None:
            self._refuse(Error.ERR_ALREADY_IN_USE, "trusted_ssl_certificate can be set while disconnected only")
            return
        self._settings.trusted_certificate = certificate

    def set_trusted_ssl_certificate(self, certificate: str | bytes | os.PathLike[str] | SSLContext | None) -> None:
        """Sets `trusted_ssl_certificate`."""
        self.trusted_ssl_certificate = certificate

    def get_trusted_ssl_certificate(self) -> str | bytes | os.PathLike[str] | SSLContext | None:
        """Tells `trusted_ssl_certificate`."""
        return self.trusted_ssl_certificate

    @property
    def handshake_timeout(self) -> float:
        """Seconds that an attempt may take, from the name lookup to the server's answer; 0: for ever. Default 10.0.

        As with all timeouts, time in which nobody called `poll()` does not count. Not in Godot.
        """
        return self._settings.handshake_timeout

    @handshake_timeout.setter
    def handshake_timeout(self, seconds: float) -> None:
        self._settings.handshake_timeout = _seconds("handshake_timeout", seconds)

    @property
    def close_timeout(self) -> float:
        """Seconds that closing may take before it is given up; 0: for ever. Default 5.0. Not in Godot."""
        return self._settings.close_timeout

    @close_timeout.setter
    def close_timeout(self, seconds: float) -> None:
        self._settings.close_timeout = _seconds("close_timeout", seconds)

    @property
    def heartbeat_interval(self) -> float:
        """Seconds of silence before a ping, and again until the connection is given up; 0: never. Default 20.0.

        While reading is paused because nobody reads the packets, it rests. Not in Godot 3.
        """
        return self._settings.heartbeat_interval

    @heartbeat_interval.setter
    def heartbeat_interval(self, seconds: float) -> None:
        self._settings.heartbeat_interval = _seconds("heartbeat_interval", seconds)

    @property
    def poll_budget(self) -> float:
        """Seconds that one `poll()` may work, handlers included; default 0.004. What is left comes next time.

        The clock is looked at after each call of the handlers and after each read. Not in Godot.
        """
        return self._poll_budget

    @poll_budget.setter
    def poll_budget(self, seconds: float) -> None:
        self._poll_budget = _seconds("poll_budget", seconds)

    # Hooks for subclasses

    def _on_connect(self, protocol: str) -> None:
        """Called just before the handlers of `connection_established`. Empty: no need to call it from an override."""

    def _on_close_request(self, code: int, reason: str) -> None:
        """Called just before the handlers of `server_close_request`. Empty."""

    def _on_disconnect(self, was_clean: bool) -> None:
        """Called just before the handlers of `connection_closed`. Empty."""

    def _on_error(self) -> None:
        """Called just before the handlers of `connection_error`. Empty."""

    def _on_peer_packet(self) -> None:
        """Called just before the handlers of `data_received`, or of `peer_packet` in multiplayer mode. Empty."""

    # Polling

    def poll(self) -> None:
        """Does what is to be done, and returns: never blocks, and works for about `poll_budget` seconds at most.

        Call it once a frame. All signals are emitted in here. Without a connection nothing happens.

        Raises:
            RuntimeError: another thread has called it first.
            Exception: what a handler raised, once the others of that signal have run; several as an `ExceptionGroup`.
                What has not been told yet comes with the next call.
        """
        if not self._begin_poll():
            return
        try:
            self._poll()
        except BaseException as error:
            self._end_poll(error)
            raise
        self._end_poll()

    def _poll(self) -> None:
        while self._owed:
            owed = self._owed.popleft()
            self._emit(owed.signal, owed.hook, *owed.args)
        link = self._link
        transport = link.transport
        if transport is None:
            return
        clock = transport.clock
        deadline = clock() + self._poll_budget
        events = link.events
        inbox = link.inbox
        # While something that was read waits for time or room, nothing more is read: that holds the sender back.
        has_read = not events and (not inbox.packets or self._has_room(inbox))
        events.extend(transport.poll(read=has_read))
        while True:
            while events:
                if not self._tell_next(link, clock, deadline) or link.transport is not transport:
                    return
            if (has_read and not transport.has_more) or clock() >= deadline or not self._has_room(inbox):
                return
            has_read = True
            events.extend(transport.poll())

    def _has_room(self, inbox: PacketQueue) -> bool:
        if not inbox.is_full:
            return True
        if not self._has_warned_of_pause:
            self._has_warned_of_pause = True
            logger.warning("%d packets unread: call get_packet(). The server is held back", len(inbox.packets))
        return False

    def _tell_next(self, link: Link, clock: Callable[[], float], deadline: float) -> bool:
        """Applies the next event, then emits its signal. False where the rest has to wait for another `poll()`."""
        events = link.events
        event = events[0]
        if isinstance(event, Messages):
            try:
                if self._is_multiplayer:
                    return self._take_relayed(link, event) and clock() < deadline
                return self._take_messages(link, event, clock, deadline)
            finally:
                if not event.payloads and event in events:
                    events.remove(event)
        events.popleft()
        if isinstance(event, Owed):
            self._emit(event.signal, event.hook, *event.args)
        elif isinstance(event, Opened):
            self._apply_opened(link, event)
        elif isinstance(event, CloseReceived):
            self._apply_close_received(link, event)
        elif isinstance(event, Ended):
            self._apply_ended(link, event)
        return clock() < deadline

    def _take_messages(self, link: Link, messages: Messages, clock: Callable[[], float], deadline: float) -> bool:
        """Puts messages into the inbox, as many as find room, and emits `data_received` for each."""
        inbox, payloads, is_text = link.inbox, messages.payloads, messages.is_text
        transport = link.transport
        while payloads:
            room = self._room_for(link, payloads)
            if not room:
                return self._has_room(inbox)
            if not self._handlers["data_received"] and not self._has_packet_hook:
                inbox.extend(payloads[:room], is_text=is_text)
                del payloads[:room]
                continue
            hook = self._on_peer_packet if self._has_packet_hook else None
            told = 0
            try:
                for payload in payloads[:room]:
                    told += 1
                    inbox.append(payload, is_text=is_text)
                    self._emit("data_received", hook)
                    if clock() >= deadline or link.transport is not transport:
                        return False
            finally:
                del payloads[:told]
        return True

    def _room_for(self, link: Link, payloads: list[bytes]) -> int:
        # At the end nothing waits any more: what was read, one read at most, goes in whatever the limits say.
        return len(payloads) if isinstance(link.events[-1], Ended) else link.inbox.room_for(payloads)

    def _take_relayed(self, link: Link, messages: Messages) -> bool:
        """Multiplayer mode: takes the next message. False where there is no room for it."""
        if not self._room_for(link, messages.payloads[:1]):
            return self._has_room(link.inbox)
        payload = messages.payloads.pop(0)
        try:
            message = relay.decode(payload)
        except relay.RelayError as error:
            self._ignore(str(error))
            return True
        if isinstance(message, relay.RelayedPacket):
            self._sources.append(message.source)
            link.inbox.append(message.payload, is_text=False)
            hook = (lambda _source: self._on_peer_packet()) if self._has_packet_hook else None
            self._emit("peer_packet", hook, message.source)
        elif isinstance(message, relay.IdAssigned):
            self._unique_id = message.peer_id
        elif isinstance(message, relay.PeerAdded):
            self._apply_peer_added(link, message.peer_id)
        elif self._remove_peer(message.peer_id):
            self._emit("peer_disconnected", None, message.peer_id)
        return True

    def _apply_peer_added(self, link: Link, peer_id: int) -> None:
        if not self._add_peer(peer_id):
            return
        if peer_id == relay.SERVER_ID:
            self._has_succeeded = True
            link.events.appendleft(Owed("connection_succeeded", None, ()))  # comes second, whatever a handler raises
        self._emit("peer_connected", None, peer_id)

    def _apply_opened(self, link: Link, opened: Opened) -> None:
        link.is_open = True
        link.inbox.when_empty = Error.ERR_UNAVAILABLE
        if not self._is_multiplayer:
            self._emit("connection_established", self._on_connect, opened.subprotocol)

    def _apply_close_received(self, link: Link, close: CloseReceived) -> None:
        link.has_received_close = True
        self._close_code, self._close_reason = close.code, close.reason
        if not close.is_answer:
            code = 0 if close.code == NO_CODE else close.code  # Godot tells 0 where the server gave none
            self._emit("server_close_request", self._on_close_request, code, close.reason)

    def _apply_ended(self, link: Link, ended: Ended) -> None:
        if ended.failure is not None:
            link.last_error = ConnectionFailure.of_connection(ended.failure)
        owed = self._end(link, was_clean=ended.was_clean)
        self._emit(owed.signal, owed.hook, *owed.args)

    def _end(self, link: Link, *, was_clean: bool) -> Owed:
        """Lets the connection go, and gives the signal that ends it."""
        was_open = link.is_open
        if was_open and not link.has_received_close:
            self._close_code, self._close_reason = NO_CLOSE_FRAME, ""
        link.let_go()
        if self._is_multiplayer:
            link.inbox.when_empty = Error.ERR_UNAVAILABLE
            had_succeeded, self._has_succeeded = self._has_succeeded, False
            self._forget_session()
            return Owed("server_disconnected" if had_succeeded else "connection_failed", None, ())
        if was_open:
            return Owed("connection_closed", self._on_disconnect, (was_clean,))
        return Owed("connection_error", self._on_error, ())

    # The object itself

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Says goodbye to the server and lets the socket go. The signal that ends it is left to a later `poll()`."""
        self.disconnect_from_host()
        if self._link.transport is not None:
            self._owed.append(self._end(self._link, was_clean=False))

    def __del__(self) -> None:
        link = getattr(self, "_link", None)  # __init__ may have failed
        if link is None or link.transport is None:
            return
        if link.is_open and not link.is_closing_here:
            link.close(1000, "")
            warnings.warn(f"{self!r} was dropped while open: call disconnect_from_host()", ResourceWarning, 2, self)
        link.let_go()

    def __repr__(self) -> str:
        state = self.get_connection_status().name.removeprefix("CONNECTION_")
        return f"<{type(self).__name__} {state}{f' {self._url}' if self._url else ''}>"

    def __reduce_ex__(self, protocol: SupportsIndex) -> Never:
        """Refused: copies and pickles of a client would share its socket."""
        raise TypeError(f"a {type(self).__name__} cannot be copied or pickled: it owns a connection")


def _seconds(name: str, value: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{name} takes seconds as a number, not {value!r}")
    if not 0 <= value < math.inf:
        raise ValueError(f"{name} takes seconds from 0 on, not {value!r}")
    return float(value)
