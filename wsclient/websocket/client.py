"""WebSocketClient: Godot's, driven by `poll()` from a game loop."""

from __future__ import annotations

import logging
import warnings
from threading import get_ident
from typing import TYPE_CHECKING, Final

from wsclient.core.signal import Signal
from wsclient.ground.error import Error
from wsclient.protocol.arguments import check_headers, check_subprotocols
from wsclient.protocol.close_code import CloseCode
from wsclient.protocol.errors import InvalidArgument
from wsclient.protocol.events import CloseReceived, Ended, Messages, Opened
from wsclient.protocol.url import URL
from wsclient.transport.base import OpeningRequest
from wsclient.transport.default import default_transport
from wsclient.websocket.connection_failure import ConnectionFailure
from wsclient.websocket.connection_statistics import ConnectionStatistics
from wsclient.websocket.fork_guard import guard
from wsclient.websocket.multiplayer_peer import Owed, WebSocketMultiplayerPeer
from wsclient.websocket.settings import WebSocketSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from types import TracebackType
    from typing import Never, Self, SupportsIndex

    from wsclient.core.networked_multiplayer_peer import ConnectionStatus
    from wsclient.protocol.events import Event
    from wsclient.transport.base import Settings, Transport
    from wsclient.transport.ready_set import SharedWatch
    from wsclient.websocket.link import Link
    from wsclient.websocket.packet_queue import PacketQueue

__all__ = ["WebSocketClient"]

logger: Final = logging.getLogger("wsclient.client")

_DEFAULT_TRANSPORT: Final = default_transport()  # chosen at load, where imports may take their time

# RFC 6455 section 7.1.5: what stands for a code that was not received.

# Bytes of whole messages that one poll() reads and leaves to be taken. Arbitrary: more than a game is sent in a
# frame, and few enough that the memory that they were in is still warm when the next come.
_ENOUGH = 1024 * 1024

_HOOKS = {
    "connection_established": "_on_connect",
    "connection_error": "_on_error",
    "connection_closed": "_on_disconnect",
    "server_close_request": "_on_close_request",
}


