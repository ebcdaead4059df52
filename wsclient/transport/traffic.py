"""Traffic: counts the bytes of connections."""

from __future__ import annotations

__all__ = ["Traffic"]


class Traffic:
    """Counts the bytes of frames, after compression and before TLS.

    It belongs to the user of a transport, so it outlives the connection. Headers of frames, pings and Close frames
    count; the opening handshake does not.

    Attributes:
        received: bytes that were read.
        sent: bytes that the system, or TLS, has taken.
    """

    __slots__ = ("received", "sent")

    def __init__(self) -> None:
        self.received: int = 0
        self.sent: int = 0
