"""An open connection between the protocol and the stream: bytes in, bytes out, deadlines."""

from __future__ import annotations

import logging
from math import inf
from typing import TYPE_CHECKING, Final

from wsclient.ground.escape import escape
from wsclient.ground.stored_error import detached
from wsclient.protocol.close_code import CloseCode
from wsclient.protocol.connection import State
from wsclient.protocol.events import (
    CloseReceived,
    Ended,
    Failure,
    FailureKind,
    Messages,
    PingReceived,
    PongReceived,
    Stage,
)
from wsclient.transport.failures import OUT_OF_MEMORY, reason_of
from wsclient.transport.heartbeat import Heartbeat, Verdict
from wsclient.transport.trace import is_tracing, trace_received, trace_sent

if TYPE_CHECKING:
    from wsclient.protocol.connection import Connection
    from wsclient.protocol.events import Event
    from wsclient.transport.base import Settings
    from wsclient.transport.polled_time import PolledClock
    from wsclient.transport.stream.stream import Stream

__all__ = ["LiveConnection"]

# Looked up once: through its class, a member costs Python 3.11 more than the question it is for.
_OPEN: Final = State.OPEN
_PING: Final = Verdict.PING
_DEAD: Final = Verdict.DEAD

_log: Final = logging.getLogger("wsclient")

_MAX_WRITE: Final = 256 * 1024  # bytes in one step; arbitrary: some 0.2 ms of system calls


