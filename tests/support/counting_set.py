"""Descriptors that are ready when a test says so."""

from __future__ import annotations

from wsclient.transport.poll_set import PollSet

__all__ = ["CountingSet"]


class CountingSet(PollSet):
    """Descriptors that are ready when a test says so."""

    def __init__(self) -> None:
        self.watched: dict[int, bool] = {}
        self.is_ready: list[int] = []
        self.questions = 0
        self.refuses = False
        self.is_closed = False

    def add(self, fileno: int, *, for_writing: bool) -> None:
        if self.refuses:
            raise OSError("cannot be watched")
        assert fileno not in self.watched
        self.watched[fileno] = for_writing

    def discard(self, fileno: int) -> None:
        self.watched.pop(fileno, None)

    def ready(self, seconds: float) -> list[int]:
        self.questions += 1
        return [fileno for fileno in self.is_ready if fileno in self.watched]

    def fileno(self) -> int:
        return 77

    def close(self) -> None:
        self.is_closed = True
