"""WebSocketServer: for games that host themselves, driven by `poll()`."""

from __future__ import annotations

import errno
import logging
import os
import warnings
from _thread import get_ident
from math import inf
from typing import TYPE_CHECKING, Final

from wsclient.core.signal import Signal
from wsclient.ground.error import Error
from wsclient.multiplayer.godot3.host import RelayHost
from wsclient.multiplayer.session import SERVER_ID
from wsclient.protocol.arguments import check_subprotocols
from wsclient.protocol.close_code import CloseCode
from wsclient.protocol.errors import InvalidArgument
from wsclient.transport.clock import monotonic
from wsclient.transport.descriptor import SOON, Descriptor
from wsclient.transport.listener import Listener
from wsclient.transport.poll_set import open_poll_set
from wsclient.websocket.client_request import ClientRequest
from wsclient.websocket.connection_failure import ConnectionFailure
from wsclient.websocket.link import check_close
from wsclient.websocket.mailbox import Mailbox
from wsclient.websocket.multiplayer_peer import WebSocketMultiplayerPeer
from wsclient.websocket.packet_queue import PacketQueue
from wsclient.websocket.server_polling import ServerPolling
from wsclient.websocket.server_sender import ServerSender
from wsclient.websocket.server_settings import WebSocketServerSettings
from wsclient.websocket.server_statistics import statistics_of_all

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import TracebackType
    from typing import Self

    from wsclient.core.networked_multiplayer_peer import ConnectionStatus
    from wsclient.core.packet_peer import BytesLike
    from wsclient.transport.opening.milestones import Secure
    from wsclient.transport.poll_set import PollSet
    from wsclient.websocket.connection_statistics import ConnectionStatistics
    from wsclient.websocket.peer import WebSocketPeer
    from wsclient.websocket.served_client import ServedClient

__all__ = ["WebSocketServer"]

logger: Final = logging.getLogger("wsclient.server")

_LISTEN_ADVICE: Final = {
    Error.ERR_ALREADY_IN_USE: "Another program listens there: end it, or take another port (0 takes a free one).",
    Error.ERR_UNAUTHORIZED: "This user may not: ports below 1024 belong to the administrator on most systems.",
    Error.ERR_CANT_CREATE: "bind_ip must be an address of this machine.",
}
_LISTEN_ERRORS: Final = {
    errno.EADDRINUSE: Error.ERR_ALREADY_IN_USE,
    errno.EACCES: Error.ERR_UNAUTHORIZED,
    errno.EPERM: Error.ERR_UNAUTHORIZED,
}


