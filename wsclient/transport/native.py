"""The transport of all systems that have sockets.

It goes from an attempt to the open connection, and to its end.
"""

from __future__ import annotations

import logging
import socket
import time
from enum import IntEnum, auto
from math import inf
from typing import TYPE_CHECKING, Final

from wsclient.ground.stored_error import detached
from wsclient.protocol.connection import Connection
from wsclient.protocol.connection import State as ConnectionState
from wsclient.protocol.events import Ended, Failure, FailureKind, Requested, Stage
from wsclient.transport.base import SMALLEST_LIMIT, Transport, needs_nobody, no_express
from wsclient.transport.descriptor import SOON
from wsclient.transport.live import LiveConnection
from wsclient.transport.opening.attempt import Attempt, Outside
from wsclient.transport.opening.course import first_phase
from wsclient.transport.opening.milestones import Established
from wsclient.transport.opening.opening import Opening
from wsclient.transport.polled_time import PolledClock
from wsclient.transport.trace import FRAMES, is_tracing, trace_sent

if TYPE_CHECKING:
    from collections.abc import Callable, Sized

    from wsclient.protocol.events import Event
    from wsclient.protocol.fields import Headers
    from wsclient.transport.base import OpeningRequest, Settings
    from wsclient.transport.descriptor import Descriptor
    from wsclient.transport.opening.phase import Phase
    from wsclient.transport.unsent_log import UnsentLog

__all__ = ["TRANSITIONS", "NativeTransport", "State", "Step"]

# Looked up once: in Python 3.11, access through the class takes longer than the check itself.
_OPEN: Final = ConnectionState.OPEN

_log: Final = logging.getLogger("wsclient")

_WORLD: Final = Outside()
_NOWHERE: Final = ("", 0)


class State(IntEnum):  # hashed in C, which an Enum is not
    """The state of a transport. Each transport is used only once."""

    NEW = auto()
    OPENING = auto()
    OPEN = auto()
    ENDED = auto()


class Step(IntEnum):
    """The steps that lead from one state to the next."""

    START = auto()
    ESTABLISH = auto()
    END = auto()


# A missing pair is a mistake of this program, never a no-op.
TRANSITIONS: Final = {
    (State.NEW, Step.START): State.OPENING,
    (State.NEW, Step.END): State.ENDED,
    (State.OPENING, Step.ESTABLISH): State.OPEN,
    (State.OPENING, Step.END): State.ENDED,
    (State.OPEN, Step.END): State.ENDED,
}


