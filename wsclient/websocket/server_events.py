"""ServerEvents: applies the events of a server's clients, and emits their signals."""

from __future__ import annotations

import logging
import os
from collections import Counter
from math import inf
from typing import TYPE_CHECKING, ClassVar, Final
from weakref import ref

from wsclient.core.signal_emitter import SignalEmitter
from wsclient.multiplayer.godot3.host import Routed
from wsclient.multiplayer.session import SERVER_ID
from wsclient.protocol.close_code import CloseCode
from wsclient.protocol.events import CloseReceived, Ended, Failure, FailureKind, Messages, Opened, Requested, Stage
from wsclient.protocol.server_handshake import choose_subprotocol
from wsclient.transport.descriptor import NOTHING
from wsclient.transport.lingering import Lingering
from wsclient.transport.listener import Listener
from wsclient.transport.opening.milestones import Accepted
from wsclient.transport.served import ServedTransport
from wsclient.transport.watchlist import Watchlist
from wsclient.websocket.client_request import ClientRequest
from wsclient.websocket.connection_failure import ConnectionFailure
from wsclient.websocket.connection_statistics import ConnectionStatistics
from wsclient.websocket.fork_guard import guard
from wsclient.websocket.link_events import forget_told
from wsclient.websocket.served_client import ServedClient, ServedLink

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from wsclient.multiplayer.godot3.host import RelayHost
    from wsclient.multiplayer.session import PeerPacket, Session
    from wsclient.protocol.events import Event
    from wsclient.protocol.fields import Headers
    from wsclient.protocol.server_handshake import Request
    from wsclient.transport.base import Settings
    from wsclient.transport.opening.milestones import Secure
    from wsclient.transport.poll_set import PollSet
    from wsclient.transport.stream.stream import Stream
    from wsclient.transport.watchlist import Entry
    from wsclient.websocket.link import Limits
    from wsclient.websocket.packet_queue import PacketQueue
    from wsclient.websocket.poll_meter import PollMeter
    from wsclient.websocket.served_client import Totals

__all__ = ["ServerEvents"]

logger: Final = logging.getLogger("wsclient.server")

_MOST_ACCEPTED: Final = 64  # connections in one poll(); arbitrary
_STOPPED: Final = 0.25  # seconds; a program that polls four times a second has not stopped
_PAUSE: Final = 1.0  # seconds without accepting when the machine has no descriptor left
_LARGEST_ID: Final = 2**31 - 1


