"""The second phase of a client, which connects to the first address that answers."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from wsclient.protocol.events import Failure, Stage
from wsclient.transport.opening.milestones import Reached
from wsclient.transport.opening.phase import Phase
from wsclient.transport.opening.race import Race

if TYPE_CHECKING:
    from wsclient.transport.descriptor import Descriptor
    from wsclient.transport.opening.milestones import Found
    from wsclient.transport.opening.route import Place

__all__ = ["Connecting"]

_log: Final = logging.getLogger("wsclient")


class Connecting(Phase):
    """Waits for the first address to answer."""

    stage = Stage.CONNECT
    too_late = "{place} did not answer within {seconds:g} s"

    def __init__(self, found: Found) -> None:
        """Starts nothing yet."""
        attempt, first = found.attempt, found.attempt.route.first
        super().__init__(str(first), attempt.settings)
        self._attempt = attempt
        self._secure = found.secure
        self._race = Race(
            found.addresses,
            host=first.host,
            place=self.place,
            readiness=attempt.outside.readiness,
            socket_factory=attempt.outside.socket_factory,
            local_address=attempt.settings.local_address,
        )
        _log.debug("%s: connecting", self.place)

    @property
    def proxy(self) -> Place | None:
        """Returns the proxy to connect to; None if it is the server."""
        first = self._attempt.route.first
        return None if first.proxy is None else first

    @property
    def seconds(self) -> float:
        """Returns the time limit of the whole opening in this phase; 0 for none."""
        return self._attempt.seconds_to_connect

    def step(self, now: float) -> Reached | Failure | None:
        """Checks if an address has answered."""
        outcome = self._race.step(now)
        if outcome is None or isinstance(outcome, Failure):
            return outcome
        outcome.set_no_delay(self.settings.no_delay)
        _log.debug("%s: connected, to %s port %d", self.place, *outcome.remote_address)
        return Reached(self._attempt, outcome, self._secure)

    @property
    def descriptor(self) -> Descriptor | None:
        """Returns the descriptor of the socket, if only one waits for an answer."""
        return self._race.descriptor

    @property
    def next_step(self) -> float:
        """Returns when the next address is tried."""
        return self._race.next_start

    def close(self) -> None:
        """Closes the sockets that have not won."""
        self._race.close()
