"""ServerMembers: the clients of a server, from connection to departure."""

from __future__ import annotations

import logging
import os
from _thread import get_ident
from collections import Counter
from typing import TYPE_CHECKING, ClassVar, Final

from wsclient.core.ownership import refuse_thread
from wsclient.core.signal_emitter import SignalEmitter
from wsclient.multiplayer.session import SERVER_ID
from wsclient.protocol.events import Failure
from wsclient.protocol.server_handshake import choose_subprotocol
from wsclient.transport.lingering import Lingering
from wsclient.transport.opening.milestones import Accepted
from wsclient.transport.served import ServedTransport
from wsclient.transport.watchlist import Waker, Watchlist
from wsclient.websocket.broadcast import queue_for_each
from wsclient.websocket.client_request import ClientRequest
from wsclient.websocket.fork_guard import guard
from wsclient.websocket.served_client import ServedClient, ServedLink
from wsclient.websocket.server_statistics import Counters

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from wsclient.ground.error import Error
    from wsclient.multiplayer.godot3.host import RelayHost
    from wsclient.protocol.fields import Headers
    from wsclient.protocol.server_handshake import Request
    from wsclient.transport.base import Settings
    from wsclient.transport.listener import Listener
    from wsclient.transport.opening.milestones import Secure
    from wsclient.transport.poll_set import PollSet
    from wsclient.transport.stream.stream import Stream
    from wsclient.transport.watchlist import Entry
    from wsclient.websocket.link import Limits
    from wsclient.websocket.packet_queue import PacketQueue
    from wsclient.websocket.poll_meter import PollMeter
    from wsclient.websocket.served_client import Totals

__all__ = ["ServerMembers"]

logger: Final = logging.getLogger("wsclient.server")

_ADVICE: Final = "may not use it: call send_from_thread() there, and leave the rest to the owner"
_LARGEST_ID: Final = 2**31 - 1


