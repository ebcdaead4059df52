"""The order of the phases. Only this module knows which phase follows which."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wsclient.transport.opening.answering import Answering
from wsclient.transport.opening.connecting import Connecting
from wsclient.transport.opening.milestones import Accepted, Found, Redirected
from wsclient.transport.opening.requesting import Requesting
from wsclient.transport.opening.resolving import Resolving
from wsclient.transport.opening.securing import Securing
from wsclient.transport.opening.tunnelling import Tunnelling

if TYPE_CHECKING:
    from wsclient.transport.opening.milestones import Milestone
    from wsclient.transport.opening.phase import Phase

__all__ = ["phase_after"]


def phase_after(reached: Milestone) -> Phase:
    """Returns the phase that follows when another one has ended.

    A client: `Resolving` > `Connecting` > [`Securing`] > [`Tunnelling` > [`Securing`]] > `Requesting`.
    A redirect leads back to `Resolving`. A server: [`Securing`] > `Answering`.
    """
    if isinstance(reached, Found):
        return Connecting(reached)
    if isinstance(reached, Redirected):
        return Resolving(reached.attempt)
    if reached.needs_tls and reached.secure is not None:
        return Securing(reached, reached.secure)
    if isinstance(reached, Accepted):
        return Answering(reached.stream, reached.settings)
    return Requesting(reached) if reached.is_server else Tunnelling(reached)
