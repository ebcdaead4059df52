"""The order of the phases. Only this module knows which phase follows which.

The phases that few connections need are imported in `phase_after`. That takes no time in a frame: a thread or a call
that knows of the need has loaded them before: the lookup for TLS and proxies, and a server when it starts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wsclient.transport.opening.connecting import Connecting
from wsclient.transport.opening.milestones import Accepted, Found, Redirected
from wsclient.transport.opening.requesting import Requesting
from wsclient.transport.opening.resolving import Resolving

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
