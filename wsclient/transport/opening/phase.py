"""The base class of the phases of an opening."""

from __future__ import annotations

from abc import ABC, abstractmethod
from math import inf
from typing import TYPE_CHECKING

from wsclient.protocol.events import Failure, FailureKind

if TYPE_CHECKING:
    from wsclient.protocol.events import Stage
    from wsclient.protocol.server_handshake import Request
    from wsclient.transport.base import Settings
    from wsclient.transport.descriptor import Descriptor
    from wsclient.transport.opening.milestones import Established, Milestone
    from wsclient.transport.opening.route import Place

__all__ = ["Phase"]


class Phase(ABC):
    """Waits for one thing. It knows nothing of the phases before and behind it.

    Attributes:
        stage: the name of this part of the way, for failures.
        too_late: what has not happened, if it takes too long; with {place} and {seconds}.
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
        """Goes as far as it can without waiting.

        Args:
            now: seconds, on a clock that does not run backwards.

        Returns:
            What was reached, or why it cannot be; None while there is hope. A server's last phase returns the client's
            request too, once.
        """

    @property
    def refusal(self) -> Failure | None:
        """A failure that is known already, while its details are still arriving."""
        return None

    @property
    def proxy(self) -> Place | None:
        """The proxy that has to be blamed if this phase fails; None if it is not about a proxy."""
        return None

    @property
    def seconds(self) -> float:
        """How long the whole opening may have taken in this phase; 0 for any time."""
        return self.settings.handshake_timeout

    @property
    def descriptor(self) -> Descriptor | None:
        """What becomes ready when the next `step` can go on; None if only a step shows it."""
        return None

    @property
    def next_step(self) -> float:
        """When `step` has something to do although nothing has come, on its clock; infinity if never."""
        return inf

    def give_up(self, seconds: float) -> Failure:
        """Returns why it fails now that the time is over.

        Args:
            seconds: how long there was.
        """
        detail = self.too_late.format(place=self.place, seconds=seconds)
        return self.refusal or Failure(stage=self.stage, kind=FailureKind.TIMEOUT, detail=detail)

    @abstractmethod
    def close(self) -> None:
        """Lets go of everything at once. May be called twice."""
