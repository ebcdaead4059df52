"""A clock that only moves when a test moves it."""

from __future__ import annotations

__all__ = ["FakeClock"]


class FakeClock:
    """A clock under the control of a test; callable like `time.monotonic`.

    Attributes:
        seconds: the current time.
    """

    def __init__(self, start: float = 1000.0) -> None:
        self.seconds: float = start

    def __call__(self) -> float:
        """Returns the current time, in seconds."""
        return self.seconds

    def advance(self, seconds: float) -> None:
        """Moves the time forward."""
        self.seconds += seconds
