"""A transport without a network.

A test decides what happens, and checks what was asked of it.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from wsclient.protocol.events import BINARY, TEXT, CloseReceived, Ended, Failure, FailureKind, Messages, Opened, Stage
from wsclient.testing import FakeClock
from wsclient.transport.base import Settings, Transport

if TYPE_CHECKING:
    from wsclient.protocol.events import Event
    from wsclient.transport.base import OpeningRequest

__all__ = ["FakeNetwork", "FakeTransport", "Sent", "binary", "failure", "text"]

SERVER = ("192.0.2.1", 80)


class Sent(NamedTuple):
    """One message as it was passed to `send`."""

    payload: bytes
    is_text: bool


def binary(*payloads: bytes) -> Messages:
    """A run of binary messages."""
    return Messages(list(payloads), BINARY * len(payloads))


def text(*payloads: str) -> Messages:
    """A run of text messages."""
    return Messages([payload.encode() for payload in payloads], TEXT * len(payloads))


def failure(
    kind: FailureKind = FailureKind.LOST,
    stage: Stage = Stage.OPEN,
    detail: str = "it broke",
    cause: BaseException | None = None,
) -> Failure:
    """Returns any failure, for tests that do not check it."""
    return Failure(stage=stage, kind=kind, detail=detail, cause=cause)


class FakeTransport(Transport):
    """Does what the test wants, and checks that it is used as a `Transport` may be.

    Attributes:
        request: the argument of `open`.
        sent: the messages, in order.
        pings: the payloads passed to `send_ping`.
        fragments: the arguments of `send_fragment`: payload, True if it is text, True if it is final.
        closes: the codes and reasons passed to `close`.
        reads: the `read` of each `poll`.
        given: the payloads of the messages that `poll` has given.
        flushes: how often `flush` was called.
        is_aborted: whether `abort` was called.
        is_blocked: whether `flush` and `poll` leave what is sent waiting.
        reads_on: True if `has_more` reports fed data; if False, each client's `poll` reads once.
        seconds_a_read: how long each `poll` takes on the clock.
        round_trip: the value of `latency`.
        silent_for: the value of `silence`.
        error: what the next `poll` raises.
    """

    def __init__(self, settings: Settings | None = None, clock: FakeClock | None = None) -> None:
        self.settings = settings or Settings()
        self.fake_clock = clock or FakeClock()
        self.request: OpeningRequest | None = None
        self.sent: list[Sent] = []
        self.pings: list[bytes] = []
        self.fragments: list[tuple[bytes, bool, bool]] = []
        self.closes: list[tuple[int, str]] = []
        self.reads: list[bool] = []
        self.given: list[bytes] = []
        self.flushes = 0
        self.no_delay: bool | None = None
        self.is_aborted = False
        self.is_blocked = False
        self.reads_on = False
        self.seconds_a_read = 0.0
        self.error: BaseException | None = None
        self.round_trip = -1.0
        self.silent_for = -1.0
        self._unread: deque[list[Event]] = deque()
        self._unasked: list[Event] = []
        self._unsent_messages = 0
        self._unsent_bytes = 0
        self._is_open = False
        self._can_send = False
        self._has_ended = False

    # For tests

    headers: tuple[tuple[str, str], ...] = ()  # of the server's reply

    def feed(self, *events: Event) -> None:
        """Lets one more read bring these events."""
        self._unread.append(list(events))

    def interrupt(self, *events: Event) -> None:
        """Lets the next `poll` tell these, whether it reads or not: as a deadline does."""
        self._unasked.extend(events)

    def open_now(self, subprotocol: str = "", *events: Event) -> None:
        """Lets the next read open the connection, and bring these events."""
        self.feed(Opened(subprotocol), *events)

    def drain(self) -> None:
        """Lets all that was sent leave."""
        self._unsent_messages = self._unsent_bytes = 0

    # Transport

    @property
    def clock(self) -> FakeClock:
        return self.fake_clock

    def open(self, request: OpeningRequest) -> None:
        assert self.request is None, "a transport is used once"
        self.request = request

    def poll(self, read: bool = True) -> list[Event]:
        assert self.request is not None, "poll before open"
        assert not self.is_aborted, "poll after abort"
        assert not self._has_ended, "poll after Ended"
        self.reads.append(read)
        self.fake_clock.advance(self.seconds_a_read)
        if self.error is not None:
            error, self.error = self.error, None
            raise error
        if not self.is_blocked:
            self.drain()
        events, self._unasked = self._unasked, []
        if read and self._unread:
            events = [*self._unread.popleft(), *events]
        for event in events:
            self._take_note(event)
        return events

    @property
    def has_more(self) -> bool:
        return self.reads_on and bool(self._unread)

    @property
    def can_send(self) -> bool:
        return self._can_send

    def send(self, payload: bytes, *, is_text: bool) -> None:
        assert self._can_send, "send while it cannot"
        assert type(payload) is bytes
        self.sent.append(Sent(payload, is_text))
        self._unsent_messages += 1
        self._unsent_bytes += len(payload)

    has_frames = True

    def send_ping(self, payload: bytes) -> None:
        assert self._can_send, "a ping while it cannot"
        self.pings.append(payload)

    def send_fragment(self, payload: bytes, *, is_text: bool, is_final: bool) -> None:
        assert self._can_send, "a fragment while it cannot"
        self.fragments.append((payload, is_text, is_final))

    def flush(self) -> None:
        self.flushes += 1
        if not self.is_blocked:
            self.drain()

    def close(self, code: int, reason: str) -> None:
        assert self._is_open or self._has_ended, "close before Opened"
        self.closes.append((code, reason))
        self._can_send = False

    def abort(self) -> None:
        self.is_aborted = True
        self._is_open = self._can_send = False

    @property
    def buffered_amount(self) -> int:
        return self._unsent_bytes

    @property
    def buffered_messages(self) -> int:
        return self._unsent_messages

    def unsent_messages(self) -> list[tuple[bytes, bool]]:
        assert not self.is_aborted, "unsent_messages after abort"
        return self.sent[len(self.sent) - self._unsent_messages :] if self.remembers else []

    @property
    def latency(self) -> float:
        return self.round_trip

    @property
    def silence(self) -> float:
        return self.silent_for

    @property
    def response_headers(self) -> tuple[tuple[str, str], ...]:
        return self.headers

    @property
    def remote_address(self) -> tuple[str, int]:
        return SERVER if self._is_open else ("", 0)

    def set_no_delay(self, enabled: bool) -> None:
        self.no_delay = enabled

    def _take_note(self, event: Event) -> None:
        assert not self._has_ended, "the script goes on after Ended"
        if isinstance(event, Opened):
            self._is_open = self._can_send = True
        elif isinstance(event, Messages):
            assert self._is_open, "the script has a message before Opened"
            self.given += event.payloads
        elif isinstance(event, CloseReceived):
            self._can_send = False
        elif isinstance(event, Ended):
            self._has_ended = True
            self._is_open = self._can_send = False


class FakeNetwork:
    """Makes the transports of a client, on one clock.

    Use it as in `WebSocketClient(transport=network)`.

    Attributes:
        clock: of all of them.
        transports: all that were made, in order.
    """

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.transports: list[FakeTransport] = []

    def __call__(self, settings: Settings) -> FakeTransport:
        self.transports.append(FakeTransport(settings, self.clock))
        return self.transports[-1]

    @property
    def latest(self) -> FakeTransport:
        """The transport of the newest attempt."""
        return self.transports[-1]
