"""LinkEvents: applies the events of a client's link, and emits their signals."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Final

from wsclient.core.handler_errors import add_note
from wsclient.core.signal_emitter import SignalEmitter
from wsclient.ground.value import Value
from wsclient.multiplayer.session import PeerAdded, PeerPacket, PeerRemoved, SessionJoined
from wsclient.protocol.close_code import NORMAL_CODES, CloseCode
from wsclient.protocol.events import CloseReceived, Ended, Messages, Opened, PongReceived
from wsclient.websocket.connection_failure import ConnectionFailure
from wsclient.websocket.emission import emit_each
from wsclient.websocket.reconnector import End

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from wsclient.multiplayer.session import Session, SessionEvent
    from wsclient.protocol.events import Event
    from wsclient.websocket.link import Link
    from wsclient.websocket.poll_meter import PollMeter
    from wsclient.websocket.reconnector import Reconnector

__all__ = ["LinkEvents", "OwedSignal", "forget_told"]

logger: Final = logging.getLogger("wsclient.client")


class OwedSignal(Value):
    """A signal that must be emitted before any other.

    Attributes:
        end: set if it ends an attempt or a connection unexpectedly. The next step is decided when its handlers have
            run.
    """

    name: str
    args: tuple[object, ...] = ()
    end: End | None = None


class LinkEvents(SignalEmitter):
    """The part of a client that turns events of its link into signals.

    It is called inside `poll()` only.
    """

    _link: Link
    _session: Session | None
    _meter: PollMeter
    _owed: OwedSignal | End | None
    _reconnector: Reconnector | None
    _has_packet_hook: bool

    # The methods that a subclass may override, by signal.
    _hooks: ClassVar[Mapping[str, str]] = {
        "connection_established": "_on_connect",
        "connection_error": "_on_error",
        "connection_closed": "_on_disconnect",
        "server_close_request": "_on_close_request",
        "data_received": "_on_peer_packet",
        "peer_packet": "_on_peer_packet",
    }

    _free_names = frozenset(_hooks.values())

    # Names of these signals in other libraries, without "on_".
    _synonyms: ClassVar[Mapping[str, Sequence[str]]] = {
        synonym: signals
        for synonyms, signals in (
            ("message data receive recv text binary packet", ("message_received", "data_received")),
            ("open opened connect connected connection ready", ("connection_established",)),
            ("close closed disconnect disconnected end", ("connection_closed",)),
            ("error connect_error exception", ("connection_error",)),
        )
        for synonym in synonyms.split()
    }

    if TYPE_CHECKING:  # of WebSocketMultiplayerPeer

        def _queue_packet(self, session: Session, packet: PeerPacket) -> None: ...
        def _log_ignored(self, session: Session, why: str) -> None: ...

    def _tell_next(self, link: Link, deadline: float) -> bool:
        """Applies the next event, then emits its signal.

        Returns False if the rest has to wait for another poll.
        """
        event = link.events[0]
        if isinstance(event, Messages):
            return self._tell_messages(link, event, deadline)
        self._tell_event(link, event)
        return self._meter.clock() < deadline

    # Messages

    def _tell_messages(self, link: Link, messages: Messages, deadline: float) -> bool:
        """Puts messages into the inbox, and emits `data_received` for each.

        It puts as many as have room.
        """
        events, inbox, payloads = link.events, link.inbox, messages.payloads
        if not payloads:  # all emitted, but Ctrl+C came before they were removed
            del events[0]
            return True
        if self._handlers["message_received"] and self._hands_messages_over():
            return self._hand_over(link, messages, deadline)
        # At the end, nothing waits: the data of the last read is accepted, whatever the limits are.
        room = len(payloads) if isinstance(events[-1], Ended) else inbox.room_for(messages)
        if not room:
            self._warn_of_pause(link)
            return False
        if self._session is not None:
            return self._tell_relayed(link, self._session, messages, room, deadline)
        if self._has_packet_hook or self._handlers["data_received"]:
            if len(payloads) == 1:
                return self._tell_sole(link, messages, deadline)
            return self._tell_each(link, messages, room, deadline)
        # No handlers: take all at once.
        if room < len(payloads):
            inbox.extend(messages.take(room))
        else:
            inbox.extend(messages)
            del events[0]
        return True

    def _tell_sole(self, link: Link, messages: Messages, deadline: float) -> bool:
        """Puts a single message into the inbox like any run, and emits `data_received`.

        Nothing can come between. This takes half the calls of `_tell_each`.
        """
        link.inbox.extend(messages)
        del link.events[0]
        self._emit("data_received", self._hook("data_received") if self._has_packet_hook else None)
        return self._meter.clock() < deadline

    def _tell_each(self, link: Link, messages: Messages, room: int, deadline: float) -> bool:
        """Puts messages into the inbox one by one.

        It emits `data_received` for each before the next one.
        """
        hook = self._hook("data_received") if self._has_packet_hook else None
        sole_handlers = self._sole_handlers if hook is None else self._no_sole_handlers
        emit = partial(self._emit, "data_received", hook)
        link.inbox.announce(messages)
        try:
            return emit_each(link, messages.payloads[:room], sole_handlers, emit, self._meter.clock, deadline)
        except Exception as error:
            add_note(error, self._declaration("data_received"))
            raise
        finally:
            forget_told(link, messages, link.inbox.settle())

    def _hands_messages_over(self) -> bool:
        """Returns True if handlers of `message_received` take the messages.

        The messages are not put into the inbox then.
        """
        return self._session is None and self._is_heard("message_received")

    def _hand_over(self, link: Link, messages: Messages, deadline: float) -> bool:
        """Passes messages one by one to the handlers of `message_received`.

        It stops if there are none any more.
        """
        transport, clock, inbox = link.transport, self._meter.clock, link.inbox
        told = 0
        try:
            for payload, is_text in messages.each():
                if not self._hands_messages_over():
                    break
                told += 1
                inbox.handed += 1
                inbox.handed_bytes += len(payload)
                self._emit("message_received", None, payload.decode("utf-8") if is_text else payload)
                if clock() >= deadline or link.transport is not transport:
                    return False
        finally:
            forget_told(link, messages, told)
        return True

    def _tell_available(self, link: Link) -> None:
        """Emits `messages_available` if new messages were queued, and some are unread."""
        inbox = link.inbox
        if inbox.received == inbox.told:
            return
        inbox.told = inbox.received
        if inbox.packets and self._session is None and self._link is link:
            self._emit("messages_available", None, len(inbox.packets))

    def _tell_relayed(self, link: Link, session: Session, messages: Messages, room: int, deadline: float) -> bool:
        """Passes messages one by one to the session, and emits the results."""
        transport, clock = link.transport, self._meter.clock
        told = 0
        try:
            for payload in messages.payloads[:room]:
                told += 1
                self._tell_session(session, session.receive(payload))
                if clock() >= deadline or link.transport is not transport:
                    return False
        finally:
            forget_told(link, messages, told)
        return True

    # The session of multiplayer mode

    def _tell_session(self, session: Session, events: Sequence[SessionEvent]) -> None:
        """Emits the change that one message made in the session."""
        for event in events:
            if isinstance(event, PeerPacket):
                self._queue_packet(session, event)
            elif isinstance(event, PeerAdded):
                is_joined = any(isinstance(other, SessionJoined) for other in events)
                self._tell_of_peer(event.peer_id, is_joined=is_joined)
            elif isinstance(event, PeerRemoved):
                self._emit("peer_disconnected", None, event.peer_id)
            elif not isinstance(event, SessionJoined):
                self._log_ignored(session, event.why)

    def _tell_of_peer(self, peer_id: int, *, is_joined: bool) -> None:
        link = self._link
        if is_joined:
            self._owed = OwedSignal("connection_succeeded")  # is emitted second, even if a handler raises
        self._emit("peer_connected", None, peer_id)
        # A handler may have ended the connection. Then the owed signal is that of the end, which the next poll() emits
        # first.
        if self._owed is not None and link.transport is not None:
            self._tell_owed(self._owed)

    # Everything else

    def _tell_event(self, link: Link, event: Event) -> None:
        # Removed after it is applied and before it is emitted, so that Ctrl+C neither loses nor repeats an event.
        if isinstance(event, Opened):
            self._tell_opened(link, event)
        elif isinstance(event, CloseReceived):
            link.has_received_close = True
            link.close_code, link.close_reason = event.code, event.reason
            del link.events[0]
            if not event.is_answer:
                code = 0 if event.code == CloseCode.NO_STATUS else event.code  # as in Godot
                self._tell("server_close_request", code, event.reason)
        elif isinstance(event, Ended):
            self._tell_available(link)
            if link.transport is None:  # a handler has dropped the connection
                return
            self._end(link, was_clean=event.was_clean, failure=_failure_of(link, event))
            if self._owed is not None:
                self._tell_owed(self._owed)
        elif isinstance(event, PongReceived):
            del link.events[0]
            sent_at = link.pong(event.payload)
            if sent_at is not None:
                self._tell("pong_received", event.payload, self._meter.clock() - sent_at)
        else:  # for pings that a user's own transport may report
            del link.events[0]

    def _tell_opened(self, link: Link, event: Opened) -> None:
        link.open()
        link.opened_at = self._meter.clock()
        if self._reconnector is not None and self._reconnector.attempt:
            link.failures.ending = None  # the reason why earlier attempts failed
        del link.events[0]
        if self._session is None:
            try:
                self._tell("connection_established", event.subprotocol)
            finally:
                link.send_kept()

    def _end(self, link: Link, *, was_clean: bool, failure: ConnectionFailure | None = None) -> None:
        """Drops the connection. From then on, the signal for its end is owed."""
        if link.is_open and not link.has_received_close:
            link.close_code, link.close_reason = CloseCode.ABNORMAL_CLOSURE.value, ""
        owed = self._signal_of_end(link, was_clean=was_clean)
        if self._reconnector is not None and not link.is_closing_here:
            lasted = self._meter.clock() - link.opened_at if link.is_open else -1.0
            end = self._reconnector.ended(End(failure, link.close_code if link.is_open else -1, lasted))
            owed, failure = owed.replace(end=end), end.failure
            link.keep_unsent()
        if failure is not None:
            link.failures.ending = failure
        if link.transport is not None:
            link.keep_latency()
            link.transport.abort()
        # In one statement, so that Ctrl+C leaves either a connection that continues, or one whose end will be emitted.
        self._owed, link.transport, link.is_open = owed, None, False
        link.let_go()
        if self._session is not None:
            self._session.end()

    def _signal_of_end(self, link: Link, *, was_clean: bool) -> OwedSignal:
        if self._session is None:
            return OwedSignal("connection_closed", (was_clean,)) if link.is_open else OwedSignal("connection_error")
        is_known_as_joined = self._session.has_joined and self._owed is None
        return OwedSignal("server_disconnected" if is_known_as_joined else "connection_failed")

    # Emitting

    def _tell_owed(self, owed: OwedSignal | End) -> None:
        """Emits the owed signal and, after the end of a connection, what follows."""
        if isinstance(owed, OwedSignal):
            self._owed = owed.end  # if a handler raises, the next poll decides about the next step
            self._tell(owed.name, *owed.args)
            if owed.end is None or self._owed is not owed.end:
                return
            owed = owed.end
        self._decide(owed)

    def _decide(self, end: End) -> None:
        """Decides what follows an end, and emits that."""
        reconnector = self._reconnector
        if reconnector is None:
            return
        try:
            delay = reconnector.decide(end, self._meter.clock())
        except Exception:  # raised by the policy
            self._give_up()
            raise
        if self._owed is not end:  # the policy has connected, or has closed the client
            reconnector.cancel()
        elif delay is None:
            self._give_up()
            self._tell_owed(self._owed)
        else:
            self._owed = None
            self._emit("reconnecting", None, reconnector.attempt, delay)

    def _give_up(self) -> None:
        self._owed = OwedSignal("reconnection_failed")
        self._link.stop_keeping("no other attempt is made")

    def _tell(self, signal: str, *args: object) -> None:
        """Emits a signal of the connection, after the hook for it."""
        self._emit(signal, self._hook(signal), *args)

    def _hook(self, signal: str) -> Callable[..., object] | None:
        # Looked up by name when it is called, because a stored method would keep the client alive.
        name = self._hooks.get(signal)
        return None if name is None else getattr(self, name)

    def _warn_of_pause(self, link: Link) -> None:
        if not link.has_warned_of_pause:
            link.has_warned_of_pause = True
            unread = len(link.inbox.packets)
            logger.warning("%s: %d packets unread: call get_packet(). The server is held back", link.place, unread)


def forget_told(link: Link, messages: Messages, count: int) -> None:
    """Removes the emitted messages from the current run.

    With the last of them, it removes the run itself, unless a handler has ended the connection: that left other events.
    """
    if count < len(messages.payloads):
        messages.drop(count)
    elif link.events and link.events[0] is messages:
        del link.events[0]


def _failure_of(link: Link, ended: Ended) -> ConnectionFailure | None:
    """Returns the failure of a connection; None if it ended normally.

    A Close with a reason counts more than the way in which TCP ended.
    """
    cause = None if ended.failure is None else ended.failure.cause
    code = link.close_code
    if link.has_received_close and code not in NORMAL_CODES and code != link.own_code:  # an answer repeats it
        return ConnectionFailure.of_close(code, link.close_reason, cause)
    return None if ended.failure is None else ConnectionFailure.of_connection(ended.failure)