class WebSocketClient(WebSocketSettings, WebSocketMultiplayerPeer):
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

    # What each idle poll() looks at. Of this class's own, so that others can be mixed into its bases.
    __slots__ = ("_deferred", "_is_resting", "_polls", "_thread", "_watch")

    connection_established: Final = Signal[str]("protocol")
    """The connection is open; with the sub-protocol that the server chose, "" where none. Normal mode."""
    connection_error: Final = Signal[()]()
    """The attempt failed: it was never open. See `last_error`. Normal mode."""
    connection_closed: Final = Signal[bool]("was_clean_close")
    """The connection is over. Clean: a Close frame went out, and a valid one came in. Normal mode."""
    server_close_request: Final = Signal[int, str]("code", "reason")
    """The server closes; code 0 where it gave none. The answer is on its way, `connection_closed` follows."""
    data_received: Final = Signal[()]()
    """A message can be read; emitted once for each. Normal mode."""

    def __init__(self, *, transport: Callable[[Settings], Transport] | None = None) -> None:
        super().__init__()
        self._new_transport: Callable[[Settings], Transport] = transport or _DEFAULT_TRANSPORT
        self._url: URL | None = None
        self._close_code = -1
        self._close_reason = ""
        self._has_warned_of_pause = False
        self._clock: Callable[[], float] = float  # stands at 0.0 until there is a transport, which has one
        self._polls = 0
        self._longest_poll = 0.0
        self._started = 0.0  # the poll() that is running, on the clock
        self._has_read = False  # whether that poll() has
        self._is_resting = False  # whether the last one left nothing to tell, and room for what comes
        self._watch: SharedWatch | None = None  # the transport's, while resting

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
            `OK`: started. `ERR_INVALID_PARAMETER`: an argument is wrong, see `last_error`. `ERR_UNAVAILABLE`: a
            browser cannot do what an argument asks for. `ERR_ALREADY_IN_USE`:
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
        transport = self._new_transport(self._settings)
        if refusal := transport.refusal_of(request):
            return self._refuse(Error.ERR_UNAVAILABLE, refusal)
        if self._link.transport is not None:  # our own close is still pending: it ends here
            self._end(self._link, was_clean=False)
        self._url = request.url
        self._has_warned_of_pause = False
        self._watch, self._polls, self._longest_poll = None, 0, 0.0
        self._settings.max_message_size = self._incoming.max_bytes
        self._clock = transport.clock
        link = self._renew(is_multiplayer=bool(gd_mp_api))
        link.transport = transport
        guard(link)
        transport.open(request)
        return Error.OK

    def disconnect_from_host(self, code: int = 1000, reason: str = "") -> None:
        """Closes the connection. The Close frame leaves at once, behind what waits to be sent.

        What the server sends until it answers is still received; nothing can be sent any more. `connection_closed`
        tells the end: True when the server has answered, False when it does not within `close_timeout`. While still
        connecting, the attempt ends at once and without a signal. Without a connection, nothing happens.

        Args:
            code: 1000 (done), 1001 (going away), 3000-4999 (your own), or 0 for a Close frame without a code.
            reason: at most 123 bytes of UTF-8; not sent with code 0.

        Raises:
            ValueError: a code that must not be sent, or a reason that is no text or too long; nothing is changed.
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

    # Measuring

    def get_latency(self) -> float:
        """Tells the round trip of the last ping, in seconds; -1.0 before the first, and while not open.

        Not in Godot. See `heartbeat_interval`, which sends a ping into each silence.
        """
        transport = self._link.transport
        return -1.0 if transport is None else transport.latency

    def get_statistics(self) -> ConnectionStatistics:
        """Counts what happened since `connect_to_url`; after the end too. Not in Godot."""
        link, transport = self._link, self._link.transport
        return ConnectionStatistics(
            messages_received=link.inbox.received,
            messages_sent=link.sent_messages,
            messages_ignored=self._ignored_messages,
            bytes_received=link.inbox.received_bytes,
            bytes_sent=link.sent_bytes,
            unread_packets=len(link.inbox.packets),
            unread_bytes=link.inbox.size,
            unsent_packets=link.buffered_messages,
            unsent_bytes=link.buffered_amount,
            polls=self._polls + (0 if self._watch is None else self._watch.spent),
            longest_poll=self._longest_poll,
            silence=-1.0 if transport is None else transport.silence,
        )

    # Hooks for subclasses

    def _on_connect(self, protocol: str) -> None:
        """Called just before the handlers of `connection_established`. Empty: no need to call it from an override."""

    def _on_close_request(self, code: int, reason: str) -> None:
        """Called just before the handlers of `server_close_request`. Empty."""

    def _on_disconnect(self, was_clean: bool) -> None:
        """Called just before the handlers of `connection_closed`. Empty."""

    def _on_error(self) -> None:
        """Called just before the handlers of `connection_error`. Empty."""

    # Polling

    def poll(self) -> None:
        """Does what is to be done, and returns: never blocks, and works for about `poll_budget` seconds at most.

        Call it once a frame. All signals are emitted in here. Without a connection nothing happens.

        Raises:
            RuntimeError: another thread has called it first; or the connection is that of the process which forked
                this one.
            Exception: what a handler raised, once the others of that signal have run; several as an `ExceptionGroup`.
                What has not been told yet comes with the next call.
        """
        thread = get_ident()
        if thread != self._thread:
            self._claim(thread)
        # Most polls of a game find nothing: they end here, before anything is set up to emit. Among many clients, which
        # are asked for together, they call nothing.
        watch = self._watch
        if watch is not None:
            ready_set = watch.resting
            if ready_set is not None and watch.spare and not watch.waiting and not self._deferred:
                snapshot = ready_set.snapshot
                if watch.rank > snapshot.rank and watch.seen is not snapshot:
                    watch.seen = snapshot
                    watch.spare -= 1
                    return
            self._polls += watch.replenish()
        # Elsewhere after one question.
        transport = self._link.transport
        if self._is_resting and transport is not None and transport.is_quiet() and not self._deferred:
            self._polls += 1
            return
        if self._is_polling:
            return
        if not self._step():
            self._rest()
            return
        self._is_resting, self._watch = False, None
        try:
            self._is_polling = True
            self._work()
        except BaseException as error:
            self._end_poll(error)
            raise
        else:
            self._end_poll()
        finally:
            self._is_polling = False  # here too: Ctrl+C may have kept _end_poll from it
            self._longest_poll = max(self._longest_poll, self._clock() - self._started)

    def _step(self) -> bool:
        """Takes one step of the connection. Whether there is anything to do then."""
        self._polls += 1
        self._started = self._clock()
        link = self._link
        transport = link.transport
        if transport is None:
            return self._owed is not None or bool(self._deferred)
        events = link.events
        if events:  # read before, and waiting for time or room: nothing more is read, which holds the sender back
            self._has_read = False
            if not isinstance(events[-1], Ended):
                events += transport.poll(read=False)
            return True
        self._has_read = has_read = not link.inbox.packets or self._has_room(link.inbox)
        events += transport.poll(read=has_read)
        return bool(events or transport.has_more or self._owed is not None or self._deferred)

    def _rest(self) -> None:
        transport = self._link.transport
        self._is_resting = True
        self._watch = None if transport is None else transport.shared_watch

    def _work(self) -> None:
        """Tells what has happened and reads on, until nothing is left, or no time, or no room."""
        link, clock, deadline = self._link, self._clock, self._started + self._poll_budget
        transport = link.transport
        enough = link.inbox.received_bytes + _ENOUGH
        if self._owed is not None:
            self._emit_owed(self._owed)
            if clock() >= deadline:
                return
        while transport is not None and link.transport is transport:
            if link.events:
                if not self._tell_next(link, deadline):
                    return
            elif self._has_read and (not transport.has_more or link.inbox.received_bytes >= enough):
                return  # there is no more, or enough of it
            elif clock() >= deadline or not self._has_room(link.inbox):
                return
            else:
                self._has_read = True
                link.events += transport.poll()

    def _has_room(self, inbox: PacketQueue) -> bool:
        if not inbox.is_full:
            return True
        self._warn_of_pause(inbox)
        return False

    def _warn_of_pause(self, inbox: PacketQueue) -> None:
        if not self._has_warned_of_pause:
            self._has_warned_of_pause = True
            logger.warning("%d packets unread: call get_packet(). The server is held back", len(inbox.packets))

    def _tell_next(self, link: Link, deadline: float) -> bool:
        """Applies the next event, then emits its signal. False where the rest has to wait for another `poll()`."""
        event = link.events[0]
        if isinstance(event, Messages):
            return self._tell_messages(link, event, deadline)
        self._tell_event(link, event)
        return self._clock() < deadline

    def _tell_messages(self, link: Link, messages: Messages, deadline: float) -> bool:
        """Puts messages into the inbox, as many as find room, and emits `data_received` for each."""
        events, inbox, payloads = link.events, link.inbox, messages.payloads
        if not payloads:  # all told; Ctrl+C came before they were taken off
            del events[0]
            return True
        # At the end nothing waits any more: what was read, one read at most, goes in whatever the limits say.
        room = len(payloads) if isinstance(events[-1], Ended) else inbox.room_for(messages)
        if not room:
            self._warn_of_pause(inbox)
            return False
        if self._is_multiplayer:
            return self._tell_relayed(link, messages, room, deadline)
        if self._has_packet_hook or self._handlers["data_received"]:
            return self._tell_each(link, messages, room, deadline)
        # Nobody listens: all at once.
        if room == len(payloads):
            del events[0]
        else:
            messages = messages.take(room)
        inbox.extend(messages)
        return True

    def _tell_each(self, link: Link, messages: Messages, room: int, deadline: float) -> bool:
        """Puts one message after the other into the inbox, and emits `data_received` for each before the next."""
        # What a game pays for each message that it handles by signal: local names, and as a rule no call but the
        # handler's and the look at the clock.
        clock, transport, inbox = self._clock, link.transport, link.inbox
        add, sole_handlers = inbox.packets.append, self._sole_handlers
        hook = self._on_peer_packet if self._has_packet_hook else None
        inbox.announce(messages)
        try:
            for number, payload in enumerate(messages.payloads[:room], inbox.received + 1):
                inbox.received = number
                add(payload)
                if (handler := sole_handlers["data_received"]) and not hook and not self._is_blocking_signals:
                    handler()
                else:
                    self._emit("data_received", hook)
                if clock() >= deadline or link.transport is not transport:
                    return False
        finally:
            _forget_told(link, messages, inbox.settle())
        return True

    def _tell_relayed(self, link: Link, messages: Messages, room: int, deadline: float) -> bool:
        """Applies one message of the server after the other, in multiplayer mode."""
        transport = link.transport
        told = 0
        try:
            for payload in messages.payloads[:room]:
                told += 1
                self._take_relayed(payload)
                if self._clock() >= deadline or link.transport is not transport:
                    return False
        finally:
            _forget_told(link, messages, told)
        return True

    def _tell_event(self, link: Link, event: Event) -> None:
        # Taken off when it has been applied and before it is told, so that Ctrl+C loses no event, nor tells one twice.
        if isinstance(event, Opened):
            link.open()
            del link.events[0]
            if not self._is_multiplayer:
                self._tell("connection_established", event.subprotocol)
        elif isinstance(event, CloseReceived):
            link.has_received_close = True
            self._close_code, self._close_reason = event.code, event.reason
            del link.events[0]
            if not event.is_answer:
                code = 0 if event.code == CloseCode.NO_STATUS else event.code  # as Godot says it
                self._tell("server_close_request", code, event.reason)
        elif isinstance(event, Ended):
            if event.failure is not None:
                link.last_error = ConnectionFailure.of_connection(event.failure)
            self._end(link, was_clean=event.was_clean)
            if self._owed is not None:
                self._emit_owed(self._owed)
        else:  # of pings and pongs a transport of the user's may tell
            del link.events[0]

    def _end(self, link: Link, *, was_clean: bool) -> None:
        """Lets the connection go. The signal that ends it is owed from now on."""
        was_open = link.is_open
        if was_open and not link.has_received_close:
            self._close_code, self._close_reason = CloseCode.ABNORMAL_CLOSURE.value, ""
        if self._is_multiplayer:
            owed = self._end_of_session()
        else:
            owed = Owed("connection_closed", (was_clean,)) if was_open else Owed("connection_error")
        if link.transport is not None:
            link.transport.abort()
        # In one line: so Ctrl+C finds a connection that goes on, or one whose end will be told.
        self._owed, link.transport, link.is_open = owed, None, False
        link.let_go()
        self._forget_session()

    def _tell(self, signal: str, *args: object) -> None:
        # The hook is looked up by name when it is called: kept, it would keep the client alive.
        self._emit(signal, getattr(self, _HOOKS[signal]) if signal in _HOOKS else None, *args)

    # The object itself

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Says goodbye to the server and lets the socket go. The signal that ends it is left to a later `poll()`."""
        self.disconnect_from_host()
        if self._link.transport is not None:
            self._end(self._link, was_clean=False)

    def __del__(self) -> None:
        link = getattr(self, "_link", None)  # __init__ may have failed
        if link is None or link.transport is None:
            return
        is_dropped = link.is_open and not link.is_closing_here
        message = f"{self!r} was dropped while open: call disconnect_from_host()" if is_dropped else ""
        link.close(CloseCode.NORMAL_CLOSURE, "")
        link.let_go()
        if is_dropped:
            warnings.warn(message, ResourceWarning, stacklevel=2, source=self)

    def __repr__(self) -> str:
        state = self.get_connection_status().name.removeprefix("CONNECTION_")
        return f"<{type(self).__name__} {state}{f' {self._url}' if self._url else ''}>"

    def __reduce_ex__(self, protocol: SupportsIndex) -> Never:
        """Refused: copies and pickles of a client would share its socket."""
        raise TypeError(f"a {type(self).__name__} cannot be copied or pickled: it owns a connection")


def _forget_told(link: Link, messages: Messages, count: int) -> None:
    """Takes the first messages of the run that is told off it; with the last of them, the run itself."""
    messages.take(count)
    if not messages.payloads and link.events:
        del link.events[0]
