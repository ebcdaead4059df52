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
from wsclient.transport.base import OpeningRequest
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
    from typing import Never, Self

    from wsclient.core.networked_multiplayer_peer import ConnectionStatus
    from wsclient.core.packet_peer import BytesLike
    from wsclient.transport.base import Settings, Transport
    from wsclient.websocket.connection_failure import ConnectionFailure
    from wsclient.websocket.connection_statistics import ConnectionStatistics
    from wsclient.websocket.link_events import OwedSignal
    from wsclient.websocket.reconnector import Policy

__all__ = ["WebSocketClient"]

logger: Final = logging.getLogger("wsclient.client")

_DEFAULT_TRANSPORT: Final = default_transport()  # chosen at import, when imports may take their time
_TEXT: Final = WriteMode.WRITE_MODE_TEXT  # looked up once, see link.py


class WebSocketClient(WebSocketMultiplayerPeer, WebSocketClientSettings, ClientSender, LinkPolling):
    """A WebSocket client that never blocks and needs no thread: call `poll()` once a frame.

        client = WebSocketClient()
        client.data_received.connect(lambda: print(client.get_message()))
        client.connect_to_url("ws://localhost:8765")
        while running:
            client.poll()

    `connect_to_url` starts an attempt. `connection_established` says that it is open, `data_received` that a message
    can be read, `connection_error` or `connection_closed` that it is over: exactly one of the two, for every attempt,
    except one that `disconnect_from_host` ended while it was still connecting. `last_error` says why. The same object
    may connect again, even from a handler.

    Signals are emitted inside `poll()` only. A handler may call every method; `poll()` inside `poll()` does nothing.
    One object belongs to one thread.

    Args:
        transport: makes the transport of a connection from the settings; None for sockets of this system.
    """

    # Read by each idle poll(). Slots of this class itself, so that other classes can be mixed into its bases.
    __slots__ = ("_deferred", "_is_resting", "_meter", "_thread")

    connection_established: Final = Signal[str]("protocol")
    """The connection is open; with the subprotocol that the server chose, "" if none. Normal mode."""
    connection_error: Final = Signal[()]()
    """The attempt failed: it was never open. See `last_error`. Normal mode."""
    connection_closed: Final = Signal[bool]("was_clean_close")
    """The connection is over. Clean: a Close frame went out, and a valid one came in. Normal mode."""
    server_close_request: Final = Signal[int, str]("code", "reason")
    """The server closes; code 0 if it sent none. The answer is being sent, and `connection_closed` follows."""
    data_received: Final = Signal[()]()
    """A message can be read; emitted once for each. Normal mode."""
    message_received: Final = Signal[str | bytes]("message")
    """A message, `str` or `bytes` as it was sent. Normal mode; not in Godot.

    If this has handlers, a message is passed to them instead of the queue: `data_received` is not emitted for it, and
    `get_message()` does not return it.
    """
    reconnecting: Final = Signal[int, float]("attempt", "delay")
    """Another attempt begins after `delay` seconds; with its number. Emitted right after the end. Not in Godot.

    Emitted only with a `reconnect_policy`. A handler may change settings for the attempt, such as a token.
    """
    reconnection_failed: Final = Signal[()]()
    """The `reconnect_policy` has given up. Emitted right after the end. Not in Godot."""
    messages_available: Final = Signal[int]("count")
    """Messages that a `poll()` received can be read; `count` includes earlier ones. Not in Godot.

    Emitted once per poll, for `get_messages()`: cheaper than a call for each message. Normal mode.
    """

    pong_received: Final = Signal[bytes, float]("payload", "seconds")
    """The server has answered a `ping()`, so many seconds later. Not in Godot; not for the heartbeat's pings."""

    _made_by_init = "_peer"

    def __init__(self, *, transport: Callable[[Settings], Transport] | None = None) -> None:
        super().__init__()
        self._new_transport: Callable[[Settings], Transport] = transport or _DEFAULT_TRANSPORT
        self._request: OpeningRequest | None = None  # of the last connect_to_url
        self._owed: OwedSignal | End | None = None
        self._reconnector: Reconnector | None = None
        self._has_read = False  # whether the poll() that runs has
        self._is_resting = False  # True if the last poll left nothing to emit, and there is room for received data
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
            url: `ws://` or `wss://`, host, and as wanted port, path, query; no scheme means `ws://`. A user name and
                password in it are sent as Basic authorization. `ws+unix:///path/to.sock:/resource` for a socket of
                this computer.
            protocols: subprotocols to ask for, the preferred one first. If there are any, the server has to choose one.
            gd_mp_api: multiplayer mode, to join a Godot 3 game as a peer.
            custom_headers: for the request: `"Name: value"` each, or a mapping.

        Returns:
            `OK`: started. `ERR_INVALID_PARAMETER`: an argument is wrong, see `last_error`. `ERR_UNAVAILABLE`: a
            browser cannot do what an argument asks for. `ERR_ALREADY_IN_USE`:
            connecting or connected already; call `disconnect_from_host` first, without waiting for its end. Other
            than with `OK` nothing is changed.

        Raises:
            TypeError: an argument is of the wrong type.
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
        if self._link.transport is not None:  # our own close is still in progress: it ends here
            self._end(self._link, was_clean=False)
        self._stop_reconnecting("connect_to_url() was called")
        self._request = request
        self._meter.restart(transport.clock)
        self._begin(self._renew(is_multiplayer=bool(gd_mp_api)), transport, request)
        return Error.OK

    def disconnect_from_host(self, code: int = 1000, reason: str = "") -> None:
        """Closes the connection. The Close frame is sent right after waiting messages.

        Data that the server sends until it answers is still received; nothing can be sent. `connection_closed`
        is emitted at the end: True if the server has answered, False if it did not within `close_timeout`. If still
        connecting, the attempt ends immediately and without a signal. Without a connection, nothing happens.

        Args:
            code: 1000 (done), 1001 (going away), 3000-4999 (your own), or 0 for a Close frame without a code.
            reason: at most 123 bytes of UTF-8; not sent with code 0.

        Raises:
            ValueError: a code that must not be sent, or a reason that is not text or too long; nothing is changed.
            TypeError: `code` is not an int, or `reason` not a str.
        """
        self._link.close(code, reason)
        self._stop_reconnecting("disconnect_from_host() was called")

    def get_connection_status(self) -> ConnectionStatus:
        """Returns `CONNECTION_DISCONNECTED`, `CONNECTION_CONNECTING`, or `CONNECTION_CONNECTED`, also while closing."""
        if self._link.is_open:
            return self.CONNECTION_CONNECTED
        return self.CONNECTION_DISCONNECTED if self._link.transport is None else self.CONNECTION_CONNECTING

    @property
    def close_code(self) -> int:
        """The code of the last close, as received: -1 before any, 1005 without a code, 1006 without a Close frame.

        Not in Godot 3. RFC 6455 section 7.4.
        """
        return self._link.close_code

    @property
    def close_reason(self) -> str:
        """The reason received with `close_code`; "" if there was none. Not in Godot 3."""
        return self._link.close_reason

    # Connecting again

    @property
    def reconnect_policy(self) -> Policy | None:
        """The `ReconnectPolicy` for automatic reconnection; None (the default) for none. Not in Godot.

        It may be set at any time, and applies to later ends. None silently ends a wait.
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
        """Seconds until the next attempt begins; -1.0 if none is scheduled. Not in Godot."""
        return -1.0 if self._reconnector is None else self._reconnector.time_left(self._meter.clock())

    def reconnect_now(self) -> None:
        """Ends the wait: the attempt that is scheduled begins with the next `poll()`. Not in Godot.

        Without one, nothing happens.
        """
        self._link.check_thread()
        if self._reconnector is not None:
            self._reconnector.hurry(self._meter.clock())
            self._link.wake()

    # Peers

    def get_peer(self, peer_id: int) -> WebSocketPeer | None:
        """Returns the connection to the server, peer 1; None, logged, for any other id."""
        if peer_id == SERVER_ID:
            self._peer = self._peer or WebSocketPeer(self._link)
            return self._peer
        logger.error("get_peer: %r is not 1; a client is connected to the server alone", peer_id)
        return None

    def get_peers(self) -> list[int]:
        """Returns the ids of the peers in this session, the server's among them. Multiplayer mode; not in Godot 3."""
        return [] if self._session is None else self._session.peers

    def get_unique_id(self) -> int:
        """Returns this peer's own id, which the server assigned; 0 before, after the end, and in normal mode."""
        return 0 if self._session is None else self._session.own_id

    # Packets

    @property
    def last_error(self) -> ConnectionFailure | None:
        """The failure of the last attempt or connection, else of the last refused call; None if there is none.

        A connection's failure stays until the next `connect_to_url`, even if calls are refused meanwhile. Not in Godot.
        """
        return self._link.last_error

    @property
    def last_refusal(self) -> ConnectionFailure | None:
        """Why the last call was refused; None if none was since `connect_to_url`. Not in Godot."""
        return self._link.failures.refusal

    def put_packet(self, buffer: BytesLike) -> Error:
        """Sends one packet; see `PacketPeer.put_packet`. In multiplayer mode to the target peer."""
        if self._session is not None or type(buffer) is not bytes:
            return super().put_packet(buffer)
        link = self._link  # as `put` there: the function that games call most makes no call that it can avoid
        return link.send(buffer, link.write_mode is _TEXT)

    def _put_packet(self, packet: bytes) -> Error:
        session = self._session
        if session is None:
            return self._link.put(packet)
        if not packet:
            return Error.OK  # as Godot: nothing is sent
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
        """Returns the round trip of the last ping, in seconds; -1.0 before the first. Not in Godot.

        A ping is sent every `heartbeat_interval`. The last value stays until the next `connect_to_url`.
        """
        return self._link.latency

    def get_statistics(self) -> ConnectionStatistics:
        """Returns the counters since `connect_to_url`; after the end too. Not in Godot."""
        return statistics_of(self._link, self._session, self._meter)

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
        """Does the waiting work without blocking, for about `poll_budget` seconds at most.

        Call it once a frame. All signals are emitted in here. Without a connection nothing happens.

        Raises:
            RuntimeError: another thread called it first; or the connection belongs to the process which forked
                this one.
            Exception: what a handler raised, after the others of that signal have run; several as an `ExceptionGroup`.
                The remaining signals are emitted by the next call.
        """
        thread = get_ident()
        if thread != self._thread:
            self._claim(thread)
        # Most polls of a game find nothing: they end here, before anything is set up to emit.
        transport = self._link.transport
        if self._is_resting and transport is not None and transport.is_quiet() and not self._deferred:
            self._meter.count += 1
            return
        self._poll_awake()

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
        """Cancels the scheduled attempt and drops kept messages, because a call has decided otherwise."""
        if self._reconnector is None:
            return
        self._reconnector.restart()
        self._link.stop_keeping(why)
        if isinstance(self._owed, End):
            self._owed = None
        elif self._owed is not None:
            self._owed = self._owed.replace(end=None)

    def _keep_if_wanted(self, link: Link) -> None:
        """Keeps messages sent when this link is not open, if the policy says so. Packets to peers are not kept."""
        if self._reconnector is None or self._session is not None or link.kept is not None:
            return
        if self._reconnector.policy.keep_unsent:
            from wsclient.websocket.kept_messages import KeptMessages  # noqa: PLC0415 - for such policies alone

            link.kept = KeptMessages()

    def _is_owned(self) -> bool:
        """Returns True if there is an attempt or a connection that has not been asked to close."""
        return self._link.transport is not None and not self._link.is_closing_here

    def _refuse(self, error: Error, message: str, cause: BaseException | None = None, *, hint: str = "") -> Error:
        return self._link.refuse(error, message, cause, hint=hint)

    def _refuse_to_connect(self, error: Error, message: str, cause: BaseException | None = None) -> Error:
        self._link.failures.ending = None  # the reason why there is no other attempt matters now
        hint = "Call disconnect_from_host() first" if error is Error.ERR_ALREADY_IN_USE else ""
        return self._refuse(error, message, cause, hint=hint)

    def _renew(self, *, is_multiplayer: bool) -> Link:
        """Begins with a new link and a new session. Those before have ended."""
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
        """Begins a new link for an automatic attempt: readable messages and counters are carried over."""
        before, session = self._link, self._session
        link = self._renew(is_multiplayer=session is not None)
        link.take_over(before, self._incoming)
        if self._session is not None and session is not None:
            self._session.sources.extend(session.sources)
        return self._attach(link)

    def _attach(self, link: Link) -> Link:
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
        """Closes the connection and releases the socket. The signal for the end is left to a later `poll()`."""
        self.disconnect_from_host()
        if self._link.transport is not None:
            self._link.warn_of_unsent("a with block ended")
            self._end(self._link, was_clean=False)

    # The function is bound here, because its module may be gone at the end of the program.
    def __del__(self, is_going_down: Callable[[], bool] = sys.is_finalizing) -> None:
        link = vars(self).get("_link")  # __init__ may have failed
        if link is None or link.transport is None:
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

    def __reduce__(self) -> Never:
        """Refused: copies and pickles of a client would share its socket."""
        raise TypeError(f"a {type(self).__name__} cannot be copied or pickled: it owns a connection")
