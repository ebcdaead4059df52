"""Reconnector: whether and when a client connects again. No I/O, no signals."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Final, Protocol

from wsclient.ground.error import Error
from wsclient.ground.value import Value

if TYPE_CHECKING:
    from wsclient.websocket.connection_failure import ConnectionFailure

__all__ = ["End", "Policy", "Reconnector"]

_SHORTEST_CONNECT: Final = 2.0  # seconds; the time for name and TCP of an attempt after a short wait
_VIOLATIONS: Final = (Error.ERR_INVALID_DATA, Error.ERR_OUT_OF_MEMORY)


class End(Value):
    """Describes how an attempt or a connection ended unexpectedly.

    Attributes:
        failure: the reason; None if it ended normally.
        close_code: as received; 1006 if there was no Close frame, -1 for an attempt that never opened.
        lasted: seconds that the connection was open; -1.0 for an attempt that never opened.
    """

    failure: ConnectionFailure | None
    close_code: int
    lasted: float


class Policy(Protocol):
    """An object that decides; see `ReconnectPolicy`."""

    stable_after: float
    keep_unsent: bool

    def delay(self, attempt: int, failure: ConnectionFailure | None, close_code: int) -> float | None:
        """Returns the seconds to wait before an attempt; None to give up."""


class Reconnector:
    """Counts the attempts of one client, and schedules the next one.

    Attributes:
        policy: the object that decides.
        attempt: the number of the attempt that is scheduled or under way; 0 for the one that `connect_to_url` started.
    """

    __slots__ = ("_delay", "_due", "_had_violation", "attempt", "policy")

    def __init__(self, policy: Policy) -> None:
        self.policy: Policy = policy
        self.restart()

    def restart(self) -> None:
        """Begins to count again, with nothing scheduled."""
        self.attempt: int = 0
        self._due: float | None = None
        self._delay = 0.0
        self._had_violation = False

    @property
    def due(self) -> float:
        """When the next attempt begins, on the client's clock; infinity if none is scheduled."""
        return inf if self._due is None else self._due

    def time_left(self, now: float) -> float:
        """Returns the seconds until the next attempt; -1.0 if none is scheduled."""
        return -1.0 if self._due is None else max(self._due - now, 0.0)

    def hurry(self, now: float) -> None:
        """Ends the wait."""
        if self._due is not None:
            self._due = now

    def cancel(self) -> None:
        """Schedules no attempt."""
        self._due = None

    def ended(self, end: End) -> End:
        """Returns an end with facts about the previous one: whether its failure is the second violation in a row."""
        failure = end.failure
        if end.lasted < 0.0:  # only connections can break a rule
            return end
        is_violation = failure is not None and failure.error in _VIOLATIONS and failure.stage in ("open", "close")
        is_repeated, self._had_violation = is_violation and self._had_violation, is_violation
        if failure is None or not is_repeated:
            return end
        return end.replace(failure=failure.replace(is_repeated=True))

    def decide(self, end: End, now: float) -> float | None:
        """Schedules the next attempt. Returns the seconds until then; None if there is none.

        Raises:
            TypeError: the policy returns something other than a number.
            ValueError: it returns an impossible number of seconds.
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
        """Begins the attempt that is due. Returns its time limit for name and TCP, in seconds.

        During a long wait the network may come back, so the attempt after it must not take much longer.
        """
        self._due = None
        return max(_SHORTEST_CONNECT, self._delay)
