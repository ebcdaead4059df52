"""Whether the other side is still there: a ping into the silence, and any byte for an answer."""

from __future__ import annotations

from enum import Enum, auto
from math import inf
from typing import Final

__all__ = ["Heartbeat", "Verdict"]

_PAYLOAD_SIZE: Final = 8


class Verdict(Enum):
    """What the silence asks for."""

    WAIT = auto()
    PING = auto()
    DEAD = auto()


_WAIT: Final = Verdict.WAIT  # looked up once: nearly all that is ever said, and dear through its class


class Heartbeat:
    """Judges the silence of one connection. Any byte is life: a slow message is not taken for death.

    All times are seconds on one clock, which the caller reads.

    Attributes:
        latency: seconds, the round trip of the last ping that was answered; -1.0 before the first.
    """

    __slots__ = ("_asked_at", "_count", "_pinged_at", "_quiet_since", "latency")

    def __init__(self, now: float) -> None:
        self.latency: float = -1.0
        self._quiet_since = now
        self._asked_at: float | None = None  # None: nobody waits for an answer
        self._pinged_at = now
        self._count = 0

    def heard(self, now: float) -> None:
        """Takes note of a byte; or that, for a reason of our own, none could be heard."""
        self._quiet_since = now
        self._asked_at = None

    def due(self, interval: float) -> float:
        """When `judge` will next ask for something, if it stays quiet. Never, for an interval of 0."""
        if interval <= 0.0:
            return inf
        return (self._quiet_since if self._asked_at is None else self._asked_at) + interval

    def judge(self, now: float, interval: float) -> Verdict:
        """Says what to do now.

        Args:
            now: the time.
            interval: how long it may be quiet before a ping, and again until its answer; 0 for ever.
        """
        if now < self.due(interval):
            return _WAIT
        return Verdict.PING if self._asked_at is None else Verdict.DEAD

    def ping(self, now: float) -> bytes:
        """Gives the payload of a ping that leaves now. The wait for an answer starts here, anew if need be."""
        self._asked_at = self._pinged_at = now
        self._count += 1
        return self._payload()

    def pong(self, payload: bytes, now: float) -> None:
        """Takes note of a pong. One that answers no ping, or an old one, says nothing (RFC 6455 section 5.5.3)."""
        if self._count and payload == self._payload():
            self.latency = now - self._pinged_at

    def _payload(self) -> bytes:
        return self._count.to_bytes(_PAYLOAD_SIZE, "big")
