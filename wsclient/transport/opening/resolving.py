"""The first phase of a client, which looks up addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wsclient.protocol.events import Failure, FailureKind, Stage
from wsclient.transport.opening.milestones import Found
from wsclient.transport.opening.phase import Phase

if TYPE_CHECKING:
    from wsclient.transport.opening.attempt import Attempt
    from wsclient.transport.opening.race import Address
    from wsclient.transport.opening.resolver import Lookup, Resolved
    from wsclient.transport.opening.route import Place

__all__ = ["Resolving", "found_by"]

_TOO_LATE = {
    Stage.RESOLVE: "the name {host!r} was not looked up within {{seconds:g}} s",
    Stage.PROXY: "the proxy settings of this computer were not read within {{seconds:g}} s",
    Stage.TLS: "the certificates of this computer were not read within {{seconds:g}} s, so that TLS could not begin",
}
# What to try if no server and no network was asked for anything yet. A lookup has its own hint.
_HINTS = {
    Stage.PROXY: 'Set client.proxy to the address of a proxy, or to "" for none.',
    Stage.TLS: "This computer may be busy: try again, or raise handshake_timeout.",
}
_PROXY_TOO_LATE = "the name of {place} was not looked up within {{seconds:g}} s"


class Resolving(Phase):
    """Waits for the lookup thread."""

    def __init__(self, attempt: Attempt, lookup: Lookup) -> None:
        """Begins to wait.

        Args:
            attempt: the attempt.
            lookup: that of the first place on its route.
        """
        super().__init__(str(attempt.route.server), attempt.settings)
        self._attempt = attempt
        self._lookup = lookup

    @property
    def stage(self) -> Stage:  # type: ignore[override] # of the lookup, which prepares TLS too
        """Returns `RESOLVE` or `PROXY`, or `TLS` while the thread prepares TLS."""
        return self._lookup.stage

    @property
    def proxy(self) -> Place | None:
        """Returns the proxy whose name is being looked up.

        Returns None if the name is that of a server.
        """
        place = self._lookup.place
        return None if place is None or place.proxy is None else place

    @property
    def too_late(self) -> str:  # type: ignore[override]
        """Returns the message for a lookup that takes too long."""
        if self.proxy is not None:
            return _PROXY_TOO_LATE.format(place=self.proxy)
        place = self._lookup.place or self._attempt.route.first
        return _TOO_LATE[self.stage].format(host=place.host)

    @property
    def seconds(self) -> float:
        """Returns the time limit of the whole opening in this phase; 0 for none."""
        return self._attempt.seconds_to_connect

    def give_up(self, seconds: float) -> Failure:
        """Returns the failure for a lookup that has run out of time."""
        hint = "" if self.proxy is not None else _HINTS.get(self.stage, "")
        return super().give_up(seconds).replace(hint=hint)

    def step(self, now: float) -> Found | Failure | None:
        """Checks if the lookup has ended."""
        outcome = self._lookup.outcome
        if outcome is None or isinstance(outcome, Failure):
            return outcome
        return found_by(self._attempt, outcome)

    def close(self) -> None:
        """Does nothing, because the answer of the thread is dropped."""


def found_by(attempt: Attempt, resolved: Resolved) -> Found | Failure:
    """Returns the milestone that a lookup has reached; the failure if a redirect must not lead there."""
    if resolved.route is not None:
        attempt = attempt.replace(route=resolved.route)
    return _fault_of_redirect(attempt, resolved.addresses) or Found(attempt, resolved.addresses, resolved.secure)


def _fault_of_redirect(attempt: Attempt, addresses: tuple[Address, ...]) -> Failure | None:
    """Returns the failure of a redirect to a name whose address is private.

    Returns None if there is no such redirect.
    """
    if not attempt.redirected_by or attempt.route.first.proxy is not None:
        return None
    from wsclient.protocol.redirect import BadRedirect, check_redirected_address  # noqa: PLC0415 - loaded by `Attempt`

    try:
        for address in addresses:
            check_redirected_address(attempt.redirected_by, address.host)
    except BadRedirect as error:
        detail = f"the server at {attempt.redirected_by} {error}"
        return Failure(stage=Stage.HANDSHAKE, kind=FailureKind.HTTP_STATUS, detail=detail, hint=error.hint)
    return None