class WebSocketServer(WebSocketMultiplayerPeer, ServerSender, ServerPolling, WebSocketServerSettings):
    """A WebSocket server that never blocks and needs no thread.

    Call `poll()` once per frame.

        server = WebSocketServer()
        server.data_received.connect(lambda id: server.send_text(server.get_peer(id).get_message()))
        server.listen(9080)
        while running:
            server.poll()

    `client_connected` is emitted for each new client, `data_received` for each of its messages, which `get_peer(id)`
    reads, and `client_disconnected` exactly once when it leaves. In multiplayer mode (`gd_mp_api`), this server hosts a
    session of Godot 3 clients. Then `peer_connected`, `peer_packet` and `peer_disconnected` are emitted, and a
    `MultiplayerAPI` can run on it.

    Signals are only emitted inside `poll()`, in order for each client. A handler may call every method. An object
    belongs to one thread.
    """

    client_request: Final = Signal[ClientRequest]("request")
    """Emitted when a client asks for a connection, in a valid request. Not in Godot."""
    client_connected: Final = Signal[int, str]("id", "protocol")
    """Emitted when a client has joined, with the agreed subprotocol or "". Normal mode."""
    data_received: Final = Signal[int]("id")
    """Emitted once for each message of this client, which `get_peer(id)` can read. Normal mode."""
    client_close_request: Final = Signal[int, int, str]("id", "code", "reason")
    """Emitted when a client closes, with code 0 if it sent none. The answer is already being sent."""
    client_disconnected: Final = Signal[int, bool]("id", "was_clean_close")
    """Emitted when a client has left. The handlers can still read its messages. Normal mode."""

    _free_names = frozenset({"_on_request", "_on_client_connected", "_on_close_request", "_on_client_disconnected"})

    def __init__(
        self, *, clock: Callable[[], float] = monotonic, poll_set: Callable[[], PollSet] = open_poll_set
    ) -> None:
        """Creates a server that does not listen yet.

        Args:
            clock: monotonic, in seconds.
            poll_set: creates the set that asks the system.
        """
        super().__init__()
        self._set_defaults()
        self._begin(clock, poll_set)
        self._inbox = PacketQueue(
            self._incoming.max_bytes, self._incoming.max_packets, when_empty=Error.ERR_UNAVAILABLE
        )
        self._last_error: ConnectionFailure | None = None
        self._mailbox = Mailbox()
        self._watched: Descriptor | None = None

    # Listening

    def listen(self, port: int, protocols: Iterable[str] = (), gd_mp_api: bool = False) -> Error:
        """Starts to listen on a port at `bind_ip`.

        Args:
            port: 0-65535; 0 for any free port, see `get_local_port()`.
            protocols: the subprotocols of this server. If there are any, a client has to ask for one of them.
            gd_mp_api: True for multiplayer mode, to host a session of Godot 3 peers.

        Returns:
            `OK` if it listens. `ERR_INVALID_PARAMETER` if an argument, the certificate or its key is wrong,
            `ERR_ALREADY_IN_USE` if it is listening already or the port is taken, `ERR_UNAUTHORIZED` if this user may
            not use the port, and `ERR_CANT_CREATE` if the address is not one of this machine. `last_error` says more.
            Nothing changes unless the result is `OK`.

        Raises:
            TypeError: an argument has the wrong type.
            RuntimeError: another thread polls this server.
        """
        self._check_thread()
        if self._listener is not None:
            return self._refuse(Error.ERR_ALREADY_IN_USE, "this server listens already: call stop() first")
        if not isinstance(port, int) or isinstance(port, bool):
            raise TypeError(f"a port is an int, not {port!r}")
        if not 0 <= port <= 65535:
            return self._refuse(Error.ERR_INVALID_PARAMETER, f"port {port} is not in 0-65535")
        try:
            known = check_subprotocols(protocols)
            secure = self._secure_side()
        except (InvalidArgument, OSError, ValueError) as error:
            return self._refuse(Error.ERR_INVALID_PARAMETER, str(error), error)
        try:
            listener = Listener(self.bind_ip, port)
        except OSError as error:
            return self._refuse_to_listen(port, error)
        self._let_go_of_all()
        self._secure = secure
        self._open_house(known, gd_mp_api=gd_mp_api)
        self._start(listener)
        return Error.OK

    def stop(self, code: int = 1000, reason: str = "") -> None:
        """Stops listening, and closes the connection of each client.

        Further calls to `poll()` finish that within `close_timeout`, and emit `client_disconnected` for each client.

        Args:
            code: the code of the Close frames; see `WebSocketClient.disconnect_from_host`.
            reason: at most 123 bytes of UTF-8.

        Raises:
            ValueError: the code must not be sent, or the reason is too long; nothing changes.
            TypeError: `code` is not an int, or `reason` is not a str.
        """
        self._check_thread()
        check_close(code, reason)
        self._stop(code, reason)

    def _stop(self, code: int, reason: str = "") -> None:
        """Stops as `stop` does, from any thread: an object may be released in any thread."""
        if self._listener is None:
            return
        self._stop_listening()
        for client in self._clients.values():
            client.link.say_goodbye(code, reason)

    def is_listening(self) -> bool:
        """Returns True if new clients can connect."""
        return self._listener is not None

    def get_local_port(self) -> int:
        """Returns the port of this server; 0 if it does not listen. Godot 4's name."""
        return 0 if self._listener is None else self._listener.port

    # Clients

    def has_peer(self, id: int) -> bool:
        """Returns True if this client has joined."""
        return id in self._clients

    def get_peer(self, peer_id: int) -> WebSocketPeer | None:
        """Returns the connection to a client.

        If there is none, logs that and returns None.
        """
        client = self._client(peer_id, "get_peer")
        return None if client is None else client.peer

    def get_peers(self) -> list[int]:
        """Returns the ids of the clients, in order of arrival. Not in Godot."""
        return list(self._clients)

    def get_peer_address(self, id: int) -> str:
        """Returns the numeric address of a client.

        If there is none, logs that and returns "".
        """
        client = self._client(id, "get_peer_address")
        return "" if client is None else client.address[0]

    def get_peer_port(self, id: int) -> int:
        """Returns the port that a client sends from.

        If there is none, logs that and returns 0.
        """
        client = self._client(id, "get_peer_port")
        return 0 if client is None else client.address[1]

    def get_request(self, id: int) -> ClientRequest | None:
        """Returns the request of a client. Not in Godot.

        If there is none, logs that and returns None.
        """
        client = self._client(id, "get_request")
        return None if client is None else client.request

    def disconnect_peer(self, id: int, code: int = 1000, reason: str = "") -> None:
        """Closes the connection of a client after unsent messages.

        `client_disconnected` is emitted at its end.

        Args:
            id: the id of the client; an unknown one is logged.
            code: see `WebSocketClient.disconnect_from_host`.
            reason: at most 123 bytes of UTF-8.

        Raises:
            ValueError: the code must not be sent, or the reason is too long; nothing changes.
            TypeError: `code` is not an int, or `reason` is not a str.
        """
        self._check_thread()
        client = self._client(id, "disconnect_peer")
        if client is not None:
            client.link.close(code, reason)

    # The peer in a network

    def get_unique_id(self) -> int:
        """Returns 1, the id of a server."""
        return SERVER_ID

    def get_connection_status(self) -> ConnectionStatus:
        """Returns the state of the server.

        It is `CONNECTION_CONNECTED` from `listen` until, after `stop`, the last client has left.
        """
        is_up = self._listener is not None or self._clients
        return self.CONNECTION_CONNECTED if is_up else self.CONNECTION_DISCONNECTED

    @property
    def last_error(self) -> ConnectionFailure | None:
        """Returns why the last call of this server was refused.

        Returns None if it was not refused. Each peer has its own.
        """
        return self._last_error

    def get_available_packet_count(self) -> int:
        """Returns the number of readable packets of peers.

        Returns 0 in normal mode, in which `get_peer(id)` has them.
        """
        return len(self._inbox.packets)

    def get_packet(self) -> bytes:
        """Takes the oldest packet of the peers.

        In normal mode, `get_peer(id)` has the packets; this logs that and returns b"".
        """
        if self._session is None:
            self._inbox.error = Error.ERR_UNCONFIGURED
            self._refuse(Error.ERR_UNCONFIGURED, "packets of clients are read by get_peer(id).get_packet()")
            return b""
        return super().get_packet()

    def put_packet(self, buffer: BytesLike) -> Error:
        """Sends one packet to the target peer; see `set_target_peer`.

        The target is all peers (0, the default), one, or all but one.

        Returns:
            The first error, after sending the packet to all peers that take it.
        """
        return super().put_packet(buffer)

    def _put_packet(self, packet: bytes) -> Error:
        return self._send_packet(packet)

    def get_statistics(self) -> ConnectionStatistics:
        """Returns the totals of all clients since `listen`."""
        return statistics_of_all(self._served, self._gone, self._host, self._inbox, self._meter)

    # For this class and its base

    def _open_house(self, protocols: tuple[str, ...], *, gd_mp_api: bool) -> None:
        """Begins without clients, which come from a port or from elsewhere."""
        self._protocols = protocols
        self._host = RelayHost() if gd_mp_api else None
        self._session = self._host
        self._inbox = PacketQueue(
            self._incoming.max_bytes, self._incoming.max_packets, when_empty=Error.ERR_UNAVAILABLE
        )
        self._inbox.claim(self._thread)
        self._settings.max_message_size = self._incoming.max_bytes
        self._restart()

    def _is_owned(self) -> bool:
        return self._listener is not None

    def _refuse(self, error: Error, message: str, cause: BaseException | None = None, *, hint: str = "") -> Error:
        self._last_error = ConnectionFailure.of_call(error, message, cause, hint=hint)
        logger.error("%s: %s", error, message)
        return error

    def _refuse_to_listen(self, port: int, error: OSError) -> Error:
        code = _LISTEN_ERRORS.get(error.errno or 0, Error.ERR_CANT_CREATE)
        advice = _LISTEN_ADVICE[code]
        words = f"cannot listen on port {port} of {self.bind_ip}: {error.strerror or error}. {advice}"
        return self._refuse(code, words, error)

    def _secure_side(self) -> Secure | None:
        key, certificate, chain = self._tls
        if certificate is None:
            if key is not None:
                raise ValueError("private_key is set without ssl_certificate: set both, or none for plain TCP")
            return None
        from wsclient.transport.server_tls import server_side  # noqa: PLC0415 - ssl is loaded when it is needed

        if key is None and isinstance(certificate, str | bytes | os.PathLike):
            raise ValueError("ssl_certificate is set without private_key: set both, or an ssl.SSLContext")
        return server_side(certificate, key, chain)

    def _client(self, id: int, call: str) -> ServedClient | None:
        client = self._clients.get(id)
        if client is None:
            logger.error("%s: there is no client %r", call, id)
        return client

    def _settings_changed(self) -> None:
        for client in self._served:
            client.transport.settings_changed()

    # Hooks for subclasses

    def _on_request(self, request: ClientRequest) -> None:
        """Called just before the handlers of `client_request`.

        Empty, so an override does not have to call it.
        """

    def _on_client_connected(self, id: int, protocol: str) -> None:
        """Called just before the handlers of `client_connected`. Empty."""

    def _on_close_request(self, id: int, code: int, reason: str) -> None:
        """Called just before the handlers of `client_close_request`. Empty."""

    def _on_client_disconnected(self, id: int, was_clean: bool) -> None:
        """Called just before the handlers of `client_disconnected`. Empty."""

    # Polling

    def poll(self) -> None:
        """Does the waiting work without blocking.

        This takes about `poll_budget` seconds at most.

        Call it once per frame. All signals are emitted in here. Each client that has work gets a turn before any gets a
        second one. When the time is over, the clients that are left come first in the next call.

        Raises:
            RuntimeError: another thread called it first, or another process created this server.
            Exception: the exception of a handler, when the others of that signal have run, and all turns are over; an
                `ExceptionGroup` if there are several.
        """
        thread = get_ident()
        if thread != self._thread:
            self._claim(thread)
        if self._is_polling:
            return
        self._meter.start()
        now = self._meter.started
        self._look(now)
        if self._mailbox.messages:
            self._send_posted()
        if not (self._watchlist.awake_count or self._deferred or self._lingering or self._totals.is_over):
            self._polled_at = now
            return
        self._is_polling = True
        try:
            self._work(now)
        except BaseException as error:
            self._end_poll(error)
            raise
        else:
            self._end_poll()
        finally:
            self._is_polling = False
            self._meter.stop()

    # For a PollGroup

    def _let_rest(self, wake: Callable[[], object]) -> None:
        """Sets the callable for work that nothing else will announce.

        This is work without a descriptor that becomes ready, or a time that comes.
        """
        self._watchlist.woken = wake

    def _was_watched(self, at: float) -> None:
        """Called when a group has watched this server until then."""
        self._polled_at = max(self._polled_at, at)

    def _poll_woken(self, at: float, is_readable: bool | None) -> None:
        """Polls for a group that has watched this server until then."""
        del is_readable  # its own set of descriptors shows which
        self._was_watched(at)
        self.poll()

    def _resting_place(self) -> tuple[Descriptor | None, float]:
        """Returns the descriptor that wakes this server, and the end of its rest.

        The end is -inf if there is work, and `SOON` if there may be.
        """
        watchlist = self._watchlist
        if watchlist.has_work or self._deferred or self._totals.is_over or self._mailbox.messages:
            return None, -inf
        if self._watched is None or self._watched.fileno != self._watchlist.fileno():
            self._watched = Descriptor(self._watchlist.fileno())
        until = SOON if watchlist.awake_count or self._lingering else watchlist.next_due()
        return (None if self._watched.fileno < 0 else self._watched), until

    # The object itself

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Closes every connection and releases the sockets."""
        self.stop()
        self._let_go_of_all()
        self._lingering.close()

    def __del__(self) -> None:
        """Stops a server that still listens, with a `ResourceWarning`."""
        listener = getattr(self, "_listener", None)  # __init__ may have failed
        if listener is None and not getattr(self, "_served", None):
            return
        message = f"{self!r} was dropped while listening: call stop()" if listener is not None else ""
        self._stop(CloseCode.GOING_AWAY)
        self._let_go_of_all()
        self._lingering.close()
        self._watchlist.close()
        if message:
            warnings.warn(message, ResourceWarning, stacklevel=2, source=self)

    def __repr__(self) -> str:
        state = (
            f"on port {self.get_local_port()}, {len(self._clients)} clients" if self.is_listening() else "not listening"
        )
        return f"<{type(self).__name__} {state}>"
