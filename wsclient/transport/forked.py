"""A connection in a forked child: it belongs to the parent, and must not be used."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Never

from wsclient.transport.base import Transport

if TYPE_CHECKING:
    from collections.abc import Callable

    from wsclient.protocol.events import Event
    from wsclient.transport.base import OpeningRequest

__all__ = ["ForkedTransport"]


class ForkedTransport(Transport):
    """Replaces the transport of the parent in a forked child. Using it raises.

    Only `abort`, which lets go of it, is allowed.

    Args:
        owner: the process that opened the connection.
    """

    def __init__(self, owner: int) -> None:
        self._owner = owner

    @property
    def clock(self) -> Callable[[], float]:
        """Returns the system's clock."""
        return monotonic

    def open(self, request: OpeningRequest) -> None:
        """Refused."""
        self._refuse()

    def poll(self, read: bool = True) -> list[Event]:
        """Refused."""
        self._refuse()

    @property
    def has_more(self) -> bool:
        """Returns False, because nothing arrives."""
        return False

    @property
    def can_send(self) -> bool:
        """Refuses the call, because the caller is about to send."""
        self._refuse()

    def send(self, payload: bytes, *, is_text: bool) -> None:
        """Refused."""
        self._refuse()

    def flush(self) -> None:
        """Refused."""
        self._refuse()

    def close(self, code: int, reason: str) -> None:
        """Refused: the Close frame would be the parent's."""
        self._refuse()

    def abort(self) -> None:
        """Does nothing: there is nothing to release."""

    @property
    def buffered_amount(self) -> int:
        """None."""
        return 0

    @property
    def buffered_messages(self) -> int:
        """None."""
        return 0

    @property
    def remote_address(self) -> tuple[str, int]:
        """None."""
        return ("", 0)

    def set_no_delay(self, enabled: bool) -> None:
        """Refused."""
        self._refuse()

    def _refuse(self) -> Never:
        raise RuntimeError(
            f"this connection belongs to process {self._owner}, which forked this one: call disconnect_from_host(), "
            "which ends nothing there, then connect_to_url(); or make a new client"
        )
