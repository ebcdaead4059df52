"""Records the signals of a client.

It leaves out the signal that repeats `data_received`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wsclient.testing import SignalLog

if TYPE_CHECKING:
    from wsclient.core.object import Object

__all__ = ["signals_of"]


def signals_of(emitter: Object, *, but: tuple[str, ...] = ()) -> SignalLog:
    """Returns a `SignalLog` of all signals but these and `messages_available`."""
    return SignalLog(emitter, but=(*but, "messages_available"))
