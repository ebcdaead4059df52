"""ReconnectPolicy: decides when a client connects again, and when it gives up."""

from __future__ import annotations

import random as _random
from math import inf
from typing import TYPE_CHECKING, Final

from wsclient.ground.error import Error
from wsclient.protocol.close_code import CloseCode
from wsclient.protocol.http_date import seconds_of_date
from wsclient.transport.clock import wall_clock as _wall_clock

if TYPE_CHECKING:
    from collections.abc import Callable

    from wsclient.websocket.connection_failure import ConnectionFailure

__all__ = ["ReconnectPolicy"]

_LONGEST_RETRY_AFTER: Final = 300.0  # seconds; no server may send a player away for a day
_MOST_DIGITS: Final = 9  # of the longest number that is read

# HTTP statuses below 500 that mean "try later": RFC 9110, RFC 8470, RFC 6585.
_LATER: Final = {408, 425, 429}
_SWITCHING_PROTOCOLS: Final = 101

_FINAL_CODES: Final = {
    CloseCode.NORMAL_CLOSURE,
    CloseCode.PROTOCOL_ERROR,
    CloseCode.UNSUPPORTED_DATA,
    CloseCode.INVALID_DATA,
    CloseCode.POLICY_VIOLATION,
    CloseCode.MESSAGE_TOO_BIG,
    CloseCode.MANDATORY_EXTENSION,
}


class ReconnectPolicy:
    """Decides when a client connects again. Not in Godot.

    Set it as `client.reconnect_policy`.

    The delay before attempt n is `first_delay * factor ** (n - 1)`, but at most `max_delay`. The share `jitter` of it
    is random, so that not all players come back at the same moment when a server restarts.

    The client gives up if another attempt could not help: after a wrong argument, a certificate that does not verify,
    an HTTP reply other than 408, 425, 429 and 5xx, or one of the close codes 1000, 1002, 1003, 1007 to 1010 and 3000 to
    4999; and if the server has broken the protocol twice in a row. `Retry-After` is used if it is longer than the
    delay, up to 300 seconds.

    Override `delay` to decide differently. One policy may serve many clients.

    Args:
        first_delay: seconds before the first attempt.
        max_delay: the longest delay before any attempt, in seconds.
        factor: the factor by which the delay grows from one attempt to the next.
        jitter: from 0.0 (not random) to 1.0 (any time from 0 to the whole delay).
        max_attempts: how many attempts in a row may fail; 0 for any number.
        stable_after: the seconds that a connection must last before the count of attempts starts again at 1.
        keep_unsent: True to keep messages for the next connection if they were sent without one, or were still unsent
            when one ended. See "Reconnect" in the documentation for its limits.
        random: returns a number from 0.0 to 1.0.
        wall_clock: returns the seconds since 1970, for dates in `Retry-After`.

    Raises:
        TypeError: an argument is not a number.
        ValueError: an argument is negative, or above its range.
    """

    def __init__(  # noqa: PLR0913 - each has a default, and few programs set more than two
        self,
        first_delay: float = 0.5,
        max_delay: float = 30.0,
        factor: float = 2.0,
        jitter: float = 0.5,
        max_attempts: int = 0,
        stable_after: float = 5.0,
        keep_unsent: bool = False,
        *,
        random: Callable[[], float] = _random.random,
        wall_clock: Callable[[], float] = _wall_clock,
    ) -> None:
        if isinstance(max_attempts, bool) or not isinstance(max_attempts, int):
            raise TypeError(f"max_attempts takes an int, not {max_attempts!r}")
        self.first_delay: float = _checked("first_delay", first_delay)
        self.max_delay: float = _checked("max_delay", max_delay)
        self.factor: float = _checked("factor", factor, least=1.0)
        self.jitter: float = _checked("jitter", jitter, most=1.0)
        self.max_attempts: int = int(_checked("max_attempts", max_attempts))
        self.stable_after: float = _checked("stable_after", stable_after, most=inf)
        self.keep_unsent: bool = bool(keep_unsent)
        self._random = random
        self._wall_clock = wall_clock

    def delay(self, attempt: int, failure: ConnectionFailure | None, close_code: int) -> float | None:
        """Returns the seconds to wait before an attempt; None to give up.

        Subclasses may override it.

        Args:
            attempt: the number of the attempt, from 1.
            failure: of the last attempt or connection, as in `last_error`; None for an end without a failure.
            close_code: the close code of the connection that ended; -1 for an attempt that never opened.
        """
        if (self.max_attempts and attempt > self.max_attempts) or _is_hopeless(failure, close_code):
            return None
        drawn = self._longest_delay(attempt) * (1.0 - self.jitter * self._random())
        return max(drawn, 0.0 if failure is None else self._retry_after(failure))

    def _longest_delay(self, attempt: int) -> float:
        try:
            return min(self.max_delay, self.first_delay * self.factor ** (attempt - 1))
        except OverflowError:
            return self.max_delay if self.first_delay else 0.0

    def _retry_after(self, failure: ConnectionFailure) -> float:
        """Returns how many seconds the server has asked to wait.

        Returns 0.0 if it has not asked, or if its answer cannot be parsed.
        """
        if failure.http_status not in {429, 503}:
            return 0.0
        headers = {name.lower(): value.strip() for name, value in reversed(failure.http_headers)}
        value = headers.get("retry-after", "")
        if value.isascii() and value.isdecimal():
            return min(float(value.lstrip("0")[:_MOST_DIGITS] or 0), _LONGEST_RETRY_AFTER)
        then = seconds_of_date(value)
        if then == inf:
            return 0.0
        # Use the server's own clock if it sends the time, because a player's clock may be wrong.
        now = seconds_of_date(headers.get("date", ""))
        return min(max(then - (self._wall_clock() if now == inf else now), 0.0), _LONGEST_RETRY_AFTER)

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(first_delay={self.first_delay:g}, max_delay={self.max_delay:g}, "
            f"factor={self.factor:g}, jitter={self.jitter:g}, max_attempts={self.max_attempts}, "
            f"stable_after={self.stable_after:g}, keep_unsent={self.keep_unsent})"
        )


def _is_hopeless(failure: ConnectionFailure | None, close_code: int) -> bool:
    """Returns True if another attempt would end in the same way."""
    if close_code in _FINAL_CODES or 3000 <= close_code <= 4999:
        return True
    if failure is None:
        return False
    if failure.stage == "arguments" or failure.is_repeated or failure.error is Error.ERR_UNAUTHORIZED:
        return True
    status = failure.http_status
    return status not in {None, _SWITCHING_PROTOCOLS, *_LATER} and not 500 <= (status or 0) <= 599


def _checked(name: str, value: float, *, least: float = 0.0, most: float = 1e9) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{name} takes a number, not {value!r}")
    if not least <= value <= most:
        raise ValueError(f"{name} takes a number from {least:g} to {most:g}, not {value!r}")
    return float(value)
