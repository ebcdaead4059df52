"""Connects the protocol of an open connection to its stream.

It moves bytes in and out, and keeps the deadlines.
"""

from __future__ import annotations

import logging
from math import inf
from typing import TYPE_CHECKING, Final

from wsclient.ground.escape import escape
from wsclient.ground.stored_error import detached
from wsclient.protocol.close_code import NORMAL_CODES, CloseCode, meaning_of
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
from wsclient.transport.failures import OUT_OF_MEMORY, failure_from, reason_of
from wsclient.transport.heartbeat import Heartbeat, Verdict
from wsclient.transport.stream.stream import StreamError
from wsclient.transport.trace import FRAMES, is_tracing, trace_received, trace_sent
from wsclient.transport.traffic import Traffic
from wsclient.transport.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Callable

    from wsclient.protocol.connection import Connection
    from wsclient.protocol.events import Event
    from wsclient.transport.base import Settings
    from wsclient.transport.descriptor import Descriptor
    from wsclient.transport.polled_time import PolledClock
    from wsclient.transport.stream.stream import Stream

__all__ = ["LiveConnection"]

# Looked up once: in Python 3.11, access through the class takes longer than the check itself.
_OPEN: Final = State.OPEN

_log: Final = logging.getLogger("wsclient")

_HINT_OF_SIZE: Final = "Send smaller messages, or raise the limit of the server."
_HINT: Final = "The server ended the connection for this reason; its own log may say more."
_HINT_OF_UNSENT: Final = "It may not have received what was sent last."
_HINTS: Final[dict[int, str]] = {CloseCode.MESSAGE_TOO_BIG: _HINT_OF_SIZE}

_DOUBTED_FOR: Final = 2.0  # seconds; arbitrary: for what the system holds, the way, and the answer to it
_LARGE: Final = 16 * 1024  # bytes; arbitrary: no server has a lower limit for a message
_USER_TIMEOUT: Final = 5  # intervals of the heartbeat; one more than it needs to detect a failure itself


