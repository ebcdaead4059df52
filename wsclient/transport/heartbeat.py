"""Checks that the other side is alive and receives our data.

It sends a ping in each interval, and judges the answers.
"""

from __future__ import annotations

from enum import Enum, auto
from math import inf
from typing import Final

__all__ = ["Heartbeat", "Verdict"]

_PAYLOAD_SIZE: Final = 8
_MAX_REMEMBERED: Final = 64  # pings; arbitrary
_DEAF_AFTER: Final = 3  # pings without a pong
_AWAKE_AFTER: Final = 5.0  # seconds; the most that the first ping after a sleep has for its answer


class Verdict(Enum):
    """What to do next."""

    WAIT = auto()
    PING = auto()
    SILENT = auto()  # nothing has arrived since the last ping
    DEAF = auto()  # data arrives, but no pong, so our data does not arrive


_WAIT: Final = Verdict.WAIT  # looked up once: in Python 3.11, access through the class is slow


class Heartbeat:
    """Judges one connection by what arrives.

    Any byte is a sign of life: a slow message is not mistaken for a dead connection.

    All times are seconds on one clock, which the caller reads. An open connection changes some attributes with each
    message. These are plain attributes, so that this costs no call.

    Attributes:
        has_heard: True if a byte has arrived since the last ping. Set by the user.
        told_at: the time when a whole message or control frame last arrived, and no received data was left unread. Set
            by the user.
        since: the start of the interval that ends with the next ping.
        latency: the round trip of the last ping that was answered, in seconds; -1.0 before the first.
    """

    __slots__ = (
        "_asked_at", "_count", "_moved_at", "_sent_at", "_told_before", "has_heard", "latency", "since", "told_at",
    )  # fmt: skip

    def __init__(self, now: float) -> None:
        self.latency: float = -1.0
        self.has_heard: bool = True
        self.told_at: float = now
        self.since: float = now
        self._moved_at = -inf  # when bytes that had waited for room were taken
        self._told_before: float = now  # what `told_at` was at the last ping
        self._asked_at = now
        self._count = 0  # of all pings
        self._sent_at: list[float] = []  # of those that no pong has answered, the newest last

    @property
    def unanswered(self) -> int:
        """Returns how many pings no pong has answered; at most 64 are counted."""
        return len(self._sent_at)

    def patience(self, interval: float) -> float:
        """Returns how long the last ping had for its answer."""
        return self.since + interval - self._asked_at

    def due(self, interval: float) -> float:
        """Returns when `judge` will next return anything but `WAIT`.

        Returns infinity for an interval of 0.
        """
        return self.since + interval if interval > 0.0 else inf

    def judge(self, now: float, interval: float) -> Verdict:
        """Returns what to do now.

        Args:
            now: the time.
            interval: the time from one ping to the next; 0 for no pings.
        """
        if now < self.due(interval):
            return _WAIT
        if not self.has_heard:
            return Verdict.SILENT
        if self.since < self._asked_at:  # the answer was due before the next ping is
            self.since = self._asked_at
            return _WAIT
        return Verdict.DEAF if self._is_deaf() else Verdict.PING

    def ping(self, now: float, interval: float, *, is_awaking: bool = False) -> bytes:
        """Returns the payload of a ping that is sent now.

        Args:
            now: the time.
            interval: the time limit of its answer.
            is_awaking: True after a long pause in polling; the answer may then take five seconds at most.
        """
        self.since = now + min(interval, _AWAKE_AFTER) - interval if is_awaking else now
        self._asked_at = now
        self._told_before = self.told_at
        self.has_heard = False
        self._count += 1
        self._sent_at.append(now)
        del self._sent_at[:-_MAX_REMEMBERED]
        return self._count.to_bytes(_PAYLOAD_SIZE, "big")

    def pong(self, payload: bytes, now: float) -> None:
        """Records the answer to a ping, which answers all pings before it too.

        See RFC 6455 section 5.5.3. Other pongs are ignored.
        """
        if len(payload) != _PAYLOAD_SIZE:
            return
        waiting = self._sent_at
        index = int.from_bytes(payload, "big") - (self._count - len(waiting) + 1)
        if 0 <= index < len(waiting):
            self.latency = now - waiting[index]
            del waiting[: index + 1]

    def moved(self, now: float) -> None:
        """Called when bytes are taken that had waited for room.

        The other side has acknowledged something then. So a ping that waits behind a large message on a slow line is
        not mistaken for an unanswered one.
        """
        self.has_heard = True
        self._moved_at = now

    def rest(self, now: float) -> None:
        """Called when nothing is read, so that silence means nothing.

        No pong can be seen either.
        """
        self.has_heard = True
        self.since = now
        self._sent_at.clear()

    def _is_deaf(self) -> bool:
        if len(self._sent_at) < _DEAF_AFTER:
            return False
        asked_at = self._sent_at[-_DEAF_AFTER]
        # No pong can be sent in the middle of a frame, however long it takes, and none is seen behind unread data.
        # After such a frame, it may take as long as the answer to any ping.
        return self._moved_at < asked_at < self._told_before
