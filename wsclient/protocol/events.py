"""What a connection has to tell: plain values, in the order in which things happened.

A connection gives `Opened`, then any number of the others, then exactly one `Ended`.
An attempt that never opened gives `Ended` alone.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from enum import Enum, StrEnum, auto
from itertools import chain, compress, cycle, repeat
from operator import sub
from typing import TYPE_CHECKING

from wsclient.protocol.value import Value

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "CloseReceived",
    "Ended",
    "Event",
    "Failure",
    "FailureKind",
    "Messages",
    "Opened",
    "PingReceived",
    "PongReceived",
    "Stage",
]


class Stage(StrEnum):
    """How far a connection had come when it failed."""

    ARGUMENTS = "arguments"
    RESOLVE = "resolve"
    CONNECT = "connect"
    TLS = "tls"
    HANDSHAKE = "handshake"
    OPEN = "open"
    CLOSE = "close"


class FailureKind(Enum):
    """Why it failed, as far as what to try next depends on it."""

    INVALID_ARGUMENT = auto()
    NAME_NOT_FOUND = auto()
    REFUSED = auto()
    UNREACHABLE = auto()
    SYSTEM = auto()  # this machine: no descriptors, no threads, no memory, no randomness
    CERTIFICATE = auto()
    TLS = auto()
    TLS_ON_PLAIN_PORT = auto()  # we spoke TLS, the server did not
    PLAIN_ON_TLS_PORT = auto()  # the server speaks TLS, we did not
    NOT_WEBSOCKET = auto()  # the reply is not HTTP at all
    HTTP_STATUS = auto()  # an HTTP reply, with another status than 101
    BAD_RESPONSE = auto()  # a reply that breaks RFC 6455 section 4.1 or HTTP
    SUBPROTOCOL = auto()
    TIMEOUT = auto()
    LOST = auto()  # TCP ended without a Close frame
    VIOLATION = auto()  # the peer broke RFC 6455; a Close frame told it so
    TOO_BIG = auto()  # a message over the limit
    HEARTBEAT = auto()  # no byte after a ping
    INTERRUPTED = auto()  # a call was left in the middle of its work, by Ctrl+C as a rule


class Failure(Value):
    """Why an attempt or a connection ended other than as it should.

    Attributes:
        detail: what happened, in words, safe to show (control characters escaped); no final stop.
        http_status: of the server's reply; None where there was none.
        http_body: at most its first 4 KiB.
        cause: the exception behind it, where there was one.
    """

    stage: Stage
    kind: FailureKind
    detail: str
    http_status: int | None = None
    http_headers: tuple[tuple[str, str], ...] = ()
    http_body: bytes = b""
    cause: BaseException | None = None


class Opened(Value):
    """The opening handshake succeeded (RFC 6455 section 4.1)."""

    subprotocol: str  # "" where none was agreed


class Messages:  # noqa: PLW1641 - it grows, so it is nobody's key
    """A run of whole messages, in order of arrival; never empty.

    One object for many messages, of both kinds: handing over each by itself would cost more than decoding it, and
    where text and binary take turns, so would handing over each kind by itself.
    Text is UTF-8 that has been checked, still as bytes.

    Attributes:
        is_text: whether the first is text.
        payloads: of all of them.
        changes: where in `payloads` the other kind begins, and the first one again, and so on; rising, and above 0.
    """

    __slots__ = ("changes", "is_text", "payloads")

    def __init__(self, is_text: bool, payloads: list[bytes], changes: list[int] | None = None) -> None:
        self.is_text: bool = is_text
        self.payloads: list[bytes] = payloads
        self.changes: list[int] = [] if changes is None else changes

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Messages):
            return NotImplemented
        return (self.is_text, self.payloads, self.changes) == (other.is_text, other.payloads, other.changes)

    def __repr__(self) -> str:
        return f"Messages({self.is_text}, {self.payloads}, {self.changes})"

    def each(self) -> Iterator[tuple[bytes, bool]]:
        """Gives one message after the other, and whether it is text."""
        return zip(self.payloads, self._kinds(), strict=True)

    def texts(self) -> Iterator[bytes]:
        """Gives those that are text."""
        return compress(self.payloads, self._kinds())

    def _kinds(self) -> Iterator[bool]:
        ends = [*self.changes, len(self.payloads)]
        kinds = cycle((self.is_text, not self.is_text))
        return chain.from_iterable(map(repeat, kinds, map(sub, ends, [0, *ends])))

    def extend(self, others: Messages) -> None:
        """Puts a run behind this one."""
        count = len(self.payloads)
        last_is_text = self.is_text ^ bool(len(self.changes) % 2)
        if others.is_text is not last_is_text:
            self.changes.append(count)
        self.changes += [count + change for change in others.changes]
        self.payloads += others.payloads

    def take(self, count: int) -> Messages:
        """Takes the first ones out, that many of those that there are."""
        passed = bisect_left(self.changes, count)
        taken = Messages(self.is_text, self.payloads[:count], self.changes[:passed])
        del self.payloads[:count]
        if self.changes:
            passed = bisect_right(self.changes, count)
            self.is_text ^= bool(passed % 2)
            self.changes = [change - count for change in self.changes[passed:]]
        return taken


class PingReceived(Value):
    """A ping (RFC 6455 section 5.5.2); the answer is already on its way."""

    payload: bytes


class PongReceived(Value):
    """A pong, asked for or not (RFC 6455 section 5.5.3)."""

    payload: bytes


class CloseReceived(Value):
    """A valid Close frame (RFC 6455 section 5.5.1).

    Attributes:
        code: 1005 where the frame had none (RFC 6455 section 7.1.5).
        is_answer: whether we had sent ours before.
    """

    code: int
    reason: str
    is_answer: bool


class Ended(Value):
    """Nothing comes after this.

    Attributes:
        was_clean: a Close frame went out and a valid one came in.
        failure: None where it ended as it should.
    """

    was_clean: bool
    failure: Failure | None = None


Event = Opened | Messages | PingReceived | PongReceived | CloseReceived | Ended
