"""A clock that stands still until a test moves it."""

from __future__ import annotations

__all__ = ["FakeClock"]


class FakeClock:
    """Seconds under the control of a test; called as `time.monotonic` is.

    Attributes:
        seconds: what the clock shows.
    """

    def __init__(self, start: float = 1000.0) -> None:
        self.seconds: float = start

    def __call__(self) -> float:
        """Returns what the clock shows, in seconds."""
        return self.seconds

    def advance(self, seconds: float) -> None:
        """Lets time pass."""
        self.seconds += seconds
