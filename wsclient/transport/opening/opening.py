"""One attempt, from the URL to the server's agreement, phase after phase under one deadline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wsclient.protocol.events import Failure, FailureKind
from wsclient.transport.failures import OUT_OF_MEMORY
from wsclient.transport.opening.phases import Attempt, Established, Resolving

if TYPE_CHECKING:
    from wsclient.protocol.events import Stage
    from wsclient.transport.opening.phases import Phase

__all__ = ["Opening"]


class Opening:
    """One attempt. Call `step` until it gives something, then forget it."""

    def __init__(self, attempt: Attempt, now: float) -> None:
        """Starts, and waits for nothing.

        Args:
            attempt: what to open.
            now: seconds, on a clock that does not run backwards.
        """
        self._attempt = attempt
        self._started_at = now
        self._phase: Phase = Resolving(attempt)

    @property
    def place(self) -> str:
        """Host and port, for messages."""
        return self._attempt.place

    @property
    def stage(self) -> Stage:
        """How far it has come."""
        return self._phase.stage

    def step(self, now: float) -> Established | Failure | None:
        """Goes on as far as it can without waiting, and only then looks at the deadline.

        Args:
            now: seconds, on the clock of the constructor.

        Returns:
            The connection; or why there is none, with everything closed; or None while there is hope.
        """
        try:
            outcome = self._go_on(now)
        except MemoryError as error:
            outcome = Failure(stage=self._phase.stage, kind=FailureKind.SYSTEM, detail=OUT_OF_MEMORY, cause=error)
        if outcome is None:
            outcome = self._time_out(now)
        if isinstance(outcome, Failure):
            self.close()
        return outcome

    def _go_on(self, now: float) -> Established | Failure | None:
        outcome = self._phase.step(now)
        while not isinstance(outcome, Established | Failure | None):
            self._phase = outcome
            outcome = self._phase.step(now)
        return outcome

    def close(self) -> None:
        """Lets go of everything at once. May be called twice."""
        self._phase.close()

    def _time_out(self, now: float) -> Failure | None:
        seconds = self._attempt.settings.handshake_timeout
        if seconds <= 0.0 or now - self._started_at < seconds:
            return None
        if self._phase.refusal:
            return self._phase.refusal
        host = self._attempt.request.url.host
        detail = self._phase.too_late.format(host=host, place=self.place, seconds=seconds)
        return Failure(stage=self._phase.stage, kind=FailureKind.TIMEOUT, detail=detail)
