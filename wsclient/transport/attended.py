"""The transport to a server in the same program, which works when polled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wsclient.transport.native import NativeTransport

if TYPE_CHECKING:
    from collections.abc import Callable

    from wsclient.protocol.events import Event
    from wsclient.transport.base import Settings
    from wsclient.transport.opening.attempt import Attempt
    from wsclient.transport.opening.phase import Phase

__all__ = ["AttendedTransport"]


class AttendedTransport(NativeTransport):
    """A `NativeTransport` that lets the other side take a step whenever it is polled."""

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Callable[[], float],
        first_phase: Callable[[Attempt], Phase],
        attend: Callable[[], object],
    ) -> None:
        """Starts nothing.

        Args:
            settings: the user's.
            clock: monotonic, in seconds.
            first_phase: the first phase of an attempt.
            attend: lets the other side take its step.
        """
        super().__init__(settings, clock=clock, first_phase=first_phase)
        self._attend = attend

    def poll(self, read: bool = True) -> list[Event]:
        """Polls once, and again if the other side has answered immediately."""
        events = super().poll(read)
        self._attend()
        return events or super().poll(read)
