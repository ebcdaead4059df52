"""The base class of the phases of an opening."""

from __future__ import annotations

from abc import ABC, abstractmethod
from math import inf
from typing import TYPE_CHECKING, Final

from wsclient.protocol.events import Failure, FailureKind

if TYPE_CHECKING:
    from wsclient.protocol.events import Stage
    from wsclient.protocol.server_handshake import Request
    from wsclient.transport.base import Settings
    from wsclient.transport.descriptor import Descriptor
    from wsclient.transport.opening.milestones import Established, Milestone
    from wsclient.transport.opening.route import Place
    from wsclient.transport.stream.stream import Stream

__all__ = ["READ_SIZE", "Phase", "resting_on"]

READ_SIZE: Final = 65536
"""The most bytes that one step of an opening reads; arbitrary."""


class Phase(ABC):
    """Waits for one thing. It knows nothing of the phases before and after it.

    Attributes:
        stage: the stage of a failure in this phase.
        too_late: the message for a phase that takes too long; with {place} and {seconds}.
        place: the other side, for messages; safe to show.
        settings: the user's.
    """

    stage: Stage
    too_late: str

    def __init__(self, place: str, settings: Settings) -> None:
        self.place = place
        self.settings = settings

    @abstractmethod
    def step(self, now: float) -> Milestone | Request | Established | Failure | None:
        """Continues as far as it can without waiting.

        Args:
            now: seconds, on a clock that does not run backwards.

        Returns:
            The milestone or the failure; None if neither is decided. A server's last phase also returns the client's
            request, once.
        """

    @property
    def refusal(self) -> Failure | None:
        """Returns a failure that is known before all its details have arrived.

        Returns None if there is none.
        """
        return None

    @property
    def proxy(self) -> Place | None:
        """Returns the proxy to blame if this phase fails; None if no proxy is involved."""
        return None

    @property
    def seconds(self) -> float:
        """Returns the time limit of the whole opening in this phase; 0 for none."""
        return self.settings.handshake_timeout

    @property
    def descriptor(self) -> Descriptor | None:
        """Returns the descriptor that is ready when the next `step` can continue.

        Returns None if only a step shows it.
        """
        return None

    @property
    def next_step(self) -> float:
        """Returns when `step` has work although nothing has arrived; infinity if never.

        The time is one of the clock of `step`.
        """
        return inf

    def give_up(self, seconds: float) -> Failure:
        """Returns the failure of a phase that has run out of time.

        Args:
            seconds: the time limit.
        """
        detail = self.too_late.format(place=self.place, seconds=seconds)
        return self.refusal or Failure(stage=self.stage, kind=FailureKind.TIMEOUT, detail=detail)

    @abstractmethod
    def close(self) -> None:
        """Releases everything immediately. May be called twice."""


def resting_on(stream: Stream) -> Descriptor | None:
    """Returns the stream's descriptor; None if the stream itself holds data, in either direction."""
    return None if stream.has_more or stream.held else stream.descriptor