class LiveConnection:
    """Moves bytes and keeps time for one open connection.

    It never waits and never raises.

    Attributes:
        connection: the protocol.
        writer: writes the data to send.
        descriptor: of the stream, which keeps it as long as it lives.
        express: writes a short message; see `Writer.express`.
        queue_frame: queues a short message whose frame is ready; see `Connection.queue_frame`.
        has_more: True if another step right now would return or write more, without asking the system.
        heard_at: the time when the last byte arrived, on the system's clock.
        quiet_until: the time when `step` has to be called next, on the system's clock, if the stream does not become
            readable before and polling continues; -inf for immediately. Only `step` sets it, so code that changes a
            deadline in between, or a setting, has to call `step` anyway.
    """

    __slots__ = (
        "_arrived",
        "_closed_by",
        "_closing_since",
        "_doubted_until",
        "_has_undecoded",
        "_heartbeat",
        "_is_readable",
        "_large",
        "_largest",
        "_place",
        "_settings",
        "_stream",
        "_tells_pongs",
        "_time",
        "_traffic",
        "_waiting",
        "connection",
        "descriptor",
        "express",
        "has_more",
        "heard_at",
        "queue_frame",
        "quiet_until",
        "writer",
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
        traffic: Traffic | None = None,
    ) -> None:
        """Takes over the stream.

        Args:
            stream: the stream after the opening handshake.
            connection: the protocol.
            settings: the user's; read each time they are needed.
            polled: the clock of all deadlines; its user calls its `tick` before each step.
            place: host and port, for messages.
            arrived: data that was already read; the first step takes it instead of reading.
            traffic: counts the bytes of frames.
        """
        self._stream = stream
        self._traffic = traffic or Traffic()
        self._is_readable: Callable[[], object] | None = None
        self.connection: Connection = connection
        self.writer: Writer = Writer(stream, connection, polled, self._traffic)
        self.express: Callable[[bytes, bool], bool] = self.writer.express
        self.queue_frame: Callable[[bytes, int], bool] = connection.queue_frame
        self.descriptor: Descriptor | None = stream.descriptor
        self._waiting = connection.waiting
        self._settings = settings
        self._time = polled
        self._place = place
        self._heartbeat = Heartbeat(polled.now)
        self._arrived = arrived
        self._has_undecoded = False
        self._tells_pongs = False
        self._large = 0  # bytes of the largest message that may be incompletely sent
        self._largest = 0  # bytes of the largest message that was
        self._doubted_until = -inf  # whether the other side takes that, on the system's clock
        self._closed_by: CloseReceived | None = None
        self._closing_since: float | None = None
        self.heard_at: float = polled.last
        self.has_more: bool = bool(arrived)
        self.quiet_until: float = -inf
        self.settings_changed()

    @property
    def latency(self) -> float:
        """Returns the round trip of the last ping, in seconds; -1.0 before the first."""
        return self._heartbeat.latency

    @property
    def unanswered_pings(self) -> int:
        """Returns the number of heartbeat pings without a pong."""
        return self._heartbeat.unanswered

    @property
    def remote_address(self) -> tuple[str, int]:
        """Returns the numeric address and port of the other side."""
        return self._stream.remote_address

    def set_no_delay(self, enabled: bool) -> None:
        """Sets TCP_NODELAY."""
        self._stream.set_no_delay(enabled)

    def settings_changed(self) -> None:
        """Called when a setting has changed."""
        self.quiet_until = -inf
        self.connection.limit_frames(self._settings.max_frame_size)
        self._stream.set_user_timeout(_USER_TIMEOUT * self._settings.heartbeat_interval)

    @property
    def plain_send(self) -> Callable[[bytes], int] | None:
        """Returns the system call that writes, if the stream does nothing else.

        See `Stream.plain_send`.
        """
        return self._stream.plain_send

    @property
    def is_between_messages(self) -> bool:
        """Returns True if everything that was sent until now has left, and the last message was complete."""
        connection, is_all_out = self.connection, self.writer.is_all_out and not self._waiting
        return is_all_out and not connection.has_data_to_send and not connection.is_sending_fragments

    def question(self) -> Callable[[], object]:
        """Returns the callable that asks the stream if it is readable."""
        if self._is_readable is None:
            self._is_readable = self._stream.is_readable
        return self._is_readable

    @property
    def rests_until(self) -> float:
        """Returns the time, on the system's clock, when `step` has to be called in any case.

        It is -inf if there is work. Other than `quiet_until`, that includes work from calls since the last step, such
        as those of a handler.
        """
        writer = self.writer
        if self._waiting or not writer.is_all_out or writer.broken is not None or self.connection.state is not _OPEN:
            return -inf
        return self.quiet_until

    @property
    def is_held_up(self) -> bool:
        """Returns True if the network has no room, or if the other side has not answered our Close."""
        writer = self.writer
        if self.has_more or self._waiting or writer.broken is not None or writer.has_room:
            return False
        return not writer.is_all_out or self._closing_since is not None

    def step(self, *, read: bool, is_readable: bool | None) -> list[Event]:
        """Writes waiting data, reads at most once, and then checks the deadlines.

        Args:
            read: False to leave incoming data in the network.
            is_readable: True if the stream is readable; if None, the stream is asked.

        Returns:
            The events. If they include `Ended`, the stream is closed.
        """
        # Each message that arrives alone takes this path. So each state is asked for once, and no more is asked on an
        # open connection with nothing but messages. This takes 20 calls with the protocol, instead of 45.
        writer, connection, heartbeat, polled = self.writer, self.connection, self._heartbeat, self._time
        if self._waiting or not writer.is_all_out:
            self.write()
        if read:
            self._read(is_readable=is_readable)
            events = connection.next_events()
        else:
            heartbeat.rest(polled.now)
            events = connection.next_events() if connection.is_closed else []
        interval = self._settings.heartbeat_interval
        is_open = connection.state is _OPEN
        if (
            not is_open
            or writer.broken is not None
            or (interval > 0.0 and (heartbeat.since + interval <= polled.now or polled.gap > interval))
            or (events and (len(events) > 1 or events[0].__class__ is not Messages))
            or (FRAMES.level and is_tracing())
        ):
            events = self._settle(events, has_read=read)
            is_open = connection.state is _OPEN
        self._has_undecoded = connection.has_undecoded
        self.has_more = writer.has_room or bool(self._arrived) or self._has_undecoded or self._stream.has_more
        if events and not self.has_more:
            heartbeat.told_at = polled.now
        if self.has_more or not (is_open and writer.is_all_out and polled.is_steady) or writer.broken is not None:
            self.quiet_until = -inf
        elif interval > 0.0:
            self.quiet_until = polled.zero + heartbeat.since + interval
        else:
            self.quiet_until = inf
        return events

    def send(self, payload: bytes, *, is_text: bool) -> None:
        """Queues one message."""
        self.connection.send_message(payload, is_text=is_text)
        self.writer.is_all_out = False
        if len(payload) >= _LARGE:
            self._large = max(self._large, len(payload))

    def send_ping(self, payload: bytes) -> None:
        """Queues a ping of the user. From then on, pongs are reported."""
        self._tells_pongs = True
        self.connection.send_ping(payload)
        self.writer.is_all_out = False

    def send_fragment(self, payload: bytes, *, is_text: bool, is_final: bool) -> None:
        """Queues a fragment of a message."""
        self.connection.send_fragment(payload, is_text=is_text, is_final=is_final)
        self.writer.is_all_out = False

    def write(self) -> None:
        """Writes as much as the stream takes, up to a limit.

        If that fails, `step` returns the failure.
        """
        writer = self.writer
        if writer.write():
            self._heartbeat.moved(self._time.now)
        if writer.unmade is not None:
            self._give_up_sending(writer.unmade)
        if writer.is_all_out:
            if self._large:
                self._large_has_left()
            if self.connection.state is not _OPEN:
                self.connection.data_sent()

    def close(self, code: int, reason: str) -> None:
        """Queues our Close, and writes; see `Connection.send_close`."""
        _log.debug("%s: closing, %s", self._place, _in_words(code, reason))
        self.connection.send_close(code, reason)
        self.write()

    def abort(self) -> None:
        """Closes the stream without notice. May be called twice."""
        self._stream.close()

    def _read(self, *, is_readable: bool | None) -> None:  # noqa: C901 - each call less counts for each message
        """Reads once, unless there is data to decode first."""
        if self._has_undecoded:
            return
        connection, stream = self.connection, self._stream
        if not (is_readable or self._arrived or stream.has_more):
            if is_readable is None:
                try:
                    is_readable = bool((self._is_readable or self.question())())
                except OSError:
                    is_readable = True  # if something is wrong with the stream itself, `receive` reports it
            if not is_readable:
                self._read_nothing()
                return
        try:
            if self._arrived:
                data: bytes | None = self._arrived
                self._arrived = b""
            else:
                data = stream.receive(connection.read_size)
        except OSError as error:
            self._lose(error)
            return
        except MemoryError as error:  # perhaps within TLS, whose stream has a gap then
            connection.fail(CloseCode.INTERNAL_ERROR, self._failure(FailureKind.SYSTEM, OUT_OF_MEMORY, error))
            return
        if data:
            connection.receive_data(data)
            self._traffic.received += len(data)
            self._heartbeat.has_heard = True
            self.heard_at = self._time.last
        elif data is None and stream.has_partial:  # its rest may have arrived, so nothing is lost yet
            self._heartbeat.has_heard = True
        else:
            self._read_nothing(is_over=data is not None)

    def _read_nothing(self, *, is_over: bool = False) -> None:
        if self.writer.broken is not None:
            self._lose(self.writer.broken)
        elif is_over and self.connection.state is not State.BOTH_CLOSING:
            self.connection.receive_eof()  # expected when both sides close; our answer may still be sent

    def _settle(self, events: list[Event], *, has_read: bool) -> list[Event]:
        """Finishes a step that had more than messages, or a deadline.

        Returns the events.
        """
        connection, writer = self.connection, self.writer
        told = self._told(events)
        if told and isinstance(told[-1], Ended):
            return told
        if connection.is_closing or writer.broken is not None:
            self._keep_close_timeout()
        elif has_read:
            self._keep_heartbeat()
        # If the stream was full before, it is still full.
        if writer.is_all_out and (connection.has_data_to_send or connection.is_closing):
            self.write()
        if connection.is_closed:
            told += self._told(connection.next_events())
        return told

    def _told(self, events: list[Event]) -> list[Event]:
        """Returns the events for the user of the transport.

        It applies the others.
        """
        if is_tracing():
            trace_received(events)
        told: list[Event] = []
        for event in events:
            if isinstance(event, PongReceived):
                self._heartbeat.pong(event.payload, self._time.now)
                if self._tells_pongs:
                    told.append(event)
            elif isinstance(event, Ended):
                told.append(self._end(event))
            elif not isinstance(event, PingReceived):
                told.append(event)
                if isinstance(event, CloseReceived):
                    self._closed_by = event
                    if not event.is_answer:
                        _log.debug("%s: the other side closes, %s", self._place, _in_words(event.code, event.reason))
        return told

    def _keep_close_timeout(self) -> None:
        now, seconds = self._time.now, self._settings.close_timeout
        if self._closing_since is None:
            self._closing_since = now
        if seconds <= 0.0 or now < self._closing_since + seconds:
            return
        if self.writer.broken is not None:
            self._lose(self.writer.broken)
        else:
            detail = f"{self._place} did not answer the Close within {seconds:g} s"
            self.connection.give_up(self._failure(FailureKind.TIMEOUT, detail))

    def _keep_heartbeat(self) -> None:
        now, interval = self._time.now, self._settings.heartbeat_interval
        verdict = self._heartbeat.judge(now, interval)
        # After a sleep, it is unknown if the other side is still there, so ask without delay.
        is_awaking = verdict is Verdict.WAIT and self._time.has_missed and 0.0 < interval < self._time.gap
        if is_awaking or verdict is Verdict.PING:
            payload = self._heartbeat.ping(now, interval, is_awaking=is_awaking)
            self.connection.send_ping(payload)
            if is_tracing():
                trace_sent("ping", payload)
        elif verdict is Verdict.SILENT:
            self.connection.decode_rest()  # if the last data was no frame, that explains more
            self._fail_heartbeat(FailureKind.HEARTBEAT, f"no pong for {self._heartbeat.patience(interval):.3g} s")
        elif verdict is Verdict.DEAF:
            words = "still sends, but has answered none of the last three pings: what is sent to it does not arrive"
            self._fail_heartbeat(FailureKind.DEAF, f"{self._place} {words}")

    def _fail_heartbeat(self, kind: FailureKind, detail: str) -> None:
        failure = self._failure(kind, detail)
        self.connection.fail(CloseCode.INTERNAL_ERROR, failure)  # as other clients do if a pong is missing
        self.write()
        if not self.connection.is_closed:  # it was not even sent, so nothing can answer it
            self.connection.give_up(failure)

    def _give_up_sending(self, error: MemoryError | OSError | NotImplementedError) -> None:
        # Without memory, a frame may have been cut off, and nothing can be sent after it. Without random numbers,
        # nothing can be sent either, because a mask has to be unpredictable (RFC 6455 section 5.3).
        no_random_numbers = f"this machine gives no random numbers: {reason_of(error)}"
        detail = OUT_OF_MEMORY if isinstance(error, MemoryError) else no_random_numbers
        self.connection.give_up(self._failure(FailureKind.SYSTEM, detail, error))

    def _lose(self, error: Exception) -> None:
        """Ends the connection, because nothing can be read or written any more."""
        connection = self.connection
        if connection.state is State.BOTH_CLOSING:  # it would be clean if our Close had been sent
            connection.give_up(self._cut_off(error))
        elif isinstance(error, StreamError):
            connection.give_up(failure_from(error, Stage.TLS, self._place))
        elif isinstance(error, ConnectionError) and (size := self._large or self._doubted_size):
            when = "in the middle of" if self._large else "right after"
            detail = f"{self._place} broke the connection {when} a large message ({reason_of(error)}): it may not "
            detail = f"{detail}take messages that large ({_size(size)} was under way)"
            connection.give_up(self._failure(FailureKind.LOST, detail, error, _HINT_OF_SIZE))
        else:
            connection.receive_eof(error)

    def _cut_off(self, error: Exception) -> Failure:
        """Returns the failure for an end of TCP between the other side's Close and ours.

        The other side's message counts more than how TCP ended.
        """
        closed_by, how = self._closed_by, f"TCP ended before our Close had left: {reason_of(error)}"
        if closed_by is None:
            return self._failure(FailureKind.LOST, f"{self._place}: {how}", error)
        code = closed_by.code
        detail = f"{self._place} closed the connection: {meaning_of(code)}, {_in_words(code, closed_by.reason)}"
        if code in NORMAL_CODES:
            return self._failure(FailureKind.LOST, f"{detail}; then {how}", error, _HINT_OF_UNSENT)
        return self._failure(FailureKind.LOST, detail, error, _HINTS.get(code, _HINT))

    def _large_has_left(self) -> None:
        """Called when the system has taken a large message.

        The system may still hold all of it, so that the other side may have none.
        """
        if self._large > self._largest:  # smaller ones have gone well before
            self._largest, self._doubted_until = self._large, self._time.last + _DOUBTED_FOR
        self._large = 0

    @property
    def _doubted_size(self) -> int:
        return self._largest if self._time.last < self._doubted_until else 0

    def _end(self, ended: Ended) -> Ended:
        """Closes the stream, and adds the event for the end."""
        failure, unsent = ended.failure, self.connection.buffered_amount + self.writer.unsent
        self._stream.finish()
        if failure is not None and failure.cause is not None:
            detached(failure.cause)
        if failure is None:
            _log.debug("%s: closed", self._place)
            return ended
        _log.info("%s: %s", self._place, failure.detail)
        if not unsent:
            return ended
        detail = f"{failure.detail}; {unsent} bytes were not sent"
        return ended.replace(failure=failure.replace(detail=detail))

    def _failure(self, kind: FailureKind, detail: str, cause: BaseException | None = None, hint: str = "") -> Failure:
        stage = Stage.CLOSE if self.connection.is_closing else Stage.OPEN
        return Failure(stage=stage, kind=kind, detail=detail, cause=cause, hint=hint)


def _in_words(code: int, reason: str) -> str:
    return f"code {code} ({escape(reason)})" if reason else f"code {code}"


def _size(size: int) -> str:
    return f"{size / 1048576:.3g} MiB" if size >= 1048576 else f"{size / 1024:.3g} KiB"