class LiveConnection:
    """Moves bytes and keeps time for one open connection. Nothing in it waits, and nothing of it raises.

    Attributes:
        connection: the protocol.
        has_more: whether another step right now would bring more, or write more, without asking the system.
        heard_at: when the last byte came, on the system's clock.
        quiet_until: when `step` has to be called next, on the system's clock, if the stream does not become
            readable before and polling goes on; -inf for at once. Only `step` sets it, so whoever changes something
            in between has to call `step` anyway.
    """

    __slots__ = (
        "_arrived",
        "_broken",
        "_closing_since",
        "_data_to_send",
        "_express_frame",
        "_has_room",
        "_heartbeat",
        "_is_all_out",
        "_piece",
        "_place",
        "_settings",
        "_stream",
        "_time",
        "_written",
        "connection",
        "has_more",
        "heard_at",
        "quiet_until",
    )

    def __init__(
        self,
        stream: Stream,
        connection: Connection,
        settings: Settings,
        polled: PolledClock,
        place: str,
        *,
        arrived: bytes = b"",
    ) -> None:
        """Takes over the stream.

        Args:
            stream: behind the opening handshake.
            connection: the protocol, to which messages may be given at any time.
            settings: looked at again and again.
            polled: the clock of all deadlines; its user ticks it before each step.
            place: host and port, for messages.
            arrived: what was read already; the first step takes it in the place of a read.
        """
        self._stream = stream
        self.connection: Connection = connection
        self._data_to_send = connection.data_to_send
        self._express_frame = connection.express_frame
        self._settings = settings
        self._time = polled
        self._place = place
        self._heartbeat = Heartbeat(polled.now)
        self._arrived = arrived
        self._piece: bytes | memoryview = b""  # given by the protocol, and not taken by the stream yet
        self._is_all_out = True
        self._has_room = False  # whether the last write left off with more to write, while the stream took it all
        self._written = 0  # bytes, ever
        self._broken: Exception | None = None  # nothing can be written any more; what can be read still counts
        self._closing_since: float | None = None
        self.heard_at: float = polled.on_system_clock(polled.now)
        self.has_more: bool = bool(arrived)
        self.quiet_until: float = -inf

    @property
    def latency(self) -> float:
        """Seconds, the last ping's round trip; -1.0 before the first."""
        return self._heartbeat.latency

    @property
    def remote_address(self) -> tuple[str, int]:
        """Numeric address and port of the server."""
        return self._stream.remote_address

    def set_no_delay(self, enabled: bool) -> None:
        """Sets TCP_NODELAY."""
        self._stream.set_no_delay(enabled)

    @property
    def unsent(self) -> int:
        """Bytes that the protocol gave and the system did not take; those that TLS holds are ciphertext."""
        return len(self._piece) + self._stream.held

    def step(self, *, read: bool, is_readable: bool, missed: float) -> list[Event]:
        """Writes what waits, reads at most once, and then looks at the deadlines.

        Args:
            read: False to leave in the network what comes.
            is_readable: True if that is known; else the stream is asked.
            missed: seconds since the last step that do not count.

        Returns:
            What happened. With `Ended` among it the stream is closed.
        """
        # Each message that comes by itself pays for all of this once: what a step with news need not do, it does not.
        connection = self.connection
        if not self._is_all_out or connection.has_data_to_send:
            self.write()
        has_heard = self._read(is_readable=is_readable) if read else self._rest()
        events = self._take_events() if read or connection.is_closed else []
        if not (events and isinstance(events[-1], Ended)):
            if not has_heard or missed or self._broken is not None or connection.state is not _OPEN:
                self._keep_time(missed, has_heard=has_heard)
            # What did not go before does not go now.
            if self._is_all_out and (connection.has_data_to_send or connection.is_closing):
                self.write()
            if connection.is_closed:
                events += self._take_events()
        self.has_more = self._has_room or bool(self._arrived) or connection.has_undecoded or self._stream.has_more
        self.quiet_until = self._next_look()
        return events

    def express(self, payload: bytes, is_text: bool) -> bool:
        """Writes a short message if nothing waits before it. Returns False if it must be queued as any other.

        It does what `write` would do of it, with half the calls. If the stream is full, the message is queued: to try
        again with each message would cost ten times as much, and `step` does.
        """
        if not self._is_all_out or self._broken is not None:
            return bool(self._piece) and self.connection.express(payload, is_text)
        try:
            frame = self._express_frame(payload, is_text)
        except (MemoryError, OSError, NotImplementedError):
            return False  # `send` says why, if it fails there too
        if not frame:
            return False
        try:
            sent = self._stream.send(frame)
            self._written += sent
            if sent < len(frame):
                self._piece = memoryview(frame)[sent:]
                self._is_all_out = False
            else:
                self._is_all_out = self._stream.flush()
        except (OSError, MemoryError) as error:
            self._broken = detached(error)
        return True

    def write(self) -> None:
        """Gives the stream what it takes, a bounded amount. That it broke is told by `step`."""
        if self._broken is not None:
            return
        has_waited, before = not self._is_all_out, self._written
        held = self._stream.held if has_waited else 0
        try:
            self._is_all_out = self._write_pieces()
        except (OSError, MemoryError) as error:
            self._broken = detached(error)
            return
        if has_waited and (self._written > before or self._stream.held < held):
            # Room came free, so the other side has acknowledged something: a ping that waits behind a large message
            # on a slow line must not be taken for one that nobody answers.
            self._heartbeat.heard(self._time.now)
        if self._is_all_out and self.connection.state is not _OPEN:
            self.connection.data_sent()

    def close(self, code: int, reason: str) -> None:
        """Queues our Close, and writes; see `Connection.send_close`."""
        _log.info("%s: closing, %s", self._place, _in_words(code, reason))
        self.connection.send_close(code, reason)
        self.write()

    def abort(self) -> None:
        """Closes the stream, without a word. May be called twice."""
        self._stream.close()

    def _write_pieces(self) -> bool:
        """Whether everything is the system's now."""
        self._has_room = False
        # Each message that is written at once comes here: kept methods, and nothing asked twice.
        connection, stream, data_to_send = self.connection, self._stream, self._data_to_send
        room = _MAX_WRITE
        while room > 0:
            piece = self._piece
            if not piece:
                try:
                    piece = data_to_send()
                except (MemoryError, OSError, NotImplementedError) as error:
                    self._give_up_sending(error)
                if not piece:
                    return stream.flush()
            sent = stream.send(piece)
            self._written += sent
            if sent < len(piece):
                self._piece = memoryview(piece)[sent:]
                return False
            self._piece = b""
            if connection.is_drained:
                return stream.flush()
            room -= max(sent, connection.last_cost)
        self._has_room = True
        return False

    def _give_up_sending(self, error: MemoryError | OSError | NotImplementedError) -> None:
        # Without memory a frame may have been cut off, and nothing can be said behind it. Without random numbers
        # nothing can be sent at all: a mask has to be unpredictable (RFC 6455 section 5.3).
        no_random_numbers = f"this machine gives no random numbers: {reason_of(error)}"
        detail = OUT_OF_MEMORY if isinstance(error, MemoryError) else no_random_numbers
        self.connection.give_up(self._failure(FailureKind.SYSTEM, detail, error))

    def _read(self, *, is_readable: bool) -> bool:
        """Reads once, unless there is something to decode first. Whether any byte came."""
        connection, stream = self.connection, self._stream
        if connection.has_undecoded:
            return False
        is_worth_it = is_readable or bool(self._arrived) or stream.may_receive()
        try:
            data = self._fetch() if is_worth_it else None
        except OSError as error:
            self._lose(error)
            return False
        except MemoryError as error:  # perhaps in the middle of TLS: what was lost there is missing in the stream
            connection.fail(CloseCode.INTERNAL_ERROR, self._failure(FailureKind.SYSTEM, OUT_OF_MEMORY, error))
            return False
        if data:
            connection.receive_data(data)
            now = self._time.now
            self._heartbeat.heard(now)
            self.heard_at = self._time.on_system_clock(now)
            return True
        if data is None and is_worth_it and stream.has_partial:  # the rest of it may be there: nothing is lost yet
            self._heartbeat.heard(self._time.now)
        elif self._broken is not None:
            self._lose(self._broken)
        elif data is not None and connection.state is not State.BOTH_CLOSING:
            connection.receive_eof()  # while both close it is what has to come, and our answer may still leave
        return False

    def _fetch(self) -> bytes | None:
        if self._arrived:
            arrived, self._arrived = self._arrived, b""
            return arrived
        return self._stream.receive(self.connection.read_size)

    def _lose(self, error: Exception) -> None:
        """Takes note that nothing can be read or written any more."""
        if self.connection.state is State.BOTH_CLOSING:  # for good, if only our Close had left
            detail = f"{self._place} ended TCP before our Close had left: {reason_of(error)}"
            self.connection.give_up(self._failure(FailureKind.LOST, detail, error))
        else:
            self.connection.receive_eof(error)

    def _rest(self) -> bool:
        """While nothing is read, silence means nothing."""
        self._heartbeat.heard(self._time.now)
        return False

    def _take_events(self) -> list[Event]:
        events = self.connection.next_events()
        if not events:
            return events
        if is_tracing():
            trace_received(events)
        told: list[Event] = []
        for event in events:
            if isinstance(event, Messages):  # as a rule
                told.append(event)
            elif isinstance(event, PongReceived):
                self._heartbeat.pong(event.payload, self._time.now)
            elif isinstance(event, Ended):
                told.append(self._end(event))
            elif not isinstance(event, PingReceived):
                told.append(event)
                if isinstance(event, CloseReceived) and not event.is_answer:
                    _log.info("%s: the server closes, %s", self._place, _in_words(event.code, event.reason))
        return told

    def _keep_time(self, missed: float, *, has_heard: bool) -> None:
        if self.connection.is_closing or self._broken is not None:
            self._keep_close_timeout()
        else:
            self._keep_heartbeat(missed, has_heard=has_heard)

    def _keep_close_timeout(self) -> None:
        now, seconds = self._time.now, self._settings.close_timeout
        if self._closing_since is None:
            self._closing_since = now
        if seconds <= 0.0 or now < self._closing_since + seconds:
            return
        if self._broken is not None:
            self._lose(self._broken)
        else:
            detail = f"{self._place} did not answer the Close within {seconds:g} s"
            self.connection.give_up(self._failure(FailureKind.TIMEOUT, detail))

    def _keep_heartbeat(self, missed: float, *, has_heard: bool) -> None:
        now, interval = self._time.now, self._settings.heartbeat_interval
        verdict = self._heartbeat.judge(now, interval)
        # Who slept does not know whether the other side is still there, and asks without delay.
        if missed > interval > 0.0 and not has_heard:
            verdict = Verdict.PING
        if verdict is _PING:
            payload = self._heartbeat.ping(now)
            self.connection.send_ping(payload)
            if is_tracing():
                trace_sent("ping", payload)
        elif verdict is _DEAD:
            failure = self._failure(FailureKind.HEARTBEAT, f"no pong for {interval:g} s")
            self.connection.fail(CloseCode.INTERNAL_ERROR, failure)
            self.write()
            if not self.connection.is_closed:  # it did not even leave, and who should answer?
                self.connection.give_up(failure)

    def _next_look(self) -> float:
        # What there is to send has just been written, as far as it goes.
        if self.has_more or not self._is_all_out or self._broken is not None or self.connection.state is not _OPEN:
            return -inf
        if not self._time.is_steady:
            return -inf
        return self._time.on_system_clock(self._heartbeat.due(self._settings.heartbeat_interval))

    def _end(self, ended: Ended) -> Ended:
        """Closes the stream, together with the event that says so."""
        failure, unsent = ended.failure, self.connection.buffered_amount + self.unsent
        self._stream.finish()
        if failure is not None and failure.cause is not None:
            detached(failure.cause)
        _log.info("%s: %s", self._place, failure.detail if failure else "closed")
        if failure is None or not unsent:
            return ended
        detail = f"{failure.detail}; {unsent} bytes were not sent"
        return ended.replace(failure=failure.replace(detail=detail))

    def _failure(self, kind: FailureKind, detail: str, cause: BaseException | None = None) -> Failure:
        stage = Stage.CLOSE if self.connection.is_closing else Stage.OPEN
        return Failure(stage=stage, kind=kind, detail=detail, cause=cause)


def _in_words(code: int, reason: str) -> str:
    return f"code {code} ({escape(reason)})" if reason else f"code {code}"
