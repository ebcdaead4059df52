"""Reconnector: schedules a client's next attempt to connect. No I/O, no signals."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Final, Protocol

from wsclient.ground.error import Error
from wsclient.ground.value import Value

if TYPE_CHECKING:
    from wsclient.websocket.connection_failure import ConnectionFailure

__all__ = ["End", "Policy", "Reconnector"]

_SHORTEST_CONNECT: Final = 2.0  # seconds; the time limit for name lookup and TCP after a short wait
_VIOLATIONS: Final = (Error.ERR_INVALID_DATA, Error.ERR_OUT_OF_MEMORY)


class End(Value):
    """Describes how an attempt or a connection ended unexpectedly.

    Attributes:
        failure: the reason; None if it ended normally.
        close_code: the received code; 1006 if there was no Close frame, -1 for an attempt that never opened.
        lasted: how long the connection was open, in seconds; -1.0 for an attempt that never opened.
    """

    failure: ConnectionFailure | None
    close_code: int
    lasted: float


class Policy(Protocol):
    """Decides about attempts; see `ReconnectPolicy`."""

    stable_after: float
    keep_unsent: bool

    def delay(self, attempt: int, failure: ConnectionFailure | None, close_code: int) -> float | None:
        """Returns the seconds to wait before an attempt; None to give up."""


class Reconnector:
    """Counts the attempts of one client, and schedules the next one.

    Attributes:
        policy: decides about attempts.
        attempt: the number of the attempt that is scheduled or in progress; 0 for the one that `connect_to_url`
            started.
    """

    __slots__ = ("_delay", "_due", "_had_violation", "attempt", "policy")

    def __init__(self, policy: Policy) -> None:
        self.policy: Policy = policy
        self.restart()

    def restart(self) -> None:
        """Starts counting again, with no attempt scheduled."""
        self.attempt: int = 0
        self._due: float | None = None
        self._delay = 0.0
        self._had_violation = False

    @property
    def due(self) -> float:
        """Returns when the next attempt begins; infinity if none is scheduled.

        The time is one of the client's clock.
        """
        return inf if self._due is None else self._due

    def time_left(self, now: float) -> float:
        """Returns the seconds until the next attempt; -1.0 if none is scheduled."""
        return -1.0 if self._due is None else max(self._due - now, 0.0)

    def hurry(self, now: float) -> None:
        """Ends the wait, so that the next attempt is due now."""
        if self._due is not None:
            self._due = now

    def cancel(self) -> None:
        """Cancels the scheduled attempt."""
        self._due = None

    def ended(self, end: End) -> End:
        """Returns an end, with its failure marked if it repeats the previous one.

        It is marked if it is the second violation in a row.
        """
        failure = end.failure
        if end.lasted < 0.0:  # only a connection can violate the protocol
            return end
        is_violation = failure is not None and failure.error in _VIOLATIONS and failure.stage in ("open", "close")
        is_repeated, self._had_violation = is_violation and self._had_violation, is_violation
        if failure is None or not is_repeated:
            return end
        return end.replace(failure=failure.replace(is_repeated=True))

    def decide(self, end: End, now: float) -> float | None:
        """Schedules the next attempt and returns the seconds until then.

        Returns None if there will be none.

        Raises:
            TypeError: the policy returned something other than a number.
            ValueError: the policy returned an impossible number of seconds.
        """
        if end.lasted >= self.policy.stable_after:
            self.attempt = 0
        self.attempt += 1
        delay = self.policy.delay(self.attempt, end.failure, end.close_code)
        if delay is None:
            return None
        if isinstance(delay, bool) or not isinstance(delay, int | float):
            raise TypeError(f"{type(self.policy).__name__}.delay() returns seconds or None, not {delay!r}")
        if not 0.0 <= delay < inf:
            raise ValueError(f"{type(self.policy).__name__}.delay() returns seconds of 0 or more, not {delay!r}")
        self._delay = float(delay)
        self._due = now + self._delay
        return self._delay

    def begin(self) -> float:
        """Begins the attempt that is due.

        Returns its time limit for name lookup and TCP, in seconds.

        After a long wait the limit is longer, but it is never much longer than the wait, because the network may come
        back.
        """
        self._due = None
        return max(_SHORTEST_CONNECT, self._delay)
