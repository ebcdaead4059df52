"""The transport of a page, over the browser's own WebSocket.

`poll()` pulls its events.

The browser does the handshake, the framing, pings and compression. What it hides from a page is unknown here too.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from enum import Enum, auto
from typing import TYPE_CHECKING, Final

from wsclient.ground.escape import escape
from wsclient.protocol.close_code import CloseCode
from wsclient.protocol.events import (
    CloseReceived,
    Ended,
    Failure,
    FailureKind,
    Messages,
    Opened,
    Stage,
)
from wsclient.transport.base import SMALLEST_LIMIT, Transport, no_express
from wsclient.transport.bridge import find_bridge
from wsclient.transport.page_request import address_of, refusal_of
from wsclient.transport.polled_time import PolledClock
from wsclient.transport.trace import is_tracing, trace_received, trace_sent

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from wsclient.protocol.events import Event
    from wsclient.transport.base import OpeningRequest, Settings
    from wsclient.transport.bridge import Connect, News, Wire

__all__ = ["BrowserTransport", "State"]

_log: Final = logging.getLogger("wsclient")

# Events to take at once: more and more while they are small, fewer when they bring much data. Arbitrary.
_FIRST_EVENTS: Final = 8
_MOST_EVENTS: Final = 100  # a millisecond's work at most
_MUCH: Final = 256 * 1024  # bytes

# No browser slows a server down, so unread data piles up here, up to this many times the limit of the client.
# Arbitrary: few times for bytes, more for messages, which a hidden tab may collect for minutes.
_PILED_SIZES: Final = 4
_PILED_MESSAGES: Final = 16


class State(Enum):
    """The state of a transport. Each transport is used only once."""

    NEW = auto()
    OPENING = auto()
    OPEN = auto()
    CLOSING = auto()
    ENDED = auto()


_OPEN: Final = State.OPEN  # looked up once, because it is used in every frame


class BrowserTransport(Transport):
    """One connection over the browser's WebSocket.

    It runs in a page or a worker, in Pyodide or pygbag.
    """

    enough: int = 16 * 1024 * 1024  # messages are in memory already, so leaving them unread saves nothing

    #: True if, after the last poll, events waited in the browser, or messages waited here for room
    has_more: bool = False

    def __init__(
        self, settings: Settings, *, clock: Callable[[], float] = time.monotonic, connect: Connect | None = None
    ) -> None:
        """Starts nothing.

        Args:
            settings: the user's; kept, and read each time they are needed.
            clock: monotonic, in seconds.
            connect: makes a WebSocket; None for the browser's.

        Raises:
            RuntimeError: there is no browser, or it has no WebSocket.
        """
        self._settings = settings
        self._clock = clock
        self._connect = connect or find_bridge()
        self._state = State.NEW
        self._time = PolledClock(clock)  # of the opening, then of the closing
        self._wire: Wire | None = None
        self._place = ""
        self._subprotocols: tuple[str, ...] = ()
        self._events: list[Event] = []  # the events that the next poll returns
        self._pile = _Pile()
        self._batch = _FIRST_EVENTS
        self._waits = False  # True if the browser has more than was taken
        self._is_tracing = False
        self._sent = 0  # bytes, of all messages
        self._ends: deque[int] = deque()  # the value of `_sent` after each message that may not have been sent
        self._remembered: deque[tuple[bytes, bool]] = deque()  # these messages
        self._unsent: list[tuple[bytes, bool]] = []

    @property
    def clock(self) -> Callable[[], float]:
        """The monotonic clock of all deadlines, in seconds."""
        return self._clock

    def refusal_of(self, request: OpeningRequest) -> str:
        """Returns why a page cannot open this request with these settings; "" if it can."""
        return refusal_of(request, self._settings)

    def open(self, request: OpeningRequest) -> None:
        """Starts to connect.

        If the browser refuses at once (mixed content, a blocked port), `poll` returns the failure.
        """
        if self._state is not State.NEW:
            raise RuntimeError(f"START is not allowed while {self._state.name}")
        url = request.url
        self._state = State.OPENING
        self._place = f"[{url.host}]:{url.port}" if ":" in url.host else f"{url.host}:{url.port}"
        _log.debug("%s: opening %s", self._place, url)
        self._subprotocols = request.subprotocols
        self._time = PolledClock(self._clock)
        try:
            self._wire = self._connect(address_of(url), request.subprotocols)
        except Exception as error:  # noqa: BLE001 - pygbag raises what JavaScript throws as that
            detail = f"the browser does not connect to {self._place}: {escape(str(error), 200)}"
            self._fail(FailureKind.FORBIDDEN, detail, stage=Stage.CONNECT, cause=error)

    def poll(self, read: bool = True) -> list[Event]:
        """Takes one bounded step, first for arrivals, then for deadlines.

        See `Transport.poll`.
        """
        if self._wire is not None:
            self._receive(self._wire)
        if self._wire is not None:
            self._keep_time()
        if read:
            self._release()
        self.has_more = self._waits or bool(self._pile.payloads)
        self._is_tracing = is_tracing()
        events, self._events = self._events, []
        if self._is_tracing:
            trace_received(events)
        return events

    def is_quiet(self) -> bool:
        """Returns True if nothing has arrived. Asks the browser once."""
        return self._state is _OPEN and self._wire is not None and not self._wire.queue.length

    @property
    def can_send(self) -> bool:
        """True if the connection is open and neither side has begun to close it."""
        return self._state is _OPEN

    def send(self, payload: bytes, *, is_text: bool) -> None:
        """Passes one message to the browser, which sends it when the program awaits.

        Raises:
            RuntimeError: `can_send` is False.
        """
        if self._wire is None or self._state is not _OPEN:
            raise RuntimeError(f"a message cannot be sent while {self._state.name}")
        if is_text:
            self._wire.send_text(payload)
        else:
            self._wire.send_bytes(payload)
        self._sent += len(payload)
        self._ends.append(self._sent)
        if self.remembers:
            self._remembered.append((payload, is_text))
            self._forget_sent()
        if self._is_tracing:
            trace_sent("text" if is_text else "binary", payload)

    @property
    def express(self) -> Callable[[bytes, bool], bool]:
        """Sends a message; see `Transport.express`."""
        return self._express if self._state is _OPEN and not self.remembers else no_express

    def _express(self, payload: bytes, is_text: bool) -> bool:
        wire = self._wire
        if wire is None or self._state is not _OPEN or self._is_tracing:
            return False
        (wire.send_text if is_text else wire.send_bytes)(payload)
        self._sent += len(payload)
        self._ends.append(self._sent)
        return True

    def flush(self) -> None:
        """Does nothing, because the browser has the messages already.

        It sends them when the program awaits.
        """

    def close(self, code: int, reason: str) -> None:
        """Starts the closing handshake. The browser delivers no messages from then on.

        Raises:
            ValueError: no browser sends such a code.
        """
        if code not in (0, CloseCode.NORMAL_CLOSURE) and not 3000 <= code <= 4999:
            raise ValueError(f"a browser does not let pages send close code {code}: use 1000, 3000-4999, or 0 for none")
        if self._wire is None or self._state is not _OPEN:
            self.abort()
            return
        self._wire.close(code, reason)
        self._state = State.CLOSING
        self._time = PolledClock(self._clock)

    def abort(self) -> None:
        """Drops the connection silently."""
        wire, self._wire = self._wire, None
        self._state = State.ENDED
        self._events.clear()
        self._pile = _Pile()
        self._ends.clear()
        self._waits = self.has_more = False
        if wire is not None:
            wire.let_go()

    def __del__(self) -> None:
        wire = getattr(self, "_wire", None)  # __init__ may have failed
        if wire is not None:  # the page would keep it, and continue to receive
            wire.let_go()

    @property
    def buffered_amount(self) -> int:
        """Returns how many bytes of payload the browser has not sent.

        It sends none before the program awaits.
        """
        return 0 if self._wire is None else self._wire.buffered

    @property
    def buffered_messages(self) -> int:
        """Returns how many messages the browser has not sent completely."""
        left, ends = self._sent - self.buffered_amount, self._ends
        while ends and ends[0] <= left:
            ends.popleft()
        return len(ends)

    def unsent_messages(self) -> list[tuple[bytes, bool]]:
        """Returns the messages that the browser has not sent completely.

        See `Transport.unsent_messages`.
        """
        if self._wire is not None:
            self._forget_sent()
            self._unsent = list(self._remembered)
        return self._unsent

    def _forget_sent(self) -> None:
        for _ in range(len(self._remembered) - self.buffered_messages):
            self._remembered.popleft()

    # Events from the browser

    def _receive(self, wire: Wire) -> None:
        waiting = wire.queue.length
        piled = waiting + len(self._pile.payloads)
        if piled > _PILED_MESSAGES * self._settings.max_waiting:
            self._overflow(f"{piled} messages wait unread", lost=waiting)
            return
        count = min(waiting, self._batch)
        size_before = self._pile.size
        for item in wire.take(count) if count else ():
            self._handle(item)
            if self._wire is None:
                return
        self._waits = waiting > count
        came = self._pile.size - size_before
        if came > _MUCH:
            self._batch = max(1, self._batch // 2)
        elif count == self._batch:
            self._batch = min(_MOST_EVENTS, count * 2)
        if self._pile.size > _PILED_SIZES * self._limit:
            self._overflow(f"messages of {self._pile.size} bytes wait unread", lost=waiting - count)

    def _handle(self, item: News) -> None:
        if isinstance(item, dict):
            self._handle_event(item)
        elif max(map(len, item.payloads)) <= self._limit:
            self._pile.extend(item)
        else:
            self._handle_too_big(item)

    def _handle_too_big(self, messages: Messages) -> None:
        """Ends the connection because of a message over the limit.

        That message has arrived whole; only earlier ones are kept.
        """
        sizes = [len(payload) for payload in messages.payloads]
        index = next(index for index, size in enumerate(sizes) if size > self._limit)
        if index:
            self._pile.extend(messages.take(index))
        self._fail(FailureKind.TOO_BIG, f"{sizes[index]} bytes, limit {self._limit}")

    def _handle_event(self, event: dict[str, Any]) -> None:
        # An `error` is followed by a `close`, which has the same information.
        if event["type"] == "open":
            self._handle_open()
        elif event["type"] == "close":
            code, reason = int(event["code"]), str(event["reason"])
            if self._state is State.OPENING:
                self._handle_refusal(code, reason)
            else:
                self._handle_close(code, reason, was_clean=bool(event["wasClean"]))

    def _handle_open(self) -> None:
        subprotocol = self._wire.protocol if self._wire is not None else ""
        if self._subprotocols and not subprotocol and self._settings.subprotocol_required:
            # Firefox opens the connection here, and RFC 6455 allows that. Fail as the transport over sockets does.
            detail = f"{self._place} chose none of the subprotocols that it was asked for"
            self._fail(FailureKind.SUBPROTOCOL, detail, stage=Stage.HANDSHAKE)
            return
        _log.debug("%s: open, subprotocol %s", self._place, subprotocol or "none")
        if self._state is State.OPENING:
            self._state = _OPEN
        self._events.append(Opened(subprotocol))

    def _handle_refusal(self, code: int, reason: str) -> None:
        """Ends an attempt that the browser has given up."""
        if code == CloseCode.ABNORMAL_CLOSURE:
            self._fail(FailureKind.UNTOLD, f"no connection to {self._place}", stage=Stage.CONNECT)
            return
        # Firefox does this if the server's Close arrives together with its reply. It reports only the Close.
        self._events.append(CloseReceived(code, reason, is_answer=True))
        quoted = f': "{escape(reason)}"' if reason else ""
        detail = f"{self._place} closed the connection at once, with code {code}{quoted}"
        self._fail(FailureKind.LOST, detail, stage=Stage.HANDSHAKE)

    def _handle_close(self, code: int, reason: str, *, was_clean: bool) -> None:
        is_answer = self._state is State.CLOSING
        if code == CloseCode.ABNORMAL_CLOSURE:
            detail = f"the connection to {self._place} was lost"
            self._fail(FailureKind.LOST, detail, stage=Stage.CLOSE if is_answer else Stage.OPEN)
            return
        _log.debug("%s: closed, code %d", self._place, code)
        self._end(CloseReceived(code, reason, is_answer=is_answer), Ended(was_clean=was_clean))

    # How it ends

    def _keep_time(self) -> None:
        opening = self._state is State.OPENING
        if not opening and self._state is not State.CLOSING:
            return
        seconds = self._settings.handshake_timeout if opening else self._settings.close_timeout
        self._time.tick()
        if not 0.0 < seconds <= self._time.now:
            return
        what, stage = ("", Stage.CONNECT) if opening else (" the Close", Stage.CLOSE)
        self._fail(FailureKind.TIMEOUT, f"{self._place} did not answer{what} within {seconds:g} s", stage=stage)

    def _overflow(self, what: str, *, lost: int) -> None:
        detail = f"{what}, and a browser cannot hold the server back; {lost} of them are lost. Call poll() and read"
        self._fail(FailureKind.TOO_BIG, detail)

    def _fail(
        self, kind: FailureKind, detail: str, *, stage: Stage = Stage.OPEN, cause: Exception | None = None
    ) -> None:
        _log.info("%s", detail if detail.startswith(self._place) else f"{self._place}: {detail}")
        self._end(Ended(was_clean=False, failure=Failure(stage=stage, kind=kind, detail=detail, cause=cause)))

    def _end(self, *events: Event) -> None:
        self._release()
        all_events = [*self._events, *events]
        self._unsent = self.unsent_messages()
        self.abort()
        self._events = all_events

    def _release(self) -> None:
        """Moves the received messages to the events to return."""
        if self._pile.payloads:
            self._events.append(self._pile.as_messages())
            self._pile = _Pile()

    @property
    def _limit(self) -> int:
        return max(self._settings.max_message_size, SMALLEST_LIMIT)


class _Pile:
    """Messages that were taken from the browser but not returned yet.

    Attributes:
        payloads: the payloads of all messages.
        size: the size of the payloads, in bytes.
    """

    __slots__ = ("_kinds", "payloads", "size")

    def __init__(self) -> None:
        self.payloads: list[bytes] = []
        self.size = 0
        self._kinds: list[bytes] = []

    def extend(self, messages: Messages) -> None:
        self.payloads += messages.payloads
        self._kinds.append(messages.kinds)
        self.size += messages.size

    def as_messages(self) -> Messages:
        return Messages(self.payloads, b"".join(self._kinds))
