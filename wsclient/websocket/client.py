"""WebSocketClient: Godot's, driven by `poll()` from a game loop."""

from __future__ import annotations

import logging
import sys
import warnings
from _thread import get_ident
from typing import TYPE_CHECKING, Final

from wsclient.core.signal import Signal
from wsclient.ground.error import Error
from wsclient.multiplayer.session import SERVER_ID
from wsclient.protocol.arguments import check_headers, check_subprotocols
from wsclient.protocol.errors import InvalidArgument
from wsclient.protocol.url import URL
from wsclient.transport.base import OpeningRequest, needs_nobody
from wsclient.transport.default import default_transport
from wsclient.websocket.client_sender import ClientSender
from wsclient.websocket.fork_guard import guard
from wsclient.websocket.link import Link, WriteMode
from wsclient.websocket.link_polling import LinkPolling
from wsclient.websocket.link_statistics import statistics_of
from wsclient.websocket.mailbox import Mailbox
from wsclient.websocket.multiplayer_peer import WebSocketMultiplayerPeer
from wsclient.websocket.peer import WebSocketPeer
from wsclient.websocket.reconnector import End, Reconnector
from wsclient.websocket.settings import WebSocketClientSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from types import TracebackType
    from typing import Self

    from wsclient.core.networked_multiplayer_peer import ConnectionStatus
    from wsclient.core.packet_peer import BytesLike
    from wsclient.transport.base import Settings, Transport
    from wsclient.websocket.connection_failure import ConnectionFailure
    from wsclient.websocket.connection_statistics import ConnectionStatistics
    from wsclient.websocket.link_events import OwedSignal
    from wsclient.websocket.reconnector import Policy

__all__ = ["WebSocketClient"]

logger: Final = logging.getLogger("wsclient.client")

_DEFAULT_TRANSPORT: Final = default_transport()  # chosen at import, when importing may take time
_TEXT: Final = WriteMode.WRITE_MODE_TEXT  # looked up once, see link.py


