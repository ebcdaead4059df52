"""Runs one opening under one deadline.

It goes from the first phase until both sides agree.
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from wsclient.protocol.events import Failure, FailureKind
from wsclient.transport.failures import OUT_OF_MEMORY
from wsclient.transport.opening.blame import blamed
from wsclient.transport.opening.course import phase_after
from wsclient.transport.opening.milestones import Milestone

if TYPE_CHECKING:
    from wsclient.protocol.events import Stage
    from wsclient.protocol.server_handshake import Request
    from wsclient.transport.opening.milestones import Established
    from wsclient.transport.opening.phase import Phase

__all__ = ["Opening"]


class Opening:
    """Runs the phases in order. Call `step` until it returns something, then drop it.

    A client begins with `Opening(first_phase(attempt))`, a server with `Opening(phase_after(accepted))`.

    Attributes:
        phase: the current one.
    """

    def __init__(self, phase: Phase, now: float = 0.0) -> None:
        """Starts without waiting.

        Args:
            phase: the first one.
            now: seconds, on a clock that does not run backwards.
        """
        self.phase: Phase = phase
        self._started_at = now

    @property
    def place(self) -> str:
        """Returns the other side, for messages."""
        return self.phase.place

    @property
    def stage(self) -> Stage:
        """Returns the stage that the opening has reached."""
        return self.phase.stage

    @property
    def due(self) -> float:
        """Returns when `step` has work although nothing has arrived; infinity if never.

        The time is one of the clock of `step`.
        """
        seconds = self.phase.seconds
        return min(self.phase.next_step, self._started_at + seconds if seconds > 0.0 else inf)

    def step(self, now: float) -> Established | Request | Failure | None:
        """Continues as far as it can without waiting, and only then checks the deadline.

        Args:
            now: seconds, on the clock of the constructor.

        Returns:
            The connection; the failure, with everything closed; None if neither is decided. On a server, it also
            returns the client's request once; `phase` is an `Answering` then.
        """
        try:
            outcome = self.phase.step(now)
            while isinstance(outcome, Milestone):
                self.phase = phase_after(outcome)
                outcome = self.phase.step(now)
        except MemoryError as error:
            outcome = Failure(stage=self.stage, kind=FailureKind.SYSTEM, detail=OUT_OF_MEMORY, cause=error)
        if outcome is None and 0.0 < (seconds := self.phase.seconds) <= now - self._started_at:
            outcome = self.phase.give_up(seconds)
        if isinstance(outcome, Failure):
            self.close()
            return outcome if self.phase.proxy is None else blamed(outcome, self.phase.proxy)
        return outcome

    def close(self) -> None:
        """Releases everything immediately. May be called twice."""
        self.phase.close()