class NativeTransport(Transport):
    """One WebSocket connection over the system's sockets, without threads or waiting."""

    #: True if data is left to decode, read or write without asking; a plain attribute, because each frame reads it
    has_more: bool = False

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Callable[[], float] = time.monotonic,
        outside: Outside | None = None,
        first_phase: Callable[[Attempt], Phase] = first_phase,
    ) -> None:
        """Starts nothing.

        Args:
            settings: the user's; read each time they are needed.
            clock: monotonic, in seconds.
            outside: the parts of the system to use; None for the usual ones.
            first_phase: the first phase of a client's attempt.
        """
        self._settings = settings
        self._clock = clock
        self._outside = outside or _WORLD
        self._first_phase = first_phase
        self._state = State.NEW
        self._time = PolledClock(clock)
        self._opening: Opening | None = None
        self._live: LiveConnection | None = None
        self._latency = -1.0
        self._response_headers: Headers = ()
        self._frames_level = 0  # the level of the logger when it was last read
        self._is_inside = False  # a call; if it is set when the next call begins, the last one was interrupted
        # For `is_quiet`, which does not call `_is_readable` before `_quiet_until`.
        self._quiet_until = -inf
        self._is_known_readable: bool | None = None
        self._is_readable: Callable[[], object] | None = None  # of the stream, if it was requested
        self._waiting: Sized = ()  # queued by `express`
        self._unsent: list[tuple[bytes, bool]] = []

    @property
    def clock(self) -> Callable[[], float]:
        """Returns the monotonic clock of all deadlines, in seconds."""
        return self._clock

    def refusal_of(self, request: OpeningRequest) -> str:
        """Returns why this system cannot open a request; "" if it can."""
        if request.url.socket_path and not hasattr(socket, "AF_UNIX"):
            return "this system has no Unix domain sockets: use ws://"
        return ""

    def open(self, request: OpeningRequest) -> None:
        """Starts the name lookup; `poll` does the rest."""
        self._advance(Step.START)
        if self.remembers:  # here, and not when it opens in a frame
            from wsclient.transport import unsent_log  # noqa: F401, PLC0415 - for the few who keep messages
        attempt = Attempt.of(request, self._settings, self._outside)
        _log.debug("%s: opening %s", attempt.route.server, request.url)
        self._begin(self._first_phase(attempt))

    def poll(self, read: bool = True) -> list[Event]:
        """Takes one bounded step; see `Transport.poll`."""
        if self._is_inside:
            return self._end_interrupted()
        self._is_inside = True  # as in `_enter`, which would be a call for each message that arrives alone
        self._quiet_until = -inf
        live = self._live
        self._time.tick()
        if live is not None:
            is_readable, self._is_known_readable = self._is_known_readable, None
            events = live.step(read=read, is_readable=is_readable)
            self._has_stepped(live, events)
        elif self._opening is not None:
            events = self._step_opening(self._opening, read=read)
        else:
            events = []
        self._is_inside = False
        return events

    def is_quiet(self) -> bool:
        """Returns True if there is nothing to do.

        It reads the clock, and makes one system call.
        """
        try:
            if self._waiting or self._clock() >= self._quiet_until:
                return False
            if not (self._is_readable or self._question())():
                return True
        except OSError:
            return False  # the system cannot answer; if something is wrong, reading raises an error
        self._is_known_readable = True
        return False

    @property
    def descriptor(self) -> Descriptor | None:
        """Returns the socket's descriptor if it alone wakes the transport.

        See `Transport.descriptor`.
        """
        if self._live is not None:
            return self._live.descriptor
        return None if self._opening is None else self._opening.phase.descriptor

    @property
    def rests_until(self) -> float:
        """Returns when something is due; see `Transport.rests_until`."""
        live = self._live
        if live is not None:
            until = live.rests_until
            return SOON if until == -inf and live.is_held_up else until
        return -inf if self._opening is None else self._time.on_system_clock(self._opening.due)

    def was_polled(self, at: float, is_readable: bool | None) -> None:
        """Counts the time up to a moment in full; see `Transport.was_polled`."""
        self._time.was_polled(at)
        self._is_known_readable = is_readable

    def settings_changed(self) -> None:
        """Wakes everything that rests until a time of the previous settings."""
        self._quiet_until = -inf
        if self._live is not None:
            self._live.settings_changed()
        self.wake()

    @property
    def can_send(self) -> bool:
        """Returns True if the connection is open, and neither side is closing it."""
        return self._live is not None and self._live.connection.state is _OPEN and not self._is_inside

    def send(self, payload: bytes, *, is_text: bool) -> None:
        """Queues one message, which `flush` or the next `poll` sends.

        Raises:
            RuntimeError: `can_send` is False.
        """
        if self._live is None or not self.can_send:
            raise RuntimeError(f"a message cannot be sent while {self._state.name}")
        self._enter()
        log = self._unsent_log(self._live) if self.remembers else None
        self._live.send(payload, is_text=is_text)
        if log is not None:
            log.add(payload, is_text=is_text)
        self._is_inside = False
        self.wake()
        if is_tracing():
            trace_sent("text" if is_text else "binary", payload)

    has_frames = True

    def send_ping(self, payload: bytes) -> None:
        """Queues a ping; see `Transport.send_ping`."""
        if self._live is not None:
            self._enter()
            self._live.send_ping(payload)
            self._is_inside = False
            self.wake()

    def send_fragment(self, payload: bytes, *, is_text: bool, is_final: bool) -> None:
        """Queues a fragment; see `Transport.send_fragment`."""
        if self._live is not None:
            self._enter()
            log = self._unsent_log(self._live) if self.remembers else None
            self._live.send_fragment(payload, is_text=is_text, is_final=is_final)
            if log is not None:
                log.add(payload, is_text=is_text, is_final=is_final)
            self._is_inside = False
            self.wake()

    @property
    def express(self) -> Callable[[bytes, bool], bool]:
        """Returns a function that sends a short message; see `Transport.express`."""
        if self._live is None or self.remembers:
            return no_express
        if self.auto_flush:
            return self._express
        return self._live.connection.express if self.wake is needs_nobody else self._queue_express

    def _express(self, payload: bytes, is_text: bool) -> bool:
        live = self._live
        if live is None or self._is_inside:
            return False
        self._is_inside = True  # as `_enter`, which would be a call for each message
        self._quiet_until = -inf
        was_taken = live.express(payload, is_text)
        self._is_inside = False
        if not live.writer.is_all_out:
            self.wake()
        return was_taken

    def _queue_express(self, payload: bytes, is_text: bool) -> bool:
        if self._live is None:
            return False
        queue = self._live.connection.express  # by a separate name for mypyc, which cannot do both in one step
        was_taken = queue(payload, is_text)
        self.wake()
        return was_taken

    def flush(self) -> None:
        """Writes as much as the system takes now, 256 KiB at most."""
        live = self._live
        if live is not None and not self._is_inside:
            self._enter()
            live.write()
            self._is_inside = False
            self.wake()

    def close(self, code: int, reason: str) -> None:
        """Starts the closing handshake.

        An attempt that is not open yet ends silently instead.
        """
        if self._live is None:
            self.abort()
            return
        self._enter()
        self._live.close(code, reason)
        self._is_inside = False
        self.wake()

    def abort(self) -> None:
        """Drops the connection silently."""
        if self._live is not None:
            self._live.abort()
        if self._opening is not None:
            self._opening.close()
        if self._state is not State.ENDED:
            self._end()
        self.wake()

    @property
    def buffered_amount(self) -> int:
        """Returns how many bytes the system has not taken.

        If a piece was taken in part, its frame headers are counted too.
        """
        live = self._live
        return 0 if live is None else live.connection.buffered_amount + live.writer.unsent

    @property
    def buffered_messages(self) -> int:
        """Returns how many messages the system has not completely taken.

        The messages of a piece that was taken in part count as one.
        """
        live = self._live
        return 0 if live is None else live.connection.buffered_messages + (1 if live.writer.unsent else 0)

    def unsent_messages(self) -> list[tuple[bytes, bool]]:
        """Returns the messages that are not completely sent.

        See `Transport.unsent_messages`.
        """
        return self._unsent if self._live is None else self._live.writer.unsent_messages()

    @property
    def latency(self) -> float:
        """Returns the round trip of the last ping, in seconds; -1.0 before the first."""
        return self._latency if self._live is None else self._live.latency

    @property
    def unanswered_pings(self) -> int:
        """Returns the number of heartbeat pings without a pong."""
        return 0 if self._live is None else self._live.unanswered_pings

    @property
    def write_stall(self) -> float:
        """Returns for how many seconds the system has taken no byte of waiting data.

        Returns 0.0 if no data waits.
        """
        live = self._live
        if live is None or live.writer.is_all_out:  # usually
            return 0.0
        since = live.writer.stalled_since
        return 0.0 if since is None else max(0.0, self._clock() - since)

    @property
    def silence(self) -> float:
        """Returns the seconds since the last byte arrived; -1.0 if not open."""
        return -1.0 if self._live is None else self._clock() - self._live.heard_at

    @property
    def response_headers(self) -> Headers:
        """Returns the headers of the server's 101, in order."""
        return self._response_headers

    @property
    def remote_address(self) -> tuple[str, int]:
        """Returns the server's numeric address and port; ("", 0) if not open."""
        return _NOWHERE if self._live is None else self._live.remote_address

    def set_no_delay(self, enabled: bool) -> None:
        """Sets TCP_NODELAY on an open connection.

        Before that, the settings have it.
        """
        if self._live is not None:
            self._live.set_no_delay(enabled)

    def _has_stepped(self, live: LiveConnection, events: list[Event]) -> None:
        self._quiet_until = min(live.quiet_until, self._time.next_tick)
        self.has_more = live.has_more
        if self._frames_level != FRAMES.level:
            self._frames_level = FRAMES.level
            live.connection.allow_express(not is_tracing())  # only `send` would trace each message
        if events and isinstance(events[-1], Ended):
            self._end()

    def _question(self) -> Callable[[], object]:
        self._is_readable = bool if self._live is None else self._live.question()
        return self._is_readable

    def _begin(self, phase: Phase) -> None:
        self._opening = Opening(phase, self._time.now)

    def _step_opening(self, opening: Opening, *, read: bool) -> list[Event]:
        outcome = opening.step(self._time.now)
        if outcome is None:
            return []
        if isinstance(outcome, Failure):
            place, detail = opening.place, outcome.detail
            _log.info("%s", detail if detail.startswith(place) else f"{place}: {detail}")
            if outcome.cause is not None:
                detached(outcome.cause)
            self._end()
            return [Ended(was_clean=False, failure=outcome)]
        if not isinstance(outcome, Established):  # of a client, to a `ServedTransport`
            return [Requested(outcome)]
        live = self._establish(outcome, opening.place)
        self._response_headers = outcome.response_headers
        events: list[Event] = []
        if read and (outcome.trailing_data or outcome.stream.has_more):  # frames that came with the reply
            events = live.step(read=True, is_readable=None)
        self._has_stepped(live, events)
        return [outcome.opened, *events]

    def _establish(self, established: Established, place: str) -> LiveConnection:
        connection = Connection(
            established.role,
            max_message_size=max(self._settings.max_message_size, SMALLEST_LIMIT),
            random_bytes=self._outside.random_bytes,
            deflate=established.deflate,
        )
        self._advance(Step.ESTABLISH)
        self._opening = None
        self._live = LiveConnection(
            established.stream,
            connection,
            self._settings,
            self._time,
            place,
            arrived=established.trailing_data,
            traffic=self.traffic,
        )
        self._waiting = connection.waiting
        if self.remembers:
            self._unsent_log(self._live)
        _log.debug("%s: open, subprotocol %s", place, established.opened.subprotocol or "none")
        return self._live

    def _unsent_log(self, live: LiveConnection) -> UnsentLog | None:
        """Returns the log of unsent messages; None if it cannot begin before earlier ones have left."""
        if live.writer.unsent_log is None and live.is_between_messages:
            from wsclient.transport.unsent_log import UnsentLog  # noqa: PLC0415 - loaded when `remembers` is set

            live.writer.unsent_log = UnsentLog()
        return live.writer.unsent_log

    def _enter(self) -> None:
        """Begins work that must not be interrupted.

        If Ctrl+C interrupts it, the state of this object is unreliable.
        """
        self._is_inside = True
        self._quiet_until = -inf

    def _end_interrupted(self) -> list[Event]:
        opening = self._opening
        stage = Stage.OPEN if opening is None else opening.stage
        self.abort()
        self._opening = self._live = None
        self._is_inside = False
        detail = "the connection was interrupted in the middle of its work, as by Ctrl+C"
        return [Ended(was_clean=False, failure=Failure(stage=stage, kind=FailureKind.INTERRUPTED, detail=detail))]

    def _end(self) -> None:
        self._advance(Step.END)
        live = self._live
        if live is not None:
            self._latency = live.latency
            self._unsent = live.writer.unsent_messages()
            live.connection.allow_express(False)
        self._opening = self._live = None
        self._quiet_until = -inf
        self._is_readable = None
        self._waiting = ()
        self.has_more = False

    def _advance(self, step: Step) -> None:
        try:
            self._state = TRANSITIONS[self._state, step]
        except KeyError:
            raise RuntimeError(f"{step.name} is not allowed while {self._state.name}") from None
