"""Keeps a client connected: copy this into your own game."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from wsclient import WebSocketClient

__all__ = ["Reconnector"]

FIRST_WAIT = 0.25  # seconds, twice as long after each failure
LONGEST_WAIT = 4.0
JITTER = 0.25  # of the wait: so that not everyone comes back in the same moment


class Reconnector:
    """Connects a client, and the same object again whenever the connection is over. Call `update()` each frame.

    Args:
        client: connected and closed by this one only.
        url: where to.
        clock: seconds, from anywhere on.
        lot: gives a number from 0 to 1.

    Attributes:
        url: where to.
        why: the reason for the last end; "" while all is well.
        failures: how often it failed since it was connected last.
        connections: how often it was connected.
    """

    def __init__(
        self,
        client: WebSocketClient,
        url: str,
        *,
        clock: Callable[[], float] = time.monotonic,
        lot: Callable[[], float] = random.random,
    ) -> None:
        self.url = url
        self.why = ""
        self.failures = 0
        self.connections = 0
        self._client = client
        self._clock = clock
        self._lot = lot
        self._next_try_at: float | None = clock()
        client.connection_established.connect(self._on_established)
        client.connection_error.connect(self._on_error)
        client.connection_closed.connect(self._on_closed)

    @property
    def seconds_left(self) -> float | None:
        """Until the next attempt; None while connecting or connected."""
        return None if self._next_try_at is None else max(0.0, self._next_try_at - self._clock())

    def update(self) -> None:
        """Connects if it is time to. Never waits."""
        if self._next_try_at is None or self._clock() < self._next_try_at:
            return
        self._next_try_at = None
        if self._client.connect_to_url(self.url):
            raise ValueError(f"{self._client.last_error}")  # a wrong URL gets no better

    def _on_established(self, protocol: str) -> None:
        self.why = ""
        self.failures = 0
        self.connections += 1

    def _on_error(self) -> None:
        self._try_later(f"{self._client.last_error}")

    def _on_closed(self, was_clean: bool) -> None:
        client = self._client
        self._try_later(client.close_reason or f"{client.last_error or 'The server has closed the connection.'}")

    def _try_later(self, why: str) -> None:
        self.why = why
        wait = min(FIRST_WAIT * 2**self.failures, LONGEST_WAIT)
        self.failures += 1
        self._next_try_at = self._clock() + wait * (1.0 + JITTER * (2.0 * self._lot() - 1.0))