class ServerMembers(SignalEmitter):
    """The part of a server that knows its clients, and decides who joins."""

    _settings: Settings
    _meter: PollMeter
    _incoming: Limits
    _outgoing: Limits
    _inbox: PacketQueue
    _refuses_new_connections: bool
    _extra_headers: Headers
    _limits: dict[str, int]
    _totals: Totals
    _allowed_origins: frozenset[str] | None

    _hooks: ClassVar[Mapping[str, str]] = {
        "client_request": "_on_request",
        "client_connected": "_on_client_connected",
        "client_close_request": "_on_close_request",
        "client_disconnected": "_on_client_disconnected",
    }

    def _begin(self, clock: Callable[[], float], poll_set: Callable[[], PollSet]) -> None:
        self._clock = clock
        self._watchlist: Watchlist[ServedClient | Listener] = Watchlist(poll_set)
        self._listener: Listener | None = None
        self._listening: Entry[ServedClient | Listener] | None = None
        self._lingering = Lingering()
        self._secure: Secure | None = None
        self._protocols: tuple[str, ...] = ()
        self._host: RelayHost | None = None
        self._clients: dict[int, ServedClient] = {}  # those that have joined, by id, in order of arrival
        self._served: dict[ServedClient, None] = {}  # all, even pending ones
        self._per_address: Counter[str] = Counter()
        self._pending = 0
        self._totals.clients = self._served.keys()
        self._totals.wake = self._watchlist.nudge
        self._gone = Counters()
        self._polled_at = 0.0
        self._auto_flush = True
        self._has_warned_of_descriptors = False

    def _claim(self, thread: int) -> None:
        super()._claim(thread)
        self._inbox.claim(self._thread)
        for client in self._served:
            client.link.claim(self._thread)

    def _check_thread(self) -> None:
        """Raises RuntimeError if another thread owns this server."""
        if self._thread not in (None, thread := get_ident()):
            refuse_thread(f"this {type(self).__name__}", self._thread, thread, _ADVICE)

    # Arrivals

    def _admit(self, stream: Stream) -> None:
        if self._refuses_new_connections:
            stream.close()
            return
        link = ServedLink(self._totals, self._incoming, self._outgoing)
        link.auto_flush = self._auto_flush
        client = ServedClient(link, ServedTransport(self._settings, clock=self._clock), stream.remote_address)
        client.entry = self._watchlist.add(client)
        link.place = client.place
        link.claim(self._thread)
        link.let_rest(Waker(self._watchlist, client.entry))
        guard(link)
        self._served[client] = None
        self._per_address[client.address[0]] += 1
        self._pending += 1
        client.transport.answer(Accepted(stream, self._settings, self._secure))

    def _tell_request(self, client: ServedClient, request: Request) -> None:
        """Checks a request, and asks the handlers about it."""
        if (refusal := self._refusal_of(client, request)) is not None:
            status, words = refusal
            client.transport.reject(status, (), f"{words}\n".encode())
            logger.debug("%s was refused with %d: %s", client.place, status, words)
            return
        chosen = choose_subprotocol(request, self._protocols)
        asked = client.request = ClientRequest(
            request,
            client.transport,
            client.address,
            protocol="" if isinstance(chosen, Failure) else chosen,
            headers=self._extra_headers,
            is_secure=self._secure is not None,
        )
        try:
            self._tell("client_request", asked)
        except BaseException:
            if client in self._served and not asked.is_decided:
                asked.reject(500)
            raise
        if client in self._served and not (asked.is_decided or asked.is_deferred):
            asked.accept()

    def _refusal_of(self, client: ServedClient, request: Request) -> tuple[int, str] | None:
        limits = self._limits
        if limits["max_clients"] and len(self._served) > limits["max_clients"]:
            return 503, "This server has as many clients as it takes: try again later."
        if (
            limits["max_clients_per_address"]
            and self._per_address[client.address[0]] > limits["max_clients_per_address"]
        ):
            return 429, "This server has as many clients from this address as it takes."
        if self._allowed_origins is not None and request.origin not in self._allowed_origins:
            return 403, "Pages of this origin may not connect."
        chosen = choose_subprotocol(request, self._protocols)
        return (400, chosen.detail) if isinstance(chosen, Failure) else None

    def _let_in(self, client: ServedClient, protocol: str) -> None:
        client.client_id = self._new_id()
        client.protocol = protocol
        client.host = self._host
        client.open()
        self._clients[client.client_id] = client
        self._is_no_longer_pending()
        if self._host is None:
            self._tell("client_connected", client.client_id, protocol)
            return
        others = list(self._clients.values())[:-1]
        for_newcomer, for_others = self._host.welcome(client.client_id)
        for message in for_newcomer:
            client.link.queue_surely(message)
        client.link.flush()
        self._forward(others, for_others)
        self._tell("peer_connected", client.client_id)

    # Departures

    def _forget(self, client: ServedClient) -> None:
        if client not in self._served:
            return
        del self._served[client]
        if self._clients.pop(client.client_id, None) is None:
            self._is_no_longer_pending()
        self._leave_address(client.address[0])
        self._gone.count(client)
        self._watchlist.discard(client.entry)

    def _leave_address(self, address: str) -> None:
        self._per_address[address] -= 1
        if not self._per_address[address]:
            del self._per_address[address]

    def _is_no_longer_pending(self) -> None:
        self._pending -= 1
        self._accept_again()

    def _accept_again(self) -> None:
        """Wakes the listener, which may have paused for want of room."""
        if self._listening is not None:
            self._watchlist.wake(self._listening)

    def _new_id(self) -> int:
        while True:
            new_id = int.from_bytes(os.urandom(4), "big") & _LARGEST_ID
            if new_id > SERVER_ID and new_id not in self._clients:
                return new_id

    # To many, and to the handlers

    def _forward(self, receivers: Iterable[ServedClient], message: bytes) -> None:
        """Queues a message of the session for each of these."""
        queue_for_each(receivers, message, False, self._totals, self._watchlist, ServedLink.queue_surely)

    def _send_to_all(self, payload: bytes, is_text: bool | None, *, but: int) -> Error:
        """Queues a message for each client except one.

        If `is_text` is None, each is sent it in its own write mode.

        Returns:
            The first error.
        """
        receivers = [client for client_id, client in self._clients.items() if client_id != but]
        return queue_for_each(receivers, payload, is_text, self._totals, self._watchlist, ServedLink.queue)

    def _tell(self, signal: str, *args: object) -> None:
        """Emits a signal, after the hook for it."""
        name = self._hooks.get(signal)
        self._emit(signal, None if name is None else getattr(self, name), *args)