class ServerEvents(SignalEmitter):
    """The part of a server that serves its clients. Called inside `poll()`, except for starting and stopping."""

    _settings: Settings
    _meter: PollMeter
    _incoming: Limits
    _outgoing: Limits
    _inbox: PacketQueue
    _has_packet_hook: bool
    _refuses_new_connections: bool
    _extra_headers: Headers
    _limits: dict[str, int]
    _totals: Totals
    _stall_timeout: float
    _allowed_origins: frozenset[str] | None

    _hooks: ClassVar[Mapping[str, str]] = {
        "client_request": "_on_request",
        "client_connected": "_on_client_connected",
        "client_close_request": "_on_close_request",
        "client_disconnected": "_on_client_disconnected",
    }

    if TYPE_CHECKING:  # of WebSocketMultiplayerPeer

        def _on_peer_packet(self) -> None: ...
        def _queue_packet(self, session: Session, packet: PeerPacket) -> None: ...
        def _log_ignored(self, session: Session, why: str) -> None: ...

    def _begin(self, clock: Callable[[], float], poll_set: Callable[[], PollSet]) -> None:
        self._clock = clock
        self._watchlist: Watchlist[ServedClient | Listener] = Watchlist(poll_set)
        self._listener: Listener | None = None
        self._listening: Entry[ServedClient | Listener] | None = None
        self._lingering = Lingering()
        self._secure: Secure | None = None
        self._protocols: tuple[str, ...] = ()
        self._host: RelayHost | None = None
        self._clients: dict[int, ServedClient] = {}  # those that are in, by id, in order of arrival
        self._served: dict[ServedClient, None] = {}  # all, pending ones too
        self._per_address: Counter[str] = Counter()
        self._pending = 0
        self._totals.clients = self._served.keys()
        self._gone = _Gone()
        self._polled_at = 0.0
        self._auto_flush = True
        self._has_warned_of_descriptors = False

    # Starting and stopping

    def _restart(self) -> None:
        self._gone = _Gone()
        self._meter.restart(self._clock)
        self._polled_at = self._clock()

    def _start(self, listener: Listener) -> None:
        self._listener = listener
        self._listening = self._watchlist.add(listener)

    def _stop_listening(self) -> None:
        if self._listener is None or self._listening is None:
            return
        self._watchlist.discard(self._listening)
        self._listener.close()
        self._listener = self._listening = None
        for client in [each for each in self._served if each.client_id not in self._clients]:
            client.link.let_go()
            self._forget(client)

    def _let_go_of_all(self) -> None:
        """Drops every connection. The ends of clients that had joined are emitted by the next `poll()`."""
        for client in list(self._served):
            client.link.let_go()
            if client.client_id in self._clients:
                client.link.events.append(Ended(was_clean=False))
                self._watchlist.wake(client.entry)
            else:
                self._forget(client)

    # One poll

    def _look(self, now: float) -> None:
        if now - self._polled_at > _STOPPED:  # the time of all of them stood still, so their deadlines are later
            self._watchlist.wake_all([client.entry for client in self._served])
        try:
            self._watchlist.look(now)
        except OSError as error:
            logger.warning("the system cannot say which of %d clients are ready: %s", len(self._served), error)

    def _work(self, now: float) -> None:
        """Gives a turn to every client that has work, as far as the time allows."""
        before, self._polled_at = self._polled_at, now
        if self._lingering:
            self._lingering.step(now)
        deadline, count = self._meter.deadline, self._watchlist.awake_count
        share = self._meter.budget / max(count, 1)
        errors: list[Exception] = []
        for _ in range(count):
            entry = self._watchlist.take()
            if entry is None:
                break
            try:
                if isinstance(entry.member, Listener):
                    self._accept(entry, entry.member, deadline)
                else:
                    self._serve(entry, entry.member, before, share)
            except Exception as error:  # noqa: BLE001 - a handler's; it leaves when all have had their turn
                errors.append(error)
            if self._clock() >= deadline:
                break
        if self._totals.is_over:
            self._totals.count()
        if len(errors) == 1:
            raise errors[0]
        if errors:
            raise ExceptionGroup(f"handlers for {len(errors)} clients raised", errors)

    # Accepting

    def _accept(self, entry: Entry[ServedClient | Listener], listener: Listener, deadline: float) -> None:
        descriptor, until = listener.descriptor, inf
        try:
            for _ in range(_MOST_ACCEPTED):
                if self._pending >= self._limits["max_pending"]:
                    descriptor = NOTHING  # woken when one of them is in, or gone
                    break
                stream = listener.accept(self._lingering)
                if stream is None:
                    break
                self._admit(stream)
                if self._clock() >= deadline:
                    break
            self._has_warned_of_descriptors = False
        except OSError as error:
            descriptor, until = NOTHING, self._polled_at + _PAUSE
            if not self._has_warned_of_descriptors:
                self._has_warned_of_descriptors = True
                logger.warning("no client can be accepted now: %s", error)
        self._watchlist.rest(entry, descriptor, until)

    def _admit(self, stream: Stream) -> None:
        if self._refuses_new_connections:
            stream.close()
            return
        link = ServedLink(self._totals, self._incoming, self._outgoing)
        link.auto_flush = self._auto_flush
        client = ServedClient(link, ServedTransport(self._settings, clock=self._clock), stream.remote_address)
        client.entry = self._watchlist.add(client)
        link.place = _place(client)
        link.let_rest(_Waker(self._watchlist, client.entry))
        guard(link)
        self._served[client] = None
        self._per_address[client.address[0]] += 1
        self._pending += 1
        client.transport.answer(Accepted(stream, self._settings, self._secure))

    # Serving

    def _serve(self, entry: Entry[ServedClient | Listener], client: ServedClient, before: float, share: float) -> None:
        link = client.link
        entry.is_awake = True  # its own turn must not wake it again
        # One of many that get a broadcast, and have sent nothing: writing its frame is the only work.
        was_polled = self._polled_at - before <= _STOPPED
        watched = entry.watched if entry.is_ready is False and not link.events else None
        if watched is not None and was_polled and client.transport.has_only_written(self._polled_at):
            entry.is_awake = False
            self._watchlist.rest(entry, watched, entry.due)
            return
        try:
            if link.transport is not None:
                client.transport.was_polled(before, entry.is_ready)
                self._step(client)
            self._tell_all(client, self._clock() + share)
        finally:
            entry.is_awake = False
            if client in self._served:
                self._settle(entry, client)

    def _step(self, client: ServedClient) -> None:
        """Takes one step of the connection."""
        link, transport = client.link, client.transport
        if not (link.events and isinstance(link.events[-1], Ended)):
            may_read = not (link.events or link.inbox.is_full or self._totals.is_over)
            events = transport.poll(read=may_read)
            self._totals.use(sum(event.size for event in events if isinstance(event, Messages)))
            link.events += events
        if 0.0 < self._stall_timeout < transport.write_stall:
            seconds, place = self._stall_timeout, _place(client)
            words = f"{place} has taken nothing of what waits for it for {seconds:g} s"
            transport.abort()
            link.events.append(Ended(was_clean=False, failure=Failure(Stage.OPEN, FailureKind.TIMEOUT, words)))

    def _settle(self, entry: Entry[ServedClient | Listener], client: ServedClient) -> None:
        descriptor, until = client.resting_place()
        if descriptor is None or until <= self._polled_at:
            self._watchlist.stay_awake(entry, descriptor)
        else:
            self._watchlist.rest(entry, descriptor, until)

    def _tell_all(self, client: ServedClient, end: float) -> None:
        """Applies events, and emits their signals, until none is left or the share of the time is used up."""
        link = client.link
        while link.events and client in self._served:
            event = link.events[0]
            if isinstance(event, Messages):
                if not self._tell_messages(client, event, end):
                    return
            else:
                del link.events[0]
                self._tell_event(client, event)
            if self._clock() >= end:
                return

    # Messages

    def _tell_messages(self, client: ServedClient, messages: Messages, end: float) -> bool:
        """Emits the messages. Returns False if the rest of them has to wait."""
        link = client.link
        if not messages.payloads:
            del link.events[0]
            return True
        if self._host is not None:
            return self._relay(client, self._host, messages, end)
        is_over = isinstance(link.events[-1], Ended)
        room = len(messages.payloads) if is_over else link.inbox.room_for(messages)
        if not room:
            return False
        if self._has_packet_hook or self._handlers["data_received"]:
            return self._tell_each(client, messages, room, end)
        link.inbox.extend(messages.take(room))
        if not messages.payloads:
            del link.events[0]
        return True

    def _tell_each(self, client: ServedClient, messages: Messages, room: int, end: float) -> bool:
        link, clock = client.link, self._clock
        inbox, transport = link.inbox, link.transport
        hook = (lambda _id: self._on_peer_packet()) if self._has_packet_hook else None
        inbox.announce(messages)
        try:
            for number, payload in enumerate(messages.payloads[:room], inbox.received + 1):
                inbox.received = number
                inbox.packets.append(payload)
                self._emit("data_received", hook, client.client_id)
                if clock() >= end or link.transport is not transport:
                    return False
        finally:
            forget_told(link, messages, inbox.settle())
        return True

    def _relay(self, client: ServedClient, host: RelayHost, messages: Messages, end: float) -> bool:
        """Passes packets to their receivers. One that finds no room waits, and so do those after it."""
        done = 0
        try:
            for payload in messages.payloads[:]:
                routed = host.route(client.client_id, payload)
                if isinstance(routed, Routed):
                    receivers = [self._clients[each] for each in routed.forwarded_to if each in self._clients]
                    has_room = all(each.link.has_room(len(payload)) for each in receivers)
                    if not has_room or (routed.here is not None and self._inbox.is_full):
                        return False
                    done += 1
                    self._forward(receivers, payload)
                    if routed.here is not None:
                        self._queue_packet(host, routed.here)
                else:
                    done += 1
                    self._log_ignored(host, f"client {client.client_id} sent {routed.why}")
                if self._clock() >= end:
                    return False
        finally:
            forget_told(client.link, messages, done)
        return True

    def _forward(self, receivers: Iterable[ServedClient], message: bytes) -> None:
        for client in receivers:
            client.link.queue_surely(message)

    # Everything else

    def _tell_event(self, client: ServedClient, event: Event) -> None:
        link = client.link
        if isinstance(event, Requested):
            self._tell_request(client, event.request)
        elif isinstance(event, Opened):
            self._let_in(client, event.subprotocol)
        elif isinstance(event, CloseReceived):
            link.has_received_close = True
            link.close_code, link.close_reason = event.code, event.reason
            if not event.is_answer:
                code = 0 if event.code == CloseCode.NO_STATUS else event.code  # as Godot words it
                self._tell("client_close_request", client.client_id, code, event.reason)
        elif isinstance(event, Ended):
            self._end_client(client, event)

    def _tell_request(self, client: ServedClient, request: Request) -> None:
        """Checks a request, and asks the handlers about it."""
        if (refusal := self._refusal_of(client, request)) is not None:
            status, words = refusal
            client.transport.reject(status, (), f"{words}\n".encode())
            logger.debug("%s was refused with %d: %s", _place(client), status, words)
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
        client.link.open()
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

    def _end_client(self, client: ServedClient, ended: Ended) -> None:
        """Lets a client go, and emits that it has gone."""
        link = client.link
        if ended.failure is not None:
            link.failures.ending = ConnectionFailure.of_connection(ended.failure)
        if not link.has_received_close:
            link.close_code, link.close_reason = CloseCode.ABNORMAL_CLOSURE.value, ""
        link.let_go()
        if client.client_id not in self._clients:
            self._forget(client)
            return
        try:
            if client.host is None:
                self._tell("client_disconnected", client.client_id, ended.was_clean)
            else:
                farewell = client.host.farewell(client.client_id)
                self._forward((each for each in self._clients.values() if each.host is client.host), farewell)
                self._tell("peer_disconnected", client.client_id)
        finally:
            self._forget(client)

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
        if self._listening is not None:
            self._watchlist.wake(self._listening)

    def _new_id(self) -> int:
        while True:
            new_id = int.from_bytes(os.urandom(4), "big") & _LARGEST_ID
            if new_id > SERVER_ID and new_id not in self._clients:
                return new_id

    def _tell(self, signal: str, *args: object) -> None:
        """Emits a signal, after the hook for it."""
        name = self._hooks.get(signal)
        self._emit(signal, None if name is None else getattr(self, name), *args)

    # Measuring

    def _counted(self, meter: PollMeter) -> ConnectionStatistics:
        links, gone = [client.link for client in self._served], self._gone
        return ConnectionStatistics(
            messages_received=gone.messages_received + sum(link.inbox.received for link in links),
            messages_sent=gone.messages_sent + sum(link.sent_messages for link in links),
            messages_ignored=0 if self._host is None else self._host.ignored,
            bytes_received=gone.bytes_received + sum(link.inbox.received_bytes for link in links),
            bytes_sent=gone.bytes_sent + sum(link.sent_bytes for link in links),
            unread_packets=sum(len(link.inbox.packets) for link in links) + len(self._inbox.packets),
            unread_bytes=sum(link.inbox.size for link in links) + self._inbox.size,
            unsent_packets=sum(link.buffered_messages for link in links),
            unsent_bytes=sum(link.buffered_amount for link in links),
            polls=meter.count,
            longest_poll=meter.longest,
            silence=-1.0,
            unanswered_pings=sum(client.transport.unanswered_pings for client in self._served),
            write_stall=max((client.transport.write_stall for client in self._served), default=0.0),
            backlog=sum(link.backlog for link in links),
            polls_cut_short=meter.cut_short,
        )


class _Gone:
    """The totals of clients that have left."""

    def __init__(self) -> None:
        self.messages_received = self.messages_sent = 0
        self.bytes_received = self.bytes_sent = 0

    def count(self, client: ServedClient) -> None:
        link = client.link
        self.messages_received += link.inbox.received
        self.messages_sent += link.sent_messages
        self.bytes_received += link.inbox.received_bytes
        self.bytes_sent += link.sent_bytes


class _Waker:
    """Wakes one client, without keeping the server or the client alive."""

    __slots__ = ("_entry", "_watchlist")

    def __init__(self, watchlist: Watchlist[ServedClient | Listener], entry: Entry[ServedClient | Listener]) -> None:
        self._watchlist = ref(watchlist)
        self._entry = ref(entry)

    def __call__(self) -> None:
        watchlist, entry = self._watchlist(), self._entry()
        if watchlist is not None and entry is not None:
            watchlist.wake(entry)


def _place(client: ServedClient) -> str:
    host, port = client.address
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
