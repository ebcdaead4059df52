"""The order of the phases. Only this module knows which phase follows which.

The phases that few connections need are imported in `phase_after`. That takes no time in a frame: a thread or a call
that knows of the need has loaded them before: the lookup for TLS and proxies, and a server when it starts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wsclient.transport.opening.connecting import Connecting
from wsclient.transport.opening.milestones import Accepted, Found, Redirected
from wsclient.transport.opening.requesting import Requesting
from wsclient.transport.opening.resolver import Lookup, Resolved, known_at_once
from wsclient.transport.opening.resolving import Resolving, found_by

if TYPE_CHECKING:
    from wsclient.transport.opening.attempt import Attempt
    from wsclient.transport.opening.milestones import Milestone
    from wsclient.transport.opening.phase import Phase

__all__ = ["first_phase", "phase_after"]


def first_phase(attempt: Attempt) -> Phase:
    """Returns the phase with which a client begins.

    It is `Resolving`, or the next one if the address is known.
    """
    question = attempt.question
    known = known_at_once(question)
    if known is None:
        return Resolving(attempt, attempt.outside.resolver.start(question))
    outcome = found_by(attempt, known) if isinstance(known, Resolved) else known
    if isinstance(outcome, Found):
        return Connecting(outcome)
    return Resolving(attempt, Lookup(outcome, question.route.first))


def phase_after(reached: Milestone) -> Phase:
    """Returns the phase that follows when another one has ended.

    A client: [`Resolving`] > `Connecting` > [`Securing`] > [`Tunnelling` > [`Securing`]] > `Requesting`.
    A redirect leads back to the first phase. A server: [`Securing`] > `Answering`.
    """
    if isinstance(reached, Found):
        return Connecting(reached)
    if isinstance(reached, Redirected):
        return first_phase(reached.attempt)
    if reached.secure is not None and reached.needs_tls:
        from wsclient.transport.opening.securing import Securing  # noqa: PLC0415 - see above

        return Securing(reached, reached.secure)
    if isinstance(reached, Accepted):
        from wsclient.transport.opening.answering import Answering  # noqa: PLC0415 - see above

        return Answering(reached.stream, reached.settings)
    if reached.is_server:
        return Requesting(reached)
    from wsclient.transport.opening.tunnelling import Tunnelling  # noqa: PLC0415 - see above

    return Tunnelling(reached)