class WebSocketClient(WebSocketMultiplayerPeer, WebSocketClientSettings, ClientSender, LinkPolling):
    """A WebSocket client that never blocks and needs no thread.

    Call `poll()` once per frame.

        client = WebSocketClient()
        client.data_received.connect(lambda: print(client.get_message()))
        client.connect_to_url("ws://localhost:8765")
        while running:
            client.poll()

    `connect_to_url` starts an attempt. `connection_established` is emitted when it is open, and `data_received` when a
    message can be read. Every attempt ends with exactly one of `connection_error` and `connection_closed`, unless
    `disconnect_from_host` ends it while it is still connecting. `last_error` says why it ended. The same object may
    connect again, even from a handler.

    Signals are only emitted inside `poll()`. A handler may call every method; `poll()` inside `poll()` does nothing. An
    object belongs to one thread.

    Args:
        transport: makes the transport of a connection from the settings; None for sockets of this system.
    """

    # Read by each idle poll(). They are slots of this class, so that other classes can be mixed into its bases.
    __slots__ = ("_deferred", "_is_resting", "_meter", "_thread")

    connection_established: Final = Signal[str]("protocol")
    """Emitted when the connection is open, with the subprotocol that the server chose, or "". Normal mode."""
    connection_error: Final = Signal[()]()
    """Emitted when the attempt has failed, without ever being open; see `last_error`. Normal mode."""
    connection_closed: Final = Signal[bool]("was_clean_close")
    """Emitted when the connection has ended, with True if both sides sent a valid Close frame. Normal mode."""
    server_close_request: Final = Signal[int, str]("code", "reason")
    """Emitted when the server closes, with code 0 if it sent none. `connection_closed` follows."""
    data_received: Final = Signal[()]()
    """Emitted once for each message that can be read. Normal mode."""
    message_received: Final = Signal[str | bytes]("message")
    """Emitted with each message, a `str` or `bytes`. Normal mode; not in Godot.

    If this signal has handlers, messages are passed to them instead of the queue. Then `data_received` is not emitted,
    and `get_message()` does not return these messages. If a handler of `data_received` connects the first one, messages
    that were read together with its own are still queued.
    """
    reconnecting: Final = Signal[int, float]("attempt", "delay")
    """Emitted right after an end, if another attempt begins after `delay` seconds. Not in Godot.

    It needs a `reconnect_policy`. A handler may change settings for the attempt, such as a token.
    """
    reconnection_failed: Final = Signal[()]()
    """Emitted right after an end, if the `reconnect_policy` gives up. Not in Godot."""
    messages_available: Final = Signal[int]("count")
    """Emitted when messages of a `poll()` can be read; `count` includes earlier ones. Not in Godot.

    It is emitted once for each poll. With `get_messages()`, this is cheaper than a call for each message. Normal mode.
    """

    pong_received: Final = Signal[bytes, float]("payload", "seconds")
    """Emitted when the server has answered a `ping()`, with the seconds that it took. Not in Godot."""

    _made_by_init = "_peer"

    def __init__(self, *, transport: Callable[[Settings], Transport] | None = None) -> None:
        super().__init__()
        self._new_transport: Callable[[Settings], Transport] = transport or _DEFAULT_TRANSPORT
        self._request: OpeningRequest | None = None  # of the last connect_to_url
        self._owed: OwedSignal | End | None = None
        self._reconnector: Reconnector | None = None
        self._has_read = False  # True if the running poll() has read
        self._is_resting = False  # True if the last poll left nothing to emit, and received data has room
        self._mailbox = Mailbox()
        self._peer: WebSocketPeer | None = None  # made when it is asked for, because it takes 2 KiB
        self._attach(Link())

    # Connecting and closing

    def connect_to_url(
        self,
        url: str,
        protocols: Iterable[str] = (),
        gd_mp_api: bool = False,
        custom_headers: Iterable[str] | Mapping[str, str] = (),
    ) -> Error:
        """Starts to connect, and returns immediately. `poll()` emits the result.

        Args:
            url: the address: `ws://` or `wss://`, the host and, if needed, a port, path and query. Without a scheme it
                is `ws://`. A user name and password in it are sent as Basic authorization. For a Unix domain socket,
                use `ws+unix:///path/to.sock:/resource`.
            protocols: the subprotocols to ask for, the preferred one first. If there are any, the server has to choose
                one.
            gd_mp_api: True for multiplayer mode, to join a Godot 3 game as a peer.
            custom_headers: more headers for the request, as `"Name: value"` strings or a mapping.

        Returns:
            `OK` if the attempt has started. `ERR_INVALID_PARAMETER` if an argument is wrong (see `last_error`),
            `ERR_UNAVAILABLE` if a browser cannot do what an argument asks for, and `ERR_ALREADY_IN_USE` if the client
            is connecting or connected already. In that case, call `disconnect_from_host` first; there is no need to
            wait for its end. Nothing changes unless the result is `OK`.

        Raises:
            TypeError: an argument has the wrong type.
        """
        self._link.check_thread()
        try:
            request = OpeningRequest(URL.parse(url), check_subprotocols(protocols), check_headers(custom_headers))
        except InvalidArgument as error:
            return self._refuse_to_connect(Error.ERR_INVALID_PARAMETER, str(error), error)
        if self._is_owned():
            return self._refuse_to_connect(Error.ERR_ALREADY_IN_USE, "this client is connecting or connected already")
        transport = self._new_transport(self._settings)
        if refusal := transport.refusal_of(request):
            return self._refuse_to_connect(Error.ERR_UNAVAILABLE, refusal)
        if self._link.transport is not None:  # our own close is still in progress, and ends here
            self._end(self._link, was_clean=False)
        self._stop_reconnecting("connect_to_url() was called")
        self._request = request
        self._meter.restart(transport.clock)
        self._begin(self._renew(is_multiplayer=bool(gd_mp_api)), transport, request)
        return Error.OK

    def disconnect_from_host(self, code: int = 1000, reason: str = "") -> None:
        """Closes the connection. The Close frame is sent after the waiting messages.

        Nothing can be sent from then on, but data is received until the server answers. At the end, `connection_closed`
        is emitted with True if the server has answered, and with False if it has not within `close_timeout`. An attempt
        that is still connecting ends immediately and without a signal. Without a connection, nothing happens.

        Args:
            code: 1000 (done), 1001 (going away), 3000-4999 (the program's own), or 0 for a Close frame without a code.
            reason: at most 123 bytes of UTF-8; not sent with code 0.

        Raises:
            ValueError: the code must not be sent, or the reason is not valid text or too long; nothing changes.
            TypeError: `code` is not an int, or `reason` is not a str.
        """
        self._link.close(code, reason)
        self._stop_reconnecting("disconnect_from_host() was called")

    def get_connection_status(self) -> ConnectionStatus:
        """Returns the state of the connection.

        While closing, it is still connected. The result is `CONNECTION_DISCONNECTED`, `CONNECTION_CONNECTING` or
        `CONNECTION_CONNECTED`.
        """
        if self._link.is_open:
            return self.CONNECTION_CONNECTED
        return self.CONNECTION_DISCONNECTED if self._link.transport is None else self.CONNECTION_CONNECTING

    @property
    def close_code(self) -> int:
        """Returns the received code of the last close.

        Returns -1 before any close, 1005 for a Close without a code, and 1006 if there was no Close frame.

        Not in Godot 3. RFC 6455 section 7.4.
        """
        return self._link.close_code

    @property
    def close_reason(self) -> str:
        """Returns the reason received with `close_code`; "" if none. Not in Godot 3."""
        return self._link.close_reason

    # Connecting again

    @property
    def reconnect_policy(self) -> Policy | None:
        """The `ReconnectPolicy` for automatic reconnection; None by default.

        With None, the client does not reconnect. Not in Godot.

        It may be set at any time, and applies to later ends. Setting it to None silently ends a wait.
        """
        return None if self._reconnector is None else self._reconnector.policy

    @reconnect_policy.setter
    def reconnect_policy(self, policy: Policy | None) -> None:
        self._link.check_thread()
        if policy is None:
            self._stop_reconnecting("reconnect_policy was set to None")
            self._reconnector = None
        elif isinstance(policy, type) or not callable(getattr(policy, "delay", None)):
            raise TypeError(f"reconnect_policy takes a ReconnectPolicy or None, not {policy!r}")
        elif self._reconnector is None:
            self._reconnector = Reconnector(policy)
        else:
            self._reconnector.policy = policy
        if self._is_owned() or self.time_to_reconnect >= 0.0:
            self._keep_if_wanted(self._link)

    @property
    def time_to_reconnect(self) -> float:
        """Returns the seconds until the next attempt; -1.0 if none is scheduled.

        Not in Godot.
        """
        return -1.0 if self._reconnector is None else self._reconnector.time_left(self._meter.clock())

    def reconnect_now(self) -> None:
        """Makes the next `poll()` begin the scheduled attempt. Not in Godot.

        If none is scheduled, nothing happens.
        """
        self._link.check_thread()
        if self._reconnector is not None:
            self._reconnector.hurry(self._meter.clock())
            self._link.wake()

    # Peers

    def get_peer(self, peer_id: int) -> WebSocketPeer | None:
        """Returns the connection to the server, peer 1.

        For any other id, logs that and returns None.
        """
        if peer_id == SERVER_ID:
            self._peer = self._peer or WebSocketPeer(self._link)
            return self._peer
        logger.error("get_peer: %r is not 1; a client is connected to the server alone", peer_id)
        return None

    def get_peers(self) -> list[int]:
        """Returns the ids of the peers in this session, with the server's.

        Multiplayer mode only. Not in Godot 3.
        """
        return [] if self._session is None else self._session.peers

    def get_unique_id(self) -> int:
        """Returns this peer's own id, which the server has assigned.

        Returns 0 before that, after the end, and in normal mode.
        """
        return 0 if self._session is None else self._session.own_id

    # Packets

    @property
    def last_error(self) -> ConnectionFailure | None:
        """Returns the failure of the last connection or refused call.

        A failed attempt or connection comes first. Returns None if neither failed.

        The failure of a connection is kept until the next `connect_to_url`, even if calls are refused meanwhile. Not in
        Godot.
        """
        return self._link.last_error

    @property
    def last_refusal(self) -> ConnectionFailure | None:
        """Returns why the last call was refused. Not in Godot.

        Returns None if none was refused since `connect_to_url`.
        """
        return self._link.failures.refusal

    def put_packet(self, buffer: BytesLike) -> Error:
        """Sends one packet; see `PacketPeer.put_packet`.

        In multiplayer mode, it is sent to the target peer.
        """
        if self._session is not None or type(buffer) is not bytes:
            return super().put_packet(buffer)
        link = self._link  # as in `Link.put`: this is what games call most, so it makes no call that it can avoid
        return link.send(buffer, link.write_mode is _TEXT)

    def _put_packet(self, packet: bytes) -> Error:
        session = self._session
        if session is None:
            return self._link.put(packet)
        if not packet:
            return Error.OK  # as in Godot, nothing is sent
        if self._link.is_open and not session.own_id:
            return self._refuse(
                Error.FAILED,
                "nothing can be sent to peers before the session is joined",
                hint="Wait for connection_succeeded",
            )
        return self._link.send(session.wrap(packet, self._target_peer), False)

    def _send_message(self, payload: bytes, *, is_text: bool) -> Error:
        if self._session is None:
            return self._link.send(payload, is_text)
        if is_text:
            return self._refuse(
                Error.ERR_UNAVAILABLE, "packets between peers are binary", hint="put_packet(text.encode())"
            )
        return self._put_packet(payload)

    # Measuring

    def get_latency(self) -> float:
        """Returns the round trip of the last ping, in seconds; -1.0 before the first.

        Not in Godot.

        A ping is sent every `heartbeat_interval`. The last value is kept until the next `connect_to_url`.
        """
        return self._link.latency

    def get_statistics(self) -> ConnectionStatistics:
        """Returns the counters since `connect_to_url`, after the end too.

        Not in Godot.
        """
        return statistics_of(self._link, self._session, self._meter)

    # Hooks for subclasses

    def _on_connect(self, protocol: str) -> None:
        """Called just before the handlers of `connection_established`.

        Empty, so an override does not have to call it.
        """

    def _on_close_request(self, code: int, reason: str) -> None:
        """Called just before the handlers of `server_close_request`. Empty."""

    def _on_disconnect(self, was_clean: bool) -> None:
        """Called just before the handlers of `connection_closed`. Empty."""

    def _on_error(self) -> None:
        """Called just before the handlers of `connection_error`. Empty."""

    # Polling

    def poll(self) -> None:
        """Does the waiting work without blocking.

        This takes about `poll_budget` seconds at most.

        Call it once per frame. All signals are emitted in here. Without a connection, nothing happens.

        Raises:
            RuntimeError: another thread called it first, or the connection belongs to the process that forked this one.
            Exception: the exception of a handler, when the others of that signal have run; an `ExceptionGroup` if there
                are several. The next call emits the remaining signals.
        """
        thread = get_ident()
        if thread != self._thread:
            self._claim(thread)
        # Most polls of a game find nothing, and end here, before the signals are prepared.
        transport = self._link.transport
        if self._is_resting and transport is not None and transport.is_quiet() and not self._deferred:
            self._meter.count += 1
            return
        try:
            self._poll_awake()
        finally:
            if (wake := self._link.wake) is not needs_nobody:
                wake()  # a group that watches this client has to find out what it waits for now

    # The link

    def _begin(self, link: Link, transport: Transport, request: OpeningRequest) -> None:
        """Begins an attempt."""
        self._settings.max_message_size = self._incoming.max_bytes
        self._settings.max_waiting = self._incoming.max_packets
        if self._reconnector is not None:
            self._keep_if_wanted(link)
        host, port = request.url.host, request.url.port
        link.place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        link.carry(transport)
        guard(link)
        transport.open(request)
        link.wake()

    def _connect_again(self) -> bool:
        """Begins the scheduled attempt if it is due. Returns True if it was."""
        reconnector, request = self._reconnector, self._request
        if reconnector is None or request is None or reconnector.due > self._meter.clock():
            return False
        request = request.replace(connect_timeout=reconnector.begin())
        transport = self._new_transport(self._settings)
        self._has_read = False
        link = self._renew_for_another()
        if refusal := transport.refusal_of(request):
            link.refuse(Error.ERR_UNAVAILABLE, refusal)
            self._end(link, was_clean=False, failure=link.failures.refusal)
        else:
            self._begin(link, transport, request)
        return True

    def _stop_reconnecting(self, why: str) -> None:
        """Cancels the scheduled attempt and drops kept messages.

        It is used when a call has decided otherwise.
        """
        if self._reconnector is None:
            return
        self._reconnector.restart()
        self._link.stop_keeping(why)
        if isinstance(self._owed, End):
            self._owed = None
        elif self._owed is not None:
            self._owed = self._owed.replace(end=None)

    def _keep_if_wanted(self, link: Link) -> None:
        """Keeps messages sent while this link is not open, if the policy wants it.

        Packets to peers are not kept.
        """
        if self._reconnector is None or self._session is not None or link.kept is not None:
            return
        if self._reconnector.policy.keep_unsent:
            from wsclient.transport import unsent_log  # noqa: F401, PLC0415 - only for such policies
            from wsclient.websocket.kept_messages import KeptMessages  # noqa: PLC0415 - as above

            link.keep(KeptMessages())

    def _is_owned(self) -> bool:
        """Returns True if there is an attempt or a connection.

        One that was asked to close does not count.
        """
        return self._link.transport is not None and not self._link.is_closing_here

    def _refuse(self, error: Error, message: str, cause: BaseException | None = None, *, hint: str = "") -> Error:
        return self._link.refuse(error, message, cause, hint=hint)

    def _refuse_to_connect(self, error: Error, message: str, cause: BaseException | None = None) -> Error:
        self._link.failures.ending = None  # the reason for giving up is more important now
        hint = "Call disconnect_from_host() first" if error is Error.ERR_ALREADY_IN_USE else ""
        return self._refuse(error, message, cause, hint=hint)

    def _renew(self, *, is_multiplayer: bool) -> Link:
        """Begins with a new link and a new session, since the previous ones have ended."""
        self._session = self._new_session() if is_multiplayer else None
        before = self._link
        link = Link(
            self._incoming,
            self._outgoing,
            write_mode=before.write_mode,
            auto_flush=before.auto_flush,
            error_while_closed=Error.ERR_UNAVAILABLE if is_multiplayer else Error.FAILED,
        )
        link.close_code, link.close_reason = before.close_code, before.close_reason
        link.wake = before.wake
        return self._attach(link)

    def _renew_for_another(self) -> Link:
        """Begins a new link for an automatic attempt.

        Readable messages and counters are carried over.
        """
        before, session = self._link, self._session
        link = self._renew(is_multiplayer=session is not None)
        link.take_over(before, self._incoming)
        if self._session is not None and session is not None:
            self._session.sources.extend(session.sources)
        return self._attach(link)

    def _attach(self, link: Link) -> Link:
        if self._thread is not None:
            link.claim(self._thread)
        self._link = link
        self._inbox = link.inbox
        self._peer = None
        return link

    def _claim(self, thread: int) -> None:
        super()._claim(thread)
        self._link.claim(self._thread)

    # The object itself

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Closes the connection and releases the socket.

        The signal for the end is left to a later `poll()`.
        """
        self.disconnect_from_host()
        if self._link.transport is not None:
            self._link.warn_of_unsent("a with block ended")
            self._end(self._link, was_clean=False)

    def __del__(self, is_going_down: Callable[[], bool] = sys.is_finalizing) -> None:
        """Closes a connection that is still open, with a `ResourceWarning`."""
        # The function is bound in the signature, because its module may be gone when the program ends.
        try:  # not by `vars(self)`: Python 3.15 would make a dict, which keeps all of a cycle until the next collection
            link = object.__getattribute__(self, "_link")
        except AttributeError:  # __init__ has failed
            return
        if link.transport is None:
            return
        if is_going_down():
            try:  # noqa: SIM105 - `suppress` may be gone
                link.transport.abort()
            except Exception:  # noqa: BLE001, S110 - it needs what is gone; the socket goes with the object
                pass
            return
        is_dropped = link.is_open and not link.is_closing_here
        message = f"{self!r} was dropped while open: call disconnect_from_host()" if is_dropped else ""
        link.say_goodbye()
        link.let_go()
        if is_dropped:
            warnings.warn(message, ResourceWarning, stacklevel=2, source=self)

    def __repr__(self) -> str:
        state = self.get_connection_status().name.removeprefix("CONNECTION_")
        return f"<{type(self).__name__} {state}{f' {self._request.url}' if self._request else ''}>"
